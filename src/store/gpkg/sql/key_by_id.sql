-- One key.
SELECT id, name, role, grid, hash, created_at, revoked_at FROM api_keys WHERE id = ?1
