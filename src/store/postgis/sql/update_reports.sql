-- Reports after a further step: a JSON array of rows, and their ids. Nothing where another step came between.
UPDATE reports SET
    updated_at = next.updated_at, version = next.version, status = next.status, level = next.level, grid = next.grid,
    category = next.category, description = next.description, occurred_at = next.occurred_at, reporter_name =
    next.reporter_name, reporter_phone = next.reporter_phone, lon = next.lon, lat = next.lat, tier1 = next.tier1,
    tier2 = next.tier2, tier3 = next.tier3, assignment = next.assignment, due_at = next.due_at, warned_at =
    next.warned_at, overdue_since = next.overdue_since, settled_level = next.settled_level, settled_at =
    next.settled_at, merged_into = next.merged_into
FROM json_populate_recordset(NULL::reports, $1::json) AS next
-- The ids once more by themselves: a store of many months looks into theirs only.
WHERE reports.id = ANY ($2) AND reports.id = next.id AND reports.version = next.version - 1
RETURNING reports.id AS id
