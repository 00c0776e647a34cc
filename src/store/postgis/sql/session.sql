-- How every connection works: our schema first, then that of PostGIS; nothing waits for ever, on either side.
SELECT set_config('search_path', concat_ws(', ', 'gridward', (
           SELECT quote_ident(nspname) FROM pg_extension JOIN pg_namespace ON pg_namespace.oid = extnamespace
           WHERE extname = 'postgis')), false),
       set_config('timezone', 'UTC', false),
       set_config('statement_timeout', '5s', false),
       set_config('lock_timeout', '3s', false),
       set_config('idle_in_transaction_session_timeout', '60s', false),
       -- A client that is gone without a word keeps no lock for long.
       set_config('tcp_keepalives_idle', '10', false),
       set_config('tcp_keepalives_interval', '5', false),
       set_config('tcp_keepalives_count', '3', false)
