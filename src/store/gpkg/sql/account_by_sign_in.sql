-- The account of whoever signs in by that name.
SELECT id, sign_in, name, role, grid, password, created_at, password_at, disabled_at FROM accounts WHERE sign_in = ?1
