-- One delivery.
SELECT webhook, state, tries, next_at, last_at, last_status, last_error,
    number, at, kind, events.report, step, grids::text AS grids, origin, data::text AS data
FROM deliveries JOIN events ON number = event WHERE webhook = $1 AND event = $2
