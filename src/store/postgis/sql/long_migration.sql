-- For the transaction that brings the schema up to date: others who do the same are waited for.
SELECT set_config('statement_timeout', '10min', true), set_config('lock_timeout', '5min', true)
