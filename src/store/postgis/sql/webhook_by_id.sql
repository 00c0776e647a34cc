-- One webhook.
SELECT id, name, url, format, kinds::text AS kinds, grid, secret, created_at, told FROM webhooks WHERE id = $1
