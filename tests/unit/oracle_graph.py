#!/usr/bin/python3
"""Hold the operators of graphs to NumPy and SciPy, over random shapes, broadcasting, NaN and nothing at all.

usage: oracle_graph.py DUMP_GRAPH

Each case is a graph of one step, or of a few, which the program builds, runs and answers. Integers, texts and moved
elements agree exactly, float64 to 1e-13, float32 to 1e-6 of the largest. Prints TAP.
"""
import struct
import subprocess
import sys
import warnings

try:
    import numpy as np
    from scipy import special
except ImportError as missing:
    print(f"1..0 # SKIP {missing}")
    sys.exit(0)

OPS = dict(unary=1, binary=2, where=3, cast=4, clip=5, identity=16, reshape=17, flatten=18, squeeze=19, unsqueeze=20,
           transpose=21, slice=22, gather=23, gather_elements=24, concat=25, split=26, expand=27, tile=28, shape=29,
           size=30, fill=31, range=32, reduce=48, arg=49, topk=50, cumsum=51, softmax=52, lpnorm=53, matmul=64, gemm=65,
           cdist=66, dense=67, forest=80, classify=81, post=82, linear=83, kernel=84, vote=85, platt=86, scale=87, normalize=88,
           impute=89, onehot=90, encode=91, pick=92, binarize=93, features=94, lookup=95, tfidf=112, text_normalize=113,
           tokenize=114, scan=128)
UNARY = "abs neg sign not relu floor ceil round sqrt reciprocal exp log sigmoid tanh erf softplus softsign leaky_relu " \
        "elu selu hard_sigmoid isnan isinf".split()
BINARY = "add sub mul div pow mod rem max min less less_equal greater greater_equal equal and or xor".split()
REDUCE = "sum mean max min prod sum_square l1 l2 log_sum log_sum_exp".split()
DTYPES = {"f4": 1, "f8": 2, "i8": 3, "i4": 4, "b1": 5, "O": 6, "u1": 7}
NAMES = {number: name for name, number in DTYPES.items()}
NONE = 0xffffffff
INVALID = -2
rng = np.random.default_rng(7)
warnings.simplefilter("ignore")


def kind_of(array):
    return "O" if array.dtype.kind in "OU" else array.dtype.kind + str(array.dtype.itemsize)


def spell(array):
    if kind_of(array) != "O":
        return np.ascontiguousarray(array).tobytes()
    texts = [t if isinstance(t, bytes) else t.encode() for t in array.ravel()]
    return b"".join(struct.pack("<I", len(t)) + t for t in texts)


class Temp:
    """What a step yields: dtype and the most that its dims can be."""

    def __init__(self, kind, *dims):
        self.kind, self.dims = kind, dims


class Graph:
    """A request as it is put together. Arrays are constants; input() makes one an input instead."""

    def __init__(self, rows=0, text_size=1 << 14):
        self.head, self.values, self.steps, self.n = (rows, text_size), [], [], 0

    def add(self, kind, dtype, dims, data=b""):
        self.values.append(struct.pack("<4B", kind, DTYPES[dtype], len(dims), 0) +
                           b"".join(struct.pack("<2I", *d) for d in dims) + data)
        self.n += 1
        return self.n - 1

    def input(self, array, rows_axis=None):
        dims = [(0, 1) if i == rows_axis else (d, 0) for i, d in enumerate(array.shape)]
        return self.add(0, kind_of(array), dims, spell(array))

    def constant(self, array):
        array = np.asarray(array)
        return self.add(1, kind_of(array), [(d, 0) for d in array.shape], spell(array))

    def temp(self, t):
        return self.add(2, t.kind, [d if isinstance(d, tuple) else (d, 0) for d in t.dims])

    def value(self, x):
        if x is None:
            return NONE
        if isinstance(x, Temp):
            return self.temp(x)
        return int(x) if isinstance(x, (int, np.integer)) else self.constant(x)

    def step(self, op, inputs, outputs, ints=(), floats=()):
        inputs, outputs = [self.value(x) for x in inputs], [self.value(x) for x in outputs]
        self.steps.append(struct.pack("<5I", OPS[op], len(inputs), len(outputs), len(ints), len(floats)) +
                          struct.pack(f"<{len(inputs) + len(outputs)}I", *inputs, *outputs) +
                          struct.pack(f"<{len(ints)}q", *ints) + struct.pack(f"<{len(floats)}d", *floats))
        return outputs[0] if len(outputs) == 1 else outputs

    def request(self, outputs):
        return struct.pack("<3I", *self.head, self.n) + b"".join(self.values) + \
            struct.pack("<I", len(self.steps)) + b"".join(self.steps) + \
            struct.pack(f"<{len(outputs) + 1}I", len(outputs), *outputs)


class Dump:
    """The library behind a pipe."""

    def __init__(self, path):
        self.process = subprocess.Popen(path.split(), stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def read(self, form):
        size = struct.calcsize(form)
        return struct.unpack(form, self.process.stdout.read(size))

    def array(self):
        dtype, rank = self.read("<2I")
        dims, kind = self.read(f"<{rank}q"), NAMES[dtype]
        n = int(np.prod(dims, dtype=np.int64))
        if kind != "O":
            kind = "?" if kind == "b1" else "<" + kind
            return np.frombuffer(self.process.stdout.read(n * np.dtype(kind).itemsize), kind).reshape(dims)
        texts = np.empty(n, object)
        for i in range(n):
            texts[i] = self.process.stdout.read(self.read("<I")[0]).decode()
        return texts.reshape(dims)

    def run(self, graph, outputs):
        """Arrays, or the status and message of a failure."""
        self.process.stdin.write(graph.request(outputs))
        self.process.stdin.flush()
        status, length = self.read("<iI")
        message = self.process.stdout.read(length).decode()
        return (status, message) if status else [self.array() for _ in outputs]


def one(op, inputs, want, ints=(), floats=(), extra=(), tolerance=None):
    """A graph of one step against the arrays that it should yield. The first input is one of the graph."""
    want = [np.asarray(w) for w in (want if isinstance(want, (list, tuple)) else [want])]
    graph = Graph()
    operands = [graph.input(x) if i == 0 and x is not None else x for i, x in enumerate(inputs)]
    temps = [graph.temp(Temp(kind_of(w), *w.shape)) for w in want] + [graph.temp(t) for t in extra]
    graph.step(op, operands, temps, ints, floats)
    got = dump.run(graph, temps[:len(want)])
    if isinstance(got, tuple):
        raise AssertionError(f"{op} {ints} {floats}: {got}")
    for g, w in zip(got, want):
        agree(g, w, f"{op} {ints} {floats} {[getattr(x, 'shape', None) for x in inputs]}", tolerance)


def agree(got, want, what, tolerance=None):
    assert got.shape == want.shape, f"{what}: shape {got.shape}, not {want.shape}"
    assert kind_of(got) == kind_of(want), f"{what}: {got.dtype}, not {want.dtype}"
    if want.dtype.kind != "f":
        wrong = got != (want.astype(object) if want.dtype.kind == "U" else want)
        assert not np.any(wrong), f"{what}: {got.ravel()[:8]}, not {want.ravel()[:8]}"
        return
    tolerance = tolerance or (1e-13 if want.dtype.itemsize == 8 else 1e-6)
    finite = np.isfinite(want)
    assert np.array_equal(got[~finite], want[~finite], equal_nan=True), f"{what}: {got.ravel()}, not {want.ravel()}"
    error = np.abs(got[finite].astype(float) - want[finite].astype(float))
    scale = np.maximum(np.abs(want[finite].astype(float)), 1e-30)
    assert np.all(error <= tolerance * scale + 1e-38), \
        f"{what}: off by {np.max(error / scale)}; {got.ravel()[:6]}, not {want.ravel()[:6]}"


def fails(op, inputs, temps, ints=(), floats=(), words=""):
    graph = Graph()
    graph.step(op, inputs, temps, ints, floats)
    got = dump.run(graph, [])
    assert isinstance(got, tuple) and words in got[1], f"{op}: {got}, not '{words}'"


def draw(kind, shape, special_values=True):
    if kind in ("f4", "f8"):
        x = rng.standard_normal(shape) * 3
        if special_values and x.size:
            x = np.where(rng.random(shape) < 0.1, rng.choice([np.nan, np.inf, -np.inf, 0.0, -0.0, 2.5, 1.0], shape), x)
        return np.asarray(x).astype(kind)
    if kind == "b1":
        return np.asarray(rng.random(shape) < 0.5)
    if kind == "O":
        return np.asarray(rng.choice(np.array(["", "a", "b", "ab", "ü", "zebra"], object), shape), object)
    return np.asarray(rng.integers(-9, 10, shape)).astype(kind)


SHAPES = [(), (1,), (5,), (0,), (3, 4), (4, 0, 2), (2, 3, 4), (2, 1, 3, 2)]
PAIRS = [((), ()), ((4,), ()), ((), (3, 2)), ((3, 4), (4,)), ((3, 1), (1, 4)), ((2, 1, 4), (3, 1)), ((0, 3), (1, 3)),
         ((5, 3), (5, 3)), ((2, 3, 4), (3, 4)), ((1, 1, 7), (6, 1, 1)), ((2, 1, 3, 1), (2, 1, 5)), ((1,), (0,))]


def unary_of(name, x, a, b):
    table = dict(
        abs=np.abs, neg=np.negative, sign=np.sign, relu=lambda v: np.where(v < 0, v.dtype.type(0), v), floor=np.floor,
        ceil=np.ceil, round=np.rint, sqrt=np.sqrt, reciprocal=lambda v: v.dtype.type(1) / v, exp=np.exp, log=np.log,
        tanh=np.tanh, erf=special.erf, sigmoid=special.expit, softplus=lambda v: np.logaddexp(0, v),
        softsign=lambda v: v / (1 + np.abs(v)), leaky_relu=lambda v: np.where(v < 0, a * v, v),
        elu=lambda v: np.where(v < 0, a * np.expm1(v), v), selu=lambda v: np.where(v > 0, b * v, b * (a * np.exp(v) - a)),
        hard_sigmoid=lambda v: np.where(np.isnan(v), v, np.clip(a * v + b, 0, 1)),
        isnan=np.isnan, isinf=lambda v: (np.isposinf(v) & (b != 0)) | (np.isneginf(v) & (a != 0)))
    table["not"] = np.logical_not
    if x.dtype == np.float32 and name not in ("isnan", "isinf", "abs", "neg", "sign", "relu"):
        return table[name](x.astype(float)).astype(x.dtype)
    return np.asarray(table[name](x)).astype(bool if name in ("isnan", "isinf", "not") else x.dtype)


def test_unary():
    with np.errstate(all="ignore"):
        for number, name in enumerate(UNARY):
            kinds = ["b1"] if name == "not" else ["f4", "f8"]
            if name in ("abs", "neg", "sign", "relu"):
                kinds += ["i4", "i8"]
            for kind in kinds:
                for shape in SHAPES:
                    x = draw(kind, shape)
                    for a, b in [(0.5, 0.25), (1.0, 0.0)]:
                        tolerance = 2e-15 if kind == "f8" else 2e-7
                        if name in ("selu", "softplus", "hard_sigmoid"):
                            tolerance *= 20
                        one("unary", [x], unary_of(name, x, a, b), [number], [a, b], tolerance=tolerance)
        low = np.array([np.iinfo(np.int64).min, -1, 5])
        one("unary", [low], np.array([low[0], 1, 5]), [0], [0, 0])


def binary_of(name, x, y):
    table = dict(add=np.add, sub=np.subtract, mul=np.multiply, pow=np.power, mod=np.mod, rem=np.fmod, max=np.maximum,
                 min=np.minimum, less=np.less, less_equal=np.less_equal, greater=np.greater,
                 greater_equal=np.greater_equal, equal=np.equal, xor=np.logical_xor)
    table["and"], table["or"] = np.logical_and, np.logical_or
    if name == "div":
        return np.divide(x, y) if x.dtype.kind == "f" else np.where(y == 0, 0, np.trunc(np.divide(x, np.where(y == 0, 1, y))))
    if x.dtype.kind == "i" and name in ("mod", "rem"):
        return np.where(y == 0, 0, table[name](x, np.where(y == 0, 1, y)))
    if x.dtype.kind == "i" and name == "pow":
        return np.power(x, np.abs(y))
    return table[name](x, y)


def test_binary():
    with np.errstate(all="ignore"):
        for number, name in enumerate(BINARY):
            kinds = ["b1"] if name in ("and", "or", "xor") else ["f4", "f8", "i4", "i8"]
            for kind in kinds + (["b1", "O"] if name == "equal" else []):
                for a, b in PAIRS:
                    x, y = draw(kind, a), draw(kind, b)
                    if name == "pow" and kind[0] == "i":
                        y = np.asarray(np.abs(y))
                    want = np.asarray(binary_of(name, x, y))
                    want = want.astype(bool if number >= BINARY.index("less") else x.dtype)
                    if name in ("mod", "rem") and kind[0] == "f":
                        want = np.where(np.isinf(x) | (y == 0), np.nan, want).astype(x.dtype)
                        if name == "mod":
                            want = np.where(np.isinf(y) & np.isfinite(x) & (x != 0) & ((x < 0) != (y < 0)), y, want)
                    one("binary", [x, y], want, [number], tolerance=3e-15 if kind == "f8" else 2e-7)
        least = np.array([np.iinfo(np.int64).min])
        one("binary", [least, np.array([-1])], least, [3])
        one("binary", [np.array([2, -1, 1, 7, -1]), np.array([-1, -3, -5, -2, -2])], np.array([0, -1, 1, 0, 1]), [4])
        fails("binary", [np.zeros((2, 3)), np.zeros((3, 2))], [Temp("f8", 3, 3)], [0], words="do not fit")
        fails("binary", [np.zeros(3), np.zeros(3, "f4")], [Temp("f8", 3)], [0], words="dtypes")


def test_where_clip():
    for kind in ["f4", "f8", "i8", "b1", "O"]:
        for a, b in PAIRS:
            x, y = draw(kind, a), draw(kind, b)
            c = draw("b1", b if len(b) else a)
            if c.ndim:
                one("where", [c, x, y], np.where(c, x, y))
    for kind in ["f4", "f8", "i4", "i8"]:
        for shape in SHAPES:
            x = draw(kind, shape)
            low, high = np.asarray(-2, kind), np.asarray(1, kind)
            with np.errstate(invalid="ignore"):
                one("clip", [x, low, high], np.clip(x, low, high))
                one("clip", [x, None, high], np.minimum(x, high))
                one("clip", [x, low], np.maximum(x, low))


def test_cast():
    kinds = ["f4", "f8", "i4", "i8", "b1"]
    for a in kinds:
        for b in kinds:
            x = draw(a, (40,))
            with np.errstate(invalid="ignore"):
                want = x.astype(b)
            if a[0] == "f" and b[0] == "i":
                info = np.iinfo(b)
                want = np.array([0 if np.isnan(v) else info.max if v == np.inf else info.min if v == -np.inf else int(v)
                                 for v in x], b)
            one("cast", [x], want, [0])
    x = np.array([1e300, -1e300, 2.0 ** 31, -2.0 ** 31 - 1, 9.3e18, -9.3e18, np.nan, 2147483647.9])
    one("cast", [x], np.array([2147483647, -2147483648, 2147483647, -2147483648, 2147483647, -2147483648, 0, 2147483647], "i4"), [0])
    top = np.iinfo(np.int64)
    one("cast", [x], np.array([top.max, top.min, 2 ** 31, -2 ** 31 - 1, top.max, top.min, 0, 2147483647]), [0])
    one("cast", [np.array([2 ** 31, -1, 2 ** 40 + 5])], np.array([-2 ** 31, -1, 5], "i4"), [0])
    y = rng.standard_normal(200)
    nearest = y.astype("f4")
    up = np.where(nearest.astype(float) < y, np.nextafter(nearest, np.float32(np.inf)), nearest)
    down = np.where(nearest.astype(float) > y, np.nextafter(nearest, np.float32(-np.inf)), nearest)
    one("cast", [y], up, [1], tolerance=1e-12)
    one("cast", [y], down, [2], tolerance=1e-12)
    texts = np.array(["1.5", " -3 ", "1e-5", "NaN", "inf", "-INF", "+7", "0.1"], object)
    with np.errstate(invalid="ignore"):
        one("cast", [texts], texts.astype(float), [0])
        one("cast", [texts], texts.astype(float).astype("f4"), [0])
    one("cast", [np.array(["12", "-9007199254740993", "3.9"], object)], np.array([12, -9007199254740993, 3]), [0])
    one("cast", [np.array([1.5, 1 / 3, -0.0, np.nan, np.inf, -np.inf, 1e20, 1e-7, 100.0])],
        np.array(["1.5", "0.33333333", "-0", "NaN", "INF", "-INF", "1e+20", "1e-07", "100"], object), [0])
    one("cast", [np.array([1.5, 1 / 3, 1e20], "f4")], np.array(["1.5", "0.33333334", "1e+20"], object), [0])
    one("cast", [np.array([-12, 2 ** 62])], np.array(["-12", str(2 ** 62)], object), [0])
    one("cast", [np.array([True, False])], np.array(["1", "0"], object), [0])
    fails("cast", [np.array(["1.5x"], object)], [Temp("f8", 1)], [0], words="no number")


def test_shape():
    for kind in ["f4", "i8", "O", "b1"]:
        x = draw(kind, (2, 3, 4))
        one("identity", [x], x)
        one("reshape", [x, np.array([4, 6])], x.reshape(4, 6), [0])
        one("reshape", [x, np.array([0, -1, 2])], x.reshape(2, -1, 2), [0])
        one("reshape", [x, np.array([-1])], x.ravel(), [0])
        one("flatten", [x], x.reshape(2, 12), [1])
        one("flatten", [x], x.reshape(6, 4), [-1])
        one("flatten", [x], x.reshape(1, 24), [0])
        one("unsqueeze", [x, np.array([0, -1])], x[None, ..., None])
        y = draw(kind, (1, 3, 1))
        one("squeeze", [y], y.squeeze())
        one("squeeze", [y, np.array([-1])], y[..., 0])
    empty = draw("f4", (0, 3))
    one("reshape", [empty, np.array([0, 7, -1])], np.zeros((0, 7, 0), "f4"), [0])
    one("softmax", [empty], empty, [1, 0, 0])
    one("reshape", [empty, np.array([3, 0])], np.zeros((3, 0), "f4"), [1])
    x = draw("f8", (2, 3, 4))
    one("shape", [x], np.array([2, 3, 4]), [0, 2 ** 63 - 1])
    one("shape", [x], np.array([3]), [1, -1])
    one("size", [x], np.asarray(24))
    one("fill", [np.array([2, 3]), np.array([7.5])], np.full((2, 3), 7.5))
    one("fill", [np.array([2]), np.array(["x"], object)], np.array(["x", "x"], object))
    one("range", [np.asarray(1.0), np.asarray(2.0), np.asarray(0.3)], np.arange(1.0, 2.0, 0.3))
    one("range", [np.asarray(10), np.asarray(-5), np.asarray(-4)], np.arange(10, -5, -4))
    one("range", [np.asarray(3), np.asarray(3), np.asarray(1)], np.arange(0))
    fails("reshape", [x, np.array([5, 5])], [Temp("f8", 5, 5)], [0], words="other elements")
    fails("reshape", [x, np.array([-1, -1])], [Temp("f8", 5, 5)], [0], words="no such shape")
    fails("squeeze", [x, np.array([1])], [Temp("f8", 2, 4)], words="not 1")
    fails("identity", [x], [Temp("f8", 2, 3, 3)], words="room")


def test_move():
    for kind in ["f4", "f8", "O", "b1"]:
        for shape in SHAPES:
            x = draw(kind, shape)
            one("transpose", [x], x.T)
            order = rng.permutation(len(shape))
            one("transpose", [x, order.astype("i8")], np.transpose(x, order))
            axes = rng.permutation(len(shape))[:rng.integers(0, len(shape) + 1)]
            starts, ends = rng.integers(-6, 7, len(axes)), rng.integers(-6, 7, len(axes))
            steps = rng.choice([1, 2, -1, -2, 3], len(axes))
            cut = [slice(None)] * len(shape)
            for a, s, e, by in zip(axes, starts, ends, steps):
                cut[a] = slice(s, e, by)
            one("slice", [x, starts, ends, axes.astype("i8"), steps], x[tuple(cut)])
            repeats = rng.integers(0, 4, len(shape))
            one("tile", [x, repeats], np.tile(x, repeats))
        for _ in range(10):
            x = draw(kind, (3, 4, 5))
            axis = int(rng.integers(-3, 3))
            index = rng.integers(-x.shape[axis], x.shape[axis], (2, 3))
            one("gather", [x, index], np.take(x, index, axis), [axis])
            one("gather", [x, index.astype("i4")], np.take(x, index, axis), [axis])
            one("gather", [x, np.asarray(1)], np.take(x, 1, axis), [axis])
            shape = [3, 4, 5]
            shape[axis] = 6
            index = rng.integers(-x.shape[axis], x.shape[axis], shape)
            one("gather_elements", [x, index], np.take_along_axis(x, index, axis), [axis])
            parts = [draw(kind, x.shape[:axis % 3] + (int(n),) + x.shape[axis % 3 + 1:]) for n in rng.integers(0, 4, 3)]
            joined = np.concatenate(parts, axis)
            one("concat", parts, joined, [axis])
            one("split", [joined, np.array([p.shape[axis] for p in parts])], parts, [axis])
            one("pick", [x, np.array([0, 2, 2])], x[..., [0, 2, 2]])
    x = draw("f4", (7, 2))
    one("split", [x], [x[:3], x[3:6], x[6:]], [0])
    one("pick", [x[:, 0].copy(), np.array([3, 1])], x[[3, 1], 0][None])
    x = draw("f4", (3, 1))
    one("expand", [x, np.array([2, 1, 4])], np.broadcast_to(x, (2, 3, 4)).copy())
    one("expand", [x, np.array([1])], x)
    one("expand", [np.asarray(2.5), np.array([0, 3])], np.zeros((0, 3)))
    fails("gather", [x, np.array([3])], [Temp("f4", 1, 1)], [0], words="outside")
    fails("gather", [x, np.array([0])], [Temp("f4", 1, 1)], [2], words="axis")
    fails("concat", [x, np.zeros((2, 2), "f4")], [Temp("f4", 5, 2)], [0], words="do not fit")
    fails("tile", [x, np.array([1 << 40, 1 << 30])], [Temp("f4", 3, 1)], words="too large")
    fails("expand", [x, np.array([1 << 40, 3, 1 << 40])], [Temp("f4", 3, 1, 1)], words="too large")


def reduce_of(name, x, axes, keep):
    table = dict(sum=np.sum, mean=np.mean, prod=np.prod, max=np.max, min=np.min)
    wide = x.astype(float) if x.dtype.kind == "f" else x
    kwargs = dict(axis=axes, keepdims=keep)
    if name in ("max", "min") and wide.dtype.kind == "f":
        kwargs["initial"] = -np.inf if name == "max" else np.inf
    elif name in ("max", "min"):
        info = np.iinfo(x.dtype)
        kwargs["initial"] = info.min if name == "max" else info.max
    if name in table:
        out = table[name](wide, **kwargs)
        if name == "mean" and x.dtype.kind == "i":
            out = np.trunc(out)
    else:
        sums = dict(sum_square=wide * wide, l1=np.abs(wide), l2=wide * wide, log_sum=wide, log_sum_exp=np.exp(wide))
        out = np.sum(sums[name], axis=axes, keepdims=keep)
        out = np.sqrt(out) if name == "l2" else np.log(out) if name.startswith("log") else out
    return np.asarray(out).astype(x.dtype)


def test_reduce():
    with np.errstate(all="ignore"):
        for number, name in enumerate(REDUCE):
            for kind in ["f4", "f8"] + (["i4", "i8"] if name not in ("l2", "log_sum", "log_sum_exp") else []):
                for shape in SHAPES:
                    for special_values in (False, True):
                        x = draw(kind, shape, special_values)
                        if name == "log_sum" or special_values and name == "log_sum_exp":
                            x = np.abs(x)
                        chosen = tuple(int(a) for a in rng.permutation(len(shape))[:rng.integers(0, len(shape) + 1)])
                        if name == "mean" and kind[0] == "i" and x.size == 0:
                            continue
                        keep = int(rng.integers(0, 2))
                        tolerance = 1e-11 if kind == "f8" else 1e-6
                        one("reduce", [x], reduce_of(name, x, None, keep), [number, keep, 0], tolerance=tolerance)
                        if chosen:
                            one("reduce", [x, np.array(chosen)], reduce_of(name, x, chosen, keep), [number, keep, 0],
                                tolerance=tolerance)
                        one("reduce", [x, np.zeros(0, "i8")], x, [number, keep, 1])
        huge = np.array([1000.0, 1000.5, -1e9])
        one("reduce", [huge], np.asarray(np.logaddexp(1000.0, 1000.5)), [9, 0, 0])


def test_arg_topk():
    for kind in ["f4", "f8", "i4", "i8"]:
        for shape in [(5,), (3, 4), (2, 3, 4), (0, 4)]:
            for special_values in (False, True):
                x = np.round(draw(kind, shape, special_values)).astype(kind)
                axis = int(rng.integers(-len(shape), len(shape)))
                if shape[axis] == 0:
                    axis = 1
                for least in (0, 1):
                    pick = np.argmin if least else np.argmax
                    keep = np.expand_dims(pick(x, axis), axis) if shape else pick(x)
                    one("arg", [x], np.asarray(pick(x, axis)), [least, axis, 0, 0])
                    one("arg", [x], keep, [least, axis, 1, 0])
                    if not special_values:
                        last = x.shape[axis] - 1 - pick(np.flip(x, axis), axis)
                        one("arg", [x], np.asarray(last), [least, axis, 0, 1])
                k = int(rng.integers(0, shape[axis] + 1))
                for largest in (0, 1):
                    y = x.astype(float)
                    y = np.where(np.isnan(y), np.inf, y) if not np.any(np.isinf(y)) else np.nan_to_num(y, nan=9e9, posinf=8e9, neginf=-8e9)
                    order = np.argsort(-y if largest else y, axis, kind="stable")
                    index = np.take(order, range(k), axis)
                    one("topk", [x, np.array([k])], [np.take_along_axis(x, index, axis), index], [axis, largest])
    fails("arg", [np.zeros((2, 0))], [Temp("i8", 2)], [0, 1, 0, 0], words="empty")
    fails("topk", [np.zeros(2), np.array([3])], [Temp("f8", 3), Temp("i8", 3)], [0, 1], words="outside")


def test_running():
    for kind in ["f4", "f8", "i4", "i8"]:
        for shape in [(5,), (3, 4), (2, 3, 4), (0, 3)]:
            x = draw(kind, shape, False)
            axis = int(rng.integers(-len(shape), len(shape)))
            for exclusive in (0, 1):
                for reverse in (0, 1):
                    y = np.flip(x, axis) if reverse else x
                    wide = y.astype(float) if kind[0] == "f" else y
                    s = np.cumsum(wide, axis)
                    s = s - wide if exclusive else s
                    s = np.flip(s, axis) if reverse else s
                    tolerance = 1e-11 if kind == "f8" else 2e-5
                    if kind[0] == "f":
                        s = np.where(np.abs(s) < 1e-12, 0, s)
                    one("cumsum", [x, np.array([axis])], s.astype(kind), [exclusive, reverse], tolerance=tolerance)
            if kind[0] != "f" or x.size == 0:
                continue
            wide = x.astype(float)
            one("softmax", [x], special.softmax(wide, axis).astype(kind), [axis, 0, 0])
            one("softmax", [x], special.log_softmax(wide, axis).astype(kind), [axis, 0, 1], tolerance=1e-5 if kind == "f4" else 1e-12)
            at = axis % len(shape)
            flat = wide.reshape(int(np.prod(shape[:at])), -1)
            one("softmax", [x], special.softmax(flat, 1).reshape(shape).astype(kind), [axis, 1, 0])
            for p in (1, 2):
                norm = np.linalg.norm(wide, p, axis, True) if len(shape) < 3 else (np.abs(wide) ** p).sum(axis, keepdims=True) ** (1 / p)
                one("lpnorm", [x], (wide / norm).astype(kind), [axis, p])
    one("lpnorm", [np.zeros((2, 2))], np.zeros((2, 2)), [1, 2])


def test_products():
    shapes = [((3,), (3,)), ((2, 3), (3,)), ((3,), (3, 4)), ((2, 3), (3, 4)), ((5, 2, 3), (3, 4)), ((5, 2, 3), (5, 3, 4)),
              ((2, 1, 2, 3), (5, 3, 1)), ((0, 3), (3, 2)), ((2, 0), (0, 3)), ((17, 33), (33, 9))]
    for kind in ["f4", "f8", "i4", "i8"]:
        for a, b in shapes:
            x, y = draw(kind, a, False), draw(kind, b, False)
            want = np.matmul(x.astype(float), y.astype(float)) if kind[0] == "f" else np.matmul(x, y)
            one("matmul", [x, y], np.asarray(want).astype(kind), tolerance=2e-4 if kind == "f4" else 1e-11)
    for kind in ["f4", "f8"]:
        for ta in (0, 1):
            for tb in (0, 1):
                for c in [None, (), (4,), (3, 1), (1, 4), (3, 4)]:
                    x, y = draw(kind, (5, 3) if ta else (3, 5), False), draw(kind, (4, 5) if tb else (5, 4), False)
                    z = None if c is None else draw(kind, c, False)
                    want = 0.5 * ((x.T if ta else x).astype(float) @ (y.T if tb else y).astype(float))
                    want = want + (0 if z is None else 2.0 * z.astype(float))
                    one("gemm", [x, y] + ([] if z is None else [z]), want.astype(kind), [ta, tb], [0.5, 2.0],
                        tolerance=1e-3 if kind == "f4" else 1e-11)
        for a, relu, biased in [((5,), 0, 1), ((3, 5), 1, 0), ((2, 3, 5), 1, 1), ((0, 5), 0, 1)]:
            x, y, b = draw(kind, a, False), draw(kind, (5, 4), False), draw(kind, (4,), False)
            want = np.matmul(x.astype(float), y.astype(float)) + (b if biased else 0)
            one("dense", [x, y] + [b] * biased, np.maximum(want, 0 if relu else -np.inf).astype(kind), [relu],
                tolerance=1e-3 if kind == "f4" else 1e-11)
        x, y = draw(kind, (6, 3), False), draw(kind, (4, 3), False)
        d = ((x.astype(float)[:, None] - y.astype(float)[None]) ** 2).sum(-1)
        one("cdist", [x, y.T], d.astype(kind), [0, 0])
        one("cdist", [x, y.T], np.sqrt(d).astype(kind), [1, 0])
    fails("matmul", [np.zeros((2, 3)), np.zeros((2, 3))], [Temp("f8", 2, 3)], words="do not fit")
    fails("dense", [np.zeros((2, 3)), np.zeros((2, 3))], [Temp("f8", 2, 3)], [0], words="do not fit")
    fails("dense", [np.zeros((2, 3)), np.zeros((3, 2)), np.zeros(3)], [Temp("f8", 2, 2)], [0], words="other weights")
    fails("gemm", [np.zeros((2, 3)), np.zeros((3, 2)), np.zeros(3)], [Temp("f8", 2, 2)], [0, 0], [1, 1], words="does not fit")


def test_models():
    for n, f, t in [(7, 5, 3), (0, 4, 2), (4, 1, 1)]:
        x, w, b = draw("f4", (n, f), False), draw("f4", (t, f), False), draw("f4", (t,), False)
        want = x.astype(float) @ w.astype(float).T
        one("linear", [x, w.T], want.astype("f4"), tolerance=1e-5)
        codes, table = rng.integers(-1, 4, (n, 1)), draw("f4", (3, t), False)
        hot = (codes == np.arange(3)).astype(float)
        one("lookup", [np.vstack([table, w.T]), b, np.array([3, f]), codes, x],
            (hot @ table + want + b).astype("f4"), tolerance=1e-5)
        fails("lookup", [np.vstack([table, w.T]), b, np.array([2, f]), codes, x], [Temp("f4", n, t)], words="do not fit")
        one("linear", [x, w.T, b], (want + b).astype("f4"), tolerance=1e-5)
        one("scale", [x, b[:1], b[:1]], ((x - b[0]) * b[0]).astype("f4"))
        o, s = draw("f4", (f,), False), draw("f4", (f,), False)
        one("scale", [x, o, s], ((x - o) * s).astype("f4"))
        wide = x.astype(float)
        if n:
            one("normalize", [x], (wide / wide.max(1, keepdims=True)).astype("f4"), [0])
            one("normalize", [x], (wide / np.abs(wide).sum(1, keepdims=True)).astype("f4"), [1])
            one("normalize", [x], (wide / np.sqrt((wide ** 2).sum(1, keepdims=True))).astype("f4"), [2])
        one("binarize", [x], (x > 0.5).astype("f4"), (), [0.5])
        one("features", [x, x[:, 0].copy().astype("i8"), x.astype(float)],
            np.concatenate([x, np.trunc(x[:, :1]), x], 1).astype("f4"))
    one("normalize", [np.zeros((2, 2), "f4")], np.zeros((2, 2), "f4"), [2])


def test_scores():
    x = draw("f4", (9, 4), False)
    wide = x.astype(float)
    zero_kept = np.where(x == 0, 0, np.exp(wide))
    posts = [wide, special.softmax(wide, 1), special.expit(wide), zero_kept / zero_kept.sum(1, keepdims=True)]
    for post, want in enumerate(posts):
        one("post", [x], want.astype("f4"), [post], tolerance=1e-5)
        one("classify", [x], [np.argmax(x, 1), want.astype("f4")], [0, 0, post], tolerance=1e-5)
    y = np.where(rng.random((9, 4)) < 0.3, np.float32(0), x)
    y[0, 1] = 1
    kept = np.where(y == 0, 0, np.exp(y.astype(float)))
    one("post", [y[:1]], (kept / kept.sum(1, keepdims=True))[:1].astype("f4"), [3], tolerance=1e-5)
    p = np.linspace(0.01, 0.99, 9, dtype="f4").reshape(3, 3)
    one("post", [p], special.ndtri(p.astype(float)).astype("f4"), [4], tolerance=6e-2)
    s = np.array([[0.2], [0.5], [0.7], [-1.5], [0.0]], "f4")
    one("classify", [s], [(s[:, 0] > 0.5).astype("i8"), np.hstack([1 - s, s])], [1, 1, 1])
    one("classify", [s], [(s[:, 0] > 0.5).astype("i8"), special.expit(np.hstack([-s, s]).astype(float)).astype("f4")],
        [1, 1, 2])
    one("classify", [s], [(s[:, 0] > 0).astype("i8"), np.hstack([-s, s])], [2, 2, 0])
    one("classify", [s], [(s[:, 0] > 0).astype("i8"), special.expit(np.hstack([-s, s]).astype(float)).astype("f4")],
        [2, 2, 2])
    two = np.array([[0.2, 0.8], [0.9, 0.1], [0.5, 0.5]], "f4")
    one("classify", [two], [np.array([1, 0, 0]), two], [0, 0, 0])


def support(model, x, kernel, floats):
    """What a scikit-learn SVC decides, through KERNEL, VOTE and PLATT."""
    c = len(model.classes_)
    pairs = c * (c - 1) // 2
    counts = model.n_support_.astype("i8")
    graph = Graph()
    k = graph.step("kernel", [graph.input(x), model.support_vectors_.T.astype("f4")],
                   [Temp("f4", len(x), len(model.support_vectors_))], [kernel], floats)
    sign = 1 if c > 2 else -1
    d, votes = graph.step("vote", [k, (sign * model.dual_coef_).astype("f4"), counts, (sign * model.intercept_).astype("f4")],
                          [Temp("f4", len(x), pairs), Temp("i8", len(x))])
    p, _ = graph.step("platt", [d, model.probA_.astype("f4"), model.probB_.astype("f4")],
                      [Temp("f4", len(x), c), Temp("f4", c * (2 * c + 2))])
    return dump.run(graph, [d, votes, p])


def test_support_vectors():
    try:
        from sklearn.svm import SVC, SVR
    except ImportError:
        return
    kernels = [("linear", 0), ("poly", 1), ("rbf", 2), ("sigmoid", 3)]
    for n_classes in (2, 3, 5):
        for name, kernel in kernels:
            x = rng.standard_normal((80, 4)).astype("f4")
            y = rng.integers(0, n_classes, 80)
            x[:, 0] += y
            model = SVC(kernel=name, gamma=0.3, coef0=0.5, degree=3, probability=True, decision_function_shape="ovo",
                        random_state=1).fit(x.astype(float), y)
            got = support(model, x, kernel, [0.3, 0.5, 3])
            want = model.decision_function(x.astype(float)).reshape(80, -1)
            agree(got[0], (want if n_classes > 2 else -want).astype("f4"), f"decisions of {name}", 2e-2)
            same = np.mean(got[1] == model.predict(x.astype(float)))
            assert same == 1, f"classes of {name}, {n_classes}: {same}"
            error = np.abs(got[2] - model.predict_proba(x.astype(float))).max()
            assert error < 2e-3, f"probabilities of {name}, {n_classes}: {error}"
    model = SVR(kernel="rbf", gamma=0.2).fit(x.astype(float), x[:, 1])
    graph = Graph()
    k = graph.step("kernel", [graph.input(x), model.support_vectors_.T.astype("f4")],
                   [Temp("f4", 80, len(model.support_vectors_))], [2], [0.2, 0, 0])
    out = graph.step("linear", [k, model.dual_coef_.T.astype("f4"), model.intercept_.astype("f4")], [Temp("f4", 80, 1)])
    error = np.abs(dump.run(graph, [out])[0][:, 0] - model.predict(x.astype(float))).max()
    assert error < 1e-5, f"regression is off by {error}"


def test_encode():
    words = np.array(["", "a", "aa", "b", "z", "ü"], object)
    for kind, keys in [("O", words), ("i8", np.array([-5, 0, 3, 9])), ("f8", np.array([-1.5, 0, 2, np.nan])),
                       ("f4", np.array([-np.inf, 0, 2, np.nan], "f4"))]:
        for values in [np.arange(len(keys)) * 10, rng.standard_normal(len(keys)), words[:len(keys)],
                       rng.standard_normal(len(keys)).astype("f4"), np.arange(len(keys), dtype="i4")]:
            other = np.array([words[0] if kind_of(values) == "O" else -1]).astype(values.dtype)
            x = rng.choice(np.concatenate([keys, np.array(["no"], object) if kind == "O" else np.array([77], kind)]), (3, 5))
            x = x.astype(object) if kind == "O" else x.astype(kind)
            table = {("nan" if k != k else k): v for k, v in zip(keys.tolist(), values.tolist())}
            want = np.array([table.get("nan" if v != v else v, other.tolist()[0]) for v in x.ravel().tolist()],
                            object).reshape(x.shape).astype(values.dtype)
            one("encode", [x, keys, values, other], want)
    x = np.array([[0, 2], [5, -1]])
    want = np.zeros((2, 2, 3), "f4")
    want[0, 0, 0] = want[0, 1, 2] = 1
    one("onehot", [x], want, [3, 1])
    fails("onehot", [x], [Temp("f4", 2, 2, 3)], [3, 0], words="categories")
    y = np.array([[1, np.nan, 3], [np.nan, np.nan, 6]])
    one("impute", [y, np.array([np.nan]), np.array([7.0, 8, 9])], np.array([[1, 8, 3], [7, 8, 6.0]]))
    one("impute", [y, np.array([3.0]), np.array([0.5])], np.array([[1, np.nan, 0.5], [np.nan, np.nan, 6]]))
    one("impute", [np.array([[1, -1]]), np.array([-1]), np.array([4, 5])], np.array([[1, 5]]))
    one("impute", [np.array([["", "x"]], object), np.array([""], object), np.array(["?"], object)],
        np.array([["?", "x"]], object))


def grams_of(row, shortest, longest, skips):
    """All n-grams of a row: single elements once, longer ones with up to so many left out between."""
    for length in range(shortest, longest + 1):
        for gap in range(1, 2 if length == 1 else skips + 2):
            for at in range(len(row) - (length - 1) * gap):
                yield tuple(row[at:at + (length - 1) * gap + 1:gap])


def test_tfidf():
    for kind in ["i8", "i4", "O"]:
        letters = list("abcde") if kind == "O" else list(range(5))
        for shortest, longest, skips in [(1, 1, 0), (1, 2, 0), (1, 3, 2), (2, 2, 5), (2, 3, 1), (3, 3, 0)]:
            pool = {1: set(), 2: set(), 3: set()}
            for length in pool:
                for _ in range(6):
                    pool[length].add(tuple(rng.choice(letters, length).tolist()))
            grams = [g for length in pool for g in sorted(pool[length])]
            counts = np.cumsum([0] + [length * len(pool[length]) for length in pool])
            flat = np.array([v for g in grams for v in g], object if kind == "O" else kind)
            indexes = rng.permutation(len(grams))
            weights = rng.random(len(grams)).astype("f4")
            for shape in [(9,), (3, 7), (0, 4), (2, 0)]:
                x = rng.choice(np.array(letters), shape)
                x = x.astype(object) if kind == "O" else x.astype(kind)
                table = {g: i for i, g in enumerate(grams)}
                tf = np.zeros((1 if x.ndim == 1 else len(x), len(grams)), "f4")
                for i, row in enumerate(x.reshape(len(tf), -1).tolist() if x.size else [[]] * len(tf)):
                    for g in grams_of(row, shortest, longest, skips):
                        if g in table:
                            tf[i, indexes[table[g]]] += 1
                w = np.empty(len(grams), "f4")
                w[indexes] = weights
                for mode, want in enumerate([tf, (tf > 0) * w, tf * w]):
                    want = want[0] if x.ndim == 1 else want
                    one("tfidf", [x, flat, counts, indexes, weights], want.astype("f4"),
                        [shortest, longest, skips, mode, len(grams)])
                one("tfidf", [x, flat, counts, indexes], tf[0] if x.ndim == 1 else tf,
                    [shortest, longest, skips, 0, len(grams)])


def texts(*words):
    return np.array(words, object)


def test_text():
    x = texts("The", "ÉTÉ", "straße", "Ωμέγα", "ЖУК", "ÿ", "Ÿ", "", "İ", "x\u4e2d\U0001f600Q")
    lower = texts(*[w if w == "İ" else w.lower() for w in x])
    upper = texts(*["".join(c if c == "ß" else c.upper() for c in w) for w in x])
    one("text_normalize", [x], lower, [1, 1])
    one("text_normalize", [x], upper, [2, 1])
    one("text_normalize", [x], x, [0, 1])
    stop = texts("the", "été")
    one("text_normalize", [x, stop], lower[2:], [1, 0])
    one("text_normalize", [x.reshape(1, -1), stop], x[2:].reshape(1, -1), [0, 0])
    one("text_normalize", [x, stop], upper, [2, 1])
    one("text_normalize", [texts("The", "the"), stop], texts(""), [0, 0])
    tokens = [texts("a b", "", "c,d e"), texts(" ", ","), texts("#")]
    one("tokenize", tokens, np.array([["a", "b", "#"], ["#"] * 3, ["c", "d", "e"]], object), [0, 1], extra=[Temp("i4", 1)])
    one("tokenize", tokens, np.array([["\2", "a", "b", "\3", "#"], ["\2", "\3"] + ["#"] * 3,
                                      ["\2", "c", "d", "e", "\3"]], object), [1, 1], extra=[Temp("i4", 1)])
    one("tokenize", tokens, np.zeros((3, 0), object), [1, 2], extra=[Temp("i4", 1)])
    one("tokenize", [texts("añ", ""), texts(""), texts("")], np.array([["a", "ñ"], ["", ""]], object), [0, 1],
        extra=[Temp("i4", 1)])
    one("tokenize", [texts("aXYb", "cd").reshape(1, 2), texts("XY", "d"), texts("-")],
        np.array([[["a", "b"], ["c", "-"]]], object), [0, 1], extra=[Temp("i4", 1)])
    # [a-z0-9]+|==: fork, take, fork back, accept, take, take
    steps = [(1, 1, 4), (0, 0, 2), (1, 1, 3), (2, 0, 0), (0, 2, 3), (0, 2, 3), (1, 3, 3)]
    ranges = [(97, 122), (48, 57), (61, 61)]
    program = struct.pack("<2I", len(steps), len(ranges)) + b"".join(struct.pack("<3I", *s) for s in steps) + \
        b"".join(struct.pack("<2I", *r) for r in ranges)
    one("tokenize", [texts("ab1==c =x", "é"), np.frombuffer(program, "u1"), texts("")],
        np.array([["ab1", "==", "c", "x"], [""] * 4], object), [0, 1], extra=[Temp("i4", 5 * len(steps) + 2 + 4096)])
    one("tokenize", [texts("ab1,,==;c", "é"), np.frombuffer(program, "u1"), texts("")],
        np.array([[",,", ";"], ["é", ""]], object), [2, 1], extra=[Temp("i4", 5 * len(steps) + 2 + 4096)])
    fails("tokenize", [texts("ab"), np.frombuffer(program[:-1], "u1"), texts("")], [Temp("O", 1, 4), Temp("i4", 99)], [0, 1],
          words="ends early")


def test_scan():
    x, y = draw("f4", (6, 3), False), draw("f4", (4, 3), False)
    graph = Graph(rows=6)
    rows, other = graph.input(x, 0), graph.constant(y)
    start, step_in, step_out = graph.constant(np.zeros(3, "f4")), graph.temp(Temp("f4", 3)), graph.temp(Temp("f4", 3))
    row, distance = graph.temp(Temp("f4", 3)), graph.temp(Temp("f4", 4))
    last, stacked = graph.temp(Temp("f4", 3)), graph.temp(Temp("f4", (0, 1), 4))
    graph.step("scan", [start, rows, step_in, row, step_out, distance], [last, stacked], [1, 1, 1, 4])
    difference = graph.step("binary", [row, other], [Temp("f4", 4, 3)], [1])
    graph.step("reduce", [difference, np.array([1])], [distance], [5, 0, 0])
    doubled = graph.step("binary", [row, np.asarray(2, "f4")], [Temp("f4", 3)], [2])
    graph.step("binary", [step_in, doubled], [step_out], [0])
    behind = graph.step("unary", [stacked], [Temp("f4", (0, 1), 4)], [8], [0, 0])
    got = dump.run(graph, [last, behind])
    agree(got[0], (2 * x.astype(float)).sum(0).astype("f4"), "final state", 1e-5)
    agree(got[1], np.sqrt(((x[:, None].astype(float) - y) ** 2).sum(-1)).astype("f4"), "stacked distances", 1e-5)


def test_many_steps():
    """Chains whose slots are shared: values of many sizes, each used again later."""
    for _ in range(30):
        rows = int(rng.integers(0, 9))
        graph = Graph(rows=rows)
        x = draw("f8", (rows, 4), False)
        known = [(graph.input(x, 0), x)]
        for _ in range(25):
            i, j = rng.integers(max(0, len(known) - 6), len(known), 2)
            (a, va), (b, vb) = known[i], known[j]
            if rng.random() < 0.6 and va.shape[1] == vb.shape[1]:
                out = graph.step("binary", [a, b], [Temp("f8", (0, 1), va.shape[1])], [8])
                known.append((out, np.minimum(va, vb)))
            elif rng.random() < 0.5 and va.shape[1] < 40:
                out = graph.step("concat", [a, b], [Temp("f8", (0, 1), va.shape[1] + vb.shape[1])], [1])
                known.append((out, np.concatenate([va, vb], 1)))
            else:
                n = int(rng.integers(1, va.shape[1] + 1))
                out = graph.step("slice", [a, np.array([-n]), np.array([99]), np.array([1])], [Temp("f8", (0, 1), n)])
                known.append((out, va[:, -n:]))
        chosen = rng.integers(0, len(known), 4)
        for got, k in zip(dump.run(graph, [known[k][0] for k in chosen]), chosen):
            agree(got, known[k][1], "a chain")



def main():
    tests = [(name[5:], test) for name, test in sorted(globals().items()) if name.startswith("test_")]
    print(f"1..{len(tests)}")
    failed = 0
    for number, (name, test) in enumerate(tests, 1):
        try:
            test()
            print(f"ok {number} - {name}")
        except AssertionError as error:
            failed += 1
            print(f"not ok {number} - {name}\n# {error}")
    dump.process.stdin.close()
    return 1 if failed or dump.process.wait() else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    dump = Dump(sys.argv[1])
    sys.exit(main())
