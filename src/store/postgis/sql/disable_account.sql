-- The first time counts.
UPDATE accounts SET disabled_at = COALESCE(disabled_at, $2) WHERE id = $1
