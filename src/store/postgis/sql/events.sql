-- Events after a number.
SELECT number, at, kind, report, step, grids::text AS grids, origin, data::text AS data
FROM events WHERE number > $1 ORDER BY number LIMIT $2
