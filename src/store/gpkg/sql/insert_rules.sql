-- Further rules, where nobody else was faster.
INSERT INTO rules (revision, recorded_at, rules)
SELECT ?1 + 1, ?2, ?3 WHERE ?1 = (SELECT COALESCE(MAX(revision), 0) FROM rules)
