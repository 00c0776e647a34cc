-- Reports after an id.
SELECT
    id, created_at, updated_at, version, status, level, grid, category, description, occurred_at, reporter_name,
    reporter_phone, origin, external_id, lon, lat, tier1, tier2, tier3, assignment, due_at, warned_at, overdue_since,
    settled_level, settled_at, merged_into
FROM reports WHERE id > ?1 ORDER BY id LIMIT ?2
