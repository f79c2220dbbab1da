#!/usr/bin/python3
"""KS, Wasserstein and energy distance of 1M against 1M values beside SciPy, and the AUC of 1M scores beside
scikit-learn, in turns; a report of 20 columns of 3M rows against 0.3M; sketches and counts of scores by themselves.

usage: run.py BUILD [--quick]

SciPy does the three one after the other, as its users do: each sorts anew. All sides are one thread.
The numbers of both are compared before any time is reported.
"""
import pathlib
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
import report  # noqa: E402

build, quick = pathlib.Path(sys.argv[1]), "--quick" in sys.argv
runs, n = (3, 1_000_000) if quick else (7, 1_000_000)

for kind, what in ("kll", "float64 into k 200"), ("hll", "float64 into lg_k 12"):
    out = subprocess.run([build / "bench/drift/bench_sketch", kind, "10000000", str(runs + 1)], capture_output=True,
                         text=True, check=True).stdout.split()
    report.line("drift", f"{kind}_update", "time", [float(v) for v in out[2:]], "ns", f"10M {what}, one call",
                better="lower")



def per_value(kind):
    """(what came out, nanoseconds of each run but the first) of 5M values."""
    out = subprocess.run([build / "bench/drift/bench_sketch", kind, "5000000", str(runs + 1)], capture_output=True,
                         text=True, check=True).stdout.split()
    return out[0], [float(v) for v in out[2:]]


report.line("drift", "profile_update", "time", per_value("profile")[1], "ns/value",
            "5M float64, one call: totals, sums, bins and different values", "own kll + hll + items",
            per_value("trio")[1], better="lower")
report.line("drift", "profile_size", "memory", [float(per_value("profile_size")[0])], "B", "lg_k 9, else the defaults",
            better="lower")

for kind, what in (("plain", "scores and labels"), ("weighted", "scores, labels and weights"),
                   ("unlabelled", "scores without labels")):
    out = subprocess.run([build / "bench/drift/bench_performance", kind, "1000000", str(runs + 1)], capture_output=True,
                         text=True, check=True).stdout.split()
    report.line("drift", f"performance_add_{kind}", "time", [float(v) for v in out[1:]], "ns",
                f"1M {what}, a row of one call, processor time", better="lower")

try:
    import numpy as np
    from scipy import stats
except ImportError as missing:
    print(f"{missing}: nothing to compare with", file=sys.stderr)
    sys.exit(0)


def ours(program, path, *more):
    """(results, milliseconds) of the second of two runs, with the memory warm."""
    out = subprocess.run([build / "bench/drift" / program, path, str(n), "2", *more], capture_output=True, text=True,
                         check=True).stdout.split("\n")
    return [float(v) for v in out[0].split()], float(out[2])


def theirs(x, y):
    begun = time.perf_counter()
    ks = stats.ks_2samp(x, y)
    found = [ks.statistic, ks.pvalue, stats.wasserstein_distance(x, y), stats.energy_distance(x, y)]
    return found, 1e3 * (time.perf_counter() - begun)


def same(a, b):
    return all(abs(u - v) <= t * abs(v) for u, v, t in zip(a, b, (1e-12, 1e-9, 1e-12, 1e-12)))


rng = np.random.default_rng(1)
x, y = rng.normal(size=n), rng.normal(0.01, 1.02, n)
with tempfile.NamedTemporaryFile(suffix=".f64") as data:
    data.write(x.tobytes() + y.tobytes())
    data.flush()
    turns = [(ours("bench_drift", data.name), ours("bench_drift", data.name, "sorted"), theirs(x, y))
             for _ in range(runs)]
for mine, ordered, peer in turns:
    if not same(mine[0], peer[0]) or not same(ordered[0], peer[0]):
        sys.exit(f"the results differ: {mine[0]}, {ordered[0]} and {peer[0]}")
for at, case, how in ((0, "ks_w1_energy_1m", "unsorted"), (1, "ks_w1_energy_1m_sorted_ref", "the reference sorted")):
    report.line("drift", case, "time", [turn[at][1] for turn in turns], "ms",
                f"1M against 1M float64, {how}, one thread", "scipy ks_2samp + wasserstein + energy",
                [turn[2][1] for turn in turns], better="lower")

rows = ["20", "3000000", "300000"]
done = subprocess.run([build / "bench/drift/bench_columns", *rows, str(runs + 1)], capture_output=True, text=True,
                      check=True).stdout.split("\n")
spent = [[float(v) for v in row.split()] for row in done[2:] if row]
for at, case, how in ((0, "report_20col_3m", "both tables at hand"),
                      (1, "report_20col_3m_stored_ref", "a reference of 255 edges"),
                      (2, "report_20col_3m_passes", "both as Arrow streams, read in passes"),
                      (3, "report_20col_3m_exact_ref", "a reference of every value")):
    report.line("drift", case, "time", [row[at] / 1e3 for row in spent], "s",
                f"20 float64 columns, 3M rows against 0.3M, {how}, one thread; "
                f"{max(row[8 + at] for row in spent) / 2**20:.0f} MiB of working memory", better="lower")

try:
    from sklearn.metrics import roc_auc_score
except ImportError as missing:
    print(f"{missing}: no AUC to compare with", file=sys.stderr)
    sys.exit(0)


def their_auc(labels, scores):
    begun = time.perf_counter()
    found = roc_auc_score(labels, scores)
    return [found], 1e3 * (time.perf_counter() - begun)


labels = (rng.uniform(size=n) < 0.3).astype(float)
scores = 1 / (1 + np.exp(1 - 1.2 * labels - rng.normal(size=n)))
with tempfile.NamedTemporaryFile(suffix=".f64") as data:
    data.write(scores.tobytes() + labels.tobytes())
    data.flush()
    pairs = [(ours("bench_auc", data.name), their_auc(labels, scores)) for _ in range(runs)]
for (mine, _), (peer, _) in pairs:
    if not same(mine, peer):
        sys.exit(f"the results differ: {mine} and {peer}")
report.line("drift", "auc_1m", "time", [a[1] for a, _ in pairs], "ms",
            "1M float64 scores, unsorted, one thread; with average precision, KS and counts", "sklearn roc_auc_score",
            [b[1] for _, b in pairs], better="lower")
