-- What tries came to: a JSON array of rows. One that failed counts only where nobody asked for a new beginning meanwhile.
UPDATE deliveries SET state = tried.value ->> 'state', tries = tried.value ->> 'tries', next_at = tried.value ->> 'next_at',
    last_at = tried.value ->> 'last_at', last_status = tried.value ->> 'last_status',
    last_error = tried.value ->> 'last_error'
FROM json_each(?1) AS tried
WHERE webhook = tried.value ->> 'webhook' AND event = tried.value ->> 'event'
    AND (tried.value ->> 'state' = 'done' OR deliveries.tries = tried.value ->> 'tries' - 1)
