-- Webhooks: who is told of events over HTTP, and what became of each delivery. None of this raises the store's revision.

-- Who sent the report that an event tells of, as in `reports`, for they may see it; empty where it tells of none.
ALTER TABLE events ADD COLUMN origin text COLLATE "C" NOT NULL DEFAULT '';
UPDATE events SET origin = COALESCE((SELECT origin FROM reports WHERE reports.id = events.report), '');

CREATE TABLE webhooks (
    id text COLLATE "C" PRIMARY KEY,
    name text NOT NULL,
    url text NOT NULL,               -- a robot's opens its chat to whoever knows it
    format text NOT NULL CHECK (format IN ('cloudevents', 'wecom', 'dingtalk')),
    kinds json NOT NULL,             -- array; empty is all
    grid text COLLATE "C",
    secret text,                     -- of a DingTalk robot; the secrets that we sign with are kept nowhere
    created_at timestamptz NOT NULL,
    told bigint NOT NULL             -- there are deliveries of events up to this number
);

-- One row for each event that a webhook is to be told of.
CREATE TABLE deliveries (
    webhook text COLLATE "C" NOT NULL,
    event bigint NOT NULL,
    report text COLLATE "C" NOT NULL, -- of the event: within one, a later event waits for the earlier
    state text NOT NULL CHECK (state IN ('waiting', 'done', 'dead')),
    tries bigint NOT NULL,
    next_at timestamptz,
    last_at timestamptz,
    last_status bigint,
    last_error text,
    PRIMARY KEY (webhook, event)
);
CREATE INDEX deliveries_due ON deliveries (webhook, next_at, event) WHERE state = 'waiting';
CREATE INDEX deliveries_in_order ON deliveries (webhook, report, event) WHERE state = 'waiting';
CREATE INDEX deliveries_given_up ON deliveries (webhook, event) WHERE state = 'dead';
CREATE INDEX deliveries_done ON deliveries (last_at) WHERE state = 'done';

-- Work that one process at a time does for all: whoever holds the lease, until it is over.
CREATE TABLE leases (
    name text COLLATE "C" PRIMARY KEY,
    holder text NOT NULL,
    until timestamptz NOT NULL
);
