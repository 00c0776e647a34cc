#!/bin/bash
# What `/v1/stats` costs on PostGIS with many reports: makes a cluster of its own, fills it with made-up reports of two years,
# and times the statement of the store for each way of counting.
#   benches/stats.sh [REPORTS]      10 million without it; `GRIDWARD` names the binary, `KEEP=1` leaves the cluster there
set -euo pipefail
cd "$(dirname "$0")/.."
reports=${1:-10000000}
gridward=${GRIDWARD:-target/release/gridward}
folder=${FOLDER:-$(mktemp -d /tmp/gridward-stats-XXXXXX)}
url=$(tests/postgis.sh start "$folder")
# The database that the tests copy theirs from has PostGIS.
url=${url%/postgres}/with_postgis
[ -n "${KEEP:-}" ] || trap 'tests/postgis.sh stop "$folder"' EXIT
sql() { psql -qAtX -v ON_ERROR_STOP=1 "$url" "$@"; }

# The store makes its own tables.
"$gridward" key create --role admin --name bench --store "$url" > /dev/null
sql << SQL
SET search_path = gridward, public;
SET synchronous_commit = off;
SET maintenance_work_mem = '512MB';
DO \$\$ BEGIN
  FOR month IN 0..23 LOOP
    PERFORM make_report_month(to_char(timestamp '2025-01-01' + month * interval '1 month', 'YYMM01'),
                              to_char(timestamp '2025-01-01' + (month + 1) * interval '1 month', 'YYMM01'));
  END LOOP;
END \$\$;
CREATE TEMP TABLE dropped AS
  SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'gridward' AND tablename = 'reports' AND indexname <> 'reports_pkey';
DO \$\$ DECLARE i record; BEGIN FOR i IN SELECT * FROM dropped LOOP EXECUTE 'DROP INDEX gridward.' || i.indexname; END LOOP; END \$\$;
-- 22 villages of 11 small grids; 97 of 100 settled, within four days.
INSERT INTO reports (id, created_at, updated_at, version, status, level, grid, category, description, origin, lon, lat,
    tier1, tier2, tier3, assignment, due_at, overdue_since, settled_level, settled_at)
SELECT to_char(at AT TIME ZONE 'Asia/Shanghai', 'YYMMDD') || '-' || lpad(n::text, 12, '0'), at, at, 3,
    CASE WHEN n % 100 < 97 THEN 'closed' ELSE 'accepted' END, 'tier3', village || lpad((n % 11)::text, 6, '0'),
    (ARRAY['sanitation', 'dispute', 'public_facilities', 'land_contract', 'services', 'other'])[1 + n % 6],
    'made-up report ' || n, 'key:bench', 116.9, 30.8,
    village, village || lpad((n % 3)::text, 3, '0'), village || lpad((n % 11)::text, 6, '0'), '{}',
    CASE WHEN n % 100 >= 97 THEN at + interval '1 day' END, CASE WHEN n % 100 = 99 THEN at + interval '1 day' END,
    CASE WHEN n % 100 < 97 THEN (ARRAY['tier3', 'tier3', 'tier1', 'town'])[1 + n % 4] END,
    CASE WHEN n % 100 < 97 THEN at + (n * 7919 % 345600) * interval '1 second' END
FROM (SELECT n, timestamptz '2025-01-01 00:00+08' + n * (interval '730 days' / $reports) AS at,
        '3408811062' || lpad((n * 31 % 22)::text, 2, '0') AS village FROM generate_series(0::bigint, $reports - 1) AS n) AS made;
DO \$\$ DECLARE i record; BEGIN FOR i IN SELECT * FROM dropped LOOP EXECUTE i.indexdef; END LOOP; END \$\$;
VACUUM ANALYZE reports;
SQL
echo "reports: $(sql -c 'SELECT count(*) FROM gridward.reports'), $(sql -c "SELECT pg_size_pretty(sum(pg_total_relation_size(inhrelid))) FROM pg_inherits WHERE inhparent = 'gridward.reports'::regclass") with indexes"

# The store's own statement: about, first and last id, since, until, grid, scope.
statement=$(cat src/store/postgis/sql/report_counts.sql)
took() { # NAME ABOUT FIRST_ID END_ID SINCE UNTIL GRID
  local ms
  ms=$(PGOPTIONS="-c search_path=gridward,public" psql -qAtX -v ON_ERROR_STOP=1 "$url" << SQL | sed -n 's/^ *Execution Time: //p' | sort -n | head -1
PREPARE counts (text, text, text, timestamptz, timestamptz, text, text) AS $statement;
SET plan_cache_mode = force_custom_plan;
EXPLAIN (ANALYZE, TIMING OFF) EXECUTE counts ('$2', '$3', '$4', $5, $6, $7, NULL);
EXPLAIN (ANALYZE, TIMING OFF) EXECUTE counts ('$2', '$3', '$4', $5, $6, $7, NULL);
SQL
)
  printf '%-44s %s\n' "$1" "$ms"
}
for about in all tier1 tier3 category day; do
  took "a month, by $about" "$about" 250601 250701 "'2025-06-01+08'" "'2025-07-01+08'" NULL
done
took "a month of one village, by tier3" tier3 250601 250701 "'2025-06-01+08'" "'2025-07-01+08'" "'340881106205'"
took "a year, by tier1" tier1 250101 260101 "'2025-01-01+08'" "'2026-01-01+08'" NULL
took "all, by tier1" tier1 0 A NULL NULL NULL
took "all, by day" day 0 A NULL NULL NULL
