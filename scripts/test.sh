#!/usr/bin/env bash
# All set-up, the build, and every test. Ends with ctest's own closing lines, the time of the tests among them.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/stages.sh

stage set-up scripts/setup.sh
stage configure cmake --preset release
stage build cmake --build --preset release
echo "== tests"
exec ctest --preset release -j2
