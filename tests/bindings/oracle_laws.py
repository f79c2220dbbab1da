#!/usr/bin/python3
"""Laws that comparing and counting keep whatever the values, tried on values that hypothesis makes, against SciPy.

usage: oracle_laws.py. Prints TAP.
"""
import json
import math
import pathlib
import sys
import unittest

try:
    import mlops
    import numpy as np
    import scipy.stats
    from hypothesis import given, settings, strategies as st
except ImportError as missing:
    print(f"1..0 # SKIP {missing}")
    sys.exit(0)

from test_python import main

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "unit"))
from oracle_stats import recorded_inputs  # noqa: E402

VECTORS = pathlib.Path(__file__).resolve().parents[2].parent / "shared" / "vectors" / "drift_open.json"
settings.register_profile("tests", derandomize=True, deadline=None, database=None, max_examples=80)
settings.load_profile("tests")

INF = math.inf
odd = st.sampled_from([0.0, -0.0, INF, -INF, math.nan, 5e-324, -5e-324, 2.0 ** -1022, 1.7976931348623157e308, 2.0 ** 53])
reals = st.floats(-1e6, 1e6) | st.integers(-3, 3).map(float)
few = st.integers(-5, 5).map(float)
dyadic = st.integers(-2 ** 20, 2 ** 20).map(lambda i: i / 1024)
words = st.sampled_from(["", "a", "b", "ä", "日本", "a,b", '"', None])
seeds = st.randoms(use_true_random=False)


def samples(values, low=1, high=60):
    return st.lists(values, min_size=low, max_size=high)


def column(reference, current, **opts):
    return mlops.compare({"x": reference}, {"x": current}, rows_min=1, **opts)["x"]


def near(a, b, relative=1e-12, floor=1e-300):
    return a == b or math.isnan(a) and math.isnan(b) or abs(a - b) <= relative * max(abs(a), abs(b), floor)


class Laws(unittest.TestCase):
    def equal(self, a, b, fields, relative=0.0):
        for name in fields:
            x, y = getattr(a, name), getattr(b, name)
            good = x == y or isinstance(x, float) and near(x, y, relative)
            self.assertTrue(good, f"{name}: {x!r}, {y!r}")

    @given(samples(reals | odd, 2), samples(reals | odd, 2), samples(words, 2), seeds)
    def test_the_order_of_rows_and_columns_tells_nothing(self, x, y, texts, rng):
        n = [min(len(x), len(texts)), min(len(y), len(texts))]
        sides = [list(zip(values[:k], texts[-k:])) for values, k in zip((x, y), n)]
        told = []
        for shuffled in False, True:
            tables = []
            for rows in sides:
                rows = list(rows)
                if shuffled:
                    rng.shuffle(rows)
                both = {"number": [r[0] for r in rows], "text": [r[1] for r in rows]}
                tables.append(dict(reversed(both.items())) if shuffled else both)
            report = json.loads(mlops.compare(*tables, rows_min=1).json())
            report["columns"].sort(key=lambda c: c["name"])
            told.append(report)
        self.assertEqual(*told)

    @given(samples(reals | odd))
    def test_a_side_against_itself_has_no_effect(self, x):
        c = column(x, x)
        self.assertNotEqual(c.verdict, mlops.DriftVerdict.YES)
        for name in "effect", "ks", "tv", "js", "wasserstein", "psi":
            self.assertIn(repr(abs(getattr(c, name))), ("0.0", "nan"), name)

    @given(samples(few | odd, 2), samples(few | odd, 2))
    def test_monotone_maps_leave_ks(self, x, y):
        values = sorted({v for v in x + y if v == v})
        maps = {v: float(i ** 3 - 7 * 10 ** 5) for i, v in enumerate(values)}
        a, b = column(x, y), column(*([maps.get(v, v) for v in side] for side in (x, y)))
        self.equal(a, b, ("verdict", "test", "effect", "effect_low", "p_value", "ks", "nulls_current", "direction"))
        if not math.isnan(a.location):
            self.assertEqual(maps[a.location], b.location)

    @given(samples(few, 2), samples(few, 2))
    def test_ks_is_scipys_and_symmetric(self, x, y):
        want = scipy.stats.ks_2samp(x, y, method="asymp").statistic
        self.assertTrue(near(column(x, y).ks, want, 1e-14))
        self.assertEqual(column(x, y).ks, column(y, x).ks)
        self.assertEqual(column([-v for v in x], [-v for v in y]).ks, column(x, y).ks)

    @given(samples(dyadic, 2), samples(dyadic, 2), st.integers(-2 ** 20, 2 ** 20), st.integers(-8, 8))
    def test_wasserstein_follows_translation_and_scale(self, x, y, shift, power):
        want = scipy.stats.wasserstein_distance(x, y)
        got = mlops.stats_compare(x, y)
        self.assertTrue(near(got.wasserstein, want, 1e-12, 1e-9))
        moved = mlops.stats_compare([v + shift for v in x], [v + shift for v in y])
        self.assertEqual((moved.wasserstein, moved.energy), (got.wasserstein, got.energy))
        scaled = mlops.stats_compare([v * 2.0 ** power for v in x], [v * 2.0 ** power for v in y])
        self.assertTrue(near(scaled.wasserstein, got.wasserstein * 2.0 ** power))
        self.assertTrue(near(scaled.energy, got.energy * 2.0 ** (power / 2)))
        apart = mlops.stats_compare(x, [v + 2 ** 12 for v in x])
        self.assertTrue(near(apart.wasserstein, 2 ** 12))

    @given(samples(dyadic, 2), samples(dyadic, 2), samples(dyadic, 2))
    def test_distances_are_metrics(self, x, y, z):
        d = [mlops.stats_compare(a, b) for a, b in ((x, y), (y, z), (x, z), (y, x))]
        for name in "ks", "wasserstein", "energy":
            xy, yz, xz, yx = (getattr(each, name) for each in d)
            self.assertLessEqual(xz, (xy + yz) * (1 + 1e-12) + 1e-12, name)
            self.assertTrue(near(xy, yx, 1e-13), name)
            self.assertEqual(xy == 0, sorted({v: x.count(v) / len(x) for v in x}.items())
                             == sorted({v: y.count(v) / len(y) for v in y}.items()), name)

    @given(samples(reals, 2), samples(reals, 2))
    def test_energy_is_that_of_all_pairs(self, x, y):
        def mean(a, b):
            return math.fsum(abs(u - v) for u in a for v in b) / (len(a) * len(b))
        want = max(0.0, 2 * mean(x, y) - mean(x, x) - mean(y, y))
        got = mlops.stats_compare(x, y).energy  # the root of it, as SciPy has it
        self.assertLessEqual(abs(got * got - want), 1e-9 * max(map(abs, x + y)) + 1e-300)

    @given(samples(words), samples(words))
    def test_shares_of_categories(self, x, y):
        c = column(x, y)
        there = [[v for v in side if v is not None] for side in (x, y)]
        if c.test == "tv":
            known = set(there[0])
            shares = [[sum(v == k for v in side) / len(side) for k in sorted(known)] for side in there]
            shares = [s + [1 - math.fsum(s)] for s in shares]
            self.assertTrue(abs(c.tv - sum(abs(a - b) for a, b in zip(*shares)) / 2) < 1e-12)
        for side, share in zip((x, y), (c.nulls_reference, c.nulls_current)):
            self.assertTrue(near(share, side.count(None) / len(side), 1e-14))

    @given(samples(reals | odd), samples(reals | odd), samples(words), samples(words), samples(dyadic), samples(dyadic))
    def test_what_was_kept_whole_is_the_table(self, x, y, s, t, u, v):
        for reference, current, keep in ((x, y, {"exact": True}), (s, t, {}), (u, v, {})):
            if not reference:
                continue
            table, now = mlops.table({"x": reference}), mlops.table({"x": current})
            want = mlops.compare(table, now, rows_min=1, whole_texts=True)
            try:
                got = mlops.compare(mlops.Reference(table, **keep), now, rows_min=1, whole_texts=True)
            except mlops.SchemaError as wrong:
                self.assertRegex(str(wrong), "is (null|string|numeric)")
                continue
            if got[0].exact:
                where = {"where"} if keep else {"where", "location", "direction"}  # of equal gaps either may be told
                fields = [f for f in vars(want[0]) if f not in where]
                self.equal(want[0], got[0], fields, 0.0 if keep else 1e-12)
            elif got[0].test == want[0].test == "ks":
                self.assertLessEqual(got[0].ks, want[0].ks + 1e-15)

    @given(samples(reals, 2), samples(reals, 2))
    def test_no_verdict_is_told_of_less_than_what_it_takes(self, x, y):
        c = mlops.compare({"x": x}, {"x": y})["x"]
        if min(len(x), len(y)) < 50:
            self.assertEqual(c.verdict, mlops.DriftVerdict.NOT_ENOUGH_DATA)
        elif c.verdict == mlops.DriftVerdict.YES:
            self.assertGreater(c.effect_low, c.tolerance)
            self.assertLessEqual(c.p_adjusted, 0.01)

    @given(st.lists(samples(few, 60, 400), min_size=1, max_size=4), st.integers(0, 3))
    def test_more_columns_never_make_one_surer(self, others, shift):
        x, y = [float(i % 50) for i in range(400)], [float(i % 50 + 8 + shift) for i in range(400)]
        reference = {"x": x, **{f"o{i}": (values * 7)[:400] for i, values in enumerate(others)}}
        current = {**reference, "x": y}
        alone, among = column(x, y), mlops.compare(reference, current, rows_min=1)["x"]
        self.assertLessEqual(alone.p_adjusted, among.p_adjusted)
        self.assertEqual((alone.effect, alone.p_value), (among.effect, among.p_value))


@unittest.skipUnless(VECTORS.exists(), "no recorded vectors")
class Recorded(unittest.TestCase):
    """What other tests do not hold of the recorded values: of metrics by row, and of distances of bins."""

    def close(self, got, want, what, relative=1e-12):
        self.assertTrue(near(got, want, relative), (what, got, want))

    def draws(self, state):
        while True:
            state = (state + 0x9E3779B97F4A7C15) % 2 ** 64
            z = (state ^ state >> 30) * 0xBF58476D1CE4E5B9 % 2 ** 64
            z = (z ^ z >> 27) * 0x94D049BB133111EB % 2 ** 64
            yield ((z ^ z >> 31) >> 11) * 2.0 ** -53

    def test_metrics(self):
        for case in json.loads(VECTORS.read_text())["classification"]:
            u, scores, labels = self.draws(case["seed"]), [], []
            for _ in range(case["n"]):
                u1, u2, _ = next(u), next(u), next(u)
                scores.append(math.floor(64 * u1) / 64)
                labels.append(float(u2 < 0.15 + 0.7 * u1))
            m = mlops.metric_binary(scores, labels)
            for field, name in (("auc", "roc_auc"), ("average_precision",) * 2, ("brier",) * 2, ("f1",) * 2,
                                ("precision",) * 2, ("recall",) * 2, ("mcc",) * 2):
                self.close(getattr(m, field), case[name], (case["seed"], name))
            self.assertEqual([[m.tn, m.fp], [m.fn, m.tp]], case["confusion"])
            clipped = mlops.metric_binary([min(max(s, 1 / 128), 127 / 128) for s in scores], labels)
            self.close(clipped.log_loss, case["log_loss"], (case["seed"], "log_loss"))

    def test_distances_of_bins(self):
        for case in json.loads(VECTORS.read_text())["two_sample"]:
            x, y = recorded_inputs(case)
            edges = np.histogram_bin_edges(x, "doane")
            self.assertEqual(len(edges) - 1, case["doane_nbins_ref"])
            p, q = (np.histogram(side, edges)[0].tolist() for side in (x, y))
            outside = len(y) - sum(q)
            got = mlops.stats_compare_counts(p + [0] * (outside > 0), q + [outside] * (outside > 0))
            self.close(got.hellinger, case["hellinger_nannyml"], case["seed"], 1e-9)
            self.close(got.js / math.sqrt(math.log(2)), case["js_distance_base2_nannyml"], case["seed"], 1e-9)
            edges = np.histogram_bin_edges(np.concatenate([x, y]), "sturges")
            self.assertEqual(len(edges) - 1, case["sturges_nbins"])
            p, q = (np.histogram(side, edges)[0].tolist() for side in (x, y))
            if min(p + q) > 0:  # empty bins are filled otherwise there
                self.close(mlops.stats_compare_counts(p, q).kl, case["kl_evidently"], case["seed"], 1e-9)


SETTINGS = [{}, {"lg_k": 5}, {"edges": [-2.0, 0.0, 1.0, 3.5]}, {"bins_size": 64, "lg_k": 4}]


class Profiles(unittest.TestCase):
    def profile(self, values, opts, nulls=0):
        made = mlops.Profile(**opts)
        made.add(values)
        made.add_nulls(nulls)
        return made

    @given(st.sampled_from(SETTINGS), samples(reals | odd, 0), samples(reals | odd, 0), samples(reals | odd, 0), seeds)
    def test_merging_is_counting_together_in_any_order(self, opts, a, b, c, rng):
        whole = a + b + c
        rng.shuffle(whole)
        want = self.profile(whole, opts, 6).save()
        for order in (a, b, c), (c, a, b), (b, c, a):
            left = self.profile(order[0], opts, 1)
            left.merge(self.profile(order[1], opts, 2))
            left.merge(self.profile(order[2], opts, 3))
            self.assertEqual(left.save(), want)
            right = self.profile(order[1], opts, 5)
            right.merge(self.profile(order[2], opts))
            right.merge(mlops.Profile.load(self.profile(order[0], opts, 1).save()))
            self.assertEqual(right.save(), want)

    @given(st.sampled_from(SETTINGS), samples(reals | odd, 0))
    def test_counts_are_those_of_the_values(self, opts, values):
        p = self.profile(values, opts)
        s, there = p.summarize(), [v for v in values if v == v]
        self.assertEqual((s.n, s.n_nan, s.n_null, s.n_zero), (len(values), len(values) - len(there), 0, there.count(0)))
        self.assertEqual(sum(p.bin(i) for i in range(p.n_bins)), len(there))
        if there:
            self.assertEqual((s.min, s.max), (min(there), max(there)))
            self.assertTrue(all(s.min <= p.quantile(q / 8) <= s.max for q in range(9)))
        finite = [v for v in there if abs(v) < 1e7]
        if len(finite) == len([v for v in there if abs(v) != INF]) and finite:
            self.assertLessEqual(abs(s.mean - math.fsum(finite) / len(finite)), 2.0 ** -32 + 1e-12 * abs(s.mean))
        again = mlops.Profile.load(p.save())
        self.assertEqual((again.save(), repr(again.summarize())), (p.save(), repr(s)))

    @given(samples(reals | odd, 0), samples(reals | odd, 1))
    def test_an_exponential_histogram_has_every_value_once(self, a, b):
        told = json.loads(self.profile(a + b, {}, 4).otlp())
        there = [v for v in a + b if v == v]
        counts = sum(int(n) for side in ("positive", "negative") for n in told[side]["bucketCounts"])
        self.assertEqual(int(told["count"]), len(there))
        self.assertEqual(counts + int(told["zeroCount"]), len(there))
        self.assertEqual(int(told["zeroCount"]), sum(abs(v) <= told["zeroThreshold"] for v in there))
        self.assertEqual(sum(int(n) for n in told["negative"]["bucketCounts"]), sum(v < -told["zeroThreshold"] for v in there))


if __name__ == "__main__":
    sys.exit(main(sys.modules[__name__]))
