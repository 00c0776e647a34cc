-- Nobody else counts events, or reports, until the commit.
SELECT last FROM event_counter FOR UPDATE
