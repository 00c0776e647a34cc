-- Further steps: a JSON array of rows.
INSERT INTO report_steps (
    report, number, at, action, actor_via, actor_id, actor_name, note, status, level, grid, due_at, assignment
)
SELECT
    json_extract(value, '$.report'), json_extract(value, '$.number'), json_extract(value, '$.at'), json_extract(value,
    '$.action'), json_extract(value, '$.actor_via'), json_extract(value, '$.actor_id'), json_extract(value,
    '$.actor_name'), json_extract(value, '$.note'), json_extract(value, '$.status'), json_extract(value, '$.level'),
    json_extract(value, '$.grid'), json_extract(value, '$.due_at'), json_extract(value, '$.assignment')
FROM json_each(?1)
