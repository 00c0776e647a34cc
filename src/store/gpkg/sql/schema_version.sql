-- The newest migration this file has had.
SELECT COALESCE(MAX(version), 0) FROM _sqlx_migrations
