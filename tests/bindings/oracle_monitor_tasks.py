#!/usr/bin/python3
"""Labels of a monitor that are classes and numbers: metrics against scikit-learn on the rows that were joined, what chance
may move them by against rows drawn again, and by simulation: performance that has not changed is called lost as seldom
as was asked.

usage: oracle_monitor_tasks.py. Prints TAP.
"""
import math
import random
import struct
import sys
import unittest
import zlib

try:
    import mlops
except ImportError as missing:
    print(f"1..0 # SKIP {missing}")
    sys.exit(0)
try:
    import numpy as np
    from sklearn import metrics as sk
except ImportError as missing:
    print(f"1..0 # SKIP {missing}")
    sys.exit(0)

from test_python import main

K, NAN = 4, math.nan
COSTS = np.array([[0, 1, 2, 3], [1, 0, 1, 9], [4, 1, 0, 2], [8, 6, 5, -1]], float)


def monitor(window_rows, **opts):
    rng = np.random.default_rng(0)
    reference = mlops.Reference(mlops.table({"x": rng.uniform(size=500)}))
    return mlops.Monitor.new_reference(None, reference, window_rows=window_rows, **opts)


def classes(rng, n, noise=0.0):
    """Calibrated probabilities, and labels; noise is a share of rows with any label."""
    p = rng.dirichlet([0.5, 0.7, 0.9, 0.4], n)
    y = np.array([rng.choice(K, p=row) for row in p])
    return p, np.where(rng.uniform(size=n) < noise, rng.integers(0, K, n), y)


def numbers(rng, n, scale=1.0):
    y = rng.gamma(4.0, 2.0, n)
    return np.abs(y + scale * rng.normal(size=n)), y


def x_of(n, rng):
    return rng.uniform(size=(n, 1)).astype(np.float32)


def rows_of(table, window, kind):
    wanted = zip(*(table[c] for c in ("window", "kind", "metric", "value", "low", "high", "n")))
    return {m: (v, low, high, n) for w, k, m, v, low, high, n in wanted
            if k == kind and (None if w is None or w != w else int(w)) == window}


def of_classes(p, y, w):
    guess = p.argmax(1)
    known = {"sample_weight": w, "labels": np.unique(np.r_[y, guess]), "average": "macro", "zero_division": 0}
    return {"accuracy": sk.accuracy_score(y, guess, sample_weight=w),
            "precision_macro": sk.precision_score(y, guess, **known),
            "recall_macro": sk.recall_score(y, guess, **known),
            "f1_macro": sk.f1_score(y, guess, **known),
            "log_loss": sk.log_loss(y, p, labels=range(K), sample_weight=w),
            "brier": np.average(np.sum((p - np.eye(K)[y]) ** 2, 1), weights=w),
            "cost": np.average(COSTS[y, guess], weights=w)}


def of_numbers(p, y, w):
    return {"mae": sk.mean_absolute_error(y, p, sample_weight=w), "mse": sk.mean_squared_error(y, p, sample_weight=w),
            "rmse": math.sqrt(sk.mean_squared_error(y, p, sample_weight=w)),
            "mape": sk.mean_absolute_percentage_error(y, p, sample_weight=w),
            "rmsle": math.sqrt(sk.mean_squared_log_error(y, p, sample_weight=w)),
            "bias": np.average(p - y, weights=w), "r2": sk.r2_score(y, p, sample_weight=w)}


class Measures(unittest.TestCase):
    def check(self, got, want, message):
        for name, value in want.items():
            self.assertAlmostEqual(got[name][0], value, delta=1e-9 * max(1, abs(value)), msg=f"{message} {name}")
            self.assertLessEqual(got[name][1], got[name][0], name)
            self.assertLessEqual(got[name][0], got[name][2], name)

    def join(self, m, scores, y, w, rng):
        """Rows of 150 a window, labels late and in any order; where each label counts."""
        n, ids = len(y), [int(i) for i in rng.permutation(10 ** 6)[:len(y)]]
        labelled = [i for i in range(n) if rng.uniform() < 0.7]
        later = sorted(labelled, key=lambda i: i + 60 * rng.uniform())
        for i in range(n):
            m.add_scored(x_of(1, rng), scores[i:i + 1], ids[i:i + 1], w[i:i + 1])
            while later and later[0] < i - 40:
                at = later.pop(0)
                m.add_labels([ids[at]], [float(y[at])])
        for at in later:
            m.add_labels([ids[at]], [float(y[at])])
        return labelled

    def test_classes_are_those_of_rows(self):
        rng = np.random.default_rng(1)
        p, y = classes(rng, 600)
        w = rng.choice([0.5, 1, 3.25], 600)
        m = monitor(150)
        m.expect_classes(n_classes=K, windows_kept=5, costs=COSTS.ravel())
        labelled = self.join(m, p, y, w, rng)
        for window in (1, 2, 3, 4, None):
            mine = [i for i in labelled if window is None or i // 150 + 1 == window]
            got = rows_of(m.performance(), window, "measured")
            self.assertEqual(got["accuracy"][3], len(mine))
            self.check(got, of_classes(p[mine], y[mine], w[mine]), window)
            aucs = [sk.roc_auc_score(y[mine] == j, np.floor(p[mine, j] * 1024), sample_weight=w[mine]) for j in range(K)]
            self.assertAlmostEqual(got["auc_macro"][0], np.mean(aucs), delta=1e-9)
            rows = range(600) if window is None else range(150 * window - 150, 150 * window)
            expected = np.zeros((K, K))
            for i in rows:
                expected[:, p[i].argmax()] += w[i] * p[i]
            got = rows_of(m.performance(), window, "estimated")
            self.assertEqual(got["accuracy"][3], len(rows))
            self.assertAlmostEqual(got["accuracy"][0], np.trace(expected) / expected.sum(), delta=1e-9)
            self.assertAlmostEqual(got["cost"][0], np.sum(expected * COSTS) / expected.sum(), delta=1e-9)

    def test_calibration_changes_probabilities_and_not_predictions(self):
        rng = np.random.default_rng(2)
        p, y = classes(rng, 4000, 0.4)  # overconfident
        calibration = mlops.Calibration.fit_classes("isotonic", p[:3000], y[:3000])
        right = np.asarray(calibration.apply_classes(p))
        m, ids = monitor(1000), range(1000)
        m.expect_classes(None, calibration, n_classes=K)
        m.add_scored(x_of(1000, rng), p[3000:], ids)
        m.add_labels(ids, y[3000:])
        got, guess = m.performance(), p[3000:].argmax(1)
        self.assertAlmostEqual(rows_of(got, 1, "measured")["accuracy"][0], np.mean(guess == y[3000:]), delta=1e-12)
        self.assertAlmostEqual(rows_of(got, 1, "measured")["log_loss"][0],
                               sk.log_loss(y[3000:], right[3000:], labels=range(K)), delta=1e-9)
        self.assertAlmostEqual(rows_of(got, 1, "estimated")["accuracy"][0],
                               np.mean(right[3000:][range(1000), guess]), delta=1e-9)
        self.assertLess(abs(rows_of(got, 1, "estimated")["accuracy"][0] - np.mean(guess == y[3000:])), 0.05)

    def test_numbers_are_those_of_rows(self):
        rng = np.random.default_rng(3)
        p, y = numbers(rng, 600)
        w = rng.choice([0.5, 1, 3.25], 600)
        losses = rng.uniform(0.2, 2, 600)
        m, validation = monitor(150), mlops.RegressionPerformance()
        validation.add(p, y)
        m.expect_numbers(validation, metric="rmse", tolerance=1.0, windows_kept=5)
        labelled = self.join(m, np.column_stack([p, losses]), y, w, rng)
        for window in (1, 2, 3, 4, None):
            mine = [i for i in labelled if window is None or i // 150 + 1 == window]
            self.check(rows_of(m.performance(), window, "measured"), of_numbers(p[mine], y[mine], w[mine]), window)
            rows = slice(0, 600) if window is None else slice(150 * window - 150, 150 * window)
            got = rows_of(m.performance(), window, "estimated")
            self.assertAlmostEqual(got["rmse"][0], math.sqrt(np.average(losses[rows], weights=w[rows])), delta=1e-9)
            said = rows_of(m.performance(), window, "estimated")["rmse"]
            usual, share = np.var((p - y) ** 2), np.sum(w[rows] ** 2) / np.sum(w[rows]) ** 2
            self.assertAlmostEqual(said[2] - said[0], 1.959963984540054 * math.sqrt(usual * share) / (2 * said[0]),
                                   delta=1e-9)

    def test_the_interval_of_r2_is_no_narrower_than_rows_drawn_again(self):
        """What a row moves r2 by, of all rows: the interval is as wide as that or wider, and shrinks with the rows."""
        rng, m = np.random.default_rng(8), monitor(10 ** 6)
        m.expect_numbers(tolerance=1.0, windows_kept=1, rows_max=8000)
        seen, widths = 0, []
        p, y = numbers(rng, 8000)
        w = rng.choice([0.5, 1, 3.25], 8000)
        for n in 500, 8000:
            m.add_scored(x_of(n - seen, rng), p[seen:n], range(seen, n), w[seen:n])
            m.add_labels(range(seen, n), y[seen:n])
            value, low, high, _ = rows_of(m.performance(), 1, "measured")["r2"]
            share = w[:n] / w[:n].sum()
            e2, z2 = (p[:n] - y[:n]) ** 2, (y[:n] - share @ y[:n]) ** 2
            again = (share @ e2 / (share @ z2) * z2 - e2) / (share @ z2)
            need = 1.959963984540054 * math.sqrt(share @ again ** 2 * (share @ share))
            self.assertGreaterEqual(value - low, need)
            self.assertLess(value - low, 4 * need)
            self.assertAlmostEqual(high, min(1, 2 * value - low), delta=1e-12)
            widths.append(value - low)
            seen = n
        self.assertLess(widths[1], widths[0] / 1.5)

    def test_r2_is_of_labels_that_differ_and_of_no_estimate(self):
        m, ids = monitor(100), range(60)
        m.expect_numbers(metric="mse", tolerance=1.0)
        m.add_scored(np.full((60, 1), 0.5, np.float32), np.column_stack([np.arange(60.0), np.ones(60)]), ids)
        m.add_labels(ids[:50], np.full(50, 7.0))
        self.assertTrue(math.isnan(rows_of(m.performance(), 1, "measured")["r2"][0]))
        m.add_labels(ids[50:], np.full(10, 8.0))
        self.assertLess(rows_of(m.performance(), 1, "measured")["r2"][0], 0)
        self.assertTrue(math.isnan(rows_of(m.performance(), 1, "estimated")["r2"][0]))
        state, again = m.suspend(), monitor(100)
        again.expect_numbers(metric="mse", tolerance=1.0)
        again.resume(state)
        self.assertEqual(again.metrics(), m.metrics())

    def test_intervals_hold_what_they_say(self):
        """Of 300 windows 95 in 100 have the metric of all rows; those of classes as a whole may have more."""
        rng, windows = np.random.default_rng(4), 300
        whole = of_classes(*classes(rng, 100000), np.ones(100000)), of_numbers(*numbers(rng, 100000), np.ones(100000))
        held = {}
        for window in range(windows):
            (p, y), (q, z) = classes(rng, 300), numbers(rng, 300)
            a, b = monitor(10 ** 6), monitor(10 ** 6)
            a.expect_classes(n_classes=K, costs=COSTS.ravel(), windows_kept=1, rows_max=300)
            b.expect_numbers(windows_kept=1, rows_max=300, tolerance=1.0)
            for m, scores, labels, want in ((a, p, y, whole[0]), (b, q, z, whole[1])):
                m.add_scored(x_of(300, rng), scores, range(300))
                m.add_labels(range(300), labels.astype(float))
                got = rows_of(m.performance(), 1, "measured")
                for name, value in want.items():
                    held.setdefault(name, []).append(got[name][1] <= value <= got[name][2])
        for name, hits in held.items():
            self.assertGreater(np.mean(hits), 0.95 - 3.5 * math.sqrt(0.95 * 0.05 / windows), name)
            if name not in ("brier", "r2"):
                self.assertLess(np.mean(hits), 1, name)


class Judging(unittest.TestCase):
    def test_lost_performance_is_found(self):
        rng = np.random.default_rng(5)
        p, y = classes(rng, 4000)
        validation = mlops.ClassPerformance(K)
        validation.add(p, y)
        for metric in ("auc", "accuracy", "f1", "recall", "brier"):
            for noise, verdict in ((0.5, "YES"), (0.0, "NO")):
                m = monitor(1500)
                m.expect_classes(validation, metric=metric, tolerance=0.07)
                p, y = classes(rng, 3000, noise)
                m.add_scored(x_of(3000, rng)[:1499], p[:1499], range(1499))
                m.add_labels(range(1499), y[:1499])
                m.add_scored(x_of(1, rng), p[1499:1500])
                self.assertEqual(m.summarize_labels().measured.name, verdict, (metric, noise))
                self.assertEqual(m.summarize_labels().estimated.name, "NO", (metric, noise))

    def test_alarms_are_as_rare_as_asked(self):
        """A true loss at the tolerance is the hardest case of no alarm: 0.4 of alpha is 0.1 for each of the two."""
        rng, windows, n = np.random.default_rng(6), 300, 200
        ones, big = np.ones(60000), [classes(rng, 60000), classes(rng, 60000, 0.1)]
        wide = [numbers(rng, 60000), numbers(rng, 60000, 1.15)]
        for metric in ("accuracy", "f1_macro", "cost", "mae", "rmse"):
            is_classes = metric in ("accuracy", "f1_macro", "cost")
            of, data = (of_classes, big) if is_classes else (of_numbers, wide)
            loss = abs(of(*data[0], ones)[metric] - of(*data[1], ones)[metric])
            m = monitor(n, drift={"alpha": 0.4})
            if is_classes:
                validation = mlops.ClassPerformance(K)
                validation.add(*classes(rng, 4000))
                m.expect_classes(validation, metric=metric.removesuffix("_macro"), tolerance=loss, windows_kept=1,
                                 costs=COSTS.ravel())
            else:
                validation = mlops.RegressionPerformance()
                validation.add(*numbers(rng, 4000))
                m.expect_numbers(validation, metric=metric, tolerance=loss, windows_kept=1)
            alarms = 0
            for window in range(windows):
                s, y = classes(rng, n, 0.1) if is_classes else numbers(rng, n, 1.15)
                ids = range(window * n, window * n + n)
                m.add_scored(x_of(n - 1, rng), s[:-1], ids[:-1])
                m.add_labels(ids[:-1], y[:-1])
                m.add_scored(x_of(1, rng), s[-1:])
                alarms += m.summarize_labels().measured.name == "YES"
            self.assertLess(alarms, windows * 0.1 + 4 * math.sqrt(windows * 0.09), metric)
            self.assertGreater(alarms, 0, metric)

    def test_expected_losses_tell_before_labels(self):
        rng = np.random.default_rng(7)
        p, y = numbers(rng, 4000)
        validation = mlops.RegressionPerformance()
        validation.add(p, y)
        usual = float(np.mean(np.abs(p - y)))
        for factor, verdict in ((1.0, "NO"), (2.0, "YES")):
            m = monitor(500)
            m.expect_numbers(validation, metric="mae", tolerance=0.2)
            m.add_scored(x_of(500, rng), np.column_stack([p[:500], rng.uniform(0.8, 1.2, 500) * usual * factor]))
            self.assertEqual(m.summarize_labels().estimated.name, verdict)
            self.assertAlmostEqual(m.summarize_labels().estimated_loss, usual * (factor - 1), delta=0.03)


class Refusals(unittest.TestCase):
    def test_what_is_none_counts_nothing(self):
        m, x = monitor(100), np.full((2, 1), 0.5, np.float32)
        m.expect_classes(n_classes=3)
        m.add_scored(x, [[0.2, 0.3, 0.5], [0.9, 0.1, 0]], [1, 2])
        before = m.metrics()
        for scores in ([[0.2, 0.3, 0.5], [0.9, 0.3, 0]], [[1, 0, 0], [2, -1, 0]]):
            with self.assertRaisesRegex(mlops.InvalidError, "row 1, counted from 0"):
                m.add_scored(x, scores, [3, 4])
        with self.assertRaisesRegex(mlops.InvalidError, "takes 3"):
            m.add_scored(x, [0.5, 0.5], [3, 4])
        for labels in ([1, 3], [1, 0.5], [1, -1], [1, NAN]):
            with self.assertRaisesRegex(mlops.InvalidError, "label 1, counted from 0: it is no class"):
                m.add_labels([1, 2], labels)
        self.assertEqual(m.metrics(), before)
        m = monitor(100)
        m.expect_numbers(tolerance=1.0)
        before = m.metrics()
        for scores in ([[1, 1], [1e80, 0]], [[1, 1], [1, -0.5]]):
            with self.assertRaisesRegex(mlops.InvalidError, "row 1, counted from 0"):
                m.add_scored(x, scores, [3, 4])
        with self.assertRaisesRegex(mlops.InvalidError, "label 0, counted from 0"):
            m.add_labels([1], [math.inf])
        self.assertEqual(m.metrics(), before)

    def test_scores_without_weight_are_scores_too(self):
        """A row of weight 0 counts once its label brings one; what is kept of it can be read again."""
        x = np.full((2, 1), 0.5, np.float32)
        for expect, opts, good, bad in (("expect_labels", {}, [0.5, 0.25], [0.5, 5]),
                                        ("expect_classes", {"n_classes": 3}, [[0.2, 0.3, 0.5], [1, 0, 0]],
                                         [[0.2, 0.3, 0.5], [5, -5, 1]])):
            m = monitor(100)
            getattr(m, expect)(**opts)
            with self.assertRaisesRegex(mlops.InvalidError, "row 1, counted from 0"):
                m.add_scored(x, bad, [1, 2], weights=[1, 0])
            m.add_scored(x, good, [1, 2], weights=[1, 0])
            m.add_labels([2], [1], weights=[1])
            self.assertEqual(m.summarize_labels().n_joined, 1)
            again = monitor(100)
            getattr(again, expect)(**opts)
            again.resume(m.suspend())
            self.assertEqual(again.summarize_labels().n_joined, 1)

    def test_options_of_another_task(self):
        validation = mlops.ClassPerformance(3)
        validation.add([[0.2, 0.3, 0.5]], [2])
        for expect, opts, why in (("expect_classes", {"n_classes": 1}, "2 to 256"),
                                  ("expect_classes", {}, "2 to 256"),
                                  ("expect_classes", {"n_classes": 3, "costs": [1.0] * 4}, "n_costs"),
                                  ("expect_classes", {"n_classes": 3, "metric": "specificity"}, "metric"),
                                  ("expect_classes", {"n_classes": 3, "metric": "mae", "tolerance": 1.0}, "metric"),
                                  ("expect_classes", {"n_classes": 3, "threshold": 0.25}, "two classes"),
                                  ("expect_classes", {"reference": validation, "n_classes": 4}, "3 classes, and not 4"),
                                  ("expect_numbers", {}, "tolerance"),
                                  ("expect_numbers", {"metric": "auc_macro", "tolerance": 1.0}, ""),
                                  ("expect_numbers", {"metric": "bias", "tolerance": 1.0}, "metric"),
                                  ("expect_numbers", {"tolerance": 1.0, "cost_fn": 3.0}, "two classes"),
                                  ("expect_labels", {"n_classes": 2}, "expect_classes"),
                                  ("expect_labels", {"metric": "mae", "tolerance": 1.0}, "metric")):
            with self.assertRaisesRegex((mlops.InvalidError, ValueError), why, msg=(expect, opts)):
                getattr(monitor(100), expect)(**opts)


class Restarts(unittest.TestCase):
    def test_goes_on_as_if_nothing_had_happened(self):
        rng = np.random.default_rng(8)
        p, y = classes(rng, 700)
        q, z = numbers(rng, 700)
        calibration = mlops.Calibration.fit_classes("platt", p, y)
        validation, sums = mlops.ClassPerformance(K), mlops.RegressionPerformance()
        validation.add(p, y)
        sums.add(q, z)
        x = x_of(700, rng)

        def begin(of_numbers):
            m = monitor(300)
            if of_numbers:
                m.expect_numbers(sums, tolerance=0.5)
            else:
                m.expect_classes(validation, calibration, costs=COSTS.ravel())
            m.expect_segments(n_segments=2)
            m.segment("DE")
            return m

        def feed(m, scores, labels, rows):
            ids = list(rows)
            m.add_segments(x[rows], [i % 2 for i in rows], scores[rows], ids)
            m.add_labels(ids[::2], labels[rows][::2].astype(float))

        for of_numbers, scores, labels in ((False, p, y), (True, np.column_stack([q, np.abs(q) / 9]), z)):
            a, b = begin(of_numbers), begin(of_numbers)
            feed(a, scores, labels, range(430))
            b.resume(a.suspend())
            self.assertEqual(b.suspend(), a.suspend())
            for m in (a, b):
                feed(m, scores, labels, range(430, 700))
                m.add_labels(list(range(1, 700, 4)), labels[1::4].astype(float))
            self.assertEqual(str(a.summarize_labels()), str(b.summarize_labels()))
            for window in (1, 2, 3, None):
                for kind in ("measured", "estimated"):
                    said = [(rows_of(m.segment_performance(1), window, kind), rows_of(m.performance(), window, kind))
                            for m in (a, b)]
                    self.assertTrue(said[0][0] and said[0][1])
                    self.assertEqual(str(said[0]), str(said[1]))
            other = begin(not of_numbers)
            with self.assertRaisesRegex(mlops.SchemaError, "another"):
                other.resume(a.suspend())

    def test_contradictions_are_refused_or_harmless(self):
        """Any number of a state changed, and its checksum mended, as a decoder sees it that is attacked."""
        rng = np.random.default_rng(9)
        p, y = classes(rng, 120)
        m = monitor(50)
        m.expect_classes(n_classes=K, rows_max=8)
        m.add_scored(x_of(120, rng), p, range(120))
        m.add_labels(range(112, 118), y[112:118])
        state, draw, taken = bytes(m.suspend()), random.Random(1), 0
        counts = struct.pack("<6q", 6, 0, 0, 0, 112, 0)  # joined, late, duplicate, unknown, evicted, replaced
        self.assertEqual(state.count(counts), 1)
        for i in (0, 2, 4):  # more labels or rows than there can be, and counting on would overflow
            bad = bytearray(state)
            struct.pack_into("<q", bad, state.index(counts) + 8 * i, 2 ** 63 - 1)
            bad[-4:] = zlib.crc32(bad[:-4]).to_bytes(4, "little")
            other = monitor(50)
            other.expect_classes(n_classes=K, rows_max=8)
            with self.assertRaises(mlops.CorruptError):
                other.resume(bytes(bad))
        for _ in range(400):
            bad = bytearray(state)
            at = draw.randrange(24, len(bad) - 12)
            bad[at:at + 8] = draw.choice([b"\xff" * 8, b"\xff" * 7 + b"\x7f", b"\0" * 8, b"\x01" + b"\0" * 7])
            bad[-4:] = zlib.crc32(bad[:-4]).to_bytes(4, "little")
            other = monitor(50)
            other.expect_classes(n_classes=K, rows_max=8)
            try:
                other.resume(bytes(bad))
                taken += 1
            except mlops.CorruptError:
                self.assertEqual(other.n_windows, 0)
            other.add_scored(x_of(60, rng), p[:60], range(1000, 1060))
            other.add_labels(range(1052, 1060), y[52:60])
            self.assertLessEqual(other.summarize_labels().n_waiting, 8)
            other.performance()
        self.assertLess(taken, 400)


if __name__ == "__main__":
    sys.exit(main(sys.modules[__name__]))
