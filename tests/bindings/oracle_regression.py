#!/usr/bin/python3
"""Sums of errors against scikit-learn, against rows that are kept whole, and by simulation.

usage: oracle_regression.py. Prints TAP.
"""
import fractions
import math
import random
import sys
import unittest

try:
    import mlops
except ImportError as missing:
    print(f"1..0 # SKIP {missing}")
    sys.exit(0)
try:
    import numpy as np
    from scipy import stats
    from sklearn import metrics
except ImportError as missing:
    print(f"1..0 # SKIP {missing}")
    sys.exit(0)

from test_python import main


def draw(rng, n, kind="normal"):
    y = {"normal": rng.normal(size=n) * 5, "counts": rng.poisson(3, n) * 1.0, "far": 1e7 + rng.normal(size=n),
         "scales": 10.0 ** rng.uniform(-15, 15, n)}[kind]
    p = np.abs(y * rng.uniform(0.9, 1.1, n) + rng.normal(size=n) * 1e-3)
    w = np.round(rng.uniform(0.01, 3, n) * 2 ** 20) / 2 ** 20
    w[rng.uniform(size=n) < 0.05] = 0
    return p, y, w


def add(p, y, w=None):
    self = mlops.RegressionPerformance()
    self.add(p, y, w)
    return self


class Regression(unittest.TestCase):
    def close(self, got, want, within=1e-12):
        if math.isnan(want):
            self.assertTrue(math.isnan(got))
        else:
            self.assertAlmostEqual(got, want, delta=within * max(1e-6, abs(want)))

    def test_metrics_are_those_of_rows(self):
        rng = np.random.default_rng(1)
        for kind in ("normal", "counts", "far", "scales"):
            for n in (2, 50, 5000):
                for weighted in (False, True):
                    p, y, w = draw(rng, n, kind)
                    w = np.maximum(w, 0.5) if weighted else None
                    m = add(p, y, w).metrics(quantile=0.8)
                    exact = mlops.metric_regression(p, y, weights=w, quantile=0.8)
                    for name in ("weight", "mae", "mse", "rmse", "mape", "max_error", "msle", "rmsle",
                                 "poisson_deviance", "smape"):
                        self.close(getattr(m, name), getattr(exact, name))
                    self.assertAlmostEqual(m.bias, exact.bias, delta=1e-12 * exact.mae)
                    self.assertAlmostEqual(m.pinball, exact.pinball, delta=1e-12 * exact.mae)
                    if len(set(y)) == 1:
                        self.assertTrue(math.isnan(m.r2) and m.constant_labels)
                        continue
                    self.assertAlmostEqual(1 - m.r2, 1 - exact.r2, delta=1e-11 * (1 - exact.r2))
                    self.close(m.smape, np.average(2 * np.abs(p - y) / (np.abs(p) + np.abs(y)), weights=w))
                    spread = np.average((p - y) ** 2, weights=w) / np.var(y) if kind != "far" else None
                    if spread:
                        want = metrics.explained_variance_score(y, p, sample_weight=w)
                        for got in (m.explained_variance, exact.explained_variance):
                            self.assertAlmostEqual(got, want, delta=1e-9 * max(1, spread))
                    self.close(m.mae, metrics.mean_absolute_error(y, p, sample_weight=w))
                    self.close(m.pinball, metrics.mean_pinball_loss(y, p, sample_weight=w, alpha=0.8), 1e-9)
                    if not weighted:
                        self.close(m.r2, metrics.r2_score(y, p), 1e-9)

    def test_weights_cost_no_digits(self):
        """Times of arrival in seconds since 1970: squares of labels have 10^16 times their spread."""
        rng = np.random.default_rng(6)
        y = 1.7e9 + rng.normal(size=500) * 30
        p = y + rng.normal(size=500) * 5 + 2
        for w in (None, rng.integers(1, 8, 500) / 1.0, np.round(rng.uniform(0.1, 3, 500) * 2 ** 20) / 2 ** 20):
            e, of = [fractions.Fraction(a) - fractions.Fraction(b) for a, b in zip(p, y)], [fractions.Fraction(v) for v in y]
            f = [fractions.Fraction(v) for v in (np.ones(500) if w is None else w)]
            mean = sum(a * b for a, b in zip(f, of)) / sum(f)
            bias = sum(a * b for a, b in zip(f, e)) / sum(f)
            spread = sum(a * (b - mean) ** 2 for a, b in zip(f, of))
            m = add(p, y, w).metrics()
            self.assertAlmostEqual(m.r2, float(1 - sum(a * b * b for a, b in zip(f, e)) / spread), delta=1e-12)
            self.assertAlmostEqual(m.explained_variance,
                                   float(1 - sum(a * (b - bias) ** 2 for a, b in zip(f, e)) / spread), delta=1e-12)

    def test_a_bias_hides_no_spread(self):
        rng = np.random.default_rng(5)
        y = rng.uniform(size=1000)
        for bias in 1e6, 1e8, 1e10:
            p = y + bias + rng.uniform(0, .5, 1000)
            self.assertAlmostEqual(add(p, y).metrics().explained_variance,
                                   metrics.explained_variance_score(y, p), delta=1e-9 * max(1, bias / 1e3))

    def test_quantiles_of_errors(self):
        rng = np.random.default_rng(2)
        for kind in ("normal", "scales"):
            p, y, w = draw(rng, 3000, kind)
            error = np.sort(np.abs(p - y))
            self_ = add(p, y)
            for q in (0.0, 0.01, 0.5, 0.9, 0.999, 1.0):
                want = error[max(math.ceil(q * len(error)) - 1, 0)]
                self.assertLessEqual(abs(self_.quantile(q) - want), want / 32)
            whole = np.rint(w * 4)
            repeated, weighted = add(np.repeat(p, whole.astype(int)), np.repeat(y, whole.astype(int))), add(p, y, whole)
            self.assertEqual([weighted.quantile(q / 10) for q in range(11)],
                             [repeated.quantile(q / 10) for q in range(11)])
        self.assertEqual(add([1, 2, 3], [1, 2, 4]).quantile(0.5), 0)
        self.assertTrue(math.isnan(mlops.RegressionPerformance().quantile(0.5)))

    def test_parts_in_any_order_are_the_whole(self):
        rng, shuffled = np.random.default_rng(3), random.Random(3)
        p, y, w = draw(rng, 4000, "scales")
        y = y * rng.choice([-1, 1], len(y))
        p[::97], y[::89] = np.nan, np.nan
        whole = add(p, y, w)
        self.assertEqual(whole.metrics().n_nan, int((np.isnan(p) & (w > 0)).sum()))
        for n_parts in (2, 9):
            order = rng.permutation(len(p))
            parts = [add(p[at], y[at], w[at]) for at in np.array_split(order, n_parts)]
            while len(parts) > 1:
                shuffled.shuffle(parts)
                last = parts.pop()
                parts[-1].merge(mlops.RegressionPerformance.load(last.save()))
            self.assertEqual(parts[0].save(), whole.save())
        self.assertEqual(repr(mlops.RegressionPerformance.load(whole.save()).metrics()), repr(whole.metrics()))
        whole.reset()
        self.assertEqual(whole.save(), mlops.RegressionPerformance().save())

    def test_refusals_add_nothing(self):
        self_ = add([1.0], [2.0])
        before = self_.save()
        for p, y, w, what in (([1, math.inf], [1, 1], None, "row 1, counted from 0: the prediction"),
                              ([1, 1], [1, -1e80], None, "row 1, counted from 0: the label"),
                              ([1, 1], [1, 1], [1, -1], "row 1, counted from 0: the weight")):
            with self.assertRaisesRegex(mlops.InvalidError, what):
                self_.add(p, y, w)
        for metric, losses, what in (("r2", [1], "none of mae"), ("mae", [1, -1], "row 1, counted from 0"),
                                     ("mae", [1, math.nan], "row 1")):
            with self.assertRaisesRegex(mlops.InvalidError, what):
                self_.estimate(metric, losses)
        with self.assertRaisesRegex(mlops.InvalidError, "reference"):
            mlops.RegressionPerformance().estimate("mae", [1])
        self.assertEqual(self_.save(), before)

    def test_every_bit_of_the_bytes_counts(self):
        data = bytearray(add([1.5, -2, 3], [1, 2, 3.25], [1, 2, 0.5]).save())
        for at in range(8 * len(data)):
            data[at // 8] ^= 1 << at % 8
            with self.assertRaises((mlops.CorruptError, mlops.UnsupportedError)):
                mlops.RegressionPerformance.load(bytes(data))
            data[at // 8] ^= 1 << at % 8

    def test_estimates_of_losses(self):
        """Mean predicted losses as NannyML's DLE has them, and bands that hold what labels tell."""
        rng = np.random.default_rng(4)

        def rows(n, low=0.5):
            x = rng.uniform(low, 2, n)
            y = 10 + 3 * x + rng.normal(size=n) * x  # the error is as large as x
            return 10 + 3 * x, y, x
        p, y, x = rows(100000)
        reference, n, turns, held = add(p, y), 500, 300, {"mae": 0, "mse": 0, "rmse": 0}
        for _ in range(turns):
            p, y, x = rows(n, 1.2)
            losses = {"mae": x * math.sqrt(2 / math.pi), "mse": x * x, "rmse": x * x}
            m = mlops.metric_regression(p, y)
            for name, predicted in losses.items():
                (metric,), (value,), (error,), (low,), (high,) = (
                    reference.estimate(name, predicted)[c] for c in ("metric", "value", "sampling_error", "low", "high"))
                self.assertEqual(metric, name)
                want = np.mean(predicted) if name != "rmse" else math.sqrt(np.mean(predicted))
                self.close(value, want)
                self.assertTrue(low <= value <= high)
                held[name] += low <= getattr(m, name) <= high
        p, y, x = rows(100000)
        deviation = np.std(np.abs(p - y))
        (error,) = add(p, y).estimate("mae", x)["sampling_error"]
        self.close(error, deviation / math.sqrt(len(x)), 1e-9)
        w = rng.uniform(0, 2, len(x))
        table = add(p, y).estimate("mae", x, w)
        self.close(table["value"][0], np.average(x, weights=w))
        self.close(table["sampling_error"][0], deviation * math.sqrt((w * w).sum()) / w.sum(), 1e-9)
        for name, times in held.items():  # the reference's spread is not quite that of the rows
            self.assertGreaterEqual(times, stats.binom.ppf(1e-4, turns, 0.87), name)


if __name__ == "__main__":
    sys.exit(main(sys.modules[__name__]))
