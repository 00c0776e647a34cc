-- Who is signed in by that secret.
SELECT hash, account, created_at, seen_at, ends_at FROM sessions WHERE hash = $1
