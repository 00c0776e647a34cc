-- The newest migration this database has had.
SELECT COALESCE(MAX(version), 0) FROM gridward._sqlx_migrations
