-- For the transaction that brings the schema up to date: it waits for tables that others read, but not for as long as it may take
-- by itself; and it sorts and groups in memory.
SELECT set_config('lock_timeout', '5min', true),
       set_config('work_mem', greatest(pg_size_bytes(current_setting('work_mem')) / 1024, 128 * 1024)::text, true),
       set_config('maintenance_work_mem', greatest(pg_size_bytes(current_setting('maintenance_work_mem')) / 1024, 256 * 1024)::text, true)
