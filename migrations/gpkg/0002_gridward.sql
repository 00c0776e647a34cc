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
    edition INTEGER NOT NULL REFERENCES editions (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    code TEXT,
    name TEXT,
    tier INTEGER,
    parent TEXT,
    polygons BLOB NOT NULL,          -- raw rings, geometry/wkb.rs
    source TEXT NOT NULL,
    out_of_range TEXT NOT NULL,      -- JSON array of positions
    PRIMARY KEY (edition, position)
) STRICT, WITHOUT ROWID;

-- The grids of published editions.
CREATE TABLE grids (
    edition INTEGER NOT NULL REFERENCES editions (id) ON DELETE CASCADE,
    tier INTEGER NOT NULL CHECK (tier BETWEEN 1 AND 3),
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    parent TEXT,
    geom BLOB NOT NULL,              -- GeoPackage binary
    PRIMARY KEY (edition, tier, code)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX grids_by_code ON grids (edition, code);

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

-- The layers: the grids of the edition in force at the last write, with who answers for them. No phones. Written anew by
-- every publication and every roster; read by nobody but people.
CREATE TABLE tier1 (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    geom MULTIPOLYGON,
    code TEXT,
    name TEXT,
    parent TEXT,
    party_group TEXT,
    leader TEXT
);
CREATE TABLE tier2 (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    geom MULTIPOLYGON,
    code TEXT,
    name TEXT,
    parent TEXT,
    party_group TEXT,
    leader TEXT
);
CREATE TABLE tier3 (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    geom MULTIPOLYGON,
    code TEXT,
    name TEXT,
    parent TEXT,
    party_group TEXT,
    leader TEXT
);
-- What the layers show. Registered as attributes: with no such table, QGIS would list the internal tables as layers.
CREATE TABLE edition_in_force (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    name TEXT,
    in_force_from TEXT,
    source TEXT
);

INSERT INTO gpkg_contents (table_name, data_type, identifier, description, srs_id) VALUES
    ('tier1', 'features', 'tier1', '一级网格 grids of tier 1', 4326),
    ('tier2', 'features', 'tier2', '二级网格 grids of tier 2', 4326),
    ('tier3', 'features', 'tier3', '三级网格 grids of tier 3', 4326),
    ('edition_in_force', 'attributes', 'edition_in_force', '生效版本 the edition the layers show', NULL);
INSERT INTO gpkg_geometry_columns VALUES
    ('tier1', 'geom', 'MULTIPOLYGON', 4326, 0, 0),
    ('tier2', 'geom', 'MULTIPOLYGON', 4326, 0, 0),
    ('tier3', 'geom', 'MULTIPOLYGON', 4326, 0, 0);
