-- The bytes under which the hashes of keys are made.
SELECT pepper FROM key_pepper
