-- What is to be tried of a webhook by now, the longest waiting first: of each report only the earliest event that waits.
SELECT webhook, state, tries, next_at, last_at, last_status, last_error,
    number, at, kind, events.report, step, grids, origin, data
FROM deliveries JOIN events ON number = event
WHERE webhook = ?1 AND state = 'waiting' AND next_at <= ?2 AND NOT EXISTS (
    SELECT 1 FROM deliveries AS earlier INDEXED BY deliveries_in_order
    WHERE earlier.webhook = deliveries.webhook AND earlier.report = deliveries.report
        AND earlier.event < deliveries.event AND earlier.state = 'waiting')
ORDER BY next_at, event LIMIT ?3
