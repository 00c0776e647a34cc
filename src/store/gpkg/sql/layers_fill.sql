-- … then filled with the edition in force now and the roster in force now; :now stands for the moment of the write.
CREATE TEMP TABLE layer_source AS
WITH edition AS (
    SELECT edition AS id, in_force_from FROM publications WHERE in_force_from <= ':now'
    ORDER BY in_force_from DESC, id DESC LIMIT 1
), roster AS (
    SELECT id FROM rosters WHERE in_force_from <= ':now' ORDER BY in_force_from DESC, id DESC LIMIT 1
)
SELECT edition.id AS edition, edition.in_force_from AS in_force_from, roster.id AS roster
FROM edition LEFT JOIN roster;

INSERT INTO edition_in_force (name, in_force_from, source)
SELECT editions.name, layer_source.in_force_from, editions.source
FROM layer_source JOIN editions ON editions.id = layer_source.edition;

CREATE TEMP TABLE layer_rows AS
SELECT g.tier, g.geom, g.code, g.name, g.parent, e.party_group,
    (SELECT p.name FROM roster_people p
     WHERE p.roster = s.roster AND p.grid = g.code AND p.role = 'leader' ORDER BY p.position LIMIT 1) AS leader
FROM layer_source s JOIN grids g ON g.edition = s.edition
LEFT JOIN roster_entries e ON e.roster = s.roster AND e.grid = g.code
ORDER BY g.tier, g.code;

INSERT INTO tier1 (geom, code, name, parent, party_group, leader)
SELECT geom, code, name, parent, party_group, leader FROM layer_rows WHERE tier = 1;
INSERT INTO tier2 (geom, code, name, parent, party_group, leader)
SELECT geom, code, name, parent, party_group, leader FROM layer_rows WHERE tier = 2;
INSERT INTO tier3 (geom, code, name, parent, party_group, leader)
SELECT geom, code, name, parent, party_group, leader FROM layer_rows WHERE tier = 3;

DROP TABLE layer_rows;
UPDATE gpkg_contents SET
    last_change = substr(':now', 1, 23) || 'Z',
    min_x = (SELECT west FROM editions JOIN layer_source ON editions.id = layer_source.edition),
    min_y = (SELECT south FROM editions JOIN layer_source ON editions.id = layer_source.edition),
    max_x = (SELECT east FROM editions JOIN layer_source ON editions.id = layer_source.edition),
    max_y = (SELECT north FROM editions JOIN layer_source ON editions.id = layer_source.edition)
WHERE data_type = 'features';
DROP TABLE layer_source;
