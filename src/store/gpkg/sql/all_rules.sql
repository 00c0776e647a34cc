-- All revisions of the rules.
SELECT revision, recorded_at, rules FROM rules ORDER BY revision
