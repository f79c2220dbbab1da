#!/bin/sh
# Puts DuckDB's C library, of npm's package of it, into a folder and prints its path. Prints nothing and says why on
# standard error where it is not to be had.
#
# usage: sh scripts/duckdb.sh FOLDER [--no-install]
set -eu
package=@duckdb/node-bindings-linux-x64
version=1.5.6-r.1
library=$1/duckdb/package/libduckdb.so
if [ ! -f "$library" ]; then
    [ "${2:-}" != --no-install ] || { echo "DuckDB is not there: $library" >&2; exit 0; }
    [ "$(uname -sm)" = "Linux x86_64" ] || { echo "DuckDB's library is taken for Linux on x86-64 alone" >&2; exit 0; }
    command -v npm >/dev/null || { echo "DuckDB needs npm" >&2; exit 0; }
    echo "fetching $package $version" >&2
    mkdir -p "$1/duckdb"
    (cd "$1/duckdb" && npm pack --silent "$package@$version" >/dev/null 2>&1 && tar xzf ./*.tgz && rm -f ./*.tgz) || {
        echo "npm has no $package $version for us" >&2
        exit 0
    }
fi
[ ! -f "$library" ] || echo "$library"
