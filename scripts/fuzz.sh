#!/usr/bin/env bash
# Fuzzes one reader for some seconds: builds the target, starts from tests/fuzz/corpus, keeps new inputs in
# build/fuzz/corpus. An input that crashes is written to build/fuzz/crashes: put it into
# tests/fuzz/crashers/TARGET with the repair, so that every later build replays it.
#   scripts/fuzz.sh model|json|selection|idx SECONDS [libFuzzer flags]
set -euo pipefail
if [ $# -lt 2 ]; then
  sed -n '2,5s/^# *//p' "$0" >&2
  exit 2
fi
cd "$(dirname "$0")/.."
target=$1 seconds=$2
shift 2
[ -f build/fuzz/build.ninja ] || cmake --preset fuzz >/dev/null
ninja -C build/fuzz "genfuse_fuzz_$target"
kept=build/fuzz/corpus/$target crashes=build/fuzz/crashes/$target
mkdir -p "$kept" "$crashes"
flags=(-max_total_time="$seconds" -rss_limit_mb=2048 -timeout=300 -max_len=4096 -print_final_stats=1
  -artifact_prefix="$crashes/")
[ -f "tests/fuzz/$target.dict" ] && flags+=(-dict="tests/fuzz/$target.dict")
# LLVM is not instrumented: containers that cross into it look overflown, and its contexts live to the end.
export ASAN_OPTIONS=detect_container_overflow=0:quarantine_size_mb=64:detect_leaks=$([ "$target" = model ] && echo 0 || echo 1)
exec "build/fuzz/tests/fuzz/genfuse_fuzz_$target" "${flags[@]}" "$@" "$kept" "tests/fuzz/corpus/$target" \
  "tests/fuzz/crashers/$target"
