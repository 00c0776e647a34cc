-- All accounts, oldest first.
SELECT id, sign_in, name, role, grid, password, created_at, password_at, disabled_at FROM accounts ORDER BY created_at, id
