-- Further steps: a JSON array of rows.
INSERT INTO report_steps SELECT * FROM json_populate_recordset(NULL::report_steps, $1::json)
