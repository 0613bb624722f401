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
# v -> z - v three times: z - v again. As a kernel, and as a library.
thrice=("$source/tests/models/procedures.mlir" --function thrice)
expect 0 '2.5,' "${thrice[@]}" 'run()' --real f64 --args '{"x": [0.5, 3.5], "z": [3, 5]}'
expect 1 "'thrice' is a procedure, which has no trace: expected run()" "${thrice[@]}" 'simulate()' --args '{"x": [1], "z": [1]}'
expect 0 '' compile "$source/tests/models/procedures.mlir" --op 'thrice=run()' -o "$work/library"
[ -f "$work/library/lib/libthrice.a" ] || { echo "no library of a procedure"; failures=$((failures + 1)); }
expect 0 '"y/*"' "$cases" 'simulate()' --function PL --args '{"s": [1, 2]}' --instances 70000 --threads 3

vectors=("$source/tests/models/vectors.mlir" --function nest --real f64)
sized=(--args '{"mu": [0, 0], "l": [[1, 0], [0.5, 2]], "shape": [[0]]}')
expect 0 '"score": -8.3743227409' "${vectors[@]}" 'assess()' "${sized[@]}" \
  --choices '{"v": [1, 2], "rows/0/a": [1, 2], "rows/0/y/0": [1, 2]}'
expect 0 '"rows/*/y/*"' "${vectors[@]}" 'generate(v)' "${sized[@]}" --choices '{"v": [1, 2]}' --instances 3
expect 1 "address 'rows/0/a': expected shape [2], got [3]" "${vectors[@]}" 'generate(rows/*/a)' "${sized[@]}" \
  --choices '{"rows/0/a": [1, 2, 3]}'
expect 1 "(address 'v'): expected sizes mu.0 = l.1, got 2 and 1" "${vectors[@]}" 'simulate()' \
  --args '{"mu": [0, 0], "l": [[1], [0.5]], "shape": [[0]]}'

for stage in dot gen derived differentiated batched lowered llvm asm; do
  expect 0 'PL' "$cases" 'gradient(mu)' --function PL --emit "$stage"
done
for stage in graph dot gen derived differentiated batched lowered llvm asm obj; do
  expect 0 "  $stage " --help
done
expect 0 '"mu" -> "y/*"' "$cases" --function PL --emit dot
expect 0 '1 sweep over the data' "$cases" 'gradient(mu)' --function PL --stats
expect 0 '"data_sweeps": 1' "$cases" 'gradient(mu)' --function PL --stats=json
expect 0 'bytes read: 20' "$cases" 'assess()' --function PL --stats --args '{"s": [1, 2]}' --choices '{"mu": 0, "y/*": [1, 2]}'
expect 0 '"score"' "${m1[@]}" 'assess()' --choices '{"x": 0.3, "y": 1.1}' --no-progress
expect 0 'Examples:' --help
expect 0 '' "$cases" 'gradient(mu)' --function PL --emit obj -o "$work/pl.o"
[ -s "$work/pl.o" ] || { echo "no object file was written"; failures=$((failures + 1)); }
echo '{"s": [1.0, 2.0]}' >"$work/args.json"
expect 0 '"score"' "$cases" 'assess()' --function PL --args "@$work/args.json" --choices '{"mu": 0, "y/0": 1, "y/1": 2}'

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
expect 2 '--stats' "$cases" 'assess()' --stats=loud
expect 1 "missing argument 's'" "$cases" 'assess()' --function PL --stats --choices '{"mu": 0, "y/*": [1, 2]}'
expect 1 "cannot read" "$work/none.mlir" 'assess()'
echo 'gen.func @f(%a: f64) { gen.sampl "x" }' >"$work/bad.mlir"
expect 1 'bad.mlir:1:24' "$work/bad.mlir" 'assess()'
expect 1 'expected' "${m1[@]}" 'assess('
expect 1 "expected a gen.func named 'M9', got none" "$cases" 'assess()' --function M9
pl=("$cases" --function PL --real f64 --checked)
expect 0 '"mu": 2.65' "${pl[@]}" 'gradient(mu)' --args '{"s": [1, 2, 0.5, 1]}' --choices '{"mu": 0.4, "y/*": [0.3, -1, 0.8, 2]}'
expect 1 "address 'y/2': parameter 'sigma' of normal: expected a value that is positive, got -0.5" "${pl[@]}" 'gradient(mu)' \
  --args '{"s": [1, 2, -0.5, 1]}' --choices '{"mu": 0.4, "y/*": [0.3, -1, 0.8, 2]}'
expect 1 "argument 's', element [1]: expected a number, got nan" "${pl[@]}" 'simulate()' --args '{"s": [1, "nan"]}'
expect 0 '"y/*": 2' "${pl[@]}" 'simulate()' --args '{"s": [1, 2]}' --counted
exit $((failures > 0))
