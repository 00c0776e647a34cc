-- Deliveries of a webhook, the latest event first.
SELECT webhook, state, tries, next_at, last_at, last_status, last_error,
    number, at, kind, events.report, step, grids::text AS grids, origin, data::text AS data
FROM deliveries JOIN events ON number = event
WHERE webhook = $1 AND ($2::text IS NULL OR state = $2) AND ($3::bigint IS NULL OR event < $3)
ORDER BY event DESC LIMIT $4
