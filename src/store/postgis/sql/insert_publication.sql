-- Puts an edition in force from a moment on, or takes that back.
INSERT INTO publications (edition, in_force_from, recorded_at, withdraws) VALUES ($1, $2, $3, $4)
