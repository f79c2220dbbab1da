#!/usr/bin/python3
"""Every public header compiles alone, as C99 and as C++17, under the strictest flags.

usage: headers.py ROOT CC [CXX]
"""
import pathlib
import shutil
import subprocess
import sys

root, cc = pathlib.Path(sys.argv[1]), sys.argv[2].split()
cxx = (sys.argv[3] if len(sys.argv) > 3 else "c++").split()
flags = ["-pedantic-errors", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", f"-I{root}/include"]
modes = [(cc, ["-x", "c", "-std=c99", "-Wstrict-prototypes"])]
if shutil.which(cxx[0]):
    modes.append((cxx, ["-x", "c++", "-std=c++17"]))
headers = ["mlops.h"] + sorted(f"mlops/{p.name}" for p in (root / "include/mlops").glob("*.h"))
print(f"1..{len(headers) * len(modes)}")
number = failed = 0
for compiler, mode in modes:
    for header in headers:
        number += 1
        done = subprocess.run([*compiler, *flags, *mode, "-"], input=f"#include <{header}>\n", text=True,
                              capture_output=True)
        failed += done.returncode != 0
        print(f"{'ok' if done.returncode == 0 else 'not ok'} {number} - {header} {mode[1]} {mode[2]}")
        for line in done.stderr.splitlines():
            print("# " + line)
sys.exit(1 if failed else 0)
