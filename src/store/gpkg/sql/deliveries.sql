-- Deliveries of a webhook, the latest event first.
SELECT webhook, state, tries, next_at, last_at, last_status, last_error,
    number, at, kind, events.report, step, grids, origin, data
FROM deliveries JOIN events ON number = event
WHERE webhook = ?1 AND (?2 IS NULL OR state = ?2) AND (?3 IS NULL OR event < ?3)
ORDER BY event DESC LIMIT ?4
