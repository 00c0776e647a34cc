#!/bin/bash
# What `/v1/stats` costs with many reports: fills a store of its own with made-up reports of two years, serves it, and asks over
# HTTP as pages and people do.
#   benches/stats.sh postgis|sqlite [REPORTS]   10 million without it; `GRIDWARD` names the binary, `FOLDER` where the store is made
#                                               (25 GB for 10 million), `KEEP=1` leaves it there, and it is used again
set -euo pipefail
cd "$(dirname "$0")/.."
kind=${1:?postgis or sqlite}
reports=${2:-10000000}
gridward=${GRIDWARD:-target/release/gridward}
folder=${FOLDER:-$(mktemp -d /tmp/gridward-stats-XXXXXX)}
mkdir -p "$folder"
server=
finish() {
  [ -z "$server" ] || kill "$server"
  [ -n "${KEEP:-}" ] || { [ "$kind" = sqlite ] || tests/postgis.sh stop "$folder/cluster"; rm -rf "$folder"; }
}
trap finish EXIT

case $kind in
  postgis)
    chmod 755 "$folder"
    url=$(tests/postgis.sh start "$folder/cluster" durable)
    # The database that the tests copy theirs from has PostGIS.
    url=${url%/postgres}/with_postgis
    sql() { psql -qAtX -v ON_ERROR_STOP=1 "$url" "$@"; } ;;
  sqlite)
    url=sqlite:$folder/town.gpkg
    sql() { sqlite3 -bail "$folder/town.gpkg" "$@"; } ;;
  *) echo "postgis or sqlite" >&2; exit 2 ;;
esac

# 22 villages of 11 small grids; 97 of 100 settled, within four days, most of them soon.
assignment='{"rule":"contained","level":"tier3","grid":"340881106202000001","grids":[{"tier":1,"code":"340881106202","name":"乔庄村"},{"tier":3,"code":"340881106202000001","name":"第一党小组"}],"party_group":"第一党小组","border_distance_m":39.26,"given":{"lon":116.9,"lat":30.8,"crs":"wgs84"},"edition":"demo","roster":1,"rules":1}'
columns="id, created_at, updated_at, version, status, level, grid, category, description, origin, lon, lat, tier1, tier2, tier3,
  assignment, due_at, overdue_since, settled_level, settled_at"
if [ ! -f "$folder/filled" ]; then
  # The store makes its own tables, and is taken back to before reports were counted. It is filled without indexes; then it is
  # opened as after an upgrade, which counts and indexes what is there.
  "$gridward" key create --role admin --name bench --json --store "$url" > "$folder/key.json"
  case $kind in
    postgis)
      before=tests/data/before_counts/postgis.sql
      sql -c "ALTER SYSTEM SET fsync = off" -c "ALTER SYSTEM SET full_page_writes = off" -c "ALTER SYSTEM SET max_wal_size = '2GB'" -c "SELECT pg_reload_conf()" > /dev/null
      { cat $before; grep '^DROP INDEX' $before; cat << SQL
DROP INDEX reports_by_due;
DO \$\$ BEGIN
  FOR month IN 0..23 LOOP
    PERFORM make_report_month(to_char(timestamp '2025-01-01' + month * interval '1 month', 'YYMM01'),
                              to_char(timestamp '2025-01-01' + (month + 1) * interval '1 month', 'YYMM01'));
  END LOOP;
END \$\$;
SQL
      } | sql > /dev/null
      # A part of the reports for each of two processes.
      some() {
        sql << SQL
SET search_path = gridward, public;
INSERT INTO reports ($columns)
SELECT to_char(at AT TIME ZONE 'Asia/Shanghai', 'YYMMDD') || '-' || lpad(n::text, 12, '0'), at, at, 3,
    CASE WHEN n % 100 < 97 THEN 'closed' ELSE 'accepted' END, 'tier3', village || lpad((n % 11)::text, 6, '0'),
    (ARRAY['sanitation', 'dispute', 'public_facilities', 'land_contract', 'services', 'other'])[1 + n % 6],
    '路边垃圾未清运，第 ' || n || ' 件', 'key:bench', 116.9, 30.8,
    village, village || lpad((n % 3)::text, 3, '0'), village || lpad((n % 11)::text, 6, '0'), '$assignment',
    CASE WHEN n % 100 >= 97 THEN at + interval '1 day' END, CASE WHEN n % 100 = 99 THEN at + interval '1 day' END,
    CASE WHEN n % 100 < 97 THEN (ARRAY['tier3', 'tier3', 'tier1', 'town'])[1 + n % 4] END,
    CASE WHEN n % 100 < 97 THEN at + pow((n * 7919 % 345600) / 345600.0::float8, 3) * 345600 * interval '1 second' END
FROM (SELECT n, timestamptz '2025-01-01 00:00+08' + n * (interval '730 days' / $reports) AS at,
        '3408811062' || lpad((n * 31 % 22)::text, 2, '0') AS village FROM generate_series($1::bigint, $2::bigint - 1) AS n) AS made;
SQL
      }
      some 0 $((reports / 2)) &
      half=$!
      some $((reports / 2)) "$reports"
      wait $half
      { echo "SET search_path = gridward, public; SET maintenance_work_mem = '512MB';"; grep '^CREATE INDEX' $before
        echo "CREATE INDEX reports_by_due ON reports (due_at) WHERE due_at IS NOT NULL; ANALYZE reports;"
      } | sql > /dev/null
      sql -c "ALTER SYSTEM RESET fsync" -c "ALTER SYSTEM RESET full_page_writes" -c "SELECT pg_reload_conf()" -c CHECKPOINT > /dev/null ;;
    sqlite)
      before=tests/data/before_counts/gpkg.sql
      { echo "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -1000000; PRAGMA temp_store = FILE; BEGIN;"
        cat $before; grep '^DROP INDEX' $before; cat << SQL
DROP INDEX reports_by_due;
WITH RECURSIVE numbers (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n < $reports - 1),
made AS (SELECT n, unixepoch('2024-12-31 16:00:00') + n * 63072000 / $reports AS at, printf('3408811062%02d', n * 31 % 22) AS village FROM numbers)
INSERT INTO reports ($columns)
SELECT (strftime('%Y', at + 28800, 'unixepoch') % 100) || strftime('%m%d', at + 28800, 'unixepoch') || printf('-%012d', n),
    strftime('%Y-%m-%dT%H:%M:%S.000000Z', at, 'unixepoch'), strftime('%Y-%m-%dT%H:%M:%S.000000Z', at, 'unixepoch'), 3,
    iif(n % 100 < 97, 'closed', 'accepted'), 'tier3', village || printf('%06d', n % 11),
    CASE n % 6 WHEN 0 THEN 'sanitation' WHEN 1 THEN 'dispute' WHEN 2 THEN 'public_facilities' WHEN 3 THEN 'land_contract' WHEN 4 THEN 'services' ELSE 'other' END,
    '路边垃圾未清运，第 ' || n || ' 件', 'key:bench', 116.9, 30.8, village, village || printf('%03d', n % 3), village || printf('%06d', n % 11),
    '$assignment', iif(n % 100 >= 97, strftime('%Y-%m-%dT%H:%M:%S.000000Z', at + 86400, 'unixepoch'), NULL),
    iif(n % 100 = 99, strftime('%Y-%m-%dT%H:%M:%S.000000Z', at + 86400, 'unixepoch'), NULL),
    CASE WHEN n % 100 >= 97 THEN NULL WHEN n % 4 < 2 THEN 'tier3' WHEN n % 4 = 2 THEN 'tier1' ELSE 'town' END,
    iif(n % 100 < 97, strftime('%Y-%m-%dT%H:%M:%S.000000Z',
        at + (n * 7919 % 345600) * (n * 7919 % 345600) / 345600 * (n * 7919 % 345600) / 345600, 'unixepoch'), NULL)
FROM made;
$(grep '^CREATE INDEX' $before)
CREATE INDEX reports_by_due ON reports (due_at) WHERE due_at IS NOT NULL;
COMMIT;
SQL
      } | sql > /dev/null ;;
  esac
  begun=$(date +%s)
  "$gridward" editions --store "$url" > /dev/null
  echo "brought up to date in $(($(date +%s) - begun)) s"
  # As autovacuum does by and by.
  [ "$kind" = sqlite ] || sql -c 'VACUUM ANALYZE gridward.reports' -c 'VACUUM ANALYZE gridward.report_counts' -c 'VACUUM ANALYZE gridward.settling_counts'
  touch "$folder/filled"
fi
schema=$([ "$kind" = sqlite ] || echo gridward.)
echo "reports: $(echo "SELECT count(*) FROM ${schema}reports" | sql), rows that count them: $(echo "SELECT count(*) FROM ${schema}report_counts" | sql) and $(echo "SELECT count(*) FROM ${schema}settling_counts" | sql); $(du -sh "$folder" | cut -f1) on the disk"

export GRIDWARD_RATE_LIMIT=0 GRIDWARD_KEY_RATE_LIMIT=0
"$gridward" serve --listen 127.0.0.1:0 --store "$url" > "$folder/served" 2> "$folder/log" &
server=$!
until address=$(grep -o 'http://[0-9.:]*' "$folder/served"); do sleep 0.2; done
key=$(sed 's/.*"key": *"\([^"]*\)".*/\1/' <<< "$(tr -d '\n' < "$folder/key.json")")

took() { # NAME QUERY: the first time, and the middle of five more
  local i times=() first
  ask() { curl -sf -o "$folder/answer" -w '%{time_total}\n' -H "Authorization: Bearer $key" "$address/v1/stats?$1"; }
  first=$(ask "$2")
  for i in 1 2 3 4 5; do times+=("$(ask "$2")"); done
  printf '%-52s %8.0f ms, at first %6.0f ms\n' "$1" "$(printf '%s\n' "${times[@]}" | sort -n | sed -n 3p | awk '{print $1 * 1000}')" "$(awk '{print $1 * 1000}' <<< "$first")"
}
month="since=2025-06-01T00:00:00%2B08:00&until=2025-07-01T00:00:00%2B08:00"
quarter="since=2025-04-01T00:00:00%2B08:00&until=2025-07-01T00:00:00%2B08:00"
year="since=2025-01-01T00:00:00%2B08:00&until=2026-01-01T00:00:00%2B08:00"
parts="since=2025-05-10T09:30:00%2B08:00&until=2025-07-20T17:00:00%2B08:00"
for period in "a month:$month" "a quarter:$quarter" "a year:$year" "all:x="; do
  name=${period%%:*} query=${period#*:}
  query=${query#x=}
  for by in tier1 tier3 category day tier1,category,day; do took "$name, by $by" "$query&by=$by"; done
done
for by in tier1 tier3 category day; do took "70 days from and to the midst of a month, by $by" "$parts&by=$by"; done
village=340881106205
for by in tier3 category day tier3,category,day; do
  took "a month of one village, by $by" "$month&grid=$village&by=$by"
  took "all of one village, by $by" "grid=$village&by=$by"
done
