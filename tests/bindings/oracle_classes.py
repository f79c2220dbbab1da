#!/usr/bin/python3
"""Counts of classes against scikit-learn, against rows that are kept whole, and by simulation.

usage: oracle_classes.py. Prints TAP.
"""
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
    from sklearn.isotonic import IsotonicRegression
except ImportError as missing:
    print(f"1..0 # SKIP {missing}")
    sys.exit(0)

from test_python import main

EXPECTED = ("auc_macro", "accuracy", "precision_macro", "recall_macro", "f1_macro", "f1_weighted", "mcc")


def draw(rng, n, k, unknown=0.2):
    p = rng.dirichlet(np.linspace(0.3, 1, k), n)
    y = (p.cumsum(1) < rng.uniform(size=(n, 1))).sum(1).clip(0, k - 1)
    y[rng.uniform(size=n) < unknown] = -1
    w = np.round(rng.uniform(0.01, 3, n) * 2 ** 20) / 2 ** 20
    w[rng.uniform(size=n) < 0.05] = 0
    return p, y, w


def count(k, p, y=None, predictions=None, w=None):
    self = mlops.ClassPerformance(k)
    self.add(p, y, predictions, w)
    return self


def ece(p, hit, w, n_bins):
    """Expected and largest calibration error over bins of equal width."""
    at = np.minimum((p * n_bins).astype(int), n_bins - 1)
    gaps, weights = np.abs(np.bincount(at, w * (hit - p), n_bins)), np.bincount(at, w, n_bins)
    return gaps.sum() / w.sum(), (gaps[weights > 0] / weights[weights > 0]).max()


def told(table):
    return dict(zip(table["metric"], zip(*(table[c] for c in ("value", "sampling_error", "low", "high")))))


class Classes(unittest.TestCase):
    def close(self, got, want, within=1e-12):
        self.assertAlmostEqual(math.nan if got is None else got, want, delta=within * max(1, abs(want)))

    def test_metrics_are_those_of_rows(self):
        rng = np.random.default_rng(1)
        for k in (2, 3, 11):
            for n in (40, 3000):
                for weighted in (False, True):
                    p, y, w = draw(rng, n, k)
                    self_ = count(k, p, y, w=w if weighted else None)
                    w = w if weighted else np.ones(n)
                    kept = (y >= 0) & (w > 0)
                    p, y, w = p[kept], y[kept], w[kept]
                    m = self_.metrics(top_k=2, beta=0.5, n_bins=8)
                    rows = mlops.metric_classes(p, y, weights=w, k=2, beta=0.5, n_bins=8, one_vs_rest=True)[0]
                    for name in ("accuracy", "balanced_accuracy", "f1_macro", "f1_weighted", "precision_macro",
                                 "precision_weighted", "recall_macro", "mcc", "brier", "log_loss", "top_k_accuracy",
                                 "f_beta_macro", "f_beta_weighted", "kappa", "ece", "mce", "ece_classwise"):
                        self.close(getattr(m, name), getattr(rows, name))
                    best = p.argmax(1)
                    self.close(m.f1_macro, metrics.f1_score(y, best, average="macro", sample_weight=w))
                    self.close(m.mcc, metrics.matthews_corrcoef(y, best, sample_weight=w))
                    self.close(m.kappa, metrics.cohen_kappa_score(y, best, sample_weight=w))
                    each = metrics.fbeta_score(y, best, beta=0.5, average=None, sample_weight=w, zero_division=0)
                    self.close(m.f_beta_macro, each.mean())
                    self.close(m.ece, ece(p.max(1), y == best, w, 8)[0])
                    self.close(m.mce, ece(p.max(1), y == best, w, 8)[1])
                    self.close(m.ece_classwise, np.mean([ece(p[:, j], y == j, w, 8)[0] for j in range(k)]))
                    bins = np.minimum(np.floor(p * 1024), 1023)
                    areas = [metrics.roc_auc_score(y == j, bins[:, j], sample_weight=w)
                             for j in range(k) if 0 < (y == j).sum() < len(y)]
                    self.close(m.auc_macro, np.mean(areas))
                    table, by = self_.confusion(), self_.by_class()
                    want = metrics.confusion_matrix(y, best, sample_weight=w, labels=range(k))
                    self.assertLess(np.abs(np.reshape(table["weight"], (k, k)) - want).max(), 1e-9)
                    for name, axis in (("share_of_label", 1), ("share_of_predicted", 0), ("share", None)):
                        share = want / want.sum(axis, keepdims=axis is not None) if want.all() else None
                        if share is not None:
                            self.assertLess(np.abs(np.reshape(table[name], (k, k)) - share).max(), 1e-12)
                    occur = [j for j in range(k) if want[j].sum() or want[:, j].sum()]
                    got = np.array(self_.by_class(beta=0.5)["f_beta"], float)[occur]
                    self.assertLess(np.abs(got - each).max(), 1e-12)
                    for j in range(k):
                        one = self_.one(j).metrics()
                        self.assertEqual((by["weight"][j], by["predicted"][j]), (one.tp + one.fn, want[:, j].sum())
                                         if not weighted else (by["weight"][j], by["predicted"][j]))
                        self.assertTrue(by["auc"][j] == one.auc or one.auc != one.auc)
                        if want[j].sum() and want[:, j].sum():
                            self.close(by["recall"][j], want[j, j] / want[j].sum())
                            self.close(by["precision"][j], want[j, j] / want[:, j].sum())

    def test_one_class_is_its_own_counts(self):
        rng = np.random.default_rng(2)
        p, y, w = draw(rng, 700, 4)
        whole = count(4, p, y, w=w)
        for j in range(4):
            alone = mlops.Performance()
            alone.add(p[:, j], np.where(y < 0, np.nan, y == j), w)
            self.assertEqual(whole.one(j).save(), alone.save())

    def test_the_predicted_class_is_counted_by_whether_it_was_right(self):
        rng = np.random.default_rng(12)
        p, y, w = draw(rng, 700, 4)
        for guess in (p.argmax(1), rng.integers(0, 4, 700)):  # what the program predicted, not the most probable
            alone = mlops.Performance()
            alone.add(p[np.arange(700), guess], np.where(y < 0, np.nan, y == guess), w)
            self_ = count(4, p, y, guess, w)
            self.assertEqual(self_.one(-1).save(), alone.save())
            told, m = alone.summarize(), self_.metrics()
            self.assertEqual((m.ece, m.mce), (told.ece, told.mce))
        with self.assertRaisesRegex(mlops.InvalidError, "there is no class -2"):
            self_.one(-2)

    def test_parts_in_any_order_are_the_whole(self):
        rng, shuffled = np.random.default_rng(3), random.Random(3)
        p, y, w = draw(rng, 3000, 5)
        p[::97] = np.nan
        whole = count(5, p, y, w=w)
        self.assertEqual(whole.metrics().n_nan, int((np.isnan(p[:, 0]) & (w > 0)).sum()))
        order = rng.permutation(len(p))
        parts = [count(5, p[at], y[at], w=w[at]) for at in np.array_split(order, 6)]
        while len(parts) > 1:
            shuffled.shuffle(parts)
            last = parts.pop()
            parts[-1].merge(mlops.ClassPerformance.load(last.save()))
        self.assertEqual(parts[0].save(), whole.save())
        whole.reset()
        self.assertEqual(whole.save(), mlops.ClassPerformance(5).save())

    def test_refusals_count_nothing(self):
        self_ = count(3, [[0.2, 0.3, 0.5]], [2])
        before = self_.save()
        good = [0.2, 0.3, 0.5]
        for p, y, g, w, what in (([good, [0.2, 0.3, 0.4]], None, None, None, "row 1, counted from 0: the prob"),
                                 ([good, [-0.1, 0.6, 0.5]], None, None, None, "row 1"),
                                 ([good, good], [0, 3], None, None, "row 1, counted from 0: the label"),
                                 ([good, good], [0, 1], [0, 3], None, "row 1, counted from 0: the prediction"),
                                 ([good, good], [0, 1], None, [1, -1], "row 1, counted from 0: the weight")):
            with self.assertRaisesRegex(mlops.InvalidError, what):
                self_.add(p, y, g, w)
        for k in (1, 257):
            with self.assertRaisesRegex(mlops.InvalidError, "2 to 256"):
                mlops.ClassPerformance(k)
        with self.assertRaises(mlops.InvalidError):
            self_.merge(mlops.ClassPerformance(4))
        self.assertEqual(self_.save(), before)

    def test_estimates_are_nannyml(self):
        """The confusion matrix expected of calibrated probabilities, and the mean of the classes' expected areas."""
        rng = np.random.default_rng(4)
        k, n = 4, 500
        p, _, _ = draw(rng, n, k)
        guess = (p * rng.uniform(0.5, 1.5, k)).argmax(1)  # what the program predicted
        got, table = count(k, p, None, guess), None
        expected = np.zeros((k, k))
        for i in range(n):
            expected[:, guess[i]] += p[i]
        table = np.reshape(got.confusion()["expected"], (k, k))
        self.assertLess(np.abs(table - expected).max(), 1e-9)
        y, g, w = np.repeat(np.arange(k), k), np.tile(np.arange(k), k), expected.ravel()
        want = {"accuracy": metrics.accuracy_score(y, g, sample_weight=w),
                "precision_macro": metrics.precision_score(y, g, average="macro", sample_weight=w),
                "recall_macro": metrics.recall_score(y, g, average="macro", sample_weight=w),
                "f1_macro": metrics.f1_score(y, g, average="macro", sample_weight=w),
                "f1_weighted": metrics.f1_score(y, g, average="weighted", sample_weight=w),
                "mcc": metrics.matthews_corrcoef(y, g, sample_weight=w)}
        estimates = told(got.estimate())
        self.assertEqual(tuple(estimates), EXPECTED)
        for name, value in want.items():
            self.close(estimates[name][0], value)
        areas = [told(mlops.Performance.estimate_rows(p[:, j]))["auc"][0] for j in range(k)]
        self.close(estimates["auc_macro"][0], np.mean(areas), 1e-3)

    def test_calibration_is_one_against_the_rest(self):
        rng = np.random.default_rng(6)
        for k in (2, 5):
            p, y, w = draw(rng, 3000, k, 0)
            p = p ** 1.5 / (p ** 1.5).sum(1, keepdims=True)
            for method in ("isotonic", "platt"):
                for weights in (None, w):
                    c = mlops.Calibration.fit_classes(method, p, y, weights)
                    each = [mlops.Calibration.fit(method, p[:, j], y == j, weights) for j in range(k)]
                    want = np.stack([np.asarray(one.apply(p[:, j])) for j, one in enumerate(each)], 1)
                    want /= want.sum(1, keepdims=True)
                    again = mlops.Calibration.load(c.save())
                    self.assertEqual((again.n_classes, again.kind, again.save()), (k, c.kind, c.save()))
                    got = np.reshape(again.apply_classes(p), want.shape)
                    self.assertLess(np.abs(got - want).max(), 1e-15)
            if k == 5:
                curve = IsotonicRegression(out_of_bounds="clip").fit(p[:, 0], y == 0)
                one = np.asarray(mlops.Calibration.fit("isotonic", p[:, 0], y == 0).apply(p[:, 0]))
                self.assertLess(np.abs(curve.predict(p[:, 0]) - one).max(), 1e-12)
        with self.assertRaisesRegex(mlops.InvalidError, "2 classes, and not to 3"):
            mlops.Calibration.fit_classes("platt", [[0.1, 0.9], [0.8, 0.2]], [0, 1]).apply_classes([[0.1, 0.2, 0.7]])
        with self.assertRaisesRegex(mlops.InvalidError, "row 1, counted from 0: the label"):
            mlops.Calibration.fit_classes("platt", [[0.1, 0.9], [0.8, 0.2]], [0, 2])

    def test_shifted_rows_are_foreseen(self):
        """Calibrated on reference rows, counts expect what comes of rows that are spread otherwise."""
        rng, k, missed, turns = np.random.default_rng(7), 3, 0, 60

        def rows(n, alpha):
            p = rng.dirichlet(alpha, n)
            y = (p.cumsum(1) < rng.uniform(size=(n, 1))).sum(1).clip(0, k - 1)
            return p ** 2 / (p ** 2).sum(1, keepdims=True), y  # too sure of themselves
        c = mlops.Calibration.fit_classes("isotonic", *rows(60000, (1, 1, 1)))
        for _ in range(turns):
            p, y = rows(1000, (2, 1, 0.5))
            got = told(count(k, np.reshape(c.apply_classes(p), p.shape), None, p.argmax(1)).estimate())
            m = mlops.metric_classes(p, y)[0]
            missed += not got["accuracy"][2] <= m.accuracy <= got["accuracy"][3]
        self.assertLessEqual(missed, stats.binom.isf(1e-4, turns, 0.12))  # 5 %, and what calibration misses

    def test_bands_hold_what_labels_tell(self):
        rng, turns, n, k = np.random.default_rng(5), 400, 900, 3
        for weighted in (False, True):
            p, _, _ = draw(rng, n, k)
            w = rng.choice([0.25, 4.0], n) if weighted else None
            got = told(count(k, p, w=w).estimate())
            held, found = dict.fromkeys(EXPECTED, 0), {name: [] for name in EXPECTED}
            for _ in range(turns):
                y = (p.cumsum(1) < rng.uniform(size=(n, 1))).sum(1).clip(0, k - 1)
                m = mlops.metric_classes(p, y, weights=w, one_vs_rest=True)[0]
                for name in EXPECTED:
                    found[name].append(getattr(m, name))
                    held[name] += got[name][2] <= getattr(m, name) <= got[name][3]
            for name in EXPECTED:
                self.assertGreaterEqual(held[name], stats.binom.ppf(1e-5, turns, 0.95), name)
                spread = np.std(found[name])
                self.assertTrue(0.9 * spread < got[name][1] < 2.2 * spread, (name, got[name][1], spread))


if __name__ == "__main__":
    sys.exit(main(sys.modules[__name__]))
