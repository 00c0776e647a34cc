-- A new roster, under a number of its own where it is a copy; its entries and people follow.
INSERT INTO rosters (id, in_force_from, recorded_at)
VALUES (COALESCE($1, nextval(pg_get_serial_sequence('gridward.rosters', 'id'))), $2, $3) RETURNING id
