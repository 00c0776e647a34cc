-- Events after a number.
SELECT number, at, kind, report, step, grids, origin, data FROM events WHERE number > ?1 ORDER BY number LIMIT ?2
