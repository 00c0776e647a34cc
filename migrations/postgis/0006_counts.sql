-- Reports counted as they come in and are acted on, so that statistics of many need not read them one by one. Triggers keep the
-- counts, in the transaction of each write: they are those of the reports at every moment.

-- So many reports of a month (`2611`) at the same places, of a month of one category, and of a day (`261125`) of one category. What a
-- row is not about, and what its reports have not got, is the empty text.
CREATE TABLE report_counts (
    kind text COLLATE "C" NOT NULL CHECK (kind IN ('place', 'category', 'day')),
    span text COLLATE "C" NOT NULL,  -- as ids begin
    tier1 text COLLATE "C" NOT NULL, tier2 text COLLATE "C" NOT NULL, tier3 text COLLATE "C" NOT NULL,
    category text COLLATE "C" NOT NULL,
    status text COLLATE "C" NOT NULL,
    settled_level text COLLATE "C" NOT NULL,
    late bigint NOT NULL,            -- 1: at the level that holds them
    reports bigint NOT NULL,
    PRIMARY KEY (kind, span, tier1, tier2, tier3, category, status, settled_level, late)
) WITH (fillfactor = 60);

-- The same of settled ones, by how long it took.
CREATE TABLE settling_counts (
    kind text COLLATE "C" NOT NULL CHECK (kind IN ('place', 'category', 'day')),
    span text COLLATE "C" NOT NULL,
    tier1 text COLLATE "C" NOT NULL, tier2 text COLLATE "C" NOT NULL, tier3 text COLLATE "C" NOT NULL,
    category text COLLATE "C" NOT NULL,
    from_seconds bigint NOT NULL,    -- and less than the next one of `settling_bins`
    reports bigint NOT NULL,
    PRIMARY KEY (kind, span, tier1, tier2, tier3, category, from_seconds)
) WITH (fillfactor = 60);

-- Each begins a span of seconds; eight to the double, so that a span is an eleventh of what it begins with.
CREATE FUNCTION settling_bounds() RETURNS double precision[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT ARRAY[
    0, 60, 65, 71, 78, 85, 93, 101, 110, 120, 131, 143, 156, 170, 185, 202, 220, 240, 262,
    285, 311, 339, 370, 404, 440, 480, 523, 571, 622, 679, 740, 807, 880, 960, 1047, 1142, 1245,
    1358, 1481, 1615, 1761, 1920, 2094, 2283, 2490, 2715, 2961, 3229, 3521, 3840, 4188, 4567, 4980,
    5431, 5922, 6458, 7043, 7680, 8375, 9133, 9960, 10861, 11844, 12916, 14085, 15360, 16750, 18266,
    19919, 21722, 23688, 25832, 28170, 30720, 33500, 36532, 39839, 43445, 47377, 51665, 56341, 61440,
    67001, 73065, 79678, 86889, 94753, 103329, 112681, 122880, 134002, 146130, 159356, 173779, 189507,
    206659, 225363, 245760, 268003, 292260, 318711, 347557, 379014, 413317, 450726, 491520, 536006,
    584519, 637423, 695114, 758027, 826635, 901452, 983040, 1072013, 1169038, 1274845, 1390229, 1516055,
    1653270, 1802903, 1966080, 2144025, 2338076, 2549690, 2780457, 3032110, 3306539, 3605807, 3932160,
    4288051, 4676153, 5099381, 5560914, 6064220, 6613078, 7211613, 7864320, 8576102, 9352305, 10198761,
    11121828, 12128439, 13226157, 14423226, 15728640, 17152204, 18704611, 20397522, 22243656, 24256879,
    26452314, 28846453, 31457280, 34304407, 37409221]::double precision[]
$$;
CREATE TABLE settling_bins (
    from_seconds bigint PRIMARY KEY
);
INSERT INTO settling_bins SELECT unnest(settling_bounds());

-- The span of seconds that reports settled then belong to. One expression, so that it becomes part of whatever statement it stands
-- in: it is worked out for every settled report.
CREATE FUNCTION settling_bin(created_at timestamptz, settled_at timestamptz) RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT (gridward.settling_bounds())[width_bucket(
        greatest(0, floor(date_part('epoch', settled_at)) - floor(date_part('epoch', created_at))), gridward.settling_bounds())]::bigint
$$;

-- The rows are written in the order of their keys, so that two writes wait for each other and never in a ring.
CREATE FUNCTION count_new_reports() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO gridward.report_counts AS kept
    SELECT 'place', left(id, 4), coalesce(tier1, ''), coalesce(tier2, ''), coalesce(tier3, ''), '', status,
        coalesce(settled_level, ''), (overdue_since IS NOT NULL)::int, count(*)
    FROM added GROUP BY 2, 3, 4, 5, 7, 8, 9
    UNION ALL
    SELECT 'category', left(id, 4), '', '', '', category, status, coalesce(settled_level, ''), (overdue_since IS NOT NULL)::int, count(*)
    FROM added GROUP BY 2, 6, 7, 8, 9
    UNION ALL
    SELECT 'day', left(id, 6), '', '', '', category, status, coalesce(settled_level, ''), (overdue_since IS NOT NULL)::int, count(*)
    FROM added GROUP BY 2, 6, 7, 8, 9
    ORDER BY 1, 2, 3, 4, 5, 6, 7, 8, 9
    ON CONFLICT (kind, span, tier1, tier2, tier3, category, status, settled_level, late)
        DO UPDATE SET reports = kept.reports + EXCLUDED.reports;
    INSERT INTO gridward.settling_counts AS kept
    SELECT 'place', left(id, 4), coalesce(tier1, ''), coalesce(tier2, ''), coalesce(tier3, ''), '',
        gridward.settling_bin(created_at, settled_at), count(*)
    FROM added WHERE settled_at IS NOT NULL GROUP BY 2, 3, 4, 5, 7
    UNION ALL
    SELECT 'category', left(id, 4), '', '', '', category, gridward.settling_bin(created_at, settled_at), count(*)
    FROM added WHERE settled_at IS NOT NULL GROUP BY 2, 6, 7
    UNION ALL
    SELECT 'day', left(id, 6), '', '', '', category, gridward.settling_bin(created_at, settled_at), count(*)
    FROM added WHERE settled_at IS NOT NULL GROUP BY 2, 6, 7
    ORDER BY 1, 2, 3, 4, 5, 6, 7
    ON CONFLICT (kind, span, tier1, tier2, tier3, category, from_seconds) DO UPDATE SET reports = kept.reports + EXCLUDED.reports;
    RETURN NULL;
END $$;
CREATE TRIGGER new_reports_are_counted AFTER INSERT ON reports
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION count_new_reports();

CREATE FUNCTION count_changed_reports() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    WITH moved AS (SELECT 1 AS sign, * FROM added UNION ALL SELECT -1, * FROM removed)
    INSERT INTO gridward.report_counts AS kept
    SELECT 'place', left(id, 4), coalesce(tier1, ''), coalesce(tier2, ''), coalesce(tier3, ''), '', status,
        coalesce(settled_level, ''), (overdue_since IS NOT NULL)::int, sum(sign)
    FROM moved GROUP BY 2, 3, 4, 5, 7, 8, 9 HAVING sum(sign) <> 0
    UNION ALL
    SELECT 'category', left(id, 4), '', '', '', category, status, coalesce(settled_level, ''), (overdue_since IS NOT NULL)::int, sum(sign)
    FROM moved GROUP BY 2, 6, 7, 8, 9 HAVING sum(sign) <> 0
    UNION ALL
    SELECT 'day', left(id, 6), '', '', '', category, status, coalesce(settled_level, ''), (overdue_since IS NOT NULL)::int, sum(sign)
    FROM moved GROUP BY 2, 6, 7, 8, 9 HAVING sum(sign) <> 0
    ORDER BY 1, 2, 3, 4, 5, 6, 7, 8, 9
    ON CONFLICT (kind, span, tier1, tier2, tier3, category, status, settled_level, late)
        DO UPDATE SET reports = kept.reports + EXCLUDED.reports;
    WITH moved AS (SELECT 1 AS sign, * FROM added UNION ALL SELECT -1, * FROM removed)
    INSERT INTO gridward.settling_counts AS kept
    SELECT 'place', left(id, 4), coalesce(tier1, ''), coalesce(tier2, ''), coalesce(tier3, ''), '',
        gridward.settling_bin(created_at, settled_at), sum(sign)
    FROM moved WHERE settled_at IS NOT NULL GROUP BY 2, 3, 4, 5, 7 HAVING sum(sign) <> 0
    UNION ALL
    SELECT 'category', left(id, 4), '', '', '', category, gridward.settling_bin(created_at, settled_at), sum(sign)
    FROM moved WHERE settled_at IS NOT NULL GROUP BY 2, 6, 7 HAVING sum(sign) <> 0
    UNION ALL
    SELECT 'day', left(id, 6), '', '', '', category, gridward.settling_bin(created_at, settled_at), sum(sign)
    FROM moved WHERE settled_at IS NOT NULL GROUP BY 2, 6, 7 HAVING sum(sign) <> 0
    ORDER BY 1, 2, 3, 4, 5, 6, 7
    ON CONFLICT (kind, span, tier1, tier2, tier3, category, from_seconds) DO UPDATE SET reports = kept.reports + EXCLUDED.reports;
    RETURN NULL;
END $$;
CREATE TRIGGER changed_reports_are_counted_anew AFTER UPDATE ON reports
    REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION count_changed_reports();

-- Nobody removes reports but by hand; counts that go on with what is gone would be worse than none.
CREATE FUNCTION refuse_to_remove_reports() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a report is never removed' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER reports_are_never_removed BEFORE DELETE ON reports
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_remove_reports();

-- Those that are there already, each month read once.
DO $fill$
DECLARE
    month regclass;
BEGIN
    FOR month IN SELECT inhrelid FROM pg_inherits WHERE inhparent = 'gridward.reports'::regclass LOOP
        EXECUTE format($$
            WITH there AS MATERIALIZED (
                SELECT left(id, 4) AS month, left(id, 6) AS day, coalesce(tier1, '') AS tier1, coalesce(tier2, '') AS tier2,
                    coalesce(tier3, '') AS tier3, category, status, coalesce(settled_level, '') AS settled_level,
                    (overdue_since IS NOT NULL)::int AS late,
                    CASE WHEN settled_at IS NOT NULL THEN gridward.settling_bin(created_at, settled_at) END AS from_seconds
                FROM %s
            ), counted AS (
                INSERT INTO gridward.report_counts
                SELECT 'place', month, tier1, tier2, tier3, '', status, settled_level, late, count(*)
                FROM there GROUP BY month, tier1, tier2, tier3, status, settled_level, late
                UNION ALL
                SELECT 'category', month, '', '', '', category, status, settled_level, late, count(*)
                FROM there GROUP BY month, category, status, settled_level, late
                UNION ALL
                SELECT 'day', day, '', '', '', category, status, settled_level, late, count(*)
                FROM there GROUP BY day, category, status, settled_level, late
            )
            INSERT INTO gridward.settling_counts
            SELECT 'place', month, tier1, tier2, tier3, '', from_seconds, count(*)
            FROM there WHERE from_seconds IS NOT NULL GROUP BY month, tier1, tier2, tier3, from_seconds
            UNION ALL
            SELECT 'category', month, '', '', '', category, from_seconds, count(*)
            FROM there WHERE from_seconds IS NOT NULL GROUP BY month, category, from_seconds
            UNION ALL
            SELECT 'day', day, '', '', '', category, from_seconds, count(*)
            FROM there WHERE from_seconds IS NOT NULL GROUP BY day, category, from_seconds
            $$, month);
    END LOOP;
END $fill$;
ANALYZE report_counts, settling_counts;

-- What is counted one by one all the same (parts of months and days, the days of one grid) is read from the indexes alone.
-- The old ones go at the end, for only that keeps others from reading reports.
CREATE INDEX reports_by_time_whole ON reports (created_at, id)
    INCLUDE (tier1, tier2, tier3, category, status, settled_level, settled_at, overdue_since);
CREATE INDEX reports_by_tier1_whole ON reports (tier1, created_at)
    INCLUDE (id, tier2, tier3, category, status, settled_level, settled_at, overdue_since);
CREATE INDEX reports_by_tier2_whole ON reports (tier2, created_at)
    INCLUDE (id, tier1, tier3, category, status, settled_level, settled_at, overdue_since);
CREATE INDEX reports_by_tier3_whole ON reports (tier3, created_at)
    INCLUDE (id, tier1, tier2, category, status, settled_level, settled_at, overdue_since);
DROP INDEX reports_by_time, reports_by_tier1, reports_by_tier2, reports_by_tier3;
ALTER INDEX reports_by_time_whole RENAME TO reports_by_time;
ALTER INDEX reports_by_tier1_whole RENAME TO reports_by_tier1;
ALTER INDEX reports_by_tier2_whole RENAME TO reports_by_tier2;
ALTER INDEX reports_by_tier3_whole RENAME TO reports_by_tier3;
