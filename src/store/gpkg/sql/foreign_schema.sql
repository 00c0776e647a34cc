-- What a file of another program has: names, kinds, and the beginning of how they were made.
SELECT name, type, substr(sql, 1, 4000) FROM main.sqlite_schema WHERE type IN ('table', 'view') LIMIT 5001
