-- Nobody else changes these reports until the commit.
SELECT id, status FROM reports WHERE id = ANY ($1) ORDER BY id FOR UPDATE
