-- One webhook.
SELECT id, name, url, format, kinds, grid, secret, created_at, told FROM webhooks WHERE id = ?1
