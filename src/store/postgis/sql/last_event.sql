-- The number of the last event.
SELECT last FROM event_counter
