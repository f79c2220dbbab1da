#!/bin/sh
# Builds, finds the peers, measures, prints a table and JSON lines.
#
# usage: sh bench/run.sh [SUITE...] [--quick]     suites: base model drift store dataset
# The lines also go to build-bench/results.jsonl. Peers that are not installed are named and left out.
set -eu
cd "$(dirname "$0")/.."
suites= quick=
for arg; do
    case $arg in
    --quick) quick=--quick ;;
    base | model | drift | store | dataset) suites="$suites $arg" ;;
    *) sed -n '2,5s/^# \{0,1\}//p' "$0"; exit 2 ;;
    esac
done
sh scripts/install.sh gcc libc6-dev meson ninja-build pkg-config libxxhash-dev liblmdb-dev libzstd-dev xxhash openssl libxgboost-dev zstd borgbackup restic casync git git-lfs \
    python3 python3-numpy python3-onnx python3-pandas python3-scipy python3-sklearn python3-xgboost libopenblas0-pthread
[ -d build-bench ] || meson setup build-bench -Dbench=true --buildtype=release >/dev/null
ninja -C build-bench >build-bench/build.log 2>&1 || { cat build-bench/build.log >&2; exit 1; }
: >build-bench/results.jsonl
for suite in ${suites:-base model drift store dataset}; do
    for program in "bench/$suite"/run*.py; do
        /usr/bin/python3 "$program" build-bench $quick >>build-bench/results.jsonl
    done
done
/usr/bin/python3 bench/table.py build-bench/results.jsonl
cat build-bench/results.jsonl
