-- Deliveries of events to a webhook: a JSON array of [event, report].
INSERT INTO deliveries (webhook, event, report, state, tries, next_at)
SELECT $1, (item ->> 0)::bigint, item ->> 1, 'waiting', 0, $2 FROM json_array_elements($3::json) AS item
