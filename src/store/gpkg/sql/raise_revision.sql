-- Part of every writing transaction.
UPDATE store_revision SET revision = revision + 1
