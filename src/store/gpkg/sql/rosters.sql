-- In the order they were recorded.
SELECT id, in_force_from, recorded_at FROM rosters ORDER BY id
