#!/usr/bin/env bash
# The demo as a user meets it: all rows agree, the report is there, and wrong flags are errors.
#   demo.sh GENFUSE_TRAINING
set -uo pipefail
demo=$1 failures=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# expect CODE TEXT ARGUMENTS: runs the demo; it must exit with CODE and print TEXT.
expect() {
  local code=$1 text=$2 output got
  shift 2
  output=$("$demo" --plot '' "$@" 2>&1)
  got=$?
  if [ "$got" != "$code" ] || ! grep -qF -- "$text" <<<"$output"; then
    echo "genfuse_training $*"
    echo "  expected exit code $code and: $text"
    echo "  got exit code $got and: $output"
    failures=$((failures + 1))
  fi
}

small=(--iterations 30 --per-image-iterations 3 --images 300 --batch 50)
expect 0 'all rows agree' "${small[@]}" --json "$work/all.json"
python3 - "$work/all.json" <<'PYTHON' || failures=$((failures + 1))
import json, sys
report = json.load(open(sys.argv[1]))
rows = {row["row"]: row for row in report["rows"]}
assert list(rows) == list("abcdefgh"), list(rows)
assert report["agree"] and report["threads"] == 1 and report["batch"] == 50 and report["iterations"] == 30
for letter, row in rows.items():
    assert row["reference"] == ("h" if letter in "gh" else "b"), row
    assert row["median_ms"] > 0 and row["difference"] <= row["tolerance"], row
    assert row["iterations"] == (3 if letter == "a" else 30), row
    assert row["log_likelihood"] > -300 * 2.302586, row  # better than ten equal probabilities
assert abs(rows["g"]["log_likelihood"] - rows["b"]["log_likelihood"]) > 1, "Adam takes other steps"
PYTHON
# A picture of all rows, whatever is in their names.
if command -v gnuplot > /dev/null; then
  if ! "$demo" "${small[@]}" --plot "$work/all.svg" > "$work/plot.out" 2>&1 || ! grep -q '</svg>' "$work/all.svg"; then
    echo "no picture:"
    cat "$work/plot.out"
    failures=$((failures + 1))
  fi
fi
expect 0 'g  genfuse' "${small[@]}" --rows g
expect 0 '2 threads of LibTorch' "${small[@]}" --rows b,d --threads 2

expect 2 "--rows: expected letters a to h between commas, got 'x'" --rows a,x
expect 2 "--rows: expected letters a to h between commas, got 'ab'" --rows ab
expect 2 "expected each row once, got 'd' twice" --rows d,b,d
for flag in --iterations --batch --threads --images; do
  expect 2 "$flag: expected a whole number above 0, got '0'" "$flag" 0
  expect 2 "got 'many'" "$flag" many
done
expect 2 "--step: expected a finite number, got 'nan'" --step nan
expect 2 'not expected' --sides ab
expect 1 'expected at least 2000 training images, one batch, got 1438' --batch 2000
expect 1 'cannot write the file' "${small[@]}" --rows d --json "$work/none/report.json"
expect 1 'none' --data "$work/none"
exit $((failures > 0))
