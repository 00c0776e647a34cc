-- Further rules, where nobody else was faster.
INSERT INTO rules (revision, recorded_at, rules)
SELECT $1 + 1, $2, $3::json WHERE $1 = (SELECT COALESCE(MAX(revision), 0) FROM rules)
ON CONFLICT DO NOTHING
