-- A copy waits in its transaction while an edition is read from the other store.
SELECT set_config('idle_in_transaction_session_timeout', '10min', true)
