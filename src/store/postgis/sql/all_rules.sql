-- All revisions of the rules.
SELECT revision, recorded_at, rules::text AS rules FROM rules ORDER BY revision
