#!/usr/bin/python3
"""What only Python can get wrong: closed handles, locks, arrays and tables of other packages, callbacks, leaks.

usage: test_python.py [TEST...]. Prints TAP. Values are the business of conformance.json.
"""
import array
import ast
import copy
import ctypes
import dataclasses
import datetime
import decimal
import gc
import hashlib
import json
import math
import os
import pathlib
import pickle
import subprocess
import sys
import tempfile
import threading
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
try:
    import mlops
except ImportError as missing:
    print(f"1..0 # SKIP {missing}")
    sys.exit(0)
from mlops import _runtime, _tables

try:
    import numpy as np
except ImportError:
    np = None
try:
    import pandas as pd
except ImportError:
    pd = None

with open(os.path.join(HERE, "conformance.json"), encoding="utf-8") as script:
    STEPS = json.load(script)
MODEL = next(s["text"] for s in STEPS if s["do"] == "model.parse")
PREDICT = next(s for s in STEPS if s["do"] == "model.predict")
ROWS = [[math.nan if v is None else v for v in row] for row in PREDICT["rows"]]
WANTED = [row[0] for row in PREDICT["gives"]]
needs_numpy = unittest.skipIf(np is None, "numpy is not installed")
needs_pandas = unittest.skipIf(pd is None, "pandas is not installed")


def close_to(have, want, within=1e-6):
    return len(have) == len(want) and all(abs(h - w) <= within for h, w in zip(have, want))


class Handles(unittest.TestCase):
    def test_every_method_of_a_closed_handle_raises(self):
        makers = {"table": lambda: mlops.Table.parse("a\n1\n"), "model": lambda: mlops.Model.parse(MODEL),
                  "profile": mlops.Profile, "pool": lambda: mlops.Pool(1),
                  "reference": lambda: mlops.Reference(mlops.Table.parse("a\n1\n")),
                  "feature": lambda: mlops.Feature.fit("a = x", {"x": [1.0]}),
                  "context": lambda: mlops.Context(mlops.Model.parse(MODEL))}
        checked = 0
        for noun, make in makers.items():
            handle = make()
            handle.close()
            handle.close()
            generated = next(c for c in type(handle).__mro__ if c.__module__ == "mlops._ffi")
            for name, member in vars(generated).items():
                if name.startswith("_") or isinstance(member, (classmethod, staticmethod)):
                    continue
                with self.subTest(f"{noun}.{name}"), self.assertRaises(mlops.InvalidError):
                    if isinstance(member, property):
                        getattr(handle, name)
                    else:
                        member(handle, *["x"] * (member.__code__.co_argcount - 1 - len(member.__defaults__ or ())))
                checked += 1
        self.assertGreater(checked, 30)

    def test_a_closed_argument_raises(self):
        table = mlops.Table.parse("a\n1\n")
        table.close()
        with self.assertRaises(mlops.InvalidError):
            mlops.Reference(table)
        with self.assertRaises(TypeError):
            mlops.Reference(7)

    def test_with_closes(self):
        with mlops.Profile() as profile:
            profile.add([1.0])
        self.assertTrue(profile.closed)

    def test_a_copy_would_end_it_twice(self):
        model = mlops.Model.parse(MODEL)
        for attempt in (copy.deepcopy, pickle.dumps):
            with self.assertRaisesRegex(TypeError, "copied or pickled"):
                attempt(model)

    def test_what_has_no_maker_says_so(self):
        with self.assertRaisesRegex(TypeError, "load"):
            mlops._ffi.Model()

    def test_a_share_outlives_the_bundle(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "m.bundle")
            mlops.Bundle.write(path, mlops.Model.parse(MODEL), name="fraud")
            bundle = mlops.Bundle.load(path)
            model = bundle.model
            self.assertIsNone(bundle.reference)
            self.assertRegex(bundle.id, "^[0-9a-f]{64}$")
            bundle.close()
            self.assertEqual(model.n_features, 3)

    def test_a_part_outlives_its_device(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "m.bundle")
            reference = mlops.Reference(mlops.Table.parse("amount,age,score\n1,2,3\n4,5,6\n"))
            mlops.Bundle.write(path, mlops.Model.parse(MODEL), reference=reference)
            with open(path, "rb") as file:
                device = mlops.Edge(file.read())
            device.add(ROWS[0])
            profile = device.profile(0)
            device.close()
            del device
            gc.collect()
            self.assertEqual(profile.summarize().n, 1)

    def test_content_is_called_by_its_digest(self):
        with tempfile.TemporaryDirectory() as folder, mlops.Store.open(os.path.join(folder, "store")) as store:
            with mlops.Change(store) as change:
                name = change.content(b"abc")
                change.commit()
            self.assertEqual(name, hashlib.sha256(b"abc").hexdigest())
            self.assertEqual(store.content(name), b"abc")

    def test_registering_takes_data_of_no_or_several_tables(self):
        table = mlops.Table.parse("amount,age,score\n1,2,3\n4,5,6\n")
        with tempfile.TemporaryDirectory() as folder, mlops.Store.open(os.path.join(folder, "store")) as store:
            for name, paths in ("none", ()), ("one", ("a",)), ("two", ("a", "b")):
                with store.change() as change, mlops.Draft(change, name) as draft:
                    draft.add_bytes("notes", b"")
                    for path in paths:
                        draft.add_table(path, table)
                    draft.commit()
                version = store.models.add(name, mlops.Model.parse(MODEL), data=store.data[name])
                self.assertEqual("reference" in version.describe(), name == "one")
            version = store.models.add("two", mlops.Model.parse(MODEL), data=store.data["two"], path="b")
            self.assertIn("reference", version.describe())
            with self.assertRaises(mlops.NotFoundError):
                store.models.add("two", mlops.Model.parse(MODEL), data=store.data["two"], path="c")

    def test_a_watch_takes_any_number_of_rows(self):
        with tempfile.TemporaryDirectory() as folder, mlops.Store.open(os.path.join(folder, "store")) as store:
            reference = mlops.Reference(mlops.Table.parse("amount,age,score\n1,2,3\n4,5,6\n"))
            store.models.add("fraud", mlops.Model.parse(MODEL), reference=reference)
            with store.watch("fraud", "latest", window_rows=50) as watch:
                for n in 2, 49:
                    watch.add([[1.0, 2.0, 3.0]] * n, [0.5] * n)
                self.assertEqual((watch.n_rows, watch.n_windows), (51, 1))
                with self.assertRaisesRegex(mlops.InvalidError, "columns|features"):
                    watch.add([[1.0, 2.0]])

    def test_closing_while_another_thread_uses_it(self):
        for _ in range(20):
            table = mlops.Table.from_matrix([[float(i)] for i in range(5000)])
            ready, faults = threading.Event(), []

            def use():
                try:
                    while True:
                        ready.set()
                        table.values(0)
                except mlops.InvalidError:
                    pass
                except Exception as error:
                    faults.append(error)

            thread = threading.Thread(target=use)
            thread.start()
            ready.wait()
            table.close()
            thread.join()
            self.assertEqual(faults, [])

    def test_a_mutable_handle_is_locked(self):
        profile, other = mlops.Profile(edges=[0.5]), mlops.Profile(edges=[0.5])
        other.add([1.0])

        def work():
            for _ in range(500):
                profile.add([0.0, 1.0])
                profile.merge(other)

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(profile.summarize().n, 8 * 500 * 3)


class Errors(unittest.TestCase):
    def test_a_class_for_each_code(self):
        codes = {status.value for status in mlops.Status if status.value < 0}
        self.assertEqual({c for c in _runtime.Error.by_code}, codes)
        self.assertTrue(all(issubclass(c, mlops.Error) for c in _runtime.Error.by_code.values()))

    def test_an_error_says_where(self):
        with self.assertRaises(mlops.ParseError) as caught:
            mlops.Table.parse("a,b\n1,2\n3\n")
        self.assertEqual((caught.exception.line, caught.exception.code), (3, -8))

    def test_the_errno_comes_along(self):
        with self.assertRaises(mlops.NotFoundError) as caught:
            mlops.load("/no/such/folder/model.json")
        self.assertEqual(caught.exception.os_code, 2)
        self.assertIn("model.json", str(caught.exception))

    def test_messages_of_threads_do_not_mix(self):
        faults = []

        def work(name):
            for _ in range(300):
                try:
                    mlops.Table.parse(f"{name},{name}\n1,2\n")
                except mlops.ParseError as error:
                    if name not in str(error):
                        faults.append(str(error))

        threads = [threading.Thread(target=work, args=(f"column_{i:02d}_",)) for i in range(64)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(faults, [])


class Messages(unittest.TestCase):
    """What verbs say that return a status alone, and how options are called."""

    ROW = [1.0, 2.0, 3.0]

    def says(self, kind, message, call, *args, **kwargs):
        with self.assertRaises(kind) as caught:
            call(*args, **kwargs)
        self.assertEqual(str(caught.exception), message)
        self.assertIsInstance(caught.exception, mlops.Error)

    def test_rows_of_another_width(self):
        model = mlops.Model.parse(MODEL)
        narrow = [[1.0, 2.0]] * 4
        wrong = "rows has 2 columns; the model takes 3 features"
        self.says(mlops.InvalidError, wrong, model.predict, narrow)
        self.says(mlops.InvalidError, wrong, mlops.Context(model).predict, narrow)
        self.says(mlops.InvalidError, wrong, mlops._ffi.Model.predict, model, narrow)
        self.says(mlops.InvalidError, "rows has 1 column; the model takes 3 features", model.predict, [[1.0]])
        monitor = mlops.Monitor.new_reference(model, mlops.Reference(mlops.Table.parse("amount,age,score\n1,2,3\n")))
        self.says(mlops.InvalidError, "rows has 2 columns; the monitor takes 3 features", monitor.add, narrow)

    def test_a_context_outlives_its_model(self):
        model = mlops.Model.parse(MODEL)
        context = mlops.Context(model)
        model.close()
        del model
        gc.collect()
        self.assertTrue(close_to([row[0] for row in context.predict(ROWS)], WANTED))
        self.says(mlops.InvalidError, "rows has 1 column; the model takes 3 features", context.predict, [[1.0]])

    def test_a_device(self):
        device = mlops.Edge(mlops.Bundle.save(mlops.Model.parse(MODEL)))
        self.says(mlops.NotFoundError, "Edge.add: the bundle carries no reference", device.add, self.ROW)
        for verb in (device.add, device.predict):
            self.says(mlops.InvalidError, "row has 4 values; the edge takes 3 features", verb, [*self.ROW, 4.0])
        self.says(mlops.CorruptError, "Edge.size: a file cut short or changed", mlops.Edge, b"MLOPS")

    def test_numbers_below_what_they_may_be(self):
        monitor = mlops.Monitor.new_reference(None, mlops.Reference(mlops.Table.parse("a\n1\n")))
        self.says(mlops.InvalidError, "duration_ns is -1, below 0", monitor.add_latency, -1)
        self.says(mlops.InvalidError, "n is -2, below 0", mlops.Profile().add_nulls, -2)
        monitor.add_latency(0)

    def test_an_index(self):
        report = mlops.compare({"a": [1, 2]}, {"a": [1, 2]})
        self.says(mlops.InvalidError, "Drift.get(7): index is out of range", report.get, 7)
        table = mlops.Table.parse("a\n1\n")
        self.says(mlops.InvalidError, "Table.text(0, 3): column or row is out of range", table.text, 0, 3)

    def test_sketches_take_what_programs_have(self):
        hll = mlops.Hll()
        for values in "a", ["a", "b"], (), [1, 2], array.array("d", [1.0, 2.0, 2.0]), [1.0]:
            hll.add(values)
        self.assertEqual(hll.summarize().n_coupons, 6)  # 1 is not 1.0
        self.assertRaises(TypeError, hll.add, ["a", 1])
        self.assertEqual(mlops.Hll.load(hll.save("type_4")).estimate(), hll.estimate())
        words = mlops.Items(text_max=3)
        words.add([])
        words.add(["the", "cat", "the"])
        words.add("the")
        self.assertEqual([(row.text, row.lower) for row in words.frequent()], [("the", 3), ("cat", 1)])
        self.assertEqual(mlops.Items.load(words.save("datasketches"), 3).find("the").upper, 3)
        self.assertRaises(mlops.LimitError, words.add, "long")
        self.assertRaises(mlops.InvalidError, mlops.Items().add, "the")
        numbers = mlops.Items()
        numbers.add([7, 7, -1])
        self.assertEqual(numbers.find(7).lower, 2)
        self.assertEqual(mlops.Items.load(numbers.save()).frequent("possible", 1)[0].value, 7)
        kll = mlops.Kll(k=20)
        kll.add(range(1000))
        self.assertEqual(list(kll.quantiles([0, 1])), [0, 999])
        self.assertEqual(mlops.Kll.load(kll.save("f32")).quantile(0.5), kll.quantile(0.5))
        with self.assertRaisesRegex(mlops.InvalidError, "k= must be 8 to 65535"):
            mlops.Kll(k=7)

    def test_profiles_that_do_not_merge(self):
        profile = mlops.Profile(edges=[1.0, 2.0])
        tail = "; only profiles of equal edges and options merge"
        for edges, scale, told in (([1.0], None, "2 bins, not 3"), ([1.0, 2.5], None, "edge 1 at 2.5, not 2.0"),
                                   ([1.0, 2.0], 3, "another scale, lg_k, bins_size or categories"),
                                   (None, None, "log-linear bins, not edges")):
            other = mlops.Profile(edges=edges, scale=scale)
            self.says(mlops.InvalidError, f"other has {told}{tail}", profile.merge, other)
        closed = mlops.Profile(edges=[1.0, 2.0])
        closed.close()
        self.says(mlops.InvalidError, "this Profile is closed", profile.merge, closed)

    def test_counts(self):
        compare = mlops.stats_compare_counts
        self.says(mlops.InvalidError, "x[1] is -3, below 0", compare, [1, -3], [1, 1])
        self.says(mlops.InvalidError, "y[2] is -1, below 0", compare, [1, 3, 0], [1, 1, -1])
        self.says(mlops.InvalidError, "y sums up to 0; 1 to 2^53 can be compared", compare, [1, 3], [0, 0])
        self.says(mlops.InvalidError, f"x sums up to {2 ** 53 + 1}; 1 to 2^53 can be compared", compare, [2 ** 53, 1],
                  [1, 1])
        self.says(mlops.InvalidError, "x sums up to 0; 1 to 2^53 can be compared", compare, [], [])

    def test_measures_by_name(self):
        x, y = [2.1, 3.5, 3.9, 4.4, 6.0], [3.0, 4.8, 5.1, 7.7, 8.2]
        r = mlops.stats_compare(x, y, measures=["mann_whitney", "welch"], alternative="less")
        self.assertEqual((r.mann_whitney, r.mann_whitney_exact, round(r.mann_whitney_p * 252)), (6.0, 1, 28))
        self.assertTrue(r.welch < 0 and math.isnan(r.t) and math.isnan(r.cramer))
        every = mlops.stats_compare(x, y, measures="all", alternative="less")
        self.assertEqual((every.mann_whitney_p, every.welch_p), (r.mann_whitney_p, r.welch_p))
        self.assertFalse(any(math.isnan(v) for v in dataclasses.astuple(every)))
        member = mlops.stats_compare(x, y, measures=[mlops.StatsMeasure.T])
        self.assertEqual(member.t, mlops.stats_compare(x, y, measures=int(mlops.StatsMeasure.T)).t)
        table = mlops.table({"x": x, "y": y})
        columns = mlops.stats_compare_columns(table, 0, table, 1, measures="kuiper")
        self.assertEqual(columns.kuiper, every.kuiper)
        with self.assertRaisesRegex(ValueError, "^'median' is not one of 'moments', 't', 'welch', 'mann_whitney', "):
            mlops.stats_compare(x, y, measures=["median"])
        self.assertIn("'kuiper'", mlops.stats_compare.__doc__)

    def test_adjusted_p(self):
        got = mlops.stats_adjust([0.01, 0.04, float("nan"), 0.03], "bonferroni")
        self.assertEqual([round(p, 12) for p in got[:2]] + [round(got[3], 12)], [.03, .12, .09])
        self.assertTrue(math.isnan(got[2]))
        self.assertEqual(list(mlops.stats_adjust([.25, .5])), [.5, .5])
        self.says(mlops.InvalidError, "p[1] is not in [0, 1]", mlops.stats_adjust, [.5, 2.0])
        self.assertAlmostEqual(mlops.stats_compare_shares(3, 4, 1, 4, "greater").fisher_p, 17 / 70, 14)

    def test_options_are_called_as_they_are_given(self):
        train, live = mlops.table({"a": [1, 2], "b": [1, 2]}), mlops.table({"a": [1, 2]})
        with self.assertRaisesRegex(mlops.SchemaError, "'b'.* name it in ignore=$"):
            mlops.compare(train, live)
        with self.assertRaisesRegex(mlops.SchemaError, "^ignore= names 'x'"):
            mlops.compare(train, live, ignore=["x"])
        with self.assertRaisesRegex(mlops.InvalidError, "^alpha= must lie in"):
            mlops.compare(train, train, alpha=0.6)
        with self.assertRaisesRegex(mlops.InvalidError, "^n_edges= is 2; it must be"):
            mlops.Reference(train, n_edges=2)
        with self.assertRaisesRegex(mlops.SchemaError, "^reference: ignore= names 'x'"):
            mlops.Reference(train, ignore="x")
        with self.assertRaisesRegex(mlops.InvalidError, "window_rows= is 3"):
            mlops.Monitor.new_reference(None, mlops.Reference(train), window_rows=3)
        with self.assertRaisesRegex(mlops.InvalidError, '^call\\["memory_max"\\] is negative'):
            mlops.compare(train, train, call={"memory_max": -1})
        with self.assertRaisesRegex(mlops.InvalidError, '^call\\["memory_max"\\] is negative'):
            mlops.Table.parse("a\n1\n", call={"memory_max": -1})
        with self.assertRaisesRegex(mlops.InvalidError, "^options: a number is negative"):
            mlops.Table.parse("a\n1\n", memory_max=-1)
        reference = mlops.Reference(train)
        with self.assertRaisesRegex(mlops.InvalidError, '^drift\\["alpha"\\] must lie in'):
            mlops.Monitor.new_reference(None, reference, drift={"alpha": 0.6})
        with tempfile.NamedTemporaryFile("w", suffix=".csv") as file:
            file.write("a,b\n1,2\n")
            file.flush()
            with self.assertRaisesRegex(mlops.InvalidError, 'csv\\["delimiter"\\] must be one'):
                mlops.Reference.load(file.name, csv={"delimiter": '"'})
            with self.assertRaisesRegex(mlops.InvalidError, 'reference_opts\\["csv"\\]\\["delimiter"\\] must be one'):
                mlops.Monitor(None, file.name, reference_opts={"csv": {"delimiter": '"'}})
            with self.assertRaisesRegex(mlops.InvalidError, 'reference_opts\\["csv"\\]: a number is negative'):
                mlops.Monitor(None, file.name, reference_opts={"csv": {"memory_max": -1}})
        trained = json.loads(MODEL)
        trained["learner"]["feature_names"] = []
        model = mlops.Model.parse(json.dumps(trained))
        with self.assertRaisesRegex(mlops.SchemaError, 'in reference_opts\\["columns"\\]$'):
            mlops.Monitor.new_reference(model, mlops.Reference(train))
        with self.assertRaisesRegex(mlops.SchemaError, '^monitor: reference_opts\\["columns"\\] names 1 column'):
            mlops.Monitor.new_reference(model, mlops.Reference(train), reference_opts={"columns": "a"})
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "m.bundle")
            mlops.Bundle.write(path, model)
            with self.assertRaisesRegex(mlops.SchemaError, "write it with reference=$"):
                mlops.Reference.load(path)

    def test_names_of_users_stay(self):
        for name in ("mlops_drift_opts.ignore", "an opts.reference", "the model's option 'x'"):
            with self.assertRaisesRegex(mlops.SchemaError, f"no column '{name}'.* name it in ignore=$"):
                mlops.compare({name: [1]}, {"a": [1]})
            with self.assertRaisesRegex(mlops.NotFoundError, f"cannot open '{name}':"):
                mlops.load(name)


class Scalars(unittest.TestCase):
    def setUp(self):
        self.table = mlops.Table.parse("a,b\n1,x\n2,\n")

    def test_numbers_are_never_cut(self):
        for wrong in (2 ** 64, -2 ** 70):
            with self.assertRaises(OverflowError):
                self.table.name(wrong)
        with self.assertRaises(TypeError):
            self.table.name(1.5)
        with self.assertRaises(OverflowError):
            mlops.Profile(scale=2 ** 40)

    def test_texts(self):
        with self.assertRaises(ValueError):
            self.table.find("a\0b")
        with self.assertRaises(TypeError):
            mlops.Table.load(3)
        self.assertEqual(mlops.Table.parse("ä\n1\n").name(0), "ä")
        self.assertEqual(self.table.text(1, 0), "x")

    def test_long_texts_are_whole(self):
        long = "x" * 5000
        self.assertEqual(mlops.Table.parse(f"a\n{long}\n").text(0, 0), long)

    def test_enums(self):
        model = mlops.Model.parse(MODEL)
        self.assertEqual(model.width("leaf"), 3)
        with self.assertRaisesRegex(ValueError, "margin"):
            model.width("leaves")
        self.assertIs(self.table.type(0), mlops.Type.INT64)

    def test_unknown_options_are_refused(self):
        with self.assertRaises(TypeError):
            mlops.Table.parse("a\n", delimeter=";")

    def test_names_as_a_list(self):
        table = mlops.Table.parse('"a,b",c,d\n1,2,3\n')
        reference = mlops.Reference(table, columns=["a,b", "d"])
        self.assertRegex(repr(reference), "^<mlops.Reference [0-9]+ x 2, quantiles, [0-9]+ bytes>$")
        self.assertIn("exact", repr(mlops.Reference(mlops.table({"a": [1.5, 2]}), exact=True)))
        self.assertEqual([reference.name(i) for i in range(reference.n_columns)], ["a,b", "d"])

    def test_metadata_is_json(self):
        model = mlops.Model.parse(MODEL)

        def kept(metadata):
            return mlops.Bundle.parse(mlops.Bundle.save(model, metadata=metadata)).metadata

        made = {"owner": "risk", "n": [1, 2.5, None], "ä": "\U0001f600"}
        self.assertEqual(json.loads(kept(made)), made)
        self.assertEqual(kept('{"a":  1}'), '{"a":  1}')
        for wrong, kind in (({"a": math.nan}, ValueError), ({"a": model}, TypeError), ([1], mlops.InvalidError),
                            ("{", mlops.InvalidError)):
            with self.assertRaisesRegex(kind, "metadata"):
                kept(wrong)

    def test_zero_that_is_set(self):
        with mlops.Profile(scale=0) as whole, mlops.Profile() as fine:
            whole.add([0.25] * 4)
            fine.add([0.25] * 4)
            self.assertEqual((whole.summarize().mean, fine.summarize().mean), (0.0, 0.25))


class Differences(unittest.TestCase):
    def test_what_is_not_there_differs_in_nothing(self):
        self.assertFalse(mlops.diff({"a": [1.5, None]}, {"a": [1.5, None]}))

    def test_lists_are_tables(self):
        old = {"id": [1, 2, 3], "x": ["a", "b", None]}
        d = mlops.diff(old, {"id": [3, 1, 4], "x": ["c", "A", "d"]}, key=["id"])
        self.assertTrue(d)
        self.assertEqual(d.cells().to_dicts(), [
            {"from_row": 0, "to_row": 1, "key": "1", "column": "x", "from": "a", "to": "A"},
            {"from_row": 2, "to_row": 0, "key": "3", "column": "x", "from": None, "to": "c"}])
        self.assertEqual(d.added().to_dicts(), [{"id": 4, "x": "d"}])
        self.assertEqual(d.removed().to_dicts(), [{"id": 2, "x": "b"}])
        self.assertEqual(repr(d), "<mlops.Diff 2 cells in 2 rows, 1 rows added, 1 removed, 0 changes of the schema>")
        with self.assertRaisesRegex(mlops.SchemaError, "rows 0 and 1"):
            mlops.diff({"id": [1, 1]}, old, key="id")

    def test_a_merge_has_a_table_or_conflicts(self):
        base, ours = {"id": [1, 2], "x": [5, 6]}, {"id": [1, 2, 3], "x": [7, 6, 1]}
        m = mlops.merge(base, ours, {"id": [2, 1], "x": [8, 5]}, key="id")
        self.assertEqual(m.table().to_dicts(), [{"id": 2, "x": 8}, {"id": 3, "x": 1}, {"id": 1, "x": 7}])
        m = mlops.merge(base, ours, {"id": [1, 2], "x": [9, 6]}, key="id")
        self.assertEqual(m.conflicts().to_dicts(), [
            {"kind": "cell", "column": "x", "key": "1", "base_row": 0, "ours_row": 0, "theirs_row": 0, "base": "5",
             "ours": "7", "theirs": "9"}])
        with self.assertRaises(mlops.ConflictError):
            m.table()
        m = mlops.merge(None, ours, {"id": [3], "x": [2]}, key="id", policy="theirs")
        self.assertEqual(list(m.table()["x"]), [7, 6, 2])


class Callbacks(unittest.TestCase):
    TEXT = "a\n" + "1\n" * 2000000

    def test_progress_is_told_and_can_cancel(self):
        seen = []
        table = mlops.Table.parse(self.TEXT, call={"progress": lambda done, total: seen.append((done, total))})
        self.assertEqual(table.n_rows, 2000000)
        self.assertTrue(seen)
        self.assertTrue(all(done <= total for done, total in seen))
        with self.assertRaises(mlops.CancelledError):
            mlops.Table.parse(self.TEXT, call={"progress": lambda done, total: True})

    def test_what_it_raises_comes_out(self):
        def progress(done, total):
            raise KeyError("mine")
        with self.assertRaisesRegex(KeyError, "mine"):
            mlops.Table.parse(self.TEXT, call={"progress": progress})

    def test_an_executor(self):
        with mlops.Pool(2) as pool:
            table = mlops.Table.parse("a\n1\n", call={"executor": pool.executor})
        self.assertEqual(table.n_rows, 1)


class Metrics(unittest.TestCase):
    def test_predictions_of_a_model_go_straight_in(self):
        found = mlops.metric_binary(mlops.Model.parse(MODEL).predict(ROWS), [True, False, False, True])
        self.assertEqual((found.auc, found.accuracy, found.task), (1.0, 1.0, mlops.MetricTask.BINARY))

    def test_a_gate_finds_a_value_by_its_name(self):
        found = mlops.metric_regression([1.0, 3.0], [1.0, 1.0])
        for index in range(mlops.metric_count()):
            info = mlops.metric_at(index)
            self.assertEqual(mlops.metric_find(info.name), info)
            self.assertEqual(repr(mlops.metric_value(found, info.metric)), repr(getattr(found, info.name)))
        self.assertEqual(mlops.metric_value(found, "rmse"), 2 ** .5)
        with self.assertRaisesRegex(TypeError, "of must be Metrics"):
            mlops.metric_value(0.5, "auc")
        with self.assertRaisesRegex(mlops.NotFoundError, '"auc"'):
            mlops.metric_find("roc_auc")

    def test_messages_name_the_options_as_they_are_given(self):
        with self.assertRaisesRegex(mlops.InvalidError, "row 1, .* skip_nan= leaves"):
            mlops.metric_binary([0.5, float("nan")], [0, 1])
        with self.assertRaisesRegex(mlops.InvalidError, "threshold"):
            mlops.metric_classes([[0.5, 0.5]], [0], threshold=0.3)
        with self.assertRaisesRegex(mlops.InvalidError, "2 rows, but 1 weights"):
            mlops.metric_binary([0.5, 0.5], [0, 1], weights=[1.0])


@needs_numpy
class Anomalies(unittest.TestCase):
    @staticmethod
    def rows(n):
        return [[i * 37 % 100, i * 37 % 100 + i * 53 % 7] for i in range(n)]

    def test_alarms_at_the_rate_and_bytes(self):
        for kind in mlops.AnomalyKind:
            a = mlops.Anomaly(kind.name.lower(), n_features=2, n_calibration=99)
            a.add(self.rows(600))
            self.assertFalse(a.is_frozen)
            a.freeze()
            self.assertTrue(a.is_frozen)
            self.assertEqual(a.alarms([[50, 53], [2000, -900]], rate=0.02), [1])
            again = mlops.Anomaly.load(a.save())
            self.assertIs(type(again), mlops.Anomaly)
            self.assertEqual(list(again.score(self.rows(9))), list(a.score(self.rows(9))))
            self.assertLess(mlops.Anomaly.load_size(a.save()), mlops.Anomaly.size(kind=kind, n_features=2))
            self.assertIn(kind.name.lower(), repr(a))

    def test_what_is_refused(self):
        a = mlops.Anomaly("mahalanobis", n_features=2)
        a.add(self.rows(4))
        with self.assertRaisesRegex(mlops.RefusedError, "not enough data: 4 of 4 rows"):
            a.freeze()
        with self.assertRaisesRegex(mlops.InvalidError, "freeze it first"):
            a.score(self.rows(1))
        a.add(self.rows(100))
        a.freeze()
        with self.assertRaisesRegex(mlops.RefusedError, "52 rows are held back"):
            a.threshold(0.01)
        with self.assertRaises(mlops.InvalidError):
            a.score([[1, 2, 3]])
        with self.assertRaises(mlops.InvalidError):
            mlops.Anomaly("forest", n_clusters=3)


class Detectors(unittest.TestCase):
    def test_places_count_from_the_first_value_ever(self):
        stream = [i % 3 for i in range(300)] + [i % 3 + 9 for i in range(300)]
        whole, parts = mlops.Detector("cusum"), mlops.Detector(kind=mlops.DetectorKind.CUSUM)
        found = whole.add(stream)
        self.assertEqual(found, parts.add(stream[:250]) + parts.add(stream[250:]))
        self.assertEqual(found[0], 300)
        self.assertEqual((whole.n, whole.n_changes, whole.last_change), (600, len(found), found[-1]))

    def test_one_value_at_a_time(self):
        detector = mlops.Detector("ddm", min_n=10)
        told = [detector.update(x) for x in [0, 0, 0, 1] * 10 + [1, True, 1.0, math.nan] * 20]
        self.assertIs(told[0], mlops.DetectorSignal.NONE)
        self.assertFalse(told[0])
        self.assertIn(mlops.DetectorSignal.WARNING, told)
        self.assertEqual(told.index(mlops.DetectorSignal.CHANGE), detector.last_change)
        self.assertEqual(detector.summarize().n_skipped, 20)

    def test_saved_and_loaded(self):
        detector = mlops.Detector("adwin", delta=0.01)
        detector.add(range(100))
        again = mlops.Detector.load(detector.save())
        self.assertIs(type(again), mlops.Detector)
        self.assertEqual(list(again.signals(range(100))), list(detector.signals(range(100))))
        self.assertEqual(again.save(), detector.save())
        with self.assertRaises(mlops.CorruptError):
            mlops.Detector.load(detector.save()[:-1])

    def test_what_is_wrong_is_named(self):
        with self.assertRaisesRegex(ValueError, "adwi"):
            mlops.Detector("adwi")
        with self.assertRaisesRegex(mlops.InvalidError, "slack= must be 0: ddm has no"):
            mlops.Detector("ddm", slack=0.5)
        with self.assertRaisesRegex(mlops.InvalidError, r"values\[1\]: ddm takes errors"):
            mlops.Detector("ddm").add([0, 2])
        self.assertEqual(mlops.Detector("ddm").add([]), [])

    def test_scores(self):
        score = mlops.Detector.evaluate([50, 103, 120], [100, 200], 300, max_delay=50)
        self.assertEqual((score.n_detected, score.n_repeated, score.n_false, score.n_missed), (1, 1, 1, 1))
        self.assertEqual((score.delay_mean, score.recall, score.always_precision), (3, 0.5, 2 / 300))


class Arrays(unittest.TestCase):
    def test_layouts_give_the_same(self):
        model = mlops.Model.parse(MODEL)
        wide = np.array(ROWS)
        for rows in (wide, wide.astype(np.float32), np.asfortranarray(wide), np.repeat(wide, 2, axis=1)[:, ::2],
                     ROWS, wide.astype(">f8")):
            self.assertTrue(close_to(model.predict(rows), WANTED))
        self.assertEqual(model.predict(wide).shape, (4,))
        self.assertEqual(model.predict(wide, output="leaf").shape, (4, 3))
        self.assertEqual(model.predict(wide[:0]).shape, (0,))

    def test_float64_is_rounded_to_the_nearest_float32(self):
        values = np.array([[0.1, 16777217.0, 1e-50]])
        _, _, kept = _runtime.array(values, "f", 2, "rows")
        self.assertTrue((kept == values.astype(np.float32)).all())

    def test_what_is_no_number_is_refused(self):
        model = mlops.Model.parse(MODEL)
        for rows in (np.array([["a", "b", "c"]]), np.array([[1j, 2, 3]]), np.array([[None, 1, 2]], object)):
            with self.assertRaises(TypeError):
                model.predict(rows)
        with self.assertRaisesRegex(ValueError, "reshape"):
            model.predict(np.zeros(3))
        with self.assertRaises(mlops.InvalidError):
            model.predict(np.zeros((2, 4)))
        with self.assertRaisesRegex(TypeError, r"rows must hold numbers, not text; mlops\.table\(path\)"):
            mlops.Context(model).predict("live.csv")
        with self.assertRaises(TypeError):
            mlops.stats_compare_counts(np.array([1.5, 2]), np.array([1, 2]))
        with self.assertRaises(ValueError):
            mlops.stats_compare_counts([1, 2], [1, 2, 3])

    def test_threads_share_a_model(self):
        model, faults = mlops.Model.parse(MODEL), []

        def work():
            for _ in range(200):
                if not close_to(model.predict(ROWS), WANTED):
                    faults.append(1)

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(faults, [])

    def test_a_view_with_a_step_is_read_as_it_is(self):
        values = np.arange(10, dtype=np.float32)
        with mlops.Profile() as profile:
            profile.add_f32(values[1::3])
            summary = profile.summarize()
        self.assertEqual((summary.n, summary.min, summary.max), (3, 1.0, 7.0))
        address, n, stride, _ = _runtime.strided(values[1::3], "f", "values")
        self.assertEqual((address, n, stride), (values.ctypes.data + 4, 3, 3))

    def test_golden_rows_have_the_width_of_the_model(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "m.bundle")
            mlops.Bundle.write(path, mlops.Model.parse(MODEL), golden_rows=ROWS)
            self.assertTrue(os.path.exists(path))
            with self.assertRaises(ValueError):
                mlops.Bundle.write(path, mlops.Model.parse(MODEL), golden_rows=[[1.0, 2.0]])

    def test_traffic_and_predictions_agree(self):
        with tempfile.NamedTemporaryFile("w", suffix=".csv") as file:
            file.write("amount,age,score\n" + "1,2,3\n4,5,6\n" * 60)
            file.flush()
            with mlops.Monitor(mlops.Model.parse(MODEL), file.name, name="fraud") as monitor:
                monitor.add(ROWS, [[p] for p in WANTED])
                monitor.add(ROWS)
                with self.assertRaises(ValueError):
                    monitor.add(ROWS, [[0.5]])
                self.assertIn("fraud", monitor.metrics())

    def test_predictions_go_on_as_they_come(self):
        model = mlops.Model.parse(MODEL)
        reference = mlops.Reference(mlops.Table.parse("amount,age,score\n" + "1,2,3\n4,5,6\n" * 60))
        rows = np.array(ROWS)
        sums = []
        for predictions in (model.predict(rows), model.predict(rows).reshape(-1, 1), list(model.predict(rows))):
            with mlops.Monitor.new_reference(model, reference, window_rows=50) as monitor:
                monitor.add(rows, predictions)
                monitor.add(rows[:1], predictions[:1])
                sums.append([line for line in monitor.metrics().splitlines() if "prediction" in line])
        self.assertEqual(sums[0], sums[1])
        self.assertEqual(sums[0], sums[2])
        self.assertIn("mlops_model_predictions_total{model=\"default\"} 5", sums[0])
        with mlops.Monitor.new_reference(model, reference) as monitor:
            with self.assertRaisesRegex(ValueError, "predictions has 3 entries and rows has 4"):
                monitor.add(rows, model.predict(rows[:3]))
            with self.assertRaisesRegex(ValueError, "one row is .*, one column x.reshape"):
                monitor.add(rows[0])


class Tables(unittest.TestCase):
    def test_a_dict_of_lists(self):
        table = mlops.table({"i": [1, None, 3], "f": [1.5, 2, None], "s": ["x", None, "é"], "b": [True, False, None],
                             "n": [None, None, None]})
        kinds = [table.type(i).name for i in range(table.n_columns)]
        self.assertEqual(kinds, ["INT64", "FLOAT64", "STRING", "BOOL", "NULL"])
        self.assertEqual([table.n_nulls(i) for i in range(5)], [1, 1, 1, 1, 3])
        self.assertEqual(table["s"], ["x", None, "é"])
        self.assertEqual(list(table["i"])[::2], [1.0, 3.0])
        self.assertEqual((len(table), table.names), (3, ["i", "f", "s", "b", "n"]))

    def test_what_is_no_column_is_named(self):
        with self.assertRaisesRegex(TypeError, "mixed"):
            mlops.table({"ok": [1], "mixed": ["x", 1][:1] + [2]} | {"ok": [1, 2]})
        with self.assertRaisesRegex(ValueError, "short"):
            mlops.table({"a": [1, 2], "short": [1]})
        with self.assertRaises(KeyError):
            mlops.table({"a": [1]})["b"]

    def test_a_path(self):
        table = mlops.table(os.path.join(HERE, "train.csv"), rows_max=10)
        self.assertEqual((len(table), table.names[0]), (10, "amount"))
        with self.assertRaises(TypeError):
            mlops.table({"a": [1]}, rows_max=10)

    def test_arrow_capsules_there_and_back(self):
        table = mlops.table({"i": [1, None], "s": ["x", None], "f": [0.5, 1.5]})

        class Foreign:
            def __arrow_c_array__(self, requested_schema=None):
                return table.__arrow_c_array__()

        class ForeignStream:
            def __arrow_c_stream__(self, requested_schema=None):
                return table.__arrow_c_stream__()

        for foreign in Foreign(), ForeignStream():
            again = mlops.table(foreign)
            self.assertEqual(again["s"], ["x", None])
            self.assertEqual([again.n_nulls(i) for i in range(3)], [1, 1, 0])
        table.__arrow_c_array__()  # nobody takes these: the capsules release them
        table.__arrow_c_stream__()
        gc.collect()
        self.assertEqual(_tables._live, {})

    def test_an_arrow_stream(self):
        stream = Stream([{"i": [1, 2]}, {"i": [None, 3]}])
        table = mlops.table(stream)
        self.assertEqual((len(table), table.n_nulls(0)), (4, 1))
        self.assertEqual((_tables._live, stream.released), ({}, 1))

    def test_an_arrow_stream_that_fails(self):
        stream = Stream([])
        stream.fail = True
        with self.assertRaisesRegex(mlops.IoError, "the producer says no"):
            mlops.table(stream)
        self.assertEqual(stream.released, 1)

    @needs_numpy
    def test_numpy_columns(self):
        dtypes = ["i1", "u1", "i2", "u2", "i4", "u4", "i8", "f2", "f4", "f8", ">i4", ">f8", "?"]
        table = mlops.table({d: np.array([0, 1, 1]).astype(d) for d in dtypes})
        for index in range(len(dtypes)):
            self.assertEqual(list(table.values(index)), [0, 1, 1])
        masked = np.ma.masked_array([1.0, 2.0, 3.0], [0, 1, 0])
        times = np.array(["2020-01-01", "NaT"], "M8[s]")
        self.assertEqual(mlops.table({"m": masked}).n_nulls(0), 1)
        made = mlops.table({"t": times, "u": np.array(["x", "yy"])})
        self.assertEqual((made.n_nulls(0), made["t"][0], made["u"]), (1, 1577836800e9, ["x", "yy"]))
        self.assertEqual(mlops.table({"nan": np.array([1.0, np.nan])}).n_nulls(0), 0)
        with self.assertRaisesRegex(TypeError, "complex"):
            mlops.table({"c": np.array([1j])})

    @needs_numpy
    def test_times_that_nanoseconds_do_not_hold(self):
        days = [-106751, 106751]  # the first and last whole days within 2^63 nanoseconds
        for unit in ("D", "h", "m", "s", "ms", "us"):
            times = np.array(days, "M8[D]").astype(f"M8[{unit}]")
            got = mlops.table({"t": times})["t"]
            self.assertEqual([float(day) * 86400e9 for day in days], list(got))
            for beyond in (-106752, 106752, 10 ** 7):
                wrong = np.append(times, np.array([beyond], "M8[D]").astype(times.dtype))
                with self.subTest(unit=unit, day=beyond), self.assertRaises(mlops.UnsupportedError) as caught:
                    mlops.table({"ok": [1, 2, 3], "when": wrong})
                self.assertIn(f"column 'when', row 2: {wrong[2]} ", str(caught.exception))
        for text, dtype in (("1600-01-01", "M8[s]"), ("1600-01-01", ">M8[s]"), ("30000", "M8[Y]"), ("1600-01", "M8[M]"),
                            ("2263", "M8[Y]"), ("2263-01", "M8[25s]")):
            with self.assertRaisesRegex(mlops.UnsupportedError, f"'d', row 0: {text}"):
                mlops.table({"d": np.array([text], "M8[s]" if len(text) == 10 else "M8[M]").astype(dtype)})
        hidden = np.ma.masked_array(np.array(["1600-01-01", "2020-01-01"], "M8[s]"), [True, False])
        self.assertEqual(mlops.table({"d": hidden}).n_nulls(0), 1)
        finer = np.array([1500], "M8[ps]")
        self.assertEqual(list(mlops.table({"d": finer})["d"]), [1.0])

    @needs_numpy
    def test_a_matrix_and_a_view(self):
        matrix = np.arange(12.0).reshape(4, 3)
        self.assertEqual(list(mlops.table(matrix).values(2)), [2, 5, 8, 11])
        self.assertEqual(list(mlops.table({"a": matrix[::2, 1]}).values(0)), [1, 7])
        recorded = np.array([(1, 2.5), (3, 4.5)], [("i", "i8"), ("f", "f8")])
        self.assertEqual(list(mlops.table(recorded)["f"]), [2.5, 4.5])

    def test_rows_as_dicts(self):
        self.assertEqual(mlops.table([{"a": 1, "b": "x"}, {"b": None, "a": 2}]).to_dicts(),
                         [{"a": 1, "b": "x"}, {"a": 2, "b": None}])
        with self.assertRaisesRegex(ValueError, "row 1 lacks 'b', which row 0 has"):
            mlops.table([{"a": 1, "b": "x"}, {"a": 2}])

    def test_what_is_no_table(self):
        for given, why in ((None, "None is no table"), (3, "int is no table"), ((x for x in "a"), "generator is no table"),
                           ({"a": [decimal.Decimal("0.1")]}, "'a' holds Decimal, which no column keeps exactly")):
            with self.assertRaisesRegex(TypeError, why):
                mlops.table(given)
        with self.assertRaisesRegex(TypeError, "delimiter: only a CSV file takes options"):
            mlops.table(mlops.Table.parse("a\n1\n"), delimiter=";")

    def test_types_as_a_dict(self):
        table = mlops.Table.parse("a,b\n1,2\n", types={"a": "string", "b": "float64"})
        self.assertEqual(table.to_dicts(), [{"a": "1", "b": 2.0}])

    def test_nothing_of_a_table_stays(self):
        for _ in range(50):
            mlops.table({"i": [1, None], "s": ["x", None]})
        gc.collect()
        self.assertEqual(_tables._live, {})


@needs_pandas
class Pandas(unittest.TestCase):
    def frame(self):
        return pd.DataFrame({
            "i": [1, 2, 3], "f": [1.5, math.nan, 3.0], "o": ["x", None, "z"], "b": [True, False, True],
            "c": pd.Categorical(["u", "v", None]), "t": pd.to_datetime(["2020-01-01", None, "2020-01-02"]),
            "z": pd.to_datetime(["2020-01-01"] * 3).tz_localize("Europe/Berlin"),
            "I": pd.array([1, None, 3], "Int64"), "B": pd.array([True, None, False], "boolean"),
            "F": pd.array([0.5, None, 1.5], "Float64"), "s": pd.array(["q", None, "r"], "string")})

    def test_every_dtype(self):
        table = mlops.table(self.frame())
        kinds = {name: table.type(i).name for i, name in enumerate(table.names)}
        nulls = {name: table.n_nulls(i) for i, name in enumerate(table.names)}
        self.assertEqual(kinds, {"i": "INT64", "f": "FLOAT64", "o": "STRING", "b": "BOOL", "c": "STRING", "t": "INT64",
                                 "z": "INT64", "I": "INT64", "B": "BOOL", "F": "FLOAT64", "s": "STRING"})
        self.assertEqual({name for name, n in nulls.items() if n}, set("octIBFs"))
        self.assertEqual(set(nulls.values()), {0, 1})
        self.assertEqual(table["c"], ["u", "v", None])
        self.assertEqual(table["z"][0], 1577833200e9)
        self.assertEqual(table["s"], ["q", None, "r"])

    def test_a_frame_with_any_index(self):
        frame = self.frame()[["i", "o"]].iloc[[2, 0]]
        table = mlops.table(frame)
        self.assertEqual((list(table["i"]), table["o"]), ([3.0, 1.0], ["z", "x"]))

    def test_what_a_series_holds_is_a_column(self):
        for given, due in ((pd.Index([1, 2]), [1, 2]), (pd.Categorical(["a", None]), ["a", None]),
                           (pd.array([1, None], "Int64"), [1, None]), (pd.Index(["x", None]), ["x", None]),
                           (pd.DatetimeIndex(["1970-01-02", None]), [86400 * 10 ** 9, None])):
            self.assertEqual([row["a"] for row in mlops.table({"a": given}).to_dicts()], due)

    def test_levels_of_an_index_with_names_are_columns(self):
        frame = pd.DataFrame({"id": [1, 2, 2], "k": ["a", "b", "c"], "y": [1.0, 2.0, 3.0]})
        self.assertEqual(mlops.table(frame.groupby("id")[["y"]].sum()).to_dicts(), [{"id": 1, "y": 1.0}, {"id": 2, "y": 5.0}])
        self.assertEqual(mlops.table(frame.set_index(["k", "id"])).names, ["k", "id", "y"])
        self.assertEqual(mlops.table(frame.set_index([[7, 8, 9], "k"])).names, ["k", "id", "y"])
        with self.assertRaisesRegex(ValueError, "the index is called 'id', as a column is"):
            mlops.table(frame.set_index("id", drop=False))

    def test_times_come_back(self):
        days = [datetime.date(2020, 1, 1), None, datetime.datetime(2020, 1, 2, 12), pd.NaT]
        for column in (days, pd.Series(days, dtype=object), pd.to_datetime(days)):
            back = pd.to_datetime(mlops.table({"d": column}).to_pandas()["d"])
            self.assertEqual(back.tolist()[::2], [pd.Timestamp("2020-01-01"), pd.Timestamp("2020-01-02T12:00")])
            self.assertEqual(back.isna().tolist(), [False, True, False, True])
        with self.assertRaisesRegex(mlops.UnsupportedError, "column 'd', row 1: 2500-01-01 is a time beyond"):
            mlops.table({"d": [None, datetime.date(2500, 1, 1)]})

    def test_a_series_is_no_table(self):
        for given in (pd.Series([1]), pd.Index([1]), pd.array([1])):
            with self.assertRaisesRegex(TypeError, "is one column and no table"):
                mlops.table(given)

    def test_rows_that_frames_share(self):
        self.assertEqual(mlops.Table.overlap(pd.DataFrame({"x": [1, 2]}), {"x": [2]}).to_dicts(), [{"a": 1, "b": 0}])

    def test_explain_sums_up_to_margins(self):
        m = mlops.Model.parse(MODEL)
        names = m.feature_names
        columns = {name: [row[i] for row in ROWS] for i, name in enumerate(names)}
        due = list(m.predict(columns, "margin"))
        for rows in (ROWS, columns):
            for background in (None, ROWS, columns):
                parts = m.explain(rows, background=background)
                self.assertTrue(close_to([sum(row) for row in parts], due, 1e-5))
                self.assertEqual(len(parts[0]), len(names) + 1)
        parts, pairs = m.explain(columns), m.explain(columns, "interactions")
        for row, square in zip(parts, pairs):
            self.assertTrue(close_to([sum(line) for line in square], list(row), 1e-12))
        with self.assertRaises(mlops.InvalidError):
            m.explain(ROWS, "approximate", background=ROWS)

    @needs_numpy
    def test_explanation_as_users_of_shap_expect(self):
        explainer = mlops.Explainer(mlops.Model.parse(MODEL))
        parts, pairs = np.array(explainer.explain(ROWS)), np.array(explainer.explain(ROWS, "interactions"))
        found = explainer(ROWS)
        self.assertTrue(np.array_equal(found.values, parts[:, :-1]) and np.array_equal(found.base_values, parts[:, -1]))
        self.assertEqual((found.data, found.feature_names), (ROWS, mlops.Model.parse(MODEL).feature_names))
        found = explainer(ROWS, interactions=True)
        self.assertTrue(np.array_equal(found.values, pairs[:, :-1, :-1]))
        self.assertTrue(np.array_equal(found.base_values, parts[:, -1]))

    def test_importance(self):
        m, labels = mlops.Model.parse(MODEL), [float(i % 2) for i in range(len(ROWS))]
        columns = {name: [row[i] for row in ROWS] for i, name in enumerate(m.feature_names)}
        found = m.importance(ROWS, labels, "rmse", repeats=3, seed=7).to_dicts()
        self.assertEqual(found, m.importance(columns, labels, "rmse", repeats=3, seed=7).to_dicts())
        self.assertEqual([row["feature"] for row in found], m.feature_names)
        with self.assertRaisesRegex(mlops.InvalidError, "f1_macro"):
            m.importance(ROWS, labels, "f1_macro")
        with self.assertRaisesRegex(mlops.InvalidError, "better"):
            m.importance(ROWS, labels, "bias")

    def test_predict_binds_by_name(self):
        model = mlops.Model.parse(MODEL)
        frame = pd.DataFrame(ROWS, columns=["amount", "age", "score"])
        shuffled = frame.assign(other="x")[["other", "score", "amount", "age"]]
        self.assertTrue(close_to(model.predict(shuffled), WANTED))
        self.assertEqual(model.predict(shuffled, output="leaf").shape, (4, 3))
        with self.assertRaisesRegex(mlops.SchemaError, "age"):
            model.predict(frame[["amount", "score"]])
        renamed = frame.rename(columns={"age": "years"})
        self.assertTrue(close_to(model.predict(renamed, columns=["amount", "years", "score"]), WANTED))

    def test_lightgbm_takes_float64_as_it_is(self):
        model = mlops.Model.parse(b"tree\nversion=v4\nnum_class=1\nmax_feature_idx=0\nfeature_names=x\nTree=0\n"
                                  b"num_leaves=2\nsplit_feature=0\nthreshold=0.1\ndecision_type=8\nleft_child=-1\n"
                                  b"right_child=-2\nleaf_value=-1 1\n\nend of trees\n")
        wanted = [-1, 1, 1]
        values = [[0.1], [0.10000000000000002], [float("nan")]]
        for rows in (values, np.array(values), {"x": [0.1, 0.10000000000000002, None]}):
            self.assertEqual(model.predict(rows).tolist(), wanted)
        self.assertEqual(model.predict(np.array(values, np.float32)).tolist(), [1, 1, 1])
        self.assertEqual(model.predict(np.array([[0], [1]])).tolist(), [-1, 1])

    def test_predict_reads_a_csv_file(self):
        model = mlops.Model.parse(MODEL)
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "rows.csv")
            pd.DataFrame(ROWS, columns=["amount", "age", "score"]).to_csv(path, index=False)
            for given in (path, str(path), os.fsencode(path)):
                self.assertTrue(close_to(model.predict(given), WANTED))
            with self.assertRaisesRegex(mlops.NotFoundError, "nowhere.csv"):
                model.predict(path.with_name("nowhere.csv"))

    def test_the_first_lines(self):
        train = pd.read_csv(os.path.join(HERE, "train.csv"))
        live = pd.read_csv(os.path.join(HERE, "live.csv"))
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "drift.html")
            report = mlops.compare(train, live)
            report.save(path)
            with open(path, encoding="utf-8") as file:
                self.assertIn("amount", file.read())
        self.assertTrue(report.drifted)
        self.assertEqual([column.name for column in report], list(train.columns))
        self.assertEqual(report["amount"].verdict, mlops.DriftVerdict.YES)
        self.assertEqual(report[-1].name, "country")
        regions = report.regions().to_pandas()
        told = regions[regions["column"] == "amount"]
        self.assertEqual(list(told["kind"]), ["values", "values"])
        for row in told.itertuples():
            for side, table in (("reference", train), ("current", live)):
                values = table["amount"].dropna()
                self.assertAlmostEqual(getattr(row, side), values.between(row.low, row.high).mean())
        self.assertIn("more at", report["amount"].where)
        at = report["amount"].location
        gap = (train["amount"].dropna() <= at).mean() - (live["amount"].dropna() <= at).mean()
        self.assertAlmostEqual(report["amount"].direction * gap, report["amount"].ks)
        self.assertEqual(report.severity, np.nanmax([column.severity for column in report]))
        by_share = mlops.compare(train, live, correction="bh")
        self.assertIn('"correction": "bh"', by_share.json())
        self.assertTrue(all(a.p_adjusted <= b.p_adjusted for a, b in zip(by_share, report)))
        kept = mlops.compare(mlops.Reference(mlops.table(train)), live, columns=["amount"])
        self.assertEqual((len(kept), kept.n_drifted), (1, 1))

    def test_expectations(self):
        import pandas as pd
        frame = pd.DataFrame({"id": [1, 2, 2], "x": [0.5, float("nan"), 9.0], "w": ["ab", None, "c"],
                              "at": pd.to_datetime(["2024-01-01", "2024-01-02", None])})
        e = mlops.Expectations.parse("unique(id)\nx < 1 as low\nmatches(w, '[a-b]+')\nage_of(at) < hours(30)\n"
                                     "references(id, 'ids', 'k')\nnot drifted(x)")
        report = e.bind("ids", {"k": [2, 3]}).validate(frame, as_of=datetime.datetime(2024, 1, 2), reference=frame)
        told = report.to_pandas().set_index("id")
        holds = [None if value is pd.NA else bool(value) for value in told["holds"]]
        self.assertEqual(holds, [False, False, False, True, False, None])
        self.assertEqual(list(told["rows"])[:5], ["1 2", "2", "2", None, "0"])
        self.assertEqual(list(told["n_unknown"])[:4], [0, 1, 1, 1])
        self.assertEqual(list(e.rows("unique(id)", frame)), [1, 2])
        with self.assertRaises(mlops.RefusedError):
            mlops.Expectations.require(report)
        inferred = mlops.Expectations.infer(frame, margin=0)
        self.assertTrue(all(inferred.validate(frame)["holds"]))
        self.assertIn("type(at) = 'int64'\n", inferred.text)
        self.assertEqual((len(e), str(e)), (e.n, e.text))
        self.assertEqual(mlops.Table.overlap(mlops.table(frame), mlops.table(frame), columns=["id", "x"])["b"].tolist(),
                         [0, 1, 2])



class Stream:
    """An ArrowArrayStream made in Python."""

    def __init__(self, batches):
        self.batches, self.fail, self.released = list(batches), False, 0
        self.struct = mlops.ArrowArrayStream()
        fields = dict(mlops.ArrowArrayStream._fields_)
        self.text = ctypes.c_char_p(b"the producer says no")
        self.calls = [fields["get_schema"](self.schema), fields["get_next"](self.next),
                      ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p)(
                          lambda _: ctypes.cast(self.text, ctypes.c_void_p).value),
                      fields["release"](self.release)]
        self.struct.get_schema, self.struct.get_next = self.calls[:2]
        self.struct.get_last_error = ctypes.cast(self.calls[2], fields["get_last_error"])
        self.struct.release = self.calls[3]

    def columns(self, batch):
        made = [_tables.column(name, values) for name, values in batch.items()]
        return [s for s, _ in made], [a for _, a in made], len(next(iter(batch.values())))

    def put(self, struct, address):
        """Moves a struct to where the consumer wants it."""
        ctypes.memmove(address, ctypes.addressof(struct), ctypes.sizeof(struct))

    def schema(self, _, address):
        if self.fail:
            return 5
        schemas, arrays, _ = self.columns({"i": [0]})
        for one in arrays:
            _tables.end(mlops.ArrowArray, ctypes.addressof(one))
        self.put(_tables.schema_of("+s", "", schemas), address)
        return 0

    def next(self, _, address):
        if not self.batches:
            ctypes.memset(address, 0, ctypes.sizeof(mlops.ArrowArray))
            return 0
        schemas, arrays, n = self.columns(self.batches.pop(0))
        for one in schemas:
            _tables.end(mlops.ArrowSchema, ctypes.addressof(one))
        self.put(_tables.array_of(n, [None], 0, arrays), address)
        return 0

    def release(self, address):
        self.released += 1
        struct = mlops.ArrowArrayStream.from_address(address)
        struct.release = type(struct.release)()

    def __arrow_c_stream__(self, requested_schema=None):
        make = ctypes.pythonapi.PyCapsule_New
        make.restype, make.argtypes = ctypes.py_object, [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
        return make(ctypes.addressof(self.struct), b"arrow_array_stream", None)


class Package(unittest.TestCase):
    def run_python(self, code, **env):
        return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True,
                              env={**os.environ, "PYTHONPATH": os.path.dirname(os.path.dirname(mlops.__file__)), **env})

    def test_it_works_without_numpy(self):
        code = f"""
import sys
sys.modules["numpy"] = sys.modules["pandas"] = None
import mlops
model = mlops.Model.parse({MODEL!r})
assert max(abs(a - b) for a, b in zip(model.predict({[[0.5, -1, 2], [-0.25, 0.125, 0]]}), {WANTED[:2]})) < 1e-6
assert model.predict({[[0.5, -1, 2]]}, output="leaf") == [[6.0, 6.0, 5.0]]
table = mlops.table({{"a": [1, None, 3], "s": ["x", None, "z"]}})
assert table["s"] == ["x", None, "z"] and table.values(0)[2] == 3.0
assert mlops.stats_compare([1.0, 2.0], [1.0, 2.0]).ks == 0.0
assert mlops.metric_binary([0.1, 0.9], [False, True]).auc == 1.0
assert mlops.metric_classes([[0.75, 0.25]], [0])[1] == [[1.0, 0.0], [0.0, 0.0]]
assert mlops.table([[1.0, 2.0], [3.0, 4.0]]).n_columns == 2
profile = mlops.Profile(edges=[1.0])
profile.add_f32([1, 2, 3])
assert profile.summarize().n == 3
monitor = mlops.Monitor.new_reference(None, mlops.Reference(table, columns="a"))
monitor.add([[1.0], [2.0]], [0.5, 0.25])
assert 'mlops_model_predictions_total{{model="default"}} 2' in monitor.metrics()
for wrong in ([[1.0], [2.0, 3.0]], [1.0, 2.0]):
    try:
        mlops.Table.from_matrix(wrong)
    except ValueError as error:
        print("ok", "reshape" in str(error))
"""
        done = self.run_python(code)
        self.assertEqual((done.stdout.split("\n"), done.stderr), (["ok False", "ok True", ""], ""))

    def test_importing_imports_no_numpy(self):
        done = self.run_python("import sys, mlops; print('numpy' in sys.modules)")
        self.assertEqual(done.stdout.strip(), "False")

    def test_a_missing_library_is_told(self):
        done = self.run_python("import mlops", MLOPS_LIBRARY="/no/such/libmlops.so")
        self.assertIn("set MLOPS_LIBRARY", done.stderr)

    def test_an_older_library_is_refused(self):
        for found, needed, fits in (("0.1.0", "0.1.0", True), ("0.2.5", "0.1.0", True), ("0.1.0", "0.2.0", False),
                                    ("1.0.0", "0.1.0", False)):
            if fits:
                _runtime.check_version(found, needed, "x.so")
            else:
                with self.assertRaises(ImportError):
                    _runtime.check_version(found, needed, "x.so")

    def test_everything_ends_at_exit(self):
        done = self.run_python("import mlops\nt = mlops.Table.parse('a\\n1\\n')\np = mlops.Pool(2)\n"
                               f"m = mlops.Model.parse({MODEL!r})\nm.predict([[1.0, 2.0, 3.0]])\n")
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_stubs_name_what_there_is(self):
        with open(os.path.join(os.path.dirname(mlops.__file__), "_ffi.pyi"), encoding="utf-8") as file:
            stubs = file.read()
        ast.parse(stubs)
        for name in mlops._ffi.__all__:
            with self.subTest(name):
                self.assertRegex(stubs, rf"\b{name}\b")

    def test_stubs_tell_what_kind_of_number_comes(self):
        with open(os.path.join(os.path.dirname(mlops.__file__), "_ffi.pyi"), encoding="utf-8") as file:
            told = {node.name: ast.unparse(node.returns) for node in ast.walk(ast.parse(file.read()))
                    if isinstance(node, ast.FunctionDef) and node.returns}
        counted = mlops.Performance()
        counted.add([0.25, 0.75], [0.0, 1.0])
        for name, value in (("choose", counted.choose(best="f1")),
                            ("metric_band", mlops._ffi.metric_band("auc", [0.5, 0.6, 0.7], 3.0))):
            with self.subTest(name):
                kinds = [type(v).__name__ for v in (value if isinstance(value, tuple) else (value,))]
                self.assertEqual(told[name], kinds[0] if len(kinds) == 1 else f"Tuple[{', '.join(kinds)}]")

    def test_memory_does_not_grow(self):
        def resident():
            with open("/proc/self/statm", encoding="ascii") as file:
                return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

        def work():
            for _ in range(300):
                table = mlops.table({"a": list(range(500)), "s": ["text"] * 500})
                model = mlops.Model.parse(MODEL)
                model.predict(ROWS)
                table["s"]
                mlops.Reference(table).close()
        work()
        gc.collect()
        before = resident()
        for _ in range(3):
            work()
        gc.collect()
        self.assertLess(resident() - before, 8 << 20)

    def test_buffers_of_bytes(self):
        raw = MODEL.encode()
        for content in (raw, bytearray(raw), memoryview(raw), array.array("B", raw), MODEL):
            self.assertEqual(mlops.Model.parse(content).n_features, 3)
        with self.assertRaises(TypeError):
            mlops.Model.parse(3)


class Features(unittest.TestCase):
    DEFINITION = "a = standardise(impute(x, 'mean'))\ns = one_hot(s)\np = p\nn = n * 2"
    ROWS = [{"x": 1.5, "s": "b", "p": True, "n": 2 ** 60 + 1}, {"x": None, "s": None, "p": False, "n": None},
            {"x": 4.5, "s": "it's", "p": None, "n": -3}]

    def columns(self):
        return {name: [row[name] for row in self.ROWS] for name in self.ROWS[0]}

    def test_a_row_is_a_row_of_the_table(self):
        f = mlops.Feature.fit(self.DEFINITION, self.columns())
        self.assertEqual(f.input_names, ["x", "s", "p", "n"])
        self.assertEqual(f.output_names, ["a", "s=b", "s=it's", "p", "n"])
        matrix, table = f.matrix(self.columns()), f.apply(self.columns())
        self.assertEqual((len(matrix), table.names), (3, f.output_names))
        for i, row in enumerate(self.ROWS):
            for given in (row, list(row.values()), {**row, "more": 1}):
                self.assertEqual([repr(float(v)) for v in f.row(given)], [repr(float(v)) for v in matrix[i]])
        self.assertEqual([float(v) for v in f.row({"x": 3, "s": "zz", "p": True, "n": 1.0})][1:], [0, 0, 1, 2])

    def test_saved(self):
        f = mlops.Feature.fit(self.DEFINITION, self.columns())
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "f.json")
            f.write(path)
            g = mlops.Feature.load(path)
        self.assertEqual((g.id, g.definition, g.save()), (f.id, self.DEFINITION, f.save()))
        self.assertEqual(g.expression(1), "if(s = 'b', 1.0, 0.0)")

    def test_refused(self):
        f = mlops.Feature.fit(self.DEFINITION, self.columns())
        row = self.ROWS[0]
        for change, said in (({"s": 3}, "'s' is 3; the features were fitted to string"),
                             ({"p": 1}, "fitted to bool"), ({"x": "1"}, "fitted to float64"), ({"n": 1.5}, "not exact")):
            with self.assertRaisesRegex(mlops.SchemaError, said):
                f.row({**row, **change})
        with self.assertRaisesRegex(mlops.SchemaError, "the row has no 'n'"):
            f.row({"x": 1.0, "s": "b", "p": True})
        with self.assertRaisesRegex(mlops.InvalidError, "values has 1 value; the feature takes 4 inputs"):
            f.row([1.0])
        with self.assertRaises(TypeError):
            mlops._ffi.Feature.row(f, [1.0, 2, 3, 4])
        with self.assertRaises(mlops.NotFoundError) as caught:
            mlops.Feature.fit("a = x\nb = minmax(xx)", self.columns())
        self.assertEqual((caught.exception.line, caught.exception.column), (2, 12))

    @needs_pandas
    def test_frames(self):
        frame = pd.DataFrame(self.columns())
        f = mlops.Feature.fit("a = impute(x, 'median')\ns = one_hot(s)", frame)
        self.assertEqual(list(f.apply(frame)["a"]), [1.5, 3.0, 4.5])
        self.assertEqual(list(f.row({"x": np.float64("nan"), "s": pd.NA})), [3.0, 0, 0])
        self.assertEqual(list(f.row({"x": np.int64(2), "s": "b"})), [2.0, 1, 0])


class Datasets(unittest.TestCase):
    """Entries are files, texts and tables; ids are texts; parts and kinds of splits have names."""

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.store = mlops.Store.open(self.path("s.mlops"))
        self.addCleanup(self.store.close)
        self.change = mlops.Change(self.store, actor="ada")
        self.addCleanup(self.change.close)

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def commit(self, **opts):
        rows = {"n": list(range(40)), "s": ["Größe", None, "", "x,y"] * 10}
        with mlops.Draft(self.change, "d", message="why", metadata={"of": ["may", None]}, **opts) as draft:
            draft.add_table("t.csv", mlops.table(rows), target="s", row_id="n")
            draft.split("t.csv", kind="stratified", share=0.3, seed=-1)
            draft.add_bytes("deep/file", b"\0bytes")
            commit = draft.commit()
        self.change.commit()
        return commit

    def test_versions(self):
        commit = self.commit()
        self.assertEqual(mlops.dataset_resolve(self.store, "d"), commit)
        self.assertEqual(mlops.dataset_resolve(self.store, "d", commit[:8]), commit)
        told = json.loads(mlops.dataset_describe(self.store, "d"))
        self.assertEqual((told["commit"], told["metadata"]), (commit, {"of": ["may", None]}))
        held = mlops.dataset_table(self.store, "d", part="held_out")
        self.assertEqual((len(held), held["s"].count(None)), (12, 3))
        train = mlops.dataset_table(self.store, "d", path="t.csv", part=mlops.Part.TRAIN)
        self.assertEqual(sorted([*held["n"], *train["n"]]), list(range(40)))
        some = mlops.dataset_rows(self.store, "d", None, "t.csv", 3, 2, ["s", "n"])
        self.assertEqual((some.names, list(some["n"]), list(some["s"])), (["s", "n"], [3, 4], ["x,y", "Größe"]))
        self.assertEqual(list(self.store.data["d"].rows(38)["n"]), [38, 39])
        self.assertEqual(len(self.store.data["d"].rows(0, 0, columns="n")), 0)
        self.assertEqual(mlops.dataset_read(self.store, "d", None, "deep/file"), b"\0bytes")
        self.assertEqual(mlops.dataset_read_at(self.store, "d", None, "deep/file", 2, 3), b"yte")
        self.assertEqual(mlops.dataset_read_at(self.store, "d", None, "deep/file", 4, 99), b"es")
        self.assertEqual(mlops.dataset_reference(self.store, "d").n_rows, 40)
        with self.assertRaisesRegex(mlops.NotFoundError, 'did you mean "t.csv"'):
            mlops.dataset_table(self.store, "d", path="t.cvs")

    def test_refs(self):
        first = self.commit()
        mlops.dataset_tag(self.change, "d", "v1", None)
        mlops.dataset_branch(self.change, "d", "dev", "v1")
        self.change.commit()
        with mlops.Draft(self.change, "d", branch="dev") as draft:
            draft.remove("deep/file")
            draft.commit()
        self.change.commit()
        self.assertEqual(mlops.dataset_diff(self.store, "d", "main", "dev")["change"], ["removed"])
        self.assertEqual(mlops.dataset_log(self.store, "d", "dev", 9)["commit"][1], first)
        self.assertEqual(mlops.dataset_refs(self.store, "d")["name"], ["dev", "main", "v1"])
        with self.assertRaises(mlops.ExistsError):
            mlops.dataset_tag(self.change, "d", "v1", "dev")
        mlops.dataset_drop(self.change, "d", "dev")
        self.change.commit()
        self.assertEqual(list(mlops.dataset_list(self.store)["n_branches"]), [1])

    def test_conflict(self):
        self.commit()
        with mlops.Draft(self.change, "d") as draft, mlops.Change(self.store) as other:
            mlops.dataset_drop(other, "d", "main")
            draft.commit()
            other.commit()
            with self.assertRaises(mlops.ConflictError):
                self.change.commit()

    def test_checkout(self):
        self.commit()
        out = self.path("out")
        mlops.dataset_checkout(self.store, "d", None, out)
        again = mlops.Table.load(os.path.join(out, "t.csv"))
        self.assertEqual(again["s"], ["Größe", None, "", "x,y"] * 10)
        with open(os.path.join(out, "deep", "file"), "wb") as file:
            file.write(b"mine")
        with self.assertRaisesRegex(mlops.ExistsError, "deep/file"):
            mlops.dataset_checkout(self.store, "d", None, out)
        mlops.dataset_checkout(self.store, "d", None, out, force=True)


class Registry(unittest.TestCase):
    """Values are texts, tables and ids; what a gate refuses is an exception with a record behind it."""

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.store = mlops.Store.open(os.path.join(self.folder.name, "s.mlops"))
        self.addCleanup(self.store.close)
        self.model = mlops.Model.parse(MODEL)
        names = [self.model.feature_name(i) for i in range(self.model.n_features)]
        rows = {name: [(i * (k + 3)) % 17 - 8.0 for i in range(60)] for k, name in enumerate(names)}
        rows["y"] = [i % 3 == 0 for i in range(60)]
        self.change = mlops.Change(self.store, actor="ada")
        self.addCleanup(self.change.close)
        draft = mlops.Draft(self.change, "points")
        draft.add_table("p", mlops.table(rows), target="y")
        draft.split("p")
        self.commit = draft.commit()
        self.change.commit()

    def register(self, **opts):
        version = mlops.registry_register(self.change, "m", self.model, dataset="points", **opts)
        self.change.commit()
        return version

    def test_versions(self):
        self.assertEqual(self.register(metadata={"owner": "risk", "n": [1, None]}, description="Größe"), 1)
        self.assertEqual(self.register(), 2)
        told = json.loads(mlops.registry_describe(self.store, "m", "1"))
        self.assertEqual((told["metadata"], told["description"]), ({"owner": "risk", "n": [1, None]}, "Größe"))
        self.assertEqual((told["dataset"], told["commit"], told["signature"]["task"]), ("points", self.commit, "binary"))
        with mlops.registry_load(self.store, "m", "latest") as bundle:
            self.assertEqual((bundle.name, bundle.version), ("m", "2"))
        self.assertEqual(list(mlops.registry_versions(self.store, "m")["version"]), [1, 2])
        with self.assertRaisesRegex(mlops.NotFoundError, "no features"):
            mlops.registry_features(self.store, "m", "1")

    def test_gates(self):
        self.register()
        self.register()
        mlops.registry_promote(self.change, "m", "1", "champion")
        self.change.commit()
        with self.assertRaisesRegex(mlops.RefusedError, r"auc > champion.auc: false \(auc = "):
            mlops.registry_promote(self.change, "m", "2", "champion", gate="auc > champion.auc", note="better?")
        self.change.commit()
        decisions = mlops.registry_decisions(self.store, "m", "champion")
        self.assertEqual((decisions["verdict"], decisions["note"]), (["refused"], ["better?"]))
        with self.assertRaisesRegex(mlops.NotFoundError, 'did you mean "auc"'):
            mlops.registry_set_gate(self.change, "m", "champion", "acu > 0.5")
        metrics = mlops.registry_evaluate(self.store, "m", "champion")
        self.assertEqual(dict(zip(metrics["metric"], metrics["value"]))["rows"], 12)
        self.assertEqual(mlops.registry_alias_at(self.store, "m", "champion", 0), 1)

    def test_rollback(self):
        for which in ("1", "2"):
            self.register()
            mlops.registry_promote(self.change, "m", which, "champion")
        self.assertEqual(mlops.registry_rollback(self.change, "m", "champion", "slow"), 1)
        self.change.commit()
        history = mlops.registry_history(self.store, "m", "champion")
        self.assertEqual(history["action"], ["promote", "promote", "rollback"])
        self.assertEqual(history["note"], [None, None, "slow"])


def main(here):
    """Runs the tests of a module, or those that the command line names."""
    loader = unittest.defaultTestLoader
    chosen = loader.loadTestsFromNames(sys.argv[1:], here) if sys.argv[1:] else loader.loadTestsFromModule(here)
    tests = [test for group in chosen for test in (group if isinstance(group, unittest.TestSuite) else [group])]
    failed = 0
    print(f"1..{len(tests)}", flush=True)
    for number, test in enumerate(tests, 1):
        result = unittest.TestResult()
        test.run(result)
        name = f"{number} - {test.id().removeprefix('__main__.')}"
        if result.skipped:
            print(f"ok {name} # SKIP {result.skipped[0][1]}")
            continue
        failed += not result.wasSuccessful()
        print(f"{'ok' if result.wasSuccessful() else 'not ok'} {name}", flush=True)
        for _, trace in result.errors + result.failures:
            print("\n".join("# " + line for line in trace.splitlines()))
    print(f"# {len(tests) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.modules[__name__]))
