-- Somebody signed in.
INSERT INTO sessions (hash, account, created_at, seen_at, ends_at) VALUES (?1, ?2, ?3, ?4, ?5)
