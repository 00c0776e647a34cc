-- The next edition, roster and row of the audit log get numbers that no copied one has.
SELECT setval(pg_get_serial_sequence('gridward.editions', 'id'), (SELECT COALESCE(MAX(id), 0) + 1 FROM editions), false),
       setval(pg_get_serial_sequence('gridward.audit', 'id'), (SELECT COALESCE(MAX(id), 0) + 1 FROM audit), false),
       setval(pg_get_serial_sequence('gridward.rosters', 'id'), (SELECT COALESCE(MAX(id), 0) + 1 FROM rosters), false)
