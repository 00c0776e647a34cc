-- Whose level is to be warned, or is late: each is one that the clock has a step for, or those that have none would keep the
-- others from coming up.
SELECT
    id, created_at, updated_at, version, status, level, grid, category, description, occurred_at, reporter_name,
    reporter_phone, origin, external_id, lon, lat, tier1, tier2, tier3, assignment::text AS assignment, due_at,
    warned_at, overdue_since, settled_level, settled_at, merged_into
FROM reports
WHERE due_at IS NOT NULL AND ((due_at > $2 AND due_at <= $1 AND warned_at IS NULL) OR (due_at <= $2 AND overdue_since IS NULL))
ORDER BY due_at, id LIMIT $3
