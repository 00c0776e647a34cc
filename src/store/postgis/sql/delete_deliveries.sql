-- The deliveries of a webhook that went.
DELETE FROM deliveries WHERE webhook = $1
