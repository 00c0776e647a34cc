-- The people of one roster by grid, in the roster's own order.
SELECT grid, role, name, phone FROM roster_people WHERE roster = ?1 ORDER BY grid, position
