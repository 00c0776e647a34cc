-- Further steps: an array for each column.
INSERT INTO report_steps (report, number, at, action, actor_via, actor_id, actor_name, note, status, level, grid, due_at, assignment)
SELECT report, number, at, action, actor_via, actor_id, actor_name, note, status, level, grid, due_at, assignment::json
FROM unnest($1::text[], $2::bigint[], $3::timestamptz[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
    $10::text[], $11::text[], $12::timestamptz[], $13::text[])
    AS new (report, number, at, action, actor_via, actor_id, actor_name, note, status, level, grid, due_at, assignment)
