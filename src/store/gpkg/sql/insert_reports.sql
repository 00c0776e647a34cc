-- New reports: a JSON array of rows.
INSERT INTO reports (
    id, created_at, updated_at, version, status, level, grid, category, description, occurred_at, reporter_name,
    reporter_phone, origin, external_id, lon, lat, tier1, tier2, tier3, assignment, due_at, warned_at, overdue_since,
    settled_level, settled_at, merged_into
)
SELECT
    json_extract(value, '$.id'), json_extract(value, '$.created_at'), json_extract(value, '$.updated_at'),
    json_extract(value, '$.version'), json_extract(value, '$.status'), json_extract(value, '$.level'),
    json_extract(value, '$.grid'), json_extract(value, '$.category'), json_extract(value, '$.description'),
    json_extract(value, '$.occurred_at'), json_extract(value, '$.reporter_name'), json_extract(value,
    '$.reporter_phone'), json_extract(value, '$.origin'), json_extract(value, '$.external_id'), json_extract(value,
    '$.lon'), json_extract(value, '$.lat'), json_extract(value, '$.tier1'), json_extract(value, '$.tier2'),
    json_extract(value, '$.tier3'), json_extract(value, '$.assignment'), json_extract(value, '$.due_at'),
    json_extract(value, '$.warned_at'), json_extract(value, '$.overdue_since'), json_extract(value,
    '$.settled_level'), json_extract(value, '$.settled_at'), json_extract(value, '$.merged_into')
FROM json_each(?1)
