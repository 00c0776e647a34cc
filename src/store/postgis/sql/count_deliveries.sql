-- How many deliveries of a webhook wait, the earliest event of these, and how many were given up.
SELECT (SELECT COUNT(*) FROM deliveries WHERE webhook = $1 AND state = 'waiting') AS waiting,
    (SELECT COUNT(*) FROM deliveries WHERE webhook = $1 AND state = 'dead') AS dead,
    (SELECT MIN(event) FROM deliveries WHERE webhook = $1 AND state = 'waiting') AS earliest
