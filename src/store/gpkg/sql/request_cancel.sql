-- Its process sees this the next time it writes.
UPDATE jobs SET cancel_requested = 1 WHERE id = ?1
