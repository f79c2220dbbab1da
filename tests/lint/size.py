#!/usr/bin/python3
"""The stripped library stays within its budget, and needs nothing unexpected.

usage: size.py LIBRARY BUDGET_BYTES
"""
import pathlib
import re
import subprocess
import sys
import tempfile

library, budget = sys.argv[1], int(sys.argv[2])
with tempfile.TemporaryDirectory() as folder:
    copy = pathlib.Path(folder) / "lib.so"
    subprocess.run(["strip", "-o", copy, library], check=True)
    size = copy.stat().st_size
needed = re.findall(r"NEEDED.*\[(.*?)\]", subprocess.run(["readelf", "-d", library], capture_output=True,
                                                         text=True, check=True).stdout)
known = {"libc.so.6", "libxxhash.so.0", "ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1", "libc.so",
         "libc.musl-x86_64.so.1", "liblmdb.so.0", "libzstd.so.1"}
extra = sorted(set(needed) - known)
print("1..2")
print(f"{'ok' if size <= budget else 'not ok'} 1 - {size} bytes stripped, budget {budget}")
print(f"{'not ok' if extra else 'ok'} 2 - needs only {', '.join(needed)}")
sys.exit(1 if size > budget or extra else 0)
