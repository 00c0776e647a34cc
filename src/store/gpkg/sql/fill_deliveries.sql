-- Deliveries of another store, as they stand: a JSON array of rows.
INSERT INTO deliveries (webhook, event, report, state, tries, next_at, last_at, last_status, last_error)
SELECT value ->> 'webhook', value ->> 'event', value ->> 'report', value ->> 'state', value ->> 'tries',
    value ->> 'next_at', value ->> 'last_at', value ->> 'last_status', value ->> 'last_error'
FROM json_each(?1)
