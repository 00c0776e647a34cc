-- New reports: a JSON array of rows.
INSERT INTO reports SELECT * FROM json_populate_recordset(NULL::reports, $1::json)
