-- Counts of reports by what they are about, with the median time from coming in to being settled; each report by itself.
-- An index for each tier: a code is that of one grid, and what an index holds is enough.
WITH picked AS (
    SELECT id, created_at, tier1, tier2, tier3, category, status, settled_level, settled_at, overdue_since
    FROM reports
    WHERE ?4 IS NULL AND created_at >= coalesce(?2, '') AND created_at < coalesce(?3, '~')
        AND (?5 IS NULL OR ?5 IN (tier1, tier2, tier3))
    UNION ALL
    SELECT id, created_at, tier1, tier2, tier3, category, status, settled_level, settled_at, overdue_since
    FROM reports
    WHERE tier1 = ?4 AND created_at >= coalesce(?2, '') AND created_at < coalesce(?3, '~')
        AND (?5 IS NULL OR ?5 IN (tier1, tier2, tier3))
    UNION ALL
    SELECT id, created_at, tier1, tier2, tier3, category, status, settled_level, settled_at, overdue_since
    FROM reports
    WHERE tier2 = ?4 AND tier1 IS NOT ?4 AND created_at >= coalesce(?2, '') AND created_at < coalesce(?3, '~')
        AND (?5 IS NULL OR ?5 IN (tier1, tier2, tier3))
    UNION ALL
    SELECT id, created_at, tier1, tier2, tier3, category, status, settled_level, settled_at, overdue_since
    FROM reports
    WHERE tier3 = ?4 AND tier1 IS NOT ?4 AND tier2 IS NOT ?4 AND created_at >= coalesce(?2, '') AND created_at < coalesce(?3, '~')
        AND (?5 IS NULL OR ?5 IN (tier1, tier2, tier3))
), chosen AS MATERIALIZED (
    SELECT CASE ?1 WHEN 'tier1' THEN tier1 WHEN 'tier2' THEN tier2 WHEN 'tier3' THEN tier3
            WHEN 'category' THEN category WHEN 'day' THEN substr(id, 1, 6) ELSE '' END AS about,
        status, settled_level, overdue_since IS NOT NULL AS late, unixepoch(settled_at, 'subsec') - unixepoch(created_at, 'subsec') AS seconds
    FROM picked
), ranked AS (
    SELECT about, seconds, row_number() OVER (PARTITION BY about ORDER BY seconds) AS place,
        count(*) OVER (PARTITION BY about) AS settled
    FROM chosen WHERE seconds IS NOT NULL
)
SELECT about, status, settled_level, count(*) AS reports, count(*) FILTER (WHERE late) AS late, NULL AS median_seconds
FROM chosen GROUP BY about, status, settled_level
UNION ALL
-- The middle one, or the mean of the two in the middle.
SELECT about, NULL, NULL, settled, 0, avg(seconds) AS median_seconds
FROM ranked WHERE place IN ((settled + 1) / 2, (settled + 2) / 2) GROUP BY about, settled
