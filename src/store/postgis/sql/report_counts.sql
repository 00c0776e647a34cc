-- Counts of reports by what they are about, with the median time from coming in to being settled; each report by itself.
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
), chosen AS (
    SELECT CASE $1 WHEN 'tier1' THEN tier1 WHEN 'tier2' THEN tier2 WHEN 'tier3' THEN tier3
            WHEN 'category' THEN category WHEN 'day' THEN left(id, 6) ELSE '' END AS about,
        status, settled_level, overdue_since IS NOT NULL AS late, date_part('epoch', settled_at - created_at) AS seconds
    FROM picked
), ranked AS (
    SELECT about, seconds, row_number() OVER (PARTITION BY about ORDER BY seconds) AS place,
        count(*) OVER (PARTITION BY about) AS settled
    FROM chosen WHERE seconds IS NOT NULL
)
SELECT about, status, settled_level, count(*) AS reports, count(*) FILTER (WHERE late) AS late, NULL::double precision AS median_seconds
FROM chosen GROUP BY about, status, settled_level
UNION ALL
-- The middle one, or the mean of the two in the middle.
SELECT about, NULL, NULL, settled, 0, avg(seconds) AS median_seconds
FROM ranked WHERE place IN ((settled + 1) / 2, (settled + 2) / 2) GROUP BY about, settled
