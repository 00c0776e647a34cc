-- Puts an edition in force from a moment on.
INSERT INTO publications (edition, in_force_from, recorded_at) VALUES ($1, $2, $3)
