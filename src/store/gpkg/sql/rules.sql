-- The latest rules.
SELECT revision, rules FROM rules ORDER BY revision DESC LIMIT 1
