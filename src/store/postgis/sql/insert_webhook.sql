-- A new webhook, told of what comes after an event: after the last one so far where that is not said.
INSERT INTO webhooks (id, name, url, format, kinds, grid, secret, created_at, told)
VALUES ($1, $2, $3, $4, $5::json, $6, $7, $8, LEAST($9, (SELECT last FROM event_counter)))
RETURNING told
