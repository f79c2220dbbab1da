#!/usr/bin/python3
"""Rows as a whole against NumPy, SciPy and scikit-learn: the same numbers by plain matrices.

usage: oracle_multivariate.py. Prints TAP.
"""
import math
import sys
import unittest

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
        want = multivariate.mmd(x.astype("d"), y.astype("d"))
        self.assertEqual(multivariate.mmd(x, y), want)
        self.assertEqual(multivariate.mmd(np.asfortranarray(x), np.repeat(y, 2, axis=0)[::2]), want)


if __name__ == "__main__":
    sys.exit(main(sys.modules[__name__]))
