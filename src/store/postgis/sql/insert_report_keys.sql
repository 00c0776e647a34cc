-- Keys of new reports, but for those that are taken: a JSON array of rows. Whoever is about to take one is waited for.
INSERT INTO report_keys SELECT * FROM json_populate_recordset(NULL::report_keys, $1::json)
ON CONFLICT DO NOTHING
