-- What kind of file this is: its application id, how many things are in it, and how many of our tables.
SELECT (SELECT application_id FROM pragma_application_id) AS application_id,
       (SELECT COUNT(*) FROM sqlite_schema) AS things,
       (SELECT COUNT(*) FROM sqlite_schema
        WHERE type = 'table' AND name IN ('store_revision', 'editions', 'publications', '_sqlx_migrations')) AS our_tables
