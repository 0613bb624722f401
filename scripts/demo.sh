#!/usr/bin/env bash
# All set-up, the build, and the main job: softmax regression on real digits. Arguments go to the program
# (--help lists them), such as --data DIR for MNIST's four files; paths in them start from the caller's folder.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/scripts/stages.sh"

prepare() {
  cd "$root"
  stage set-up scripts/setup.sh
  stage configure cmake --preset release
  stage build cmake --build --preset release --target genfuse_training
}
# Standard output is the program's alone.
(prepare) >&2
exec "$root/build/release/bench/training/genfuse_training" --plot "$root/build/release/training.svg" "$@"
