-- A row of another store's log, under its own number.
INSERT INTO audit (id, at, via, actor, name, address, action, subject, details)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9::json)
