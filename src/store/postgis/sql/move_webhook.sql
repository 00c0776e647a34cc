-- There are deliveries of further events, unless somebody else made them or the webhook is gone.
UPDATE webhooks SET told = $3 WHERE id = $1 AND told = $2
