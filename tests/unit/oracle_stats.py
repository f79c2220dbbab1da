#!/usr/bin/python3
"""Hold lib/stats to SciPy, to fractions and decimals, to path counts, and to the recorded drift vectors.

usage: oracle_stats.py DUMP_STATS

Statistics agree to 1e-12 relative, p-values of limiting distributions to 1e-9 down to 1e-300, exact
p-values to 1e-9 while they exceed 1e-12. Where SciPy's own differences cancel, it is held to 1e-12 of a
stated floor, and fractions hold what is below. The vectors are ../shared/vectors/drift_open.json beside
the checkout; without them that part is skipped, and says so. Prints TAP.
"""
import bisect
import decimal
import json
import math
import os
import pathlib
import struct
import subprocess
import sys
import warnings
from fractions import Fraction

try:
    import numpy as np
    import scipy
    from scipy import special, stats
    from scipy.spatial.distance import jensenshannon
except ImportError as missing:
    print(f"1..0 # SKIP {missing}")
    sys.exit(0)

METHODS = {"auto": 0, "exact": 1, "asymp": 2}
SIDES = {"two-sided": 0, "less": 1, "greater": 2}
ROOT = pathlib.Path(os.environ.get("MLOPS_SOURCE_ROOT", pathlib.Path(__file__).resolve().parents[2]))
VECTORS = ROOT.parent / "shared" / "vectors" / "drift_open.json"
KEYS = ("status ks ks_p ks_sign ks_location energy ks_exact n m n_nan m_nan wasserstein").split()

COUNTS = ("status dof psi js tv chi2 chi2_p kl kl_back hellinger linf fit fit_p g g_p cramers_v").split()


class Dump:
    """The library behind a pipe."""

    def __init__(self, path):
        self.process = subprocess.Popen([path], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def ask(self, words, arrays, n_answers):
        message = struct.pack(f"<{len(words)}q", *words) + b"".join(a.tobytes() for a in arrays)
        self.process.stdin.write(message)
        self.process.stdin.flush()
        return np.frombuffer(self.process.stdout.read(8 * n_answers), "<f8")

    def compare(self, x, y, method="auto", side="two-sided"):
        x, y = np.asarray(x, "<f8"), np.asarray(y, "<f8")
        got = self.ask([1, METHODS[method], SIDES[side], len(x), len(y)], [x, y], len(KEYS))
        return dict(zip(KEYS, got))

    def function(self, which, pairs):
        pairs = np.asarray(pairs, "<f8").reshape(-1, 2)
        return self.ask([2, which, len(pairs)], [pairs], len(pairs))

    def counts(self, x, y):
        got = self.ask([3, len(x)], [np.asarray(x, "<i8"), np.asarray(y, "<i8")], len(COUNTS))
        return dict(zip(COUNTS, got))

    def sort(self, x):
        kept = int(self.ask([4, len(x)], [np.asarray(x, "<f8")], 1)[0])
        return np.frombuffer(self.process.stdout.read(8 * kept), "<f8")


class Tap:
    """Counts checks and keeps the worst error of each group."""

    def __init__(self):
        self.n = self.failed = 0

    def group(self, name, errors, tolerance):
        """errors: (error, what) pairs."""
        self.n += 1
        worst = max(errors, key=lambda e: e[0] if e[0] == e[0] else math.inf)
        good = worst[0] <= tolerance
        self.failed += not good
        print(f"{'ok' if good else 'not ok'} {self.n} - {name}: {len(errors)} checks, worst "
              f"{worst[0]:.1e} of {tolerance:.0e}" + ("" if good else f" at {worst[1]}"), flush=True)

    def skip(self, name, reason):
        self.n += 1
        print(f"ok {self.n} - {name} # SKIP {reason}")


def off(got, want, floor=0.0):
    """Relative error; 0 where both are the same special value."""
    if got == want or (got != got and want != want):
        return 0.0
    return abs(got - want) / max(abs(want), floor) if math.isfinite(want) and (want or floor) else math.inf


def quiet_ks(x, y, side, method):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return stats.ks_2samp(x, y, alternative=side, method=method)


def kstwo_sf(d, x, y):
    n, m = float(max(len(x), len(y))), float(min(len(x), len(y)))
    return stats.kstwo.sf(d, max(1, np.round(n * m / (n + m))))


def samples(rng, kind, n):
    if kind == "normal":
        return rng.normal(size=n)
    if kind == "ties":
        return np.floor(rng.uniform(0, 9, n))
    if kind == "lognormal":
        return rng.lognormal(0, 2, n)
    if kind == "mixed":
        return np.where(rng.uniform(size=n) < .3, 0.0, rng.normal(size=n).round(2))
    if kind == "offset":
        return 1e9 + rng.normal(size=n)
    return rng.integers(-5, 5, n) * 1e-310


def check_statistics(dump, tap, rng):
    d, w, e, p, place = [], [], [], [], []
    sizes = [1, 2, 3, 7, 49, 100, 300, 1000, 3000, 20000]
    for kind in ("normal", "ties", "lognormal", "mixed", "offset", "subnormal"):
        for n in sizes:
            m = int(rng.choice(sizes))
            x, y = samples(rng, kind, n), samples(rng, kind, m) + rng.choice([0, 0, .01, 1])
            for side in SIDES:
                got, want = dump.compare(x, y, "asymp", side), quiet_ks(x, y, side, "asymp")
                what = (kind, n, m, side)
                d.append((off(got["ks"], want.statistic, 1e-3), what))
                if side == "two-sided":
                    w.append((off(got["wasserstein"], stats.wasserstein_distance(x, y)), what))
                    e.append((off(got["energy"], stats.energy_distance(x, y)), what))
                    p.append((off(got["ks_p"], kstwo_sf(got["ks"], x, y)), what))
                elif want.pvalue > 1e-300:
                    p.append((off(got["ks_p"], want.pvalue), what))
                at = got["ks_location"]
                gap = (x <= at).mean() - (y <= at).mean()
                place.append((abs(gap * got["ks_sign"] - got["ks"]), what))
    tap.group("KS distance", d, 1e-12)
    tap.group("Wasserstein distance", w, 1e-12)
    tap.group("energy distance", e, 1e-12)
    tap.group("asymptotic KS p", p, 1e-9)
    tap.group("sign and location of the KS distance", place, 1e-12)


def whole_ks(x, y, side):
    """The statistic from whole numbers: counts up to each value, times the size of the other sample."""
    at = np.concatenate([x, y])
    gaps = (np.searchsorted(np.sort(x), at, "right") * len(y) - np.searchsorted(np.sort(y), at, "right") * len(x))
    if side != "greater":
        gaps = np.concatenate([gaps if side == "two-sided" else [0], -gaps])
    return max(0, int(gaps.max())) / (len(x) * len(y))


def root(fraction):
    with decimal.localcontext(decimal.Context(prec=60, Emin=-9999, Emax=9999)):
        return float((decimal.Decimal(fraction.numerator) / fraction.denominator).sqrt())


def fraction_distances(x, y):
    """Wasserstein and energy distance without any rounding but the last."""
    xs, ys, at = sorted(x), sorted(y), sorted({*x, *y})
    area = squares = Fraction(0)
    for low, high in zip(at, at[1:]):
        gap = Fraction(bisect.bisect_right(xs, low), len(xs)) - Fraction(bisect.bisect_right(ys, low), len(ys))
        width = Fraction(high) - Fraction(low)
        area += abs(gap) * width
        squares += gap * gap * width
    return float(area), root(2 * squares)


def check_fractions(dump, tap, rng):
    d, w, e = [], [], []
    for kind in ("normal", "ties", "lognormal", "mixed", "offset"):
        for n, m in ((1, 1), (1, 7), (40, 1), (2, 3), (30, 50), (150, 90), (300, 299), (20000, 15000)):
            for shift in (0, 1e-9, .5):
                x, y = samples(rng, kind, n), samples(rng, kind, m) + shift
                for side in SIDES:
                    got = dump.compare(x, y, "asymp", side)
                    d.append((off(got["ks"], whole_ks(x, y, side)), (kind, n, m, shift, side)))
                if n + m < 1000:
                    area, energy = fraction_distances(x.tolist(), y.tolist())
                    w.append((off(got["wasserstein"], area), (kind, n, m, shift)))
                    e.append((off(got["energy"], energy), (kind, n, m, shift)))
    tap.group("KS distance against whole numbers", d, 1e-15)
    tap.group("Wasserstein distance against fractions", w, 1e-12)
    tap.group("energy distance against fractions", e, 1e-12)


def check_special_values(dump, tap, rng):
    errors = []
    inf, nan = math.inf, math.nan
    for n in (1, 5, 60, 500):
        x, y = rng.normal(size=n), rng.normal(size=2 * n)
        holed, other = np.insert(x, n // 2, nan), np.append(y, [nan, nan])
        got, want = dump.compare(holed, other), dump.compare(x, y)
        for key in ("ks", "ks_p", "wasserstein", "energy", "n", "m"):
            errors.append((off(got[key], want[key]), ("nan", n, key)))
        errors += [(abs(got["n_nan"] - 1), "n_nan"), (abs(got["m_nan"] - 2), "m_nan")]
        ends = np.concatenate([x, [inf] * n, [-inf] * (2 * n)])
        same = np.concatenate([y, [inf] * (2 * n), [-inf] * (4 * n)])
        got = dump.compare(ends, same)  # a quarter each side of the same share: the ends cancel
        errors.append((off(got["ks"], quiet_ks(ends, same, "two-sided", "asymp").statistic, 1e-3), "inf ks"))
        errors.append((off(got["wasserstein"], stats.wasserstein_distance(x, y) / 4), "inf cancels"))
        for a, b in (([inf], []), ([-inf], []), ([], [inf]), ([inf], [-inf]), ([inf, inf], [inf])):
            got = dump.compare(np.append(x, a), np.append(y, b))
            errors.append((0.0 if got["wasserstein"] == inf and got["energy"] == inf else inf, (a, b)))
    got = dump.compare([inf, inf], [inf])
    errors.append((abs(got["ks"]) + abs(got["wasserstein"]) + abs(got["energy"]), "only inf"))
    got = dump.compare([-1.7e308, 1.7e308], [1.7e308])  # a span beyond float64
    errors.append((off(got["wasserstein"], 1.7e308), "wide"))
    got = dump.compare([-9e307], [8e307])  # a span whose double is beyond float64
    errors.append((off(got["energy"], 2 * math.sqrt(8.5e307)), "energy of half the range"))
    wide = np.tile([-1.7e308, 0.0, 0.0, 1.7e308], 100), np.tile([-1.7e308, 5e-324, 5e-324, 1.7e308], 100)
    errors.append((abs(dump.compare(*wide)["ks"] - .5), "the least of numbers beside the largest"))
    got = dump.compare([0.0, -0.0], [-0.0])
    errors.append((abs(got["ks"]) + abs(got["wasserstein"]), "zeros"))
    errors.append((0 if dump.compare([nan], [1.0])["status"] == -1 else inf, "all NaN"))
    errors.append((0 if dump.compare([], [1.0])["status"] == -1 else inf, "empty"))
    tap.group("NaN, infinities, wide spans, empty samples", errors, 1e-12)


def paths_outside(n, m, gap, side):
    """Share of lattice paths that reach |x/n - y/m| >= gap / lcm, in whole numbers."""
    g = math.gcd(n, m)
    inside = [[0] * (m + 1) for _ in range(n + 1)]
    for i in range(n + 1):
        for j in range(m + 1):
            apart = i * (m // g) - j * (n // g)
            if (abs(apart) if side == "two-sided" else apart) >= gap:
                continue
            inside[i][j] = 1 if i + j == 0 else (inside[i - 1][j] if i else 0) + (inside[i][j - 1] if j else 0)
    return float(1 - Fraction(inside[n][m], math.comb(n + m, n)))


def check_exact(dump, tap, rng):
    whole, peer = [], []
    for n, m in ((1, 1), (1, 4), (2, 3), (5, 5), (8, 9), (12, 20), (30, 30), (31, 17), (60, 40), (90, 120)):
        for kind, shift in (("normal", 0), ("normal", .3), ("normal", 2), ("ties", 0), ("ties", 2), ("mixed", 0)):
            x, y = samples(rng, kind, n), samples(rng, kind, m) + shift
            for side in SIDES:
                got = dump.compare(x, y, "exact", side)
                gap = round(got["ks"] * n * m / math.gcd(n, m))
                want = paths_outside(n, m, gap, side) if gap else 1.0
                if want > 1e-12:
                    whole.append((off(got["ks_p"], want), (n, m, side, kind, shift)))
                whole.append((abs(got["ks_exact"] - 1), "flag"))
    for n, m in ((200, 150), (1000, 1000), (1000, 800), (3000, 3000), (4000, 9000), (10000, 500)):
        for kind, shift in (("normal", 0), ("normal", .05), ("normal", .2), ("mixed", 0)):
            x, y = samples(rng, kind, n), samples(rng, kind, m) + shift
            for side in SIDES:
                got, want = dump.compare(x, y, "auto", side), quiet_ks(x, y, side, "auto")
                if want.pvalue > 1e-12:
                    peer.append((off(got["ks_p"], want.pvalue), (n, m, side, kind, shift)))
    tap.group("exact KS p against whole-number path counts", whole, 1e-9)
    tap.group("exact KS p against SciPy", peer, 1e-9)


def check_tails(dump, tap, rng):
    grid = [(float(x), float(k)) for k in (1, 2, 3, 4, 7, 9, 30, 64, 101, 1000, 20000)
            for x in np.concatenate([k * np.geomspace(1e-6, 1, 25), k + np.sqrt(2 * k) * np.linspace(0, 9, 30),
                                     k + np.geomspace(1, 1300, 30)])]
    want = special.chdtrc([k for _, k in grid], [x for x, _ in grid])
    got = dump.function(0, grid)
    tap.group("chi-squared tail", [(off(g, w), a) for g, w, a in zip(got, want, grid) if w > 1e-300], 1e-12)
    x = np.concatenate([np.linspace(-9, 9, 181), np.linspace(9, 37, 57)])
    got = dump.function(1, np.stack([x, x], 1))
    tap.group("normal tail", [(off(g, w), a) for g, w, a in zip(got, stats.norm.sf(x), x)], 1e-12)
    pairs = []
    for n in (1, 2, 3, 5, 10, 37, 100, 139, 140, 141, 200, 500, 1000, 3000, 9999, 50000, 99999, 10**5 + 1, 10**6,
              10**7):
        # beyond 10^6 SciPy replaces Smirnov's sum by a term that is off by up to 5 % in the tail
        few = 60 if n <= 10**4 else 8
        d = np.concatenate([np.geomspace(.3, 27 if n <= 10**6 else 1.4, few) / math.sqrt(n),
                            np.linspace(.4, 1.6, 7) / n, (1.4 / n)**(2 / 3) * np.array([.9, .999, 1.001, 1.1]),
                            [.2, .5, .9, 1 - .5 / n]])
        pairs += [(float(v), float(n)) for v in d if 0 < v < 1 and (n <= 10**6 or n * v * v < 2.2)]
    got = dump.function(2, pairs)
    want = [stats.kstwo.sf(d, int(n)) for d, n in pairs]
    tap.group("Kolmogorov's tail at finite n",
              [(off(g, w), a) for g, w, a in zip(got, want, pairs) if w > 1e-300], 1e-9)
    one = [(d, n) for d, n in pairs if n <= 8192 or (n <= 10**6 and n * d * d >= 1)]
    got = dump.function(3, one)
    want = special.smirnov([int(n) for _, n in one], [d for d, _ in one])
    tap.group("Smirnov's tail at finite n",
              [(off(g, w), a) for g, w, a in zip(got, want, one) if w > 1e-300], 1e-9)
    x = np.concatenate([np.geomspace(1e-18, 1e3, 90), -np.geomspace(1e-18, .999, 90)])
    got = dump.function(4, np.stack([x, x], 1))
    tap.group("ln(1 + x)", [(off(g, w), a) for g, w, a in zip(got, np.log1p(x), x)], 1e-15)


def psi(x, y):
    p, q = np.where(x == 0, .5, x) / x.sum(), np.where(y == 0, .5, y) / y.sum()
    used = (x + y) > 0
    return float(np.sum(((p - q) * np.log(p / q))[used]))


def decimal_counts(x, y):
    """Distances of counts in 60 decimal digits, and chi-squared with Yates' correction in fractions."""
    n, m, js, index = int(sum(x)), int(sum(y)), decimal.Decimal(0), decimal.Decimal(0)
    with decimal.localcontext(decimal.Context(prec=60)):
        for a, b in ((int(a), int(b)) for a, b in zip(x, y) if a + b):
            p, q = decimal.Decimal(a) / n, decimal.Decimal(b) / m
            js += sum(r * (2 * r / (p + q)).ln() / 2 for r in (p, q) if r)
            p, q = (decimal.Decimal(c or ".5") / total for c, total in ((a, n), (b, m)))
            index += (p - q) * (p / q).ln()
        out = {"js": float(js.sqrt() if js > 0 else 0), "psi": float(index)}
    used = [(int(a), int(b)) for a, b in zip(x, y) if a + b]
    out["tv"] = float(sum(abs(Fraction(a, n) - Fraction(b, m)) for a, b in used) / 2)
    chi2 = Fraction(0)
    for a, b in used:
        for seen, total in ((a, n), (b, m)):
            due = Fraction((a + b) * total, n + m)
            gap = abs(seen - due)
            chi2 += (gap - min(Fraction(1, 2), gap) * (len(used) == 2)) ** 2 / due
    return {**out, "chi2": float(chi2), "dof": len(used) - 1}


def check_decimals(dump, tap, rng):
    errors = []
    for k in (1, 2, 3, 10, 65):
        for size in (1, 30, 1000, 10**6, 10**9):
            p = rng.dirichlet(np.ones(k))
            for x, y in ((rng.multinomial(size, p), rng.multinomial(3 * size, p)),  # close to each other
                         (rng.multinomial(size, p), rng.multinomial(size, rng.dirichlet(np.ones(k) / 4)))):
                got, want = dump.counts(x, y), decimal_counts(x, y)
                errors += [(off(got[key], want[key]), (k, size, key)) for key in want]
                if want["dof"] and (tail := special.chdtrc(want["dof"], want["chi2"])) > 1e-300:
                    errors.append((off(got["chi2_p"], tail), (k, size, "chi2_p")))
    tap.group("distances of counts against decimals", errors, 1e-12)


def check_counts(dump, tap, rng):
    plain, close = [], []
    for k in (1, 2, 3, 10, 65, 400):
        for size in (30, 1000, 10**6):
            x = rng.multinomial(size, rng.dirichlet(np.ones(k)))
            y = rng.multinomial(2 * size, rng.dirichlet(np.ones(k)))
            got = dump.counts(x, y)
            p, q = x / x.sum(), y / y.sum()
            pairs = [("js", jensenshannon(p, q)), ("tv", np.abs(p - q).sum() / 2), ("psi", psi(x, y))]
            used = (x + y) > 0
            if used.sum() > 1:
                chi2, chi2_p, dof, _ = stats.chi2_contingency(np.stack([x, y])[:, used])
                pairs += [("chi2", chi2), ("dof", dof)]
                if chi2_p > 1e-300:
                    pairs.append(("chi2_p", chi2_p))
            plain += [(off(got[key], want, 1e-3), (k, size, key)) for key, want in pairs]
    tap.group("distances of counts", plain, 1e-12)
    x, y = [10**9, 10**9 + 1], [10**9 + 1, 10**9]  # so close that SciPy's own sum cancels
    a, b = Fraction(x[0], sum(x)), Fraction(y[0], sum(y))
    want = 2 * float(a - b) * math.log1p(float((a - b) / b)) if a != b else 0
    close.append((off(dump.counts(x, y)["psi"], want), "psi"))
    e = float((b - a) / (a + b))
    close.append((off(dump.counts(x, y)["js"], math.sqrt(e * e / 2)), "js"))
    close.append((0 if dump.counts([0, 0], [1, 2])["status"] == -1 else math.inf, "empty side"))
    close.append((0 if dump.counts([-1, 3], [1, 2])["status"] == -1 else math.inf, "negative"))
    tap.group("counts that almost agree, and counts that are refused", close, 1e-9)


def check_sort(dump, tap, rng):
    errors = []
    for n in (0, 1, 2, 47, 48, 49, 100, 4095, 4096, 20000, 300000):
        for kind, x in (("normal", rng.normal(size=n)), ("ties", rng.integers(0, 7, n) * 1.0),
                        ("ascending", np.arange(n) * 1.0), ("descending", -np.arange(n) * 1.0),
                        ("narrow", 1 + rng.integers(0, 2**30, n) * 2.0**-52),
                        ("two scales", np.where(rng.uniform(size=n) < .5, 1e6, 1) + rng.normal(size=n) * 1e-9),
                        ("signs and ends", rng.choice([-np.inf, -1e-300, -0.0, 0.0, 1e308, np.inf, np.nan], n)),
                        ("bits", np.copysign(rng.integers(0, 2**63, n).view("<f8"), rng.choice([-1, 1], n)))):
            got, want = dump.sort(x), np.sort(x[~np.isnan(x)]) + 0.0
            errors.append((0 if got.tobytes() == want.tobytes() else math.inf, (kind, n)))
    tap.group("sorting", errors, 0)


def recorded_inputs(case):
    state, values = case["seed"], []
    for k in range(case["n"] + case["m"]):
        state = (state + 0x9E3779B97F4A7C15) % 2**64
        z = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) % 2**64
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) % 2**64
        u = ((z ^ (z >> 31)) >> 11) * 2.0**-53
        shift, scale = (0, 1) if k < case["n"] else (case["shift"], case["scale"])
        inner = min(max(u, 2.0**-53), 1 - 2.0**-53)
        values.append({"uniform": lambda: shift + scale * u,
                       "logistic": lambda: shift + scale * math.log(inner / (1 - inner)),
                       "expo": lambda: shift - scale * math.log(1 - u),
                       "ties": lambda: math.floor(8 * u) + shift,
                       "dyadic": lambda: math.floor(4096 * u) / 1024 + shift}[case["kind"]]())
    return np.array(values[:case["n"]]), np.array(values[case["n"]:])


def histograms(x, y):
    """Counts over the bins of Sturges' rule, as the vectors have them."""
    edges = np.histogram_bin_edges(np.concatenate([x, y]), "sturges")
    return np.histogram(x, edges)[0], np.histogram(y, edges)[0]


def check_inputs(case, x, y):
    """How far the inputs are from what the vectors say of them."""
    heads = [off(a, b) for v, key in ((x, "x_head"), (y, "y_head")) for a, b in zip(v, case[key])]
    sums = [off(v.sum(), case[key], 1.0) for v, key in ((x, "x_sum"), (y, "y_sum"))]
    return max(*heads, max(sums) / 1000)  # 1e-15 and 1e-12 are due


def check_vectors(dump, tap):
    if not VECTORS.exists():
        tap.skip("recorded vectors", f"{VECTORS} is not there")
        return
    recorded = json.loads(VECTORS.read_text())
    given, statistic, p_value, table = [], [], [], []
    for case in recorded["two_sample"]:
        x, y = recorded_inputs(case)
        given.append((check_inputs(case, x, y), case["seed"]))
        counts = histograms(x, y)
        got = dump.counts(*counts)
        table.append((off(got["js"], case["js_distance_base_e_sturges"], 1e-2), (case["seed"], "js of bins")))
        if min(map(min, counts)) > 0:  # empty bins are filled otherwise there
            table.append((off(got["psi"], case["psi_evidently"], 1e-2), (case["seed"], "psi of bins")))
        for key, want in case.items():
            what = (case["seed"], key)
            if key.startswith("ks_"):
                _, side, method = key.split("_")
                got = dump.compare(x, y, method, side)
                statistic.append((off(got["ks"], want[0], 1e-2), what))
                if want[1] > (1e-300 if method == "asymp" else 1e-12):
                    p_value.append((off(got["ks_p"], want[1]), what))
            elif key in ("wasserstein", "energy"):
                statistic.append((off(dump.compare(x, y)[key], want), what))
    for case in recorded["categorical"]:
        got = dump.counts(case["ref"], case["cur"])
        for key, want in (("chi2", case["chi2_contingency"][0]), ("dof", case["chi2_contingency"][2]),
                          ("js", case["js_base_e"]), ("tv", case["tvd"])):
            table.append((off(got[key], want, 1e-2), (case["seed"], key)))
        p_value.append((off(got["chi2_p"], case["chi2_contingency"][1]), (case["seed"], "chi2_p")))
    tap.group("inputs are the recorded ones", given, 1e-15)
    tap.group("recorded statistics", statistic, 1e-12)
    tap.group("recorded p-values", p_value, 1e-9)
    tap.group("recorded distances of counts", table, 1e-12)


def main():
    dump, tap, rng = Dump(sys.argv[1]), Tap(), np.random.default_rng(20240607)
    print(f"# SciPy {scipy.__version__}, NumPy {np.__version__}")
    check_sort(dump, tap, rng)
    check_statistics(dump, tap, rng)
    check_fractions(dump, tap, rng)
    check_special_values(dump, tap, rng)
    check_exact(dump, tap, rng)
    check_tails(dump, tap, rng)
    check_counts(dump, tap, rng)
    check_decimals(dump, tap, rng)
    check_vectors(dump, tap)
    print(f"1..{tap.n}")
    return 1 if tap.failed else 0


if __name__ == "__main__":
    sys.exit(main())
