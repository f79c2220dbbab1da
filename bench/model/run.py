#!/usr/bin/python3
"""One row and a batch of rows beside XGBoost's own C API, in turns on one thread.

usage: run.py BUILD [--quick]

The model is trained on the spot by Debian's XGBoost, and kept in BUILD. Both must give the same bits before any time
is reported; the program of bench_model.c checks that.
"""
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
import report  # noqa: E402

build, quick = pathlib.Path(sys.argv[1]), "--quick" in sys.argv
runs = 3 if quick else 9
CASES = {"xgb_500d6_50f": (500, 6, 50)}


def table(rng, np, n_rows, n_features):
    """Rows of normal features, and a class that needs products, steps and sums of them."""
    x = rng.standard_normal((n_rows, n_features)).astype(np.float32)
    half = n_features // 2
    score = (x[:, 0] * x[:, 1] + np.sin(3 * x[:, 2]) + (x[:, 3] > 0.3) * x[:, 4]
             + 0.5 * x[:, 5:half].sum(1) / np.sqrt(half) + np.abs(x[:, half:]).sum(1) / n_features
             + 0.6 * rng.standard_normal(n_rows))
    return x, score > np.median(score)


def train(case):
    """Paths of the model and of 10,000 rows that it has not seen."""
    trees, depth, n_features = CASES[case]
    model, rows = build / f"bench/model/{case}.json", build / f"bench/model/{case}.f32"
    if not (model.exists() and rows.exists()):
        import numpy as np
        import xgboost
        rng = np.random.default_rng(7)
        x, y = table(rng, np, 60000, n_features)
        options = {"objective": "binary:logistic", "max_depth": depth, "eta": 0.05, "tree_method": "hist"}
        xgboost.train(options, xgboost.DMatrix(x, y), num_boost_round=trees).save_model(model)
        table(rng, np, 10000, n_features)[0].tofile(rows)
    return model, rows


def measure(case):
    found = {}
    out = subprocess.run([build / "bench/model/bench_model", *train(case), str(runs)], capture_output=True, text=True,
                         check=True).stdout
    for line in out.splitlines():
        name, value = line.split()
        found.setdefault(name, []).append(value)
    peer = f"xgboost {found['xgboost_version'][0]}" if "xgboost_version" in found else None
    setting = "exact, {} trees of depth {}, {} features, one thread".format(*CASES[case])
    for name, metric, unit, better in (("row_p50", "row_p50_exact", "us", "lower"), ("row_p99", "row_p99", "us", "lower"),
                                       ("batch", "batch", "Mrows/s", "higher")):
        mine = [float(v) for v in found[f"mlops_{name}"]]
        theirs = [float(v) for v in found.get(f"xgboost_{name}", [])]
        report.line("model", case, metric, mine, unit, setting, peer, theirs, better)


try:
    for name in CASES:
        measure(name)
except ImportError as missing:
    print(f"{missing}: no model to measure", file=sys.stderr)
