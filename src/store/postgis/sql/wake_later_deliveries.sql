-- Later events of the reports that were tried wait for as long as the one before them, and no longer.
UPDATE deliveries SET next_at = COALESCE(tried.next_at, tried.last_at)
FROM json_to_recordset($1::json) AS tried (webhook text, event bigint, report text, state text, tries bigint,
    next_at timestamptz, last_at timestamptz, last_status bigint, last_error text)
WHERE deliveries.webhook = tried.webhook AND deliveries.report = tried.report
    AND deliveries.event > tried.event AND deliveries.state = 'waiting'
