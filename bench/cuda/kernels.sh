#!/usr/bin/env bash
# What ptxas makes of the CUDA text of the kernels that bench/ measures on CPUs, as a Markdown table.
#   bench/cuda/kernels.sh [build folder]        needs NVRTC, no GPU
set -euo pipefail
cd "$(dirname "$0")/../.."
genfuse="${1:-build/release}/tools/genfuse"

# row NAME MAPPING THREADS FILE FUNCTION REQUEST
row() {
  local architecture
  for architecture in 80 90 100; do
    "$genfuse" "tests/models/$4.mlir" "$6" --function "$5" --mapping "$2" --lanes "$3" --stats=json \
      --cuda-arch "$architecture" |
      /usr/bin/python3 -c '
import json, sys
name, mapping = sys.argv[1:]
cuda = json.load(sys.stdin)["cuda"]
for kernel in cuda["kernels"]:
    print("| {} | {}, {} | sm_{} | {} | {} | {} | {} | {} | {:.0f} |".format(
        name, mapping, cuda["threads"], cuda["architecture"], kernel["name"], kernel["registers"],
        kernel["spilled_bytes"], kernel["stack_bytes"], kernel["shared_bytes"], cuda["milliseconds"]))
' "$1" "$2"
  done
}

echo "| work | mapping, threads of a group | for | kernel | registers | spilled bytes | stack bytes | shared bytes | NVRTC, ms |"
echo "| --- | --- | --- | --- | --- | --- | --- | --- | --- |"
row digits single 32 digits digits 'gradient(digit/W, digit/b)'
row logistic single 32 threads logistic 'gradient(w)'
row logistic single 256 threads logistic 'gradient(w)'
row simulate instances 32 cases M1p 'simulate()'
row gradient instances 32 cases M1p 'gradient(x, theta)'
row update single 32 changes local 'update(rows/[]/m)'
