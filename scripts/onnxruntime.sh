#!/bin/sh
# Puts ONNX Runtime's C library, of npm's package of it, into a folder and prints its path. Prints nothing and says why
# on standard error where it is not to be had.
#
# usage: sh scripts/onnxruntime.sh FOLDER [--no-install]
set -eu
package=onnxruntime-node
version=1.30.0
part=package/bin/napi-v6/linux/x64
library=$1/onnxruntime/$part/libonnxruntime.so.1
if [ ! -f "$library" ]; then
    [ "${2:-}" != --no-install ] || { echo "ONNX Runtime is not there: $library" >&2; exit 0; }
    [ "$(uname -sm)" = "Linux x86_64" ] || { echo "ONNX Runtime is taken for Linux on x86-64 alone" >&2; exit 0; }
    command -v npm >/dev/null || { echo "ONNX Runtime needs npm" >&2; exit 0; }
    echo "fetching $package $version" >&2
    mkdir -p "$1/onnxruntime"
    (cd "$1/onnxruntime" && npm pack --silent "$package@$version" >/dev/null 2>&1 && tar xzf ./*.tgz "$part" &&
        rm -f ./*.tgz) || {
        echo "npm has no $package $version for us" >&2
        exit 0
    }
fi
[ ! -f "$library" ] || echo "$library"
