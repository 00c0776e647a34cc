-- A report's history.
SELECT number, at, action, actor_via, actor_id, actor_name, note, status, level, grid, due_at, assignment
FROM report_steps WHERE report = ?1 ORDER BY number
