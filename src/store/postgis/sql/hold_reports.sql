-- Nobody else changes these reports until the commit.
SELECT id FROM reports WHERE id = ANY ($1) ORDER BY id FOR UPDATE
