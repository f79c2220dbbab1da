#!/usr/bin/python3
"""Watches that are told of labels, segments and alarms, closed and opened again at any time: what they keep is what a
monitor of the same rows says that was never interrupted.

usage: test_python_watch.py. Prints TAP.
"""
import json
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

try:
    import mlops
except ImportError as missing:
    print(f"1..0 # SKIP {missing}")
    sys.exit(0)

from test_python import MODEL, main

WINDOW = 60
POLICY = {"k": 2, "n": 3}


def rows_of(draw, n, shift=0.0):
    """Rows of two columns, a score and a label that agrees with it."""
    out = []
    for _ in range(n):
        score = draw.random()
        out.append(([draw.gauss(shift, 1), draw.gauss(0, 1)], score, int(draw.random() < score), draw.choice("ab")))
    return out


def table_of(rows):
    return mlops.table({"amount": [r[0][0] for r in rows], "age": [r[0][1] for r in rows], "score": [r[1] for r in rows]})


class Case(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)
        self.path = os.path.join(self.folder, "s.mlops")
        draw = random.Random(1)
        self.train = rows_of(draw, 1000)
        self.reference = mlops.Reference(table_of(self.train))
        self.validation = mlops.Performance()
        self.validation.add([r[1] for r in self.train], [r[2] for r in self.train])
        self.store = mlops.Store.open(self.path, sync="relaxed")
        self.addCleanup(self.store.close)
        for _ in range(2):
            self.store.models.add("m", mlops.Model.parse(MODEL), reference=self.reference)

    def expect(self, monitor, labels=True, segments=True, policy=True):
        if labels:
            monitor.expect_labels(self.validation, windows_kept=3, rows_max=150)
        if segments:
            monitor.expect_segments(n_segments=2)
        if policy:
            monitor.set_policy(**POLICY)
        return monitor

    def watch(self, version=1, instance="one", anew=False, **parts):
        """The watch, and its monitor that is told what to expect."""
        watch = mlops.Watch.open(self.store, "m", str(version), window_rows=WINDOW)
        self.addCleanup(watch.close)
        monitor = self.expect(watch.monitor(), **parts)
        if instance:
            watch.resume(instance, anew)
        return watch, monitor

    def described(self, number=0):
        return json.loads(mlops.Watch.describe(self.store, "m", number))


def add(monitor, rows, ids):
    """Rows of both segments, with their scores and ids."""
    monitor.add_segments_table(table_of(rows), [monitor.segment(r[3]) for r in rows], [r[1] for r in rows], ids)


class Restarts(Case):
    """Of the same traffic a watch that is closed at random keeps what a monitor says that lives on."""

    def alone(self):
        """The monitor without a store."""
        return self.expect(mlops.Monitor.new_reference(None, self.reference, window_rows=WINDOW, name="m"))

    def feed(self, seed):
        draw = random.Random(seed)
        monitor, expected, waiting, at = self.alone(), {}, [], 0
        watch, own = self.watch()
        traffic = rows_of(draw, 400) + rows_of(draw, 400, 1.5)
        while at < len(traffic):
            if draw.random() < 0.3:  # a restart, with what was kept
                watch.keep()
                own.close()
                watch.close()
                watch, own = self.watch()
            n = min(draw.randint(1, 40), watch.room(), len(traffic) - at)
            part, ids = traffic[at:at + n], range(at, at + n)
            for to in monitor, own:
                add(to, part, ids)
            watch.keep()
            waiting += ids
            at += n
            told = draw.sample(waiting, draw.randint(0, len(waiting)))
            waiting = [i for i in waiting if i not in told]
            for to in monitor, own:
                to.add_labels(told, [traffic[i][2] for i in told])
            if monitor.n_windows > len(expected):
                expected[monitor.n_windows] = (json.loads(monitor.alarm_reason()), monitor.verdict.name)
        watch.keep()
        return monitor, expected, watch, own

    def test_it_goes_on(self):
        for seed in range(3):
            with self.subTest(seed=seed):
                self.store.close()
                shutil.rmtree(self.path)
                self.setUp()
                monitor, expected, watch, own = self.feed(seed)
                windows = mlops.Watch.windows(self.store, "m")
                self.assertEqual(list(windows["number"]), list(range(1, 14)))
                self.assertEqual(list(windows["event"]), [reason["event"] for reason, _ in expected.values()])
                self.assertIn("raised", list(windows["event"]))
                self.assertEqual(list(windows["verdict"]), [{"YES": "drift", "NO": "no drift"}.get(v, "not enough data")
                                                            for _, v in expected.values()])
                a, b = monitor.summarize_labels(), own.summarize_labels()
                self.assertEqual((a.n_joined, a.n_late, a.n_unknown, a.measured_loss),
                                 (b.n_joined, b.n_late, b.n_unknown, b.measured_loss))
                self.assertGreater(a.n_joined, 500)
                kept, due = mlops.Watch.performance(self.store, "m"), monitor.performance()
                rows = lambda t: {(w, k, m): v for w, k, m, *v in zip(*(t[c] for c in (
                    "window", "kind", "metric", "value", "low", "high", "n"))) if w is not None}
                kept, due = rows(kept), rows(due)
                newest = [key for key in due if key[0] <= 13]
                self.assertTrue(newest)
                for key in newest:  # also where labels came after the window's commit
                    for x, y in zip(kept[key], due[key]):
                        self.assertTrue(x == y or (x != x and y != y), (key, kept[key], due[key]))
                self.assertEqual({key[0] for key in kept}, set(range(1, 14)))
                one = self.described()
                self.assertEqual([s["segment"] for s in one["segments"]], ["other", *dict.fromkeys(monitor.segments()["segment"])][:1]
                                 + [s for s in monitor.segments()["segment"] if s != "other"])
                self.assertEqual({k: v for k, v in one["alarm"].items() if not k.endswith("_ns")},
                                 {k: v for k, v in expected[13][0].items() if not k.endswith("_ns")})

    def test_the_process_may_be_killed(self):
        """What was not kept is lost, and nothing counts twice."""
        code = """if True:
            import os, sys
            sys.path.insert(0, sys.argv[2])
            import test_python_watch as t, mlops, random
            case = t.Restarts()
            case.store = mlops.Store.open(sys.argv[1])
            rows = t.rows_of(random.Random(1), 1000)
            case.validation = mlops.Performance()
            case.validation.add([r[1] for r in rows], [r[2] for r in rows])
            watch, monitor = case.watch()
            traffic, before = t.rows_of(random.Random(5), 100), monitor.n_windows
            for at in range(0, 100, 20):
                t.add(monitor, traffic[at:at + 20], range(at, at + 20))
                if monitor.n_windows > before:
                    watch.keep()
                    t.add(monitor, traffic[60:80], range(60, 80))
                    os._exit(0)
            """
        env = dict(os.environ, PYTHONDONTWRITEBYTECODE="1")
        for _ in range(2):
            subprocess.run([sys.executable, "-c", code, self.path, os.path.dirname(os.path.abspath(__file__))], check=True, env=env)
        watch, monitor = self.watch()
        self.assertEqual((watch.n_rows, watch.n_windows, monitor.n_windows), (0, 0, 2))
        self.assertEqual(list(mlops.Watch.windows(self.store, "m")["n_rows"]), [WINDOW, WINDOW])
        monitor.add_labels(range(60), [1] * 60)  # of rows that were kept; those behind the window are not
        monitor.add_labels(range(60, 80), [1] * 20)
        labels = monitor.summarize_labels()
        self.assertEqual((labels.n_joined, labels.n_unknown), (60, 20))


class Instances(Case):
    def test_another_takes_over(self):
        first, monitor = self.watch()
        rows = rows_of(random.Random(2), WINDOW + 5)
        add(monitor, rows[:WINDOW], range(WINDOW))
        first.keep()
        second, other = self.watch()
        self.assertEqual(other.n_windows, 1)
        add(monitor, rows[:5], range(5))
        with self.assertRaisesRegex(mlops.ConflictError, 'instance "one"'):
            first.keep()
        with self.assertRaisesRegex(mlops.ConflictError, 'instance "one"'):
            first.room() and first.keep()
        add(other, rows[:5], range(5))
        second.keep()
        third, last = self.watch(instance="two")
        self.assertEqual(last.n_windows, 0)

    def test_instances_share_the_numbers(self):
        both = [self.watch(instance=name) for name in ("one", "two")]
        rows = rows_of(random.Random(2), WINDOW)
        for watch, monitor in both * 2:
            add(monitor, rows, range(WINDOW))
            watch.keep()
        self.assertEqual(list(mlops.Watch.windows(self.store, "m")["number"]), [1, 2, 3, 4])
        before = mlops.Watch.performance(self.store, "m")
        watch, monitor = both[0]
        monitor.add_labels(range(WINDOW), [r[2] for r in rows])  # the newest of these ids is of window 3
        watch.keep()
        after = mlops.Watch.performance(self.store, "m")
        n = lambda t: {w: n for w, k, m, n in zip(t["window"], t["kind"], t["metric"], t["n"]) if (k, m) == ("measured", "auc")}
        self.assertEqual((n(before), n(after)), ({1: 0, 2: 0, 3: 0, 4: 0}, {1: 0, 2: 0, 3: WINDOW, 4: 0}))

    def test_nothing_new_is_not_committed(self):
        watch, monitor = self.watch()
        add(monitor, rows_of(random.Random(3), 10), range(10))
        watch.keep()
        seq = self.store.stat().seq
        watch.keep()
        self.assertEqual(self.store.stat().seq, seq)

    def test_a_window_that_ends_while_nobody_watches_is_kept(self):
        for k, labels in enumerate((False, True)):
            for go_on in (False, True):
                watch = mlops.Watch.open(self.store, "m", "1", window_ns=100_000_000)
                monitor = self.expect(watch.monitor(), labels=labels, segments=False, policy=False)
                watch.resume(f"timed {labels}")
                if not go_on:
                    watch.room()
                    rows = self.train[:100]
                    if labels:
                        monitor.add_scored_table(table_of(rows), [r[1] for r in rows], range(100))
                    else:
                        monitor.add_table(table_of(rows))
                watch.keep()
                monitor.close()
                watch.close()
                time.sleep(0.0 if go_on else 0.15)
            self.assertEqual(sum(mlops.Watch.windows(self.store, "m")["n_rows"]), 100 * (k + 1))

    def test_a_resume_that_failed_leaves_nothing(self):
        """Else what was kept would be taken for windows that are new."""
        watch, monitor = self.watch()
        for at in range(0, 3 * WINDOW, WINDOW):
            watch.room()
            add(monitor, self.train[at:at + WINDOW], range(at, at + WINDOW))
            watch.keep()
        monitor.close()
        watch.close()
        watch, monitor = self.watch(instance=None)
        limit = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, limit[1]))
        try:
            with self.assertRaises(mlops.Error):
                watch.resume("one")
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limit)
        self.assertEqual(monitor.n_windows, 0)
        monitor.close()
        watch.close()
        self.store.close()
        self.store = mlops.Store.open(self.path, sync="relaxed")
        watch, monitor = self.watch()
        watch.keep()
        self.assertEqual(monitor.n_windows, 3)
        self.assertEqual(list(mlops.Watch.windows(self.store, "m")["number"]), [1, 2, 3])

    def test_another_version_begins_anew(self):
        watch, monitor = self.watch()
        add(monitor, rows_of(random.Random(3), 10), range(10))
        watch.keep()
        _, other = self.watch(version=2)
        other.add_labels(range(10), [0] * 10)
        self.assertEqual(other.summarize_labels().n_unknown, 10)

    def test_what_is_wrong_is_said(self):
        watch, monitor = self.watch()
        add(monitor, rows_of(random.Random(3), 10), range(10))
        watch.keep()
        with self.assertRaisesRegex(mlops.InvalidError, "once, and before its first row"):
            watch.resume("one")
        for instance in "", "a\nb", "x" * 201:
            with self.assertRaises(mlops.InvalidError):
                self.watch(instance=None)[0].resume(instance)
        with self.assertRaises(mlops.SchemaError):
            self.watch(policy=False)
        self.assertEqual(self.watch(anew=True, policy=False)[1].n_windows, 0)
        with self.assertRaises(mlops.NotFoundError):
            mlops.Watch.describe(self.store, "m", 1)
        with self.assertRaises(mlops.NotFoundError):
            mlops.Watch.performance(self.store, "n")
        with self.assertRaises(mlops.InvalidError):
            mlops.Watch.describe(self.store, "m", -1)
        plain, own = self.watch(instance=None, labels=False, segments=False, policy=False)
        own.add_table(table_of(rows_of(random.Random(3), WINDOW * 2)))
        with self.assertRaisesRegex(mlops.LimitError, "2 windows ended"):
            plain.keep()
        plain.keep()
        one = self.described()
        self.assertNotIn("alarm", one)
        self.assertNotIn("performance", one)
        self.assertEqual(mlops.Watch.performance(self.store, "m").n_rows, 0)
        self.assertEqual(list(mlops.Watch.windows(self.store, "m")["event"]), [None])

    def test_garbage_is_collected_and_what_is_kept_stays(self):
        watch, monitor = self.watch()
        rows = rows_of(random.Random(3), WINDOW)
        for i in range(4):
            add(monitor, rows, range(WINDOW * i, WINDOW * (i + 1)))
            monitor.add_labels(range(WINDOW * i, WINDOW * i + 30), [r[2] for r in rows[:30]])
            watch.keep()
        monitor.close()
        watch.close()
        before = [self.described(i) for i in range(1, 5)]
        self.store.gc(keep_ns=1)
        self.assertEqual([self.described(i) for i in range(1, 5)], before)
        self.assertEqual(self.watch()[1].n_windows, 4)


class Monitors(Case):
    def test_the_monitor_outlives_the_watch(self):
        watch, monitor = self.watch()
        watch.close()
        add(monitor, rows_of(random.Random(3), WINDOW + 1), range(WINDOW + 1))
        self.assertEqual(monitor.n_windows, 1)


if __name__ == "__main__":
    sys.exit(main(sys.modules[__name__]))
