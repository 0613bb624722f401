#!/usr/bin/env bash
# The command line as a shell script meets it: output, errors, exit codes.
#   cli.sh GENFUSE SOURCE
set -uo pipefail
genfuse=$1 source=$2 cases=$2/tests/models/cases.mlir failures=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# expect CODE TEXT ARGUMENTS: runs genfuse; it must exit with CODE and print TEXT.
expect() {
  local code=$1 text=$2 output got
  shift 2
  output=$("$genfuse" "$@" 2>&1)
  got=$?
  if [ "$got" != "$code" ] || ! grep -qF -- "$text" <<<"$output"; then
    echo "genfuse $*"
    echo "  expected exit code $code and: $text"
    echo "  got exit code $got and: $output"
    failures=$((failures + 1))
  fi
}

m1=("$cases" --function M1 --real f64 --args '{"a": 0.0}')
expect 0 '"score": -1.689729885849400' "${m1[@]}" 'assess()' --choices '{"x": 0.3, "y": 1.1}'
expect 0 '"return": 1.4' "${m1[@]}" 'assess()' --choices '{"x": 0.3, "y": 1.1}'
expect 0 '"weight": -0.72579135264472' "${m1[@]}" 'generate(y; replay)' --choices '{"x": 0.3, "y": 1.1}'
expect 0 '"x": 6.70000000000000' "${m1[@]}" 'gradient(x, a; return)' --choices '{"x": 0.3, "y": 1.1}' --return-gradient 3
expect 0 '"M1p/theta": 1.8' "$cases" 'gradient(theta)' --function M1p --real f64 --args '{"a": 0}' \
  --params '{"M1p/theta": 2}' --choices '{"x": 0.3, "y": 1.1}' --scale 3
expect 0 '"y/*"' "$cases" 'simulate()' --function PL --args '{"s": [1, 2]}' --instances 3 --seed 4
expect 0 '"y/*"' "$cases" 'simulate()' --function PL --args '{"s": [1, 2]}' --instances 70000 --threads 3

for stage in gen derived differentiated batched lowered llvm asm; do
  expect 0 'PL' "$cases" 'gradient(mu)' --function PL --emit "$stage"
done
expect 0 'Examples:' --help
expect 0 '' "$cases" 'gradient(mu)' --function PL --emit obj -o "$work/pl.o"
[ -s "$work/pl.o" ] || { echo "no object file was written"; failures=$((failures + 1)); }
echo '{"s": [1.0, 2.0]}' >"$work/args.json"
expect 0 '"score"' "$cases" 'assess()' --args "@$work/args.json" --choices '{"mu": 0, "y/0": 1, "y/1": 2}'

expect 2 'model is required'
expect 2 'request' "$cases"
expect 2 'not expected' "$cases" 'assess()' --loud
expect 2 '--threads' "${m1[@]}" 'assess()' --threads 0
expect 2 '--real' "$cases" 'assess()' --real f16
expect 1 "unknown address 'z'" "${m1[@]}" 'generate(z)' --choices '{"z": 0.3}'
expect 1 "'z'" "${m1[@]}" 'assess()' --choices '{"x": 0.3, "y": 1.1, "z": 1.0}'
expect 1 "'y'" "${m1[@]}" 'assess()' --choices '{"x": 0.3}'
expect 1 "'y'" "${m1[@]}" 'assess()' --choices '{"x": 0.3, "y": true}'
expect 1 'twice' "${m1[@]}" 'assess()' --choices '{"x": 0.3, "x": 1.1}'
expect 1 'line 2, column 3' "${m1[@]}" 'assess()' --choices $'{"x": 0.3,\n  x}'
expect 1 "argument 'a': expected shape []" "$cases" 'assess()' --function M1 --args '{"a": [[1, 2], [3, 4]]}' --choices '{"x": 0.3, "y": 1.1}'
expect 1 "cannot read" "$work/none.mlir" 'assess()'
echo 'gen.func @f(%a: f64) { gen.sampl "x" }' >"$work/bad.mlir"
expect 1 'bad.mlir:1:24' "$work/bad.mlir" 'assess()'
expect 1 'expected' "${m1[@]}" 'assess('
expect 1 "expected a gen.func named 'M9', got none" "$cases" 'assess()' --function M9
exit $((failures > 0))
