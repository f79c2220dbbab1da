#!/usr/bin/python3
"""One row and a batch of rows beside XGBoost's own C API, in turns on one thread.

usage: run.py BUILD [--quick]

The models are trained on the spot by Debian's XGBoost and scikit-learn, and kept in BUILD. Both must give the same bits
before any time is reported, or the same explanations, to XGBoost's rounding; the programs check that.
"""
import os
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
import report  # noqa: E402

build, quick = pathlib.Path(sys.argv[1]), "--quick" in sys.argv
runs = 3 if quick else 9
CASES = {"xgb_500d6_50f": (500, 6, 50, 0), "xgb_500d8_50f": (500, 8, 50, 0), "xgb_500d6_100f_nan": (500, 6, 100, 0.05)}
LEAF_WISE = "lgbm_500x63"
PEERS = {"cached": "load"}  # XGBoost keeps nothing


def table(rng, np, n_rows, n_features):
    """Rows of normal features, and a class that needs products, steps and sums of them."""
    x = rng.standard_normal((n_rows, n_features)).astype(np.float32)
    half = n_features // 2
    score = (x[:, 0] * x[:, 1] + np.sin(3 * x[:, 2]) + (x[:, 3] > 0.3) * x[:, 4]
             + 0.5 * x[:, 5:half].sum(1) / np.sqrt(half) + np.abs(x[:, half:]).sum(1) / n_features
             + 0.6 * rng.standard_normal(n_rows))
    return x, score > np.median(score)


def paths(case, *kinds):
    return [build / f"bench/model/{case}.{kind}" for kind in kinds]


def train(case):
    """Paths of the model and of 10,000 rows that it has not seen."""
    trees, depth, n_features, missing = CASES[case]
    model, rows = paths(case, "json", "f32")
    if not (model.exists() and rows.exists()):
        import numpy as np
        import xgboost
        rng = np.random.default_rng(7)
        x, y = table(rng, np, 60000, n_features)
        unseen = table(rng, np, 10000, n_features)[0]
        for part in (x, unseen):
            part[rng.random(part.shape) < missing] = np.nan
        options = {"objective": "binary:logistic", "max_depth": depth, "eta": 0.05, "tree_method": "hist"}
        xgboost.train(options, xgboost.DMatrix(x, y), num_boost_round=trees).save_model(model)
        unseen.tofile(rows)
    return model, rows


def write_tree(nodes):
    """LightGBM's text of a tree of scikit-learn's leaf-wise booster."""
    leaf = nodes["is_leaf"].astype(bool)
    place = [0] * len(leaf)
    for kind in (True, False):
        for at, i in enumerate(i for i in range(len(leaf)) if leaf[i] == kind):
            place[i] = ~at if kind else at
    lists = {"split_feature": nodes["feature_idx"][~leaf], "threshold": nodes["num_threshold"][~leaf],
             "decision_type": 8 + 2 * nodes["missing_go_to_left"][~leaf].astype(int),
             "left_child": [place[i] for i in nodes["left"][~leaf]],
             "right_child": [place[i] for i in nodes["right"][~leaf]], "leaf_value": nodes["value"][leaf]}
    lines = [f"num_leaves={leaf.sum()}", "num_cat=0"]
    return lines + [f"{name}=" + " ".join(f"{v:.17g}" for v in values) for name, values in lists.items()]


def train_leaf_wise():
    """500 trees of 63 leaves, in doubles, and 10,000 rows."""
    model, rows = paths(LEAF_WISE, "txt", "f64")
    if not (model.exists() and rows.exists()):
        import numpy as np
        from sklearn.ensemble import HistGradientBoostingClassifier
        rng = np.random.default_rng(7)
        x, y = table(rng, np, 30000, 50)
        fitted = HistGradientBoostingClassifier(max_iter=500, max_leaf_nodes=63, learning_rate=0.05,
                                                early_stopping=False).fit(x, y)
        head = ["tree", "version=v4", "num_class=1", "num_tree_per_iteration=1", "label_index=0", "max_feature_idx=49",
                "objective=binary sigmoid:1", "feature_names=" + " ".join(f"f{i}" for i in range(50)), ""]
        trees = [[f"Tree={i}", *write_tree(made[0].nodes), "is_linear=0", "shrinkage=1", ""]
                 for i, made in enumerate(fitted._predictors)]
        model.write_text("\n".join(head + sum(trees, []) + ["end of trees", ""]))
        table(rng, np, 10000, 50)[0].astype(float).tofile(rows)
    return model, rows


def run(model, rows, cpu=None, program="bench_model"):
    found = {}
    environment = {**os.environ, **({"MLOPS_CPU": cpu} if cpu else {})}
    out = subprocess.run([build / "bench/model" / program, model, rows, str(runs)], capture_output=True, text=True,
                         check=True, env=environment).stdout
    for line in out.splitlines():
        name, value = line.split()
        found.setdefault(name, []).append(value)
    return found


def measure(case, files, setting, names, program="bench_model"):
    found = run(*files, program=program)
    peer = f"xgboost {found['xgboost_version'][0]}" if "xgboost_version" in found else None
    numbers = {name: [float(v) for v in values] for name, values in found.items() if name != "xgboost_version"}
    for name, metric, unit, better in names:
        report.line("model", case, metric, numbers[f"mlops_{name}"], unit, setting, peer,
                    numbers.get(f"xgboost_{PEERS.get(name, name)}"), better)
    return numbers, peer


def ratios(above, below):
    return [a / b for a, b in zip(above, below)]


def measure_stripped():
    with tempfile.NamedTemporaryFile() as file:
        subprocess.run(["strip", "-o", file.name, build / "libmlops.so"], check=True)
        size = pathlib.Path(file.name).stat().st_size / 1e6
    report.line("model", "libmlops_so_stripped", "size", [size], "MB", "libmlops.so, stripped", better="lower")


def measure_load():
    """The same model as UBJSON, which both read faster, and as JSON."""
    model, small = train("xgb_500d8_50f")[0], paths("xgb_500d8_50f", "ubj")[0]
    if not small.exists():
        import xgboost
        xgboost.Booster(model_file=model).save_model(small)
    cases = (small, "UBJSON", "cold", "tuned_cached"), (model, "JSON", "cold_json", "cached_json")
    for file, kind, cold, cached in cases:
        with tempfile.TemporaryDirectory() as folder:
            measure("load_500d8", (file, folder), f"from {kind}, wall clock, file in the page cache",
                    [("load", cold, "ms", "lower"), ("cached", cached, "ms", "lower")], "bench_load")


def measure_all():
    found = {}
    for case, (trees, depth, n_features, missing) in CASES.items():
        setting = f"exact, {trees} trees of depth {depth}, {n_features} features, {missing:.0%} missing, one thread"
        row = "row_p50_exact" if case == "xgb_500d6_50f" else "row_p50"
        names = [("row_p50", row, "us", "lower"), ("row_p99", "row_p99", "us", "lower"),
                 ("batch", "batch", "Mrows/s", "higher")]
        found[case], peer = measure(case, train(case), setting, names)
    measure(LEAF_WISE, train_leaf_wise(), "exact, 500 trees of 63 leaves in doubles, 50 features, one thread",
            [("row_p50", "row_p50", "us", "lower"), ("batch", "batch", "Mrows/s", "higher")])
    measure("treeshap_500d6", train("xgb_500d6_50f"), "exact, 500 trees of depth 6, 50 features, processor time",
            [("explain", "row", "us", "lower"), ("explain_one", "row_alone", "us", "lower")], "bench_explain")
    deep, usual = found["xgb_500d8_50f"], found["xgb_500d6_50f"]
    report.line("model", "xgb_500d6_50f", "row_p50_fast", usual["mlops_row_p50"], "us",
                "the exact sum, as no other order saves more than 3 %", peer, usual.get("xgboost_row_p50"), "lower")
    slow = run(*train("xgb_500d6_50f"), cpu="avx2")
    report.line("model", "xgb_500d6_50f_avx2", "slowdown", ratios(usual["mlops_batch"], map(float, slow["mlops_batch"])),
                "x", "batch, MLOPS_CPU=avx2 behind the best level", better="lower")
    report.line("model", "two_cores", "speedup", ratios(usual["two_batch"], usual["mlops_batch"]), "x",
                "batch of 10,000 rows, a pool of two as executor")
    measure_python("xgb_500d6_50f")
    measure_load()
    report.line("model", "rss_500d8", "memory", deep["mlops_memory"], "MB", "growth by loading, and a context", peer,
                deep.get("xgboost_memory"), better="lower")


def measure_python(case):
    """What predicting one row takes in Python beyond C's own time for it, in turns."""
    program = pathlib.Path(__file__).with_name("overhead.py")
    out = subprocess.run([sys.executable, program, *train(case), str(runs)], capture_output=True, text=True, check=True,
                         env={**os.environ, "MLOPS_LIBRARY": str((build / "libmlops.so").resolve()),
                              "PYTHONPATH": str(pathlib.Path(__file__).parents[2] / "bindings/python")}).stdout
    found = {}
    for line in out.splitlines():
        name, value = line.split()
        found.setdefault(name, []).append(float(value))
    for name in "one_row_overhead", "bound_overhead":
        report.line("model", "python", name, found[name], "us", "500 trees of depth 6, beyond the same call from C",
                    better="lower")


measure_stripped()
try:
    measure_all()
except ImportError as missing:
    print(f"{missing}: no model to measure", file=sys.stderr)
