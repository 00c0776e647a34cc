-- Processes that start at once take turns; the lock ends with the transaction. The number is ours alone: 'GRIDWARD' in ASCII.
SELECT pg_advisory_xact_lock(5139250682653659716)
