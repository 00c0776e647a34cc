-- A new key.
INSERT INTO api_keys (id, name, role, grid, hash, created_at, revoked_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
