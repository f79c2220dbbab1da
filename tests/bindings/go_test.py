#!/usr/bin/python3
"""Vets and tests the Go package against the library of a build folder. Prints TAP.

usage: go_test.py ROOT LIBRARY CACHE_FOLDER
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

root, library, cache = (pathlib.Path(p).resolve() for p in sys.argv[1:4])
PKG = """Name: mlops
Description: the library of the build folder
Version: 0
Cflags: -I{root}/include
Libs: -L{folder} -lmlops -Wl,-rpath,{folder}
"""


def environment(folder):
    (folder / "mlops.pc").write_text(PKG.format(root=root, folder=library.parent))
    return {**os.environ, "PKG_CONFIG_PATH": str(folder), "GOCACHE": str(cache), "GOFLAGS": "-mod=mod",
            "GOPROXY": "off", "GOTOOLCHAIN": "local", "MLOPS_SOURCE_ROOT": str(root), "CGO_ENABLED": "1"}


def main():
    for tool in ("go", "pkg-config", "gcc"):
        if shutil.which(tool) is None:
            print(f"1..0 # SKIP {tool} is not installed")
            return 0
    points = []
    with tempfile.TemporaryDirectory() as name:
        env, package = environment(pathlib.Path(name)), root / "bindings/go"
        formatted = subprocess.run(["gofmt", "-l", "."], cwd=package, env=env, capture_output=True, text=True)
        points.append(("gofmt changes nothing", not formatted.stdout, [formatted.stdout]))
        vetted = subprocess.run(["go", "vet", "./..."], cwd=package, env=env, capture_output=True, text=True)
        points.append(("go vet finds nothing", vetted.returncode == 0, vetted.stderr.splitlines()))
        tested = subprocess.run(["go", "test", "-count=1", "-json", "./..."], cwd=package, env=env, capture_output=True,
                                text=True)
        points += read(tested.stdout)
        if tested.returncode and all(passed for _, passed, _ in points):
            points.append(("go test", False, (tested.stdout + tested.stderr).splitlines()))
    print(f"1..{len(points)}")
    for number, (what, passed, lines) in enumerate(points, 1):
        print(f"{'ok' if passed else 'not ok'} {number} - {what}")
        for line in [] if passed else lines:
            print(f"# {line}")
    return 0 if all(passed for _, passed, _ in points) else 1


def read(text):
    """(name, passed, output) of each test that go test told of."""
    said, points = {}, []
    for line in text.splitlines():
        event = json.loads(line) if line.startswith("{") else {}
        test = event.get("Test")
        if test and event["Action"] == "output":
            said.setdefault(test, []).append(event["Output"].rstrip())
        elif test and event["Action"] in ("pass", "fail"):
            points.append((test.replace("#", ""), event["Action"] == "pass", said.get(test, [])))
    return points


if __name__ == "__main__":
    sys.exit(main())
