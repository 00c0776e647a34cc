-- Deliveries of another store, as they stand: a JSON array of rows.
INSERT INTO deliveries (webhook, event, report, state, tries, next_at, last_at, last_status, last_error)
SELECT webhook, event, report, state, tries, next_at, last_at, last_status, last_error
FROM json_to_recordset($1::json) AS kept (webhook text, event bigint, report text, state text, tries bigint,
    next_at timestamptz, last_at timestamptz, last_status bigint, last_error text)
