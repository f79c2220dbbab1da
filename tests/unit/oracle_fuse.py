#!/usr/bin/python3
"""Hold joined steps of graphs to the steps that they stand for, bit for bit.

usage: oracle_fuse.py DUMP_FUSE

Each graph is loaded as it is, and once more with what its nodes yield as further outputs, so that nothing can be
joined. Both, rows one by one and together, under every level of kernels, must give the same values; where sums are
involved, those of adding up one product after the other in NumPy. Prints TAP.
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


def main():
    t = Tester(sys.argv[1])
    for group in (dense, not_dense, scans, lookups):
        group(t)
    print(f"1..{t.n}")
    return t.failures != 0


sys.exit(main())
