-- Whether any report came in then or later; ids begin with the day. The last one is looked for from the end of the index: a plan that
-- is to find any may read months up to the first.
SELECT EXISTS (
    SELECT FROM (SELECT id FROM reports WHERE created_at >= $1 AND id >= $2 ORDER BY created_at DESC LIMIT 1) AS last
) AS is_there
