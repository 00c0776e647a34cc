-- All keys, oldest first.
SELECT id, name, role, grid, hash, created_at, revoked_at FROM api_keys ORDER BY created_at, id
