#!/bin/sh
# Installs what is missing, builds, and runs the lifecycle on real data: one store from the first
# commit of the data to the proof of what happened, with report.html.
#
# usage: sh examples/run.sh [c|python|shell] [--data FILE --target COLUMN ...]
# Without a language it runs in all three; without --data on the breast-cancer table that comes with
# scikit-learn. examples/lifecycle/lifecycle.c says which options there are.
set -eu
here=$(pwd)
cd "$(dirname "$0")/.."
root=$(pwd)

sh scripts/install.sh gcc g++ libc6-dev meson ninja-build pkg-config libxxhash-dev liblmdb-dev libzstd-dev libxgboost-dev python3 python3-sklearn python3-pandas python3-xgboost
[ -d build ] || meson setup build -Dexamples=true >/dev/null
ninja -C build >build/build.log 2>&1 || { cat build/build.log >&2; exit 1; }

languages="c python shell"
case ${1-} in
c | python | shell)
    languages=$1
    shift
    ;;
esac
if [ $# -eq 0 ]; then
    # The file opens with counts and class names in place of column names: pass over that line, and name the columns.
    table=$(/usr/bin/python3 -c 'import sklearn.datasets, pathlib; print(pathlib.Path(sklearn.datasets.__file__).parent / "data/breast_cancer.csv")')
    names=
    for suffix in mean error worst; do
        for part in radius texture perimeter area smoothness compactness concavity concave_points symmetry fractal_dimension; do
            names="$names${part}_$suffix,"
        done
    done
    set -- --data "$table" --target benign --skip-lines 1 --names "${names}benign"
fi
cd "$here"
for language in $languages; do
    out=$root/build/lifecycle/$language
    rm -rf "$out"
    mkdir -p "$out"
    echo
    echo "== the lifecycle in $language, in $out"
    case $language in
    c) "$root/build/examples/lifecycle/lifecycle" --out "$out" "$@" ;;
    python) PYTHONPATH=$root/bindings/python MLOPS_LIBRARY=$root/build/libmlops.so \
        /usr/bin/python3 "$root/examples/lifecycle.py" --out "$out" "$@" ;;
    shell) MLOPS=$root/build/bindings/cli/mlops sh "$root/examples/lifecycle.sh" --out "$out" "$@" ;;
    esac
done
