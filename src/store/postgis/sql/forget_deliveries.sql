-- Deliveries that were done long ago, some at a time.
DELETE FROM deliveries WHERE (webhook, event) IN (
    SELECT webhook, event FROM deliveries WHERE state = 'done' AND last_at < $1 ORDER BY last_at LIMIT $2)
