#!/usr/bin/env bash
# All set-up, the build, and the main job: softmax regression on real digits. Arguments go to the program
# (--help lists them), such as --data DIR for MNIST's four files.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/stages.sh

stage set-up scripts/setup.sh
stage configure cmake --preset release >&2
stage build cmake --build --preset release --target genfuse_training
exec build/release/bench/training/genfuse_training "$@"
