#!/usr/bin/python3
"""Hold models of ONNX to scikit-learn, which trained them, and to ONNX Runtime where MLOPS_ORT names it.

Estimators are written as skl2onnx writes them, by onnx.helper. Prints TAP.
"""
import ctypes
import json
import pathlib
import sys
import tempfile
import warnings

try:
    import numpy as np
    import onnx
    import sklearn
    from onnx import TensorProto as T, helper as h, numpy_helper as nh
    from sklearn import (cluster, datasets, ensemble, feature_extraction, impute, linear_model, naive_bayes,
                         neighbors, neural_network, preprocessing, svm, tree)
except ImportError as missing:
    print(f"1..0 # SKIP {missing}")
    sys.exit(0)
import mlops
import ort

warnings.filterwarnings("ignore")
ML = "ai.onnx.ml"
rng = np.random.default_rng(1)
X, Y = datasets.make_classification(300, 6, n_informative=4, n_classes=3, n_clusters_per_class=1, random_state=1)
X = X.astype(np.float32)
B = (Y > 0).astype(int)
R = (X[:, 0] * 3 + X[:, 1] ** 2 + rng.standard_normal(len(X)) * 0.1).astype(np.float32)
TEST = (rng.standard_normal((200, 6)) * 1.5).astype(np.float32)


class Graph:
    """Nodes one behind the other; node() returns the name of its first output."""

    def __init__(self):
        self.nodes, self.tensors, self.n = [], [], 0

    def name(self, stem):
        self.n += 1
        return f"{stem}{self.n}"

    def node(self, op, *inputs, outs=1, domain="", **attributes):
        names = [self.name(op.lower()) for _ in range(outs)] if isinstance(outs, int) else list(outs)
        self.nodes.append(h.make_node(op, list(inputs), names, name=names[0], domain=domain, **attributes))
        return names[0] if len(names) == 1 else names

    def ml(self, op, *inputs, **attributes):
        return self.node(op, *inputs, domain=ML, **attributes)

    def const(self, values, dtype=np.float32):
        name = self.name("c")
        self.tensors.append(nh.from_array(np.asarray(values, dtype), name))
        return name

    def model(self, inputs, outputs, opset=15, ml=3):
        """inputs: name, type, width; outputs: name, type, rank."""
        values = [h.make_tensor_value_info(n, t, [None, w]) for n, t, w in inputs]
        outs = [h.make_tensor_value_info(n, t, [None] * r) for n, t, r in outputs]
        sets = [h.make_opsetid("", opset), h.make_opsetid(ML, ml), h.make_opsetid("com.microsoft", 1)]
        graph = h.make_graph(self.nodes, "g", values, outs, self.tensors)
        made = h.make_model(graph, opset_imports=sets, producer_name="skl2onnx", ir_version=8)
        return made.SerializeToString()


def labels(classes):
    if np.asarray(classes).dtype.kind in "OU":
        return {"classlabels_strings": list(classes)}
    return {"classlabels_int64s": [int(c) for c in classes]}


def int_labels(classes):
    """As older operators call them."""
    return {k.replace("int64s", "ints"): v for k, v in labels(classes).items()}


def label_type(classes):
    return T.STRING if np.asarray(classes).dtype.kind in "OU" else T.INT64


def tree_attributes(trees, stem, target=None, scale=1.0, lt=False, missing=None):
    a = {k: [] for k in ("treeids nodeids featureids values modes truenodeids falsenodeids "
                         "missing_value_tracks_true").split()}
    w = {k: [] for k in "treeids nodeids ids weights".split()}
    for t, each in enumerate(trees):
        whole, each = each if isinstance(each, tuple) else (target, each)
        s = each.tree_
        for i in range(s.node_count):
            group = whole
            leaf = s.children_left[i] < 0
            a["treeids"].append(t)
            a["nodeids"].append(i)
            a["featureids"].append(0 if leaf else int(s.feature[i]))
            a["values"].append(0.0 if leaf else float(np.float32(s.threshold[i])))
            a["modes"].append("LEAF" if leaf else "BRANCH_LEQ")
            a["truenodeids"].append(0 if leaf else int(s.children_left[i]))
            a["falsenodeids"].append(0 if leaf else int(s.children_right[i]))
            a["missing_value_tracks_true"].append(0)
            if not leaf:
                continue
            value = s.value[i].ravel() if s.n_outputs == 1 else s.value[i][:, 0]
            if group is None and stem == "class":
                value = value / value.sum()
            if group is None and stem == "class" and len(value) == 2:
                group, value = 0, value[1:]  # one score stands for two classes
            for k, v in enumerate(value if group is None else value[:1]):
                w["treeids"].append(t)
                w["nodeids"].append(i)
                w["ids"].append(k if group is None else group)
                w["weights"].append(float(v) * scale)
    out = {f"nodes_{k}": v for k, v in a.items()}
    return out | {f"{stem}_{k}": v for k, v in w.items()}


def zipped(g, probabilities, classes):
    g.ml("ZipMap", probabilities, outs=["zip"], **labels(classes))


def linear_classifier(m, link):
    g, multi = Graph(), len(m.classes_) > 2
    coef = m.coef_ if multi else np.vstack([-m.coef_, m.coef_])
    bias = m.intercept_ if multi else np.array([-m.intercept_[0], m.intercept_[0]])
    g.ml("LinearClassifier", "X", outs=["label", "scores"], coefficients=coef.ravel().tolist(),
         intercepts=bias.tolist(), multi_class=1, post_transform=link, **int_labels(m.classes_))
    g.ml("Normalizer", "scores", outs=["probabilities"], norm="L1")
    return g.model([("X", T.FLOAT, 6)], [("label", label_type(m.classes_), 1), ("probabilities", T.FLOAT, 2)])


def linear_regressor(m):
    g, coef = Graph(), np.atleast_2d(m.coef_)
    g.ml("LinearRegressor", "X", outs=["variable"], coefficients=coef.ravel().tolist(), targets=len(coef),
         intercepts=np.atleast_1d(m.intercept_).tolist())
    return g.model([("X", T.FLOAT, 6)], [("variable", T.FLOAT, 2)])


def kernel_attributes(m):
    gamma = m._gamma
    return {"kernel_type": m.kernel.upper(), "kernel_params": [gamma, m.coef0, float(m.degree)],
            "support_vectors": m.support_vectors_.ravel().tolist()}


def support_classifier(m):
    g = Graph()
    extra = {}
    if m.probability:
        extra = {"prob_a": m.probA_.tolist(), "prob_b": m.probB_.tolist()}
    coef = m._dual_coef_.ravel() if hasattr(m, "_dual_coef_") else m.dual_coef_.ravel()
    g.ml("SVMClassifier", "X", outs=["label", "probabilities"], coefficients=coef.tolist(), post_transform="NONE",
         rho=m._intercept_.tolist(), vectors_per_class=m.n_support_.tolist(), **extra, **int_labels(m.classes_), **kernel_attributes(m))
    return g.model([("X", T.FLOAT, 6)], [("label", label_type(m.classes_), 1), ("probabilities", T.FLOAT, 2)])


def support_regressor(m, one_class=0):
    g = Graph()
    g.ml("SVMRegressor", "X", outs=["variable"], coefficients=m.dual_coef_.ravel().tolist(),
         rho=m.intercept_.tolist(), n_supports=len(m.support_), one_class=one_class, post_transform="NONE",
         **kernel_attributes(m))
    return g.model([("X", T.FLOAT, 6)], [("variable", T.FLOAT, 2)])


def forest_classifier(m, trees, width=6):
    g = Graph()
    g.ml("TreeEnsembleClassifier", "X", outs=["label", "probabilities"], post_transform="NONE", **labels(m.classes_),
         **tree_attributes(trees, "class", scale=1 / len(trees)))
    return g.model([("X", T.FLOAT, width)], [("label", label_type(m.classes_), 1), ("probabilities", T.FLOAT, 2)])


def forest_regressor(trees, kind=T.FLOAT, function="AVERAGE", link="NONE", named=False, **more):
    g = Graph()
    x = g.node("Concat", *"abcdef", axis=1) if named else "X"
    g.ml("TreeEnsembleRegressor", x, outs=["variable"], n_targets=1, post_transform=link,
         aggregate_function=function, **tree_attributes([(0, t) for t in trees], "target"), **more)
    inputs = [(n, kind, 1) for n in "abcdef"] if named else [("X", kind, 6)]
    return g.model(inputs, [("variable", T.FLOAT, 2)])


def boosted_classifier(m):
    g, k = Graph(), m.estimators_.shape[1]
    prior = m.init_.class_prior_
    base = [float(np.log(prior[1] / prior[0]))] if k == 1 else np.log(prior).tolist()
    trees = [(j, m.estimators_[i, j]) for i in range(len(m.estimators_)) for j in range(k)]
    g.ml("TreeEnsembleClassifier", "X", outs=["label", "probabilities"], base_values=base, **labels(m.classes_),
         post_transform="LOGISTIC" if k == 1 else "SOFTMAX",
         **tree_attributes(trees, "class", scale=m.learning_rate))
    return g.model([("X", T.FLOAT, 6)], [("label", T.INT64, 1), ("probabilities", T.FLOAT, 2)])


def boosted_regressor(m):
    g = Graph()
    g.ml("TreeEnsembleRegressor", "X", outs=["variable"], n_targets=1, base_values=[float(m.init_.constant_[0, 0])],
         post_transform="NONE",
         **tree_attributes([(0, t) for t in m.estimators_[:, 0]], "target", scale=m.learning_rate))
    return g.model([("X", T.FLOAT, 6)], [("variable", T.FLOAT, 2)])


def bayes(m):
    """GaussianNB: Sub, Pow, Div, ReduceSum, ReduceLogSumExp, ArgMax, ArrayFeatureExtractor."""
    g, n = Graph(), len(m.classes_)
    x = g.node("Reshape", "X", g.const([-1, 1, 6], np.int64))
    d = g.node("Pow", g.node("Sub", x, g.const(m.theta_[None])), g.const(2.0))
    q = g.node("ReduceSum", g.node("Div", d, g.const(m.var_[None])), g.const([2], np.int64), keepdims=0)
    prior = np.log(m.class_prior_) - 0.5 * np.log(2 * np.pi * m.var_).sum(1)
    joint = g.node("Sub", g.const(prior[None]), g.node("Mul", q, g.const(0.5)))
    top = g.node("ArgMax", joint, axis=1)
    logs = g.node("ReduceLogSumExp", joint, axes=[1], keepdims=0)
    rows = g.node("Concat", g.node("Shape", logs), g.const([1], np.int64), axis=0)
    g.node("Exp", g.node("Sub", joint, g.node("Reshape", logs, rows)), outs=["probabilities"])
    picked = g.ml("ArrayFeatureExtractor", g.const(m.classes_, np.int64), top)
    g.node("Cast", g.node("Reshape", picked, g.const([-1], np.int64)), outs=["label"], to=T.INT64)
    return g.model([("X", T.FLOAT, 6)], [("label", T.INT64, 1), ("probabilities", T.FLOAT, 2)])


def means(m):
    g, c = Graph(), m.cluster_centers_
    z = g.node("Gemm", "X", g.const(c), g.const((c ** 2).sum(1)), alpha=-2.0, transB=1)
    d = g.node("Add", g.node("ReduceSumSquare", "X", axes=[1], keepdims=1), z)
    g.node("ArgMin", d, outs=["label"], axis=1, keepdims=0)
    g.node("Sqrt", g.node("Relu", d), outs=["scores"])
    return g.model([("X", T.FLOAT, 6)], [("label", T.INT64, 1), ("scores", T.FLOAT, 2)])


def perceptron(m):
    g, x = Graph(), "X"
    for i, (w, b) in enumerate(zip(m.coefs_, m.intercepts_)):
        x = g.node("Add", g.node("MatMul", x, g.const(w)), g.const(b[None]))
        x = g.node("Relu", x) if i + 1 < len(m.coefs_) else x
    g.node("Softmax", x, outs=["probabilities"], axis=1)
    best = g.node("ArgMax", "probabilities", axis=1)
    picked = g.ml("ArrayFeatureExtractor", g.const(m.classes_, np.int64), best)
    g.node("Reshape", picked, g.const([-1], np.int64), outs=["label"])
    return g.model([("X", T.FLOAT, 6)], [("label", T.INT64, 1), ("probabilities", T.FLOAT, 2)])


def distances(g, points):
    """A Scan over the rows, as skl2onnx writes cdist."""
    v = h.make_tensor_value_info
    n, f = points.shape
    body = h.make_graph([
        h.make_node("Identity", ["next_in"], ["next_out"]), h.make_node("Sub", ["next_in", "next"], ["cdistdf_C0"]),
        h.make_node("ReduceSumSquare", ["cdistdf_C0"], ["cdistdf_reduced"], axes=[1], keepdims=0),
        h.make_node("Identity", ["cdistdf_reduced"], ["scan_out"])], "body",
        [v("next_in", T.FLOAT, [None, f]), v("next", T.FLOAT, [f])],
        [v("next_out", T.FLOAT, [None, f]), v("scan_out", T.FLOAT, [n])])
    scanned = g.node("Scan", g.const(points), "X", outs=2, body=body, num_scan_inputs=1)
    return scanned[1]


def neighbour_regressor(m, points, values):
    g, k = Graph(), m.n_neighbors
    d = g.node("Sqrt", distances(g, points))
    _, index = g.node("TopK", g.node("Mul", d, g.const(-1.0)), g.const([k], np.int64), outs=2, axis=1, largest=1)
    flat = g.node("Flatten", index)
    many = g.node("Reshape", flat, g.const([-1], np.int64))
    picked = g.ml("ArrayFeatureExtractor", g.const(values[None]), many)
    rows = g.node("Concat", g.node("Slice", g.node("Shape", flat), g.const([0], np.int64), g.const([1], np.int64)),
                  g.const([k], np.int64), axis=0)
    mean = g.node("ReduceMean", g.node("Reshape", picked, rows), axes=[1], keepdims=1)
    g.node("Reshape", mean, g.const([-1, 1], np.int64), outs=["variable"])
    return g.model([("X", T.FLOAT, 6)], [("variable", T.FLOAT, 2)])


def columns(scaler, encoder, model):
    """A ColumnTransformer of numbers with gaps and of texts, and a logistic regression behind it."""
    g = Graph()
    fill = g.ml("Imputer", "age", imputed_value_floats=scaler[0].statistics_.tolist(),
                replaced_value_float=float("nan"))
    scaled = g.ml("Scaler", fill, offset=scaler[1].mean_.tolist(), scale=(1 / scaler[1].scale_).tolist())
    parts = [scaled]
    for name, cats in zip(("city", "kind"), encoder.categories_):
        hot = g.ml("OneHotEncoder", name, cats_strings=cats.tolist(), zeros=1)
        parts.append(g.node("Reshape", hot, g.const([-1, len(cats)], np.int64)))
    x = g.node("Concat", *parts, axis=1)
    g.ml("LinearClassifier", x, outs=["label", "scores"], coefficients=np.vstack([-model.coef_, model.coef_]).ravel()
         .tolist(), intercepts=[-model.intercept_[0], model.intercept_[0]], post_transform="LOGISTIC",
         **labels(model.classes_))
    g.ml("Normalizer", "scores", outs=["probabilities"], norm="L1")
    return g.model([("age", T.FLOAT, 1), ("city", T.STRING, 1), ("kind", T.STRING, 1)],
                   [("label", T.STRING, 1), ("probabilities", T.FLOAT, 2)])


def words(vectorizer, model):
    """TfidfVectorizer of words and pairs, L2, and a linear regression."""
    g, vocabulary = Graph(), sorted(vectorizer.vocabulary_.items(), key=lambda kv: (len(kv[0].split()), kv[1]))
    lists = [k.split() for k, _ in vocabulary]
    singles = [w for ws in lists if len(ws) == 1 for w in ws]
    pairs = [w for ws in lists if len(ws) == 2 for w in ws]
    flat = g.node("Reshape", "text", g.const([-1], np.int64))
    lower = g.node("StringNormalizer", flat, case_change_action="LOWER", is_case_sensitive=0,
                   locale="C")
    tokens = g.node("Tokenizer", lower, domain="com.microsoft", mark=0, mincharnum=1, pad_value="#",
                    tokenexp="[a-z0-9_]+")
    idf = [float(vectorizer.idf_[i]) for _, i in vocabulary]
    tf = g.node("TfIdfVectorizer", tokens, mode="TFIDF", min_gram_length=1, max_gram_length=2, max_skip_count=0,
                pool_strings=singles + pairs, ngram_counts=[0, len(singles)],
                ngram_indexes=[i for _, i in vocabulary], weights=idf)
    norm = g.ml("Normalizer", tf, norm="L2")
    g.ml("LinearRegressor", norm, outs=["variable"], coefficients=model.coef_.tolist(),
         intercepts=[float(model.intercept_)])
    return g.model([("text", T.STRING, 1)], [("variable", T.FLOAT, 2)])


def isolation(m):
    """Depths of leaves by LabelEncoder, as for IsolationForest: mean depth of one tree's leaves."""
    g, t = Graph(), m.tree_
    leaves = [i for i in range(t.node_count) if t.children_left[i] < 0]
    a = tree_attributes([(0, m)], "target")
    a["target_weights"] = [float(i) for i in a["target_nodeids"]]
    number = g.ml("TreeEnsembleRegressor", "X", n_targets=1, **a)
    whole = g.node("Cast", number, to=T.INT64)
    g.ml("LabelEncoder", whole, outs=["variable"], keys_int64s=leaves, default_float=-1.0,
         values_floats=[float(t.value[i].ravel()[0]) for i in leaves])
    return g.model([("X", T.FLOAT, 6)], [("variable", T.FLOAT, 2)])


def two_targets(trees, link):
    g = Graph()
    g.ml("TreeEnsembleRegressor", "X", outs=["variable"], n_targets=2, post_transform=link,
         **tree_attributes([(k, t) for t in trees for k in (0, 1)], "target", scale=0.01))
    return g.model([("X", T.FLOAT, 6)], [("variable", T.FLOAT, 2)])


def ensemble5(m, kind=T.FLOAT, function=1):
    """A forest as TreeEnsemble of version 5: nodes and leaves apart, thresholds as a tensor."""
    g, a = Graph(), {k: [] for k in "featureids truenodeids falsenodeids trueleafs falseleafs".split()}
    splits, modes, weights, roots = [], [], [], []
    dtype = np.float64 if kind == T.DOUBLE else np.float32
    for each in m.estimators_:
        s = each.tree_
        inner = [i for i in range(s.node_count) if s.children_left[i] >= 0]
        place = {i: len(splits) + k for k, i in enumerate(inner)}
        roots.append(len(splits))
        for i in inner:
            for side, child in (("true", s.children_left[i]), ("false", s.children_right[i])):
                leaf = s.children_left[child] < 0
                a[f"{side}leafs"].append(int(leaf))
                a[f"{side}nodeids"].append(len(weights) if leaf else place[child])
                if leaf:
                    weights.append(s.value[child].ravel()[0] / len(m.estimators_))
            a["featureids"].append(int(s.feature[i]))
            splits.append(dtype(np.float32(s.threshold[i])))
            modes.append(0)
    g.ml("TreeEnsemble", "X", outs=["variable"], n_targets=1, aggregate_function=function, post_transform=0,
         leaf_targetids=[0] * len(weights), leaf_weights=nh.from_array(np.array(weights, dtype), "w"),
         nodes_splits=nh.from_array(np.array(splits, dtype), "s"),
         nodes_modes=nh.from_array(np.array(modes, np.uint8), "m"), tree_roots=roots,
         **{f"nodes_{k}": v for k, v in a.items()})
    return g.model([("X", kind, 6)], [("variable", kind, 2)], ml=5)


def stump(ids, weights, base, post):
    """Two classes, three leaves, and whatever of weights and base values a file may have."""
    g, k = Graph(), len(ids)
    base = {"base_values": base} if base else {}
    g.ml("TreeEnsembleClassifier", "X", outs=["label", "probabilities"], post_transform=post, **labels([0, 1]),
         nodes_treeids=[0] * 5, nodes_nodeids=[0, 1, 2, 3, 4], nodes_featureids=[0] * 5, nodes_values=[0.0, 0, 2, 0, 0],
         nodes_modes=["BRANCH_LEQ", "LEAF", "BRANCH_LEQ", "LEAF", "LEAF"], nodes_truenodeids=[1, 0, 3, 0, 0],
         nodes_falsenodeids=[2, 0, 4, 0, 0], class_treeids=[0] * 3 * k, class_nodeids=[1] * k + [3] * k + [4] * k,
         class_ids=list(ids) * 3, class_weights=weights[:3 * k], **base)
    return g.model([("X", T.FLOAT, 1)], [("label", T.INT64, 1), ("probabilities", T.FLOAT, 2)])


def modes(mode, kind, missing):
    """One test of each kind, at a threshold that rows hold, and where what is missing goes."""
    g = Graph()
    g.ml("TreeEnsembleRegressor", "X", outs=["variable"], n_targets=2, nodes_treeids=[0] * 3, nodes_nodeids=[0, 1, 2],
         nodes_featureids=[0] * 3, nodes_values=[0.1, 0.0, 0.0], nodes_modes=[f"BRANCH_{mode}", "LEAF", "LEAF"],
         nodes_truenodeids=[1, 0, 0], nodes_falsenodeids=[2, 0, 0], nodes_missing_value_tracks_true=[missing, 0, 0],
         target_treeids=[0] * 3, target_nodeids=[1, 2, 2], target_ids=[0, 0, 1], target_weights=[1.0, 2.0, 3.0])
    return g.model([("X", kind, 1)], [("variable", T.FLOAT, 2)])


class Tester:
    def __init__(self):
        self.n = self.failures = 0
        self.folder = tempfile.TemporaryDirectory()

    def say(self, good, name, why=""):
        self.n += 1
        self.failures += not good
        print(f"{'ok' if good else 'not ok'} {self.n} - {name}{'' if good else ': ' + why}")

    def load(self, model):
        path = pathlib.Path(self.folder.name) / f"{self.n}.onnx"
        path.write_bytes(model)
        return mlops.load(str(path))

    def hold(self, name, model, rows, want, label=None, tolerance=2e-5):
        """rows: an array, or a dict of columns; want: scikit-learn's prediction; label: its classes."""
        try:
            self.compare(name, model, rows, want, label, tolerance)
        except Exception as error:  # the next models are still of interest
            self.say(False, name, f"{type(error).__name__}: {error}")

    def compare(self, name, model, rows, want, label, tolerance):
        with self.load(model) as m:
            got = m.predict(rows)
            one = None if isinstance(rows, dict) else np.concatenate([np.atleast_1d(m.predict(r[None])) for r in rows[:5]])
            classes = None
            if label is not None:
                index = m.predict(rows, output="class").astype(int)
                classes = np.array([m.class_name(int(i)) for i in index])
        worst = np.max(np.abs(np.asarray(got, float).ravel() - np.asarray(want, float).ravel()))
        scale = max(1.0, float(np.max(np.abs(want))))
        self.say(worst <= tolerance * scale, f"{name}: scikit-learn", f"differs by {worst:.3g}")
        if one is not None:
            self.say(np.array_equal(one.ravel(), np.asarray(got)[:5].ravel()), f"{name}: a row alone", "other bits")
        if label is not None:
            top = np.sort(np.asarray(want, float).reshape(len(index), -1), axis=1)
            clear = np.ones(len(index), bool) if top.shape[1] < 2 else top[:, -1] - top[:, -2] > 1e-6
            agree = np.mean((classes == np.asarray(label).astype(str))[clear])
            self.say(agree == 1, f"{name}: classes", f"{agree:.3f} agree")
        if ort.available():
            self.against_runtime(name, model, rows)

    def folded(self, name, model, alone, rows, made, back, back_made, source):
        """A forest behind steps, and alone with what they make of rows, tell the same. source: the rows' columns."""
        names, wide = [f"c{i}" for i in range(6)], rows.astype(np.float64)
        with self.load(model) as m, self.load(alone) as f:
            for output in ("prediction", "margin", "leaf", "class"):
                got, want = m.predict(rows, output=output), f.predict(made, output=output)
                self.say(got.tobytes() == want.tobytes(), f"{name}: {output}s")
                one = np.concatenate([np.ravel(m.predict(r[None], output=output)) for r in rows[:9]])
                self.say(one.tobytes() == got[:9].tobytes(), f"{name}: {output}s of a row alone")
            self.say(m.predict(rows).tobytes() == m.predict(rows, output=17).tobytes(), f"{name}: as the graph")

            def shares(model, back, rows):
                table = mlops.table({n: list(map(float, back[:, i])) for i, n in enumerate(names)})
                return np.asarray(mlops.Explainer(model, table, columns=names).explain(rows.astype(np.float64)))

            got, want = shares(m, back, wide)[..., [*source, -1]], shares(f, back_made, made)
            self.say(np.allclose(got, want, rtol=1e-12, atol=1e-12), f"{name}: explanations")

    def against_runtime(self, name, model, rows, tolerance=2e-5):
        kinds = {T.FLOAT: np.float32, T.INT64: np.int64, T.DOUBLE: np.float64, T.STRING: object}
        graph = onnx.load_from_string(model).graph
        inputs, at = {}, 0
        for i in graph.input:
            kind, width = kinds[i.type.tensor_type.elem_type], i.type.tensor_type.shape.dim[1].dim_value
            inputs[i.name] = (np.array([rows[i.name]], kind).T if isinstance(rows, dict)
                              else np.asarray(rows)[:, at:at + width].astype(kind))
            at += width
        theirs = ort.run(model, inputs)
        with self.load(model) as m:
            for i, output in enumerate(graph.output):
                want = theirs[output.name]
                if want.dtype == object:
                    index = m.predict(rows, output="class").astype(int)
                    good = np.array_equal([m.class_name(int(k)) for k in index], want.ravel())
                    self.say(good, f"{name}: {output.name} of ONNX Runtime", "other classes")
                    continue
                got = np.asarray(m.predict(rows, output=16 + i), float)
                worst = float(np.max(np.abs(got.ravel() - want.ravel().astype(float)))) \
                    if got.size == want.size else np.inf
                if got.size == want.size and np.isnan(got).any():
                    worst = 0 if np.array_equal(np.isnan(got).ravel(), np.isnan(want).ravel()) else np.inf
                scale = max(1.0, float(np.max(np.abs(want[np.isfinite(want)]), initial=0)))
                self.say(worst <= tolerance * scale, f"{name}: {output.name} of ONNX Runtime",
                         f"differs by {worst:.3g}, shape {want.shape}")


def linear(t):
    for name, y in (("two classes", B), ("three", Y), ("texts", np.array(["red", "green", "blue"])[Y])):
        m = linear_model.LogisticRegression(max_iter=500, multi_class="ovr" if len(set(y)) == 2 else "multinomial")
        m.fit(X, y)
        link = "LOGISTIC" if len(m.classes_) == 2 else "SOFTMAX"
        t.hold(f"logistic regression, {name}", linear_classifier(m, link), TEST, m.predict_proba(TEST), m.predict(TEST))
    m = linear_model.LinearRegression().fit(X, R)
    t.hold("linear regression", linear_regressor(m), TEST, m.predict(TEST))
    m = linear_model.Ridge().fit(X, np.stack([R, -R], 1))
    t.hold("ridge of two targets", linear_regressor(m), TEST, m.predict(TEST))


def vectors(t):
    for kernel in ("linear", "rbf", "poly", "sigmoid"):
        for y, name in ((B, "two"), (Y, "three")):
            m = svm.SVC(kernel=kernel, probability=True, random_state=0).fit(X, y)
            t.hold(f"SVC {kernel}, {name} classes, probabilities", support_classifier(m), TEST, m.predict_proba(TEST),
                   None, 2e-4)
        m = svm.SVR(kernel=kernel).fit(X, R)
        t.hold(f"SVR {kernel}", support_regressor(m), TEST, m.predict(TEST), tolerance=2e-4)
    m = svm.SVC(decision_function_shape="ovo").fit(X, Y)
    t.hold("SVC without probabilities", support_classifier(m), TEST, m.decision_function(TEST), m.predict(TEST), 2e-4)
    m = svm.OneClassSVM(nu=0.2).fit(X)
    t.hold("one class", support_regressor(m, 1), TEST, m.predict(TEST))


def trees(t):
    for y, name in ((B, "two"), (Y, "three"), (np.array(["a", "b", "c"])[Y], "texts")):
        m = tree.DecisionTreeClassifier(max_depth=5, random_state=0).fit(X, y)
        t.hold(f"decision tree, {name}", forest_classifier(m, [m]), TEST, m.predict_proba(TEST), m.predict(TEST))
        for kind in (ensemble.RandomForestClassifier, ensemble.ExtraTreesClassifier):
            m = kind(20, max_depth=7, random_state=0).fit(X, y)
            t.hold(f"{kind.__name__}, {name}", forest_classifier(m, m.estimators_), TEST, m.predict_proba(TEST),
                   m.predict(TEST))
    m = ensemble.RandomForestRegressor(20, random_state=0).fit(X, R)
    t.hold("forest regression", forest_regressor(m.estimators_), TEST, m.predict(TEST))
    t.hold("forest regression of doubles", forest_regressor(m.estimators_, T.DOUBLE), TEST.astype(np.float64),
           m.predict(TEST))
    t.hold("forest of version 5", ensemble5(m), TEST, m.predict(TEST))
    t.hold("forest of version 5 of doubles", ensemble5(m, T.DOUBLE), TEST.astype(np.float64), m.predict(TEST))
    m = ensemble.GradientBoostingRegressor(n_estimators=30, random_state=0).fit(X, R)
    t.hold("boosted regression", boosted_regressor(m), TEST, m.predict(TEST))
    for y, name in ((B, "two"), (Y, "three")):
        m = ensemble.GradientBoostingClassifier(n_estimators=30, random_state=0).fit(X, y)
        t.hold(f"boosted classes, {name}", boosted_classifier(m), TEST, m.predict_proba(TEST), m.predict(TEST)
               if name == "three" else None)
    m = tree.DecisionTreeRegressor(max_depth=4, random_state=0).fit(X, R)
    t.hold("leaves by LabelEncoder", isolation(m), TEST, m.predict(TEST))


def cores(t):
    """A forest that takes rows as they are gives margins, leaves and explanations, and what the graph gives."""
    f = ensemble.RandomForestRegressor(12, max_depth=6, random_state=2).fit(X, R)
    c = ensemble.RandomForestClassifier(12, max_depth=6, random_state=2).fit(X, np.array(["a", "b", "c"])[Y])
    b = ensemble.GradientBoostingClassifier(n_estimators=20, random_state=2).fit(X, B)
    sums = np.sum([e.predict(TEST) for e in f.estimators_], 0)
    wide, leaves = TEST.astype(np.float64), lambda m: m.apply(TEST).reshape(len(TEST), -1)
    for name, model, rows, place, margin, apart in (
            ("mean", forest_regressor(f.estimators_), TEST, 0, sums, leaves(f)),
            ("mean and base", forest_regressor(f.estimators_, base_values=[0.5]), TEST, 0, sums, leaves(f)),
            ("sum and link", forest_regressor(f.estimators_, function="SUM", link="LOGISTIC"), TEST, 0, sums, leaves(f)),
            ("inputs side by side", forest_regressor(f.estimators_, named=True), TEST, 0, sums, leaves(f)),
            ("doubles", forest_regressor(f.estimators_, T.DOUBLE), wide, 0, sums, leaves(f)),
            ("version 5 of doubles", ensemble5(f, T.DOUBLE), wide, 0, sums / 12, None),
            ("classes", forest_classifier(c, c.estimators_), TEST, 1, c.predict_proba(TEST), leaves(c)),
            ("two classes", boosted_classifier(b), TEST, 1, b.decision_function(TEST), leaves(b))):
        with t.load(model) as m:
            t.say(m.predict(rows).tobytes() == m.predict(rows, output=16 + place).tobytes(), f"{name}: as the graph")
            one = [m.predict(r[None]).tobytes() for r in rows[:9]]
            t.say(b"".join(one) == m.predict(rows[:9]).tobytes(), f"{name}: a row alone")
            t.say(np.allclose(m.predict(rows, output="margin"), margin, rtol=1e-5, atol=1e-5), f"{name}: margins")
            if apart is not None:
                t.say(np.array_equal(m.predict(rows, output="leaf"), apart), f"{name}: leaves")
            names = [f"c{i}" for i in range(6)]
            back = mlops.table({n: list(map(float, X[:20, i])) for i, n in enumerate(names)})
            parts = np.asarray(mlops.Explainer(m, back, columns=names).explain(wide))
            whole = parts.reshape(len(TEST), -1, 7).sum(2)
            t.say(np.allclose(whole.ravel(), np.asarray(margin).ravel(), rtol=1e-5, atol=1e-4), f"{name}: shares add up")
            t.say(raises(mlops.UnsupportedError, lambda: mlops.Explainer(m)), f"{name}: a background is needed")
    g = Graph()
    x = g.ml("Normalizer", "X", norm="L2")
    g.ml("TreeEnsembleRegressor", x, outs=["variable"], n_targets=1, **tree_attributes([(0, f.estimators_[0])], "target"))
    with t.load(g.model([("X", T.FLOAT, 6)], [("variable", T.FLOAT, 2)])) as m:
        t.say(raises(mlops.InvalidError, lambda: m.predict(TEST, output="margin")), "a forest behind a step has no margins")
        t.say(raises(mlops.UnsupportedError, lambda: mlops.Explainer(m, back, columns=names)), "nor explanations")
    if not ort.available():
        return
    for function in ("MIN", "MAX"):
        for link in ("NONE", "LOGISTIC", "SOFTMAX"):  # one target has no link there
            t.against_runtime(f"{function} {link}", forest_regressor(f.estimators_, T.FLOAT, function, link), TEST)
        t.against_runtime(f"{function} and base", forest_regressor(f.estimators_, function=function, base_values=[2.5]), TEST)
        t.against_runtime(f"{function} of doubles", forest_regressor(f.estimators_, T.DOUBLE, function), wide)
    for link in ("LOGISTIC", "SOFTMAX", "SOFTMAX_ZERO", "PROBIT"):
        t.against_runtime(f"one target, {link}", forest_regressor(f.estimators_, link=link), TEST)
        t.against_runtime(f"two targets, {link}", two_targets(f.estimators_, link), TEST)
    for function in range(4):
        t.against_runtime(f"version 5, function {function}", ensemble5(f, T.FLOAT, function), TEST)


def pipelines(t):
    """Forests behind what is fitted to columns take the rows themselves, and are cores."""
    gaps = X.copy()
    gaps[rng.random(X.shape) < 0.1] = np.nan
    test = TEST.copy()
    test[rng.random(TEST.shape) < 0.1] = np.nan
    standard, robust = preprocessing.StandardScaler().fit(gaps), preprocessing.RobustScaler().fit(gaps)
    least, most = preprocessing.MinMaxScaler(clip=True).fit(gaps), preprocessing.MaxAbsScaler().fit(gaps)
    mean, median = impute.SimpleImputer().fit(gaps), impute.SimpleImputer(strategy="median").fit(gaps)

    def scaler(offset, scale):
        offset, scale = np.float32(offset), np.float32(scale)
        return (lambda g, x: g.ml("Scaler", x, offset=offset.tolist(), scale=scale.tolist()),
                lambda x: (x - offset) * scale)

    def imputer(m):
        values = np.float32(m.statistics_)
        return (lambda g, x: g.ml("Imputer", x, imputed_value_floats=values.tolist(), replaced_value_float=float("nan")),
                lambda x: np.where(np.isnan(x), values, x))

    def least_and_most(g, x):
        x = g.node("Cast", g.node("Mul", g.node("Cast", x, to=T.FLOAT), g.const(least.scale_[None])), to=T.FLOAT)
        return g.node("Clip", g.node("Add", x, g.const(least.min_[None])), g.const(0), g.const(1))

    order = [5, 2, 0, 1, 3, 4]
    some = scaler(standard.mean_[order[:2]], 1 / standard.scale_[order[:2]])

    def parts(g, x):
        first, rest = [g.ml("ArrayFeatureExtractor", x, g.const(c, np.int64)) for c in (order[:2], order[2:])]
        return g.node("Concat", some[0](g, first), rest, axis=1)

    def parts_of(x):
        return np.hstack([some[1](x[:, order[:2]]), x[:, order[2:]]])

    fill, scale = imputer(mean), scaler(standard.mean_, 1 / standard.scale_)
    low, width = np.float32(least.min_), np.float32(least.scale_)
    cases = {"StandardScaler": [scale], "RobustScaler": [scaler(robust.center_, 1 / robust.scale_)],
             "MaxAbsScaler": [scaler(np.zeros(6), 1 / most.scale_)], "SimpleImputer": [fill],
             "MinMaxScaler": [(least_and_most, lambda x: np.clip(x * width + low, np.float32(0), np.float32(1)))],
             "imputer and scaler": [fill, scale], "scaler and imputer": [scale, imputer(median)],
             "a scaler that mirrors": [imputer(median), scaler(standard.mean_, -3 / standard.scale_)],
             "columns apart": [(parts, parts_of), imputer(median)]}
    for name, steps in cases.items():
        for named in (False, True):
            g, made, train = Graph(), test, gaps
            x = g.node("Concat", *"abcdef", axis=1) if named else "X"
            for make, compute in steps:
                x, made, train = make(g, x), compute(made), compute(train)
            c = ensemble.RandomForestClassifier(15, max_depth=6, random_state=3).fit(np.nan_to_num(train), Y)
            a = tree_attributes(c.estimators_, "class", scale=1 / 15)
            tail = {**labels(c.classes_), "post_transform": "NONE", **a}
            g.ml("TreeEnsembleClassifier", x, outs=["label", "probabilities"], **tail)
            inputs = [(n, T.FLOAT, 1) for n in "abcdef"] if named else [("X", T.FLOAT, 6)]
            ports = [("label", T.INT64, 1), ("probabilities", T.FLOAT, 2)]
            model, alone = g.model(inputs, ports), Graph()
            alone.ml("TreeEnsembleClassifier", "X", outs=["label", "probabilities"], **tail)
            alone = alone.model([("X", T.FLOAT, 6)], ports)
            title = f"{name}, {'inputs side by side' if named else 'one input'}"
            t.folded(title, model, alone, test, made, gaps[:15], train[:15], order if "apart" in name else range(6))
            if ort.available():
                t.against_runtime(title, model, test, 0)


def others(t):
    m = naive_bayes.GaussianNB().fit(X, Y)
    t.hold("naive Bayes", bayes(m), TEST, m.predict(TEST), tolerance=0)
    m = cluster.KMeans(4, n_init=3, random_state=0).fit(X)
    t.hold("k-means", means(m), TEST, m.predict(TEST), tolerance=0)
    m = neural_network.MLPClassifier((16, 8), max_iter=300, random_state=0).fit(X, Y)
    t.hold("perceptron", perceptron(m), TEST, m.predict(TEST), tolerance=0)
    m = neighbors.KNeighborsRegressor(4).fit(X, R)
    t.hold("neighbours by Scan", neighbour_regressor(m, X, R), TEST, m.predict(TEST))


def runtime(t):
    """What ONNX leaves open is what ONNX Runtime makes of it, or is refused."""
    if not ort.available():
        return
    x, w = np.array([[-1.0], [1.0], [3.0]], np.float32), [0.1, 0.6, 0.8, 0.3, 0.45, 0.2]
    signs = [w, [v * (-1) ** i for i, v in enumerate(w)]]
    for ids in ((0,), (1,), (0, 1)):
        for k, weights in enumerate(signs):
            for base in (None, [0.3], [0.3, -0.4]):
                for post in ("NONE", "LOGISTIC", "SOFTMAX", "SOFTMAX_ZERO"):
                    model = stump(ids, weights, base, post)
                    name = f"classes {ids}, signs {k}, base {base}, {post}"
                    try:
                        t.load(model).close()
                    except mlops.UnsupportedError:
                        t.say(len(ids) == 1 and base is not None and len(base) == 2, f"{name}: refused")
                        continue
                    t.against_runtime(name, model, x)
    near = np.float32(0.1)
    x = np.array([[near], [np.nextafter(near, np.float32(1))], [np.nextafter(near, np.float32(0))], [np.nan], [np.inf],
                  [-np.inf], [0]], np.float32)
    for mode in "LEQ LT GTE GT EQ NEQ".split():
        for missing in (0, 1):
            t.against_runtime(f"{mode} of float, missing {missing}", modes(mode, T.FLOAT, missing), x)
            wide = np.vstack([x.astype(np.float64), [[0.1]], [[float(near) + 1e-12]], [[float(near) - 1e-12]]])
            t.against_runtime(f"{mode} of double, missing {missing}", modes(mode, T.DOUBLE, missing), wide)


def tables(t):
    n = 200
    age = np.where(rng.random(n) < 0.2, np.nan, rng.integers(18, 90, n).astype(float))
    city, kind = rng.choice(["Rome", "Oslo", "Lima", "Köln"], n), rng.choice(["a", "bb"], n)
    y = np.where((np.nan_to_num(age, nan=50) > 50) ^ (city == "Oslo"), "yes", "no")
    scaler = impute.SimpleImputer().fit(age[:, None]), None
    filled = scaler[0].transform(age[:, None])
    scaler = scaler[0], preprocessing.StandardScaler().fit(filled)
    encoder = preprocessing.OneHotEncoder(handle_unknown="ignore").fit(np.stack([city, kind], 1))
    x = np.hstack([scaler[1].transform(filled), encoder.transform(np.stack([city, kind], 1)).toarray()])
    m = linear_model.LogisticRegression().fit(x, y)
    rows = {"age": age, "city": list(city), "kind": list(kind)}
    t.hold("columns of numbers and texts", columns(scaler, encoder, m), rows, m.predict_proba(x), m.predict(x))
    parts = "the cat sat on a mat with another Cat while dogs ate their food under big trees".split()
    texts = [" ".join(rng.choice(parts, rng.integers(2, 12))) for _ in range(150)]
    v = feature_extraction.text.TfidfVectorizer(ngram_range=(1, 2), token_pattern="[a-z0-9_]+")
    z = v.fit_transform(texts)
    r = linear_model.Ridge().fit(z, np.array([len(s) for s in texts], float))
    t.hold("tf-idf of words", words(v, r), {"text": texts}, r.predict(z))


def maps(t):
    """A map is a column for each key of the vocabulary; a key that a row has not is 0, or no text."""
    rows = [{"b": 1.5, "a": 2.0}, {"a": -1.0}, {"c": 3.0, "z": 9.0}, {}]
    v = feature_extraction.DictVectorizer(sparse=False).fit(rows[:3])
    names = list(v.feature_names_)
    table = {n: [r.get(n) for r in rows] for n in names}

    def model(op, key, value, out=T.FLOAT, **attributes):
        g = Graph()
        g.ml(op, "X", outs=["Y"], **attributes)
        made = onnx.load_from_string(g.model([("X", T.FLOAT, 1)], [("Y", out, 2)]))
        kind = made.graph.input[0].type
        kind.Clear()
        kind.map_type.key_type = key
        kind.map_type.value_type.tensor_type.elem_type = value
        return made.SerializeToString()

    for value in (T.FLOAT, T.DOUBLE):
        with t.load(model("DictVectorizer", T.STRING, value, value, string_vocabulary=names)) as m:
            t.say(m.feature_names == names, "keys are names of features")
            t.say(np.array_equal(m.predict(table), v.transform(rows)), "DictVectorizer: scikit-learn")
    with t.load(model("DictVectorizer", T.INT64, T.INT64, T.INT64, int64_vocabulary=[7, 3])) as m:
        t.say(np.array_equal(m.predict({"3": [1, None], "7": [5, 6]}), [[5, 1], [6, 0]]), "keys that are numbers")
    many = [f"k{i}" for i in range(700)]
    with t.load(model("DictVectorizer", T.STRING, T.FLOAT, string_vocabulary=many)) as m:
        x = rng.standard_normal((3, 700)).astype(np.float32)
        t.say(np.array_equal(m.predict(x), x), "more keys than a step has inputs")
    with t.load(model("CastMap", T.INT64, T.STRING, T.FLOAT, map_form="SPARSE", max_map=3)) as m:
        texts = {"0": ["1.5", "2"], "1": ["3", "4"], "2": ["5", "-6"]}
        t.say(np.array_equal(m.predict(texts), [[1.5, 3, 5], [2, 4, -6]]), "CastMap of texts")
    cast_maps(t, model)
    for op, attributes in (("CastMap", {"map_form": "DENSE"}), ("Normalizer", {})):
        t.say("map" in str(raises(mlops.UnsupportedError, lambda: t.load(model(op, T.INT64, T.FLOAT, **attributes)))),
              f"a map for {op} is refused")
    numbers = model("CastMap", T.INT64, T.FLOAT, T.STRING, map_form="SPARSE", cast_to="TO_STRING")
    refused(t, "numbers to texts", numbers, mlops.UnsupportedError, "TO_STRING")


def wide(model, n, inside):
    """The model, which says that a map has so many entries, of its output or of what stands before that."""
    made = onnx.load_from_string(model)
    if inside:
        value = made.graph.value_info.add()
        value.CopyFrom(made.graph.output[0])
        value.name = made.graph.node[0].output[0] = "between"
        made.graph.node.append(h.make_node("Identity", ["between"], ["Y"]))
    else:
        value = made.graph.output[0]
    value.type.tensor_type.shape.dim[1].dim_value = n
    return made.SerializeToString()


def cast_maps(t, model):
    """Both forms, to all types, row by row against ONNX Runtime; None is a key that a row has not."""
    texts = [["1.5", "-2", "3e2"], ["7", "nan", " 8 "]]
    numbers = [[1.5, -2.75, 3e9], [0.1, float("inf"), -0.0]]
    for value, cells, kinds in ((T.STRING, texts, ("FLOAT", "STRING")), (T.FLOAT, numbers, ("FLOAT", "INT64"))):
        for form, rows in (("DENSE", cells), ("SPARSE", [*cells, [None, cells[0][1], None]])):
            for inside in (False, True) if form == "DENSE" else (False,):
                for kind in kinds:
                    if kind == "INT64":
                        rows = [[v if v is None or abs(v) < 1e9 else 4.0 for v in row] for row in rows]
                    to, name = getattr(T, kind), f"CastMap {form} of {T.DataType.Name(value)} to {kind}"
                    file = model("CastMap", T.INT64, value, to, map_form=form, max_map=3, cast_to="TO_" + kind)
                    file = wide(file, 3, inside) if form == "DENSE" else file
                    if kind == "STRING":  # which ends in numbers that tell texts apart
                        made = onnx.load_from_string(file)
                        keys = sorted({v for row in cells for v in row} | {"0.f"})
                        made.graph.node.append(h.make_node(
                            "LabelEncoder", [made.graph.output[0].name], ["Z"], domain=ML, keys_strings=keys,
                            values_floats=[float(i) for i in range(len(keys))], default_float=-1.0))
                        made.graph.output[0].CopyFrom(h.make_tensor_value_info("Z", T.FLOAT, [None, 3]))
                        if form == "DENSE" and not inside:
                            made.graph.value_info.append(h.make_tensor_value_info("Y", T.STRING, [None, 3]))
                        file = made.SerializeToString()
                    with t.load(file) as m:
                        got = np.asarray(m.predict({str(i): [row[i] for row in rows] for i in range(3)}), float)
                    if not ort.available():
                        continue
                    want = []
                    for row in rows:
                        some = [i for i in range(3) if row[i] is not None]
                        dtype = object if value == T.STRING else np.float32
                        entries = np.array([4 * i if form == "DENSE" else i for i in some], np.int64), \
                            np.array([row[i] for i in some], dtype)
                        want.append(next(iter(ort.run(file, {"X": entries}).values())).ravel().astype(float))
                    t.say(np.array_equal(got, want, equal_nan=True), f"{name}: ONNX Runtime", f"{got} for {want}")


def small(t):
    """One operator each, with what converters write seldom, against ONNX Runtime."""
    if not ort.available():
        return
    x = np.array([[-1.5, 0, 2], [3, -4, 0.5], [0, 0, 0], [1e-3, 7, np.nan]], np.float32)
    ints, texts = np.array([[1, 2], [3, 9], [-7, 2]]), {"X": ["b", "a", "zz", "B a  c"]}

    def one(name, rows, op, *more, domain=ML, kind=T.FLOAT, out=T.FLOAT, rank=2, tensors=(), ml=3, **attributes):
        g = Graph()
        g.node(op, "X", *[g.const(v, d) for v, d in more], outs=["Y"], domain=domain, **attributes)
        width = 1 if isinstance(rows, dict) else rows.shape[1]
        t.against_runtime(name, g.model([("X", kind, width)], [("Y", out, rank)], ml=ml), rows, 1e-6)

    for norm in ("MAX", "L1", "L2"):
        one(f"Normalizer {norm}", x[:3], "Normalizer", norm=norm)
    one("Scaler of one number", x, "Scaler", offset=[0.5], scale=[2.0])
    one("Binarizer", x[:3], "Binarizer", threshold=0.25)
    one("Imputer of NaN", x, "Imputer", imputed_value_floats=[1.0, 2.0, 3.0], replaced_value_float=float("nan"))
    one("Imputer of 0 by one", x, "Imputer", imputed_value_floats=[5.0], replaced_value_float=0.0)
    one("Imputer of int64", ints, "Imputer", kind=T.INT64, out=T.INT64, imputed_value_int64s=[4, 5], replaced_value_int64=2)
    one("ArrayFeatureExtractor", x, "ArrayFeatureExtractor", ([2, 0], np.int64))
    one("FeatureVectorizer", x, "FeatureVectorizer", inputdimensions=[3])
    one("OneHotEncoder of int64", ints, "OneHotEncoder", kind=T.INT64, rank=3, cats_int64s=[3, 1, 2], zeros=1)
    one("OneHotEncoder of floats", x[:3], "OneHotEncoder", rank=3, cats_int64s=[0, 3], zeros=1)
    one("OneHotEncoder of texts", texts, "OneHotEncoder", kind=T.STRING, rank=3, cats_strings=["zz", "a"], zeros=1)
    one("LabelEncoder texts to int64", texts, "LabelEncoder", kind=T.STRING, out=T.INT64, keys_strings=["b", "a"],
        values_int64s=[10, 20], default_int64=7)
    one("LabelEncoder texts to floats", texts, "LabelEncoder", kind=T.STRING, keys_strings=["b", "a"],
        values_floats=[1.5, 2.5], default_float=-1.0)
    one("LabelEncoder floats to floats", x, "LabelEncoder", keys_floats=[0.0, 3.0, float("nan")],
        values_floats=[8.0, 9.0, 5.0], default_float=0.25)
    one("LabelEncoder floats, NaN among them", x, "LabelEncoder", keys_floats=[0.0, 3.0, float("nan")], ml=4,
        values_floats=[8.0, 9.0, 5.0], default_float=0.25)
    one("LabelEncoder int64 to floats", ints, "LabelEncoder", kind=T.INT64, keys_int64s=[9, 2], values_floats=[1.0, 2.0])
    one("LabelEncoder of tensors", ints, "LabelEncoder", kind=T.INT64, out=T.DOUBLE, ml=4,
        keys_tensor=nh.from_array(np.array([9, 2]), "k"), values_tensor=nh.from_array(np.array([0.5, 0.25]), "v"),
        default_tensor=nh.from_array(np.array([-3.0]), "d"))
    one("CategoryMapper", texts, "CategoryMapper", kind=T.STRING, out=T.INT64, cats_strings=["a", "b"],
        cats_int64s=[5, 6], default_int64=-2)
    for link in ("NONE", "SOFTMAX", "SOFTMAX_ZERO", "LOGISTIC", "PROBIT"):
        one(f"LinearRegressor {link}", x[:3] / 20 + 0.4, "LinearRegressor", targets=2, intercepts=[0.0, 0.1],
            coefficients=[0.1, 0.2, 0.3, 0.2, 0.1, 0.1], post_transform=link)
    for mode in ("TF", "IDF", "TFIDF"):
        one(f"TfIdfVectorizer {mode}", np.array([[1, 2, 3, 1], [2, 2, 9, 3]]), "TfIdfVectorizer", domain="", kind=T.INT64,
            mode=mode, min_gram_length=1, max_gram_length=2, max_skip_count=1, pool_int64s=[2, 3, 1, 2, 2, 3],
            ngram_counts=[0, 2], ngram_indexes=[1, 0, 3, 2], weights=[0.5, 2.0, 3.0, 4.0])
    for link in ("NONE", "LOGISTIC", "SOFTMAX"):
        for names in ({"classlabels_ints": [0, 1]}, {"classlabels_strings": ["n", "y"]}):
            g = Graph()
            g.ml("LinearClassifier", "X", outs=["label", "Y"], coefficients=[0.5, -0.25, 0.125], intercepts=[0.1],
                 post_transform=link, **names)
            kind = T.INT64 if "classlabels_ints" in names else T.STRING
            model = g.model([("X", T.FLOAT, 3)], [("label", kind, 1), ("Y", T.FLOAT, 2)])
            t.against_runtime(f"LinearClassifier of one score {link}", model, x[:3])


def links(t):
    """Links of each model where it has one score, two or three; what ONNX Runtime leaves unset is refused."""
    if not ort.available():
        return
    x, gone = TEST[:40, :3], mlops.UnsupportedError
    outs = [("label", T.INT64, 1), ("Y", T.FLOAT, 2)]
    support = {"kernel_type": "RBF", "kernel_params": [0.5, 0.0, 3.0]}
    vectors = {"support_vectors": X[:4, :3].ravel().tolist(), "rho": [0.25]}

    def made(op, outs, **attributes):
        g = Graph()
        g.ml(op, "X", outs=[name for name, *_ in outs], **attributes)
        return g.model([("X", T.FLOAT, 3)], outs)

    for link in ("NONE", "LOGISTIC", "SOFTMAX", "SOFTMAX_ZERO", "PROBIT"):
        one = {"post_transform": link, "coefficients": [0.01, -0.02, 0.03]}
        pair = {"classlabels_ints": [0, 1], "vectors_per_class": [2, 2], **support, **vectors}
        models = {"LinearRegressor of one target": made("LinearRegressor", outs[1:], targets=1, intercepts=[0.5], **one),
                  "SVMRegressor": made("SVMRegressor", outs[1:], n_supports=4, **support, **vectors,
                                       **one | {"coefficients": [0.5, -1.0, 2.0, -0.75]})}
        pairs = {"LinearClassifier of one score": made("LinearClassifier", outs, intercepts=[0.5],
                                                       classlabels_ints=[0, 1], **one),
                 "SVMClassifier of two classes": made("SVMClassifier", outs, **pair,
                                                      **one | {"coefficients": [0.5, -1.0, 2.0, -0.75]})}
        for name, model in (models if link == "PROBIT" else models | pairs).items():
            t.against_runtime(f"{name}, {link}", model, x, 2e-4)
        for name, model in pairs.items() if link == "PROBIT" else ():
            refused(t, f"{name}, {link}", model, gone, "PROBIT")
        three = made("SVMClassifier", outs, classlabels_ints=[0, 1, 2], kernel_type="LINEAR", rho=[0.25, 0.25, 0.25],
                     kernel_params=[0.0, 0.0, 0.0], **one | {"coefficients": [0.01 * i for i in range(9)]})
        t.against_runtime(f"SVMClassifier without vectors, {link}", three, x, 2e-4)
    refused(t, "SVMClassifier of two classes without vectors", made(
        "SVMClassifier", outs, classlabels_ints=[0, 1], kernel_type="LINEAR", rho=[0.25], coefficients=[1.0] * 6), gone,
        "two classes without support vectors")
    refused(t, "one score of three classes", made(
        "LinearClassifier", outs, classlabels_ints=[0, 1, 2], intercepts=[0.5], coefficients=[1.0] * 3), gone,
        "1 intercepts for 3 classes")


def raises(kind, call):
    try:
        call()
    except kind as error:
        return str(error) or True
    return False


def rows(t):
    """What a row is: of graphs that mix rows, of those without an open dimension, of several inputs."""
    v, x = h.make_tensor_value_info, TEST[:, :2]
    node = h.make_node
    with t.load(simple(node("ReduceMean", ["X"], ["m"], axes=[0]), node("Sub", ["X", "m"], ["Y"])).SerializeToString()) as m:
        want = x - x.mean(0)
        table = {"a": x[:, 0], "b": x[:, 1]}
        t.say(np.allclose(m.predict(table, columns="a,b"), want, atol=1e-6), "rows that are mixed go together")
        t.say(np.allclose(m.predict(x[:64]), x[:64] - x[:64].mean(0), atol=1e-6), "up to 64 in a context")
        t.say(raises(mlops.ArenaError, lambda: m.predict(x[:65])), "and no more")
        t.say('"rows": "together"' in m.describe(), "as the description says")
    graph = h.make_graph([node("Softmax", ["X"], ["Y"], axis=1)], "g", [v("X", T.FLOAT, [1, 2])], [v("Y", T.FLOAT, [1, 2])])
    model = h.make_model(graph, opset_imports=[h.make_opsetid("", 13)]).SerializeToString()
    with t.load(model) as m:
        e = np.exp(x)
        t.say(np.allclose(m.predict(x), e / e.sum(1, keepdims=True), atol=1e-6), "one row a run, where no dimension is open")
    graph = h.make_graph([node("Cast", ["k"], ["f"], to=T.FLOAT), node("Concat", ["X", "f", "f"], ["Y"], axis=1)], "g",
                         [v("X", T.FLOAT, ["N", 2]), v("k", T.INT64, ["N", 1])], [v("Y", T.FLOAT, ["N", 4])])
    with t.load(h.make_model(graph, opset_imports=[h.make_opsetid("", 13)]).SerializeToString()) as m:
        got = m.predict(np.array([[1, 2, 3.9], [4, 5, -3.9], [7, 8, np.nan]]))
        want = [[1, 2, 3, 3], [4, 5, -3, -3], [7, 8, 0, 0]]
        t.say(np.array_equal(got, want), "features of two inputs, one of integers", str(got))
        t.say(m.n_features == 3 and m.feature_names is None, "which have no names, as one has two columns")
        big = {"p": [1.0], "q": [2.0], "k": np.array([2 ** 53 + 1])}
        t.say(m.predict(big, columns="p,q,k")[0, 2] == float(np.float32(2 ** 53)), "integers of tables stay whole")
    text = simple(node("OneHotEncoder", ["X"], ["h"], domain=ML, cats_strings=["a", ""]), node("Flatten", ["h"], ["Y"]),
                  kind=T.STRING, dims=(None, 1))
    with t.load(text.SerializeToString()) as m:
        t.say(np.array_equal(m.predict({"X": ["a", None, "b"]}), [[1, 0], [0, 1], [0, 0]]), "a null is no text")
        t.say("takes texts" in str(raises(mlops.SchemaError, lambda: m.predict({"X": [1.0]}))), "numbers for texts are refused")
        t.say(raises(mlops.SchemaError, lambda: m.predict(x[:, :1])), "rows of numbers alone, too")


def refused(t, name, model, kind, *words):
    model = model if isinstance(model, bytes) else model.SerializeToString()
    try:
        t.load(model).close()
        t.say(False, name, "it was loaded")
    except mlops.Error as error:
        missing = [w for w in words if w not in str(error)]
        t.say(isinstance(error, kind) and not missing, name, f"{type(error).__name__}: {error}")


def simple(*nodes, tensors=(), sets=(("", 15), (ML, 3)), kind=T.FLOAT, dims=(None, 2)):
    v = h.make_tensor_value_info
    graph = h.make_graph(list(nodes), "g", [v("X", kind, list(dims))], [v("Y", T.FLOAT, None)], list(tensors))
    return h.make_model(graph, opset_imports=[h.make_opsetid(*s) for s in sets])


def elsewhere(t):
    """A tensor in another file comes from the program, or the file is refused."""
    blob, asked = np.array([9, 9, 1.5, -2], np.float32).tobytes(), []

    def give(location, offset, size, out):
        asked.append((location, offset, size))
        ctypes.memmove(out, blob[offset:offset + size], size)

    def model(dims=(2, 1), **entries):
        far = onnx.TensorProto(name="w", data_type=T.FLOAT, dims=dims, data_location=1)
        for key, value in entries.items():
            far.external_data.add(key=key, value=value)
        return simple(h.make_node("MatMul", ["X", "w"], ["Y"]), tensors=[far]).SerializeToString()

    def fails(name, kind, word, bytes, external=give):
        try:
            mlops.Model.parse(bytes, external=external).close()
            t.say(False, name, "it was loaded")
        except kind as error:
            t.say(word in str(error), name, str(error))

    rows = np.array([[2, 1], [0, -3]], np.float32)
    with mlops.Model.parse(model(location="w.bin", offset="8", length="8"), external=give) as far:
        t.say(np.array_equal(far.predict(rows).ravel(), [1, 6]), "weights of another file", "other values")
    t.say(asked == [(b"w.bin", 8, 8)], "what is asked for", str(asked))
    fails("none gives it", mlops.UnsupportedError, "external", model(location="w.bin"), None)
    fails("another length", mlops.CorruptError, "12 bytes", model(location="w.bin", length="12"))
    fails("a length that is none", mlops.CorruptError, "length", model(location="w.bin", length="-8"))
    fails("an offset that is none", mlops.CorruptError, "offset", model(location="w.bin", offset="8x"))
    fails("no file named", mlops.CorruptError, "not named", model(offset="8"))
    fails("more than fits", mlops.LimitError, "memory_max", model(dims=(2, 1 << 38), location="w.bin"))
    fails("what the program raises", KeyError, "lost", model(location="w.bin"), lambda *_: {}["lost"])
    fails("what the program returns", mlops.NotFoundError, "w.bin", model(location="w.bin"), lambda *_: -4)


def hostile(t):
    """Files that lie, and what is not supported, are told precisely."""
    node, bad, not_yet = h.make_node, mlops.CorruptError, mlops.UnsupportedError
    refused(t, "a node takes what nothing gives", simple(node("Abs", ["Z"], ["Y"], name="first")), bad, '"first"', '"Z"')
    refused(t, "nodes in a circle", simple(node("Abs", ["B"], ["A"]), node("Abs", ["A"], ["B"])), bad, '"B"')
    refused(t, "a name given twice", simple(node("Abs", ["X"], ["Y"]), node("Neg", ["X"], ["Y"])), bad, '"Y"')
    refused(t, "an output that nothing gives", simple(node("Abs", ["X"], ["Z"])), bad, '"Y"')
    refused(t, "all that is not known at once", simple(
        node("Foo", ["X"], ["A"], name="one"), node("Bar", ["A"], ["B"], name="two"), node("Abs", ["X"], ["C"]),
        node("Einsum", ["X"], ["Y"], name="three", equation="ij->ji")), not_yet, "3 parts", '"one" (Foo 15)',
        '"two" (Bar 15)', '"three" (Einsum 15)')
    many = [node("Foo", ["X"], [f"A{i}"], name=f"node number {i}") for i in range(50)]
    refused(t, "more than a message holds", simple(*many, node("Abs", ["X"], ["Y"])), not_yet, "50 parts", "and ", " more")
    refused(t, "an attribute that is not known", simple(node("Abs", ["X"], ["Y"], speed=3)), not_yet, '"speed"')
    refused(t, "an attribute of another type", simple(node("Softmax", ["X"], ["Y"], axis=1.5)), not_yet, '"axis"')
    refused(t, "too new a set", simple(node("Abs", ["X"], ["Y"]), sets=[("", 99)]), not_yet, "99", "target_opset")
    refused(t, "types that differ", simple(node("Add", ["X", "w"], ["Y"]), tensors=[h.make_tensor("w", T.INT64, [1], [1])]),
            not_yet, "float", "int64")
    refused(t, "shapes that differ", simple(node("MatMul", ["X", "w"], ["Y"]), tensors=[
        h.make_tensor("w", T.FLOAT, [3, 1], [1, 2, 3])]), not_yet, "[n, 2]", "[3, 1]")
    refused(t, "an input of another type", simple(node("Abs", ["X"], ["Y"]), kind=T.UINT8), not_yet, '"X"', "uint8")
    refused(t, "a width left open", simple(node("Abs", ["X"], ["Y"]), dims=(None, None)), not_yet, '"X"')
    lie = h.make_tensor("w", T.FLOAT, [2], [1, 2])
    lie.dims[0] = 1000000000000
    refused(t, "a tensor of fewer items", simple(node("Add", ["X", "w"], ["Y"]), tensors=[lie]), bad, '"w"', "2 items")
    lie = nh.from_array(np.zeros(4, np.float32), "w")
    lie.raw_data = lie.raw_data[:-1]
    refused(t, "raw bytes cut", simple(node("Add", ["X", "w"], ["Y"]), tensors=[lie]), bad, '"w"', "15 bytes")
    grams = dict(min_gram_length=1, max_gram_length=2, mode="TF", ngram_counts=[0, 1], ngram_indexes=[0, 1],
                 pool_int64s=[1, 1, 2])
    refused(t, "skips without end", simple(node("TfIdfVectorizer", ["X"], ["Y"], max_skip_count=1000, **grams), kind=T.INT64),
            not_yet, "max_skip_count")
    told = simple(node("Abs", ["X"], ["Z"]), node("Neg", ["Z"], ["Y"]))
    told.graph.value_info.extend([h.make_tensor_value_info("Z", T.FLOAT, [1] * 9), h.make_tensor_value_info("W", 99, [1])])
    with t.load(told.SerializeToString()) as m:
        t.say(m.predict(np.ones((1, 2), np.float32)).tolist() == [[-1, -1]], "what is said of values in between counts for nothing")
    far = onnx.TensorProto(name="w", data_type=T.FLOAT, dims=[1], data_location=1)
    far.external_data.add(key="location", value="/etc/passwd")
    refused(t, "data in another file", simple(node("Add", ["X", "w"], ["Y"]), tensors=[far]), not_yet, '"w"', "another file")
    body = h.make_graph([], "body", [], [])
    for _ in range(40):
        body = h.make_graph([node("If", ["c"], ["d"], then_branch=body)], "body", [], [])
    refused(t, "graphs in graphs in graphs", simple(node("If", ["X"], ["Y"], then_branch=body)), mlops.LimitError, "64")
    tree = dict(nodes_treeids=[0] * 3, nodes_featureids=[0] * 3, nodes_values=[0.0] * 3, n_targets=1, target_treeids=[0],
                target_nodeids=[2], target_ids=[0], target_weights=[1.0], domain=ML)
    modes = ["BRANCH_LEQ", "BRANCH_LEQ", "LEAF"]
    loop = dict(nodes_nodeids=[0, 1, 2], nodes_modes=modes, nodes_truenodeids=[1, 0, 0], nodes_falsenodeids=[2, 2, 0])
    refused(t, "a tree in a circle", simple(node("TreeEnsembleRegressor", ["X"], ["Y"], **tree, **loop)), not_yet,
            "two parents")
    lost = loop | {"nodes_truenodeids": [1, 7, 0]}
    refused(t, "a child that is not there", simple(node("TreeEnsembleRegressor", ["X"], ["Y"], **tree, **lost)), not_yet,
            "no node 7")
    many = [node("Nope", ["X"], [f"a{i}"], name=f"first {i}") for i in range(40)]
    many += [node("Gelu", ["X"], ["b"], name="second", domain="com.microsoft"),
             node("Abs", ["a1"], ["c"]), node("Abs", ["X"], ["Y"], name="third", slope=1.0)]
    path = pathlib.Path(t.folder.name) / "many.onnx"
    path.write_bytes(simple(*many).SerializeToString())
    told = json.loads(mlops.Model.inspect(str(path)))
    t.say([m["name"] for m in told["missing"]] == [f"first {i}" for i in range(40)] + ["second", "third"],
          "all nodes that are missing are told")
    t.say({m["operator"] + " " + m["domain"] for m in told["missing"]} ==
          {"Nope ai.onnx", "Gelu com.microsoft", "Abs ai.onnx"}, "with operator and domain")
    t.say(told["missing"][0]["opset"] == told["opsets"][0]["version"] and "slope" in told["missing"][-1]["reason"],
          "operator set and reason")
    path.write_bytes(simple(node("Abs", ["X"], ["Y"])).SerializeToString())
    t.say(json.loads(mlops.Model.inspect(str(path)))["missing"] == [], "nothing of a file that loads")
    new = simple(node("Add", ["X", "w"], ["b"]), node("Nope", ["b"], ["Y"], name="n1"), node("Abs", ["H"], ["Z"]))
    new.graph.input.extend([h.make_tensor_value_info("H", T.FLOAT16, ["n", 2]), h.make_tensor_value_info("w", T.FLOAT, [1, "m"])])
    new.graph.output.append(h.make_tensor_value_info("Z", T.FLOAT16, ["n", 2]))
    del new.opset_import[:]
    new.opset_import.extend([h.make_opsetid("", 30), h.make_opsetid(ML, 9)])
    refused(t, "an operator set that is too new", new, not_yet, "operator set 30 of ai.onnx; sets up to 24")
    path.write_bytes(new.SerializeToString())
    told = [(m["part"], m["name"], m["reason"]) for m in json.loads(mlops.Model.inspect(str(path)))["missing"]]
    t.say([m[:2] for m in told] == [("operator set", "ai.onnx"), ("operator set", ML), ("input", "H"), ("input", "w"), ("node", "n1")],
          "operator sets and inputs are told beside nodes", str(told))
    t.say("30" in told[0][2] and "24" in told[0][2] and "9" in told[1][2] and "float16" in told[2][2] and "first dimension" in told[3][2],
          "what they need, and what there is", str(told))
    new.opset_import[0].version, new.opset_import[1].version = 15, 3
    refused(t, "an input of another type", new, not_yet, 'input "H"', "float16")
    whole = simple(node("Abs", ["X"], ["Y"])).SerializeToString()
    loaded = 0
    for n in range(3, len(whole)):
        try:
            t.load(whole[:n]).close()
            loaded += 1
        except mlops.Error:
            pass
    t.say(loaded <= 2, "cut at every byte", f"{loaded} parts are models")  # between fields at the end


def main():
    t = Tester()
    for part in (linear, vectors, trees, cores, pipelines, others, runtime, maps, small, links, tables, rows, elsewhere,
                 hostile):
        part(t)
    if not ort.available():
        print("# MLOPS_ORT names no library: not compared with ONNX Runtime")
    print(f"1..{t.n}")
    return 1 if t.failures else 0


if __name__ == "__main__":
    sys.exit(main())
