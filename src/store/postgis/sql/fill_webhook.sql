-- A webhook of another store, which goes on where it stood.
INSERT INTO webhooks (id, name, url, format, kinds, grid, secret, created_at, told)
VALUES ($1, $2, $3, $4, $5::json, $6, $7, $8, $9)
