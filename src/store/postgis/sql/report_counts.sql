-- Counts of reports by what they are about, with the median time from coming in to being settled; all of one moment.
WITH chosen AS (
    SELECT CASE $1 WHEN 'tier1' THEN tier1 WHEN 'tier2' THEN tier2 WHEN 'tier3' THEN tier3
            WHEN 'category' THEN category WHEN 'day' THEN substr(id, 1, 6) ELSE '' END AS about,
        status, settled_level, overdue_since IS NOT NULL AS late, (EXTRACT(EPOCH FROM settled_at - created_at))::double precision AS seconds
    FROM reports
    WHERE id >= $2 AND id < $3
        AND ($4::timestamptz IS NULL OR created_at >= $4) AND ($5::timestamptz IS NULL OR created_at < $5)
        AND ($6::text IS NULL OR tier1 = $6 OR tier2 = $6 OR tier3 = $6) AND ($7::text IS NULL OR tier1 = $7 OR tier2 = $7 OR tier3 = $7)
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
