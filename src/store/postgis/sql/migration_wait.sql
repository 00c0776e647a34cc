-- Before the transaction that brings the schema up to date: whoever does the same already is waited for to its end.
SELECT set_config('statement_timeout', '2h', true), set_config('lock_timeout', '2h', true)
