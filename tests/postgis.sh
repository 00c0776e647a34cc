#!/bin/bash
# PostgreSQL clusters with PostGIS for the tests, each in a folder of its own, on a free port of 127.0.0.1.
#   postgis.sh start FOLDER [durable]  starts (and makes, when missing) a cluster and prints its URL; `durable` keeps fsync on
#   postgis.sh standby FOLDER PRIMARY  starts a standby that follows the cluster in the folder PRIMARY, and prints its URL
#   postgis.sh stop FOLDER             stops it and removes the folder
#   postgis.sh shared                  the cluster that all tests of this checkout share; it stops when unused for 15 minutes
#   postgis.sh unshare                 stops that one
set -euo pipefail

say() { echo "postgis.sh: $*" >&2; exit 1; }

# Debian keeps the programs out of PATH. PostgreSQL refuses to run as root.
bin=$(ls -d /usr/lib/postgresql/*/bin 2> /dev/null | sort -V | tail -1 || true)
[ -n "$bin" ] || bin=$(dirname "$(command -v pg_ctl || true)")
[ -x "$bin/pg_ctl" ] || say "PostgreSQL is missing: run \`make tools\` once"
as=()
if [ "$(id -u)" = 0 ]; then as=(runuser -u postgres --); fi

free_port() {
  python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# The URL has a password, which nobody asks for, so that tests see it if it leaks.
url() { echo "postgres://postgres:not-to-be-seen@127.0.0.1:$(cat "$1/port")/postgres"; }

start() {
  local folder=$1 durable=${2:-}
  if [ ! -f "$folder/port" ]; then
    mkdir -p "$folder"
    if [ "$(id -u)" = 0 ]; then chown postgres "$folder"; fi
    (cd / && "${as[@]}" "$bin/initdb" -D "$folder/data" -U postgres --auth=trust --encoding=UTF8 --locale=C.UTF-8 --no-sync) > "$folder/log.initdb" 2>&1 \
      || { cat "$folder/log.initdb" >&2; say "initdb failed"; }
    local fsync=off
    if [ "$durable" = durable ]; then fsync=on; fi
    "${as[@]}" tee -a "$folder/data/postgresql.conf" > /dev/null << CONF
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
fsync = $fsync
synchronous_commit = on
full_page_writes = $fsync
max_connections = 200
shared_buffers = 64MB
max_wal_size = 512MB
CONF
    free_port > "$folder/port"
  fi
  if ! (cd / && "${as[@]}" "$bin/pg_ctl" status -D "$folder/data") > /dev/null 2>&1; then
    # In a session of its own: what ends the test does not end the database.
    (cd / && setsid "${as[@]}" "$bin/pg_ctl" start -w -t 60 -D "$folder/data" -l "$folder/data/log" -o "-p $(cat "$folder/port")") \
      > /dev/null 2>&1 < /dev/null 9>&- || { "${as[@]}" tail -20 "$folder/data/log" >&2; say "the cluster does not start"; }
  fi
  if [ ! -f "$folder/template" ]; then
    PGHOST=127.0.0.1 PGPORT=$(cat "$folder/port") PGUSER=postgres psql -q -v ON_ERROR_STOP=1 -d postgres \
      -c "CREATE DATABASE with_postgis" -c '\c with_postgis' -c "CREATE EXTENSION postgis" > "$folder/log.template" 2>&1 \
      || { cat "$folder/log.template" >&2; say "PostGIS is missing: run \`make tools\` once"; }
    touch "$folder/template"
  fi
  url "$folder"
}

standby() {
  local folder=$1 primary=$2
  mkdir -p "$folder"
  if [ "$(id -u)" = 0 ]; then chown postgres "$folder"; fi
  (cd / && "${as[@]}" "$bin/pg_basebackup" -h 127.0.0.1 -p "$(cat "$primary/port")" -U postgres -D "$folder/data" -R -X stream -c fast)
  free_port > "$folder/port"
  touch "$folder/template"
  start "$folder" durable
}

stop() {
  if [ -d "$1/data" ]; then
    (cd / && "${as[@]}" "$bin/pg_ctl" stop -m immediate -D "$1/data") > /dev/null 2>&1 || true
  fi
  rm -rf "$1"
}

shared_folder() {
  local checkout
  checkout=$(cd "$(dirname "$0")/.." && pwd)
  echo "${TMPDIR:-/tmp}/gridward-postgis-$(id -u)-$(printf %s "$checkout" | cksum | cut -d' ' -f1)"
}

# Waits until nobody has asked for 15 minutes, then stops the cluster.
watch() {
  while sleep 60; do
    exec 9> "$1.lock"
    flock 9
    if [ ! -f "$1/asked" ]; then exit; fi
    if [ -n "$(find "$1/asked" -mmin +15)" ]; then stop "$1"; exit; fi
    exec 9>&-
  done
}

shared() {
  local folder
  folder=$(shared_folder)
  exec 9> "$folder.lock"
  flock 9
  local is_new=
  [ -f "$folder/asked" ] || is_new=1
  start "$folder"
  touch "$folder/asked"
  if [ -n "$is_new" ]; then setsid "$0" watch "$folder" > /dev/null 2>&1 < /dev/null 9>&- & fi
}

case "${1:-}" in
  start) start "$2" "${3:-}" ;;
  standby) standby "$2" "$3" ;;
  stop) stop "$2" ;;
  shared) shared ;;
  unshare) folder=$(shared_folder); exec 9> "$folder.lock"; flock 9; stop "$folder" ;;
  watch) watch "$2" ;;
  *) say "unknown: ${1:-nothing}; the first lines of $0 say what there is" ;;
esac
