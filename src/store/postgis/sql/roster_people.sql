-- The people of one roster by grid, in the roster's own order.
SELECT grid, role, name, phone, deputy, serves_from, serves_until FROM roster_people WHERE roster = $1 ORDER BY grid, position
