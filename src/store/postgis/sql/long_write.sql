-- A draft or a publication of a nation; others write meanwhile, so locks are waited for a little longer too.
SELECT set_config('statement_timeout', '10min', true), set_config('lock_timeout', '10s', true)
