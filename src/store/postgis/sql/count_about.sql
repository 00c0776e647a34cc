-- How many reports there are at most in the months or days that a time touches.
SELECT coalesce(sum(reports), 0)::bigint AS reports FROM report_counts
WHERE kind = $1 AND span >= $2 AND span < $3 AND ($4::text IS NULL OR $4 IN (tier1, tier2, tier3))
