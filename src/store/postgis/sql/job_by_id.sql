-- One job.
SELECT id, kind, state, stage, progress, edition, created_at, updated_at, cancel_requested, outcome::text AS outcome FROM jobs WHERE id = $1
