#!/usr/bin/python3
"""Hold explanations to XGBoost's own, and to Shapley values that are summed up over all subsets of features.

usage: oracle_explain.py DUMP_EXPLAIN

Models are drawn as in oracle_model.py, over boosters, objectives, classes, missing values and categories. XGBoost
computes in float32: contributions, approximate ones and interactions must be within its rounding, which is 1e-4 of the
sum of each tree's largest leaf. Linear models, of XGBoost and of ONNX, have closed forms. Models of few features are expanded by a second reader of the file, in NumPy, over all
subsets, path-dependent and against a background, to 1e-12 of it. All kernels must give the same bits; the program holds
rows by themselves and rows of a table to those of a matrix. Prints TAP.
"""
import itertools
import json
import math
import os
import pathlib
import subprocess
import sys
import tempfile

try:
    import numpy as np
    import xgboost as xgb
    import oracle_model
except ImportError as missing:
    print(f"1..0 # SKIP {missing}")
    sys.exit(0)

CONTRIBUTIONS, INTERACTIONS, APPROXIMATE = range(3)


def dump(tool, model, rows, output, background=None, level="avx512"):
    args = [tool, model, rows, str(output)] + ([background] if background else [])
    done = subprocess.run(args, capture_output=True, env={**os.environ, "MLOPS_CPU": level})
    if done.returncode:
        raise RuntimeError(done.stderr.decode()[:300] or f"exit {done.returncode}")
    return np.frombuffer(done.stdout, np.float64)


# ---- by all subsets --------------------------------------------------------------------------------------------

class Forest:
    """The trees of XGBoost's JSON, each node with its cover, and of each tree the group and the weight."""

    def __init__(self, path):
        learner = json.loads(pathlib.Path(path).read_text())["learner"]
        booster = learner["gradient_booster"]
        model = booster.get("gbtree", booster)["model"]
        self.trees, self.groups = model["trees"], model["tree_info"]
        self.weights = [np.float32(w) for w in booster.get("weight_drop", [1] * len(self.trees))]
        self.n_groups = max(self.groups) + 1
        for tree in self.trees:
            starts, sizes = tree["categories_segments"], tree["categories_sizes"]
            tree["sets"] = {node: set(tree["categories"][s:s + n])
                            for node, s, n in zip(tree["categories_nodes"], starts, sizes)}

    def leaf(self, t, node):
        return float(np.float32(self.trees[t]["split_conditions"][node]) * self.weights[t])

    def size(self):
        """Of the margins: the sum of each tree's largest leaf."""
        return sum(max(abs(self.leaf(t, i)) for i, left in enumerate(tree["left_children"]) if left < 0)
                   for t, tree in enumerate(self.trees))

    def goes_left(self, tree, node, x):
        if math.isnan(x):
            return bool(tree["default_left"][node])
        if tree["split_type"][node] == 1:
            return not (x >= 0 and int(x) in tree["sets"][node])
        return np.float32(x) < np.float32(tree["split_conditions"][node])

    def expect(self, t, x, known, stand_in=None, node=0):
        """What the tree pays where only some features are known: of the covers, or with those of another row."""
        tree = self.trees[t]
        left, right = tree["left_children"][node], tree["right_children"][node]
        if left < 0:
            return self.leaf(t, node)
        feature = tree["split_indices"][node]
        if feature in known or stand_in is not None:
            value = x[feature] if feature in known else stand_in[feature]
            return self.expect(t, x, known, stand_in, left if self.goes_left(tree, node, value) else right)
        cover = tree["sum_hessian"]
        return sum(float(np.float32(cover[c])) / float(np.float32(cover[node])) * self.expect(t, x, known, None, c)
                   for c in (left, right))

    def games(self, x, n_features, background):
        """Of each group, what each set of known features is worth, without the base score."""
        rows = [None] if background is None else background
        out = np.zeros((self.n_groups, 1 << n_features))
        for t, group in enumerate(self.groups):
            used = sorted(set(f for f, left in zip(self.trees[t]["split_indices"], self.trees[t]["left_children"])
                              if left >= 0))
            for bits in itertools.product((0, 1), repeat=len(used)):
                known = {f for f, bit in zip(used, bits) if bit}
                worth = sum(self.expect(t, x, known, b) for b in rows) / len(rows)
                for subset in range(1 << n_features):
                    if all((subset >> f & 1) == bit for f, bit in zip(used, bits)):
                        out[group, subset] += worth
        return out


def shapley(game, n):
    """Contributions and interactions of a game over sets of n features."""
    values, pairs = np.zeros(n), np.zeros((n, n))
    for s in range(1 << n):
        size = bin(s).count("1")
        for i in range(n):
            if s >> i & 1:
                continue
            weight = math.factorial(size) * math.factorial(n - size - 1) / math.factorial(n)
            values[i] += weight * (game[s | 1 << i] - game[s])
            for j in range(n):
                if j == i or s >> j & 1:
                    continue
                weight = math.factorial(size) * math.factorial(n - size - 2) / math.factorial(n - 1) / 2
                pairs[i, j] += weight * (game[s | 1 << i | 1 << j] - game[s | 1 << i] - game[s | 1 << j] + game[s])
    pairs[np.diag_indices(n)] = values - pairs.sum(1)
    return values, pairs


def draw_small(rng, i):
    """A model of few features, of which one has categories in half of them."""
    n = int(rng.integers(1, 6))
    x = np.round(rng.standard_normal((400, n)) * 4).astype(np.float32) / np.float32(4)
    types = ["q"] * n
    if i % 2:
        x[:, -1] = rng.integers(0, 7, 400)
        types[-1] = "c"
    x[rng.random(x.shape) < 0.15] = np.nan
    z = np.nan_to_num(x)
    y = z[:, 0] * z[:, -1] + np.sin(3 * z).sum(1)
    params = {"max_depth": int(rng.choice([1, 2, 3, 6, 8])), "eta": 0.5, "nthread": 1, "tree_method": "hist",
              "max_cat_to_onehot": 2, "objective": "reg:squarederror"}
    if i % 3 == 1:
        params |= {"objective": "multi:softprob", "num_class": 3}
        y = np.digitize(y, [-0.5, 1])
    if i % 3 == 2:
        params |= {"booster": "dart", "rate_drop": 0.5, "objective": "binary:logistic", "base_score": 0.3}
        y = y > 0
    data = xgb.DMatrix(x, y, feature_types=types, enable_categorical=True)
    return xgb.train(params, data, int(rng.integers(1, 4))), x, types


def check_small(tool, folder, i):
    rng = np.random.default_rng(i)
    booster, x, types = draw_small(rng, i)
    n, model, wrong = x.shape[1], str(folder / "model.json"), []
    booster.save_model(model)
    forest = Forest(model)
    rows, background = x[:6].astype(np.float64), x[100:107].astype(np.float64)
    rows.tofile(folder / "rows.f64")
    background.tofile(folder / "background.f64")
    bound = 1e-12 * (forest.size() + 1)
    empty = booster.predict(xgb.DMatrix(rows, feature_types=types, enable_categorical=True), output_margin=True)
    margins = empty.reshape(len(rows), -1)
    for name, given in (("path-dependent", None), ("interventional", background)):
        path = None if given is None else str(folder / "background.f64")
        ours = dump(tool, model, str(folder / "rows.f64"), CONTRIBUTIONS, path).reshape(len(rows), -1, n + 1)
        pairs = dump(tool, model, str(folder / "rows.f64"), INTERACTIONS, path).reshape(len(rows), -1, n + 1, n + 1)
        for r, row in enumerate(rows):
            for g, game in enumerate(forest.games(row, n, given)):
                values, both = shapley(game, n)
                base = ours[r, g, n] - game[0]
                due = abs(base - (margins[r, g] - game[-1]))
                wrong += [f"{name}: the base score is off by {due}"] * (due > 1e-5 * (forest.size() + 1))
                off = max(np.abs(ours[r, g, :n] - values).max(), np.abs(pairs[r, g, :n, :n] - both).max(),
                          abs(pairs[r, g, n, n] - ours[r, g, n]))
                wrong += [f"{name}: row {r}, group {g} is off by {off}"] * (not off <= bound)
        if np.ptp(ours[:, :, n], axis=0).max() != 0:
            wrong.append(f"{name}: the bias changes")
    return f"all subsets of {n} features", wrong


# ---- by XGBoost ------------------------------------------------------------------------------------------------

def check_xgboost(tool, folder, i):
    rng = np.random.default_rng(3000 + i)
    booster, rows, extra, params, n_features = oracle_model.train(rng, i)
    margins = booster.predict(xgb.DMatrix(rows[:200], **extra), output_margin=True).reshape(200, -1)
    if not np.isfinite(margins).all():
        return f"{params['objective']}: a training that diverged", []
    model, path, wrong = str(folder / "model.json"), str(folder / "rows.f64"), []
    booster.save_model(model)
    forest = Forest(model)
    if any(tree["left_children"][k] >= 0 and not cover > 0
           for tree in forest.trees for k, cover in enumerate(tree["sum_hessian"])):
        return f"{params['objective']}: covers of 0", []
    bound = 1e-4 * (forest.size() + np.abs(margins).max())
    raw = oracle_model.raw_rows(rows)
    for n_rows, output in ((200, CONTRIBUTIONS), (200, APPROXIMATE), (20 if raw.shape[1] < 100 else 2, INTERACTIONS)):
        raw[:n_rows].astype(np.float64).tofile(path)
        data = xgb.DMatrix(rows[:n_rows], **extra)
        asked = {CONTRIBUTIONS: {"pred_contribs": True}, INTERACTIONS: {"pred_interactions": True},
                 APPROXIMATE: {"pred_contribs": True, "approx_contribs": True}}[output]
        theirs = booster.predict(data, **asked).astype(np.float64).ravel()
        ours = dump(tool, model, path, output)
        off = np.abs(ours - theirs).max()
        wrong += [f"output {output} is {off} off, {off / bound * 1e-4} of the leaves"] * (not off <= bound)
        if output != INTERACTIONS:
            off = np.abs(ours.reshape(n_rows, margins.shape[1], -1).sum(2) - margins[:n_rows]).max()
            wrong += [f"output {output} sums up to what is {off} off the margin"] * (not off <= bound / 10)
        for level in ("scalar", "avx2"):
            wrong += [f"output {output} has other bits with {level}"] * (
                not np.array_equal(ours, dump(tool, model, path, output, None, level)))
    return f"{params['objective']} depth={params['max_depth']} features={n_features}", wrong


# ---- linear ----------------------------------------------------------------------------------------------------

def draw_gblinear(rng, folder, kind):
    """A file, its weights as (groups, features), its biases, and the booster."""
    n, classes = int(rng.integers(1, 9)), (0, 3, 0)[kind]
    x = rng.standard_normal((300, n)).astype(np.float32)
    x[rng.random(x.shape) < 0.2] = np.nan
    s = np.nan_to_num(x).sum(1)
    y = (s > 0, np.digitize(s, [-1, 1]), np.stack([s, s * s], 1))[kind]
    params = {"booster": "gblinear", "nthread": 1, "base_score": 0.25,
              "objective": ("binary:logistic", "multi:softprob", "reg:squarederror")[kind]}
    booster = xgb.train(params | ({"num_class": classes} if classes else {}), xgb.DMatrix(x, y), 3)
    booster.save_model(folder / "model.json")
    learner = json.loads((folder / "model.json").read_text())["learner"]
    w = np.array(learner["gradient_booster"]["model"]["weights"], np.float32).reshape(n + 1, -1).T.astype(np.float64)
    base = -math.log(1 / 0.25 - 1) if kind == 0 else 0.25
    return folder / "model.json", w[:, :n], w[:, n] + base, np.zeros(n), x[:20], booster


def draw_onnx(rng, folder, kind):
    from onnx import TensorProto, helper
    n, groups = int(rng.integers(1, 9)), int(rng.integers(1, 4))
    w, b = rng.standard_normal((groups, n)).astype(np.float32), rng.standard_normal(groups).astype(np.float32)
    offset, scale = rng.standard_normal(n).astype(np.float32), rng.uniform(0.1, 9, n).astype(np.float32)
    nodes, at = [], "x"
    if kind % 2:
        nodes.append(helper.make_node("Scaler", ["x"], ["s"], domain="ai.onnx.ml", offset=offset, scale=scale))
        at = "s"
    common = {"domain": "ai.onnx.ml", "coefficients": w.ravel(), "intercepts": b}
    if kind < 2:
        nodes.append(helper.make_node("LinearRegressor", [at], ["y"], targets=groups, **common))
        outs = [helper.make_tensor_value_info("y", TensorProto.FLOAT, [None, groups])]
    else:
        nodes.append(helper.make_node("LinearClassifier", [at], ["label", "p"], post_transform="LOGISTIC",
                                      classlabels_ints=list(range(max(groups, 2))), **common))
        nodes.append(helper.make_node("Normalizer", ["p"], ["y"], domain="ai.onnx.ml", norm="L1"))
        outs = [helper.make_tensor_value_info("label", TensorProto.INT64, [None]),
                helper.make_tensor_value_info("y", TensorProto.FLOAT, [None, max(groups, 2)])]
    graph = helper.make_graph(nodes, "g", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [None, n])], outs)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 15), helper.make_opsetid("ai.onnx.ml", 1)])
    (folder / "model.onnx").write_bytes(model.SerializeToString())
    x = rng.standard_normal((20, n)).astype(np.float32)
    by, less = (scale, offset) if kind % 2 else (np.ones(n), np.zeros(n))
    return (folder / "model.onnx", w.astype(np.float64) * by, b.astype(np.float64), less.astype(np.float64), x, None)


def check_linear(tool, folder, i):
    rng = np.random.default_rng(8000 + i)
    draw = draw_gblinear if i % 7 < 3 else draw_onnx
    path, w, b, origin, x, booster = draw(rng, folder, i % 7 if i % 7 < 3 else i % 7 - 3)
    n, wrong, rows = w.shape[1], [], folder / "rows.f64"
    x.astype(np.float64).tofile(rows)
    parts = np.nan_to_num(w * (x.astype(np.float64)[:, None, :] - origin))
    for given in (None, x[:7]):
        background = None
        due, bias = parts, np.broadcast_to(b, parts.shape[:2])
        if given is not None:
            background = str(folder / "background.f64")
            given.astype(np.float64).tofile(background)
            due, bias = parts - parts[:7].mean(0), b + parts[:7].mean(0).sum(1)
        ours = dump(tool, str(path), str(rows), CONTRIBUTIONS, background).reshape(len(x), -1, n + 1)
        pairs = dump(tool, str(path), str(rows), INTERACTIONS, background).reshape(len(x), -1, n + 1, n + 1)
        off = max(np.abs(ours[:, :, :n] - due).max(), np.abs(ours[:, :, n] - bias).max() * 1e-5)
        off = max(off, np.abs(pairs - np.eye(n + 1) * ours[:, :, None, :]).max())
        wrong += [f"{'against a background' if background else 'alone'}: {off} off"] * (not off < 1e-11)
        if not background and not np.array_equal(ours, dump(tool, str(path), str(rows), APPROXIMATE).reshape(ours.shape)):
            wrong.append("approximate values are others")
        if booster and not background:
            for asked in ({}, {"approx_contribs": True}):
                theirs = booster.predict(xgb.DMatrix(x), pred_contribs=True, **asked).reshape(ours.shape)
                wrong += ["XGBoost's are others"] * (not np.allclose(ours, theirs, rtol=1e-6, atol=1e-6))
    return f"{path.name}: linear, {n} features, {w.shape[0]} margins", wrong


def main():
    tool = str(pathlib.Path(sys.argv[1]).resolve())
    deep = os.environ.get("MLOPS_DEEP") == "1"
    cases = [(check_small, i) for i in range(60 if deep else 12)]
    cases += [(check_xgboost, i) for i in range(90 if deep else 18)]
    cases += [(check_linear, i) for i in range(70 if deep else 14)]
    failed = 0
    print(f"1..{len(cases)}")
    with tempfile.TemporaryDirectory() as folder:
        for number, (check, i) in enumerate(cases, 1):
            try:
                name, wrong = check(tool, pathlib.Path(folder), i)
            except RuntimeError as error:
                name, wrong = check.__name__, [str(error)]
            print(f"{'not ok' if wrong else 'ok'} {number} - {name}", flush=True)
            for line in wrong[:10]:
                print("# differs: " + line)
            failed += bool(wrong)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
