-- Reports counted as they come in and are acted on, so that statistics of many need not read them one by one. Triggers keep the
-- counts, in the transaction of each write: they are those of the reports at every moment.

-- So many reports of a month (`2611`) at the same places, of a month of one category, and of a day (`261125`) of one category. What a
-- row is not about, and what its reports have not got, is the empty text.
CREATE TABLE report_counts (
    kind TEXT NOT NULL CHECK (kind IN ('place', 'category', 'day')),
    span TEXT NOT NULL,              -- as ids begin
    tier1 TEXT NOT NULL, tier2 TEXT NOT NULL, tier3 TEXT NOT NULL,
    category TEXT NOT NULL,
    status TEXT NOT NULL,
    settled_level TEXT NOT NULL,
    late INTEGER NOT NULL,           -- 1: at the level that holds them
    reports INTEGER NOT NULL,
    PRIMARY KEY (kind, span, tier1, tier2, tier3, category, status, settled_level, late)
) STRICT, WITHOUT ROWID;

-- The same of settled ones, by how long it took.
CREATE TABLE settling_counts (
    kind TEXT NOT NULL CHECK (kind IN ('place', 'category', 'day')),
    span TEXT NOT NULL,
    tier1 TEXT NOT NULL, tier2 TEXT NOT NULL, tier3 TEXT NOT NULL,
    category TEXT NOT NULL,
    from_seconds INTEGER NOT NULL,   -- and less than the next one of `settling_bins`
    reports INTEGER NOT NULL,
    PRIMARY KEY (kind, span, tier1, tier2, tier3, category, from_seconds)
) STRICT, WITHOUT ROWID;

-- Each begins a span of seconds; eight to the double, so that a span is an eleventh of what it begins with.
CREATE TABLE settling_bins (
    from_seconds INTEGER PRIMARY KEY
) STRICT;
INSERT INTO settling_bins VALUES
    (0), (60), (65), (71), (78), (85), (93), (101), (110), (120), (131), (143), (156), (170), (185), (202), (220), (240), (262),
    (285), (311), (339), (370), (404), (440), (480), (523), (571), (622), (679), (740), (807), (880), (960), (1047), (1142), (1245),
    (1358), (1481), (1615), (1761), (1920), (2094), (2283), (2490), (2715), (2961), (3229), (3521), (3840), (4188), (4567), (4980),
    (5431), (5922), (6458), (7043), (7680), (8375), (9133), (9960), (10861), (11844), (12916), (14085), (15360), (16750), (18266),
    (19919), (21722), (23688), (25832), (28170), (30720), (33500), (36532), (39839), (43445), (47377), (51665), (56341), (61440),
    (67001), (73065), (79678), (86889), (94753), (103329), (112681), (122880), (134002), (146130), (159356), (173779), (189507),
    (206659), (225363), (245760), (268003), (292260), (318711), (347557), (379014), (413317), (450726), (491520), (536006),
    (584519), (637423), (695114), (758027), (826635), (901452), (983040), (1072013), (1169038), (1274845), (1390229), (1516055),
    (1653270), (1802903), (1966080), (2144025), (2338076), (2549690), (2780457), (3032110), (3306539), (3605807), (3932160),
    (4288051), (4676153), (5099381), (5560914), (6064220), (6613078), (7211613), (7864320), (8576102), (9352305), (10198761),
    (11121828), (12128439), (13226157), (14423226), (15728640), (17152204), (18704611), (20397522), (22243656), (24256879),
    (26452314), (28846453), (31457280), (34304407), (37409221);

CREATE TRIGGER new_reports_are_counted AFTER INSERT ON reports
BEGIN
    INSERT INTO report_counts VALUES
        ('place', substr(NEW.id, 1, 4), coalesce(NEW.tier1, ''), coalesce(NEW.tier2, ''), coalesce(NEW.tier3, ''), '', NEW.status,
            coalesce(NEW.settled_level, ''), NEW.overdue_since IS NOT NULL, 1),
        ('category', substr(NEW.id, 1, 4), '', '', '', NEW.category, NEW.status, coalesce(NEW.settled_level, ''),
            NEW.overdue_since IS NOT NULL, 1),
        ('day', substr(NEW.id, 1, 6), '', '', '', NEW.category, NEW.status, coalesce(NEW.settled_level, ''),
            NEW.overdue_since IS NOT NULL, 1)
    ON CONFLICT DO UPDATE SET reports = reports + 1;
    INSERT INTO settling_counts
    SELECT cell.kind, cell.span, cell.tier1, cell.tier2, cell.tier3, cell.category, (SELECT max(from_seconds) FROM settling_bins
        WHERE from_seconds <= max(0, unixepoch(NEW.settled_at) - unixepoch(NEW.created_at))), 1
    FROM (SELECT 'place' AS kind, substr(NEW.id, 1, 4) AS span, coalesce(NEW.tier1, '') AS tier1, coalesce(NEW.tier2, '') AS tier2,
            coalesce(NEW.tier3, '') AS tier3, '' AS category
        UNION ALL SELECT 'category', substr(NEW.id, 1, 4), '', '', '', NEW.category
        UNION ALL SELECT 'day', substr(NEW.id, 1, 6), '', '', '', NEW.category) AS cell
    WHERE NEW.settled_at IS NOT NULL
    ON CONFLICT DO UPDATE SET reports = reports + 1;
END;

CREATE TRIGGER changed_reports_are_counted_anew AFTER UPDATE ON reports
BEGIN
    INSERT INTO report_counts VALUES
        ('place', substr(OLD.id, 1, 4), coalesce(OLD.tier1, ''), coalesce(OLD.tier2, ''), coalesce(OLD.tier3, ''), '', OLD.status,
            coalesce(OLD.settled_level, ''), OLD.overdue_since IS NOT NULL, -1),
        ('category', substr(OLD.id, 1, 4), '', '', '', OLD.category, OLD.status, coalesce(OLD.settled_level, ''),
            OLD.overdue_since IS NOT NULL, -1),
        ('day', substr(OLD.id, 1, 6), '', '', '', OLD.category, OLD.status, coalesce(OLD.settled_level, ''),
            OLD.overdue_since IS NOT NULL, -1)
    ON CONFLICT DO UPDATE SET reports = reports - 1;
    INSERT INTO report_counts VALUES
        ('place', substr(NEW.id, 1, 4), coalesce(NEW.tier1, ''), coalesce(NEW.tier2, ''), coalesce(NEW.tier3, ''), '', NEW.status,
            coalesce(NEW.settled_level, ''), NEW.overdue_since IS NOT NULL, 1),
        ('category', substr(NEW.id, 1, 4), '', '', '', NEW.category, NEW.status, coalesce(NEW.settled_level, ''),
            NEW.overdue_since IS NOT NULL, 1),
        ('day', substr(NEW.id, 1, 6), '', '', '', NEW.category, NEW.status, coalesce(NEW.settled_level, ''),
            NEW.overdue_since IS NOT NULL, 1)
    ON CONFLICT DO UPDATE SET reports = reports + 1;
    INSERT INTO settling_counts
    SELECT cell.kind, cell.span, cell.tier1, cell.tier2, cell.tier3, cell.category, (SELECT max(from_seconds) FROM settling_bins
        WHERE from_seconds <= max(0, unixepoch(OLD.settled_at) - unixepoch(OLD.created_at))), -1
    FROM (SELECT 'place' AS kind, substr(OLD.id, 1, 4) AS span, coalesce(OLD.tier1, '') AS tier1, coalesce(OLD.tier2, '') AS tier2,
            coalesce(OLD.tier3, '') AS tier3, '' AS category
        UNION ALL SELECT 'category', substr(OLD.id, 1, 4), '', '', '', OLD.category
        UNION ALL SELECT 'day', substr(OLD.id, 1, 6), '', '', '', OLD.category) AS cell
    WHERE OLD.settled_at IS NOT NULL
    ON CONFLICT DO UPDATE SET reports = reports - 1;
    INSERT INTO settling_counts
    SELECT cell.kind, cell.span, cell.tier1, cell.tier2, cell.tier3, cell.category, (SELECT max(from_seconds) FROM settling_bins
        WHERE from_seconds <= max(0, unixepoch(NEW.settled_at) - unixepoch(NEW.created_at))), 1
    FROM (SELECT 'place' AS kind, substr(NEW.id, 1, 4) AS span, coalesce(NEW.tier1, '') AS tier1, coalesce(NEW.tier2, '') AS tier2,
            coalesce(NEW.tier3, '') AS tier3, '' AS category
        UNION ALL SELECT 'category', substr(NEW.id, 1, 4), '', '', '', NEW.category
        UNION ALL SELECT 'day', substr(NEW.id, 1, 6), '', '', '', NEW.category) AS cell
    WHERE NEW.settled_at IS NOT NULL
    ON CONFLICT DO UPDATE SET reports = reports + 1;
END;

-- Nobody removes reports but by hand; counts that go on with what is gone would be worse than none.
CREATE TRIGGER reports_are_never_removed BEFORE DELETE ON reports
BEGIN SELECT RAISE(ABORT, 'a report is never removed'); END;

-- What is counted one by one all the same (parts of months and days, the days of one grid) is read from the indexes alone.
DROP INDEX reports_by_time;
DROP INDEX reports_by_tier1;
DROP INDEX reports_by_tier2;
DROP INDEX reports_by_tier3;
CREATE INDEX reports_by_time ON reports
    (created_at, id, tier1, tier2, tier3, category, status, settled_level, settled_at, overdue_since);
CREATE INDEX reports_by_tier1 ON reports
    (tier1, created_at, id, tier2, tier3, category, status, settled_level, settled_at, overdue_since);
CREATE INDEX reports_by_tier2 ON reports
    (tier2, created_at, id, tier1, tier3, category, status, settled_level, settled_at, overdue_since);
CREATE INDEX reports_by_tier3 ON reports
    (tier3, created_at, id, tier1, tier2, category, status, settled_level, settled_at, overdue_since);

-- Those that are there already: read twice from the first of those indexes, then put together from what is left.
CREATE TEMPORARY TABLE counted_by_place AS
SELECT substr(id, 1, 4) AS month, coalesce(tier1, '') AS tier1, coalesce(tier2, '') AS tier2, coalesce(tier3, '') AS tier3, status,
    coalesce(settled_level, '') AS settled_level, overdue_since IS NOT NULL AS late,
    CASE WHEN settled_at IS NOT NULL THEN (SELECT max(from_seconds) FROM settling_bins
        WHERE from_seconds <= max(0, unixepoch(settled_at) - unixepoch(created_at))) END AS from_seconds, count(*) AS reports
FROM reports GROUP BY 1, 2, 3, 4, 5, 6, 7, 8;
CREATE TEMPORARY TABLE counted_by_day AS
SELECT substr(id, 1, 6) AS day, category, status, coalesce(settled_level, '') AS settled_level, overdue_since IS NOT NULL AS late,
    CASE WHEN settled_at IS NOT NULL THEN (SELECT max(from_seconds) FROM settling_bins
        WHERE from_seconds <= max(0, unixepoch(settled_at) - unixepoch(created_at))) END AS from_seconds, count(*) AS reports
FROM reports GROUP BY 1, 2, 3, 4, 5, 6;
INSERT INTO report_counts
SELECT 'place', month, tier1, tier2, tier3, '', status, settled_level, late, sum(reports)
FROM counted_by_place GROUP BY month, tier1, tier2, tier3, status, settled_level, late
UNION ALL
SELECT 'category', substr(day, 1, 4), '', '', '', category, status, settled_level, late, sum(reports)
FROM counted_by_day GROUP BY substr(day, 1, 4), category, status, settled_level, late
UNION ALL
SELECT 'day', day, '', '', '', category, status, settled_level, late, sum(reports)
FROM counted_by_day GROUP BY day, category, status, settled_level, late;
INSERT INTO settling_counts
SELECT 'place', month, tier1, tier2, tier3, '', from_seconds, sum(reports)
FROM counted_by_place WHERE from_seconds IS NOT NULL GROUP BY month, tier1, tier2, tier3, from_seconds
UNION ALL
SELECT 'category', substr(day, 1, 4), '', '', '', category, from_seconds, sum(reports)
FROM counted_by_day WHERE from_seconds IS NOT NULL GROUP BY substr(day, 1, 4), category, from_seconds
UNION ALL
SELECT 'day', day, '', '', '', category, from_seconds, sum(reports)
FROM counted_by_day WHERE from_seconds IS NOT NULL GROUP BY day, category, from_seconds;
DROP TABLE counted_by_place;
DROP TABLE counted_by_day;
