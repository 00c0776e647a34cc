-- Reports: where each stands, its history, the outbox, and the rules. None of this raises the store's revision but the rules.

-- Categories, levels and deadlines. Rows are only ever added: what was decided by a revision is explained by it.
CREATE TABLE rules (
    revision bigint PRIMARY KEY,
    recorded_at timestamptz NOT NULL,
    rules json NOT NULL
);

-- Each report as it stands now, in one partition for each month: ids begin with the day in China, `261125-…`.
CREATE TABLE reports (
    id text COLLATE "C" PRIMARY KEY,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    version bigint NOT NULL,         -- the number of its latest step
    status text NOT NULL CHECK (status IN ('reported', 'accepted', 'resolved', 'closed', 'rejected', 'merged')),
    level text NOT NULL CHECK (level IN ('tier1', 'tier2', 'tier3', 'town')),
    grid text COLLATE "C",           -- of that level
    category text COLLATE "C" NOT NULL,
    description text NOT NULL,
    occurred_at timestamptz,
    reporter_name text,
    reporter_phone text,
    origin text COLLATE "C" NOT NULL,
    external_id text COLLATE "C",
    lon double precision NOT NULL,   -- degrees, WGS 84
    lat double precision NOT NULL,
    tier1 text COLLATE "C", tier2 text COLLATE "C", tier3 text COLLATE "C",      -- the grids at the place
    assignment json NOT NULL,        -- the latest decision
    due_at timestamptz,
    warned_at timestamptz,
    overdue_since timestamptz,
    settled_level text,
    settled_at timestamptz,
    merged_into text COLLATE "C"
) PARTITION BY RANGE (id);
CREATE INDEX reports_by_time ON reports (created_at, id);
CREATE INDEX reports_by_tier1 ON reports (tier1, created_at);
CREATE INDEX reports_by_tier2 ON reports (tier2, created_at);
CREATE INDEX reports_by_tier3 ON reports (tier3, created_at);
CREATE INDEX reports_by_due ON reports (due_at) WHERE due_at IS NOT NULL;

-- What became of each report, step by step; in the month of the report.
CREATE TABLE report_steps (
    report text COLLATE "C" NOT NULL,
    number bigint NOT NULL,
    at timestamptz NOT NULL,
    action text NOT NULL,
    actor_via text NOT NULL,
    actor_id text NOT NULL,
    actor_name text NOT NULL,
    note text,
    status text NOT NULL,
    level text NOT NULL,
    grid text COLLATE "C",
    due_at timestamptz,
    assignment json,                 -- where it was decided anew
    PRIMARY KEY (report, number)
) PARTITION BY RANGE (report);

CREATE FUNCTION refuse_to_change_history() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a history is never changed' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER history_is_never_changed BEFORE UPDATE OR DELETE ON report_steps
    FOR EACH ROW EXECUTE FUNCTION refuse_to_change_history();

-- The partitions of the month that begins with `first_day` (`261101`); `next_month` is the first day of the month after.
CREATE FUNCTION make_report_month(first_day text, next_month text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    -- One at a time: two who find a month missing at the same moment would both make it.
    PERFORM pg_advisory_xact_lock(hashtext('gridward report months'));
    EXECUTE format('CREATE TABLE IF NOT EXISTS gridward.%I PARTITION OF gridward.reports FOR VALUES FROM (%L) TO (%L)',
        'reports_' || left(first_day, 4), first_day, next_month);
    EXECUTE format('CREATE TABLE IF NOT EXISTS gridward.%I PARTITION OF gridward.report_steps FOR VALUES FROM (%L) TO (%L)',
        'report_steps_' || left(first_day, 4), first_day, next_month);
END $$;

-- Words under which a report was sent, so that it is kept once.
CREATE TABLE report_keys (
    kind text COLLATE "C" NOT NULL CHECK (kind IN ('idempotency', 'external')),
    origin text COLLATE "C" NOT NULL,
    key text COLLATE "C" NOT NULL,
    report text COLLATE "C" NOT NULL,
    body_hash text NOT NULL,         -- hexadecimal
    PRIMARY KEY (kind, origin, key)
);

-- The outbox: what others are told, written with the step it tells of. Numbers have no gap.
CREATE TABLE events (
    number bigint PRIMARY KEY,
    at timestamptz NOT NULL,
    kind text NOT NULL,
    report text COLLATE "C" NOT NULL,
    step bigint NOT NULL,
    grids json NOT NULL,             -- array of codes
    data json NOT NULL
);

-- The number of the last event. Whoever raises it holds it until the commit, so that events become visible in the order of
-- their numbers.
CREATE TABLE event_counter (
    one integer PRIMARY KEY CHECK (one = 1),
    last bigint NOT NULL
);
INSERT INTO event_counter VALUES (1, 0);

CREATE FUNCTION tell_of_events() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('gridward_events', NEW.last::text);
    RETURN NULL;
END $$;
CREATE TRIGGER every_event_is_told AFTER UPDATE ON event_counter
    FOR EACH ROW EXECUTE FUNCTION tell_of_events();
