#!/usr/bin/env bash
# genfuse compile as a shell script meets it: files, errors, exit codes.
#   compile.sh GENFUSE SOURCE
set -uo pipefail
genfuse=$1 cases=$2/tests/models/cases.mlir failures=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1

fail() {
  echo "$1"
  failures=$((failures + 1))
}

# expect CODE TEXT ARGUMENTS: runs genfuse compile; it must exit with CODE and print TEXT.
expect() {
  local code=$1 text=$2 output got
  shift 2
  output=$("$genfuse" compile "$@" 2>&1)
  got=$?
  if [ "$got" != "$code" ] || ! grep -qF -- "$text" <<<"$output"; then
    fail "genfuse compile $*"
    echo "  expected exit code $code and: $text"
    echo "  got exit code $got and: $output"
  fi
}

pl=("$cases" --model PL --name pl --op 'gradient(mu)' --op 'draw = simulate() @ instances' --cpu x86-64-v3,x86-64-v4)
expect 0 '' "${pl[@]}" -o first
files='include/genfuse/abi.h include/genfuse/embed/array.h include/genfuse/embed/typed.h include/pl.h include/pl.hpp lib/libpl.a pl.json'
[ "$(cd first && find . -type f | sed 's,^./,,' | sort | tr '\n' ' ')" = "$files " ] || fail "other files than $files"
grep -q 'int32_t pl_draw(const pl_draw_arrays' first/include/pl.h || fail "no function pl_draw in the C header"
grep -q '"mapping": "instances"' first/pl.json || fail "no mapping in the manifest"

# Another process, another folder: the same bytes; written over an older one.
mkdir elsewhere
(cd elsewhere && "$genfuse" compile "${pl[@]}" -o "$work/second" && "$genfuse" compile "${pl[@]}" -o "$work/second")
diff -r first second || fail "two runs differ"
expect 0 '' "${pl[@]}" --shared --checked --real f64 --mapping instances -o third
[ -s third/lib/libpl.so ] || fail "no shared library"
[ "$(grep -c '"mapping": "instances"' third/pl.json)" = 2 ] || fail "--mapping is not that of all operations"

expect 0 'genfuse compile model.mlir --op' --help
expect 2 'model is required' --op 'assess()' -o out
expect 2 '--op is required' "$cases" -o out
expect 2 '--output is required' "$cases" --op 'assess()'
expect 2 '--real' "${pl[@]}" --real f16 -o out
expect 1 "expected a cpu target native, x86-64-v4 or x86-64-v3, got 'x86-64-v7'" "${pl[@]}" --cpu x86-64-v7 -o out
expect 1 "expected the target cpu besides cuda" "${pl[@]}" --target cuda -o out
expect 1 "expected a target cpu or cuda, got 'tpu'" "${pl[@]}" --target cpu,tpu -o out
expect 1 "expected an operation of one instance with a product to hand over" "${pl[@]}" --gemm-size 1 -o out
expect 2 "--gemm-size" "${pl[@]}" --gemm-size -1 -o out
expect 1 "'nobody'" "$cases" --model PL --op 'gradient(nobody)' -o out
expect 1 "expected" "$cases" --model PL --op 'gradent(mu)' -o out
expect 1 "clashes with" "$cases" --model PL --op 'assess()' --op 'assess() @ instances' -o out
expect 1 "expected a gen.func named 'M9', got none" "$cases" --model M9 --op 'assess()' -o out
expect 1 "cannot read" none.mlir --op 'assess()' -o out
echo 'gen.func @f(%a: f64) { gen.sampl "x" }' >bad.mlir
expect 1 'bad.mlir:1:24' bad.mlir --op 'assess()' -o out
cat >invalid.mlir <<'END'
gen.func @f(%a: f64 {gen.name = "a"}) {
  %x = gen.sample "x" normal(%a, %a) : (f64, f64) -> f64
  %y = gen.sample "x" normal(%a, %a) : (f64, f64) -> f64
  gen.return
}
END
expect 1 'invalid.mlir:3:8' invalid.mlir --op 'assess()' -o out
[ -e out ] && fail "a folder was left after an error"
echo text >file
expect 1 "cannot make the folder 'file/lib'" "${pl[@]}" -o file
output=$(env PATH=/nowhere "$genfuse" compile "${pl[@]}" --shared -o out 2>&1) && fail "linked without a linker"
[[ $output == *'expected a linker ld.lld-22, ld.lld or ld for a shared library'* ]] || fail "without a linker: $output"
[ -e out ] && fail "a folder was left without a linker"
exit $((failures > 0))
