#!/usr/bin/python3
"""libabigail's view, which shares nothing with ours: the library against the release whose XML lies in this folder.

usage: check_abidw.py ROOT LIBRARY

A release adds its own: abidw --headers-dir include --drop-private-types --no-corpus-path --no-comp-dir-path
--no-show-locs libmlops.so > tests/abi/libmlops-X.Y.xml, of a build with debug information. Ends with 77, and says why,
where abidw, debug information or such a file is missing.
"""
import pathlib
import shutil
import subprocess
import sys
import tempfile

FLAGS = ["--drop-private-types", "--no-corpus-path", "--no-comp-dir-path", "--no-show-locs"]


def main():
    root, library = pathlib.Path(sys.argv[1]), sys.argv[2]
    baselines = sorted((root / "tests/abi").glob("libmlops-*.xml"))
    if shutil.which("abidw") is None:
        return skip("abidw is not installed (Debian package abigail-tools)")
    if b".debug_info" not in subprocess.run(["readelf", "-SW", library], capture_output=True, check=True).stdout:
        return skip("the library has no debug information (-Ddebug=true gives it)")
    if not baselines:
        return skip("there is no release to compare with")
    with tempfile.TemporaryDirectory() as folder:
        now = pathlib.Path(folder) / "now.xml"
        with open(now, "w", encoding="utf-8") as file:
            subprocess.run(["abidw", "--headers-dir", root / "include", *FLAGS, library], stdout=file, check=True)
        done = subprocess.run(["abidiff", "--suppressions", root / "tests/abi/abidiff.ini", baselines[-1], now],
                              capture_output=True, text=True)
    print(done.stdout + done.stderr)
    return 1 if done.returncode else 0


def skip(reason):
    print(f"skipped: {reason}")
    return 77


if __name__ == "__main__":
    sys.exit(main())
