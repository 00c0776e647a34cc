-- What the kept counts say of whole months or days.
SELECT CASE $1 WHEN 'tier1' THEN nullif(tier1, '') WHEN 'tier2' THEN nullif(tier2, '') WHEN 'tier3' THEN nullif(tier3, '')
        WHEN 'category' THEN category WHEN 'day' THEN span ELSE '' END AS about,
    status, nullif(settled_level, '') AS settled_level, late, NULL::bigint AS from_seconds, sum(reports)::bigint AS reports
FROM report_counts
WHERE kind = $2 AND span >= $3 AND span < $4
    AND ($5::text IS NULL OR $5 IN (tier1, tier2, tier3)) AND ($6::text IS NULL OR $6 IN (tier1, tier2, tier3))
GROUP BY 1, 2, 3, 4 HAVING sum(reports) <> 0
UNION ALL
SELECT CASE $1 WHEN 'tier1' THEN nullif(tier1, '') WHEN 'tier2' THEN nullif(tier2, '') WHEN 'tier3' THEN nullif(tier3, '')
        WHEN 'category' THEN category WHEN 'day' THEN span ELSE '' END AS about,
    NULL, NULL, 0, from_seconds, sum(reports)::bigint
FROM settling_counts
WHERE kind = $2 AND span >= $3 AND span < $4
    AND ($5::text IS NULL OR $5 IN (tier1, tier2, tier3)) AND ($6::text IS NULL OR $6 IN (tier1, tier2, tier3))
GROUP BY 1, from_seconds HAVING sum(reports) <> 0
