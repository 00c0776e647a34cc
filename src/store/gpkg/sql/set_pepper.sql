-- An empty store takes over the bytes of the one it is a copy of, for the hashes of its keys are made under them.
UPDATE key_pepper SET pepper = ?1
