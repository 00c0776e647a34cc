-- Counting reports: by a plan for just this question, and without compiling it, which takes longer than running it.
SELECT set_config('statement_timeout', '60s', true), set_config('plan_cache_mode', 'force_custom_plan', true),
       set_config('jit', 'off', true), set_config('work_mem', '64MB', true)
