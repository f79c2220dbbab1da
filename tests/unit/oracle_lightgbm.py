#!/usr/bin/python3
"""Hold LightGBM's text models to a reader of our own in NumPy, and to scikit-learn, whose forests they are.

usage: oracle_lightgbm.py DUMP_MODEL

LightGBM is not needed: files are written here as its format has them, of forests that scikit-learn trained (whose
own sums are the oracle then, too) and of drawn trees with all that the format can hold: categories, the three types
of missing values, linear leaves, averages, classes. The reader below is written from the format's facts and shares
nothing with the library. Margins and leaves must have equal bits, predictions behind exp be 4 units in the last place
near. Rows hold thresholds, what is next to them, zeros, infinities and values that are no category. MLOPS_DEEP=1 draws
ten times as many. Prints TAP.
"""
import os
import pathlib
import subprocess
import sys
import tempfile

try:
    import numpy as np
except ImportError as missing:
    print(f"1..0 # SKIP {missing}")
    sys.exit(0)

ROWS = 2000
LEVELS = ["scalar", "avx2", "avx512"]
ZERO = float(np.float32(1e-35))


# ---- writing ---------------------------------------------------------------------------------------------------

def number(x):
    return "%.17g" % x


def write_tree(i, tree, version):
    """tree: feature, threshold, decision, left, right (a node, or ~leaf), value, and sets, linear where it has them."""
    n = len(tree["value"])
    lines = [f"Tree={i}", f"num_leaves={n}", f"num_cat={len(tree.get('sets', []))}"]
    lines += ["split_feature=" + " ".join(map(str, tree["feature"])), "split_gain=" + " ".join(["0.5"] * (n - 1)),
              "threshold=" + " ".join(map(number, tree["threshold"])),
              "decision_type=" + " ".join(map(str, tree["decision"])),
              "left_child=" + " ".join(map(str, tree["left"])), "right_child=" + " ".join(map(str, tree["right"])),
              "leaf_value=" + " ".join(map(number, tree["value"])), "leaf_weight=" + " ".join(["1"] * n),
              "leaf_count=" + " ".join(["9"] * n), "internal_value=" + " ".join(["0"] * (n - 1))]
    if tree.get("sets"):
        ends, words = [0], []
        for items in tree["sets"]:
            bits = [0] * (max(items, default=-1) // 32 + 1)
            for c in items:
                bits[c // 32] |= 1 << c % 32
            words += bits
            ends.append(len(words))
        lines += ["cat_boundaries=" + " ".join(map(str, ends)), "cat_threshold=" + " ".join(map(str, words))]
    if version == "v4":
        lines.append(f"is_linear={int('linear' in tree)}")
    if "linear" in tree:
        terms = tree["linear"]
        lines += ["leaf_const=" + " ".join(number(c) for c, _ in terms),
                  "num_features=" + " ".join(str(len(t)) for _, t in terms),
                  "leaf_features=" + "".join("".join(f"{f} " for f, _ in t) + " " for _, t in terms),
                  "leaf_coeff=" + "".join("".join(f"{number(k)} " for _, k in t) + " " for _, t in terms)]
    return "\n".join(lines + ["shrinkage=0.1", "", "", ""])


def write_model(trees, n_features, objective=None, n_classes=1, average=False, version="v4", newline="\n"):
    blocks = [write_tree(i, t, version) for i, t in enumerate(trees)]
    head = ["tree", f"version={version}", f"num_class={n_classes}", f"num_tree_per_iteration={n_classes}",
            "label_index=0", f"max_feature_idx={n_features - 1}"]
    head += [f"objective={objective}"] if objective else []
    head += ["average_output"] if average else []
    head += ["feature_names=" + " ".join(f"Column_{i}" for i in range(n_features)),
             "feature_infos=" + " ".join("[-1:1]" for _ in range(n_features)),
             "tree_sizes=" + " ".join(str(len(b)) for b in blocks), "", ""]
    tail = ["end of trees", "", "feature_importances:", "Column_0=7", "", "parameters:", "[boosting: gbdt]",
            "end of parameters", "", "pandas_categorical:null", ""]
    return ("\n".join(head) + "".join(blocks) + "\n".join(tail)).replace("\n", newline)


# ---- reading and predicting, from the facts alone --------------------------------------------------------------

def read_model(text):
    head, trees, now = {}, [], None
    for line in text.split("\n"):
        line = line.rstrip("\r")
        if line == "end of trees":
            break
        key, _, value = line.partition("=")
        if key == "Tree":
            now = {}
            trees.append(now)
        elif line:
            (head if now is None else now)[key] = value
    return head, trees


def array(tree, key, kind):
    return np.array(tree.get(key, "").split(), kind)


def find_leaves(tree, x):
    n = int(tree["num_leaves"])
    at = np.full(len(x), -1 if n == 1 else 0)
    if n == 1:
        return ~at
    feature, threshold = array(tree, "split_feature", int), array(tree, "threshold", float)
    decision, left, right = (array(tree, k, int) for k in ("decision_type", "left_child", "right_child"))
    if not len(decision):
        decision = np.zeros(n - 1, int)
    ends, words = array(tree, "cat_boundaries", int), array(tree, "cat_threshold", np.uint32)
    while (at >= 0).any():
        for node in np.unique(at[at >= 0]):
            rows = np.flatnonzero(at == node)
            v, d = x[rows, feature[node]], decision[node]
            if d & 1:
                some = words[ends[int(threshold[node])]:ends[int(threshold[node]) + 1]]
                goes = np.zeros(len(rows), bool)
                for i, value in enumerate(v):
                    if not np.isnan(value) and -1 < value < 2 ** 31:
                        c = int(value)
                        goes[i] = c // 32 < len(some) and bool(int(some[c // 32]) >> c % 32 & 1)
            else:
                kind = d >> 2 & 3
                v = np.where(np.isnan(v), 0.0, v) if kind != 2 else v
                missing = (np.abs(v) <= ZERO) if kind == 1 else np.isnan(v) if kind == 2 else np.zeros(len(v), bool)
                goes = np.where(missing, bool(d & 2), v <= threshold[node])
            at[rows] = np.where(goes, left[node], right[node])
    return ~at


def tree_values(tree, x, leaves):
    values = array(tree, "leaf_value", float)
    if tree.get("is_linear", "0") == "0":
        return values[leaves]
    constants, counts = array(tree, "leaf_const", float), array(tree, "num_features", int)
    features, factors = array(tree, "leaf_features", int), array(tree, "leaf_coeff", float)
    starts = np.concatenate([[0], np.cumsum(counts)])
    out = np.empty(len(x))
    for i, leaf in enumerate(leaves):
        sum_ = constants[leaf]
        for k in range(starts[leaf], starts[leaf + 1]):
            if np.isnan(x[i, features[k]]):
                sum_ = values[leaf]
                break
            sum_ = sum_ + factors[k] * x[i, features[k]]
        out[i] = sum_
    return out


def link(head, margins, n_trees):
    n = int(head["num_class"])
    if "average_output" in head:
        margins = margins / (n_trees // n)
    name, *params = head.get("objective", "custom").split()
    params = dict(p.split(":") for p in params if ":" in p) | {p: "" for p in params if ":" not in p}
    if name in ("binary", "multiclassova", "cross_entropy", "xentropy"):
        return 1 / (1 + np.exp(-float(params.get("sigmoid", 1)) * margins))
    if name == "multiclass":
        e = np.exp(margins - margins.max(1, keepdims=True))
        return e / e.sum(1, keepdims=True)
    if name in ("poisson", "gamma", "tweedie"):
        return np.exp(margins)
    if name in ("cross_entropy_lambda", "xentlambda"):
        return np.log1p(np.exp(margins))
    return np.sign(margins) * margins * margins if "sqrt" in params else margins


def predict(text, x):
    head, trees = read_model(text)
    n = int(head["num_class"])
    margins = np.zeros((len(x), n))
    leaves = np.empty((len(x), len(trees)))
    with np.errstate(all="ignore"):
        for i, tree in enumerate(trees):
            leaves[:, i] = found = find_leaves(tree, x)
            margins[:, i % n] += tree_values(tree, x, found)
        return {"margin": margins, "leaf": leaves, "prediction": link(head, margins, len(trees))}


# ---- forests ---------------------------------------------------------------------------------------------------

def drawn_tree(rng, n_leaves, n_features, linear, categories):
    """Leaf-wise, as LightGBM grows: a leaf is split, its left half keeps the number."""
    tree = {k: [] for k in ("feature", "threshold", "decision", "left", "right")}
    sets = []
    parents = {0: None}
    for node in range(n_leaves - 1):
        leaf = int(rng.integers(node + 1))
        decision, threshold = int(rng.integers(3)) << 2 | int(rng.integers(2)) << 1, draw_threshold(rng)
        if categories and rng.random() < 0.4:
            decision, threshold = int(rng.integers(3)) << 2 | 1, len(sets)
            sets.append([int(c) for c in rng.integers(0, rng.choice([3, 40, 200]), rng.integers(0, 9))])
        tree["feature"].append(int(rng.integers(n_features)))
        tree["threshold"].append(float(threshold))
        tree["decision"].append(decision)
        tree["left"].append(~leaf)
        tree["right"].append(~(node + 1))
        if parents[leaf] is not None:
            parent, side = parents[leaf]
            tree[side][parent] = node
        parents[leaf], parents[node + 1] = (node, "left"), (node, "right")
    tree["value"] = [float(v) for v in rng.standard_normal(n_leaves) * 10.0 ** rng.integers(-6, 2)]
    if sets:
        tree["sets"] = sets
    if linear:
        tree["linear"] = [(float(rng.standard_normal()), [(int(f), float(rng.standard_normal())) for f in
                          rng.permutation(n_features)[:rng.integers(0, 4)]]) for _ in range(n_leaves)]
    return tree


THRESHOLDS = [0.0, -0.0, ZERO, -ZERO, np.nextafter(ZERO, 1), np.nextafter(-ZERO, -1), 1.0000000180025095e-35, 1e300,
              -1e300, 5e-324, -5e-324, 1.7976931348623157e308, -1.7976931348623157e308]


def draw_threshold(rng):
    if rng.random() < 0.3:
        return THRESHOLDS[rng.integers(len(THRESHOLDS))]
    return float(rng.standard_normal()) if rng.random() < 0.7 else float(rng.integers(-20, 20)) / 4


def draw_rows(rng, trees, n_features):
    special = [np.nan, np.inf, -np.inf, 0.0, -0.0, ZERO, -ZERO, np.nextafter(ZERO, 1), -1.0, -0.5, 0.9, 31.9, 32.0,
               1e10, 2.0 ** 31, 2.0 ** 31 - 1, -1e10, np.nextafter(-1, 0)]
    x = rng.standard_normal((ROWS, n_features))
    some = rng.random(x.shape)
    x = np.where(some < 0.2, rng.choice(special, x.shape), x)
    x = np.where((some > 0.2) & (some < 0.4), rng.integers(0, 210, x.shape), x)
    splits = [(f, t) for tree in trees for f, t, d in zip(tree["feature"], tree["threshold"], tree["decision"])
              if not d & 1]
    for i in range(ROWS if splits else 0):
        f, t = splits[rng.integers(len(splits))]
        with np.errstate(over="ignore"):
            x[i, f] = np.nextafter(t, rng.choice([-np.inf, t, np.inf]))
    return x


OBJECTIVES = ["regression", "regression sqrt", "regression_l1", "huber", "fair", "quantile", "mape", "poisson", "gamma",
              "tweedie", "binary sigmoid:1", "binary sigmoid:0.7", "cross_entropy", "cross_entropy_lambda",
              "lambdarank", "rank_xendcg", None, "multiclass num_class:3", "multiclassova num_class:4 sigmoid:1.5"]


def drawn_models():
    for i, objective in enumerate(OBJECTIVES * (20 if os.environ.get("MLOPS_DEEP") == "1" else 2)):
        rng = np.random.default_rng(i)
        n_classes = int(objective.split("num_class:")[1][0]) if objective and "num_class" in objective else 1
        n_features, version = int(rng.choice([1, 4, 30])), ["v4", "v3", "v2"][i % 3]
        linear, average = i % 4 == 0 and version == "v4", i % 7 == 3
        trees = [drawn_tree(rng, int(rng.choice([1, 2, 7, 31, 200])), n_features, linear and rng.random() < 0.7,
                            i % 3 != 1) for _ in range(n_classes * int(rng.choice([1, 3, 40])))]
        text = write_model(trees, n_features, objective, n_classes, average, version, ["\n", "\r\n"][i % 5 == 1])
        yield f"drawn {version} {objective} x{n_features}", text, draw_rows(rng, trees, n_features), None


def numbered(is_leaf):
    """For each node, its number among the tests, or ~ that among the leaves."""
    tests = np.cumsum(~is_leaf) - 1
    return np.where(is_leaf, ~(np.cumsum(is_leaf) - 1), tests)


def of_arrays(is_leaf, feature, threshold, decision, left, right, value):
    to = numbered(is_leaf)
    inner = ~is_leaf
    return {"feature": feature[inner].tolist(), "threshold": threshold[inner].tolist(),
            "decision": decision[inner].tolist(), "left": to[left[inner]].tolist(),
            "right": to[right[inner]].tolist(), "value": value[is_leaf].tolist()}


def constant(value):
    return {**{k: [] for k in ("feature", "threshold", "decision", "left", "right")}, "value": [float(value)]}


def of_hist(predictor):
    n = predictor.nodes
    return of_arrays(n["is_leaf"].astype(bool), n["feature_idx"], n["num_threshold"],
                     8 + 2 * n["missing_go_to_left"].astype(int), n["left"].astype(int), n["right"].astype(int),
                     n["value"])


def of_sklearn(tree, scale=1.0):
    t = tree.tree_
    return of_arrays(t.children_left < 0, t.feature, t.threshold, np.zeros(t.node_count, int), t.children_left,
                     t.children_right, scale * t.value[:, 0, 0])


def sklearn_models():
    try:
        from sklearn import ensemble
    except ImportError:
        return
    rng = np.random.default_rng(3)
    x = rng.standard_normal((600, 6))
    z = x[:, 0] + np.abs(x[:, 1]) - x[:, 2] * x[:, 3]
    gaps = np.where(rng.random(x.shape) < 0.1, np.nan, x)
    many = np.where(rng.random((ROWS, 6)) < 0.1, np.nan, rng.standard_normal((ROWS, 6)))
    hist = ensemble.HistGradientBoostingRegressor(max_iter=30).fit(gaps, z)
    yield ("HistGradientBoostingRegressor",
           write_model([constant(hist._baseline_prediction.item())] + [of_hist(p[0]) for p in hist._predictors], 6,
                       "regression"), many, hist.predict(many))
    hist = ensemble.HistGradientBoostingClassifier(max_iter=20).fit(gaps, np.digitize(z, [-0.5, 1]))
    trees = [constant(b) for b in hist._baseline_prediction.ravel()]
    trees += [of_hist(p) for iteration in hist._predictors for p in iteration]
    yield ("HistGradientBoostingClassifier", write_model(trees, 6, "multiclass num_class:3", 3), many,
           hist.decision_function(many))
    x32, many = x.astype(np.float32), np.nan_to_num(many).astype(np.float32).astype(float)
    gbm = ensemble.GradientBoostingClassifier(n_estimators=40, max_depth=4).fit(x32, z > 0)
    start = gbm._raw_predict_init(many[:1].astype(np.float32)).item()
    trees = [constant(start)] + [of_sklearn(t[0], gbm.learning_rate) for t in gbm.estimators_]
    yield ("GradientBoostingClassifier", write_model(trees, 6, "binary sigmoid:1"), many, gbm.decision_function(many))
    forest = ensemble.RandomForestRegressor(n_estimators=25, n_jobs=1).fit(x32, z)
    yield ("RandomForestRegressor", write_model([of_sklearn(t) for t in forest.estimators_], 6, "regression",
                                                average=True, version="v3"), many, ("prediction", forest.predict(many)))


# ---- comparing -------------------------------------------------------------------------------------------------

def dump(tool, model, rows, output, batch, level):
    done = subprocess.run([tool, model, rows, output, str(batch)], capture_output=True,
                          env={**os.environ, "MLOPS_CPU": level})
    if batch == 0 and b"MLOPS_E_ARENA" in done.stderr:
        return None
    if done.returncode:
        raise RuntimeError(done.stderr.decode()[:300] or f"exit {done.returncode}")
    return np.frombuffer(done.stdout, np.float64)


def same(ours, theirs, units):
    theirs = np.ascontiguousarray(theirs, np.float64).ravel()
    if len(ours) != len(theirs):
        return False
    with np.errstate(all="ignore"):
        near = units > 0 and np.abs(ours - theirs) <= units * np.spacing(np.abs(theirs))
    return bool(((ours.view(np.int64) == theirs.view(np.int64)) | (np.isnan(ours) & np.isnan(theirs)) | near).all())


def check(tool, folder, text, rows, peer):
    model = str(folder / "model.txt")
    pathlib.Path(model).write_text(text, newline="")
    wrong = []
    for kind in (np.float64, np.float32):
        with np.errstate(all="ignore"):
            given = rows.astype(kind)
        path = str(folder / ("rows.f64" if kind == np.float64 else "rows.f32"))
        given.tofile(path)
        expected = predict(text, given.astype(float))
        if kind == np.float64 and peer is not None:
            output, values = peer if isinstance(peer, tuple) else ("margin", peer)
            if not same(expected[output].ravel(), values, 0):
                wrong.append(f"the reader here gives another {output} than scikit-learn")
        for level in LEVELS:
            for output, batch in (("prediction", 0), ("prediction", 77), ("margin", 1), ("margin", 64), ("leaf", 64)):
                ours = dump(tool, model, path, output, batch, level)
                if ours is not None and not same(ours, expected[output], 4 if output == "prediction" else 0):
                    wrong.append(f"{kind.__name__} {level} {output} in batches of {batch}")
    return wrong


def main():
    tool = pathlib.Path(sys.argv[1]).resolve()
    models, failed = [*sklearn_models(), *drawn_models()], 0
    print(f"1..{len(models)}")
    with tempfile.TemporaryDirectory() as folder:
        for i, (name, text, rows, peer) in enumerate(models):
            try:
                wrong = check(tool, pathlib.Path(folder), text, rows, peer)
            except RuntimeError as error:
                wrong = [str(error)]
            print(f"{'not ok' if wrong else 'ok'} {i + 1} - {name}", flush=True)
            for line in wrong[:20]:
                print("# differs: " + line)
            failed += bool(wrong)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
