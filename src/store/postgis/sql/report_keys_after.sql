-- Keys under which reports were sent, after one.
SELECT kind, origin, key, report, body_hash FROM report_keys
WHERE (kind, origin, key) > ($1, $2, $3) ORDER BY kind, origin, key LIMIT $4
