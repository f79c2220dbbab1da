#!/bin/sh
# Fuzzes every target with libFuzzer, ASan and UBSan. usage: sh tests/fuzz/run.sh SECONDS [TARGET...]
# Prints the number of executions of each target. What is found stays in build-fuzz/.
set -eu
cd "$(dirname "$0")/../.."
seconds=$1
shift
[ -d build-fuzz ] || CC=clang-14 meson setup build-fuzz -Dtests=true -Dfuzz=true -Dcli=false \
    -Db_sanitize=address,undefined -Db_lundef=false --buildtype=debugoptimized >/dev/null
targets=${*:-$(ls tests/fuzz/fuzz_*.c | sed 's/.*fuzz_\(.*\)\.c/\1/')}
status=0
for name in $targets; do
    ninja -C build-fuzz "tests/fuzz/fuzz_$name" >/dev/null
    mkdir -p "build-fuzz/corpus/$name"
    dict=
    [ -e "tests/fuzz/$name.dict" ] && dict=-dict=tests/fuzz/$name.dict
    if (cd build-fuzz && ./tests/fuzz/fuzz_"$name" ${dict:+-dict=../tests/fuzz/$name.dict} -entropic=0 -max_len=4096 -timeout=10 -rss_limit_mb=4096 \
        -max_total_time="$seconds" -print_final_stats=1 "corpus/$name" "../tests/fuzz/corpus/$name") >"build-fuzz/$name.log" 2>&1; then
        grep number_of_executed_units "build-fuzz/$name.log" | awk -v n="$name" '{printf "fuzz %s: %d executions\n", n, $2}'
    else
        echo "fuzz $name: FAILED"
        tail -n 40 "build-fuzz/$name.log"
        status=1
    fi
done
exit $status
