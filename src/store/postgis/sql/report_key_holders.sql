-- Whose the keys are: a JSON array of rows.
SELECT held.kind, held.origin, held.key, held.report, held.body_hash
FROM json_populate_recordset(NULL::report_keys, $1::json) AS asked JOIN report_keys AS held USING (kind, origin, key)
