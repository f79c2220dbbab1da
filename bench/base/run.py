#!/usr/bin/python3
"""Hashes beside OpenSSL's and xxHash's own programs, in turns. usage: run.py BUILD [--quick]"""
import pathlib
import re
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
import report  # noqa: E402

build, quick = pathlib.Path(sys.argv[1]), "--quick" in sys.argv
runs, seconds = (3, 0.3) if quick else (9, 1.0)


def ours(name, size):
    out = subprocess.run([build / "bench/bench_hash", name, str(size), str(seconds)], capture_output=True, text=True,
                         check=True).stdout
    return float(out.split()[0])


def openssl(size):
    out = subprocess.run(["openssl", "speed", "-seconds", "1", "-bytes", str(size), "-evp", "sha256"],
                         capture_output=True, text=True, check=True).stdout
    return float(re.search(r"([\d.]+)k\s*$", out.strip()).group(1)) * 1000 / 1e9


def xxhsum():
    out = subprocess.run(["xxhsum", "-b11", "-i1"], capture_output=True, text=True, check=True)
    rate = re.search(r"([\d.]+) MB/s", (out.stdout + out.stderr).split("XXH128")[-1]).group(1)
    return float(rate) * 1.048576 / 1000


def in_turns(mine, theirs, tool):
    if not shutil.which(tool):
        print(f"{tool} is not installed", file=sys.stderr)
        return [mine() for _ in range(runs)], None
    pairs = [(mine(), theirs()) for _ in range(runs)]
    return [p[0] for p in pairs], [p[1] for p in pairs]


a, b = in_turns(lambda: ours("sha256", 65536), lambda: openssl(65536), "openssl")
report.line("base", "sha256", "throughput", a, "GB/s", "64 KiB blocks, one thread", "openssl speed -evp sha256", b)
if b:
    report.line("base", "sha256", "ratio", [x / y for x, y in zip(a, b)], "x", "64 KiB blocks, one thread")
a, b = in_turns(lambda: ours("xxh3_128", 102400), xxhsum, "xxhsum")
report.line("base", "xxh3_128", "throughput", a, "GB/s", "100 KiB blocks, one thread", "xxhsum -b11", b)
