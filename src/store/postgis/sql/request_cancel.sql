-- Its process sees this the next time it writes.
UPDATE jobs SET cancel_requested = true WHERE id = $1
