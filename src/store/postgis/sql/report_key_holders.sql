-- Whose the keys are: a JSON array of rows. Each is looked up by itself, however few the table was thought to have.
SELECT held.kind, held.origin, held.key, held.report, held.body_hash
FROM json_populate_recordset(NULL::report_keys, $1::json) AS asked, LATERAL (
    SELECT * FROM report_keys
    WHERE report_keys.kind = asked.kind AND report_keys.origin = asked.origin AND report_keys.key = asked.key LIMIT 1) AS held
