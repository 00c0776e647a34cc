-- Whose the keys are: a JSON array of rows.
SELECT held.kind, held.origin, held.key, held.report, held.body_hash
FROM json_each(?1) AS asked JOIN report_keys AS held ON held.kind = json_extract(asked.value, '$.kind')
    AND held.origin = json_extract(asked.value, '$.origin') AND held.key = json_extract(asked.value, '$.key')
