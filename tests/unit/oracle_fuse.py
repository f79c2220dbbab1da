#!/usr/bin/python3
"""Hold joined steps of graphs to the steps that they stand for, bit for bit.

usage: oracle_fuse.py DUMP_FUSE

Each graph is loaded as it is, and once more with what its nodes yield as further outputs, so that nothing can be
joined. Both, rows one by one and together, under every level of kernels, must give the same values; where sums are
involved, those of adding up one product after the other in NumPy. Trees behind steps that are folded into their tests
must give what walking them gives of what NumPy makes of the rows, which are drawn, and put at and beside the numbers
where a test turns. Prints TAP.
"""
import pathlib
import subprocess
import sys
import tempfile

try:
    import numpy as np
    from onnx import TensorProto as T, helper as h, numpy_helper as nh
except ImportError as missing:
    print(f"1..0 # SKIP {missing}")
    sys.exit(0)

MATMUL, GEMM, CDIST, DENSE, BINARY, UNARY, SCAN, LINEAR, LOOKUP = 64, 65, 66, 67, 2, 1, 128, 83, 95
CAST, CLIP, CONCAT, FOREST, SCALE, IMPUTE, FEATURES = 4, 5, 25, 80, 87, 89, 94
ML = "ai.onnx.ml"
TYPES = {"f4": T.FLOAT, "f8": T.DOUBLE}
rng = np.random.default_rng(5)


class Graph:
    """Nodes one behind the other. node() returns the name of its output; the last one's is the graph's."""

    def __init__(self, dtype="f4"):
        self.nodes, self.tensors, self.dtype = [], [], dtype

    def node(self, op, *inputs, more=(), **attributes):
        """more: outputs before the one that counts."""
        name = f"t{len(self.nodes)}"
        self.nodes.append(h.make_node(op, list(inputs), [*more, name], **attributes))
        return name

    def const(self, values, dtype=None):
        self.tensors.append(nh.from_array(np.asarray(values, dtype or self.dtype), f"c{len(self.tensors)}"))
        return self.tensors[-1].name

    def model(self, width, whole):
        kind = TYPES[self.dtype]
        names = [name for n in self.nodes for name in n.output]
        outs = [h.make_tensor_value_info(n, kind, None) for n in (names[::-1] if whole else names[-1:])]
        graph = h.make_graph(self.nodes, "g", [h.make_tensor_value_info("x", kind, [None, width])], outs, self.tensors)
        sets = [h.make_opsetid("", 15), h.make_opsetid("ai.onnx.ml", 3)]
        return h.make_model(graph, opset_imports=sets, ir_version=8).SerializeToString()


class Tester:
    def __init__(self, program):
        self.program, self.n, self.failures = program, 0, 0
        self.folder = tempfile.TemporaryDirectory()

    def say(self, good, name, why=""):
        self.n += 1
        self.failures += not good
        print(f"{'ok' if good else 'not ok'} {self.n} - {name}{'' if good else ': ' + why}")

    def run(self, model, rows):
        path = pathlib.Path(self.folder.name)
        (path / "m.onnx").write_bytes(model)
        rows.astype("f8").tofile(path / "rows")
        lines = subprocess.run([self.program, path / "m.onnx", path / "rows"], stdout=subprocess.PIPE, text=True,
                               check=True).stdout.splitlines()
        values = [np.array([float.fromhex(v) for v in line.split()]) for line in lines[1:]]
        return [int(v) for v in lines[0].split()], values

    def hold(self, name, graph, rows, steps, want=None):
        """steps: operators that are left."""
        joined, values = self.run(graph.model(rows.shape[1], False), rows)
        apart, others = self.run(graph.model(rows.shape[1], True), rows)
        self.say(joined == steps, f"{name}: steps", f"{joined}, not {steps}")
        self.say(len(apart) >= len(graph.nodes), f"{name}: apart", f"{apart} of {len(graph.nodes)} nodes")
        first = values[0] if want is None else np.asarray(want, float).ravel()
        for got in values + others:
            if not np.array_equal(got.view("i8"), first.view("i8")):
                return self.say(False, f"{name}: bits", f"differ by {np.max(np.abs(got - first))}")
        return self.say(True, f"{name}: bits")


def product(x, w, dtype):
    """x @ w in one sum after the other."""
    x, w = x.astype(dtype), w.astype(dtype)
    out = np.zeros((len(x), w.shape[1]), dtype)
    for k in range(len(w)):
        out = out + x[:, k:k + 1] * w[k]
    return out


def draw(*dims):
    return rng.standard_normal(dims).astype("f4")


def dense(t):
    for dtype in ("f4", "f8"):
        x, w, b = draw(70, 19), draw(19, 37), draw(37)
        y = product(x, w, dtype) + b.astype(dtype)
        relu = np.where(y < 0, np.zeros_like(y), y)
        for side in (0, 1):
            for bias in (b, b[None]):
                g = Graph(dtype)
                pair = [g.node("MatMul", "x", g.const(w)), g.const(bias)]
                g.node("Add", *pair[::1 - 2 * side])
                t.hold(f"MatMul, Add {bias.ndim}{side} of {dtype}", g, x, [DENSE], y)
        g = Graph(dtype)
        g.node("Relu", g.node("Add", g.node("MatMul", "x", g.const(w)), g.const(b)))
        t.hold(f"MatMul, Add, Relu of {dtype}", g, x, [DENSE], relu)
        for turned in (0, 1):
            g = Graph(dtype)
            g.node("Relu", g.node("Gemm", "x", g.const(w.T if turned else w), g.const(b), transB=turned))
            t.hold(f"Gemm {turned}, Relu of {dtype}", g, x, [DENSE], relu)
        g = Graph(dtype)
        g.node("Relu", g.node("Gemm", "x", g.const(w)))
        t.hold(f"Gemm without bias of {dtype}", g, x, [DENSE],
               np.where(y - y + product(x, w, dtype) < 0, 0, product(x, w, dtype)))


def not_dense(t):
    """What may not be joined, or would not give the same."""
    x, w, b = draw(6, 5), draw(5, 4), draw(4)
    g = Graph()
    g.node("Gemm", "x", g.const(w), g.const(b), alpha=0.5)
    t.hold("Gemm of half", g, x, [GEMM], np.float32(0.5) * product(x, w, "f4") + b)
    g = Graph()
    g.node("Add", g.node("MatMul", "x", g.const(w)), g.const(0.5))
    t.hold("MatMul, Add of one number", g, x, [MATMUL, BINARY], product(x, w, "f4") + np.float32(0.5))
    g = Graph()
    product_ = g.node("MatMul", "x", g.const(w))
    g.node("Add", g.node("Add", product_, g.const(b)), product_)
    twice = product(x, w, "f4")
    t.hold("a product that is used twice", g, x, [MATMUL, BINARY, BINARY], twice + b + twice)
    g = Graph()
    g.node("Relu", g.node("Relu", g.node("Gemm", "x", g.const(w), g.const(b))))
    t.hold("Relu of Relu", g, x, [DENSE, UNARY])


def distances(g, points, order=("next_in", "next"), axes=(1,), keepdims=0, reduction="ReduceSumSquare"):
    """A Scan over the rows, as skl2onnx writes cdist."""
    v, (n, f), kind = h.make_tensor_value_info, points.shape, TYPES[g.dtype]
    body = h.make_graph([
        h.make_node("Identity", ["next_in"], ["next_out"]), h.make_node("Sub", list(order), ["less"]),
        h.make_node(reduction, ["less"], ["reduced"], axes=list(axes), keepdims=keepdims),
        h.make_node("Identity", ["reduced"], ["scan_out"])], "body",
        [v("next_in", kind, [None, f]), v("next", kind, [f])], [v("next_out", kind, [None, f]), v("scan_out", kind, None)])
    return g.node("Scan", g.const(points), "x", more=["points"], body=body, num_scan_inputs=1)


def scans(t):
    for dtype in ("f4", "f8"):
        points, x = 3 * draw(101, 7), draw(60, 7)  # a graph that is not of rows runs up to 64
        x[3, 2], x[4, 1] = np.nan, np.inf
        for order in (("next_in", "next"), ("next", "next_in")):
            for axis in (1, -1):
                g, sums = Graph(dtype), np.zeros((60, 101))
                distances(g, points, order, [axis])
                for k in range(7):
                    sums += (x[:, k:k + 1].astype(dtype) - points[:, k].astype(dtype)).astype("f8") ** 2
                t.hold(f"distances {axis} of {order} of {dtype}", g, x, [CDIST], sums.astype(dtype))
    points, x = draw(4, 4), draw(5, 4)
    for what in ({"axes": [0]}, {"keepdims": 1}, {"order": ("next_in", "next_in")}, {"reduction": "ReduceL2"}):
        g = Graph()
        distances(g, points, **what)
        joined, values = t.run(g.model(4, False), x)
        t.say(joined[0] == SCAN and len(joined) > 3, f"no distances: {what}", f"{joined}")


def columns(zeros, w, b, shape_late):
    """Two numbers and two codes a row, encoded, and a linear model of all."""
    g, kinds = Graph(), ([0, 1, 2, 3, 4], [3, 9, 11])
    parts = [g.node("ArrayFeatureExtractor", "x", g.const([0, 1], "i8"), domain=ML)]
    parts = [g.node("Reshape", parts[0], g.const([-1, 1, 2], "i8"))] if shape_late else parts
    for at, cats in enumerate(kinds, 2):
        code = g.node("Cast", g.node("ArrayFeatureExtractor", "x", g.const([at], "i8"), domain=ML), to=T.INT64)
        hot = g.node("OneHotEncoder", code, cats_int64s=cats, zeros=zeros, domain=ML)
        parts.append(hot if shape_late else g.node("Reshape", hot, g.const([-1, len(cats)], "i8")))
    x = g.node("Concat", *parts, axis=2 if shape_late else 1)
    x = g.node("Reshape", x, g.const([-1, 10], "i8")) if shape_late else x
    bias = {} if b is None else {"intercepts": b.tolist()}
    g.node("LinearRegressor", x, coefficients=w.T.ravel().tolist(), targets=w.shape[1], domain=ML, **bias)
    return g


def lookups(t):
    w, b, cats = draw(10, 3), draw(3), np.array([3, 9, 11])
    w[4, 1], w[0, 0] = 0, -0.0
    x = np.hstack([draw(60, 2), rng.integers(0, 5, (60, 1)), cats[rng.integers(0, 3, (60, 1))]]).astype("f4")
    strange = np.vstack([x, [[1, 2, 77, 9], [0, -1, 3, -5], [0, 0, 4, 4]]]).astype("f4")

    def expect(rows, bias):
        sums = np.zeros((len(rows), 3))
        for k in range(2):
            sums += rows[:, k:k + 1].astype("f8") * w[k].astype("f8")
        for at, of in ((2, np.arange(5)), (3, cats)):
            for i, code in enumerate(rows[:, at]):
                place = np.flatnonzero(of == code)
                sums[i] += w[2 + (at == 3) * 5 + place[0]] if len(place) else 0
        return (sums + (0 if bias is None else bias.astype("f8"))).astype("f4")

    for late in (0, 1):
        for bias in (b, None):
            name = f"codes, {'one shape' if late else 'shapes'}, {'no' if bias is None else 'some'} intercepts"
            for zeros, rows in ((1, x), (1, strange), (0, x)):
                joined, values = t.run(columns(zeros, w, bias, late).model(4, False), rows)
                t.say((LOOKUP in joined) == bool(zeros) and (LINEAR in joined) != bool(zeros), f"{name}: steps", f"{joined}")
                want = expect(rows, bias).astype(float).ravel()
                t.say(all(np.array_equal(v, want) for v in values), f"{name}: bits")
    w[7, 2] = np.inf
    joined, _ = t.run(columns(1, w, b, 0).model(4, False), x)
    t.say(LOOKUP not in joined, "codes with an infinite coefficient", f"{joined}")


class Trees:
    """Trees of random tests of what a function of NumPy makes of rows; source: the column behind each of its own."""

    def __init__(self, f, source, points, modes=("LEQ", "LT", "GTE", "GT"), n=12):
        self.f, self.source, self.n, self.names, self.rows = f, source, n, [], []
        for t in range(n):
            self.grow(t, points, modes, 0, [0])
        self.rows = np.array(self.rows, float)

    def grow(self, tree, points, modes, depth, count):
        """A row of tree, number, feature, value, yes, no, missing is yes, leaf. Returns its number."""
        number, at = count[0], len(self.rows)
        count[0] += 1
        leaf = depth == 5 or (depth > 2 and rng.random() < 0.3)
        feature = int(rng.integers(len(self.source)))
        self.names.append("LEAF" if leaf else "BRANCH_" + str(rng.choice(modes)))
        self.rows.append([tree, number, feature, float(np.float32(rng.choice(points[feature]))), 0, 0,
                          rng.random() < 0.5, draw()])
        if not leaf:
            self.rows[at][4:6] = [self.grow(tree, points, modes, depth + 1, count) for _ in range(2)]
        return number

    def node(self, g, x):
        a, leaf = self.rows.T, np.array(self.names) == "LEAF"
        whole = [c.astype(int).tolist() for c in a[[0, 1, 2, 4, 5, 6]]]
        keys = ("treeids", "nodeids", "featureids", "truenodeids", "falsenodeids", "missing_value_tracks_true")
        lists = {f"nodes_{k}": v for k, v in zip(keys, whole)}
        target = {f"target_{k}": a[i][leaf].astype(int).tolist() for i, k in enumerate(("treeids", "nodeids"))}
        return g.node("TreeEnsembleRegressor", x, domain=ML, n_targets=1, nodes_modes=self.names,
                      nodes_values=a[3].tolist(), target_ids=[0] * int(leaf.sum()), target_weights=a[7][leaf].tolist(),
                      **lists, **target)

    def walk(self, x):
        """Sums of rows, in floats; in double where that is what trees are given."""
        y = self.f(x)
        total = np.zeros(len(x), y.dtype)
        start = np.searchsorted(self.rows[:, 0], np.arange(self.n))
        for first in start:
            at = np.full(len(x), first)
            for _ in range(6):
                r, v = self.rows[at], y[np.arange(len(x)), self.rows[at, 2].astype(int)]
                yes = np.zeros(len(x), bool)
                for mode, holds in (("LEQ", np.less_equal), ("LT", np.less), ("GTE", np.greater_equal),
                                    ("GT", np.greater), ("EQ", np.equal), ("NEQ", np.not_equal)):
                    its = np.array(self.names)[at] == "BRANCH_" + mode
                    yes |= its & np.where(np.isnan(v), (r[:, 6] > 0) | (mode == "NEQ"), holds(v, r[:, 3]))
                leaf = np.array(self.names)[at] == "LEAF"
                at = np.where(leaf, at, first + np.where(yes, r[:, 4], r[:, 5]).astype(int))
            total = total + self.rows[at, 7].astype(y.dtype)
        return total.astype("f4")

    def turns(self, width, dtype):
        """Rows, each with a number at which a test turns, or one beside it, in a column."""
        def number(k):
            size = np.abs(k).astype("i" + dtype[1]).view(dtype)
            return np.where(k < 0, -size, size)

        tests = self.rows[[n != "LEAF" for n in self.names]]
        n, feature = len(tests), tests[:, 2].astype(int)
        place = np.arange(n), np.array(self.source)[feature]
        end = int(np.array(np.inf, dtype).view("i" + dtype[1]))
        out = []
        for above in (np.greater, np.greater_equal):
            def answer(k):
                rows = np.zeros((n, width), dtype)
                rows[place] = number(k)
                return above(self.f(rows)[np.arange(n), feature], tests[:, 3])

            low, high = np.full(n, -end), np.full(n, end)
            first = answer(low)
            while np.any(high // 2 - low // 2 > 1):
                middle = low // 2 + high // 2
                low, high = np.where(answer(middle) == first, middle, low), np.where(answer(middle) == first, high, middle)
            for beside in range(-2, 3):
                rows = draw(n, width).astype(dtype)
                rows[place] = number(np.clip(high + beside, -end, end))
                out.append(rows)
        return np.concatenate(out)


def plain(width, dtype):
    """Rows of all magnitudes, with what is strange among numbers."""
    tiny, large = np.finfo(dtype).smallest_subnormal, np.finfo(dtype).max
    strange = [np.nan, np.inf, -np.inf, 0.0, -0.0, tiny, -tiny, large, -large, np.finfo(dtype).tiny, 1.0, 3.0]
    rows = draw(600, width).astype(dtype)
    rows[200:] *= 10.0 ** rng.integers(-30, 30, (400, width))
    some = rng.random(rows.shape) < 0.3
    rows[some] = rng.choice(strange, int(some.sum()))
    return np.concatenate([rows, np.repeat(np.array(strange, dtype), width).reshape(-1, width)])


def fold(t, name, steps, before, f, source=None, width=5, dtype="f4", modes=("LEQ", "LT", "GTE", "GT"), points=None):
    """before puts what f computes into a graph, steps are left of both."""
    source = list(range(width)) if source is None else source
    with np.errstate(all="ignore"):
        made = f(plain(width, dtype))
        ends = [0.0, -0.0, np.inf, -np.inf, 1.0]
        points = points or [np.concatenate([c[np.isfinite(c)], ends * 9]) for c in made.T.astype("f4")]
        trees = Trees(f, source, points, modes)
        g = Graph(dtype)
        trees.node(g, before(g))
        rows = np.concatenate([plain(width, dtype), trees.turns(width, dtype)])
        want = trees.walk(rows).astype(float)
    joined, values = t.run(g.model(width, False), rows)
    t.say(joined == steps, f"{name}: steps", f"{joined}, not {steps}")
    t.say(all(np.array_equal(v.view("i8"), want.view("i8")) for v in values), f"{name}: bits",
          f"{sum(int(np.sum(v != want)) for v in values)} rows differ")


def folds(t):
    o, s = draw(5), draw(5)
    wild, by = np.array([1e30, -3e38, 1e-38, 0, -7e-45], "f4"), np.array([1e-38, 3e38, -1e-45, 1, -2e30], "f4")
    fill = np.array([0.5, -np.inf, np.nan, 3e38, -0.0], "f4")

    def listed(values):
        return np.ravel(values).astype(float).tolist()

    def scaler(g, x, o, s):
        return g.node("Scaler", x, offset=listed(o), scale=listed(s), domain=ML)

    def imputer(g, x, fill, replaced=float("nan")):
        return g.node("Imputer", x, imputed_value_floats=listed(fill), replaced_value_float=replaced, domain=ML)

    def filled(x, fill):
        return np.where(np.isnan(x), np.asarray(fill, x.dtype), x)

    def pick(g, x, columns):
        return g.node("ArrayFeatureExtractor", x, g.const(columns, "i8"), domain=ML)

    fold(t, "Scaler", [FOREST], lambda g: scaler(g, "x", o, s), lambda x: (x - o) * s)
    fold(t, "Scaler of one number", [FOREST], lambda g: scaler(g, "x", 0.1, -3), lambda x: (x - np.float32(0.1)) * np.float32(-3))
    fold(t, "Scaler of all magnitudes", [FOREST], lambda g: scaler(g, "x", wild, by), lambda x: (x - wild) * by)
    fold(t, "Imputer", [FOREST], lambda g: imputer(g, "x", fill), lambda x: filled(x, fill))
    fold(t, "Imputer, Scaler", [FOREST], lambda g: scaler(g, imputer(g, "x", fill), o, s), lambda x: (filled(x, fill) - o) * s)
    fold(t, "Scaler, Imputer", [FOREST], lambda g: imputer(g, scaler(g, "x", wild, by), fill),
         lambda x: filled((x - wild) * by, fill))
    fold(t, "two Scalers", [FOREST], lambda g: scaler(g, scaler(g, "x", o, s), wild, by), lambda x: ((x - o) * s - wild) * by)
    fold(t, "Mul, Add, Clip", [FOREST],
         lambda g: g.node("Clip", g.node("Add", g.const(o[None]), g.node("Mul", "x", g.const(s))), g.const(0), g.const(1)),
         lambda x: np.clip(x * s + o, np.float32(0), np.float32(1)))
    fold(t, "Sub from, Div", [FOREST], lambda g: g.node("Div", g.node("Sub", g.const(o), "x"), g.const(by)),
         lambda x: (o - x) / by)
    fold(t, "Sub, Div of doubles", [FOREST, CAST],
         lambda g: g.node("Div", g.node("Sub", "x", g.const(o)), g.const(s)),
         lambda x: (x - o.astype("f8")) / s.astype("f8"), dtype="f8")
    fold(t, "a Scaler of doubles", [FOREST], lambda g: scaler(g, g.node("Cast", "x", to=T.FLOAT), o, s),
         lambda x: (x.astype("f4") - o) * s, dtype="f8")
    fold(t, "columns apart", [FOREST],
         lambda g: g.node("Concat", scaler(g, pick(g, "x", [4, 1]), o[:2], s[:2]), imputer(g, pick(g, "x", [3]), 7),
                          g.node("Gather", "x", g.const([1], "i8"), axis=1), axis=1),
         lambda x: np.hstack([(x[:, [4, 1]] - o[:2]) * s[:2], filled(x[:, [3]], 7), x[:, [1]]]), source=[4, 1, 3, 1])
    fold(t, "FeatureVectorizer", [FOREST],
         lambda g: g.node("FeatureVectorizer", scaler(g, "x", o, s), imputer(g, "x", fill), domain=ML, inputdimensions=[5, 5]),
         lambda x: np.hstack([(x - o) * s, filled(x, fill)]), source=[0, 1, 2, 3, 4] * 2)
    equal = {"modes": ("EQ", "NEQ", "LT"), "points": [[1.0, 3.0, 0.0, 0.5]] * 5}
    fold(t, "equal tests behind an Imputer", [FOREST], lambda g: imputer(g, "x", [3, 1, 1, 0, 7]),
         lambda x: filled(x, [3, 1, 1, 0, 7]), **equal)
    fold(t, "equal tests behind a Scaler", [SCALE, FOREST], lambda g: scaler(g, "x", o, s), lambda x: (x - o) * s, **equal)


def not_folds(t):
    """What would not give the same, or not of all rows."""
    o, s = draw(5), draw(5)
    for name, strange in (("0", 0), ("inf", np.inf), ("NaN", np.nan)):
        for of in range(2):
            lists = [o.copy(), s.copy()]
            lists[of][2] = strange
            folded = name == "0" and of == 0
            fold(t, f"Scaler, {('offset', 'scale')[of]} {name}", [FOREST] if folded else [SCALE, FOREST],
                 lambda g: g.node("Scaler", "x", offset=lists[0].tolist(), scale=lists[1].tolist(), domain=ML),
                 lambda x: (x - lists[0]) * lists[1], points=[draw(9)] * 5)
    fold(t, "Imputer of 1", [IMPUTE, FOREST],
         lambda g: g.node("Imputer", "x", imputed_value_floats=[3.0], replaced_value_float=1.0, domain=ML),
         lambda x: np.where(x == 1, np.float32(3), x))
    fold(t, "a Scaler ahead of a step", [SCALE, UNARY, FOREST],
         lambda g: g.node("Relu", g.node("Scaler", "x", offset=o.tolist(), scale=s.tolist(), domain=ML)),
         lambda x: np.where((x - o) * s < 0, np.float32(0), (x - o) * s))
    fold(t, "a product that is rounded to floats", [BINARY, FOREST],
         lambda g: g.node("Cast", g.node("Mul", "x", g.const(s)), to=T.FLOAT),
         lambda x: (x * s.astype("f8")).astype("f4"), dtype="f8")
    g, x = Graph(), plain(5, "f4")
    scaled = g.node("Scaler", "x", offset=o.tolist(), scale=s.tolist(), domain=ML)
    trees = Trees(lambda x: (x - o) * s, list(range(5)), [draw(9)] * 5)
    g.node("Concat", scaled, trees.node(g, scaled), axis=1)
    joined, values = t.run(g.model(5, False), x)
    with np.errstate(all="ignore"):
        want = np.hstack([(x - o) * s, trees.walk(x)[:, None]]).ravel().astype(float)
    t.say(joined == [SCALE, FOREST, CONCAT], "a Scaler that others take too: steps", f"{joined}")
    t.say(all(np.array_equal(v, want, equal_nan=True) for v in values), "a Scaler that others take too: values")


def main():
    t = Tester(sys.argv[1])
    for group in (dense, not_dense, scans, lookups, folds, not_folds):
        group(t)
    print(f"1..{t.n}")
    return t.failures != 0


sys.exit(main())
