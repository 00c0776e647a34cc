-- A delivery is tried again, as if for the first time.
UPDATE deliveries SET state = 'waiting', tries = 0, next_at = ?3 WHERE webhook = ?1 AND event = ?2
