#!/usr/bin/python3
"""Hold what mlops/stats.h measures beside KS to SciPy, to fractions, and to recorded values.

usage: oracle_measures.py DUMP_STATS

Prints TAP. The vectors are ../shared/vectors/drift_open.json beside the checkout; without them that part is skipped.
"""
import itertools
import json
import math
import sys
import warnings
from fractions import Fraction

try:
    import numpy as np
    from scipy import special, stats
except ImportError as missing:
    print(f"1..0 # SKIP {missing}")
    sys.exit(0)

from oracle_stats import METHODS, SIDES, VECTORS, Dump, Tap, off, recorded_inputs, samples

SHARES = "status share_x share_y odds_ratio fisher_p z z_p".split()
CORRECTIONS = {"holm": 0, "bonferroni": 1, "bh": 2, "by": 3}
FIELDS = ("status mean_x mean_y variance_x variance_y t t_dof t_p welch welch_dof welch_p mann_whitney mann_whitney_p "
          "cramer cramer_p anderson anderson_p anderson_p_limit kuiper kuiper_p epps epps_p "
          "mann_whitney_exact cramer_exact").split()
BITS = {"moments": 1, "t": 2, "welch": 4, "mann_whitney": 8, "cramer": 16, "anderson": 32, "kuiper": 64, "epps": 128}
ALL = sum(BITS.values())


class Measures(Dump):
    def measure(self, x, y, side="two-sided", method="auto", wanted=ALL):
        x, y = np.asarray(x, "<f8"), np.asarray(y, "<f8")
        got = self.ask([9, METHODS[method], SIDES[side], wanted, len(x), len(y)], [x, y], len(FIELDS))
        return dict(zip(FIELDS, got))

    def shares(self, hits_x, n, hits_y, m, side="two-sided"):
        return dict(zip(SHARES, self.ask([7, hits_x, n, hits_y, m, SIDES[side]], [], len(SHARES))))

    def adjust(self, p, correction):
        p = np.asarray(p, "<f8")
        got = self.ask([8, CORRECTIONS[correction], len(p)], [p], 1 + len(p))
        return got[0], got[1:]


# ---- two samples ----

def peer(x, y, side, method):
    """What SciPy has, by our names; what it refuses is left out."""
    out = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        out["t"], out["t_p"] = stats.ttest_ind(x, y, alternative=side)
        out["welch"], out["welch_p"] = stats.ttest_ind(x, y, equal_var=False, alternative=side)
        ways = {"auto": "auto", "asymp": "asymptotic"}[method]
        out["mann_whitney"], out["mann_whitney_p"] = stats.mannwhitneyu(x, y, alternative=side, method=ways)
        if side == "two-sided":
            try:
                found = stats.cramervonmises_2samp(x, y, method=ways)
                out["cramer"], out["cramer_p"] = found.statistic, found.pvalue
            except ValueError:
                pass
            if len(set(x) | set(y)) > 1 and len(x) + len(y) > 3:
                found = stats.anderson_ksamp([x, y])
                out["anderson"], out["anderson_p"] = found.statistic, found.significance_level
            try:
                out["epps"], out["epps_p"] = stats.epps_singleton_2samp(x, y)
            except (ValueError, np.linalg.LinAlgError):
                pass
    return out


FLOORS = {"t": 1e-3, "welch": 1e-3, "anderson": 1e-1, "epps": 1e-1, "cramer": 1e-2}


def cramer_beyond(got, n, m):
    """How far out SciPy's limiting distribution is asked, whose series it ends early."""
    size, pairs = n + m, n * m
    variance = (size + 1) * (4 * pairs * size - 3 * (n * n + m * m) - 2 * pairs) / (45 * size ** 2 * 4 * pairs)
    return 1 / 6 + (got - (1 + 1 / size) / 6) / math.sqrt(45 * variance) > 1.5


def check_peer(dump, tap, rng):
    errors = {key: [] for key in "t welch mann_whitney cramer anderson epps".split()}
    sizes = [2, 3, 5, 8, 9, 20, 30, 100, 1000, 6000]
    for kind in ("normal", "ties", "lognormal", "mixed"):
        for n in sizes:
            for m in map(int, rng.choice(sizes, 3)):
                x, y = samples(rng, kind, n), samples(rng, kind, m) + rng.choice([0, .01, 1])
                for side in SIDES:
                    for method in ("auto", "asymp"):
                        slow = method == "auto" and min(n, m) <= 8 and max(n, m) > 100  # SciPy's recursion
                        got, want = dump.measure(x, y, side, method), peer(x, y, side, "asymp" if slow else method)
                        for key, value in want.items():
                            name = key.replace("_p", "")
                            if math.isnan(value) or (key != name and value < 1e-290) or (slow and key == "mann_whitney_p"):
                                continue
                            if key == "cramer_p" and not got["cramer_exact"] and cramer_beyond(got["cramer"], n, m):
                                continue
                            error = off(got[key], value, FLOORS.get(key, 0))
                            if key == "cramer_p" and not got["cramer_exact"]:
                                error = abs(got[key] - value)  # SciPy takes one less a CDF
                            if name == "epps":  # a matrix is inverted, nearly singular if one sample is small
                                error *= (1 if min(n, m) > 20 else 1e-3) * (1 if key == name else 1e-1)
                            errors[name].append((error, (kind, n, m, side, method, key, got[key], value)))
    for name, tolerance in (("t", 1e-12), ("welch", 1e-12), ("mann_whitney", 1e-12), ("cramer", 1e-12), ("anderson", 1e-12),
                            ("epps", 1e-10)):
        tap.group(f"{name} against SciPy", errors[name], tolerance)


def exact_mean(values):
    return sum(map(Fraction, values)) / len(values)


def check_moments(dump, tap, rng):
    """Means, variances and t against fractions, where SciPy's own lose digits too."""
    errors = []
    for kind in ("normal", "ties", "lognormal", "offset", "subnormal"):
        for n, m in ((1, 1), (1, 2), (2, 3), (60, 40), (700, 900)):
            x, y = samples(rng, kind, n), samples(rng, kind, m)
            got = dump.measure(x, y, wanted=7)
            sides = []
            for values, letter in ((x.tolist(), "x"), (y.tolist(), "y")):
                mean = exact_mean(values)
                squares = sum((Fraction(v) - mean) ** 2 for v in values)
                sides.append((mean, squares, len(values)))
                errors.append((off(got["mean_" + letter], float(mean)), (kind, n, m, "mean")))
                if len(values) > 1 and kind != "subnormal":
                    errors.append((off(got["variance_" + letter], float(squares / (len(values) - 1))), (kind, n, m, "variance")))
            (a, p, _), (b, q, _) = sides
            if n + m > 2 and p + q > 0 and kind != "subnormal":
                square = (a - b) ** 2 / ((p + q) / (n + m - 2) * (Fraction(1, n) + Fraction(1, m)))
                errors.append((off(abs(got["t"]), math.sqrt(square), 1e-3), (kind, n, m, "t")))
    tap.group("means, variances and t against fractions", errors, 1e-12)


def whole_cramer(x, y):
    """The share of all orders whose statistic is no less, by trying them all."""
    n, m = len(x), len(y)
    def excess(places):
        rest = [k for k in range(n + m) if k not in places]
        return n * sum((r - i) ** 2 for i, r in enumerate(sorted(places))) + m * sum((r - i) ** 2 for i, r in enumerate(rest))
    order = np.argsort(np.concatenate([x, y]), kind="stable")
    here = excess(frozenset(int(k) for k in np.flatnonzero(order < n)))
    every = [excess(frozenset(c)) for c in itertools.combinations(range(n + m), n)]
    return float(Fraction(sum(e >= here for e in every), len(every)))


def check_exact_ranks(dump, tap, rng):
    errors = []
    for n, m in ((1, 1), (1, 5), (3, 4), (4, 6), (5, 5), (6, 9)):
        for shift in (0, .5, 3):
            x, y = rng.normal(size=n), rng.normal(size=m) + shift
            got = dump.measure(x, y, wanted=16)
            errors.append((off(got["cramer_p"], whole_cramer(x, y)), (n, m, "cramer")))
    for n, m in ((1, 1), (1, 7), (3, 4), (8, 300), (30, 30), (90, 150)):
        counts = [1] + [0] * (n * m)
        for i in range(1, n + 1):
            for k in range(n * m, m + i - 1, -1):
                counts[k] -= counts[k - m - i]
            for k in range(i, n * m + 1):
                counts[k] += counts[k - i]
        for shift in (0, .1, 1, 3):
            x, y = rng.normal(size=n), rng.normal(size=m) + shift
            for side in SIDES:
                got = dump.measure(x, y, side, "exact", 8)
                u = int(got["mann_whitney"])
                less, greater = Fraction(sum(counts[:u + 1]), sum(counts)), Fraction(sum(counts[u:]), sum(counts))
                want = {"less": less, "greater": greater, "two-sided": min(1, 2 * min(less, greater))}[side]
                errors.append((off(got["mann_whitney_p"], float(want)) + 1 - got["mann_whitney_exact"], (n, m, side)))
    tap.group("exact p of ranks against all orders", errors, 1e-12)


def whole_kuiper(x, y):
    at = np.concatenate([x, y])
    gaps = np.searchsorted(np.sort(x), at, "right") * len(y) - np.searchsorted(np.sort(y), at, "right") * len(x)
    return (max(0, int(gaps.max())) - min(0, int(gaps.min()))) / (len(x) * len(y))


RANKS = "mann_whitney mann_whitney_p cramer cramer_p anderson anderson_p anderson_p_limit kuiper kuiper_p".split()
MEANS = "t t_p welch welch_p".split()


def check_properties(dump, tap, rng):
    errors = []
    def same(a, b, keys, tolerance, what):
        errors.extend((off(b[key], a[key], 1e-6) * 1e-12 / tolerance, (what, key)) for key in keys)
    for kind in ("normal", "ties", "lognormal"):
        for n, m in ((5, 7), (19, 20), (40, 30), (300, 500)):
            x, y = samples(rng, kind, n), samples(rng, kind, m) + .25
            for side in SIDES:
                a = dump.measure(x, y, side)
                errors.append((off(a["kuiper"], whole_kuiper(x, y)), "kuiper"))
                same(a, dump.measure(rng.permutation(x), rng.permutation(y), side), FIELDS, 1e-15, "permutation")
                same(a, dump.measure(np.cbrt(x), np.cbrt(y), side), RANKS, 1e-15, "monotone map")
                other = {"less": "greater", "greater": "less"}.get(side, side)
                b = dump.measure(y, x, other)
                same(a, b, [k for k in RANKS if k != "mann_whitney"] + ["t_p", "welch_p", "welch_dof"], 1e-12, "swap")
                errors += [(off(-b["t"], a["t"], 1e-6), "swap t"), (off(n * m - b["mann_whitney"], a["mann_whitney"]), "swap U"),
                           (off(b["epps"], a["epps"], 1e-3) * 1e-4, "swap epps")]
                b = dump.measure(-x, -y, other)
                same(a, b, ["kuiper", "kuiper_p", "cramer", "anderson", "mann_whitney_p", "t_p", "welch_p"], 1e-12, "mirror")
                same(a, dump.measure(8 * x, 8 * y, side), RANKS + MEANS + ["epps", "epps_p"], 1e-14, "scale")
                b = dump.measure(x + 1024, y + 1024, side)
                same(a, b, MEANS, 1e-10, "translation")
                errors += [(off(b["mean_x"] - 1024, a["mean_x"], 1), "mean"), (off(b["variance_x"], a["variance_x"], 1) * .1, "var")]
    for side in SIDES:
        a = dump.measure([1., 2, 3, 4, 5, 6], [2., 3, 4, 5, 6, 9], side)
        for key, bit in BITS.items():
            b = dump.measure([1., 2, 3, 4, 5, 6], [2., 3, 4, 5, 6, 9], side, wanted=bit)
            mine = [f for f in FIELDS[1:-2] if not math.isnan(b[f])]
            good = mine and all(off(b[f], a[f]) == 0 for f in mine) and all(f.startswith((key, "mean", "vari")) for f in mine)
            errors.append((0 if good else math.inf, (key, mine)))
    tap.group("permutation, monotone maps, swaps, mirrors, scale, translation, one measure at a time", errors, 1e-12)


def check_corners(dump, tap, rng):
    nan, inf = math.nan, math.inf
    tight = rng.normal(1, .01, 100), rng.normal(2, .01, 80)  # nothing of what varies may be lost to what does not
    tap.group("epps of samples far apart", [(off(dump.measure(*tight)["epps"], peer(*tight, "two-sided", "auto")["epps"]), "")],
              1e-10)
    plain = rng.normal(size=30), rng.normal(.3, 2, 40)
    want = dump.measure(*plain)
    tap.group("t of the least and of the largest numbers", [
        (off(dump.measure(plain[0] * 2.**power, plain[1] * 2.**power)[key], want[key]), (power, key))
        for power in (-1010, -600, -450, 450, 600, 1015) for key in ("t", "t_p", "welch", "welch_dof", "welch_p")], 1e-12)
    far = dump.measure([1e-200, 3e-200], [-1.7e308, 1.7e308, 1.7e308], wanted=7), dump.measure([1e-200, 3e-200], [1, inf], wanted=7)
    tap.group("means beside others of any size", [(off(one["mean_x"], 2e-200), "mean") for one in far], 1e-15)
    twins = dump.measure([1., 2, 3, 4, 5], [5., 4, 3, 2, 1])
    still = dump.measure([1.] * 15, [-1.] * 15)  # rounding is no variance
    tap.group("anderson of equal samples", [(off(twins[key], value), key) for key, value in
                                            peer([1, 2, 3, 4, 5], [1, 2, 3, 4, 5], "two-sided", "auto").items()
                                            if key in ("anderson", "anderson_p")], 1e-12)
    flat = dump.measure([2.] * 6, [2.] * 7)
    ends = dump.measure([1., 2, 3, 4, inf], [1., 2, 3, 4, 5])
    apart = dump.measure([1.] * 6, [2.] * 6)
    good = [all(math.isnan(flat[k]) for k in ("t", "t_p", "welch", "anderson", "anderson_p", "epps", "epps_p")),
            flat["mann_whitney_p"] == flat["cramer_p"] == flat["kuiper_p"] == 1,
            math.isnan(ends["t"]) and math.isnan(ends["epps"]) and math.isnan(ends["variance_x"]) and ends["mean_x"] == inf,
            ends["mann_whitney"] == 13, apart["t"] == -inf and apart["t_p"] == 0 and apart["kuiper"] == 1,
            apart["welch"] == -inf and apart["welch_p"] == 0, math.isnan(still["epps"]) and math.isnan(still["epps_p"]),
            math.isnan(dump.measure([1.], [2.])["t"]), dump.measure([1.], [2.])["mann_whitney_p"] == 1,
            math.isnan(dump.measure([1., 2], [3.])["anderson"]), dump.measure([1.], [2.], wanted=256)["status"] == -1,
            dump.measure([1e308, -1e308], [1.7e308, 1.7e308])["mean_y"] == 1.7e308]
    tap.group("constants, infinities, one value", [(0 if all(good) else inf, good)], 0)


def check_levels(dump, tap, rng):
    """Where nothing differs, p is below 0.05 in some 5 % of cases, here 36 to 90 of 1200; Epps and Singleton's in 7 %."""
    keys, below = [key for key in FIELDS if "_p" in key], []
    for n, m in ((60, 100), (400, 150)):
        p = []
        for _ in range(1200):
            got = dump.measure(rng.normal(size=n), rng.normal(size=m))
            p.append([got[key] for key in keys])
        shown = (np.array(p) <= .05).sum(0)
        below += [(0 if 36 <= seen <= (90 if key != "epps_p" else 115) else math.inf, (n, m, key, seen))
                  for key, seen in zip(keys, shown)]
    tap.group("p-values where nothing differs", below, 0)


def check_recorded(dump, tap):
    if not VECTORS.exists():
        tap.skip("recorded two-sample cases", f"{VECTORS} is not there")
        return
    statistic, p = [], []
    for case in json.loads(VECTORS.read_text())["two_sample"]:
        x, y = recorded_inputs(case)
        both = dump.measure(x, y)
        asymptotic = {side: dump.measure(x, y, side, "asymp") for side in SIDES}
        held = [("cramer_asymptotic", "cramer", asymptotic["two-sided"]), ("cramer_exact", "cramer", both),
                ("anderson_ksamp", "anderson", both), ("ttest", "t", both), ("welch", "welch", both),
                ("epps_singleton", "epps", both)]
        held += [("mwu_" + side, "mann_whitney", asymptotic[side]) for side in SIDES]
        for key, field, got in held:
            want = case.get(key.replace("cramer_", "cvm_"))
            if isinstance(want, str):
                p.append((0 if math.isnan(got[field]) else math.inf, (case["seed"], key)))
            elif want:
                loose = 1e-2 if field == "epps" else 1  # of which an inverted matrix is a part
                statistic.append((off(got[field], want[0], 1e-2) * loose, (case["seed"], key)))
                error = off(got[field + "_p"], want[1])
                if field == "cramer":  # one less a CDF, there
                    error = min(error, abs(got["cramer_p"] - want[1]) * 1e4)
                p.append((error * (1e-3 if field == "anderson" else 1), (case["seed"], key)))
    tap.group("recorded two-sample statistics", statistic, 1e-12)
    tap.group("recorded two-sample p-values", p, 1e-9)


# ---- counts ----

def cramers_v(x, y):
    """Bias-corrected, after the larger side is scaled down."""
    x, y = x[(x + y) > 0], y[(x + y) > 0]
    if len(x) < 2:
        return 0.0
    least = min(x.sum(), y.sum())
    table = np.stack([x * least / x.sum(), y * least / y.sum()])
    n, k = table.sum(), len(x)
    phi = max(0.0, stats.chi2_contingency(table)[0] / n - (k - 1) / (n - 1))
    return math.sqrt(phi / min(k - (k - 1) ** 2 / (n - 1) - 1, 2 - 1 / (n - 1) - 1))


def count_pairs(x, y):
    """What SciPy has of two histograms."""
    p, q, used = x / x.sum(), y / y.sum(), (x + y) > 0
    expected = x[used] * (y.sum() / x.sum())
    pairs = [("kl", stats.entropy(p, q)), ("kl_back", stats.entropy(q, p)), ("linf", np.abs(p - q).max()),
             ("hellinger", math.sqrt(((np.sqrt(p) - np.sqrt(q)) ** 2).sum() / 2)), ("cramers_v", cramers_v(x, y))]
    if used.sum() > 1:
        with np.errstate(divide="ignore"):
            pairs += zip(("fit", "fit_p"), stats.chisquare(y[used], expected))
            if (expected > 0).all():
                pairs += zip(("g", "g_p"), stats.power_divergence(y[used], expected, lambda_="log-likelihood"))
    return pairs


def check_counts(dump, tap, rng):
    errors = []
    for k in (1, 2, 3, 10, 65, 400):
        for size in (30, 1000, 10**6):
            for side in (1, 3):
                x, y = (rng.multinomial(size * s, rng.dirichlet(np.ones(k))) for s in (1, side))
                got = dump.counts(x, y)
                errors += [(off(got[key], want, 1e-3 if not key.endswith("_p") else 0), (k, size, key))
                           for key, want in count_pairs(x, y) if not key.endswith("_p") or want > 1e-300 or want == 0]
    tap.group("distances and tests of counts against SciPy", errors, 1e-12)
    errors = []
    for key in ("kl", "kl_back", "hellinger", "linf", "fit", "g", "cramers_v"):
        got = dump.counts([3, 5, 0, 9], [1, 4, 0, 7])[key]
        errors.append((off(got, dump.counts([9, 5, 3], [7, 4, 1])[key], 1e-3), ("order", key)))
    for scale in (1, 7, 1000):
        a, b = dump.counts([5, 6, 7], [9, 1, 2]), dump.counts([5 * scale, 6 * scale, 7 * scale], [9, 1, 2])
        errors += [(off(b[key], a[key]), ("scale", key)) for key in ("kl", "kl_back", "hellinger", "linf", "fit", "g")]
    swapped = dump.counts([9, 1, 2], [5, 6, 7])
    errors += [(off(swapped[to], a[key]), ("swap", key)) for key, to in (("kl", "kl_back"), ("hellinger", "hellinger"),
                                                                    ("linf", "linf"), ("cramers_v", "cramers_v"))]
    near = dump.counts([10**9, 10**9 + 1], [10**9 + 1, 10**9])  # SciPy's sums would cancel
    gap = Fraction(1, 2 * 10**9 + 1)
    for key, want in (("kl", 2 * gap * gap), ("hellinger", gap / Fraction(2).limit_denominator()), ("linf", gap)):
        want = float(want) if key != "hellinger" else float(gap) / math.sqrt(2)
        errors.append((off(near[key], want), ("near", key)))
    tap.group("counts: order, scale, sides, and what almost agrees", errors, 1e-12)
    new = dump.counts([0, 5, 5], [1, 5, 4])
    lost = dump.counts([1, 5, 4], [0, 5, 5])
    good = (new["fit"], new["fit_p"], new["g"], new["g_p"], new["kl_back"]) == (math.inf, 0, math.inf, 0, math.inf)
    good = good and lost["kl"] == math.inf and math.isfinite(new["kl"] + lost["fit"] + lost["g"] + lost["kl_back"])
    tap.group("a bin that the reference lacks", [(0 if good else math.inf, (new, lost))], 0)


# ---- shares ----

def fisher_fractions(a, n, c, m):
    """Fisher's p for the three alternatives, in whole numbers."""
    hits = a + c
    ways = {k: math.comb(n, k) * math.comb(m, hits - k) for k in range(max(0, hits - m), min(n, hits) + 1)}
    total = sum(ways.values())
    return {"two-sided": float(Fraction(sum(w for w in ways.values() if w <= ways[a]), total)),
            "less": float(Fraction(sum(w for k, w in ways.items() if k <= a), total)),
            "greater": float(Fraction(sum(w for k, w in ways.items() if k >= a), total))}


def check_shares(dump, tap, rng):
    fisher, z = [], []
    tables = [(a, n, c, m) for n, m in ((1, 1), (4, 7), (12, 12), (30, 9)) for a in range(0, n + 1, 3)
              for c in range(0, m + 1, 2)]
    for n, m in ((50, 50), (100, 1000), (400, 400), (3000, 2000)):
        for share in (.003, .1, .5, .97):
            for other in (share, share + .02, .3):
                tables.append((int(rng.binomial(n, share)), n, int(rng.binomial(m, min(other, 1))), m))
    for a, n, c, m in tables:
        want = fisher_fractions(a, n, c, m)
        for side in SIDES:
            got = dump.shares(a, n, c, m, side)
            if want[side] > 1e-300:
                fisher.append((off(got["fisher_p"], want[side]), (a, n, c, m, side)))
            pooled = (a + c) / (n + m)
            if 0 < pooled < 1:
                value = (a / n - c / m) / math.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m))
                tail = {"two-sided": 2 * stats.norm.sf(abs(value)), "less": stats.norm.cdf(value),
                        "greater": stats.norm.sf(value)}[side]
                z += [(off(got["z"], value, 1e-1), "z"), (off(got["z_p"], tail), (a, n, c, m, side))]
    tap.group("Fisher's p against whole numbers", fisher, 1e-12)
    tap.group("z test of proportions", z, 1e-12)
    large = []
    for a, n, c, m in ((500100, 10**6, 500000, 10**6), (10**8, 10**9, 10**8 + 30000, 10**9), (40, 10**11, 20, 10**10)):
        for side in ("less", "greater"):
            got, x = dump.shares(a, n, c, m, side)["fisher_p"], (a, n, c, m)
            # tails overlap in one table: less + greater = 1 + its probability
            both = dump.shares(a, n, c, m, "less")["fisher_p"] + dump.shares(a, n, c, m, "greater")["fisher_p"]
            large.append((0 if 1 < both < 1.1 and 0 < got < 1 else math.inf, (x, both)))
    tap.group("Fisher's p of large tables", large, 0)
    got = dump.shares(0, 5, 0, 7)
    good = got["fisher_p"] == 1 and all(math.isnan(got[key]) for key in ("odds_ratio", "z", "z_p"))
    refused = [dump.shares(*row)["status"] == -1 for row in ((6, 5, 0, 5), (-1, 5, 0, 5), (0, 0, 0, 1), (1, 10**12, 1, 1))]
    tap.group("no hits at all, and counts that are refused", [(0 if good and all(refused) else math.inf, (got, refused))], 0)


# ---- multiplicity ----

def adjusted(p, correction):
    """By definition: for each the largest, or smallest, over those beside it."""
    order, n = np.argsort(p, kind="stable"), len(p)
    ranked, out = p[order], np.empty(n)
    share = sum(1 / i for i in range(1, n + 1)) if correction == "by" else 1
    for i in range(n):
        if correction == "bonferroni":
            value = ranked[i] * n
        elif correction == "holm":
            value = max(ranked[j] * (n - j) for j in range(i + 1))
        else:
            value = min(ranked[j] * n / (j + 1) * share for j in range(i, n))
        out[order[i]] = min(value, 1)
    return out


def check_adjust(dump, tap, rng):
    errors = []
    for n in (0, 1, 2, 3, 10, 57):
        for correction in CORRECTIONS:
            for p in (rng.uniform(size=n), rng.uniform(size=n) ** 4, rng.integers(0, 4, n) / 4.0, np.ones(n)):
                status, got = dump.adjust(p, correction)
                errors += [(off(g, w) + abs(status), (correction, n)) for g, w in zip(got, adjusted(p, correction))]
                holed = np.insert(p, n // 2, math.nan)
                _, again = dump.adjust(holed, correction)
                good = np.isnan(again[n // 2]) and np.array_equal(np.delete(again, n // 2), got)
                errors.append((0 if good else math.inf, (correction, n, "NaN")))
    # Of R's p.adjust, as statsmodels has it.
    p = [0.01, 0.02, 0.03, 0.04, 0.05]
    for correction, want in (("holm", [.05, .08, .09, .09, .09]), ("bh", [.05] * 5), ("bonferroni", [.05, .1, .15, .2, .25]),
                             ("by", [.05 * 137 / 60] * 5)):
        errors += [(off(g, w), correction) for g, w in zip(dump.adjust(p, correction)[1], want)]
    errors.append((0 if dump.adjust([.5, 1.5], "bh")[0] == -1 else math.inf, "refused"))
    tap.group("adjusted p-values against their definitions", errors, 1e-14)


def check_recorded_counts(dump, tap):
    if not VECTORS.exists():
        tap.skip("recorded categorical cases", f"{VECTORS} is not there")
        return
    errors, fisher = [], []
    for case in json.loads(VECTORS.read_text())["categorical"]:
        got = dump.counts(case["ref"], case["cur"])
        for key, want in (("fit", case["chisquare_evidently"][0]), ("fit_p", case["chisquare_evidently"][1]),
                          ("hellinger", case["hellinger"]), ("linf", case["linf"]), ("tv", case["tvd"])):
            errors.append((off(got[key], want, 0 if key == "fit_p" else 1e-2), (case["seed"], key)))
        (a, b), (c, d) = case["fisher_2x2_first_vs_rest"][0]
        got = dump.shares(a, a + b, c, c + d)
        for key, want in zip(("odds_ratio", "fisher_p"), case["fisher_2x2_first_vs_rest"][1:]):
            fisher.append((off(got[key], want), (case["seed"], key)))
    tap.group("recorded categorical cases", errors, 1e-12)
    tap.group("recorded cases of Fisher's test", fisher, 1e-9)


def main():
    dump, tap, rng = Measures(sys.argv[1]), Tap(), np.random.default_rng(20240811)
    check_peer(dump, tap, rng)
    check_moments(dump, tap, rng)
    check_exact_ranks(dump, tap, rng)
    check_properties(dump, tap, rng)
    check_corners(dump, tap, rng)
    check_levels(dump, tap, rng)
    check_recorded(dump, tap)
    check_counts(dump, tap, rng)
    check_shares(dump, tap, rng)
    check_adjust(dump, tap, rng)
    check_recorded_counts(dump, tap)
    print(f"1..{tap.n}")
    return 1 if tap.failed else 0


if __name__ == "__main__":
    sys.exit(main())
