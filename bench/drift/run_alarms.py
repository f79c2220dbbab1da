#!/usr/bin/python3
"""False alarms and power of verdicts by simulation, with Clopper and Pearson's bounds, beside common default rules.

usage: run_alarms.py BUILD [--quick]

A setting keeps its budget if the upper bound (one-sided, 97.5 %) of its rate of reports with a false alarm is at most
alpha. Without --quick it takes a quarter of an hour. The rules beside ours are restated: Evidently's default (W1 over
the reference's deviation from 0.1 on where the reference has more than 1,000 rows, else KS p up to 0.05), KS p up to
0.05, and PSI from 0.1 on over ten quantile bins.
"""
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
import report  # noqa: E402

build, quick = pathlib.Path(sys.argv[1]), "--quick" in sys.argv
try:
    from scipy.stats import beta
except ImportError as missing:
    print(f"{missing}: no bounds without it", file=sys.stderr)
    sys.exit(0)


def bounds(hits, n):
    return (beta.ppf(0.025, hits, n - hits + 1) if hits else 0.0,
            beta.ppf(0.975, hits + 1, n - hits) if hits < n else 1.0)


out = subprocess.run([build / "bench/drift/bench_alarms", *(["--quick"] if quick else [])], capture_output=True,
                     text=True, check=True).stdout
kept, n_null = 0, 0
for line in out.splitlines():
    name, kind, alpha, *counts = line.split()
    n, ours, *others = map(int, counts)
    low, high = bounds(ours, n)
    rates = [f"{k / n:.3f}" for k in others]
    rules = f"; evidently's default {rates[0]}, KS p <= 0.05 {rates[1]}, PSI >= 0.1 {rates[2]}"
    if name.startswith(("rare_", "found_rare_")):
        rules = f"; PSI >= 0.1 {rates[2]}"
    if kind == "null":
        n_null += 1
        kept += high <= float(alpha)
        if name.endswith("_edge") or "_edge_" in name:
            rules = ""  # the data has changed, if harmlessly: theirs answer another question
        report.line("drift", f"false_alarms_{name}", "rate", [ours / n], "of reports",
                    f"alpha {alpha}, {n} reports, {low:.5f} to {high:.5f}{rules}", better="lower")
    else:
        report.line("drift", f"power_{name}", "rate", [ours / n], "of reports",
                    f"alpha {alpha}, {n} reports, {low:.4f} to {high:.4f}")
report.line("drift", "false_alarm_budget", "kept_share", [kept / n_null], "of settings",
            f"{n_null} settings; budget: upper bound of the rate at most alpha")
