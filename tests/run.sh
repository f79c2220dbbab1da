#!/bin/sh
# Installs what the tests need, builds, and runs all tests. Ends with "N passed, N failed".
#
# usage: sh tests/run.sh [--deep | --ci] [--no-install]
#   --deep        also the long sweeps: ASan and UBSan, threads under TSan, valgrind, all random models, an hour of
#                 fuzzing, more damage, kills and power cuts, and other machines under QEMU
#   --ci          of these what takes less than an hour: TSan of what has threads, valgrind of most, less of the rest
#   --no-install  install nothing
set -eu
cd "$(dirname "$0")/.."
deep=0 install=1 sweeps=0 fuzz=0 brief=
for arg; do
    case $arg in
    --deep) deep=1 sweeps=1 fuzz=600 ;;
    --ci) sweeps=1 fuzz=10 brief='--no-suite long' ;;
    --no-install) install=0 ;;
    *) sed -n '2,9s/^# \{0,1\}//p' "$0"; exit 2 ;;
    esac
done

packages="gcc g++ libc6-dev meson ninja-build pkg-config libxxhash-dev liblmdb-dev libzstd-dev libcmocka-dev python3
  python3-numpy python3-scipy python3-hypothesis python3-pandas python3-sklearn python3-xgboost libxgboost-dev
  python3-onnx libonnx-testdata python3-clang libclang-common-14-dev clang-14 libclang-rt-14-dev clang-format-14
  golang-go valgrind binutils gcc-arm-none-eabi libnewlib-arm-none-eabi qemu-system-arm musl-tools libgdal32"
[ $deep = 0 ] || packages="$packages gcc-s390x-linux-gnu libc6-dev-s390x-cross gcc-arm-linux-gnueabihf
  libc6-dev-armhf-cross gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user-static"
[ $install = 0 ] || sh scripts/install.sh $packages
no_install=
[ $install = 1 ] || no_install=--no-install
sh scripts/duckdb.sh build-peers $no_install >/dev/null # for the test "arrow", which skips what is not there

sh scripts/onnxruntime.sh build-peers $no_install >/dev/null # for "oracle_onnx_estimators", "_models" and "_trees", as well

# What came out of a build's tests: the TAP points of each, and a line for each test that failed.
results=$(mktemp)
trap 'rm -f "$results"' EXIT
failed_builds=0
run() { # FOLDER SETUP_OPTIONS... -- TEST_OPTIONS...
    folder=$1
    shift
    setup=
    while [ "$1" != -- ]; do setup="$setup $1"; shift; done
    shift
    echo "== $folder:$setup"
    # shellcheck disable=SC2086
    [ -d "$folder" ] || meson setup "$folder" $setup >/dev/null || { failed_builds=$((failed_builds + 1)); return; }
    if ! ninja -C "$folder" >"$folder/build.log" 2>&1; then
        grep -E 'error|warning|FAILED' "$folder/build.log" | head -n 40
        failed_builds=$((failed_builds + 1))
        return
    fi
    meson test -C "$folder" --no-rebuild --print-errorlogs "$@" || :
    cat "$folder/meson-logs/testlog.json" >>"$results"
}

# A program of faults, for longer than meson runs it; in memory where the machine has files there.
fault() { # NAME ARGUMENT
    echo "== fault_$1 $2"
    tmp=${TMPDIR:-/tmp}
    [ ! -d /dev/shm ] || tmp=/dev/shm
    TMPDIR=$tmp "build-tests/tests/fault/fault_$1" "$2" || failed_builds=$((failed_builds + 1))
}

# Collections of garbage among commits and readers, in so many orders that a scheduler draws.
gc_race() { # SEEDS
    echo "== gc_race $1"
    build-tests/tests/unit/test_gc_race "$1" 1 200 >"$results.race" || {
        tail -n 20 "$results.race"
        failed_builds=$((failed_builds + 1))
    }
    rm "$results.race"
}

# GCC warns wrongly of its own sanitizers' code, so those builds only have to be clean when they run.
werror="--werror -Dtests=true"
checked="-Dtests=true -Db_lundef=false -Doptimization=1 -Ddebug=true -Db_ndebug=false"
run build-tests $werror -Dexamples=true -Dbench=true --
CC=clang-14 run build-clang $werror -- --suite unit --suite fuzz
if [ $sweeps = 1 ]; then
    # shellcheck disable=SC2086
    run build-asan $checked -Db_sanitize=address,undefined -- --suite unit --suite fuzz --suite fault $brief
    threaded= # in CI, those that start threads; all of them otherwise
    [ $deep = 1 ] || threaded=$(grep -lE 'pool_new|pthread_create' tests/unit/test_*.c | sed 's|.*/test_||; s|\.c$||')
    # shellcheck disable=SC2086
    run build-tsan $checked -Db_sanitize=thread -- --suite unit $threaded
    long='xx' # in CI, models that take minutes when each instruction is looked at are left out
    [ $deep = 1 ] || long='columnar|columnar_patch|content|content_.*|csv_batch|dataset_.*|diff|draft_stream|folder.*|explain|forest|gc_bases|gc_race|graph|kll|kv.*|lightgbm|merge|model_deep|model_memory|multivariate.*|number|real|sort|stats|swap|transfer.*'
    # shellcheck disable=SC2046
    run build-tests -- --wrapper 'valgrind -q --error-exitcode=1 --leak-check=full' --timeout-multiplier 20 \
        $(meson test -C build-tests --list --suite unit 2>/dev/null | sed -n 's/.* \/ //p' | grep -vxE "$long")
fi
if [ $sweeps = 1 ] && [ $deep = 0 ]; then
    fault damage_store 2500
    fault many_store 30
    fault power_index 32
    gc_race 5000
fi
if [ $deep = 1 ]; then
    fault damage_store 20000
    fault many_store 600
    fault power_index 470
    fault power_gc 60
    fault power_erase 30
    fault power_remote 300
    gc_race 100000
    sh tests/cross/run.sh || [ $? = 77 ] || failed_builds=$((failed_builds + 1))
    run build-tests -- --suite fault --wrapper 'valgrind -q --error-exitcode=1 --leak-check=full' --timeout-multiplier 40
    export MLOPS_DEEP=1
    fault sweep '' # every failure of every scenario
    run build-tests -- --suite unit --suite oracle --timeout-multiplier 20
fi
if [ $fuzz -gt 0 ]; then
    main="bundle csv json ubjson"
    others=$(ls tests/fuzz/fuzz_*.c | sed 's/.*fuzz_\(.*\)\.c/\1/' | grep -vxE "$(echo "$main" | tr ' ' '|')")
    # shellcheck disable=SC2086
    sh tests/fuzz/run.sh $fuzz $main || failed_builds=$((failed_builds + 1))
    # shellcheck disable=SC2086
    sh tests/fuzz/run.sh $((fuzz / 6)) $others || failed_builds=$((failed_builds + 1))
fi
python3 tests/count.py "$results" "$failed_builds"
