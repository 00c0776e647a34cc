-- Whoever is signed in by that account is so no more.
DELETE FROM sessions WHERE account = $1
