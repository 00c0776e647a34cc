-- Where reports lie, before an id, the last ids first; whether in a grid.
SELECT id, (assignment -> 'given')::text AS given, status,
    coalesce($2::text IS NULL OR $2 IN (tier1, tier2, tier3), false) AS in_grid
FROM reports WHERE id < $1 ORDER BY id DESC LIMIT $3
