#!/bin/bash
# Builds the fuzz targets with coverage on the stable compiler, or runs one: see README.md.
#   fuzz/fuzz.sh build
#   fuzz/fuzz.sh run TARGET SECONDS [libFuzzer options]
#   fuzz/fuzz.sh cmin TARGET            keeps of the grown corpus what covers more than what is kept already
set -eu -o pipefail
cd "$(dirname "$0")"
TRIPLE=$(rustc -vV | sed -n 's/^host: //p')
export CARGO_TARGET_DIR="$PWD/target"

build() {
  # The versions that the program itself is built with.
  cp ../Cargo.lock Cargo.lock
  # What cargo-fuzz sets, less the sanitizer, which needs a nightly compiler: the program has no unsafe code of its own.
  RUSTFLAGS="-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
-Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
-Cllvm-args=-sanitizer-coverage-trace-compares --cfg fuzzing" \
    cargo build --bins --target "$TRIPLE"
}

# Inputs that other tests keep.
seeds() {
  if [ -d "../tests/data/corpus/$1" ]; then echo "../tests/data/corpus/$1"; fi
}

run() {
  local target=$1 seconds=$2
  shift 2
  mkdir -p "work/$target" "corpus/$target" artifacts
  "$CARGO_TARGET_DIR/$TRIPLE/debug/$target" "work/$target" "corpus/$target" $(seeds "$target") \
    -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -malloc_limit_mb=256 -max_len=16384 \
    -artifact_prefix="artifacts/$target-" -print_final_stats=1 "$@"
}

cmin() {
  local target=$1 kept
  kept=$(mktemp -d)
  # The kept files come first, so they stay; of the grown ones small files are preferred.
  "$CARGO_TARGET_DIR/$TRIPLE/debug/$target" -merge=1 "$kept" "corpus/$target" $(seeds "$target") "work/$target"
  echo "$kept"
}

case "${1:-}" in
build) build ;;
run) shift; run "$@" ;;
cmin) shift; cmin "$@" ;;
*) sed -n '2,5p' fuzz.sh; exit 2 ;;
esac
