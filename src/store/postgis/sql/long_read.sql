-- An edition of a nation is read row by row through an index, from the first row on: sorting it first would take minutes.
SELECT set_config('statement_timeout', '10min', true), set_config('enable_sort', 'off', true)
