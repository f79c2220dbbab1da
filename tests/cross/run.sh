#!/bin/sh
# Stores that go from machine to machine as a file: a big-endian one (s390x) and one of 32 bits (ARM), under QEMU; and
# the kernels of 64-bit ARM of forests and of totals, whose tests hold them to C; and profiles and anomaly scores, whose
# tests have the bytes; and states of detectors, sketches, performance, fairness, policies, calibrations, references,
# monitors and imprints, of which states.c prints checksums. Prints TAP; what has no compiler or no emulator here is
# skipped and says so.
#
# The library is compiled by hand: its index is in memory, content is not compressed, and xxHash is the header alone,
# so that no foreign library is needed.
#
# usage: sh tests/cross/run.sh
set -eu
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
header=
for folder in /usr/include /usr/local/include; do
    [ -f "$folder/xxhash.h" ] && header=$folder/xxhash.h
done
if [ -z "$header" ]; then
    echo "1..0 # SKIP no xxhash.h"
    exit 77
fi
mkdir "$work/include"
cp "$header" "$work/include/"

# The folders below store and audit; vector code is for this machine alone.
sources=$(find lib/base lib/sys lib/kern lib/file lib/text lib/column lib/columnar lib/store lib/audit -name '*.c' | sort |
    grep -vE '_(sse41|avx2|avx512|neon)\.c$|sys/(alloc_fault|io_fault|io_memory|io_record)\.c$')

vector= # an archive, of which each program takes what it calls
if [ "$(uname -m)" = x86_64 ]; then
    for source in $(find lib/kern lib/sys lib/expr -name '*_sse41.c' -o -name '*_avx2.c' -o -name '*_avx512.c'); do
        "${CC:-gcc}" -c -std=c11 -O1 -w -ffp-contract=off -Iinclude -Ilib -mavx2 -mfma -msse4.1 -msha \
            -mavx512f -mavx512cd -mavx512dq -mavx512bw -mavx512vl -mavx512vbmi "$source" \
            -o "$work/$(basename "$source").o"
    done
    vector="$work/vector.a"
    ar rcs "$vector" "$work"/*.o
fi

build() { # NAME COMPILER ARCHIVE
    echo "# $1: $($2 --version | head -n 1)"
    # shellcheck disable=SC2086
    $2 -std=c11 -O1 -w -ffp-contract=off -fexcess-precision=fast -DMLOPS_LMDB=0 -DMLOPS_ZSTD=0 \
        -DXXH_INLINE_ALL -D_FILE_OFFSET_BITS=64 -static -Iinclude -Ilib -I"$work/include" \
        tests/cross/stores.c $sources $3 -o "$work/$1" -lpthread
}

echo 1..14
build here "${CC:-gcc}" "$vector" >"$work/log" 2>&1 || { cat "$work/log"; echo "not ok 1 - compiled here"; exit 1; }
"$work/here" write "$work/s" "$work/here.out" >"$work/want"
sed 's/^/# /' "$work/want"
n=0 failed=0

tell() { # DESCRIPTION FILES...
    n=$((n + 1))
    if cmp -s "$2" "$3"; then
        echo "ok $n - $1"
    else
        echo "not ok $n - $1"
        sed 's/^/# /' "$2" "$3"
        failed=1
    fi
}

try() { # NAME COMPILER EMULATOR
    name=$1
    if ! command -v "$2" >/dev/null || ! command -v "$3" >/dev/null; then
        for what in "reads what was written here" "writes the same records" "is read here"; do
            n=$((n + 1))
            echo "ok $n - $name $what # SKIP no $2 or no $3"
        done
        return
    fi
    if ! build "$name" "$2" "" >"$work/log" 2>&1; then
        sed 's/^/# /' "$work/log"
        failed=1 n=$((n + 1))
        echo "not ok $n - $name compiles"
        return
    fi
    "$3" "$work/$name" read "$work/$name-in" "$work/here.out" >"$work/$name-read" || :
    tell "$name reads what was written here" "$work/want" "$work/$name-read"
    "$3" "$work/$name" write "$work/$name-s" "$work/$name.out" >"$work/$name-wrote" || :
    # Times and the id differ, so that the links do.
    sed 's/ link [0-9a-f]*//' "$work/want" >"$work/want-records"
    sed 's/ link [0-9a-f]*//' "$work/$name-wrote" >"$work/$name-records"
    tell "$name writes the same records" "$work/want-records" "$work/$name-records"
    "$work/here" read "$work/$name-back" "$work/$name.out" >"$work/$name-back-read" || :
    tell "what $name wrote is read here" "$work/$name-wrote" "$work/$name-back-read"
}

try_kernels() { # NAME COMPILER EMULATOR KERNELS FLAGS TEST SOURCES WHAT
    n=$((n + 1))
    if ! command -v "$2" >/dev/null || ! command -v "$3" >/dev/null; then
        echo "ok $n - $1 $8 # SKIP no $2 or no $3"
        return
    fi
    # shellcheck disable=SC2086
    if "$2" -std=c11 -O2 -w -ffp-contract=off $5 -DROUNDS=10 -DMLOPS_LMDB=0 -DMLOPS_ZSTD=0 \
        -DXXH_INLINE_ALL -D_FILE_OFFSET_BITS=64 -static -Iinclude -Ilib -Itests -Itests/cross -I"$work/include" \
        "tests/unit/test_$6.c" $sources $(find lib/kern -name "*_$4.c") $7 -o "$work/$1" -lpthread -lm \
        >"$work/log" 2>&1 && "$3" "$work/$1" >>"$work/log" 2>&1; then
        echo "ok $n - $1 $8"
    else
        sed 's/^/# /' "$work/log"
        failed=1
        echo "not ok $n - $1 $8"
    fi
}

# What performance is counted in, and judged by.
counting="$(ls lib/performance/*.c lib/metric/*.c lib/stats/*.c)"

try_bytes() { # NAME COMPILER EMULATOR
    n=$((n + 1))
    if ! command -v "$2" >/dev/null || ! command -v "$3" >/dev/null; then
        echo "ok $n - $1 saves the same bytes of profiles, anomaly scores and performance # SKIP no $2 or no $3"
        return
    fi
    for what in profile_bytes profile_sums anomaly_bytes performance_bytes; do
        # shellcheck disable=SC2086
        if ! { "$2" -std=c11 -O2 -w -ffp-contract=off -fexcess-precision=fast -DMLOPS_LMDB=0 -DMLOPS_ZSTD=0 \
            -DXXH_INLINE_ALL -D_FILE_OFFSET_BITS=64 -static -Iinclude -Ilib -Itests -Itests/cross \
            -I"$work/include" "tests/unit/test_$what.c" lib/profile/run/profile*.c lib/sketch/run/*.c lib/anomaly/run/*.c \
            $counting $sources -o "$work/$1" -lpthread -lm && "$3" "$work/$1"; } >"$work/log" 2>&1; then
            sed 's/^/# /' "$work/log"
            failed=1
            echo "not ok $n - $1 saves the same bytes"
            return
        fi
    done
    echo "ok $n - $1 saves the same bytes of profiles, anomaly scores and performance"
}

build_states() { # NAME COMPILER FLAGS MORE
    # What states are made of, and no more of the library than that.
    # shellcheck disable=SC2086
    "$2" -std=c11 -O1 -w -ffp-contract=off -fexcess-precision=fast $3 -DMLOPS_LMDB=0 -DMLOPS_ZSTD=0 \
        -DXXH_INLINE_ALL -D_FILE_OFFSET_BITS=64 -static -Iinclude -Ilib -Itests -I"$work/include" tests/cross/states.c \
        $(echo "$sources" | grep -vE '^lib/(store|audit|columnar)/') $(find lib/stats lib/metric lib/performance \
        lib/fairness lib/profile lib/detect lib/sketch lib/policy lib/multivariate lib/monitor lib/drift lib/quality \
        lib/model lib/expr -name '*.c' | grep -v _avx2) $4 -o "$work/states-$1" -lpthread >"$work/log" 2>&1
}

try_states() { # NAME COMPILER EMULATOR FLAGS MORE
    if ! command -v "$2" >/dev/null || ! command -v "$3" >/dev/null; then
        n=$((n + 1))
        echo "ok $n - $1 has the same bytes of states # SKIP no $2 or no $3"
        return
    fi
    build_states "$1" "$2" "$4" "$5" && "$3" "$work/states-$1" "$work/kept" >"$work/states-$1.out" 2>>"$work/log" ||
        cp "$work/log" "$work/states-$1.out"
    tell "$1 has the same bytes of states" "$work/states.out" "$work/states-$1.out"
}

# Here with the fastest kernels, and without vectors.
build_states here "${CC:-gcc}" "" "$vector" && "$work/states-here" "$work/kept" >"$work/states.out" || cat "$work/log"
MLOPS_CPU=scalar "$work/states-here" "$work/kept" >"$work/states-scalar.out" ||
    echo "did not come to its end" >>"$work/states-scalar.out"
tell "states have the same bytes without vectors" "$work/states.out" "$work/states-scalar.out"
try_states s390x s390x-linux-gnu-gcc qemu-s390x-static "" ""
try_states armhf arm-linux-gnueabihf-gcc qemu-arm-static "" ""
try_states arm64 aarch64-linux-gnu-gcc qemu-aarch64-static -march=armv8-a+crypto "$(find lib/kern -name '*_neon.c')"
try s390x s390x-linux-gnu-gcc qemu-s390x-static
try armhf arm-linux-gnueabihf-gcc qemu-arm-static
try_bytes s390x s390x-linux-gnu-gcc qemu-s390x-static
try_bytes armhf arm-linux-gnueabihf-gcc qemu-arm-static
arm64="arm64 aarch64-linux-gnu-gcc qemu-aarch64-static neon -march=armv8-a+crypto"
# shellcheck disable=SC2086
try_kernels $arm64 forest "$(find lib/model/build -name compile.c -o -name 'tune*.c') lib/model/run/plan.c
    lib/model/run/walk.c lib/model/run/link.c" "walks forests as the plan does"
# shellcheck disable=SC2086
try_kernels $arm64 tally "$(ls lib/profile/run/profile*.c lib/sketch/run/*.c)" "counts values as one by one"
exit $failed
