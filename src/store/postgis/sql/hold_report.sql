-- Nobody else changes this report until the commit.
SELECT id FROM reports WHERE id = $1 FOR UPDATE
