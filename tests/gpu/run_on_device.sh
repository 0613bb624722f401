#!/bin/sh
# Makes the whole bundle and runs it on the machine's own device. Exit status 77: it has none.
set -eu
source=$1
build=$2
"$build/bench/gpu/genfuse_gpu_replay" --device || exit 77
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$source/scripts/gpu-bundle.sh" -b "$build" -o "$folder/bundle"
"$folder/bundle/run"
