#!/usr/bin/python3
"""Detectors of change: processor time of one value, and the state of ADWIN.

usage: run_detect.py BUILD [--quick]

Values are uniform numbers or, for kinds that take errors, one error in five: streams without a change.
"""
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
import report  # noqa: E402

build, quick = pathlib.Path(sys.argv[1]), "--quick" in sys.argv
runs, n = (3, 1_000_000) if quick else (9, 4_000_000)


def measure(kind, clock=0):
    """(bytes of state, nanoseconds of each run)."""
    out = subprocess.run([build / "bench/drift/bench_detect", kind, str(clock), str(n), str(runs)],
                         capture_output=True, text=True, check=True).stdout.split("\n")
    return float(out[0].split()[0]), [float(t) for t in out[1:] if t]


for kind in ("adwin", "page_hinkley", "ddm", "hddm_a", "hddm_w", "kswin"):
    size, times = measure(kind)
    report.line("drift", f"{kind}_update", "time", times, "ns",
                "default parameters, in batches of 4,096, processor time", better="lower")
    if kind == "adwin":
        report.line("drift", "adwin_update", "memory", [size], "B", "default parameters", better="lower")
