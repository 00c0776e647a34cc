-- What tries came to: a JSON array of rows. One that failed counts only where nobody asked for a new beginning meanwhile.
UPDATE deliveries SET state = tried.state, tries = tried.tries, next_at = tried.next_at,
    last_at = tried.last_at, last_status = tried.last_status, last_error = tried.last_error
FROM json_to_recordset($1::json) AS tried (webhook text, event bigint, report text, state text, tries bigint,
    next_at timestamptz, last_at timestamptz, last_status bigint, last_error text)
WHERE deliveries.webhook = tried.webhook AND deliveries.event = tried.event
    AND (tried.state = 'done' OR deliveries.tries = tried.tries - 1)
