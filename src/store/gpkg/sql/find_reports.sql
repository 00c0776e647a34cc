-- Reports by a filter, the latest first.
SELECT
    id, created_at, updated_at, version, status, level, grid, category, description, occurred_at, reporter_name,
    reporter_phone, origin, external_id, lon, lat, tier1, tier2, tier3, assignment, due_at, warned_at, overdue_since,
    settled_level, settled_at, merged_into
FROM reports
WHERE id >= ?1 AND id < ?2
    AND (?3 IS NULL OR created_at >= ?3) AND (?4 IS NULL OR created_at < ?4)
    AND (?5 IS NULL OR ?5 IN (tier1, tier2, tier3)) AND (?6 IS NULL OR ?6 IN (tier1, tier2, tier3))
    AND (?7 IS NULL OR origin = ?7)
    AND (?8 IS NULL OR level IN (SELECT value FROM json_each(?8)))
    AND (?9 IS NULL OR status IN (SELECT value FROM json_each(?9)))
    AND (?10 IS NULL OR category IN (SELECT value FROM json_each(?10)))
    AND (?11 IS NULL OR id IN (SELECT value FROM json_each(?11)))
    AND (?12 IS NULL OR lon BETWEEN ?12 AND ?14 AND lat BETWEEN ?13 AND ?15)
    AND (?16 IS NULL OR instr(lower(description), lower(?16)) > 0 OR instr(id, ?16) > 0)
    AND (NOT ?17 OR overdue_since IS NOT NULL)
    AND (?18 IS NULL OR (created_at, id) < (?18, ?19))
ORDER BY created_at DESC, id DESC LIMIT ?20 OFFSET ?21
