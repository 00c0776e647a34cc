-- Part of every writing transaction. Whoever raised it holds it until it commits: from here on writers take turns.
UPDATE store_revision SET revision = revision + 1 RETURNING clock_timestamp()
