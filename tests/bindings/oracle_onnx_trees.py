#!/usr/bin/python3
"""Hold small random tree ensembles of ONNX to ONNX Runtime, which MLOPS_ORT names.

What of trees the specification leaves open is what ONNX Runtime makes of it: labels and scores of two classes, base
values, links, the three functions, sets of members. What it makes no sense of is refused, and where it goes against
the specification that counts; docs/operators.md tells of both. MLOPS_DEEP=1 draws ten times as many. Prints TAP.
"""
import collections
import os
import sys

import oracle_onnx_models as write
import ort
from oracle_onnx_models import ML, T, h, mlops, nh, np

TYPES = {T.FLOAT: np.float32, T.DOUBLE: np.float64, T.INT64: np.int64, T.INT32: np.int32}
LINKS = ["NONE", "SOFTMAX", "LOGISTIC", "SOFTMAX_ZERO", "PROBIT"]
WIDTH = 3
SIGNS = {"above 0": lambda rng: rng.random(), "both": lambda rng: rng.normal(), "below 0": lambda rng: -rng.random(),
         "0": lambda rng: 0.0}


def tests(rng, values, some_modes):
    """Of a node: what differs from a leaf."""
    return {"featureids": int(rng.integers(WIDTH)), "values": float(rng.choice(values)),
            "modes": "BRANCH_" + rng.choice(some_modes), "missing_value_tracks_true": int(rng.random() < 0.5)}


def ensemble(rng, n_trees, stem, targets_of, weight, values):
    """Attributes of versions 1 and 3: targets_of(tree) are those that each of its leaves has."""
    nodes, leaves = collections.defaultdict(list), collections.defaultdict(list)
    some_modes = rng.choice(["LEQ", "LT", "GTE", "GT", "EQ", "NEQ"], int(rng.integers(1, 4)))

    def grow(tree, depth, numbers):
        i, at = next(numbers), len(nodes["nodeids"])
        is_leaf = depth == 0 or rng.random() < 0.2
        made = {"treeids": tree, "nodeids": i, "featureids": 0, "values": 0.0, "modes": "LEAF", "truenodeids": 0,
                "falsenodeids": 0, "missing_value_tracks_true": 0}
        for k, v in (made if is_leaf else made | tests(rng, values, some_modes)).items():
            nodes[k].append(v)
        for target in targets_of(tree) if is_leaf else ():
            value = float(np.float32(weight(rng)))
            for k, v in (("treeids", tree), ("nodeids", i), ("ids", target), ("weights", value)):
                leaves[k].append(v)
        if not is_leaf:
            nodes["truenodeids"][at] = grow(tree, depth - 1, numbers)
            nodes["falsenodeids"][at] = grow(tree, depth - 1, numbers)
        return i

    for tree in range(n_trees):
        grow(tree, int(rng.integers(1, 4)), iter(range(99)))
    return {f"nodes_{k}": v for k, v in nodes.items()} | {f"{stem}_{k}": v for k, v in leaves.items()}


def doubles(attributes):
    for k in ("nodes_values", "class_weights", "target_weights", "base_values"):
        if k in attributes:
            attributes[k + "_as_tensor"] = nh.from_array(np.array(attributes.pop(k), np.float64), k)
    return attributes


def model(op, kind, attributes, outs, ml=3):
    g = write.Graph()
    g.ml(op, "X", outs=[name for name, *_ in outs], **attributes)
    return g.model([("X", kind, WIDTH)], outs, ml=ml)


def drawn_rows(rng, kind):
    x = (rng.integers(-4, 5, (24, WIDTH)) / 2).astype(TYPES[kind])
    if x.dtype.kind == "f":
        x[rng.random(x.shape) < 0.1] = np.nan
    return x


def same(ours, theirs, link="NONE"):
    near = 2e-3 if link == "PROBIT" else 2e-5  # a root of a difference, of floats
    return ours.size == theirs.size and np.allclose(ours.ravel(), theirs.ravel(), near, near / 10, equal_nan=True)


def predicted(m, x, output):
    return np.asarray(m.predict(x if x.dtype.kind == "f" else x.astype(float), output=output), float)


def classifier(rng, ids, text, kind=None):
    n = 3 if 2 in ids else 2
    kind = kind or int(rng.choice([T.FLOAT, T.FLOAT, T.DOUBLE, T.INT64, T.INT32]))
    a = ensemble(rng, int(rng.integers(1, 5)), "class", lambda tree: ids, SIGNS[rng.choice(list(SIGNS))],
                 (rng.integers(-2, 3, 8) / 2).astype(np.float32))
    n_base = int(rng.choice([0, n] if n > 2 else [0, 1, 2]))
    a |= {"base_values": np.float32(rng.normal(size=n_base)).tolist()} if n_base else {}
    if kind == T.DOUBLE and rng.random() < 0.5:
        a = doubles(a)
    a["post_transform"] = link = str(rng.choice(LINKS))
    a |= write.labels(["n", "y", "z"][:n] if text else list(range(n)))
    outs = [("label", T.STRING if text else T.INT64, 1), ("scores", T.FLOAT, 2)]
    return model("TreeEnsembleClassifier", kind, a, outs), drawn_rows(rng, kind), n_base, link


def classes(t, rounds):
    """Labels and scores of two and three classes, of which leaves have one or all."""
    for ids in ((0,), (1,), (0, 1), (1, 0), (0, 1, 0), (0, 1, 2), (2, 1, 0)):
        wrong, refused = [], 0
        for seed in range(rounds):
            rng, text = np.random.default_rng(seed), seed % 3 == 0
            file, x, n_base, link = classifier(rng, ids, text)
            senseless = len(ids) == 1 and (n_base == 2 or (ids == (0,) and link == "PROBIT"))
            try:
                m = t.load(file)
            except mlops.UnsupportedError as error:
                refused += senseless
                wrong += [] if senseless else [f"{seed}: {error}"]
                continue
            with m:
                theirs = ort.run(file, {"X": x})
                index = m.predict(x, output="class").astype(int).ravel()
                names = [m.class_name(int(i)) for i in index]
                if names != [str(v) for v in theirs["label"]]:
                    wrong.append(f"{seed}: labels with {n_base} base values and {link}")
                if not same(predicted(m, x, 17), theirs["scores"], link):
                    wrong.append(f"{seed}: scores with {n_base} base values and {link}")
        t.say(not wrong, f"classes {ids} of ONNX Runtime, {rounds - refused} models", "; ".join(wrong[:9]))
        if len(ids) == 1:
            t.say(refused > 0, f"classes {ids} without sense are refused")


def regressors(t, rounds):
    """One target and several, in each tree one of them or all."""
    for function in ("SUM", "AVERAGE", "MIN", "MAX"):
        wrong = []
        for seed in range(rounds):
            rng = np.random.default_rng(seed)
            n, kind = int(rng.choice([1, 2, 3])), int(rng.choice([T.FLOAT, T.DOUBLE]))
            apart, wide = rng.random() < 0.5, kind == T.DOUBLE and rng.random() < 0.6
            values = rng.integers(-2, 3, 8) / 2 + (rng.normal(size=8) * 1e-9 if wide else 0)
            a = ensemble(rng, n + int(rng.integers(3)), "target", lambda tree: [tree % n] if apart else range(n),
                         SIGNS[rng.choice(list(SIGNS))], values if wide else np.float32(values))
            a |= {"base_values": np.float32(rng.normal(size=n)).tolist()} if rng.random() < 0.5 else {}
            a = doubles(a) if wide else a
            link = str(rng.choice(LINKS, p=[0.6, 0.1, 0.1, 0.1, 0.1]))
            a |= {"post_transform": link, "aggregate_function": function, "n_targets": n}
            file, x = model("TreeEnsembleRegressor", kind, a, [("Y", T.FLOAT, 2)]), drawn_rows(rng, kind)
            with t.load(file) as m:
                if not same(predicted(m, x, 16), ort.run(file, {"X": x})["Y"], link):
                    wrong.append(f"{seed}: {n} targets, {link}")
        t.say(not wrong, f"{function} of ONNX Runtime, {rounds} models", "; ".join(wrong[:9]))


SETS = {"small": lambda rng, n: rng.integers(1, 9, n), "below 0": lambda rng, n: rng.integers(-5, 6, n),
        "large": lambda rng, n: rng.choice([31, 32, 33, 63, 64, 65, 1e6, 2.0 ** 24, -1e5], n),
        "0": lambda rng, n: rng.choice([0.0, -0.0, 1], n),
        "mixed": lambda rng, n: rng.choice([1, 2, 3, 31, 32, 64, -1, 0, 7, 100], n)}


def members(rng, kind, draw, function=1, link=0, n=1):
    """Version 5, half of whose tests are of sets."""
    dtype, a = TYPES[kind], collections.defaultdict(list)
    splits, modes, sets, weights, targets, roots = [], [], {}, [], [], []

    def grow(depth):
        i = len(splits)
        modes.append(6 if rng.random() < 0.6 else int(rng.integers(6)))
        splits.append(float(rng.integers(-3, 4)))
        if modes[i] == 6:
            sets[i] = np.array(draw(rng, int(rng.integers(1, 6))), dtype)
        a["featureids"].append(int(rng.integers(WIDTH)))
        a["missing_value_tracks_true"].append(int(rng.random() < 0.4))
        for side in ("true", "false"):
            a[side + "leafs"].append(0)
            a[side + "nodeids"].append(0)
        for side in ("true", "false"):
            if depth and rng.random() < 0.7:
                a[side + "nodeids"][i] = grow(depth - 1)
            else:
                a[side + "leafs"][i], a[side + "nodeids"][i] = 1, len(weights)
                weights.append(float(np.float32(rng.normal())))
                targets.append(len(roots) % n)
        return i

    for _ in range(int(rng.integers(n, 4))):
        roots.append(grow(int(rng.integers(3))))
    all_sets = np.concatenate([np.append(sets[i], dtype(np.nan)) for i in sorted(sets)] or [np.zeros(0, dtype)])
    more = {"membership_values": nh.from_array(all_sets, "m")} if sets else {}
    attributes = {f"nodes_{k}": v for k, v in a.items()} | more | {
        "n_targets": n, "aggregate_function": function, "post_transform": link, "leaf_targetids": targets,
        "leaf_weights": nh.from_array(np.array(weights, dtype), "w"), "tree_roots": roots,
        "nodes_splits": nh.from_array(np.array(splits, dtype), "s"),
        "nodes_modes": nh.from_array(np.array(modes, np.uint8), "n")}
    pool = np.concatenate([all_sets, np.arange(-5, 10), [np.nan, -0.0, np.inf, -np.inf, 32, 33, 64, 65]]).astype(dtype)
    return attributes, rng.choice(np.concatenate([pool, -pool]), (60, WIDTH))


def version_5(t, rounds):
    for name, draw in SETS.items():
        for kind in (T.FLOAT, T.DOUBLE):
            wrong = []
            for seed in range(rounds):
                rng = np.random.default_rng(seed)
                function, link, n = (int(rng.choice(some)) for some in (range(4), [0, 0, 3], [1, 2]))
                a, x = members(rng, kind, draw, function, link, n)
                file = model("TreeEnsemble", kind, a, [("Y", kind, 2)], 5)
                with t.load(file) as m:
                    if not same(predicted(m, x, 16), ort.run(file, {"X": x})["Y"]):
                        wrong.append(str(seed))
            t.say(not wrong, f"sets, {name}, of {TYPES[kind].__name__}: ONNX Runtime", "; ".join(wrong[:9]))


def specified(t):
    """Where ONNX Runtime goes against the specification."""
    rng, outs = np.random.default_rng(5), [("Y", T.FLOAT, 2)]
    for ours, theirs in ((1, 2), (2, 1)):  # it numbers the links of version 5 in another order
        a, x = members(np.random.default_rng(1), T.FLOAT, SETS["small"], 1, ours, 2)
        with t.load(model("TreeEnsemble", T.FLOAT, a, outs, 5)) as m:
            other = model("TreeEnsemble", T.FLOAT, a | {"post_transform": theirs}, outs, 5)
            t.say(same(predicted(m, x, 16), ort.run(other, {"X": x})["Y"]), f"{LINKS[ours]} of version 5")
    a = stump([0, 1, 2], [0, 0, 0]) | {"n_targets": 2, "base_values": [0.5, 0.25]}
    with t.load(model("TreeEnsembleRegressor", T.FLOAT, a, outs)) as m:
        got = predicted(m, np.zeros((1, WIDTH), np.float32), 16)
        t.say(got.tolist() == [[5.5, 0.25]], "a target without leaves has its base value", str(got))
    a, x = members(rng, T.FLOAT, lambda *_: [-3, -1, 2])
    a |= {"nodes_modes": nh.from_array(np.array([6], np.uint8), "n"), "tree_roots": [0], "leaf_targetids": [0, 0]}
    a |= {"nodes_featureids": [0], "nodes_truenodeids": [0], "nodes_falsenodeids": [1], "nodes_trueleafs": [1]}
    a |= {"nodes_falseleafs": [1], "nodes_missing_value_tracks_true": [0]}
    a |= {"nodes_splits": nh.from_array(np.zeros(1, np.float32), "s"),
          "leaf_weights": nh.from_array(np.float32([1, 2]), "w"),
          "membership_values": nh.from_array(np.float32([-3, -1, 2, np.nan]), "m")}
    with t.load(model("TreeEnsemble", T.FLOAT, a, outs, 5)) as m:
        x = np.repeat(np.float32([[2], [2.5], [-1], [1.5], [-3]]), WIDTH, 1)
        t.say(predicted(m, x, 16).ravel().tolist() == [1, 2, 1, 2, 1], "a fraction is in no set of whole numbers")
    a = stump([0, 0, 1, 1], [0, 1, 0, 1], "class", [0.75, 0.25, 0.25, 0.75]) | write.labels([3, 10])
    outs = [("label", T.INT64, 1), ("scores", T.FLOAT, 2)]
    with t.load(model("TreeEnsembleClassifier", T.FLOAT, a, outs)) as m:
        got = predicted(m, np.repeat(np.float32([[-1], [1]]), WIDTH, 1), 16)
        t.say(got.ravel().tolist() == [10, 10], "labels of two classes are the file's", str(got))
    a = stump([0, 1], [0, 0], "class", [0.75, -0.25]) | write.labels([3]) | {"post_transform": "LOGISTIC"}
    with t.load(model("TreeEnsembleClassifier", T.FLOAT, a, outs)) as m:
        x = np.repeat(np.float32([[-1], [1]]), WIDTH, 1)
        t.say(predicted(m, x, 16).ravel().tolist() == [3, 3], "the label of one class is that")
        file = model("TreeEnsembleClassifier", T.FLOAT, a, outs)
        t.say(same(predicted(m, x, 17), ort.run(file, {"X": x})["scores"]), "whose score has no link: ONNX Runtime")


def stump(leaves, ids, stem="target", weights=(1.0, 2.0, 4.0)):
    """x <= 0 and two leaves, 0 and 1; a leaf of number 2 is the first of a second tree of it alone."""
    n = 4 if 2 in leaves else 3
    return {"nodes_treeids": [0, 0, 0, 1][:n], "nodes_nodeids": [0, 1, 2, 0][:n], "nodes_featureids": [0] * n,
            "nodes_values": [0.0] * n, "nodes_modes": ["BRANCH_LEQ", "LEAF", "LEAF", "LEAF"][:n],
            "nodes_truenodeids": [1, 0, 0, 0][:n], "nodes_falsenodeids": [2, 0, 0, 0][:n],
            f"{stem}_treeids": [int(i == 2) for i in leaves], f"{stem}_nodeids": [(1, 2, 0)[i] for i in leaves],
            f"{stem}_ids": list(ids), f"{stem}_weights": list(weights[:len(leaves)])}


def without_sense(t):
    """Of what ONNX Runtime leaves scores unset, takes labels of the wrong class, or forgets weights."""
    both, three = write.labels([0, 1]), write.labels([0, 1, 2])
    some = "has weights in some leaves alone"

    def classes(name, leaves, ids, *words, **more):
        a = stump(leaves, ids, "class") | both | more
        outs = [("label", T.INT64, 1), ("scores", T.FLOAT, 2)]
        write.refused(t, name, model("TreeEnsembleClassifier", T.FLOAT, a, outs), mlops.UnsupportedError, *words)

    def targets(name, leaves, ids, *words, **more):
        file = model("TreeEnsembleRegressor", T.FLOAT, stump(leaves, ids) | more, [("Y", T.FLOAT, 2)])
        write.refused(t, name, file, mlops.UnsupportedError, *words)

    classes("leaves of one class each", [0, 1], [0, 1], "target 1 " + some)
    classes("a leaf without the one class", [0], [1], "target 1 " + some)
    classes("a leaf without class 0, and a base value", [0], [0], "target 0 " + some, base_values=[0.5])
    classes("one class and two base values", [0, 1], [0, 0], "two base values", base_values=[0.5, 0.25])
    classes("one class and PROBIT", [0, 1], [0, 0], "PROBIT", post_transform="PROBIT")
    classes("a class without weights beside scores below 0", [0, 1], [0, 0], "target 1 " + some, **three,
            class_weights=[-1.0, -2.0])
    classes("one class, a leaf with two weights", [0, 0, 1], [0, 0, 0], "two weights", **write.labels([7]))
    classes("three base values of two classes", [0, 1], [0, 0], "3 base values", base_values=[0.5, 0.25, 1])
    targets("a leaf with two weights", [0, 0, 1], [0, 0, 0], "two weights")
    targets("one base value of two targets", [0, 1], [0, 1], "1 base values for 2 targets", n_targets=2,
            base_values=[1.0])
    targets("the least of targets that some leaves have", [0, 1], [0, 1], "target 0 " + some, n_targets=2,
            aggregate_function="MIN")
    targets("the greatest, where another tree has but one", [2, 2, 0], [0, 1, 0], "some targets each", n_targets=2,
            aggregate_function="MAX")


def main():
    t, rounds = write.Tester(), 400 if os.environ.get("MLOPS_DEEP") == "1" else 40
    if not ort.available():
        print("1..0 # SKIP MLOPS_ORT names no library")
        return 0
    classes(t, rounds)
    regressors(t, rounds)
    version_5(t, rounds // 2)
    specified(t)
    without_sense(t)
    print(f"1..{t.n}")
    return 1 if t.failures else 0


if __name__ == "__main__":
    sys.exit(main())
