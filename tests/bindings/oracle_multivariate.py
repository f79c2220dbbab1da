#!/usr/bin/python3
"""Rows as a whole against NumPy, SciPy and scikit-learn: the same numbers by plain matrices.

usage: oracle_multivariate.py. Prints TAP.
"""
import math
import os
import sys
import unittest

os.environ["OMP_NUM_THREADS"] = "1"  # scikit-learn's threads wait for each other where CPUs are few

try:
    import mlops
    import numpy as np
    from scipy.spatial import distance
except ImportError as missing:
    print(f"1..0 # SKIP {missing}")
    sys.exit(0)

from test_python import main

multivariate = mlops.multivariate


def squares(a, b):
    return distance.cdist(a, b, "sqeuclidean")


def median_bandwidth(rows):
    """alibi-detect's sigma_median(): the element at n + (n^2 - n) / 2 - 1 of all sorted, the diagonal's zeros ahead."""
    all_pairs = np.sort(squares(rows, rows).ravel())
    n = len(rows)
    return math.sqrt(.5 * all_pairs[n + (n * n - n) // 2 - 1])


def both_ways(x, y, bandwidth):
    """mmd2 without bias and as it is, of full kernel matrices."""
    n, m = len(x), len(y)
    xx, yy, xy = (np.exp(-squares(a, b) / (2 * bandwidth ** 2)) for a, b in ((x, x), (y, y), (x, y)))
    unbiased = (xx.sum() - n) / (n * (n - 1)) + (yy.sum() - m) / (m * (m - 1)) - 2 * xy.mean()
    return unbiased, xx.mean() + yy.mean() - 2 * xy.mean()


class Mmd(unittest.TestCase):
    CASES = [(60, 55, 1, 0), (50, 200, 3, .3), (257, 300, 20, .1), (513, 100, 64, 0)]

    def samples(self, n, m, d, shift, seed=1):
        rng = np.random.default_rng(seed)
        mix = rng.normal(size=(d, d)) / math.sqrt(d)
        return rng.normal(size=(n, d)) @ mix + 3, rng.normal(size=(m, d)) @ mix + 3 + shift

    def test_exact(self):
        for n, m, d, shift in self.CASES:
            x, y = self.samples(n, m, d, shift)
            found = multivariate.mmd(x, y, method="exact")
            self.assertAlmostEqual(found.bandwidth, median_bandwidth(np.vstack([x, y])), delta=1e-9)
            unbiased, biased = both_ways(x, y, found.bandwidth)
            self.assertAlmostEqual(found.mmd2, unbiased, delta=1e-11)
            self.assertAlmostEqual(found.mmd2_biased, biased, delta=1e-11)

    def test_p_is_that_of_permutations(self):
        """Of NumPy's own permutations, within four standard errors of both."""
        rng = np.random.default_rng(5)
        for shift in 0, .12, .2:
            x, y = self.samples(80, 120, 5, shift, seed=int(100 * shift))
            found = multivariate.mmd(x, y, method="exact", bandwidth=2., n_permutations=5000, alpha=.05)
            rows = np.vstack([x, y])
            kernel = np.exp(-squares(rows, rows) / 8)
            values = []
            for _ in range(2000):
                side = np.zeros(200)
                side[rng.permutation(200)[:80]] = 1
                xx, xy = side @ kernel @ side, side @ kernel @ (1 - side)
                values.append(xx / 6400 + (kernel.sum() - 2 * xy - xx) / 14400 - 2 * xy / 9600)
            p = np.mean(np.array(values) >= found.mmd2_biased)
            self.assertLess(abs(p - found.p_value), 4 * math.sqrt(p * (1 - p) * (1 / 2000 + 1 / 5000)) + .002)
            chance = math.sqrt(np.quantile(values, .95))
            self.assertAlmostEqual(found.effect_high, math.sqrt(found.mmd2_biased) + chance, delta=.05 * chance)

    def test_fourier_is_near(self):
        for n, m, d, shift in self.CASES[1:]:
            x, y = self.samples(n, m, d, shift)
            exact = multivariate.mmd(x, y, method="exact")
            found = multivariate.mmd(x, y, method="fourier", n_frequencies=16384, bandwidth=exact.bandwidth)
            self.assertAlmostEqual(found.mmd2_biased, exact.mmd2_biased, delta=.03 * exact.mmd2_biased)
            chance, want = found.effect_high - found.effect_low, exact.effect_high - exact.effect_low
            if exact.effect_low > 0:
                self.assertAlmostEqual(chance, want, delta=.1 * want)
            if exact.p_value > .02:
                self.assertAlmostEqual(found.p_value, exact.p_value, delta=.12)

    def test_an_imprint_is_near_the_exact_kernel(self):
        for d, shift, scale in (3, .3, None), (20, .1, None), (20, .1, "standard"):
            x, y = self.samples(600, 300, d, shift)
            kept = multivariate.imprint(x, scale=scale, n_frequencies=16384)
            found = multivariate.windows(multivariate.Imprint.load(kept.save()), y)
            sd = x.std(axis=0) if scale else 1
            self.assertAlmostEqual(found.bandwidth, median_bandwidth(x / sd), delta=1e-9)
            _, biased = both_ways(x / sd, y / sd, found.bandwidth)
            self.assertAlmostEqual(found.mmd2_biased, biased, delta=.03 * biased)
            parts = multivariate.windows(kept, y, 150)
            self.assertEqual(list(parts["first"]), [0, 150])
            self.assertEqual(parts["effect"][1], multivariate.windows(kept, y[150:]).effect)

    def test_alibi(self):
        x, y = self.samples(150, 90, 6, .25)
        found = multivariate.mmd(x, y, method="alibi")
        self.assertAlmostEqual(found.bandwidth, median_bandwidth(x), delta=1e-9)
        self.assertEqual((found.n_permutations, found.tolerance), (100, .05))
        self.assertEqual(found.p_value * 100, round(found.p_value * 100))
        self.assertEqual(found.verdict == mlops.DriftVerdict.YES, found.p_value < .05)

    def test_tables_are_standardised(self):
        """By the mean and the standard deviation of both sides together."""
        x, y = self.samples(70, 80, 3, .2)
        x[:, 2] = y[:, 2] = 4
        both = np.vstack([x, y])
        mean, sd = both.mean(axis=0), both.std(axis=0)
        sd[2] = 1
        want = multivariate.mmd((x - mean) / sd, (y - mean) / sd)
        tables = [{k: v[:, i] for i, k in enumerate("abc")} for v in (x, y)]
        for found in multivariate.mmd(*tables), multivariate.mmd(x, y, scale="standard"):
            self.assertAlmostEqual(found.mmd2, want.mmd2, delta=1e-12)
        plain = multivariate.mmd(*tables, scale="none", columns=["a", "b"])
        self.assertAlmostEqual(plain.mmd2, multivariate.mmd(x[:, :2], y[:, :2]).mmd2, delta=1e-12)

    def test_texts_and_missing_values(self):
        """A place for each of 16 texts, for the others and for none, of variance 1 together; a number and whether."""
        rng = np.random.default_rng(2)
        sides, n = [], (150, 170)
        for size in n:
            words = [f"w{int(i)}" for i in rng.exponential(6, size)]
            sides.append({"n": np.where(rng.random(size) < .1, np.nan, rng.normal(size=size)),
                          "t": [None if rng.random() < .2 else w for w in words]})
        texts = sides[0]["t"] + sides[1]["t"]
        kinds = sorted({t for t in texts if t is not None}, key=lambda t: (-texts.count(t), t))
        self.assertGreater(len(kinds), 17)
        hot = np.array([[t == k for k in kinds[:16]] + [t is not None and t not in kinds[:16], t is None]
                        for t in texts], float)
        hot -= hot.mean(axis=0)
        number = np.concatenate([side["n"] for side in sides])
        missing = np.isnan(number)
        number = (number - number[~missing].mean()) / number[~missing].std()
        rows = np.column_stack([np.where(missing, 0, number), missing, hot / math.sqrt(hot.var(axis=0).sum())])
        want = multivariate.mmd(rows[:150], rows[150:], scale="none")
        found = multivariate.mmd(*sides)
        self.assertEqual(found.n_columns, 2)
        for name in "mmd2", "bandwidth", "p_value":
            self.assertAlmostEqual(getattr(found, name), getattr(want, name), delta=1e-9)

    def test_ties_count_as_large(self):
        """Of rows of two kinds alone p is that of the hypergeometric distribution, many permutations being equal."""
        from scipy import stats
        for k, m in (12, 22), (10, 19), (15, 15):
            x, y = np.repeat([[0.], [1.]], [30 - k, k], axis=0), np.repeat([[0.], [1.]], [40 - m, m], axis=0)
            found = multivariate.mmd(x, y, method="exact", bandwidth=1., n_permutations=20000, rows_min=2)
            ones = np.arange(0, k + m + 1)
            chance = stats.hypergeom.pmf(ones, 70, k + m, 30)
            beyond = np.abs(ones / 30 - (k + m - ones) / 40) >= abs(k / 30 - m / 40) - 1e-9
            self.assertAlmostEqual(found.p_value, chance[beyond].sum(), delta=.015)

    def test_single_precision_and_views(self):
        x, y = self.samples(90, 70, 4, .2)
        x, y = x.astype("f"), y.astype("f")
        want = repr(multivariate.mmd(x.astype("d"), y.astype("d")))
        self.assertEqual(repr(multivariate.mmd(x, y)), want)
        self.assertEqual(repr(multivariate.mmd(np.asfortranarray(x), np.repeat(y, 2, axis=0)[::2])), want)


class Components(unittest.TestCase):
    def setUp(self):
        try:
            from sklearn.decomposition import PCA
        except ImportError as missing:
            self.skipTest(str(missing))
        self.pca = PCA

    def samples(self, n, m, d):
        rng = np.random.default_rng(d)
        mix = rng.normal(size=(d, d)) * np.linspace(1, .1, d)
        return rng.normal(size=(n, d)) @ mix + 5, rng.normal(size=(m, d)) @ mix + 5 + .3 * rng.normal(size=(m, d))

    def errors(self, fit, rows, mean, sd, variance):
        fit, rows = (fit - mean) / sd, (rows - mean) / sd
        model = self.pca(variance).fit(fit)
        return model.n_components_, np.linalg.norm(rows - model.inverse_transform(model.transform(rows)), axis=1)

    @staticmethod
    def fitted(n):
        """Which rows of the reference are fitted: one of each two, by SplitMix64 of the number of the two."""
        chosen, mask = np.zeros(n, bool), 2**64 - 1
        for i in range((n + 1) // 2):
            z = (i + 0x9e3779b97f4a7c15) & mask
            z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9 & mask
            z = (z ^ z >> 27) * 0x94d049bb133111eb & mask
            chosen[2 * i + (z ^ z >> 31) % min(2, n - 2 * i)] = True
        return chosen

    def test_rows_may_take_turns(self):
        """Two rows an event, or one sensor in eight: the same process is no drift, whichever rows are looked at."""
        rng = np.random.default_rng(8)
        x, y = (rng.normal(size=(n, 4)) * np.where(np.arange(n) % 2, 1, 3)[:, None] for n in (4000, 2000))
        self.assertNotEqual(multivariate.pca(x, y).verdict, mlops.DriftVerdict.YES)
        found = multivariate.classify(x, y, rows_max=2000)
        self.assertNotEqual(found.verdict, mlops.DriftVerdict.YES)
        x, y = (rng.normal(size=(n, 4)) * (np.arange(n) % 8 > 0)[:, None] for n in (8192, 2000))
        kept = multivariate.imprint(x)
        for first in range(0, 2000, 200):
            self.assertNotEqual(kept.mmd(multivariate.samples(y[:200], y[first:first + 200])).verdict,
                                mlops.DriftVerdict.YES)

    def test_all_components_tell_nothing(self):
        rng = np.random.default_rng(9)
        x, y = rng.normal(size=(4000, 2)), 50 + 100 * rng.normal(size=(4000, 2))
        found = multivariate.pca(x, y, variance=.95)
        self.assertEqual((found.n_components, found.verdict), (2, mlops.DriftVerdict.NOT_ENOUGH_DATA))

    def test_a_rare_kind_of_rows_is_no_surprise(self):
        alarms = 0
        for seed in range(20):
            rng = np.random.default_rng(seed)
            x, y = ((rng.random((6000, 1)) < 1 / 3000) * np.ones((1, 3)) for _ in range(2))
            alarms += multivariate.mmd(x, y, method="fourier", bandwidth=1.0).p_value < .01
        self.assertLessEqual(alarms, 2)

    def test_nannyml(self):
        for n, m, d, variance in (105, 30, 2, .65), (503, 211, 9, .65), (700, 300, 64, .9), (400, 100, 200, .65):
            x, y = self.samples(n, m, d)
            mean, sd = x.mean(axis=0), x.std(axis=0)
            kept, before = self.errors(x, x, mean, sd, variance)
            _, now = self.errors(x, y, mean, sd, variance)
            opts = {"scale": "standard", "preset": "nannyml", "variance": variance}
            found = multivariate.pca(x, y, **opts)
            self.assertEqual(found.n_components, kept)
            self.assertAlmostEqual(found.error_reference, before.mean(), delta=1e-11 * d)
            self.assertAlmostEqual(found.error_current, now.mean(), delta=1e-11 * d)
            means = [[e[i:i + len(e) // 10].mean() for i in range(0, len(e), len(e) // 10)] for e in (before, now)]
            chunks = multivariate.chunks(x, y, **opts)
            np.testing.assert_allclose(chunks["error"], means[0] + means[1], atol=1e-11 * d)
            self.assertEqual(list(chunks["side"]), ["reference"] * len(means[0]) + ["current"] * len(means[1]))
            low, high = (np.mean(means[0]) + s * 3 * np.std(means[0]) for s in (-1, 1))
            np.testing.assert_allclose([chunks["low"][0], chunks["high"][0]], [max(low, 0), high], atol=1e-11 * d)
            beyond = [not low <= e <= high for e in means[1]]
            self.assertEqual(list(chunks["alarm"])[len(means[0]):], beyond)
            self.assertEqual(found.verdict == mlops.DriftVerdict.YES, any(beyond))

    def test_native(self):
        from scipy import stats
        x, y = self.samples(901, 400, 6)
        fitted = self.fitted(901)
        kept, errors = self.errors(x[fitted], np.vstack([x, y]), np.zeros(6), np.ones(6), .65)
        found = multivariate.pca(x, y)
        self.assertEqual(found.n_components, kept)
        fresh = errors[:901][~fitted]
        self.assertAlmostEqual(found.effect, stats.ks_2samp(fresh, errors[901:]).statistic, delta=1e-12)
        column = mlops.compare({"e": fresh}, {"e": errors[901:]})["e"]
        for name in "verdict", "effect", "effect_low", "p_value":
            self.assertAlmostEqual(getattr(found, name), getattr(column, name), delta=1e-9)

    def test_texts_by_how_often_they_occur(self):
        """As NannyML has them: a missing one is the most frequent one, an unknown one occurs 0 times."""
        rng = np.random.default_rng(4)
        x, y = ({"a": rng.normal(size=n), "b": rng.normal(size=n), "t": list(rng.choice(list(words), n))}
                for n, words in ((300, "aab"), (200, "abc")))
        x["t"][7] = y["t"][9] = None
        counts = {k: x["t"].count(k) for k in "ab"}
        numbers = [np.column_stack([s["a"], s["b"], [max(counts.values()) if t is None else counts.get(t, 0)
                                                     for t in s["t"]]]) for s in (x, y)]
        want = multivariate.pca(*numbers, preset="nannyml", scale="standard")
        found = multivariate.pca(x, y, preset="nannyml")
        self.assertAlmostEqual(found.error_reference, want.error_reference, delta=1e-11)
        self.assertAlmostEqual(found.error_current, want.error_current, delta=1e-11)

    def test_residuals(self):
        for n, m, d, variance in (500, 300, 9, .65), (900, 300, 80, .3), (900, 300, 80, .9):
            x, y = self.samples(n, m, d)
            fitted = self.fitted(n)
            model = self.pca(variance).fit(x[fitted])
            off = [((v - model.inverse_transform(model.transform(v))) ** 2).mean(axis=0) for v in (x[~fitted], y)]
            found = multivariate.residuals(x, y, variance=variance)
            order = [int(name[1:]) for name in found["feature"]]
            growth = np.maximum(off[1] - off[0], 0)
            np.testing.assert_allclose(found["reference"], off[0][order], atol=1e-10 * d)
            np.testing.assert_allclose(found["current"], off[1][order], atol=1e-10 * d)
            np.testing.assert_allclose(found["share"], growth[order] / growth.sum(), atol=1e-9 * d)
            self.assertEqual(list(found["share"]), sorted(found["share"], reverse=True))

    def test_spectra_of_all_kinds(self):
        """Equal values, values of 0, huge and tiny ones, fewer rows than columns: what is rebuilt is scikit-learn's."""
        rng = np.random.default_rng(6)
        for kind in range(6):
            d = 60
            x = rng.normal(size=(400, d))
            if kind == 1:
                x = x[:40]  # 20 rows are fitted
            if kind == 2:
                x = np.repeat(x[:, :6], 10, axis=1)
            if kind == 3:
                x *= 10. ** np.linspace(-9, 9, d)
            if kind == 4:
                x = np.vstack([np.eye(d), -np.eye(d)] * 6)
                x += 1e-9 * rng.normal(size=x.shape)
            if kind == 5:
                x = (x > 1.5) * 1.
            for variance in .3, .999:
                want = self.errors(x, x, 0, 1, variance)
                found = multivariate.pca(x, x, preset="nannyml", variance=variance)
                scale = np.abs(x).max()
                self.assertEqual(found.n_components, want[0])
                if kind != 4:  # any turn of equal components is as good
                    self.assertAlmostEqual(found.error_reference, want[1].mean(), delta=3e-10 * scale)

    def test_columns_that_repeat_each_other(self):
        """Eigenvalues of 0, and equal ones: what is rebuilt does not depend on how these are turned."""
        rng = np.random.default_rng(3)
        x = rng.normal(size=(400, 8))
        x = np.hstack([x, x, np.zeros((400, 3))])
        found = multivariate.pca(x, x, variance=.999, preset="nannyml")
        self.assertEqual(found.n_components, 8)
        self.assertLess(found.error_current, 1e-12)


class Classifier(unittest.TestCase):
    def test_auc_is_that_of_scikit_learns_trees(self):
        try:
            from sklearn.ensemble import HistGradientBoostingClassifier
            from sklearn.metrics import roc_auc_score
            from sklearn.model_selection import StratifiedKFold
        except ImportError as missing:
            self.skipTest(str(missing))
        rng = np.random.default_rng(8)
        for shift, mixed in (.5, 0), (0, .6), (.2, .2):
            x, y = rng.normal(size=(1500, 6)), rng.normal(size=(1200, 6))
            y[:, 2] += shift
            y[:, 1] = np.where(rng.random(1200) < mixed, y[:, 0], y[:, 1])
            rows, labels = np.vstack([x, y]), np.r_[np.zeros(1500), np.ones(1200)]
            aucs = []
            for train, test in StratifiedKFold(5, shuffle=True, random_state=1).split(rows, labels):
                model = HistGradientBoostingClassifier(max_iter=100, max_depth=4).fit(rows[train], labels[train])
                aucs.append(roc_auc_score(labels[test], model.decision_function(rows[test])))
            found = multivariate.classify(x, y)
            self.assertAlmostEqual(found.effect, np.mean(aucs), delta=.02)
            self.assertLess(found.effect_low, found.effect)

    def test_a_constant_score_is_chance(self):
        x = np.ones((100, 2))
        found = multivariate.classify(x, x)
        self.assertEqual(found.effect, .5)
        self.assertEqual(list(multivariate.features(x, x)["gain"]), [0, 0])

    def test_same_seed_same_folds(self):
        rng = np.random.default_rng(9)
        x, y = rng.normal(size=(300, 3)), rng.normal(size=(300, 3))
        self.assertEqual(repr(multivariate.classify(x, y)), repr(multivariate.classify(x, y, scale="standard")))
        self.assertNotEqual(multivariate.classify(x, y).effect, multivariate.classify(x, y, seed=1).effect)


if __name__ == "__main__":
    sys.exit(main(sys.modules[__name__]))
