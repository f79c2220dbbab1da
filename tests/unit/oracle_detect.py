#!/usr/bin/python3
"""Hold lib/detect to the indices that river and Frouros publish for streams that anybody can make, and each kind to
its definition in plain Python, signal by signal.

usage: oracle_detect.py DUMP_DETECT

The streams come from NumPy's legacy RandomState and from Python's random, whose numbers are fixed. The restatements
keep whole windows and lists where the library keeps sums, and take roots and logarithms from math; a decision that is
closer to its threshold than 1e-9 ends the comparison of that stream. Prints TAP.
"""
import math
import random
import struct
import subprocess
import sys

try:
    import numpy as np
    from scipy.stats import ks_2samp, norm
except ImportError as missing:
    print(f"1..0 # SKIP {missing}")
    sys.exit(0)

KINDS = "adwin page_hinkley cusum ewma shewhart kswin ddm rddm eddm hddm_a hddm_w stepd ecdd".split()
MODES = ["native", "river", "river_legacy", "moa", "skmultiflow"]
SIDES = ["usual", "up", "down", "both"]
WHOLE = "min_n window recent max_n warnings clock buckets min_window".split()
REAL = "delta threshold warning weight slack".split()
NONE, WARNING, CHANGE = 0, 1, 2

library = subprocess.Popen([sys.argv[1]], stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def signals(kind, values, mode="native", side="usual", **params):
    values = np.asarray(values, "<f8")
    flags = (params.get("delta") == 0) + 2 * (params.get("slack") == 0)
    words = [KINDS.index(kind), MODES.index(mode), SIDES.index(side), *(params.get(p, 0) for p in WHOLE)]
    words += [flags, len(values)]
    reals = [params.get(p, 0.0) for p in REAL]
    library.stdin.write(struct.pack("<13q5d", *words, *reals) + values.tobytes())
    library.stdin.flush()
    return np.frombuffer(library.stdout.read(4 * len(values)), "<i4").tolist()


def changes(found):
    return [i for i, s in enumerate(found) if s == CHANGE]


def first_warnings(found):
    """The first warning after each change."""
    out, armed = [], True
    for i, s in enumerate(found):
        if s == WARNING and armed:
            out.append(i)
        armed = s == CHANGE or (armed and s != WARNING)
    return out


# ---- what others publish ----

def stream_1():
    np.random.seed(12345)
    return np.concatenate((np.random.randint(2, size=1000), np.random.randint(8, size=1000)))


def stream_2():
    np.random.seed(12345)
    return [int(np.random.binomial(1, p)) for p in (.2, .8) for _ in range(1000)]


def stream_doc():
    rng = random.Random(12345)
    return rng.choices([0, 1], k=1000) + rng.choices(range(4, 8), k=1000)


def stream_binary():
    rng = random.Random(42)
    return rng.choices([0, 1], k=1000) + rng.choices([0, 1], k=1000, weights=[.3, .7])


def stream_levels():
    np.random.seed(31)
    return np.concatenate([np.random.normal(*p, 100) for p in ((0, .5), (4, .2), (6, .5))])


def stream_stepd():
    np.random.seed(31)
    return 1 - np.concatenate([np.random.binomial(1, p, 1000) for p in (.8, .5)])


def river_kswin(values, alpha, seed, window=100, recent=30):
    """With Python's Mersenne Twister and its sample()."""
    rng, kept, out = random.Random(seed), [], []
    for i, x in enumerate(values):
        kept = kept[-window + 1:] + [x]
        if len(kept) == window:
            found = ks_2samp(rng.sample(kept[:-recent], recent), kept[-recent:])
            if found.pvalue <= alpha and found.statistic > .1:
                out.append(i)
                kept = kept[-recent:]
    return out


def published():
    """(what, found, expected); sources as named by river and Frouros."""
    one, two, doc, binary = stream_1(), stream_2(), stream_doc(), stream_binary()
    for mode, wanted in (("native", [1023]), ("river", [1023]), ("river_legacy", [1055]),
                         ("skmultiflow", [1055, 1087, 1215])):
        yield f"adwin {mode}, river's data_stream_1", changes(signals("adwin", one, mode=mode)), wanted
    for mode in ("native", "river", "river_legacy", "moa"):
        yield f"adwin {mode}, river's documentation", changes(signals("adwin", doc, mode=mode)), [1023]
    yield "page_hinkley, river's data_stream_1", changes(signals("page_hinkley", one, side="up")), [1020, 1991]
    yield "page_hinkley, river's documentation", changes(signals("page_hinkley", doc)), [1006]
    for kind, wanted in (("ddm", [1049]), ("hddm_a", [1047]), ("hddm_w", [1018])):
        yield f"{kind}, river's data_stream_2", changes(signals(kind, two)), wanted
    for kind, params, warned, wanted in (("ddm", {}, [1084, 1492], [1334]),
                                         ("eddm", {"threshold": .75, "warning": .8}, [1059], [1278]),
                                         ("hddm_a", {}, [451], [1206]), ("hddm_w", {}, [451], [1077])):
        found = signals(kind, binary, **params)
        yield f"{kind}, river's documentation", changes(found), wanted
        yield f"{kind}, river's documentation: warnings", first_warnings(found), warned
    rng = random.Random(12345)  # steps from 2.5 to 5 give the same
    gauss = [rng.gauss(0, 1) for _ in range(200)] + [rng.gauss(3, 1) for _ in range(100)]
    yield "cusum, river's documentation", changes(signals("cusum", gauss)), [201, 251]
    found = river_kswin(doc, .0001, 42)
    yield "river's KSWIN as restated, river's documentation", found, [1016]
    own = changes(signals("kswin", doc, delta=.0001))  # all older values, where river draws some of them
    yield "kswin, as soon as river's", [len(own), 1000 <= own[0] <= found[0]], [1, True]
    found = signals("page_hinkley", stream_levels(), side="up", weight=1.0, min_n=1)
    yield "Frouros's CUSUM", changes(found), [113, 226]
    found = signals("stepd", stream_stepd(), delta=.001, warning=.005)
    yield "Frouros's STEPD", [i for i, s in enumerate(found) if s], [640, 641, 1023, 1024]
    yield "Frouros's STEPD: change", changes(found), [1024]


# ---- definitions, plainly ----

class Close(Exception):
    """A decision that rounding may turn."""


def above(x, limit):
    if abs(x - limit) <= 1e-9 * max(abs(x), abs(limit)) and x != limit:
        raise Close
    return x > limit


class Adwin:
    """The rows of sums as lists of lists of values, the newest row first."""

    def __init__(self, mode="native", delta=.002, clock=32, min_n=10, buckets=5, min_window=5):
        self.mode, self.delta, self.clock = mode, delta, clock
        self.min_n, self.buckets, self.least = min_n, buckets, min_window
        self.reset()

    def reset(self):
        self.rows, self.ticks, self.changed = [], 0, False

    def cuts(self):
        values = [v for row in reversed(self.rows) for bucket in row for v in bucket]
        n, at, older, newer = len(values), 0, [], []
        v, d = np.var(values), math.log(2 * math.log(n) / self.delta)
        for row in reversed(self.rows):
            for k, bucket in enumerate(row):
                at += len(bucket)
                if self.mode in ("river_legacy", "skmultiflow") and k == len(row) - 1:
                    newer += bucket
                    continue
                older += bucket
                n0, n1, least = len(older), n - len(older), self.least + (2 if self.mode == "moa" else 0)
                if n0 >= least and n1 >= least:
                    m = 1 / (n0 - self.least + 1) + 1 / (n1 - self.least + 1)
                    limit = math.sqrt(2 * m * v * d) + 2 / 3 * d * m
                    yield n1, abs(np.mean(older) - np.mean(newer + values[at:])) / limit

    def drop(self):
        self.rows[-1].pop(0)
        if not self.rows[-1]:
            self.rows.pop()

    def step(self, x):
        if self.changed and self.mode in ("river", "river_legacy"):
            self.reset()
        self.changed = False
        bucket = [x]
        for i in range(64):
            if i == len(self.rows):
                self.rows.append([])
            self.rows[i].append(bucket)
            if len(self.rows[i]) <= self.buckets:
                break
            bucket = self.rows[i].pop(0) + self.rows[i].pop(0)
        self.ticks += 1
        if self.ticks % self.clock:
            return NONE
        while self.width() > self.min_n or self.changed:
            cuts = list(self.cuts()) if self.width() > 1 else []
            if not any(above(ratio, 1) for _, ratio in cuts):
                break
            self.changed = True
            if self.mode != "native":
                self.drop()
                continue
            ranked = sorted(cuts, key=lambda c: -c[1])
            if len(ranked) > 1 and ranked[0][1] - ranked[1][1] < 1e-9:
                raise Close
            while self.width() > ranked[0][0]:
                self.drop()
        return CHANGE if self.changed else NONE

    def width(self):
        return sum(len(b) for row in self.rows for b in row)


class PageHinkley:
    def __init__(self, side="usual", threshold=50, delta=.005, weight=.9999, min_n=30):
        self.side, self.threshold, self.delta, self.weight, self.min_n = side, threshold, delta, weight, min_n
        self.reset()

    def reset(self):
        self.mean = self.up = self.down = 0.0
        self.n = 0

    def step(self, x):
        self.n += 1
        self.mean += (x - self.mean) / self.n
        self.up = max(0, self.weight * self.up + x - self.mean - self.delta)
        self.down = max(0, self.weight * self.down - (x - self.mean) - self.delta)
        worst = {"up": self.up, "down": self.down}.get(self.side, max(self.up, self.down))
        return CHANGE if self.n >= self.min_n and above(worst, self.threshold) else NONE


class Chart:
    def __init__(self, kind, side="usual", threshold=None, slack=.5, weight=.1, min_n=30):
        self.kind, self.side, self.slack, self.weight, self.min_n = kind, side, slack, weight, min_n
        self.threshold = threshold or {"cusum": 5, "ewma": 4, "shewhart": 3}[kind]
        self.reset()

    def reset(self):
        self.seen, self.t, self.high, self.low, self.z = [], 0, 0.0, 0.0, 0.0

    def step(self, x):
        if len(self.seen) < self.min_n:
            self.seen.append(x)
            return NONE
        self.t += 1
        z = (x - np.mean(self.seen)) / np.std(self.seen, ddof=1)
        limit = self.threshold
        if self.kind == "cusum":
            self.high, self.low = max(0, self.high + z - self.slack), max(0, self.low - z - self.slack)
        elif self.kind == "ewma":
            self.z = (1 - self.weight) * self.z + self.weight * z
            limit *= math.sqrt(self.weight / (2 - self.weight) * (1 - (1 - self.weight) ** (2 * self.t)))
            self.high, self.low = self.z, -self.z
        else:
            self.high, self.low = z, -z
        worst = {"up": self.high, "down": self.low}.get(self.side, max(self.high, self.low))
        return CHANGE if above(worst, limit) else NONE


class Rddm:
    def __init__(self, threshold=2.258, warning=1.773, min_n=129, window=7000, max_n=40000, warnings=1400):
        self.threshold, self.warning, self.min_n = threshold, warning, min_n
        self.window, self.max_n, self.warnings = window, max_n, warnings
        self.newest, self.least = [], None
        self.anew([])

    def anew(self, values):
        self.n = self.errors = self.row = 0
        self.newest = []
        for x in values:
            self.count(x, False)

    def count(self, x, watched):
        self.n, self.errors = self.n + 1, self.errors + x
        self.newest = (self.newest + [x])[-self.window:]
        p = self.errors / self.n
        s = math.sqrt(p * (1 - p) / self.n)
        if watched and self.n >= self.min_n and (self.least is None or not above(p + s, sum(self.least))):
            self.least = p, s
        return p + s

    def step(self, x):
        if self.n > self.max_n and not self.row:
            self.anew(self.newest)
        now = self.count(x, True)
        if self.n < self.min_n:
            return NONE
        if above(now, self.least[0] + self.threshold * self.least[1]):
            return self.change(self.row + 1)
        if not above(now, self.least[0] + self.warning * self.least[1]):
            self.row = 0
            return NONE
        self.row += 1
        return self.change(1) if self.row > self.warnings else WARNING

    def change(self, n_kept):
        self.kept = self.newest[-n_kept:]
        return CHANGE

    def reset(self):
        self.least = None
        self.anew([])
        for x in self.kept:
            self.count(x, True)


class Ddm(Rddm):
    def __init__(self, threshold=3, warning=2, min_n=31):
        super().__init__(threshold, warning, min_n, 1, math.inf, math.inf)

    def change(self, n_kept):
        self.kept = []
        return CHANGE


class Eddm:
    def __init__(self, threshold=.9, warning=.95, min_n=30):
        self.threshold, self.warning, self.min_n = threshold, warning, min_n
        self.reset()

    def reset(self):
        self.n, self.last, self.gaps, self.top, self.warns = 0, 0, [], 0.0, NONE

    def step(self, x):
        self.n += 1
        if not x:
            return self.warns
        self.gaps.append(self.n - self.last)
        self.last, self.warns = self.n, NONE
        if self.n <= self.min_n:
            return NONE
        q = np.mean(self.gaps) + 2 * (np.std(self.gaps, ddof=1) if len(self.gaps) > 1 else 0)
        if above(q, self.top):
            self.top = q
        elif len(self.gaps) > self.min_n:
            if above(self.threshold, q / self.top):
                return CHANGE
            self.warns = WARNING if above(self.warning, q / self.top) else NONE
        return self.warns


class HddmA:
    def __init__(self, side="usual", delta=.001, warning=.005):
        self.signs = {"down": [-1], "both": [1, -1]}.get(side, [1])
        self.delta, self.warning = delta, warning
        self.reset()

    def reset(self):
        self.values, self.cuts = [], {}

    def step(self, x):
        self.values.append(x)
        n, out = len(self.values), NONE
        for sign in self.signs:
            mean = sign * sum(self.values) / n
            bound = mean + math.sqrt(math.log(1 / self.delta) / (2 * n))
            cut = self.cuts.get(sign)
            if cut is None or not above(bound, cut[2]):
                cut = self.cuts[sign] = n, mean, bound
            k = cut[0]
            if k == n:
                continue
            for chance, signal in ((self.warning, WARNING), (self.delta, CHANGE)):
                if above(mean - cut[1], math.sqrt((n - k) / (n * k) / 2 * math.log(2 / chance))):
                    out = max(out, signal)
        return out


class HddmW:
    def __init__(self, side="usual", delta=.001, warning=.005, weight=.05):
        self.signs = {"down": [-1], "both": [1, -1]}.get(side, [1])
        self.delta, self.warning, self.weight = delta, warning, weight
        self.reset()

    def reset(self):
        self.values, self.cuts = [], {}

    def weighted(self, values):
        """Mean and sum of squared weights, as the paper's sums, the start counted as one more value."""
        if not values:
            return None
        mean, squares = values[0], 1.0
        for x in values[1:]:
            mean = self.weight * x + (1 - self.weight) * mean
        for _ in values:
            squares = self.weight ** 2 + (1 - self.weight) ** 2 * squares
        return mean, squares

    def step(self, x):
        self.values.append(x)
        out = NONE
        for sign in self.signs:
            mean, squares = self.weighted(self.values)
            bound = sign * mean + math.sqrt(squares * math.log(1 / self.delta) / 2)
            if sign not in self.cuts or above(self.cuts[sign][2], bound):
                self.cuts[sign] = len(self.values), (mean, squares), bound
            k, before, _ = self.cuts[sign]
            behind = self.weighted(self.values[k:])
            if behind is None:
                continue
            for chance, signal in ((self.warning, WARNING), (self.delta, CHANGE)):
                room = math.sqrt((before[1] + behind[1]) * math.log(1 / chance) / 2)
                if above(sign * (behind[0] - before[0]), room):
                    out = max(out, signal)
        return out


class Stepd:
    def __init__(self, delta=.003, warning=.05, window=30):
        self.delta, self.warning, self.window = delta, warning, window
        self.reset()

    def reset(self):
        self.values = []

    def step(self, x):
        self.values.append(x)
        n, w = len(self.values), self.window
        if n < 2 * w:
            return NONE
        recent, before = np.mean(self.values[-w:]), np.mean(self.values[:-w])
        parts, p = 1 / w + 1 / (n - w), np.mean(self.values)
        if recent <= before:
            return NONE
        z = (recent - before - parts / 2) / math.sqrt(p * (1 - p) * parts)
        if not above(z, 0):
            return NONE
        chance = norm.sf(z)
        return CHANGE if above(self.delta, chance) else WARNING if above(self.warning, chance) else NONE


class Ecdd:
    def __init__(self, weight=.2, warning=.5, min_n=30):
        self.weight, self.warning, self.min_n = weight, warning, min_n
        self.reset()

    def reset(self):
        self.values, self.z = [], 0.0

    def step(self, x):
        self.values.append(x)
        n, p, w = len(self.values), np.mean(self.values), self.weight
        self.z = w * x + (1 - w) * self.z
        if n < self.min_n:
            return NONE
        sd = math.sqrt(p * (1 - p) * w / (2 - w) * (1 - (1 - w) ** (2 * n)))
        limit = (3.97 - 6.56 * p + 48.73 * p**3 - 330.13 * p**5 + 848.18 * p**7) * sd
        return CHANGE if above(self.z - p, limit) else WARNING if above(self.z - p, self.warning * limit) else NONE


def plainly(detector, values):
    out = []
    for x in values:
        if not abs(x) < 1e100:
            signal = NONE
        else:
            try:
                signal = detector.step(x)
            except Close:
                break
        out.append(signal)
        if signal == CHANGE and not isinstance(detector, Adwin):
            detector.reset()
    return out


PLAIN = {"page_hinkley": PageHinkley, "ddm": Ddm, "rddm": Rddm, "eddm": Eddm, "hddm_a": HddmA, "hddm_w": HddmW,
         "stepd": Stepd, "ecdd": Ecdd}


def made(kind, params):
    if kind == "adwin":
        return Adwin(**params)
    if kind in PLAIN:
        if kind == "ddm":  # the first min_n values are not watched
            params = {**params, "min_n": params.get("min_n", 30) + 1}
        return PLAIN[kind](**params)
    return Chart(kind, **params)


OFTEN = {"clock": 1, "delta": .05, "buckets": 3, "min_window": 3}
CASES = [("adwin", {"mode": m, **p}) for m in MODES for p in ({}, OFTEN)]
CASES += [("page_hinkley", {"side": s, "threshold": 8.}) for s in SIDES]
CASES += [("page_hinkley", {"delta": 0, "weight": 1.})]
CASES += [(k, {"side": s}) for k in ("cusum", "ewma", "shewhart", "hddm_a", "hddm_w") for s in SIDES]
CASES += [("cusum", {"slack": 0, "min_n": 100}), ("ewma", {"weight": .3, "threshold": 3.})]
CASES += [(k, {}) for k in ("ddm", "eddm", "rddm", "stepd", "ecdd")]
CASES += [("ddm", {"min_n": 10, "warning": 1.}), ("eddm", {"min_n": 10, "threshold": .6, "warning": .8}),
          ("rddm", {"min_n": 20, "window": 70, "max_n": 200, "warnings": 8}),
          ("rddm", {"min_n": 40, "window": 100, "max_n": 150, "warnings": 400, "threshold": 3.}),
          ("stepd", {"window": 12, "delta": .0001}), ("ecdd", {"weight": .5, "min_n": 5, "warning": .8})]


def streams(kind, rng):
    """Levels that change every so often; some values are missing."""
    for length in (40, 120, 400):
        levels = np.repeat(rng.uniform(.05, .95, 1600 // length + 1), length)[:1600]
        if kind in ("adwin", "page_hinkley", "cusum", "ewma", "shewhart"):
            out = 6 * levels + rng.normal(size=1600)
        elif kind in ("hddm_a", "hddm_w") and length != 120:
            out = rng.uniform(size=1600) * levels
        else:
            out = (rng.uniform(size=1600) < levels).astype(float)
        out[rng.uniform(size=1600) < .01] = math.nan
        yield out


def restated():
    rng = np.random.default_rng(7)
    for kind, params in CASES:
        compared = changed = 0
        wrong = None
        for values in streams(kind, rng):
            if kind.startswith("hddm") or kind == "adwin":
                values = values[:700]
            wanted = plainly(made(kind, params), values)
            found = signals(kind, values, **params)[:len(wanted)]
            compared, changed = compared + len(wanted), changed + len(changes(wanted))
            if found != wanted and wrong is None:
                i = next(i for i, (a, b) in enumerate(zip(found, wanted)) if a != b)
                wrong = f"signal {found[i]} at {i}, not {wanted[i]}"
        yield f"{kind} {params}", wrong, compared, changed


def main():
    lines, n_changes, n_compared = [], 0, 0
    for what, found, wanted in published():
        lines.append((found == wanted, f"{what}: {found}" + ("" if found == wanted else f", not {wanted}")))
    for what, wrong, compared, changed in restated():
        lines.append((wrong is None, what + (f": {wrong}" if wrong else "")))
        n_changes, n_compared = n_changes + changed, n_compared + compared
    lines.append((n_changes > 500 and n_compared > 100_000, f"{n_compared} signals compared, {n_changes} changes"))
    print(f"1..{len(lines)}")
    for i, (good, text) in enumerate(lines, 1):
        print(f"{'ok' if good else 'not ok'} {i} - {text}".replace("#", ""))
    return 0 if all(good for good, _ in lines) else 1


if __name__ == "__main__":
    sys.exit(main())
