-- Takes a store back to before `migrations/postgis/0006_counts.sql`, so that opening it brings the counts and indexes anew.
SET search_path = gridward, public;
DROP TRIGGER new_reports_are_counted ON reports;
DROP TRIGGER changed_reports_are_counted_anew ON reports;
DROP TRIGGER reports_are_never_removed ON reports;
DROP FUNCTION count_new_reports, count_changed_reports, refuse_to_remove_reports, settling_bin, settling_bounds;
DROP TABLE report_counts, settling_counts, settling_bins;
DROP INDEX reports_by_time, reports_by_tier1, reports_by_tier2, reports_by_tier3;
CREATE INDEX reports_by_time ON reports (created_at, id);
CREATE INDEX reports_by_tier1 ON reports (tier1, created_at);
CREATE INDEX reports_by_tier2 ON reports (tier2, created_at);
CREATE INDEX reports_by_tier3 ON reports (tier3, created_at);
DELETE FROM _sqlx_migrations WHERE version >= 6;
