#!/usr/bin/env bash
# The speed benchmarks as a user meets them: right answers, a report without paths, errors for wrong flags.
#   speed.sh SOURCE BUILD
set -uo pipefail
source=$1 build=$2 failures=0
bench=$build/bench/speed/genfuse_speed_bench
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# expect CODE TEXT COMMAND: must exit with CODE and print TEXT.
expect() {
  local code=$1 text=$2 output got
  shift 2
  output=$("$@" 2>&1)
  got=$?
  if [ "$got" != "$code" ] || ! grep -qF -- "$text" <<<"$output"; then
    echo "$*"
    echo "  expected exit code $code and: $text"
    echo "  got exit code $got and: $output"
    failures=$((failures + 1))
  fi
}

expect 0 'wrote' python3 "$source/bench/run.py" --build "$build" --results "$work" --small --rounds 2 --no-torch \
  --workloads W3,W7
python3 - "$work" "$source" "$build" <<'PYTHON' || failures=$((failures + 1))
import json, pathlib, platform, sys
folder, source, build = sys.argv[1:]
text = next(pathlib.Path(folder).glob("*-speed.json")).read_text()
page = next(pathlib.Path(folder).glob("*-speed.md")).read_text()
report = json.loads(text)
for private in (folder, source, build, platform.node()):
    assert private not in text and private not in page, private
rows = report["rows"]
assert len({(r["workload"], r["size"], r["threads"], r["target"]) for r in rows}) == len(rows)
assert {r["workload"] for r in rows} == {"W3", "W7", "W7 step"}, rows
assert all(ms > 0 for r in rows for ms in r["ms"].values()), rows
assert all(set(r["ms"]) >= {"limit"} for r in rows) and "LibTorch" not in text.replace('"LibTorch": "', "")
assert all(c["passed"] for c in report["checks"]) and len(report["checks"]) > 20
assert {w: min(t.values()) > 0 for w, t in report["first_results"].items()} == {"W1": True, "W2": True}
for r in rows:
    assert f"| {r['workload']} | {r['size']} | {r['threads']} | {r['target']} |" in page, r
PYTHON
expect 2 "--workloads: expected some of W1, W2, W3, W4, W7, got 'W9'" python3 "$source/bench/run.py" --workloads W1,W9
expect 2 '--rounds: expected a number above 0, got 0' python3 "$source/bench/run.py" --rounds 0
expect 1 'build it first' python3 "$source/bench/run.py" --build "$work"
expect 2 'W3 not in' "$bench" --first-result W3
expect 2 'W9 not in' "$bench" --workloads W9
expect 2 'not in range' "$bench" --threads 3
expect 1 'cannot write the file' "$bench" --check --workloads W7 --threads 1 --json "$work/none/report.json"
exit $((failures > 0))
