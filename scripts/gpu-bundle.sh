#!/usr/bin/env bash
# Makes a folder that runs on a machine with an NVIDIA driver and nothing else: docs/gpu.md.
#   scripts/gpu-bundle.sh [-o DIR] [-b BUILD] [-- OPTIONS OF THE RECORDER]
# DIR (default build/gpu-bundle) is made anew, and may be replaced if it is a bundle. BUILD (default build/release) is
# a build folder; without -b it is configured and built first.
set -euo pipefail
caller=$PWD
cd "$(dirname "$0")/.."
out=build/gpu-bundle
build=
while getopts "o:b:" option; do
  case $option in
  o) out=$(realpath -m --relative-base="$PWD" "$(cd "$caller" && realpath -m "$OPTARG")") ;;
  b) build=$(cd "$caller" && realpath -m "$OPTARG") ;;
  *)
    echo "usage: scripts/gpu-bundle.sh [-o DIR] [-b BUILD] [-- OPTIONS]" >&2
    exit 2
    ;;
  esac
done
shift $((OPTIND - 1))

if [ -z "$build" ]; then
  build=build/release
  cmake --preset release >&2
  cmake --build --preset release --target genfuse_gpu_record genfuse_gpu_replay >&2
fi
if [ -e "$out" ] && [ ! -x "$out/replay" ]; then
  echo "error: expected '$out' to be a bundle or not to be there" >&2
  exit 1
fi
rm -rf "$out"
mkdir -p "$out/records"
cp bench/gpu/bundle/run bench/gpu/bundle/README.md "$out/"
strip -o "$out/replay" "$build/bench/gpu/genfuse_gpu_replay"
"$build/bench/gpu/genfuse_gpu_record" "$out/records" "$@"

limit=$((60 * 1024 * 1024))
size=$(du -sb "$out" | cut -f1)
if [ "$size" -gt "$limit" ]; then
  echo "error: expected a bundle of at most $limit bytes, got $size" >&2
  exit 1
fi
echo "$out: $size bytes"
