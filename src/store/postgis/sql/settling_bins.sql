-- The spans of seconds in which settled reports are tallied, by what each begins with.
SELECT from_seconds FROM settling_bins ORDER BY from_seconds
