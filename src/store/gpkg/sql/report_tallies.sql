-- Reports of a time, tallied by what they are about and by how long it took to settle them; each read from an index.
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
)
SELECT CASE ?1 WHEN 'tier1' THEN tier1 WHEN 'tier2' THEN tier2 WHEN 'tier3' THEN tier3
            WHEN 'category' THEN category WHEN 'day' THEN substr(id, 1, 6) ELSE '' END AS about,
    status, settled_level, overdue_since IS NOT NULL AS late,
    (SELECT max(from_seconds) FROM settling_bins
        WHERE from_seconds <= max(0, unixepoch(settled_at) - unixepoch(created_at))) AS from_seconds,
    count(*) AS reports
FROM picked GROUP BY 1, 2, 3, 4, 5
