-- Reports: where each stands, its history, the outbox, and the rules. None of this raises the store's revision but the rules.

-- Categories, levels and deadlines. Rows are only ever added: what was decided by a revision is explained by it.
CREATE TABLE rules (
    revision INTEGER PRIMARY KEY,
    recorded_at TEXT NOT NULL,
    rules TEXT NOT NULL              -- JSON
) STRICT;

-- Each report as it stands now. Ids begin with the day in China, `261125-…`.
CREATE TABLE reports (
    id TEXT PRIMARY KEY,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    version INTEGER NOT NULL,        -- the number of its latest step
    status TEXT NOT NULL CHECK (status IN ('reported', 'accepted', 'resolved', 'closed', 'rejected', 'merged')),
    level TEXT NOT NULL CHECK (level IN ('tier1', 'tier2', 'tier3', 'town')),
    grid TEXT,                       -- of that level
    category TEXT NOT NULL,
    description TEXT NOT NULL,
    occurred_at TEXT,
    reporter_name TEXT,
    reporter_phone TEXT,
    origin TEXT NOT NULL,
    external_id TEXT,
    lon REAL NOT NULL,               -- degrees, WGS 84
    lat REAL NOT NULL,
    tier1 TEXT, tier2 TEXT, tier3 TEXT,      -- the grids at the place
    assignment TEXT NOT NULL,        -- JSON, the latest decision
    due_at TEXT,
    warned_at TEXT,
    overdue_since TEXT,
    settled_level TEXT,
    settled_at TEXT,
    merged_into TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX reports_by_time ON reports (created_at, id);
CREATE INDEX reports_by_tier1 ON reports (tier1, created_at);
CREATE INDEX reports_by_tier2 ON reports (tier2, created_at);
CREATE INDEX reports_by_tier3 ON reports (tier3, created_at);
CREATE INDEX reports_by_due ON reports (due_at) WHERE due_at IS NOT NULL;

-- What became of each report, step by step.
CREATE TABLE report_steps (
    report TEXT NOT NULL,
    number INTEGER NOT NULL,
    at TEXT NOT NULL,
    action TEXT NOT NULL,
    actor_via TEXT NOT NULL,
    actor_id TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    note TEXT,
    status TEXT NOT NULL,
    level TEXT NOT NULL,
    grid TEXT,
    due_at TEXT,
    assignment TEXT,                 -- JSON, where it was decided anew
    PRIMARY KEY (report, number)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER history_is_never_changed BEFORE UPDATE ON report_steps
BEGIN SELECT RAISE(ABORT, 'a history is never changed'); END;
CREATE TRIGGER history_is_never_removed BEFORE DELETE ON report_steps
BEGIN SELECT RAISE(ABORT, 'a history is never changed'); END;

-- Words under which a report was sent, so that it is kept once.
CREATE TABLE report_keys (
    kind TEXT NOT NULL CHECK (kind IN ('idempotency', 'external')),
    origin TEXT NOT NULL,
    key TEXT NOT NULL,
    report TEXT NOT NULL,
    body_hash TEXT NOT NULL,         -- hexadecimal
    PRIMARY KEY (kind, origin, key)
) STRICT, WITHOUT ROWID;

-- The outbox: what others are told, written with the step it tells of. Numbers have no gap.
CREATE TABLE events (
    number INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    kind TEXT NOT NULL,
    report TEXT NOT NULL,
    step INTEGER NOT NULL,
    grids TEXT NOT NULL,             -- JSON array of codes
    data TEXT NOT NULL               -- JSON
) STRICT;

-- The number of the last event.
CREATE TABLE event_counter (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    last INTEGER NOT NULL
) STRICT;
INSERT INTO event_counter VALUES (1, 0);
