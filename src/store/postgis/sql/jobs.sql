-- The latest first.
SELECT id, kind, state, stage, progress, edition, created_at, updated_at, cancel_requested, outcome::text AS outcome FROM jobs
ORDER BY created_at DESC, id LIMIT $1
