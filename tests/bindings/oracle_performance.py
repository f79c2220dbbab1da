#!/usr/bin/python3
"""Counts of scores, calibrations and estimates against scikit-learn, against rows that are kept whole, against recorded
vectors where they are, and by simulation: bands must hold what comes of drawn labels as often as they say.

usage: oracle_performance.py. Prints TAP.
"""
import json
import math
import pathlib
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
    from sklearn.calibration import _SigmoidCalibration
    from sklearn.isotonic import IsotonicRegression
except ImportError as missing:
    print(f"1..0 # SKIP {missing}")
    sys.exit(0)

from test_python import main

VECTORS = pathlib.Path(__file__).resolve().parents[2].parent / "shared" / "vectors" / "drift_open.json"


def draw(rng, n, unknown=0.2, grid=None):
    """Scores that are not calibrated, labels of which some are unknown, weights of units of 2^-20."""
    s = rng.beta(0.8, 1.2, n)
    if grid:
        s = np.round(s * grid) / grid
    y = np.where(rng.uniform(size=n) < unknown, np.nan, rng.uniform(size=n) < s ** 1.5)
    w = np.round(rng.uniform(0.01, 3, n) * 2 ** 20) / 2 ** 20
    w[rng.uniform(size=n) < 0.05] = 0
    return s, y, w


def count(s, y=None, w=None):
    p = mlops.Performance()
    p.add(s, y, w)
    return p


class Counts(unittest.TestCase):
    def close(self, got, want, within=1e-12):
        if math.isnan(want):
            self.assertTrue(math.isnan(got))
        else:
            self.assertAlmostEqual(got, want, delta=within * max(1, abs(want)))

    def test_metrics_are_those_of_binned_scores(self):
        rng = np.random.default_rng(1)
        for n in (2, 30, 1000, 20000):
            for weighted in (False, True):
                for threshold in (0.5, 0.25, 37 / 1024, 0.0):
                    s, y, w = draw(rng, n)
                    p = count(s, y, w if weighted else None)
                    w = w if weighted else np.ones(n)
                    known = ~np.isnan(y) & (w > 0)
                    s, y, w = s[known], y[known], w[known]
                    if len(set(y)) < 2:
                        continue
                    m, b = p.metrics(threshold=threshold, beta=2.5), np.floor(s * 1024)
                    self.assertEqual(m.n, len(s))
                    self.close(m.weight, w.sum())
                    self.close(m.auc, metrics.roc_auc_score(y, b, sample_weight=w))
                    self.close(m.average_precision, metrics.average_precision_score(y, b, sample_weight=w))
                    fpr, tpr, _ = metrics.roc_curve(y, b, sample_weight=w)
                    self.close(m.ks, np.abs(tpr - fpr).max())
                    self.close(m.brier, np.average((s - y) ** 2, weights=w))
                    self.close(m.log_loss, metrics.log_loss(y, s, sample_weight=w))
                    hit = s >= threshold
                    tn, fp, fn, tp = metrics.confusion_matrix(y, hit, sample_weight=w).ravel()
                    for got, want in ((m.tn, tn), (m.fp, fp), (m.fn, fn), (m.tp, tp)):
                        self.close(got, want)
                    self.close(m.accuracy, metrics.accuracy_score(y, hit, sample_weight=w))
                    self.close(m.f1, metrics.f1_score(y, hit, sample_weight=w, zero_division=0))
                    self.close(m.f_beta, metrics.fbeta_score(y, hit, beta=2.5, sample_weight=w, zero_division=0))
                    self.close(m.kappa, metrics.cohen_kappa_score(y, hit, sample_weight=w))
                    self.close(m.mcc, tn + fn and metrics.matthews_corrcoef(y, hit, sample_weight=w) or math.nan)
                    exact, told = metrics.roc_auc_score(y, s, sample_weight=w), p.summarize()
                    self.assertLessEqual(abs(m.auc - exact), told.auc_error + 1e-12)
                    for order in (s, b + y / 2, b - y / 2):  # rows that share a bin, at best and at worst
                        exact = metrics.average_precision_score(y, order, sample_weight=w)
                        self.assertLessEqual(abs(m.average_precision - exact), told.average_precision_error + 1e-12)
                    if n > 1000:
                        self.assertLess(told.average_precision_error, 0.01)

    def test_thresholds_are_those_of_metrics(self):
        s, y, w = draw(np.random.default_rng(14), 3000)
        p = count(s, y, w)
        table = p.thresholds(n_bins=64)
        self.assertEqual(list(table["threshold"]), [i / 64 for i in range(64)])
        for i in range(64):
            m = p.metrics(threshold=i / 64)
            for name in ("tp", "fp", "tn", "fn", "accuracy", "precision", "recall", "specificity", "f1", "mcc", "f_beta",
                         "kappa"):
                self.close(math.nan if table[name][i] is None else table[name][i], getattr(m, name))
            if m.tp:
                self.close(table["lift"][i], m.precision / m.prevalence)

    def test_chosen_thresholds_are_the_best_of_all(self):
        """Every threshold is tried."""
        rng = np.random.default_rng(16)
        for weighted in (False, True):
            s, y, w = draw(rng, 4000, 0.1, grid=64)
            w = w if weighted else np.ones(len(s))
            p, known = count(s, y, w), ~np.isnan(y) & (w > 0)
            s, y, w = s[known], y[known], w[known]
            b = np.minimum((s * 1024).astype(int), 1023)
            hit, miss = (np.bincount(b, w * (y == label), 1024)[::-1].cumsum()[::-1] for label in (1, 0))
            each = [(miss[0] - fp, fp, hit[0] - tp, tp) for fp, tp in zip(miss, hit)]

            def best(value, held=lambda tn, fp, fn, tp: True):
                found, at = -math.inf, None
                for t in reversed(range(1024)):
                    if held(*each[t]) and value(*each[t]) > found + 1e-12:
                        found, at = value(*each[t]), t / 1024
                return at

            def ratio(a, b):
                return a / b if b else -math.inf

            self.assertEqual(p.choose(), best(lambda tn, fp, fn, tp: ratio(2 * tp, 2 * tp + fp + fn)))
            self.assertEqual(p.choose(best="f_beta", beta=0.5),
                             best(lambda tn, fp, fn, tp: ratio(1.25 * tp, 1.25 * tp + fp + 0.25 * fn)))
            self.assertEqual(p.choose(best="precision", held="recall", bound=0.8),  # precision at a recall
                             best(lambda tn, fp, fn, tp: ratio(tp, tp + fp), lambda tn, fp, fn, tp: tp / (tp + fn) >= 0.8))
            self.assertEqual(p.choose(best="recall", held="precision", bound=0.7),
                             best(lambda tn, fp, fn, tp: tp / (tp + fn), lambda tn, fp, fn, tp: ratio(tp, tp + fp) >= 0.7))
            self.assertEqual(p.choose(best="recall", held="positive_rate", bound=0.1),  # as many as can be looked at
                             best(lambda tn, fp, fn, tp: tp / (tp + fn), lambda tn, fp, fn, tp: tp + fp <= 0.1 * w.sum()))
            self.assertEqual(p.choose(worth_fp=-1, worth_fn=-7.5), best(lambda tn, fp, fn, tp: -fp - 7.5 * fn))
            self.assertEqual(p.choose(worth_tp=3, worth_fp=-2, held="specificity", bound=0.9),
                             best(lambda tn, fp, fn, tp: 3 * tp - 2 * fp, lambda tn, fp, fn, tp: tn / (tn + fp) >= 0.9))
            self.assertEqual(p.choose(best="fp", held="recall", bound=1.0),
                             best(lambda tn, fp, fn, tp: -fp, lambda tn, fp, fn, tp: fn == 0))
        for options, what in (({"best": "auc"}, "no threshold moves the metric auc"), ({"best": "f_1"}, 'nearest name is "f1"'),
                              ({"best": "positive_rate"}, "neither higher nor lower"), ({"bound": 0.5}, "of no metric"),
                              ({"held": "mae"}, "no threshold moves"), ({"beta": -1}, "beta is not 1e-6"),
                              ({"worth_fp": -1, "best": "f1"}, "besides best"), ({"worth_fn": math.inf}, "not finite")):
            with self.assertRaisesRegex(mlops.Error, what):
                p.choose(**options)
        with self.assertRaisesRegex(mlops.NotFoundError, "no threshold holds the bound of precision"):
            p.choose(best="recall", held="precision", bound=1.01)
        with self.assertRaisesRegex(mlops.NotFoundError, "recall has a value at no threshold"):
            count([0.2, 0.4], [0, 0]).choose(best="recall")
        with self.assertRaisesRegex(mlops.InvalidError, "no row has a label"):
            mlops.Performance().choose()
        with self.assertRaisesRegex(mlops.InvalidError, "beta=? must be 1e-6 to 1e6"):
            p.metrics(beta=math.nan)

    def test_adaptive_errors_are_those_of_rows_at_their_bins(self):
        rng = np.random.default_rng(15)
        for weighted in (False, True):
            s, y, w = draw(rng, 4000, 0)
            w = w if weighted else np.ones(len(s))
            b = np.floor(s * 1024).astype(int)
            at = (np.bincount(b, w * s, 1024) / np.maximum(np.bincount(b, w, 1024), 1e-300))[b]
            m, rows = count(s, y, w).metrics(n_bins=16), mlops.metric_binary(at, y, weights=w, n_bins=16)
            self.close(m.ece_adaptive, rows.ece_adaptive, 1e-9)
            self.close(m.mce, count(s, y, w).summarize().mce)

    def test_reliability_and_its_errors(self):
        rng = np.random.default_rng(2)
        for n_bins in (1, 8, 16, 1024):
            for weighted in (False, True):
                s, y, w = draw(rng, 3000)
                p = count(s, y, w if weighted else None)
                w = w if weighted else np.ones(len(s))
                t, told = p.reliability(n_bins=n_bins, confidence=0.9), p.summarize(n_bins=n_bins)
                known = ~np.isnan(y) & (w > 0)
                self.close(told.mean_score, np.average(s, weights=w))
                s, y, w = s[known], y[known], w[known]
                effective = w.sum() ** 2 / (w ** 2).sum()
                self.close(told.n_effective, effective)
                gaps, weights, z = [], [], stats.norm.isf(0.05)
                for i in range(n_bins):
                    at = np.floor(s * n_bins) == i
                    self.close(t["weight"][i], w[at].sum())
                    self.assertEqual((t["low"][i], t["high"][i]), (i / n_bins, (i + 1) / n_bins))
                    if not at.any():
                        self.assertTrue(t["observed"][i] is None or math.isnan(t["observed"][i]))
                        continue
                    mean, rate = np.average(s[at], weights=w[at]), np.average(y[at], weights=w[at])
                    self.close(t["mean_score"][i], mean)
                    self.close(t["observed"][i], rate)
                    n = w[at].sum() * effective / w.sum()
                    for q in (t["observed_low"][i], t["observed_high"][i]):
                        if 0 < q < 1:
                            self.close((rate - q) ** 2, z * z * q * (1 - q) / n, 1e-9)
                    self.assertTrue(t["observed_low"][i] <= rate <= t["observed_high"][i])
                    gaps.append(abs(mean - rate))
                    weights.append(w[at].sum())
                self.close(told.ece, np.average(gaps, weights=weights))
                self.close(told.mce, max(gaps))
                self.close(p.metrics(n_bins=n_bins).ece, told.ece)

    def test_parts_in_any_order_are_the_whole(self):
        rng, shuffled = np.random.default_rng(3), random.Random(3)
        s, y, w = draw(rng, 5000)
        s[::97] = np.nan
        whole = count(s, y, w)
        self.assertEqual(whole.summarize().n_nan, int((np.isnan(s) & (w > 0)).sum()))
        for n_parts in (2, 7):
            order = rng.permutation(len(s))
            parts = [count(s[at], y[at], w[at]) for at in np.array_split(order, n_parts)]
            while len(parts) > 1:
                shuffled.shuffle(parts)
                last = parts.pop()
                parts[-1].merge(mlops.Performance.load(last.save()))
            self.assertEqual(parts[0].save(), whole.save())
        whole.reset()
        self.assertEqual(whole.save(), mlops.Performance().save())


class Calibration(unittest.TestCase):
    def test_isotonic_is_that_of_scikit_learn(self):
        rng = np.random.default_rng(4)
        for n, grid in ((1, None), (2, None), (5, 3), (60, None), (60, 10), (5000, None), (5000, 200)):
            for weighted in (False, True):
                s, y, w = draw(rng, n, 0, grid)
                s = s * 9 - 4  # any score, not probabilities alone
                w = w + 0.1 if weighted else None
                c = mlops.Calibration.fit("isotonic", s, y, w)
                at = np.concatenate([s, rng.uniform(-6, 7, 500)])
                want = IsotonicRegression(out_of_bounds="clip").fit(s, y, sample_weight=w).predict(at)
                got = np.asarray(c.apply(at))
                self.assertLess(np.abs(got - want).max(), 1e-12)
                again = mlops.Calibration.load(c.save())
                self.assertEqual(np.asarray(again.apply(at)).tobytes(), got.tobytes())
                self.assertEqual(again.save(), c.save())
                ordered = got[np.argsort(at)]
                self.assertTrue((np.diff(ordered) >= 0).all())

    def test_platt_is_that_of_scikit_learn_at_its_optimum(self):
        rng = np.random.default_rng(5)
        for n in (3, 40, 1000, 5000):
            for scale in (1, 5, 1e-3):
                for weighted in (False, True):
                    s, y, w = draw(rng, n, 0)
                    s = (s - 0.4) * scale
                    w = w + 0.1 if weighted else None
                    p = np.asarray(mlops.Calibration.fit("platt", s, y, w).apply(s))
                    w = np.ones(n) if w is None else w
                    ones, zeros = w[y == 1].sum(), w[y == 0].sum()
                    t = np.where(y == 1, (ones + 1) / (ones + 2), 1 / (zeros + 2))
                    slope = np.array([(w * (p - t)).sum(), (w * (p - t) * s / scale).sum()]) / w.sum()
                    self.assertLess(np.abs(slope).max(), 1e-10)  # where the loss is least, which is convex
                    if scale == 1:
                        peer = _SigmoidCalibration().fit(s, y, sample_weight=w).predict(s)
                        self.assertLess(np.abs(p - peer).max(), 1e-4)  # it stops at a slope of 1e-5

    def test_counts_are_calibrated_at_the_means_of_their_bins(self):
        rng = np.random.default_rng(6)
        s, y, w = draw(rng, 20000)
        p, known = count(s, y, w), ~np.isnan(y) & (w > 0)
        s, y, w = s[known], y[known], w[known]
        b = np.floor(s * 1024).astype(int)
        weight = np.bincount(b, w, 1024)
        keep = weight > 0
        means = np.bincount(b, w * s, 1024)[keep] / weight[keep]
        rates = np.bincount(b, w * y, 1024)[keep] / weight[keep]
        got = np.asarray(p.calibrate("isotonic").apply(means))
        want = IsotonicRegression(out_of_bounds="clip").fit(means, rates, weight[keep]).predict(means)
        self.assertLess(np.abs(got - want).max(), 1e-12)
        at = np.linspace(0, 1, 101)
        binned = np.asarray(p.calibrate("platt").apply(at))
        exact = np.asarray(mlops.Calibration.fit("platt", s, y, w).apply(at))
        self.assertLess(np.abs(binned - exact).max(), 1e-3)

    def test_calibrated_scores_hold(self):
        rng = np.random.default_rng(7)
        s, y, _ = draw(rng, 60000, 0)
        for method, far in (("isotonic", 0.01), ("platt", 0.03)):
            c = mlops.Calibration.fit(method, s[:30000], y[:30000])
            raw, held = count(s[30000:], y[30000:]), count(c.apply(s[30000:]), y[30000:])
            self.assertLess(held.summarize().ece, far)
            self.assertGreater(raw.summarize().ece, 3 * held.summarize().ece)


METRICS = ["auc", "average_precision", "accuracy", "balanced_accuracy", "precision", "recall", "specificity", "f1",
           "mcc", "prevalence", "positive_rate", "tp", "fp", "tn", "fn"]


def told(table):
    """Rows of the table by their metric; nulls are NaN."""
    names = ("value", "sampling_error", "low", "high")
    columns = [[math.nan if x is None else x for x in table[name]] for name in names]
    return {name: row for name, *row in zip(table["metric"], *columns)}


def expected(s, p, threshold=0.5):
    """CBPE of NannyML by brute force: each row stands once with label 1 and once with label 0, weighing p and 1 - p."""
    y, w, b = np.repeat([1, 0], len(s)), np.concatenate([p, 1 - p]), np.concatenate([s, s])
    hit = (b >= threshold).astype(int)
    tn, fp, fn, tp = metrics.confusion_matrix(y, hit, sample_weight=w, labels=[0, 1]).ravel()
    with np.errstate(divide="ignore", invalid="ignore"):
        out = {"tp": tp, "fp": fp, "tn": tn, "fn": fn, "accuracy": (tp + tn) / len(s), "precision": tp / (tp + fp),
               "recall": tp / (tp + fn), "specificity": tn / (tn + fp), "f1": 2 * tp / (2 * tp + fp + fn),
               "mcc": (tp * tn - fp * fn) / np.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)),
               "prevalence": (tp + fn) / len(s), "positive_rate": (tp + fp) / len(s)}
    out["balanced_accuracy"] = (out["recall"] + out["specificity"]) / 2
    out["auc"] = metrics.roc_auc_score(y, b, sample_weight=w)
    out["average_precision"] = metrics.average_precision_score(y, b, sample_weight=w)
    return out


class Estimate(unittest.TestCase):
    def close(self, got, want, within=1e-11):
        if math.isnan(want):
            self.assertTrue(math.isnan(got))
        else:
            self.assertAlmostEqual(got, want, delta=within * max(1, abs(want)))

    @unittest.skipUnless(VECTORS.exists(), "the recorded vectors are not here")
    def test_recorded_vectors(self):
        for case in json.loads(VECTORS.read_text())["classification"]:
            state, scores, labels = case["seed"], [], []

            def u():
                nonlocal state
                state = (state + 0x9E3779B97F4A7C15) & (1 << 64) - 1
                z = ((state ^ state >> 30) * 0xBF58476D1CE4E5B9) & (1 << 64) - 1
                z = ((z ^ z >> 27) * 0x94D049BB133111EB) & (1 << 64) - 1
                return ((z ^ z >> 31) >> 11) * 2.0 ** -53
            for _ in range(case["n"]):
                u1, u2, _ = u(), u(), u()
                scores.append(math.floor(u1 * 64) / 64)
                labels.append(float(u2 < 0.15 + 0.7 * u1))
            counts = count(scores, labels)
            m = counts.metrics()
            for got, name in ((m.auc, "roc_auc"), (m.average_precision, "average_precision"), (m.brier, "brier"),
                              (m.f1, "f1"), (m.precision, "precision"), (m.recall, "recall"), (m.mcc, "mcc")):
                self.close(got, case[name])
            for table in (counts.estimate(), mlops.Performance.estimate_rows(scores)):
                self.close(told(table)["auc"][0], case["cbpe_auc_noop"])

    def test_rows_are_expected_as_by_brute_force(self):
        rng = np.random.default_rng(8)
        for n in (2, 17, 800):
            for grid in (None, 20):
                for threshold in (0.5, 0.0, 0.9, 2.0):
                    s, _, _ = draw(rng, n, grid=grid)
                    p = np.clip(s ** 1.7 + 0.01, 0, 1)
                    got = told(mlops.Performance.estimate_rows(s, p, threshold=threshold))
                    self.assertEqual(list(got), METRICS)
                    for name, value in expected(s, p, threshold).items():
                        self.close(got[name][0], value)
                        self.assertFalse(got[name][2] > got[name][0] or got[name][3] < got[name][0])

    def test_rows_one_by_one_are_nannyml(self):
        rng = np.random.default_rng(9)
        s = rng.permutation(1000) / 1000  # no ties: NannyML breaks them by the order of the rows
        p = np.clip(s * 0.8 + 0.05, 0, 1)
        order = np.argsort(-s)
        tps = np.cumsum(p[order])
        fps = 1 + np.arange(len(s)) - tps
        auc = metrics.auc(np.r_[0, fps] / fps[-1], np.r_[0, tps] / tps[-1])
        precision = tps / (tps + fps)
        got = told(mlops.Performance.estimate_rows(s, p))
        self.close(got["auc"][0], auc)
        self.close(got["average_precision"][0], np.sum(np.diff(np.r_[0, tps] / tps[-1]) * precision))

    def test_counts_are_expected_at_the_means_of_their_bins(self):
        rng = np.random.default_rng(10)
        s, y, w = draw(rng, 5000)
        for weighted in (False, True):
            c = mlops.Calibration.fit("isotonic", s, np.nan_to_num(y))
            counts, weight = count(s, y, w if weighted else None), w if weighted else np.ones(len(s))
            b = np.floor(s * 1024).astype(int)
            total = np.bincount(b, weight, 1024)
            keep = total > 0
            means = np.bincount(b, weight * s, 1024)[keep] / total[keep]
            p = np.asarray(c.apply(means))
            got = told(counts.estimate(c, threshold=0.25))
            at = np.repeat([1, 0], keep.sum())
            share, hit = np.concatenate([p, 1 - p]) * np.tile(total[keep], 2), np.tile(means, 2) >= 0.25
            self.close(got["auc"][0], metrics.roc_auc_score(at, np.tile(means, 2), sample_weight=share))
            self.close(got["tp"][0], share[(at == 1) & hit].sum())
            self.close(got["f1"][0], metrics.f1_score(at, hit, sample_weight=share))

    def test_sampling_errors_are_those_of_drawn_labels(self):
        """What metrics deviate by over many draws of labels; and the band holds what is found as often as it says."""
        rng, turns, n = np.random.default_rng(11), 600, 1500
        s = rng.beta(1, 2, n)
        p = s ** 1.3
        exact, binned = told(mlops.Performance.estimate_rows(s, p)), told(count(p).estimate())
        held, found = dict.fromkeys(METRICS, 0), {name: [] for name in METRICS}
        for _ in range(turns):
            y = (rng.uniform(size=n) < p).astype(float)
            m = mlops.metric_binary(s, y)
            for name in METRICS:
                value = getattr(m, name)
                found[name].append(value)
                held[name] += exact[name][2] - 1e-12 <= value <= exact[name][3] + 1e-12
        least = stats.binom.ppf(1e-5, turns, 0.95)
        for name in METRICS:
            self.assertGreaterEqual(held[name], least, name)
            error = exact[name][1]
            self.assertAlmostEqual(np.std(found[name]), error, delta=0.15 * error, msg=name)
            self.assertLess(abs(np.mean(found[name]) - exact[name][0]), error / 3 + 1e-12, name)
            if name in ("auc", "average_precision", "prevalence"):  # not of the threshold, which was of s
                self.assertAlmostEqual(binned[name][1], error, delta=0.02 * error)

    def test_weights_widen_the_band(self):
        """Of rows that weigh unequally the metrics deviate more: as many as the effective number of them."""
        rng, turns, n = np.random.default_rng(12), 400, 2000
        p, w = rng.beta(1, 2, n), rng.choice([0.25, 4.0], n)
        got = told(count(p, None, w).estimate())
        found = {"auc": [], "accuracy": [], "recall": []}
        for _ in range(turns):
            m = mlops.metric_binary(p, (rng.uniform(size=n) < p).astype(float), weights=w)
            for name, values in found.items():
                values.append(getattr(m, name))
        for name, values in found.items():
            self.assertAlmostEqual(np.std(values), got[name][1], delta=0.15 * got[name][1], msg=name)

    def test_shifted_rows_are_foreseen(self):
        """Calibrated on reference rows, the band holds what comes of rows that are spread otherwise."""
        rng, turns, missed = np.random.default_rng(13), 100, dict.fromkeys(("auc", "f1", "accuracy"), 0)
        s, y, _ = draw(rng, 100000, 0)
        for method in (mlops.Calibration.fit("isotonic", s, y),
                       count(s, y).calibrate("isotonic")):
            for _ in range(turns):
                s = rng.beta(2.5, 2, 1000)  # of the reference: beta(0.8, 1.2)
                got = told(count(s).estimate(method))
                m = mlops.metric_binary(s, (rng.uniform(size=1000) < s ** 1.5).astype(float))
                for name in missed:
                    missed[name] += not got[name][2] <= getattr(m, name) <= got[name][3]
        for name, times in missed.items():
            self.assertLessEqual(times, stats.binom.isf(1e-4, 2 * turns, 0.08), name)  # 5 %, and calibration's own


if __name__ == "__main__":
    sys.exit(main(sys.modules[__name__]))
