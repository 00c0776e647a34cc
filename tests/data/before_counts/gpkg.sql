-- Takes a store back to before `migrations/gpkg/0008_counts.sql`, so that opening it brings the counts and indexes anew.
DROP TRIGGER new_reports_are_counted;
DROP TRIGGER changed_reports_are_counted_anew;
DROP TRIGGER reports_are_never_removed;
DROP TABLE report_counts;
DROP TABLE settling_counts;
DROP TABLE settling_bins;
DROP INDEX reports_by_time;
DROP INDEX reports_by_tier1;
DROP INDEX reports_by_tier2;
DROP INDEX reports_by_tier3;
CREATE INDEX reports_by_time ON reports (created_at, id);
CREATE INDEX reports_by_tier1 ON reports (tier1, created_at);
CREATE INDEX reports_by_tier2 ON reports (tier2, created_at);
CREATE INDEX reports_by_tier3 ON reports (tier3, created_at);
-- And what came after it: 0009_withdrawals.sql.
DROP VIEW edition_in_force;
CREATE VIEW edition_in_force AS
SELECT editions.id, editions.name, publications.in_force_from, editions.source
FROM publications JOIN editions ON editions.id = publications.edition
WHERE publications.in_force_from <= strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
ORDER BY publications.in_force_from DESC, publications.id DESC LIMIT 1;
ALTER TABLE publications DROP COLUMN withdraws;
DELETE FROM _sqlx_migrations WHERE version >= 8;
