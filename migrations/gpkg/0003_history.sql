-- Rosters with deputies and dates of service, codes with their history, keys and jobs.

-- Codes that a grid had in earlier editions, where the file named them: a JSON array.
ALTER TABLE draft_features ADD COLUMN was TEXT NOT NULL DEFAULT '[]';

-- Days in China, `2026-11-23`, the first and the last of service.
ALTER TABLE roster_people ADD COLUMN deputy INTEGER NOT NULL DEFAULT 0 CHECK (deputy IN (0, 1));
ALTER TABLE roster_people ADD COLUMN serves_from TEXT;
ALTER TABLE roster_people ADD COLUMN serves_until TEXT;

-- What became of the codes of the edition before. Rows are only ever added, with the edition that changed them.
CREATE TABLE code_changes (
    edition INTEGER NOT NULL REFERENCES editions (id),
    position INTEGER NOT NULL,
    old_code TEXT NOT NULL,
    new_code TEXT NOT NULL,
    share REAL NOT NULL CHECK (share BETWEEN 0 AND 1),
    PRIMARY KEY (edition, position)
) STRICT, WITHOUT ROWID;

-- Keys of the HTTP service. The secrets themselves are nowhere.
CREATE TABLE api_keys (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    hash BLOB NOT NULL CHECK (LENGTH(hash) = 32),
    created_at TEXT NOT NULL,
    revoked_at TEXT
) STRICT, WITHOUT ROWID;

-- The hashes are made under these bytes; made once, never changed.
CREATE TABLE key_pepper (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    pepper BLOB NOT NULL CHECK (LENGTH(pepper) = 32)
) STRICT;
INSERT INTO key_pepper VALUES (1, RANDOMBLOB(32));

-- Long work that was asked for over HTTP. Does not raise the revision.
CREATE TABLE jobs (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('running', 'done', 'failed', 'cancelled')),
    stage TEXT NOT NULL,
    progress REAL NOT NULL CHECK (progress BETWEEN 0 AND 1),
    edition TEXT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    cancel_requested INTEGER NOT NULL CHECK (cancel_requested IN (0, 1)),
    outcome TEXT                     -- JSON
) STRICT, WITHOUT ROWID;

-- The layers again, for leaders have dates of service now.
DROP VIEW tier1;
DROP VIEW tier2;
DROP VIEW tier3;

-- The leader in service of every grid of every roster: the first that the roster names.
CREATE VIEW leaders_today AS
SELECT person.roster, person.grid, person.name, MIN(person.position) AS position
FROM roster_people AS person
WHERE person.role = 'leader' AND person.deputy = 0
    AND (person.serves_from IS NULL OR person.serves_from <= date('now', '+8 hours'))
    AND (person.serves_until IS NULL OR date('now', '+8 hours') <= person.serves_until)
GROUP BY person.roster, person.grid;

CREATE VIEW tier1 AS
SELECT grids.id AS OGC_FID, grids.geom, grids.code, grids.name, grids.parent, entry.party_group, leader.name AS leader
FROM grids
LEFT JOIN roster_entries AS entry ON entry.roster = (SELECT id FROM roster_in_force) AND entry.grid = grids.code
LEFT JOIN leaders_today AS leader ON leader.roster = entry.roster AND leader.grid = entry.grid
WHERE grids.edition = (SELECT id FROM edition_in_force) AND grids.tier = 1;

CREATE VIEW tier2 AS
SELECT grids.id AS OGC_FID, grids.geom, grids.code, grids.name, grids.parent, entry.party_group, leader.name AS leader
FROM grids
LEFT JOIN roster_entries AS entry ON entry.roster = (SELECT id FROM roster_in_force) AND entry.grid = grids.code
LEFT JOIN leaders_today AS leader ON leader.roster = entry.roster AND leader.grid = entry.grid
WHERE grids.edition = (SELECT id FROM edition_in_force) AND grids.tier = 2;

CREATE VIEW tier3 AS
SELECT grids.id AS OGC_FID, grids.geom, grids.code, grids.name, grids.parent, entry.party_group, leader.name AS leader
FROM grids
LEFT JOIN roster_entries AS entry ON entry.roster = (SELECT id FROM roster_in_force) AND entry.grid = grids.code
LEFT JOIN leaders_today AS leader ON leader.roster = entry.roster AND leader.grid = entry.grid
WHERE grids.edition = (SELECT id FROM edition_in_force) AND grids.tier = 3;
