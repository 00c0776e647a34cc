-- What Gridward keeps. Internal tables first, then the layers that QGIS and GDAL show.

-- A number that every write raises: a process that has seen it has seen all.
CREATE TABLE store_revision (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    revision INTEGER NOT NULL
) STRICT;
INSERT INTO store_revision VALUES (1, 0);

-- A whole set of grids; immutable once published.
CREATE TABLE editions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL CHECK (state IN ('draft', 'published')),
    source TEXT NOT NULL,
    created_at TEXT NOT NULL,
    accepted TEXT NOT NULL,          -- JSON array of the problem codes accepted at publication
    report TEXT NOT NULL,            -- JSON, the validation report
    tier1_grids INTEGER NOT NULL,
    tier2_grids INTEGER NOT NULL,
    tier3_grids INTEGER NOT NULL,
    west REAL, south REAL, east REAL, north REAL
) STRICT;

-- What an import read, as it read it, until it is published.
CREATE TABLE draft_features (
    edition INTEGER NOT NULL REFERENCES editions (id),
    position INTEGER NOT NULL,
    code TEXT,
    name TEXT,
    tier INTEGER,
    parent TEXT,
    polygons BLOB NOT NULL,          -- raw rings, geometry/wkb.rs
    source TEXT NOT NULL,
    out_of_range TEXT NOT NULL,      -- JSON array of positions
    PRIMARY KEY (edition, position)
) STRICT;

-- The grids of published editions. Not STRICT: that would refuse the column type that makes a layer of it.
CREATE TABLE grids (
    id INTEGER PRIMARY KEY,
    geom MULTIPOLYGON NOT NULL,      -- GeoPackage binary
    edition INTEGER NOT NULL REFERENCES editions (id),
    tier INTEGER NOT NULL CHECK (tier BETWEEN 1 AND 3),
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    parent TEXT,
    UNIQUE (edition, tier, code),
    UNIQUE (edition, code)
);

-- What is published is never changed: not by us, and not by another program that opens the file.
CREATE TRIGGER grids_are_never_added_later BEFORE INSERT ON grids
WHEN (SELECT state FROM editions WHERE id = NEW.edition) = 'published'
BEGIN SELECT RAISE(ABORT, 'a published edition is never changed'); END;
CREATE TRIGGER grids_are_never_changed BEFORE UPDATE ON grids
BEGIN SELECT RAISE(ABORT, 'a published edition is never changed'); END;
CREATE TRIGGER grids_are_never_removed BEFORE DELETE ON grids
BEGIN SELECT RAISE(ABORT, 'a published edition is never changed'); END;
CREATE TRIGGER published_editions_are_never_changed BEFORE UPDATE ON editions WHEN OLD.state = 'published'
BEGIN SELECT RAISE(ABORT, 'a published edition is never changed'); END;
CREATE TRIGGER published_editions_are_never_removed BEFORE DELETE ON editions WHEN OLD.state = 'published'
BEGIN SELECT RAISE(ABORT, 'a published edition is never changed'); END;

-- From a moment on an edition is in force, until a later one is. Rows are only ever added.
CREATE TABLE publications (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    edition INTEGER NOT NULL REFERENCES editions (id),
    in_force_from TEXT NOT NULL,
    recorded_at TEXT NOT NULL
) STRICT;

-- Rosters, each whole, each in force until a later one is. Rows are only ever added.
CREATE TABLE rosters (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    in_force_from TEXT NOT NULL,
    recorded_at TEXT NOT NULL
) STRICT;

CREATE TABLE roster_entries (
    roster INTEGER NOT NULL REFERENCES rosters (id),
    grid TEXT NOT NULL,
    party_group TEXT,
    PRIMARY KEY (roster, grid)
) STRICT, WITHOUT ROWID;

CREATE TABLE roster_people (
    roster INTEGER NOT NULL,
    grid TEXT NOT NULL,
    position INTEGER NOT NULL,
    role TEXT NOT NULL,
    name TEXT NOT NULL,
    phone TEXT,
    PRIMARY KEY (roster, grid, position),
    FOREIGN KEY (roster, grid) REFERENCES roster_entries (roster, grid)
) STRICT, WITHOUT ROWID;

-- The layers: the grids of the edition in force, with who answers for them. No phones. They are views, so they are right
-- whenever they are read, also when an edition that was published ahead comes into force, and no border is kept twice.
-- GDAL and QGIS want a view's first column to be a unique integer; columns without an expression keep their types.

-- What the layers show. Registered as attributes: with no such table, QGIS would list the internal tables as layers.
CREATE VIEW edition_in_force AS
SELECT editions.id, editions.name, publications.in_force_from, editions.source
FROM publications JOIN editions ON editions.id = publications.edition
WHERE publications.in_force_from <= strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
ORDER BY publications.in_force_from DESC, publications.id DESC LIMIT 1;

CREATE VIEW roster_in_force AS
SELECT id FROM rosters
WHERE in_force_from <= strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
ORDER BY in_force_from DESC, id DESC LIMIT 1;

CREATE VIEW tier1 AS
SELECT grids.id AS OGC_FID, grids.geom, grids.code, grids.name, grids.parent, entry.party_group, leader.name AS leader
FROM grids
LEFT JOIN roster_entries AS entry ON entry.roster = (SELECT id FROM roster_in_force) AND entry.grid = grids.code
LEFT JOIN roster_people AS leader ON leader.roster = entry.roster AND leader.grid = entry.grid
    AND leader.position = (SELECT MIN(position) FROM roster_people AS person
        WHERE person.roster = entry.roster AND person.grid = entry.grid AND person.role = 'leader')
WHERE grids.edition = (SELECT id FROM edition_in_force) AND grids.tier = 1;

CREATE VIEW tier2 AS
SELECT grids.id AS OGC_FID, grids.geom, grids.code, grids.name, grids.parent, entry.party_group, leader.name AS leader
FROM grids
LEFT JOIN roster_entries AS entry ON entry.roster = (SELECT id FROM roster_in_force) AND entry.grid = grids.code
LEFT JOIN roster_people AS leader ON leader.roster = entry.roster AND leader.grid = entry.grid
    AND leader.position = (SELECT MIN(position) FROM roster_people AS person
        WHERE person.roster = entry.roster AND person.grid = entry.grid AND person.role = 'leader')
WHERE grids.edition = (SELECT id FROM edition_in_force) AND grids.tier = 2;

CREATE VIEW tier3 AS
SELECT grids.id AS OGC_FID, grids.geom, grids.code, grids.name, grids.parent, entry.party_group, leader.name AS leader
FROM grids
LEFT JOIN roster_entries AS entry ON entry.roster = (SELECT id FROM roster_in_force) AND entry.grid = grids.code
LEFT JOIN roster_people AS leader ON leader.roster = entry.roster AND leader.grid = entry.grid
    AND leader.position = (SELECT MIN(position) FROM roster_people AS person
        WHERE person.roster = entry.roster AND person.grid = entry.grid AND person.role = 'leader')
WHERE grids.edition = (SELECT id FROM edition_in_force) AND grids.tier = 3;

INSERT INTO gpkg_contents (table_name, data_type, identifier, description, srs_id) VALUES
    ('tier1', 'features', 'tier1', '一级网格 grids of tier 1', 4326),
    ('tier2', 'features', 'tier2', '二级网格 grids of tier 2', 4326),
    ('tier3', 'features', 'tier3', '三级网格 grids of tier 3', 4326),
    ('edition_in_force', 'attributes', 'edition_in_force', '生效版本 the edition the layers show', NULL);
INSERT INTO gpkg_geometry_columns VALUES
    ('tier1', 'geom', 'MULTIPOLYGON', 4326, 0, 0),
    ('tier2', 'geom', 'MULTIPOLYGON', 4326, 0, 0),
    ('tier3', 'geom', 'MULTIPOLYGON', 4326, 0, 0);
