#!/bin/bash
# Builds the fuzz targets with coverage on the stable compiler, or runs one: see README.md.
#   fuzz/fuzz.sh build
#   fuzz/fuzz.sh run TARGET SECONDS [libFuzzer options]
#   fuzz/fuzz.sh cmin TARGET            adds to the kept corpus the fewest finds that cover all that the finds cover
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
  local target=$1 all kept
  all=$(mktemp -d)
  for kept in "corpus/$target" $(seeds "$target"); do
    if [ -d "$kept" ]; then find "$kept" -type f -exec cp -t "$all" {} +; fi
  done
  # By the edges alone: how often each is taken would keep hundreds of files.
  mkdir -p "corpus/$target"
  "$CARGO_TARGET_DIR/$TRIPLE/debug/$target" -set_cover_merge=1 -use_counters=0 "$all" "work/$target"
  # Finds are called by the hash of their bytes.
  find "$all" -type f -regextype posix-extended -regex '.*/[0-9a-f]{40}' -size -16k -exec cp -n -t "corpus/$target" {} +
  rm -r "$all"
}

case "${1:-}" in
build) build ;;
run) shift; run "$@" ;;
cmin) shift; cmin "$@" ;;
*) sed -n '2,5p' fuzz.sh; exit 2 ;;
esac
