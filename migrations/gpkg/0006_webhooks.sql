-- Webhooks: who is told of events over HTTP, and what became of each delivery. None of this raises the store's revision.

-- Who sent the report that an event tells of, as in `reports`, for they may see it; empty where it tells of none.
ALTER TABLE events ADD COLUMN origin TEXT NOT NULL DEFAULT '';
UPDATE events SET origin = COALESCE((SELECT origin FROM reports WHERE reports.id = events.report), '');

CREATE TABLE webhooks (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    url TEXT NOT NULL,               -- a robot's opens its chat to whoever knows it
    format TEXT NOT NULL CHECK (format IN ('cloudevents', 'wecom', 'dingtalk')),
    kinds TEXT NOT NULL,             -- JSON array; empty is all
    grid TEXT,
    secret TEXT,                     -- of a DingTalk robot; the secrets that we sign with are kept nowhere
    created_at TEXT NOT NULL,
    told INTEGER NOT NULL            -- there are deliveries of events up to this number
) STRICT, WITHOUT ROWID;

-- One row for each event that a webhook is to be told of.
CREATE TABLE deliveries (
    webhook TEXT NOT NULL,
    event INTEGER NOT NULL,
    report TEXT NOT NULL,            -- of the event: within one, a later event waits for the earlier
    state TEXT NOT NULL CHECK (state IN ('waiting', 'done', 'dead')),
    tries INTEGER NOT NULL,
    next_at TEXT,
    last_at TEXT,
    last_status INTEGER,
    last_error TEXT,
    PRIMARY KEY (webhook, event)
) STRICT, WITHOUT ROWID;
CREATE INDEX deliveries_due ON deliveries (webhook, next_at, event) WHERE state = 'waiting';
CREATE INDEX deliveries_in_order ON deliveries (webhook, report, event) WHERE state = 'waiting';
CREATE INDEX deliveries_given_up ON deliveries (webhook, event) WHERE state = 'dead';
CREATE INDEX deliveries_done ON deliveries (last_at) WHERE state = 'done';

-- Work that one process at a time does for all: whoever holds the lease, until it is over.
CREATE TABLE leases (
    name TEXT PRIMARY KEY,
    holder TEXT NOT NULL,
    until TEXT NOT NULL
) STRICT, WITHOUT ROWID;
