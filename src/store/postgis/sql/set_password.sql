-- Another password, from now on.
UPDATE accounts SET password = $2, password_at = $3 WHERE id = $1
