#!/usr/bin/python3
"""ONNX graphs beside ONNX Runtime: one row, and a row of a batch of 256, in turns on one thread.

usage: run_graph.py BUILD [--quick]

The models are those that skl2onnx writes of scikit-learn's, with numbers drawn here, and are kept in BUILD. Both must
predict the same before any time is reported; the program checks that.
"""
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
import report  # noqa: E402

root = pathlib.Path(__file__).parents[2]
build, quick = pathlib.Path(sys.argv[1]), "--quick" in sys.argv
runs = 3 if quick else 9


class Graph:
    """Nodes one behind the other; node() returns the name of its first output."""

    def __init__(self):
        self.nodes, self.tensors = [], []

    def node(self, op, *inputs, outs=1, domain="", **attributes):
        at = len(self.nodes)
        names = [f"{op}{at}_{i}" for i in range(outs)] if isinstance(outs, int) else list(outs)
        self.nodes.append(onnx.helper.make_node(op, list(inputs), names, name=f"n{at}", domain=domain, **attributes))
        return names[0] if len(names) == 1 else names

    def ml(self, op, *inputs, **attributes):
        return self.node(op, *inputs, domain="ai.onnx.ml", **attributes)

    def const(self, values, dtype="f4"):
        self.tensors.append(onnx.numpy_helper.from_array(np.asarray(values, dtype), f"c{len(self.tensors)}"))
        return self.tensors[-1].name

    def write(self, path, width, *outputs, kind=1):
        """outputs: name, type, rank."""
        h = onnx.helper
        values = [h.make_tensor_value_info("X", kind, [None, width])]
        outs = [h.make_tensor_value_info(name, t, [None] * rank) for name, t, rank in outputs]
        sets = [h.make_opsetid("", 15), h.make_opsetid("ai.onnx.ml", 3)]
        graph = h.make_graph(self.nodes, "g", values, outs, self.tensors)
        path.write_bytes(h.make_model(graph, opset_imports=sets, ir_version=8).SerializeToString())


def draw(*dims):
    return rng.standard_normal(dims).astype("f4")


def mlp(path):
    g, x, sizes = Graph(), "X", (64, 256, 256, 10)
    for i, (k, n) in enumerate(zip(sizes, sizes[1:])):
        x = g.node("Add", g.node("MatMul", x, g.const(draw(k, n) / np.sqrt(k))), g.const(draw(1, n)))
        x = g.node("Relu", x) if i < 2 else x
    g.node("Softmax", x, outs=["probabilities"], axis=1)
    g.write(path, 64, ("probabilities", 1, 2))
    return draw(2048, 64)


def classifier(g, x, coefficients):
    """A logistic regression of two classes."""
    both = np.vstack([-coefficients, coefficients])
    g.ml("LinearClassifier", x, outs=["label", "scores"], coefficients=both.ravel().tolist(), intercepts=[-0.5, 0.5],
         multi_class=1, post_transform="LOGISTIC", classlabels_ints=[0, 1])
    g.ml("Normalizer", "scores", outs=["probabilities"], norm="L1")


def logreg_scaler(path):
    g, f = Graph(), 30
    scaled = g.ml("Scaler", "X", offset=draw(f).tolist(), scale=np.abs(draw(f)).tolist())
    classifier(g, scaled, draw(f))
    g.write(path, f, ("label", 7, 1), ("probabilities", 1, 2))
    return draw(2048, f)


def svc_rbf(path):
    g, f, v = Graph(), 20, 500
    g.ml("SVMClassifier", "X", outs=["label", "scores"], coefficients=draw(v).tolist(), kernel_type="RBF",
         kernel_params=[1 / f, 0.0, 3.0], post_transform="NONE", rho=[0.25], support_vectors=draw(v * f).tolist(),
         vectors_per_class=[v // 2, v // 2], classlabels_ints=[0, 1])
    g.write(path, f, ("label", 7, 1), ("scores", 1, 2))
    return draw(2048, f)


def knn(path):
    """Distances by a Scan over the rows, and the mean of the nearest."""
    g, h, (n, f), k = Graph(), onnx.helper, (1000, 10), 5
    v = h.make_tensor_value_info
    body = h.make_graph([
        h.make_node("Identity", ["next_in"], ["next_out"]), h.make_node("Sub", ["next_in", "next"], ["difference"]),
        h.make_node("ReduceSumSquare", ["difference"], ["reduced"], axes=[1], keepdims=0),
        h.make_node("Identity", ["reduced"], ["scan_out"])], "body",
        [v("next_in", 1, [None, f]), v("next", 1, [f])], [v("next_out", 1, [None, f]), v("scan_out", 1, [n])])
    squares = g.node("Scan", g.const(draw(n, f)), "X", outs=2, body=body, num_scan_inputs=1)[1]
    minus = g.node("Mul", g.node("Sqrt", squares), g.const(-1.0))
    index = g.node("TopK", minus, g.const([k], "i8"), outs=2, axis=1, largest=1)[1]
    many = g.node("Reshape", g.node("Flatten", index), g.const([-1], "i8"))
    picked = g.ml("ArrayFeatureExtractor", g.const(draw(1, n)), many)
    mean = g.node("ReduceMean", g.node("Reshape", picked, g.const([-1, k], "i8")), axes=[1], keepdims=1)
    g.node("Reshape", mean, g.const([-1, 1], "i8"), outs=["variable"])
    g.write(path, f, ("variable", 1, 2))
    return draw(2048, f)


def onehot_linear(path):
    g, f, n = Graph(), 8, 20
    columns = [g.ml("ArrayFeatureExtractor", "X", g.const([i], "i8")) for i in range(f)]
    hot = [g.ml("OneHotEncoder", c, cats_int64s=list(range(n)), zeros=1) for c in columns]
    flat = g.node("Reshape", g.node("Concat", *hot, axis=2), g.const([-1, f * n], "i8"))
    classifier(g, flat, draw(f * n))
    g.write(path, f, ("label", 7, 1), ("probabilities", 1, 2), kind=7)
    return rng.integers(0, n, (2048, f)).astype("f4")


def ensemble(trees, kind, weights_of):
    """The lists of an ensemble's nodes. Trees give feature, threshold, left and right, which is below 0 in a leaf."""
    out = {f"nodes_{name}": [] for name in ("treeids", "nodeids", "featureids", "values", "modes", "truenodeids",
                                            "falsenodeids", "missing_value_tracks_true")}
    out.update({f"{kind}_{name}": [] for name in ("treeids", "nodeids", "ids", "weights")})
    for t, (feature, threshold, left, right) in enumerate(trees):
        n, leaf = len(left), left < 0
        columns = ([t] * n, range(n), np.where(leaf, 0, feature).tolist(), np.where(leaf, 0, threshold).tolist(),
                   np.where(leaf, "LEAF", "BRANCH_LEQ").tolist(), np.where(leaf, 0, left).tolist(),
                   np.where(leaf, 0, right).tolist(), [0] * n)
        for values, column in zip(out.values(), columns):
            values += column
        for i, weights in zip(np.flatnonzero(leaf).tolist(), weights_of(t)[leaf].tolist()):
            out[f"{kind}_treeids"] += [t] * len(weights)
            out[f"{kind}_nodeids"] += [i] * len(weights)
            out[f"{kind}_ids"] += range(len(weights))
            out[f"{kind}_weights"] += weights
    return out


def table(n_rows, n_features):
    """As in run.py."""
    x = draw(n_rows, n_features)
    half = n_features // 2
    score = (x[:, 0] * x[:, 1] + np.sin(3 * x[:, 2]) + (x[:, 3] > 0.3) * x[:, 4]
             + 0.5 * x[:, 5:half].sum(1) / np.sqrt(half) + np.abs(x[:, half:]).sum(1) / n_features
             + 0.6 * rng.standard_normal(n_rows))
    return x, score > np.median(score)


def sklearn_rf100(path, scaled=False):
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.preprocessing import StandardScaler
    g, x, (rows, classes) = Graph(), "X", table(30000, 50)
    if scaled:
        s = StandardScaler().fit(rows)
        rows, x = s.transform(rows), g.ml("Scaler", x, offset=s.mean_.tolist(), scale=(1 / s.scale_).tolist())
    fitted = RandomForestClassifier(100, random_state=7).fit(rows, classes)
    trees = [made.tree_ for made in fitted.estimators_]
    # Counts before scikit-learn 1.3, shares since.
    shares = [t.value[:, 0] / t.value[:, 0].sum(1, keepdims=True) / len(trees) for t in trees]
    arrays = [(t.feature, t.threshold, t.children_left, t.children_right) for t in trees]
    g.ml("TreeEnsembleClassifier", x, outs=["label", "probabilities"], post_transform="NONE",
         classlabels_int64s=[0, 1], **ensemble(arrays, "class", shares.__getitem__))
    g.write(path, 50, ("label", 7, 1), ("probabilities", 1, 2))
    return table(2048, 50)[0]


def leaf_wise(path, wide=False):
    """Trees of LightGBM's shape, in floats, or in doubles as LightGBM has them."""
    from sklearn.ensemble import HistGradientBoostingClassifier
    fitted = HistGradientBoostingClassifier(max_iter=500, max_leaf_nodes=63, learning_rate=0.05,
                                            early_stopping=False).fit(*table(30000, 50))
    nodes = [made[0].nodes for made in fitted._predictors]
    arrays = [(n["feature_idx"], n["num_threshold"], np.where(n["is_leaf"], -1, n["left"].astype(int)),
               n["right"].astype(int)) for n in nodes]
    lists = ensemble(arrays, "target", lambda t: nodes[t]["value"][:, None])
    for name in ("nodes_values", "target_weights") if wide else ():
        lists[name + "_as_tensor"] = onnx.numpy_helper.from_array(np.asarray(lists.pop(name), "f8"), name)
    g = Graph()
    g.ml("TreeEnsembleRegressor", "X", outs=["variable"], n_targets=1, post_transform="NONE", **lists)
    g.write(path, 50, ("variable", 1, 2), kind=11 if wide else 1)
    return table(2048, 50)[0].astype("f8" if wide else "f4")


CASES = {"onnx_mlp": (mlp, "64-256-256-10, relu, softmax"),
         "onnx_logreg_scaler": (logreg_scaler, "30 features scaled, two classes"),
         "onnx_svc_rbf": (svc_rbf, "500 support vectors of 20 features, two classes"),
         "onnx_knn": (knn, "the 5 nearest of 1,000 rows of 10 features, a Scan"),
         "onnx_onehot_linear": (onehot_linear, "8 columns of 20 codes each, two classes"),
         "onnx_500x63": (leaf_wise, "500 trees of 63 leaves, 50 features"),
         "onnx_500x63_f64": (lambda path: leaf_wise(path, True),
                             "500 trees of 63 leaves, 50 features, in doubles as LightGBM's"),
         "sklearn_rf100": (sklearn_rf100, "100 unpruned trees, 50 features, two classes"),
         "sklearn_scaled_rf100": (lambda path: sklearn_rf100(path, True),
                                  "StandardScaler and 100 unpruned trees, 50 features, two classes")}


def run(model, rows):
    path = subprocess.run(["sh", root / "scripts/onnxruntime.sh", root / "build-peers"], capture_output=True, text=True)
    environment = {"MLOPS_ORT": path.stdout.strip(), **os.environ}
    out = subprocess.run([build / "bench/model/bench_graph", model, rows, str(runs)], capture_output=True, text=True,
                         check=True, env=environment).stdout
    found = {}
    for line in out.splitlines():
        name, value = line.split()
        found.setdefault(name, []).append(value)
    return found


def measure(case, make, what):
    model, rows = (build / f"bench/model/{case}.{kind}" for kind in ("onnx", "f64" if case.endswith("_f64") else "f32"))
    if not (model.exists() and rows.exists()):
        make(model).tofile(rows)
    found = run(model, rows)
    peer = f"onnxruntime {found['onnxruntime_version'][0]}" if "onnxruntime_version" in found else None
    for name, setting in (("row_p50", "one row"), ("batch", "a row of a batch of 256")):
        ours, theirs = ([float(v) for v in found.get(f"{who}_{name}", [])] for who in ("mlops", "onnxruntime"))
        report.line("model", case, name, ours, "us", f"{what}; {setting}, processor time", peer, theirs, "lower")
        if case == "sklearn_rf100" and theirs:
            report.line("model", case, "ratio" if name == "batch" else "ratio_row",
                        [b / a for a, b in zip(ours, theirs)], "x", f"{what}; {setting}, {peer} behind us")


try:
    import numpy as np
    import onnx
    import onnx.numpy_helper
    rng = np.random.default_rng(7)
    for case, (make, what) in CASES.items():
        measure(case, make, what)
except ImportError as missing:
    print(f"{missing}: no graph to measure", file=sys.stderr)
