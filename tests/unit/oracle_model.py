#!/usr/bin/python3
"""Hold predictions to XGBoost's own, bit for bit: margins, predictions and leaf numbers.

usage: oracle_model.py DUMP_MODEL

Trains random models (30, or 200 with MLOPS_DEEP=1) over boosters, objectives, shapes, missing values and
categories, saves them as JSON and UBJSON, and compares 10,000 rows of each, under every level of kernels, row
by row and in blocks. Rows hold thresholds and the float32 next to them. The spellings of base_score that
versions of XGBoost write are compared besides. Prints TAP.
"""
import json
import os
import pathlib
import re
import struct
import subprocess
import sys
import tempfile

try:
    import numpy as np
    import pandas as pd
    import xgboost as xgb
except ImportError as missing:
    print(f"1..0 # SKIP {missing}")
    sys.exit(0)

ROWS = 10000
LEVELS = ["scalar", "avx2", "avx512"]
OBJECTIVES = [
    ("binary:logistic", "sign"), ("binary:logitraw", "sign"), ("binary:hinge", "sign"), ("reg:logistic", "sign"),
    ("reg:squarederror", "real"), ("reg:squaredlogerror", "positive"), ("reg:absoluteerror", "real"),
    ("reg:pseudohubererror", "real"), ("reg:gamma", "positive"), ("reg:tweedie", "positive"),
    ("count:poisson", "positive"), ("survival:cox", "positive"), ("survival:aft", "bounds"),
    ("multi:softprob", "classes"), ("multi:softmax", "classes"), ("rank:pairwise", "rank"), ("rank:ndcg", "rank"),
    ("reg:squarederror", "targets")]
xgb.set_config(verbosity=0)


def draw_rows(rng, n, n_features, missing, levels):
    x = rng.standard_normal((n, n_features)).astype(np.float32)
    if levels:
        x = np.round(x * levels) / np.float32(levels)
    x[:, 0] *= np.float32(1e-3)
    if n_features > 2:
        x[:, 2] *= np.float32(1e6)
    x[rng.random(x.shape) < missing] = np.nan
    return x


def labels(rng, x, kind, n_classes):
    z = np.nan_to_num(x).sum(1) / 100 + np.nan_to_num(x[:, -1]) + 0.3 * rng.standard_normal(len(x))
    if kind == "sign":
        return (z > 0).astype(np.float32)
    if kind in ("positive", "bounds"):
        return np.abs(z).astype(np.float32) + np.float32(0.05)
    if kind == "classes":
        return np.digitize(z, np.quantile(z, np.linspace(0, 1, n_classes + 1)[1:-1])).astype(np.float32)
    if kind == "rank":
        return np.digitize(z, [-1, 0, 1]).astype(np.float32)
    if kind == "targets":
        return np.stack([z, -z, z * z], 1).astype(np.float32)
    return z.astype(np.float32)


def draw_params(rng, i, objective, n_classes):
    p = {"objective": objective, "nthread": 1, "seed": int(i), "eta": float(rng.choice([0.1, 0.5]))}
    method = rng.choice(["hist", "hist", "exact", "approx"]) if objective != "reg:absoluteerror" else "hist"
    p["tree_method"] = str(method)
    p["max_depth"] = int(rng.choice([1, 2, 3, 4, 5, 6, 7, 8, 9, 12]))
    if method == "hist" and rng.random() < 0.25:
        p |= {"grow_policy": "lossguide", "max_leaves": int(rng.choice([4, 31, 64])), "max_depth": 0}
    if rng.random() < 0.3:
        p["booster"] = "dart"
        p |= {"rate_drop": 0.3, "normalize_type": str(rng.choice(["tree", "forest"]))}
    if rng.random() < 0.2 and "booster" not in p:
        p |= {"num_parallel_tree": 3, "subsample": 0.7, "colsample_bynode": 0.7}
    if rng.random() < 0.5:
        p["base_score"] = float(rng.choice([0.01, 0.3, 0.5, 0.987654]))
    if rng.random() < 0.3:
        p["gamma"] = 0.5
    if n_classes:
        p["num_class"] = n_classes
    return p


def as_frame(rng, x):
    """Two more columns of categories, a few of which stand only in the rows to predict."""
    frame = pd.DataFrame(x, columns=[f"f{i}" for i in range(x.shape[1])])
    for name, n in (("few", 4), ("many", 70)):
        codes = rng.integers(-1, n, len(x))
        frame[name] = pd.Categorical.from_codes(codes, list(range(n)))
    return frame


def train(rng, i):
    objective, kind = OBJECTIVES[i % len(OBJECTIVES)]
    n_classes = int(rng.integers(3, 8)) if kind == "classes" else 0
    n_features = int(rng.choice([1, 2, 5, 30, 200]))
    missing = float(rng.choice([0.0, 0.0, 0.1, 0.6]))
    params = draw_params(rng, i, objective, n_classes)
    n = int(rng.choice([300, 3000]))
    x = draw_rows(rng, n, n_features, missing, int(rng.choice([0, 0, 2, 50])))
    y = labels(rng, x, kind, n_classes)
    rows = draw_rows(rng, ROWS, n_features, missing, 0)
    rows[: min(n, ROWS // 2)] = x[: ROWS // 2]
    rows[-100:] *= -1
    rows[-50:] = 0
    rows[-20:] = np.float32(-0.0)
    categories = params["tree_method"] == "hist" and kind in ("sign", "real") and rng.random() < 0.4
    extra = {"enable_categorical": True} if categories else {}
    if categories:
        params["max_cat_to_onehot"] = int(rng.choice([1, 10]))
        if params["max_depth"] == 0:
            params["max_depth"] = 6
        x, rows = as_frame(rng, x), as_frame(rng, rows)
    data = xgb.DMatrix(x, None if kind == "bounds" else y, **extra)
    if kind == "bounds":
        data.set_float_info("label_lower_bound", y)
        data.set_float_info("label_upper_bound", y * 2)
    if kind == "rank":
        data.set_group([n // 2, n - n // 2])
    booster = xgb.train(params, data, int(rng.choice([1, 3, 10, 40])))
    return booster, rows, extra, params, n_features


def plant_thresholds(rng, booster, rows):
    """Puts thresholds of the trees and their neighbours into some of the rows, in place."""
    learner = json.loads(booster.save_raw("json"))["learner"]
    model = learner["gradient_booster"]
    trees = model.get("gbtree", model)["model"]["trees"]
    splits = [(f, t) for tree in trees
              for f, t, left, kind in zip(tree["split_indices"], tree["split_conditions"], tree["left_children"],
                                          tree["split_type"]) if left >= 0 and kind == 0]
    for i in range(3000 if splits else 0):
        feature, threshold = splits[rng.integers(len(splits))]
        side = np.float32(rng.choice([-np.inf, threshold, np.inf]))
        value = np.nextafter(np.float32(threshold), side)
        if isinstance(rows, np.ndarray):
            rows[5000 + i, feature] = value
        else:
            rows.iat[5000 + i, feature] = value


def raw_rows(rows):
    if not isinstance(rows, pd.DataFrame):
        return np.ascontiguousarray(rows)
    out = rows.copy()
    for name in ("few", "many"):
        codes = out[name].cat.codes.to_numpy().astype(np.float32)
        codes[codes < 0] = np.nan
        out[name] = codes
    return np.ascontiguousarray(out.to_numpy().astype(np.float32))


def dump(tool, model, rows, output, batch, level):
    done = subprocess.run([tool, model, rows, output, str(batch)], capture_output=True,
                          env={**os.environ, "MLOPS_CPU": level})
    if batch == 0 and b"MLOPS_E_ARENA" in done.stderr:
        return None
    if done.returncode:
        raise RuntimeError(done.stderr.decode()[:300] or f"exit {done.returncode}")
    return np.frombuffer(done.stdout, np.float64)


def same_bits(ours, theirs):
    theirs = theirs.astype(np.float64).ravel()
    return len(ours) == len(theirs) and bool((ours.view(np.uint64) == theirs.view(np.uint64)).all())


def check(tool, folder, i):
    rng = np.random.default_rng(1000 + i)
    booster, rows, extra, params, n_features = train(rng, i)
    plant_thresholds(rng, booster, rows)
    data = xgb.DMatrix(rows, **extra)
    expected = {"prediction": booster.predict(data), "margin": booster.predict(data, output_margin=True),
                "leaf": booster.predict(data, pred_leaf=True)}
    path = str(folder / "rows.f32")
    raw_rows(rows).tofile(path)
    wrong = []
    if not np.isfinite(expected["margin"]).all():  # a training that diverged: such models are refused
        booster.save_model(str(folder / "model.json"))
        try:
            dump(tool, str(folder / "model.json"), path, "margin", 1, "scalar")
            wrong.append("a leaf that is not finite was taken in")
        except RuntimeError as error:
            wrong += [] if "is not a finite number" in str(error) else [str(error)]
        return params, n_features, wrong
    for kind in ("json", "ubj"):
        model = str(folder / f"model.{kind}")
        booster.save_model(model)
        for level in LEVELS if kind == "json" else LEVELS[-1:]:
            for output, batch in (("prediction", 0), ("prediction", 77), ("margin", 1), ("margin", 64), ("leaf", 64)):
                ours = dump(tool, model, path, output, batch, level)
                if ours is not None and not same_bits(ours, expected[output]):
                    wrong.append(f"{kind} {level} {output} in batches of {batch}")
    return params, n_features, wrong + wrong_prefixes(booster, data, dump(tool, model, path, "prefix", 64, LEVELS[-1]))


def wrong_prefixes(booster, data, ours):
    """Rounds after which the margins are not what XGBoost predicts with no more than those."""
    rounds, n = booster.num_boosted_rounds(), data.num_row()
    if ours is None or not len(ours):  # a linear model has none
        return []
    margins = [booster.predict(data, iteration_range=(0, k + 1), output_margin=True).reshape(n, -1) for k in range(rounds)]
    groups = margins[0].shape[1]
    trees = len(ours) // n // groups
    ours = ours.reshape(n, trees, groups)
    return [f"margins after {k + 1} of {rounds} rounds" for k in range(rounds)
            if not same_bits(np.ascontiguousarray(ours[:, (k + 1) * trees // rounds - 1]).ravel(), margins[k])]


def spelled(folder, text, score):
    """Files of the model whose base_score is spelled so, as JSON and as UBJSON."""
    path = folder / "spelled.json"
    path.write_text(re.sub(r'"base_score":"[^"]*"', f'"base_score":"{score}"', text, count=1))
    yield path
    booster = xgb.Booster()
    booster.load_model(bytearray(text.encode()))
    head = b"base_scoreSL"
    before, after = bytes(booster.save_raw("ubj")).split(head)
    old, = struct.unpack(">q", after[:8])
    path = folder / "spelled.ubj"
    path.write_bytes(before + head + struct.pack(">q", len(score)) + score.encode() + after[8 + old:])
    yield path


def with_score(text, score):
    """XGBoost's own booster with another base_score."""
    booster = xgb.Booster()
    booster.load_model(bytearray(re.sub(r'"base_score":"[^"]*"', f'"base_score":"{score}"', text, count=1).encode()))
    return booster


SCORES = ["5E-1", "0.5", "3.0000001E-1", "0.300000012", "1e-2", "9.87654E-1"]  # XGBoost writes 9 digits at most


def check_base_scores(tool, folder):
    """A number, a number in brackets and one for each class, for every link from base_score to the margin."""
    rng = np.random.default_rng(5)
    x = draw_rows(rng, 500, 3, 0.1, 0)
    rows, data, wrong = str(folder / "rows.f32"), xgb.DMatrix(x), []
    x.tofile(rows)
    for objective, kind in dict(OBJECTIVES).items():
        if kind in ("rank", "bounds", "targets"):
            continue
        n = 3 if kind == "classes" else 1
        params = {"objective": objective, "nthread": 1, "max_depth": 3, **({"num_class": n} if n > 1 else {})}
        booster = xgb.train(params, xgb.DMatrix(x, labels(rng, x, kind, n)), 4)
        text = booster.save_raw("json").decode()
        for score in SCORES:
            peer = with_score(text, score)
            expected = {"prediction": peer.predict(data), "margin": peer.predict(data, output_margin=True)}
            forms = [score, f"[{score}]"] + ["[" + ",".join([score] * n) + "]"] * (n > 1)
            for path in (p for form in forms for p in spelled(folder, text, form)):
                wrong += [f"{objective} {score} {path.suffix} {output}" for output in expected
                          if not same_bits(dump(tool, str(path), rows, output, 64, "avx512"), expected[output])]
        if n > 1:
            scores = ["0.25", "5E-1", "-1.5"]
            margins = np.stack([with_score(text, s).predict(data, output_margin=True)[:, k]
                                for k, s in enumerate(scores)], 1)
            wrong += [f"{objective} of its own for each class {path.suffix}"
                      for path in spelled(folder, text, "[" + ",".join(scores) + "]")
                      if not same_bits(dump(tool, str(path), rows, "margin", 64, "avx512"), margins)]
    return wrong


def main():
    tool = pathlib.Path(sys.argv[1]).resolve()
    n = 200 if os.environ.get("MLOPS_DEEP") == "1" else 30
    print(f"1..{n + 1}")
    with tempfile.TemporaryDirectory() as folder:
        wrong = check_base_scores(tool, pathlib.Path(folder))
        print(f"{'not ok' if wrong else 'ok'} 1 - spellings of base_score", flush=True)
        for line in wrong[:20]:
            print("# differs: " + line)
        failed = bool(wrong)
        for i in range(n):
            try:
                params, n_features, wrong = check(tool, pathlib.Path(folder), i)
            except RuntimeError as error:
                params, n_features, wrong = {}, 0, [str(error)]
            name = " ".join(f"{k}={v}" for k, v in params.items() if k not in ("nthread", "seed"))
            print(f"{'not ok' if wrong else 'ok'} {i + 2} - {name} features={n_features}", flush=True)
            for line in wrong:
                print("# differs: " + line)
            failed += bool(wrong)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
