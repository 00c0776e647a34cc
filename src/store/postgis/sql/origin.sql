-- What kind of database this is: its encoding, PostGIS, whether it only reads, how many things our schema has, and ours among them.
SELECT pg_encoding_to_char((SELECT encoding FROM pg_database WHERE datname = current_database())) AS encoding,
       EXISTS (SELECT FROM pg_extension WHERE extname = 'postgis') AS has_postgis,
       EXISTS (SELECT FROM pg_available_extensions WHERE name = 'postgis') AS may_have_postgis,
       pg_is_in_recovery() AS is_standby,
       EXISTS (SELECT FROM pg_namespace WHERE nspname = 'gridward') AS has_schema,
       (SELECT count(*) FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace WHERE nspname = 'gridward') AS things,
       (SELECT count(*) FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
        WHERE nspname = 'gridward' AND relkind = 'r'
            AND relname IN ('store_revision', 'editions', 'publications', '_sqlx_migrations')) AS our_tables
