-- What is scheduled can be taken back: a withdrawal is a row that takes back those recorded before it of the same edition from
-- the same moment. Before, it was a publication of the edition before from that moment, which came into force there even
-- when something else was published meanwhile.
ALTER TABLE publications ADD COLUMN withdraws INTEGER NOT NULL DEFAULT 0 CHECK (withdraws IN (0, 1));

DROP VIEW edition_in_force;
CREATE VIEW edition_in_force AS
SELECT editions.id, editions.name, publications.in_force_from, editions.source
FROM publications JOIN editions ON editions.id = publications.edition
WHERE publications.in_force_from <= strftime('%Y-%m-%dT%H:%M:%fZ', 'now') AND NOT publications.withdraws AND NOT EXISTS (
    SELECT 1 FROM publications AS later
    WHERE later.withdraws AND later.edition = publications.edition
        AND later.in_force_from = publications.in_force_from AND later.id > publications.id)
ORDER BY publications.in_force_from DESC, publications.id DESC LIMIT 1;
