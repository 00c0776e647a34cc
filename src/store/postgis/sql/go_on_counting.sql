-- The next edition gets a number that no copied one has.
SELECT setval(pg_get_serial_sequence('gridward.editions', 'id'), (SELECT COALESCE(MAX(id), 0) + 1 FROM editions), false)
