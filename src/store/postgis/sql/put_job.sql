-- A new job, or one that goes on. A wish to cancel it is kept.
INSERT INTO jobs (id, kind, state, stage, progress, edition, created_at, updated_at, cancel_requested, outcome)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::json)
ON CONFLICT (id) DO UPDATE SET state = excluded.state, stage = excluded.stage, progress = excluded.progress,
    edition = excluded.edition, updated_at = excluded.updated_at, outcome = excluded.outcome,
    cancel_requested = jobs.cancel_requested OR excluded.cancel_requested
