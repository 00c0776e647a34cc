-- Sessions that have ended, or were not used for too long.
DELETE FROM sessions WHERE ends_at <= ?1 OR seen_at <= ?2
