-- Who may do what, and who did what: grids of keys, accounts of the staff with their sessions, and the audit log.

-- Code of the grid, of any tier, that the key acts on with what is below; NULL is everywhere.
ALTER TABLE api_keys ADD COLUMN grid TEXT;

-- People who sign in. Never removed, only disabled, for the audit log names them.
CREATE TABLE accounts (
    id TEXT PRIMARY KEY,
    sign_in TEXT NOT NULL UNIQUE,    -- in small letters
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    grid TEXT,
    password TEXT NOT NULL,          -- argon2id, in the PHC string format
    created_at TEXT NOT NULL,
    password_at TEXT NOT NULL,
    disabled_at TEXT
) STRICT, WITHOUT ROWID;

-- Who is signed in. The secrets themselves are nowhere. Does not raise the revision.
CREATE TABLE sessions (
    hash BLOB PRIMARY KEY CHECK (LENGTH(hash) = 32),
    account TEXT NOT NULL REFERENCES accounts (id),
    created_at TEXT NOT NULL,
    seen_at TEXT NOT NULL,
    ends_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_account ON sessions (account);

-- Who did what. Rows are only ever added. Does not raise the revision.
CREATE TABLE audit (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    via TEXT NOT NULL,               -- how the actor was known: key, session, command, program, nobody
    actor TEXT NOT NULL,             -- id of the key or account, or the user's name
    name TEXT NOT NULL,
    address TEXT,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    details TEXT NOT NULL            -- a JSON object without personal data
) STRICT;
CREATE INDEX audit_at ON audit (at);
CREATE INDEX audit_action ON audit (action, id);

CREATE TRIGGER audit_is_never_changed BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit log is never changed'); END;
CREATE TRIGGER audit_is_never_removed BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit log is never changed'); END;
-- INSERT OR REPLACE removes without telling the trigger above.
CREATE TRIGGER audit_is_never_replaced BEFORE INSERT ON audit WHEN EXISTS (SELECT 1 FROM audit WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'the audit log is never changed'); END;
