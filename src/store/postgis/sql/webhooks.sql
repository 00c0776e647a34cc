-- All webhooks, oldest first.
SELECT id, name, url, format, kinds::text AS kinds, grid, secret, created_at, told FROM webhooks ORDER BY created_at, id
