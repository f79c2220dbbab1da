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

    def test_alibi(self):
        x, y = self.samples(150, 90, 6, .25)
        found = multivariate.mmd(x, y, method="alibi")
        self.assertAlmostEqual(found.bandwidth, median_bandwidth(x), delta=1e-9)
        self.assertEqual((found.n_permutations, found.tolerance), (100, .05))
        self.assertEqual(found.p_value * 100, round(found.p_value * 100))
        self.assertEqual(found.verdict == mlops.DriftVerdict.YES, found.p_value < .05)

    def test_tables_are_standardised(self):
        x, y = self.samples(70, 80, 3, .2)
        x[:, 2], y[:, 2] = 4, 4.5  # constant in the reference
        sd = x.std(axis=0)
        sd[2] = 1
        want = multivariate.mmd((x - x.mean(axis=0)) / sd, (y - x.mean(axis=0)) / sd)
        names = "abc"
        tables = [{k: v[:, i] for i, k in enumerate(names)} for v in (x, y)]
        tables[0]["text"] = ["t"] * 70
        for found in multivariate.mmd(*tables), multivariate.mmd(x, y, scale="standard"):
            self.assertAlmostEqual(found.mmd2, want.mmd2, delta=1e-12)
        plain = multivariate.mmd(*tables, scale="none", columns=["a", "b"])
        self.assertAlmostEqual(plain.mmd2, multivariate.mmd(x[:, :2], y[:, :2]).mmd2, delta=1e-12)

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
        kept, errors = self.errors(x[::2], np.vstack([x, y]), np.zeros(6), np.ones(6), .65)
        found = multivariate.pca(x, y)
        self.assertEqual(found.n_components, kept)
        self.assertAlmostEqual(found.effect, stats.ks_2samp(errors[1:901:2], errors[901:]).statistic, delta=1e-12)
        column = mlops.compare({"e": errors[1:901:2]}, {"e": errors[901:]})["e"]
        for name in "verdict", "effect", "effect_low", "p_value":
            self.assertAlmostEqual(getattr(found, name), getattr(column, name), delta=1e-9)

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
