-- How many deliveries of a webhook wait, and how many were given up.
SELECT (SELECT COUNT(*) FROM deliveries WHERE webhook = $1 AND state = 'waiting') AS waiting,
    (SELECT COUNT(*) FROM deliveries WHERE webhook = $1 AND state = 'dead') AS dead
