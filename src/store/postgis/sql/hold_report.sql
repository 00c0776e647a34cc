-- Nobody else changes this report until the commit.
SELECT version FROM reports WHERE id = $1 FOR UPDATE
