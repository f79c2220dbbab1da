#!/bin/sh
# Installs what is missing, builds, and tells the story on real data: train with XGBoost, load its
# file, predict, bundle, watch production shift, write report.html.
#
# usage: sh examples/run.sh [--data FILE --target COLUMN] [--ignore A,B] [--production FILE]
# Without --data it takes the breast-cancer table that comes with scikit-learn.
set -eu
here=$(pwd)
cd "$(dirname "$0")/.."
root=$(pwd)

sh scripts/install.sh gcc g++ libc6-dev meson ninja-build pkg-config libxxhash-dev liblmdb-dev libzstd-dev libxgboost-dev python3 python3-sklearn
[ -d build ] || meson setup build -Dexamples=true >/dev/null
ninja -C build >build/build.log 2>&1 || { cat build/build.log >&2; exit 1; }

out=$root/build/story
mkdir -p "$out"
if [ $# -gt 0 ]; then
    cd "$here"
    exec "$root/build/examples/story/story" --out "$out" "$@"
fi
# The file opens with counts and class names in place of column names: pass over that line, and name the columns.
table=$(/usr/bin/python3 -c 'import sklearn.datasets, pathlib; print(pathlib.Path(sklearn.datasets.__file__).parent / "data/breast_cancer.csv")')
names=
for suffix in mean error worst; do
    for part in radius texture perimeter area smoothness compactness concavity concave_points symmetry fractal_dimension; do
        names="$names${part}_$suffix,"
    done
done
exec "$root/build/examples/story/story" --out "$out" --data "$table" --target benign --skip-lines 1 --names "${names}benign"
