-- Deliveries of events to a webhook: a JSON array of [event, report].
INSERT INTO deliveries (webhook, event, report, state, tries, next_at)
SELECT ?1, json_extract(value, '$[0]'), json_extract(value, '$[1]'), 'waiting', 0, ?2 FROM json_each(?3)
