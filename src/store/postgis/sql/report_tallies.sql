-- Reports of a time, tallied by what they are about and by how long it took to settle them; each read from an index.
-- An index for each tier: a code is that of one grid, and what an index holds is enough.
WITH picked AS (
    SELECT id, created_at, tier1, tier2, tier3, category, status, settled_level, settled_at, overdue_since
    FROM reports
    WHERE $6::text IS NULL AND id >= $2 AND id < $3 AND created_at >= coalesce($4::timestamptz, '-infinity') AND created_at < coalesce($5::timestamptz, 'infinity')
        AND ($7::text IS NULL OR $7 IN (tier1, tier2, tier3))
    UNION ALL
    SELECT id, created_at, tier1, tier2, tier3, category, status, settled_level, settled_at, overdue_since
    FROM reports
    WHERE tier1 = $6 AND id >= $2 AND id < $3 AND created_at >= coalesce($4::timestamptz, '-infinity') AND created_at < coalesce($5::timestamptz, 'infinity')
        AND ($7::text IS NULL OR $7 IN (tier1, tier2, tier3))
    UNION ALL
    SELECT id, created_at, tier1, tier2, tier3, category, status, settled_level, settled_at, overdue_since
    FROM reports
    WHERE tier2 = $6 AND tier1 IS DISTINCT FROM $6 AND id >= $2 AND id < $3 AND created_at >= coalesce($4::timestamptz, '-infinity') AND created_at < coalesce($5::timestamptz, 'infinity')
        AND ($7::text IS NULL OR $7 IN (tier1, tier2, tier3))
    UNION ALL
    SELECT id, created_at, tier1, tier2, tier3, category, status, settled_level, settled_at, overdue_since
    FROM reports
    WHERE tier3 = $6 AND tier1 IS DISTINCT FROM $6 AND tier2 IS DISTINCT FROM $6 AND id >= $2 AND id < $3 AND created_at >= coalesce($4::timestamptz, '-infinity') AND created_at < coalesce($5::timestamptz, 'infinity')
        AND ($7::text IS NULL OR $7 IN (tier1, tier2, tier3))
), bins AS (
    SELECT array_agg(from_seconds::double precision ORDER BY from_seconds) AS bounds FROM settling_bins
), chosen AS (
    SELECT CASE $1 WHEN 'tier1' THEN tier1 WHEN 'tier2' THEN tier2 WHEN 'tier3' THEN tier3
            WHEN 'category' THEN category WHEN 'day' THEN left(id, 6) ELSE '' END AS about,
        status, settled_level, (overdue_since IS NOT NULL)::int::bigint AS late,
        -- `greatest` passes over what is missing.
        CASE WHEN settled_at IS NOT NULL THEN width_bucket(
            greatest(0, floor(date_part('epoch', settled_at)) - floor(date_part('epoch', created_at))), (SELECT bounds FROM bins)) END AS bin
    FROM picked
)
SELECT about, status, settled_level, late, (SELECT bounds FROM bins)[bin]::bigint AS from_seconds, reports
FROM (SELECT about, status, settled_level, late, bin, count(*) AS reports FROM chosen GROUP BY 1, 2, 3, 4, 5) AS tallied
