-- Reports by a filter, the latest first.
SELECT
    id, created_at, updated_at, version, status, level, grid, category, description, occurred_at, reporter_name,
    reporter_phone, origin, external_id, lon, lat, tier1, tier2, tier3, assignment::text AS assignment, due_at,
    warned_at, overdue_since, settled_level, settled_at, merged_into
FROM reports
WHERE id >= $1 AND id < $2
    AND ($3::timestamptz IS NULL OR created_at >= $3) AND ($4::timestamptz IS NULL OR created_at < $4)
    AND ($5::text IS NULL OR tier1 = $5 OR tier2 = $5 OR tier3 = $5) AND ($6::text IS NULL OR tier1 = $6 OR tier2 = $6 OR tier3 = $6)
    AND ($7::text IS NULL OR origin = $7)
    AND ($8::text IS NULL OR level IN (SELECT json_array_elements_text($8::json)))
    AND ($9::text IS NULL OR status IN (SELECT json_array_elements_text($9::json)))
    AND ($10::text IS NULL OR category IN (SELECT json_array_elements_text($10::json)))
    AND ($11::text IS NULL OR id IN (SELECT json_array_elements_text($11::json)))
    AND ($12::float8 IS NULL OR lon BETWEEN $12 AND $14::float8 AND lat BETWEEN $13::float8 AND $15::float8)
    AND ($16::text IS NULL OR strpos(lower(description), lower($16)) > 0 OR strpos(id, $16) > 0)
    AND (NOT $17::boolean OR overdue_since IS NOT NULL)
    AND ($18::timestamptz IS NULL OR (created_at, id) < ($18, $19::text))
ORDER BY created_at DESC, id DESC LIMIT $20 OFFSET $21
