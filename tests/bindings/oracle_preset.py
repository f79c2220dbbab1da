#!/usr/bin/python3
"""Presets of drift against the rules of others, restated here with NumPy, pandas and SciPy as docs/drift.md has them,
and against recorded values.

usage: oracle_preset.py. Prints TAP.
"""
import json
import math
import pathlib
import sys
import tempfile
import unittest
import warnings

try:
    import mlops
except ImportError as missing:
    print(f"1..0 # SKIP {missing}")
    sys.exit(0)
try:
    import numpy as np
    import pandas as pd
    from scipy import stats
    from scipy.spatial import distance
except ImportError as missing:
    print(f"1..0 # SKIP {missing}")
    sys.exit(0)

from test_python import main

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "unit"))
from oracle_stats import recorded_inputs  # noqa: E402

VECTORS = pathlib.Path(__file__).resolve().parents[2].parent / "shared" / "vectors" / "drift_open.json"
NAN = math.nan


# ---- samples: sizes around the switches, constants, few values, ties, nulls, infinities, new categories ----

def numbers(rng, n, moved):
    kind = rng.integers(8)
    if kind == 0:
        x = np.full(n, 3.0) if not (moved and rng.random() < 0.3) else np.full(n, 4.0)
    elif kind == 1:
        x = rng.integers(0, rng.integers(2, 9), n).astype(float)
    elif kind == 2:
        x = rng.integers(0, rng.integers(15, 40), n).astype(float)
    elif kind == 3:
        x = np.exp(rng.normal(size=n))
    elif kind == 4:
        x = rng.normal(size=n) * 1e-5
    else:
        x = rng.normal(size=n)
    if moved:
        unit = 1e-5 if kind == 4 else 1
        x = x + (rng.choice([0, 0.1, 1]) if kind in (1, 2) else rng.choice([0, 0, 0.1, 0.5]) * unit)
    return x


def dirt(rng, x):
    x = x.copy()
    if rng.random() < 0.5:
        x[rng.random(len(x)) < 0.1] = NAN
    if rng.random() < 0.4:
        x[rng.random(len(x)) < 0.05] = rng.choice([math.inf, -math.inf])
    if rng.random() < 0.03:
        x[:] = rng.choice([NAN, math.inf])
    return x


def words(rng, n, moved):
    k = rng.choice([1, 2, 3, 8, 90])
    share = rng.dirichlet(np.full(k, 0.7))
    at = rng.choice(k, n, p=share)
    names = [f"w{i}" for i in range(k)] + ["new", "other"]
    x = [names[i] for i in at]
    if moved and rng.random() < 0.4:
        x[0] = "new"
    return [None if rng.random() < 0.02 else w for w in x] if rng.random() < 0.4 else x


def sizes(rng):
    return int(rng.choice([1, 4, 30, 200, 999, 1000, 1001, 1100, 3000])), int(rng.choice([1, 5, 50, 300, 1000, 2500]))


def draw(rng):
    """A column of both sides: a name of its kind, and two lists or arrays."""
    n, m = sizes(rng)
    kind = rng.integers(4)
    state = rng.bit_generator.state
    if kind < 2:
        x = numbers(rng, n, False)
        if rng.random() < 0.8:  # the same kind of numbers
            rng.bit_generator.state = state
        return "num", dirt(rng, x), dirt(rng, numbers(rng, m, True))
    if kind == 2:
        return "cat", words(rng, n, False), words(rng, m, True)
    p = rng.random()
    return "cat", list(map(bool, rng.random(n) < p)), list(map(bool, rng.random(m) < p + rng.choice([0, 0.1])))


# ---- Evidently ----

def evidently_bins(ref, cur, kind):
    """Shares of both, before empty ones are filled."""
    if kind == "num" and ref.nunique() > 20:
        edges = np.histogram_bin_edges(np.concatenate([ref, cur]), "sturges")
        return np.histogram(ref, edges)[0] / len(ref), np.histogram(cur, edges)[0] / len(cur)
    keys = sorted(set(ref) | set(cur))
    return tuple(s.value_counts().reindex(keys).fillna(0).to_numpy() / len(s) for s in (ref, cur))


def filled(z):
    z = z.copy()
    least = z[z != 0].min()
    z[z == 0] = least / 1e6 if least <= 1e-4 else 1e-4
    return z


def js_distance(p, q, base=None):
    """By terms that do not cancel, so that small ones can be held to it."""
    p, q = p / p.sum(), q / q.sum()
    mid = (p + q) / 2
    terms = []
    for a, b, c in zip(p, q, mid):
        e = (a - b) / (a + b) if c > 0 else 0
        if 0 < abs(e) < 0.01:
            terms.append(c * sum(e ** (2 * i) / (i * (2 * i - 1)) for i in range(1, 9)))
        else:
            terms += [a * math.log(a / c) if a > 0 else 0, b * math.log(b / c) if b > 0 else 0]
    return math.sqrt(math.fsum(terms) / 2 / math.log(base or math.e))


def evidently(kind, ref, cur):
    ref, cur = (pd.Series(s).replace([np.inf, -np.inf], np.nan).dropna() if kind == "num"
                else pd.Series(s, dtype=object).dropna() for s in (ref, cur))
    if ref.empty or cur.empty:
        return None
    p, q = evidently_bins(ref, cur, kind)
    out = {"psi": float(np.sum((filled(p) - filled(q)) * np.log(filled(p) / filled(q)))), "js": js_distance(p, q)}
    theirs = distance.jensenshannon(p, q)
    assert math.isnan(theirs) or abs(out["js"] ** 2 - theirs**2) < 1e-13, (p, q, out["js"], theirs)
    distinct = pd.concat([ref, cur]).nunique()
    if len(ref) > 1000:
        if kind == "num" and distinct > 5:
            score = stats.wasserstein_distance(ref, cur) / max(np.std(ref), 0.001)
            return out | {"test": "wasserstein", "effect": score, "p": NAN, "limit": 0.1, "yes": score >= 0.1}
        score = out["js"] if kind == "cat" or ref.nunique() <= 20 else NAN
        return out | {"test": "jensenshannon", "effect": score, "p": NAN, "limit": 0.1, "yes": score >= 0.1}
    if kind == "num" and distinct > 5:
        found = stats.ks_2samp(ref, cur)
        return out | {"test": "ks", "effect": found.statistic, "p": found.pvalue, "limit": 0.05,
                      "yes": found.pvalue <= 0.05}
    keys = sorted(set(ref) | set(cur))
    if distinct > 2:
        expected = [(ref == key).sum() * len(cur) / len(ref) for key in keys]
        found = stats.chisquare([(cur == key).sum() for key in keys], expected)
        return out | {"test": "chisquare", "effect": found.statistic, "p": found.pvalue, "limit": 0.05,
                      "yes": found.pvalue < 0.05}
    z, p_value = 0.0, 1.0
    if len(keys) > 1:
        p1, p2 = (ref != keys[0]).mean(), (cur != keys[0]).mean()
        pooled = (p1 * len(ref) + p2 * len(cur)) / (len(ref) + len(cur))
        z = (p1 - p2) / math.sqrt(pooled * (1 - pooled) * (1 / len(ref) + 1 / len(cur)))
        p_value = 2 * stats.norm.sf(abs(z))
    return out | {"test": "z", "effect": z, "p": p_value, "limit": 0.05, "yes": p_value < 0.05}


# ---- NannyML ----

def nannyml(kind, ref, cur):
    ref, cur = (pd.Series(s, dtype=float if kind == "num" else object) for s in (ref, cur))
    whole, now = ref.dropna(), cur.dropna()
    if whole.empty or now.empty or len(ref) < 10 or kind == "num" and np.isinf(whole).any():
        return None
    if kind == "num":
        edges = np.histogram_bin_edges(whole, "doane")
        count = lambda s: np.histogram(s, edges)[0]  # noqa: E731
    else:
        keys = sorted(whole.unique())
        count = lambda s: s.value_counts().reindex(keys).fillna(0).to_numpy()  # noqa: E731

    def far(s):
        if s.empty:
            return NAN
        p, q = count(whole), count(s)
        return js_distance(np.append(p, 0) / len(whole), np.append(q, len(s) - q.sum()) / len(s), 2)

    size = len(ref) // 10
    chunks = [far(ref[i:i + size].dropna()) for i in range(0, len(ref), size)]
    limit = min(1, np.nanmean(chunks) + 3 * np.nanstd(chunks))
    return {"test": "jensenshannon", "effect": far(now), "p": NAN, "limit": limit, "yes": far(now) > limit}


# ---- alibi-detect, of which a table has one column here ----

def alibi(kind, ref, cur):
    ref, cur = (pd.Series(s, dtype=float if kind == "num" else object).dropna() for s in (ref, cur))
    if ref.empty or cur.empty:
        return None
    if kind == "num":
        test, found = "ks", stats.ks_2samp(ref, cur)
        found = found.statistic, found.pvalue
    else:
        keys = sorted(ref.unique())
        table = np.array([s.value_counts().reindex(keys).fillna(0).to_numpy() for s in (ref, cur)])
        if table[1].sum() == 0:
            return None
        test, found = "chi2", stats.chi2_contingency(table)
    return {"test": test, "effect": found[0], "p": found[1], "limit": 0.05, "yes": found[1] < 0.05}


# ---- Deepchecks ----

def deepchecks(kind, ref, cur):
    ref, cur = (pd.Series(s, dtype=float if kind == "num" else object).dropna() for s in (ref, cur))
    if len(ref) < 10 or len(cur) < 10:
        return None
    if kind == "num":
        score = stats.ks_2samp(ref, cur).statistic
        return {"test": "ks", "effect": score, "p": NAN, "limit": 0.2, "yes": score >= 0.2}
    rare = [key for key in set(ref) | set(cur) if (ref == key).mean() < 0.01 and (cur == key).mean() < 0.01]
    ref, cur = (s.where(~s.isin(rare), "Other rare ones") for s in (ref, cur))
    keys = list(set(ref) | set(cur))
    score, n = 0.0, 2 * min(len(ref), len(cur))
    if len(keys) > 1:
        table = np.array([s.value_counts().reindex(keys).fillna(0).to_numpy() / len(s) * (n / 2) for s in (ref, cur)])
        k = len(keys) - 1
        phi = max(0, stats.chi2_contingency(table)[0] / n - k / (n - 1))
        score = math.sqrt(phi / min(k - k * k / (n - 1), 1 - 1 / (n - 1)))
    return {"test": "cramers_v", "effect": score, "p": NAN, "limit": 0.2, "yes": score >= 0.2}


# ---- whylogs ----

def whylogs(kind, ref, cur):
    ref, cur = (pd.Series(s, dtype=float if kind == "num" else object).dropna() for s in (ref, cur))
    if ref.empty or cur.empty:
        return None
    if kind == "num":
        a, b = np.sort(ref.to_numpy()), np.sort(cur.to_numpy())
        ranks = np.linspace(0, 1, 100)
        at = [s[np.minimum((np.arange(100) / 99 * len(s)).astype(int), len(s) - 1)] for s in (a, b)]
        assert np.allclose(ranks, np.arange(100) / 99, rtol=1e-15)
        q = np.concatenate(at)
        gap = np.abs(np.searchsorted(a, q, "left") / len(a) - np.searchsorted(b, q, "left") / len(b)).max()
        size = np.round(len(a) * len(b) / (len(a) + len(b)))
        if size < 1:
            return None
        p = stats.kstwo.sf(gap, size)
        return {"test": "ks", "effect": gap, "p": p, "limit": 0.05, "yes": p < 0.05}
    keys = list(set(ref) | set(cur))
    found = stats.chisquare([(cur == k).sum() for k in keys], [(ref == k).sum() * len(cur) / len(ref) for k in keys])
    p = 1.0 if len(keys) == 1 else found.pvalue
    return {"test": "chisquare", "effect": found.statistic, "p": p, "limit": 0.05, "yes": p < 0.05}


# ---- TFDV, with a threshold of each kind ----

def tfdv(kind, ref, cur):
    ref, cur = (pd.Series(s, dtype=float if kind == "num" else object).dropna() for s in (ref, cur))
    if ref.empty or cur.empty:
        return None
    if kind == "cat":
        keys = list(set(ref) | set(cur))
        score = max(abs((ref == k).mean() - (cur == k).mean()) for k in keys)
        return {"test": "linf", "effect": score, "p": NAN, "limit": 0.1, "yes": score > 0.1}
    bins = [{}, {}]  # of each side: (low, high) -> share; high is low where a bin is one value
    for shares, s in zip(bins, (ref.to_numpy(), cur.to_numpy())):
        for end in (-math.inf, math.inf):
            shares[end, end] = np.mean(s == end)
        inner = s[np.isfinite(s)]
        if len(inner) and inner.min() == inner.max():
            shares[inner[0], inner[0]] = len(inner) / len(s)
        elif len(inner):
            counts, edges = np.histogram(inner, 10)
            for low, high, n in zip(edges[:-1], edges[1:], counts):
                shares[low, high] = n / len(s)
    cuts = sorted({end for shares in bins for low, high in shares if low < high for end in (low, high)})
    cells = set(zip(cuts[:-1], cuts[1:])) | {key for shares in bins for key in shares if key[0] == key[1]}
    p, q = [], []
    for low, high in cells:
        for out, shares in zip((p, q), bins):
            if low == high:
                out.append(shares.get((low, high), 0))
            else:
                out.append(sum(share * max(0, min(high, b) - max(low, a)) / (b - a)
                               for (a, b), share in shares.items() if a < b))
    score = js_distance(np.array(p), np.array(q), 2) ** 2
    return {"test": "js_divergence", "effect": score, "p": NAN, "limit": 0.05, "yes": score > 0.05, "absolute": 1e-13}


# ---- the comparison ----

class Case(unittest.TestCase):
    def near(self, got, want, what, relative=1e-12, absolute=0.0):
        if math.isnan(want) or math.isinf(want):
            self.assertEqual(str(got), str(float(want)), what)
        else:
            self.assertLessEqual(abs(got - want), relative * abs(want) + absolute, f"{what}: {got} is not {want}")

    def holds(self, column, want, what):
        if want is None:
            self.assertEqual(column.verdict, mlops.DriftVerdict.NOT_ENOUGH_DATA, what)
            self.assertEqual(column.test, "", what)
            self.assertTrue(math.isnan(column.effect) and math.isnan(column.p_value), what)
            return
        self.assertEqual(column.test, want["test"], what)
        self.near(column.effect, want["effect"], what, 1e-12, want.get("absolute", 1e-15))
        self.near(column.p_value, want["p"], what, 1e-9, 1e-15)
        self.near(column.tolerance, want["limit"], what, 1e-11)
        self.assertTrue(math.isnan(column.effect_low), what)
        # at the very edge the last digit decides
        edge = want["p"] if not math.isnan(want["p"]) else want["effect"]
        if abs(edge - want["limit"]) > 1e-12:
            self.assertEqual(column.verdict.name, "YES" if want["yes"] else "NO", what)
        for measure in ("psi", "js"):
            if measure in want:
                self.near(getattr(column, measure), want[measure], f"{what} {measure}", 1e-11, 1e-14)

    def sweep(self, preset, rule, repeats, **limits):
        tests = set()
        for seed in range(repeats):
            rng = np.random.default_rng(seed)
            kind, ref, cur = draw(rng)
            what = f"{preset} {seed}: {kind} {len(ref)} {len(cur)}"
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                want = rule(kind, ref, cur)
            found = mlops.compare({"x": ref}, {"x": cur}, preset=preset, **limits)
            self.holds(found["x"], want, what)
            tests.add(found["x"].test)
        return tests

    def test_evidently(self):
        tests = self.sweep("evidently", evidently, 1500)
        self.assertEqual(tests, {"", "ks", "chisquare", "z", "wasserstein", "jensenshannon"})

    def test_nannyml(self):
        self.assertEqual(self.sweep("nannyml", nannyml, 1000), {"", "jensenshannon"})

    def test_alibi(self):
        self.assertEqual(self.sweep("alibi", alibi, 600), {"", "ks", "chi2"})

    def test_deepchecks(self):
        self.assertEqual(self.sweep("deepchecks", deepchecks, 1000), {"", "ks", "cramers_v"})

    def test_whylogs(self):
        self.assertEqual(self.sweep("whylogs", whylogs, 600), {"", "ks", "chisquare"})

    def test_tfdv(self):
        tests = self.sweep("tfdv", tfdv, 600, ks_tolerance=0.05, tv_tolerance=0.1)
        self.assertEqual(tests, {"", "js_divergence", "linf"})

    def test_tfdv_checks_what_it_has_a_threshold_for(self):
        before, now = ({"x": [float(i + at) for i in range(20)], "s": [c] * 20} for at, c in ((0, "a"), (50, "b")))
        for limits, tests in ({"ks_tolerance": 0.1}, ["js_divergence", ""]), ({"tv_tolerance": 0.1}, ["", "linf"]):
            found = mlops.compare(before, now, preset="tfdv", **limits)
            self.assertEqual([c.test for c in found], tests)
            self.assertEqual([c.effect for c in found if c.test], [1.0])
            self.assertEqual([c.verdict.name == "YES" for c in found], [bool(test) for test in tests])
        with self.assertRaisesRegex(mlops.InvalidError, "no limits of its own"):
            mlops.compare(before, now, preset="tfdv")
        with self.assertRaisesRegex(mlops.InvalidError, "without alpha"):
            mlops.compare(before, now, preset="tfdv", ks_tolerance=0.1, alpha=0.1)

    def test_alibi_adjusts_for_the_columns_of_a_table(self):
        for seed in range(40):
            rng = np.random.default_rng(seed)
            k = int(rng.integers(1, 30))
            ref = {f"c{i}": rng.normal(size=80) for i in range(k)}
            cur = {f"c{i}": rng.normal(size=60) + rng.choice([0, 0.4, 0.8]) for i in range(k)}
            p = np.array([stats.ks_2samp(ref[c], cur[c]).pvalue for c in ref])
            by_bonferroni = p < 0.05 / k
            order = np.argsort(p)
            below = np.where(p[order] < 0.05 * np.arange(1, k + 1) / k)[0]
            by_fdr = p <= p[order][below.max()] if len(below) else np.zeros(k, bool)
            for preset, yes in ("alibi", by_bonferroni), ("alibi_fdr", by_fdr):
                found = mlops.compare(ref, cur, preset=preset)
                self.assertEqual([c.verdict.name == "YES" for c in found], list(yes), (preset, seed))
                self.assertEqual(found.overall.name == "YES", yes.any())
            self.near(found["c0"].p_value, p[0], seed, 1e-9)
            bonferroni = mlops.compare(ref, cur, preset="alibi")["c0"].p_adjusted
            self.near(bonferroni, min(1, p[0] * k), seed, 1e-9)

    def test_evidently_calls_a_table_drifted_from_half_of_its_columns_on(self):
        same, moved = list(range(100)), list(range(50, 150))
        for n_moved, verdict in (0, "NO"), (1, "NO"), (2, "YES"), (3, "YES"):
            now = {f"c{i}": moved if i < n_moved else same for i in range(4)}
            found = mlops.compare({f"c{i}": same for i in range(4)}, now, preset="evidently")
            self.assertEqual((found.overall.name, found.n_drifted), (verdict, n_moved))

    def test_a_preset_takes_no_limits_and_no_kept_reference(self):
        table = mlops.table({"x": list(range(100))})
        for name, value in ("alpha", 0.01), ("ks_tolerance", 0.1), ("tv_tolerance", 0.1), ("rows_min", 5), ("correction", "bh"):
            with self.assertRaisesRegex(mlops.InvalidError, "preset"):
                mlops.compare(table, table, preset="evidently", **{name: value})
        with self.assertRaises(mlops.UnsupportedError):
            mlops.compare(mlops.Reference(table), table, preset="evidently")

    def test_reports_name_the_preset_and_no_bound_that_it_has_not(self):
        found = mlops.compare({"x": list(range(100))}, {"x": list(range(50, 150))}, preset="evidently")
        told = json.loads(found.json())
        self.assertEqual(told["preset"], "evidently")
        self.assertFalse({"alpha", "ks_tolerance", "tv_tolerance", "rows_min"} & set(told))
        self.assertEqual(told["columns"][0]["test"], "ks")
        self.assertIsNone(told["columns"][0]["effect_low"])
        with tempfile.TemporaryDirectory() as folder:
            page = pathlib.Path(folder) / "drift.html"
            found.save(str(page))
            text = page.read_text()
        self.assertIn("Evidently", text)
        for word in "Holm", "At least", "at least", "Chance of any":
            self.assertNotIn(word, text)

    @unittest.skipUnless(VECTORS.exists(), "no recorded vectors")
    def test_recorded_values(self):
        recorded = json.loads(VECTORS.read_text())
        for case in recorded["two_sample"]:
            ref, cur = recorded_inputs(case)
            if len(set(ref)) > 20:  # with fewer the bins are the values
                c = mlops.compare({"x": ref}, {"x": cur}, preset="evidently")["x"]
                self.near(c.js, case["js_distance_base_e_sturges"], case["seed"], 1e-11)
                self.near(c.psi, case["psi_evidently"], case["seed"], 1e-11)
            if len(ref) >= 10:
                c = mlops.compare({"x": ref}, {"x": cur}, preset="nannyml")["x"]
                self.near(c.effect, case["js_distance_base2_nannyml"], case["seed"], 1e-11)
        for case in recorded["categorical"]:
            ref, cur = ([f"c{i:03}" for i, n in enumerate(case[side]) for _ in range(n)] for side in ("ref", "cur"))
            c = mlops.compare({"x": ref}, {"x": cur}, preset="evidently")["x"]
            self.near(c.js, case["js_base_e"], case["seed"], 1e-11)
            if c.test == "chisquare":
                self.near(c.effect, case["chisquare_evidently"][0], case["seed"])
                self.near(c.p_value, case["chisquare_evidently"][1], case["seed"], 1e-9)

    def test_values_that_evidently_publishes(self):
        counts = [16, 18, 16, 14, 12, 12], [16, 16, 16, 16, 16, 8]
        ref, cur = (np.repeat(list("abcdef"), n).tolist() for n in counts)
        c = mlops.compare({"x": ref}, {"x": cur}, preset="evidently")["x"]
        self.assertEqual(c.test, "chisquare")
        self.assertAlmostEqual(c.p_value, 0.67309, places=5)


if __name__ == "__main__":
    sys.exit(main(sys.modules[__name__]))
