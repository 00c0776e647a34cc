-- The latest rules.
SELECT revision, rules::text AS rules FROM rules ORDER BY revision DESC LIMIT 1
