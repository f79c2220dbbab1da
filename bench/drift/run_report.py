#!/usr/bin/python3
"""A report of 1,000 features as HTML, and their metrics as Prometheus' text.

usage: run_report.py BUILD [--quick]
"""
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
import report  # noqa: E402

build, runs = pathlib.Path(sys.argv[1]), 5 if "--quick" in sys.argv else 21
with tempfile.TemporaryDirectory() as place:
    out = subprocess.run([build / "bench/drift/bench_report", f"{place}/report.html", str(runs)], capture_output=True,
                         text=True, check=True).stdout
rows = [[float(v) for v in line.split()] for line in out.splitlines()]
setting = "1,000 numeric features, a third of them drifted"
report.line("drift", "html_1000_features", "size", [r[1] / 1024 for r in rows], "KiB", setting, better="lower")
report.line("drift", "html_1000_features", "time", [r[0] for r in rows], "ms",
            f"{setting}; written beside its place, synced and renamed", better="lower")
report.line("drift", "prometheus_6000_series", "time", [r[2] for r in rows], "ms",
            f"a monitor of 1,000 features, {rows[0][3]:.0f} scores among its samples; nothing is allocated",
            better="lower")
