-- Keys of new reports, but for those that are taken: a JSON array of rows.
INSERT INTO report_keys (kind, origin, key, report, body_hash)
SELECT json_extract(value, '$.kind'), json_extract(value, '$.origin'), json_extract(value, '$.key'),
    json_extract(value, '$.report'), json_extract(value, '$.body_hash')
FROM json_each(?1) WHERE TRUE
ON CONFLICT DO NOTHING
