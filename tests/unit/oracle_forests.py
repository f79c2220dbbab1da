#!/usr/bin/python3
"""Hold margins and predictions of thousands of small random models to XGBoost's own, bit for bit.

usage: oracle_forests.py DUMP_FORESTS

Where oracle_model.py asks a few models for many rows, this asks many models for few: 500, or 10,000 with MLOPS_DEEP=1,
over objectives, gbtree, dart and gblinear, ways of growing, constraints, weights, trees in parallel, several targets,
categories one by one and in sets, missing values, and features that are denormal or next to infinity. Each is saved as
JSON and as UBJSON and predicted row by row and in batches under every level of kernels. Rows hold thresholds and the
float32 next to them, and what is no category. As many text files of LightGBM are drawn and held to the reader of
oracle_lightgbm.py: margins bit for bit, predictions to 4 units in the last place. Prints TAP.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

os.environ["OMP_NUM_THREADS"] = "1"  # a team of threads costs more than these models
try:
    import numpy as np
    import xgboost as xgb
    import oracle_lightgbm
    import oracle_model
except ImportError as missing:
    print(f"1..0 # SKIP {missing}")
    sys.exit(0)

CHUNK = 100
SCALES = [1, 1, 1, 1e-3, 1e6, 1e-42, 1e38, 3.4e38]


def draw_features(rng, n, types):
    x = np.clip(rng.standard_normal((n, len(types))), -1, 1) if rng.random() < 0.3 else rng.standard_normal((n, len(types)))
    with np.errstate(all="ignore"):
        x = np.clip(x * rng.choice(SCALES, len(types)), -3.4028235e38, 3.4028235e38).astype(np.float32)
    for f, kind in enumerate(types):
        if kind == "c":
            x[:, f] = rng.integers(0, rng.choice([2, 5, 40, 200]), n)
    x[rng.random(x.shape) < rng.choice([0, 0, 0.1, 0.7])] = np.nan
    return x


def draw_linear(rng, params):
    params |= {"booster": "gblinear", "updater": str(rng.choice(["shotgun", "coord_descent"])),
               "alpha": float(rng.choice([0, 0.1]))}
    for name in ("tree_method", "max_depth", "grow_policy", "max_leaves", "gamma", "rate_drop", "normalize_type",
                 "num_parallel_tree", "subsample", "colsample_bynode"):
        params.pop(name, None)


def draw(rng, i):
    """A booster, and rows for it with their types."""
    objective, kind = oracle_model.OBJECTIVES[i % len(oracle_model.OBJECTIVES)]
    n_classes, d = int(rng.integers(3, 8)) if kind == "classes" else 0, int(rng.integers(1, 13))
    params = oracle_model.draw_params(rng, i, objective, n_classes) | {"base_score": float(rng.uniform(0.001, 0.999))}
    params |= {"lambda": float(rng.choice([0, 1])), "min_child_weight": float(rng.choice([0, 1e-3, 1]))}
    types = ["q"] * d
    if rng.random() < 0.15:
        draw_linear(rng, params)
    elif params["tree_method"] != "exact" and rng.random() < 0.4:
        types = [str(t) for t in rng.choice(["q", "c"], d)]
        params["max_cat_to_onehot"] = int(rng.choice([1, 4, 1000]))
        params["max_depth"] = params["max_depth"] or 6
    elif rng.random() < 0.2:
        params["monotone_constraints"] = "(" + ",".join(str(c) for c in rng.integers(-1, 2, d)) + ")"
    n = int(rng.choice([20, 100, 300]))
    x = draw_features(rng, n, types)
    with np.errstate(all="ignore"):
        y = np.nan_to_num(oracle_model.labels(rng, np.clip(np.nan_to_num(x), -9, 9), kind, n_classes))
    extra = {"feature_types": types, "enable_categorical": True}
    data = xgb.DMatrix(x, None if kind == "bounds" else y, **extra)
    if kind == "bounds":
        data.set_float_info("label_lower_bound", y)
        data.set_float_info("label_upper_bound", y * 2)
    elif kind == "rank":
        data.set_group([n // 2, n - n // 2])
    elif rng.random() < 0.3:
        data.set_weight(rng.uniform(0, 5, n))
    booster = xgb.train(params, data, int(rng.choice([1, 2, 7, 15])))
    rows = np.concatenate([x[:20], draw_features(rng, 50, types), np.zeros((2, d), np.float32),
                           -np.zeros((2, d), np.float32)])
    return booster, plant(rng, booster, rows, types), extra, params


def plant(rng, booster, rows, types):
    text = booster.save_raw("json").decode()
    booster_ = json.loads(text)["learner"]["gradient_booster"]
    trees = booster_.get("gbtree", booster_)["model"].get("trees", [])
    splits = [(f, t) for tree in trees for f, t, left, kind in
              zip(tree["split_indices"], tree["split_conditions"], tree["left_children"], tree["split_type"])
              if left >= 0 and kind == 0 and np.isfinite(t)]
    for i in range(40 if splits else 0):
        f, t = splits[rng.integers(len(splits))]
        with np.errstate(over="ignore"):
            value = np.nextafter(np.float32(t), np.float32(rng.choice([-np.inf, t, np.inf])))
        if np.isfinite(value):
            rows[i, f] = value
    for f in (f for f, kind in enumerate(types) if kind == "c"):
        rows[40:48, f] = [-1, -0.5, 3.7, 31, 32, 1e6, 16777216, 3e38]
    return np.ascontiguousarray(rows, np.float32)


def same(ours, theirs):
    theirs = theirs.astype(np.float64).ravel()
    return len(ours) == len(theirs) and bool(((ours.view(np.uint64) == theirs.view(np.uint64)) |
                                              (np.isnan(ours) & np.isnan(theirs))).all())


def results(tool, paths, level):
    """Of each file its values, or the error."""
    text = "".join(f"{model} {rows}\n" for model, rows in paths).encode()
    done = subprocess.run([tool], input=text, capture_output=True, env={**os.environ, "MLOPS_CPU": level})
    if done.returncode:
        raise RuntimeError(done.stderr.decode()[:300] or f"exit {done.returncode}")
    at, out = 0, []
    while at < len(done.stdout):
        end = done.stdout.index(b"\n", at)
        word, rest = done.stdout[at:end].decode().split(" ", 1)
        at, n = end + 1, int(rest) if word == "ok" else 0
        out.append(np.frombuffer(done.stdout[at:at + 8 * n], np.float64) if word == "ok" else rest)
        at += 8 * n
    return out


def check_chunk(tool, folder, first, counts):
    paths, due, names, wrong = [], [], [], []
    for i in range(first, first + CHUNK):
        rng = np.random.default_rng(70000 + i)
        try:
            booster, rows, extra, params = draw(rng, i)
        except xgb.core.XGBoostError as error:  # what does not go together, as dart with some objectives
            counts["not trained"] += 1
            if "Check failed" not in str(error):
                raise
            continue
        rows.tofile(folder / f"{i}.f32")
        data = xgb.DMatrix(rows, **extra)
        margins = booster.predict(data, output_margin=True)
        expected = np.concatenate([margins.ravel(), booster.predict(data).ravel()])
        for kind in ("json", "ubj"):
            booster.save_model(folder / f"{i}.{kind}")
            paths.append((folder / f"{i}.{kind}", folder / f"{i}.f32"))
            due.append(expected)
            names.append(f"{i} {kind} {params}")
        counts[params.get("booster", "gbtree")] += 1
    for level in oracle_model.LEVELS:
        for ours, expected, name, (model, _) in zip(results(tool, paths, level), due, names, paths, strict=True):
            if isinstance(ours, str):  # a training that diverged
                text = model.with_suffix(".json").read_text()
                if "is not a finite number" not in ours or not ("Infinity" in text or "NaN" in text):
                    wrong.append(f"{level} {name}: {ours}")
                counts["diverged"] += level == "scalar" and model.suffix == ".json"
            elif not same(ours, expected):
                wrong.append(f"{level} {name}: {(ours != expected).sum()} of {len(ours)} values")
    for path in folder.iterdir():
        path.unlink()
    return wrong


def draw_text(rng, i):
    objective = oracle_lightgbm.OBJECTIVES[i % len(oracle_lightgbm.OBJECTIVES)]
    n_classes = int(objective.split("num_class:")[1][0]) if objective and "num_class" in objective else 1
    version, d = str(rng.choice(["v2", "v3", "v4"])), int(rng.integers(1, 9))
    linear = version == "v4" and rng.random() < 0.3
    trees = [oracle_lightgbm.drawn_tree(rng, int(rng.choice([1, 2, 5, 20])), d, linear and rng.random() < 0.7,
                                        rng.random() < 0.5) for _ in range(n_classes * int(rng.choice([1, 2, 5])))]
    text = oracle_lightgbm.write_model(trees, d, objective, n_classes, rng.random() < 0.15, version,
                                       ["\n", "\r\n"][int(rng.random() < 0.2)])
    rows = oracle_lightgbm.draw_rows(rng, trees, d)
    return f"{version} {objective}", text, rows[rng.permutation(len(rows))[:60]]


def check_texts(tool, folder, first, counts):
    paths, due, names, wrong = [], [], [], []
    for i in range(first, first + CHUNK):
        name, text, rows = draw_text(np.random.default_rng(90000 + i), i)
        (folder / f"{i}.txt").write_text(text, newline="")
        rows.tofile(folder / f"{i}.f64")
        paths.append((folder / f"{i}.txt", folder / f"{i}.f64"))
        due.append(oracle_lightgbm.predict(text, rows))
        names.append(f"{i} {name}")
    counts["lightgbm"] += CHUNK
    for level in oracle_model.LEVELS:
        for ours, expected, name in zip(results(tool, paths, level), due, names, strict=True):
            n = 0 if isinstance(ours, str) else expected["margin"].size
            if isinstance(ours, str):
                wrong.append(f"{level} {name}: {ours}")
            elif not (same(ours[:n], expected["margin"]) and oracle_lightgbm.same(ours[n:], expected["prediction"], 4)):
                wrong.append(f"{level} {name}")
    for path in folder.iterdir():
        path.unlink()
    return wrong


def main():
    tool = str(pathlib.Path(sys.argv[1]).resolve())
    n = 100 if os.environ.get("MLOPS_DEEP") == "1" else 5
    counts = {"gbtree": 0, "dart": 0, "gblinear": 0, "diverged": 0, "not trained": 0, "lightgbm": 0}
    failed, cases = 0, [(check, i * CHUNK) for check in (check_chunk, check_texts) for i in range(n)]
    print(f"1..{len(cases)}")
    with tempfile.TemporaryDirectory() as folder:
        for k, (check, first) in enumerate(cases):
            try:
                wrong = check(tool, pathlib.Path(folder), first, counts)
            except RuntimeError as error:
                wrong = [str(error)]
            print(f"{'not ok' if wrong else 'ok'} {k + 1} - so far {counts}", flush=True)
            for line in wrong[:10]:
                print("# differs: " + line)
            failed += bool(wrong)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
