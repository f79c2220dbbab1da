#!/usr/bin/python3
"""Labels that join a monitor's rows, against lists of rows that forget nothing; metrics and their intervals against
rows that are kept whole; and by simulation: performance that has not changed is called lost as seldom as was asked.

usage: oracle_monitor.py. Prints TAP.
"""
import collections
import json
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
except ImportError as missing:
    print(f"1..0 # SKIP {missing}")
    sys.exit(0)

from test_python import main

WINDOW = 50
NAN = float("nan")
BOUNDED = ("accuracy", "balanced_accuracy", "precision", "recall", "specificity", "f1", "brier")


def reference(n=500):
    rng = np.random.default_rng(0)
    return mlops.Reference(mlops.table({"x": rng.uniform(size=n)}))


def monitor(window_rows=WINDOW, **opts):
    return mlops.Monitor.new_reference(None, reference(), window_rows=window_rows, **opts)


def counted(scores, labels, weights=None):
    p = mlops.Performance()
    p.add(np.asarray(scores, float), labels, weights)
    return p


class Model:
    """What a monitor does with labels, by lists."""

    def __init__(self, rows_max, kept):
        self.rows_max, self.kept, self.n_rows = rows_max, kept, 0
        self.ring = collections.deque()
        self.scored, self.labelled = collections.defaultdict(list), collections.defaultdict(list)
        self.n = collections.Counter()

    @property
    def window(self):
        return self.n_rows // WINDOW

    def row(self, identity, score, weight):
        window = self.window
        self.scored[window].append((score, weight))
        if len(self.ring) == self.rows_max:
            self.n["evicted"] += self.ring.popleft()[4] == "waiting"
        for row in self.ring:
            if row[0] == identity and row[4] != "replaced":
                self.n["replaced"] += row[4] == "waiting"
                row[4] = "replaced"
        self.ring.append([identity, window, score, weight, "waiting"])
        self.n_rows += 1

    def label(self, identity, label, weight=None):
        found = [row for row in self.ring if row[0] == identity and row[4] != "replaced"]
        if not found:
            self.n["unknown"] += 1
            return
        row, = found
        if row[4] == "labelled":
            self.n["duplicate"] += 1
            return
        row[4] = "labelled"
        self.n["joined"] += 1
        late = row[1] <= self.window - self.kept
        self.n["late"] += late
        self.labelled[self.window if late else row[1]].append((row[2], label, row[3] if weight is None else weight))

    def waiting(self):
        return sum(row[4] == "waiting" for row in self.ring)


def measured(rows, threshold=0.5, costs=None):
    """Value and variance of each metric: of auc by DeLong's components, of means and ratios by hand."""
    s, y, w = (np.array([row[i] for row in rows], float) for i in range(3))
    s, y, w = s[w > 0], y[w > 0], w[w > 0]
    unit, yes = np.sum(w ** 2) / np.sum(w), s >= threshold
    b = np.floor(np.minimum(s, 1023.5 / 1024) * 1024)
    out = {}

    def mean(name, loss, spread=None):
        value = np.sum(w * loss) / np.sum(w)
        near = loss if spread is None else spread
        out[name] = value, np.sum(w * (near - value) ** 2) / np.sum(w) ** 2 * unit

    def share(name, of, hit):
        total = np.sum(w * of)
        if total > 0:
            value = np.sum(w * of * hit) / total
            out[name] = value, np.sum(w * of * (hit - value) ** 2) / total ** 2 * unit
        else:
            out[name] = NAN, NAN

    mean("accuracy", (yes == y).astype(float))
    by_bin = np.array([np.sum((s * w)[b == i]) / np.sum(w[b == i]) for i in b])  # errors know bins alone
    mean("brier", (y - s) ** 2, (y - by_bin) ** 2)
    if costs:
        mean("cost", np.array([costs[int(p)][int(t)] for p, t in zip(yes, y)]))
    share("recall", y == 1, yes)
    share("specificity", y == 0, ~yes)
    share("precision", yes, y == 1)
    one, zero = y == 1, y == 0
    if one.any() and zero.any():
        beats = (b[one][:, None] > b[zero][None, :]) + 0.5 * (b[one][:, None] == b[zero][None, :])
        w1, w0 = w[one] / np.sum(w[one]), w[zero] / np.sum(w[zero])
        auc, up, down = w1 @ beats @ w0, beats @ w0, w1 @ beats
        variance = (np.sum(w1 * (up - auc) ** 2) / np.sum(w[one]) + np.sum(w0 * (down - auc) ** 2) / np.sum(w[zero]))
        out["auc"] = auc, variance * unit
        r, q = out["recall"], out["specificity"]
        out["balanced_accuracy"] = (r[0] + q[0]) / 2, (r[1] + q[1]) / 4
    return out


def rows_of(table, window, kind):
    wanted = zip(*(table[c] for c in ("window", "kind", "metric", "value", "low", "high", "n")))
    return {m: (v, low, high, n) for w, k, m, v, low, high, n in wanted
            if k == kind and (None if w is None or w != w else int(w)) == window}


class Joining(unittest.TestCase):
    def check(self, model, m):
        told = m.summarize_labels()
        for name in ("joined", "late", "duplicate", "unknown", "evicted", "replaced"):
            self.assertEqual(getattr(told, "n_" + name), model.n[name], name)
        self.assertEqual(told.n_waiting, model.waiting())
        table = m.performance()
        first = max(0, model.window - model.kept + 1)
        self.assertEqual({None if w != w else int(w) for w in np.array(table["window"], float)},
                         {None, *range(first + 1, model.window + 2)})
        for window in range(first, model.window + 1):
            got = rows_of(table, window + 1, "measured")
            want = [row for row in model.labelled[window] if row[2] > 0]
            self.assertEqual(got["auc"][3], len(want))
            self.assertEqual(rows_of(table, window + 1, "estimated")["auc"][3],
                             sum(weight > 0 for _, weight in model.scored[window]))
            if want:
                for name, (value, _) in measured(want).items():
                    self.same(got[name][0], value, name)

    def same(self, got, want, name):
        if math.isnan(want):
            self.assertTrue(got is None or math.isnan(got), name)
        else:
            self.assertAlmostEqual(got, want, delta=1e-9, msg=name)

    def test_any_order_of_rows_and_labels(self):
        for seed in range(12):
            rng = random.Random(seed)
            rows_max, kept = rng.choice([1, 7, 60, 200]), rng.choice([1, 2, 5])
            m, model, soon = monitor(), Model(rows_max, kept), []
            m.expect_labels(rows_max=rows_max, windows_kept=kept)
            for _ in range(90):
                n = rng.choice([1, 1, 3, 17, 70])
                ids = [rng.randrange(-40, 400) for _ in range(n)]
                scores = [rng.random() for _ in ids]
                weights = [rng.choice([0.0, 0.5, 1.0, 2.25]) for _ in ids]
                m.add_scored(np.full((n, 1), 0.5, np.float32), scores, ids, weights)
                for row in zip(ids, scores, weights):
                    model.row(*row)
                soon += ids
                take = [rng.choice(soon) for _ in range(rng.randrange(20))] + [10 ** 15] * rng.randrange(2)
                labels, given = [float(rng.random() < 0.4) for _ in take], rng.random() < 0.3
                heavy = [rng.choice([0.0, 1.5, 4.0]) for _ in take]
                m.add_labels(take, labels, heavy if given else None)
                for i, t in enumerate(take):
                    model.label(t, labels[i], heavy[i] if given else None)
            self.check(model, m)

    def test_a_call_that_fails_counts_nothing(self):
        m = monitor()
        m.expect_labels()
        m.add_scored(np.full((2, 1), 0.5, np.float32), [0.2, 0.9], [1, 2])
        before = m.metrics()
        for scores, ids, weights in (([0.1, 1.5], [3, 4], None), ([0.1, 0.2], [3, 4], [1, -1])):
            with self.assertRaisesRegex(mlops.InvalidError, "row 1, counted from 0"):
                m.add_scored(np.full((2, 1), 0.5, np.float32), scores, ids, weights)
        for labels, weights in (([1, 0.5], None), ([1, NAN], None), ([1, 0], [1, 2 ** 33])):
            with self.assertRaisesRegex(mlops.InvalidError, "label 1, counted from 0"):
                m.add_labels([1, 2], labels, weights)
        self.assertEqual(m.metrics(), before)

    def test_texts_are_ids(self):
        m = monitor()
        m.expect_labels()
        names = [f"request-{i}" for i in range(WINDOW + 1)]
        m.add_scored(np.full((len(names), 1), 0.5, np.float32), [0.7] * len(names),
                     [mlops.Monitor.id(name) for name in names])
        m.add_labels([mlops.Monitor.id(name) for name in names], [1.0] * len(names))
        self.assertEqual((m.summarize_labels().n_joined, m.summarize_labels().n_late), (len(names), 0))

    def test_tables_take_scores_too(self):
        m, other = monitor(), monitor()
        values, ids, scores = np.linspace(0, 1, 130), list(range(130)), np.linspace(0.1, 0.9, 130)
        for each in (m, other):
            each.expect_labels()
        m.add_scored_table(mlops.table({"x": values.astype(np.float32).astype(float)}), scores, ids)
        other.add_scored(values.astype(np.float32)[:, None], scores, ids)
        for each in (m, other):
            each.add_labels(ids[::2], [1.0, 0.0] * 32 + [1.0])
        self.assertEqual(m.metrics().split("window_end")[0], other.metrics().split("window_end")[0])


class Measures(unittest.TestCase):
    def test_intervals(self):
        rng = np.random.default_rng(3)
        z = stats.norm.isf(0.025)
        for weighted in (False, True):
            m = monitor(window_rows=10 ** 6)
            m.expect_labels(cost_fp=5.0, cost_fn=40.0, cost_tp=-2.0)
            n = 700
            s = rng.beta(0.8, 1.2, n)
            y = (rng.uniform(size=n) < s).astype(float)
            w = np.round(rng.uniform(0.1, 3, n) * 2 ** 20) / 2 ** 20 if weighted else np.ones(n)
            m.add_scored(np.full((n, 1), 0.5, np.float32), s, range(n), w)
            m.add_labels(range(n), y)
            got = rows_of(m.performance(), 1, "measured")
            want = measured(list(zip(s, y, w)), costs=[[0, 40], [5, -2]])
            unit = np.sum(w ** 2) / np.sum(w)
            for name, (value, variance) in want.items():
                least, span = (-2, 42) if name == "cost" else (0, 1)
                rows = {"recall": np.sum(w[y == 1]), "specificity": np.sum(w[y == 0]),
                        "precision": np.sum(w[s >= 0.5])}.get(name, np.sum(w))
                if name in ("auc", "balanced_accuracy"):
                    rows = min(np.sum(w[y == 1]), np.sum(w[y == 0]))
                rows, x = rows / unit, (value - least) / span
                middle = (rows * x + z * z / 2) / (rows + z * z)
                half = z * math.sqrt(rows ** 2 * variance / span ** 2 + z * z / 4) / (rows + z * z)
                self.assertAlmostEqual(got[name][0], value, delta=1e-9, msg=name)
                self.assertAlmostEqual(got[name][1], least + span * (middle - half), delta=2e-5 * span, msg=name)
                self.assertAlmostEqual(got[name][2], least + span * (middle + half), delta=2e-5 * span, msg=name)

    def test_estimates_are_those_of_performance(self):
        rng = np.random.default_rng(5)
        train = rng.beta(0.8, 1.2, 3000)
        calibration = mlops.Calibration.fit("isotonic", train,
                                            (rng.uniform(size=3000) < train ** 1.5).astype(float))
        for curve in (None, calibration):
            s, w = rng.beta(0.8, 1.2, 400), np.round(rng.uniform(0.1, 3, 400) * 2 ** 20) / 2 ** 20
            m = monitor(window_rows=10 ** 6)
            m.expect_labels(None, curve, threshold=0.25)
            m.add_scored(np.full((400, 1), 0.5, np.float32), s, None, w)
            got = rows_of(m.performance(), 1, "estimated")
            table = counted(s, None, w).estimate(curve, threshold=0.25)
            for name, value, low, high in zip(*(table[c] for c in ("metric", "value", "low", "high"))):
                if name in got:
                    for place, want in enumerate((value, low, high)):
                        self.assertAlmostEqual(got[name][place], want, delta=1e-9, msg=f"{name} {place}")

    def test_expected_cost(self):
        m = monitor(window_rows=10 ** 6)
        m.expect_labels(cost_fp=5.0, cost_fn=40.0, cost_tp=-2.0, cost_tn=0.5)
        m.add_scored(np.full((3, 1), 0.5, np.float32), [0.9, 0.25, 0.5])
        want = (0.9 * -2 + 0.1 * 5 + 0.25 * 40 + 0.75 * 0.5 + 0.5 * -2 + 0.5 * 5) / 3
        self.assertAlmostEqual(rows_of(m.performance(), 1, "estimated")["cost"][0], want, delta=1e-12)


def live(rng, n, noise):
    """Calibrated scores; what noise adds to them takes auc away."""
    s = rng.beta(0.7, 0.7, n)
    y = (rng.uniform(size=n) < s).astype(float)
    shuffled = rng.permutation(s)
    return np.where(rng.uniform(size=n) < noise, shuffled, s), y


class Judging(unittest.TestCase):
    def judged(self, noise, metric, seed, windows, n=400, **opts):
        rng = np.random.default_rng(seed)
        s, y = live(rng, 4000, 0)
        m = monitor(window_rows=n, drift={"alpha": 0.4})
        m.expect_labels(counted(s, y), metric=metric, **opts)
        said = []
        for window in range(windows):
            s, y = live(rng, n, noise)
            ids = range(window * n, (window + 1) * n)
            x = rng.uniform(size=(n, 1)).astype(np.float32)
            m.add_scored(x[:-1], s[:-1], ids[:-1])
            m.add_labels(ids[:-1], y[:-1])
            m.add_scored(x[-1:], s[-1:], ids[-1:])
            said.append(m.summarize_labels())
        return said

    def test_lost_performance_is_found_and_said_how_much(self):
        for metric in ("auc", "accuracy", "f1", "brier", "cost"):
            costs = {"cost_fp": 1.0, "cost_fn": 1.0, "tolerance": 0.05} if metric == "cost" else {}
            last = self.judged(0.6, metric, 7, 4, **costs)[-1]
            self.assertEqual(last.measured.name, "YES", metric)
            self.assertGreater(last.measured_loss_low, 0.05)
            self.assertLess(last.measured_loss_low, last.measured_loss)
            same = self.judged(0, metric, 8, 6, n=2000, **costs)[-1]
            self.assertEqual((same.measured.name, same.estimated.name), ("NO", "NO"), metric)

    def test_alarms_are_as_rare_as_asked(self):
        """A true loss at the tolerance is the hardest case of no alarm: 0.4 of alpha is 0.1 for each of the two."""
        for metric, n in (("accuracy", 60), ("auc", 150), ("brier", 400), ("recall", 150)):
            rng, alarms, windows = np.random.default_rng(11), 0, 400
            big, truth = live(rng, 400000, 0)
            noisy, noisy_truth = live(rng, 400000, 0.15)
            m = counted(big, truth).metrics(), counted(noisy, noisy_truth).metrics()
            loss = abs(getattr(m[0], metric) - getattr(m[1], metric))
            s, y = live(rng, 4000, 0)
            watch = monitor(window_rows=n, drift={"alpha": 0.4})
            watch.expect_labels(counted(s, y), metric=metric, tolerance=loss, windows_kept=1)
            for window in range(windows):
                s, y = live(rng, n, 0.15)
                x = rng.uniform(size=(n, 1)).astype(np.float32)
                ids = range(window * n, (window + 1) * n)
                watch.add_scored(x[:-1], s[:-1], ids[:-1])
                watch.add_labels(ids[:-1], y[:-1])
                watch.add_scored(x[-1:], s[-1:])
                alarms += watch.summarize_labels().measured.name == "YES"
            self.assertLess(alarms, windows * 0.1 + 4 * math.sqrt(windows * 0.1 * 0.9), metric)

    def test_no_reference_no_verdict(self):
        m = monitor()
        m.expect_labels()
        m.add_scored(np.full((WINDOW, 1), 0.5, np.float32), [0.5] * WINDOW)
        told = m.summarize_labels()
        self.assertEqual((told.measured.name, told.estimated.name), ("NOT_ENOUGH_DATA", "NOT_ENOUGH_DATA"))
        self.assertTrue(math.isnan(told.estimated_loss))


class Policy(unittest.TestCase):
    def test_two_of_three_windows_and_a_veto(self):
        m = monitor()
        m.set_policy(k=2, n=3)
        said = []
        for shift, broken in ((0, 0), (5, 0), (0, 0), (5, 0), (0, 0), (5, 1), (0, 0), (5, 0), (5, 0)):
            m.add(np.linspace(0, 1, WINDOW - 1).astype(np.float32)[:, None] + shift)
            if broken:
                m.veto()
            m.add(np.full((1, 1), 0.5 + shift, np.float32))
            decision = m.alarm()
            said.append(decision.event.name)
            self.assertIn(f'mlops_monitor_alarmed{{model="default"}} {decision.alarmed}\n', m.metrics())
        self.assertEqual(said, ["UNKNOWN", "NOTHING", "UNKNOWN", "RAISED", "UNKNOWN", "VETOED", "UNKNOWN",
                                "NOTHING", "NOTHING"])
        reason = json.loads(m.alarm_reason())
        self.assertTrue(reason["alarmed"] and reason["reason"])

    def test_lost_performance_raises(self):
        rng = np.random.default_rng(4)
        s, y = live(rng, 2000, 0)
        m = monitor(window_rows=500, drift={"alpha": 0.1})
        m.expect_labels(counted(s, y), windows_kept=2)
        m.set_policy()
        for noise in (0, 0.8):
            s, y = live(rng, 500, noise)
            x = rng.uniform(size=(500, 1)).astype(np.float32)
            m.add_scored(x[:-1], s[:-1], range(499))
            m.add_labels(range(499), y[:-1])
            m.add_scored(x[-1:], s[-1:])
        self.assertEqual(m.n_drifted, 0)
        told, decision = m.summarize_labels(), m.alarm()
        self.assertEqual(decision.event.name, "RAISED")
        self.assertAlmostEqual(decision.severity, told.measured_loss_low / 0.05, delta=1e-12)


class Exposed(unittest.TestCase):
    def test_series(self):
        rng = np.random.default_rng(2)
        s, y = live(rng, 1000, 0)
        m = monitor()
        m.expect_labels(counted(s, y), cost_fn=3.0)
        self.assertNotIn("measured_metric{", m.metrics())
        m.add_scored(np.full((120, 1), 0.5, np.float32), s[:120], range(120))
        m.add_labels([*range(90), 5, 999], np.append(y[:90], [0, 0]))
        text = m.metrics()
        for line in ('mlops_model_labels_total{model="default",outcome="joined"} 90',
                     'mlops_model_labels_total{model="default",outcome="duplicate"} 1',
                     'mlops_model_labels_total{model="default",outcome="unknown"} 1',
                     'mlops_model_waiting{model="default"} 30',
                     'mlops_model_performance_lost{model="default",kind="measured"} 0'):
            self.assertIn("\n" + line + "\n", text)
        self.assertIn('mlops_model_estimated_metric{model="default",metric="cost"} ', text)
        for line in text.splitlines():
            self.assertRegex(line, r"^(# (HELP|TYPE) \w+ .+|\w+\{[^}]*\} [-+0-9.e]+)$")


if __name__ == "__main__":
    sys.exit(main(sys.modules[__name__]))
