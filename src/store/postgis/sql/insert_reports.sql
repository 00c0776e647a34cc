-- New reports: an array for each column.
INSERT INTO reports (id, created_at, updated_at, version, status, level, grid, category, description, occurred_at, reporter_name,
    reporter_phone, origin, external_id, lon, lat, tier1, tier2, tier3, assignment, due_at, warned_at, overdue_since,
    settled_level, settled_at, merged_into)
SELECT id, created_at, updated_at, version, status, level, grid, category, description, occurred_at, reporter_name,
    reporter_phone, origin, external_id, lon, lat, tier1, tier2, tier3, assignment::json, due_at, warned_at, overdue_since,
    settled_level, settled_at, merged_into
FROM unnest($1::text[], $2::timestamptz[], $3::timestamptz[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::text[],
    $9::text[], $10::timestamptz[], $11::text[], $12::text[], $13::text[], $14::text[], $15::double precision[],
    $16::double precision[], $17::text[], $18::text[], $19::text[], $20::text[], $21::timestamptz[], $22::timestamptz[],
    $23::timestamptz[], $24::text[], $25::timestamptz[], $26::text[])
    AS new (id, created_at, updated_at, version, status, level, grid, category, description, occurred_at, reporter_name,
    reporter_phone, origin, external_id, lon, lat, tier1, tier2, tier3, assignment, due_at, warned_at, overdue_since,
    settled_level, settled_at, merged_into)
