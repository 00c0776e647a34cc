-- A new account.
INSERT INTO accounts (id, sign_in, name, role, grid, password, created_at, password_at, disabled_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
RETURNING id
