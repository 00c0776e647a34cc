-- Later events of the reports that were tried wait for as long as the one before them, and no longer.
UPDATE deliveries INDEXED BY deliveries_in_order SET next_at = COALESCE(tried.value ->> 'next_at', tried.value ->> 'last_at')
FROM json_each(?1) AS tried
WHERE webhook = tried.value ->> 'webhook' AND deliveries.report = tried.value ->> 'report'
    AND event > tried.value ->> 'event' AND deliveries.state = 'waiting'
