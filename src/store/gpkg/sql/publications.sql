-- In the order they were recorded.
SELECT edition, in_force_from, recorded_at, withdraws FROM publications ORDER BY id
