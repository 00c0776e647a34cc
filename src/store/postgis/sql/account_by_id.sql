-- One account.
SELECT id, sign_in, name, role, grid, password, created_at, password_at, disabled_at FROM accounts WHERE id = $1
