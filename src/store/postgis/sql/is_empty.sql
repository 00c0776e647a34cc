-- Whether nothing was ever kept here. What is kept of jobs is no content.
SELECT NOT EXISTS (SELECT 1 FROM editions) AND NOT EXISTS (SELECT 1 FROM rosters) AND NOT EXISTS (SELECT 1 FROM api_keys)
    AND NOT EXISTS (SELECT 1 FROM accounts) AND NOT EXISTS (SELECT 1 FROM audit)
    AND NOT EXISTS (SELECT 1 FROM rules) AND NOT EXISTS (SELECT 1 FROM events)
