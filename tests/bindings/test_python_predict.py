#!/usr/bin/python3
"""Predicting from Python: whatever rows come as, they predict what they predict plain. Needs NumPy; what else is not
installed is passed over.
"""
import gc
import math
import sys
import threading
import unittest

from test_python import main, mlops, np

if np is None:
    print("1..0 # SKIP NumPy is not installed")
    sys.exit(0)

TREE = ('{{"left_children":[1,-1,3,-1,-1],"right_children":[2,-1,4,-1,-1],"split_conditions":[{0},1.5,{1},-2,4],'
        '"split_indices":[1,0,{2},0,0],"default_left":[0,0,1,0,0],"tree_param":{{"num_nodes":"5"}}}}')
TREES = [TREE.format(i % 7 - 3.5, i % 5 - 1.25, i % 3) for i in range(60)]
MODEL = ('{"learner":{"feature_names":["a","b","c"],"gradient_booster":{"model":{"tree_info":[' + ",".join("0" * 60)
         + '],"trees":[' + ",".join(TREES) + ']},"name":"gbtree"},"learner_model_param":{"base_score":"0.5",'
         '"num_class":"0","num_feature":"3"},"objective":{"name":"binary:logistic"}},"version":[1,7,4]}')


def some_rows(n=200):
    rows = np.random.default_rng(5).normal(0, 3, (n, 3)).astype(np.float32)
    rows[::7, 1] = np.nan
    return rows


class Stream:
    """What Polars' frames and others offer, and nothing else."""

    def __init__(self, table):
        self.table = table

    def __arrow_c_stream__(self, requested_schema=None):
        return self.table.__arrow_c_stream__(requested_schema)


class Predicting(unittest.TestCase):
    def setUp(self):
        self.model = mlops.Model.parse(MODEL)
        self.rows = some_rows()
        self.wanted = mlops.Context(self.model).predict(self.rows)[:, 0]

    def same(self, values):
        np.testing.assert_array_equal(values, self.wanted)

    def test_one_row_after_another(self):
        for _ in range(2):  # the second time all of them are what takes few steps
            for kind in (np.float32, np.float64):
                rows = self.rows.astype(kind)
                self.same([self.model.predict(rows[i:i + 1])[0] for i in range(len(rows))])
        self.assertEqual(self.model.predict(self.rows[:1]).shape, (1,))

    def test_a_row_that_is_not_plain(self):
        self.model.predict(self.rows[:1])
        fixed = self.rows[:1].copy()
        fixed.flags.writeable = False
        wide = np.repeat(self.rows, 2, axis=1)
        for row in (fixed, wide[:1, ::2], self.rows[:1].tolist(), self.rows[:1].astype(">f4"), self.rows[:1].T.copy().T):
            self.assertEqual(self.model.predict(row)[0], self.wanted[0])
        self.assertEqual(self.model.predict(self.rows[:1], output="margin").shape, (1,))
        self.assertEqual(self.model.predict(self.rows[:1], output="leaf").shape, (1, 60))
        with self.assertRaisesRegex(mlops.InvalidError, "rows has 2 columns; the model takes 3 features"):
            self.model.predict(self.rows[:1, :2])
        with self.assertRaisesRegex(TypeError, "not object"):
            self.model.predict(np.array([[1.0, None, 2.0]], dtype=object))
        self.model.close()
        with self.assertRaisesRegex(mlops.InvalidError, "closed"):
            self.model.predict(self.rows[:1])

    def test_threads(self):
        self.model.predict(self.rows[:1])
        wrong = []

        def predict(offset):
            for k in range(2000):
                i = (k + offset) % len(self.rows)
                if self.model.predict(self.rows[i:i + 1])[0] != self.wanted[i]:
                    wrong.append(i)
        threads = [threading.Thread(target=predict, args=(31 * k,)) for k in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(wrong, [])

    def test_frames(self):
        table = mlops.table({"c": self.rows[:, 2].astype(float), "more": ["x"] * 200, "a": self.rows[:, 0].astype(float),
                             "b": self.rows[:, 1].astype(float)})
        for rows in (table, Stream(table), {"a": self.rows[:, 0], "b": self.rows[:, 1], "c": self.rows[:, 2]}):
            self.same(self.model.predict(rows))
            self.same(self.model.bind(rows)())
        with self.assertRaisesRegex(mlops.SchemaError, 'no column "b".*feature 1'):
            self.model.predict({"a": [1.0], "c": [1.0]})
        with self.assertRaisesRegex(mlops.SchemaError, 'column "b" is a string'):
            self.model.predict({"a": [1.0], "b": ["x"], "c": [1.0]})

    def test_pandas(self):
        try:
            import pandas as pd
        except ImportError:
            self.skipTest("pandas is not installed")
        frame = pd.DataFrame(self.rows[:, ::-1], columns=["c", "b", "a"])
        self.same(self.model.predict(frame))
        self.same(self.model.predict(frame.astype("float64").assign(more="text")))
        self.same(self.model.predict(frame.astype("Float32")))
        mixed = frame.assign(b=[None if math.isnan(x) else x for x in frame["b"].astype(float)], a=frame["a"].astype(object))
        self.same(self.model.predict(mixed))
        with self.assertRaisesRegex(mlops.SchemaError, 'no column "c"'):
            self.model.predict(frame.drop(columns="c"))

    def test_polars(self):
        try:
            import polars as pl
        except ImportError:
            self.skipTest("Polars is not installed")
        self.same(self.model.predict(pl.DataFrame({n: self.rows[:, i] for i, n in enumerate("abc")})))

    def test_sparse(self):
        try:
            import scipy.sparse as sp
        except ImportError:
            self.skipTest("SciPy is not installed")
        here = ~np.isnan(self.rows)
        csr = sp.csr_matrix((self.rows[here], np.nonzero(here)), shape=self.rows.shape)
        wide = csr.astype(np.float64)
        wide.indices, wide.indptr = wide.indices.astype(np.int64), wide.indptr.astype(np.int64)
        for rows in (csr, csr.tocsc(), csr.tocoo(), csr.astype(np.float64), wide):
            self.same(self.model.predict(rows))
        plain = np.nan_to_num(self.rows, nan=0.0)
        np.testing.assert_array_equal(self.model.predict(csr, absent=0.0), self.model.predict(plain))
        shuffled = csr.copy()
        shuffled.indices, shuffled.data = shuffled.indices[::-1].copy(), shuffled.data[::-1].copy()
        shuffled.indptr = (shuffled.nnz - shuffled.indptr[::-1]).astype(np.int32)
        shuffled.has_canonical_format = shuffled.has_sorted_indices = False
        np.testing.assert_array_equal(self.model.predict(shuffled), self.wanted[::-1])
        with self.assertRaisesRegex(mlops.InvalidError, "rows has 2 columns; the model takes 3 features"):
            self.model.predict(csr[:, :2])

    def test_prefixes(self):
        prefix = self.model.predict(self.rows, output="prefix")
        self.assertEqual(prefix.shape, (200, 60))
        np.testing.assert_array_equal(prefix[:, -1], self.model.predict(self.rows, output="margin"))


class Binding(unittest.TestCase):
    def setUp(self):
        self.model = mlops.Model.parse(MODEL)
        self.rows = some_rows()
        self.wanted = mlops.Context(self.model).predict(self.rows)[:, 0]

    def test_a_buffer_that_changes(self):
        for kind in (np.float32, np.float64):
            row, out = np.zeros((1, 3), kind), np.zeros(1)
            bound = self.model.bind(row, out)
            for i in range(len(self.rows)):
                row[0] = self.rows[i]
                self.assertIs(bound(), out)
                self.assertEqual(out[0], self.wanted[i])

    def test_strides(self):
        wide = np.zeros((400, 9), np.float32)
        wide[::2, 1:7:2] = self.rows
        for rows in (wide[::2, 1:7:2], np.asfortranarray(self.rows), self.rows[::-1].copy()[::-1]):
            np.testing.assert_array_equal(self.model.bind(rows)(), self.wanted)

    def test_it_keeps_what_it_reads(self):
        bound = self.model.bind(self.rows.copy(), output="margin")
        table = self.model.bind(mlops.table({"a": [1.0], "b": [2.0], "c": [3.0]}))
        self.model.close()
        del self.model
        gc.collect()
        np.testing.assert_allclose(1 / (1 + np.exp(-bound())), self.wanted, atol=1e-6)
        self.assertEqual(table().shape, (1,))

    def test_an_executor(self):
        many = np.concatenate([self.rows] * 30)
        context = mlops.Context(self.model, executor=mlops.Pool(2).executor)
        gc.collect()  # the pool lives as long as the context
        np.testing.assert_array_equal(context.predict(many)[:, 0], np.concatenate([self.wanted] * 30))

    def test_what_cannot_be_bound(self):
        for rows, message in ((np.zeros((2, 3), int), "must be float32 or float64, not int64"),
                              (self.rows.tolist(), "not list"), (np.array([["x"] * 3]), "not <U1")):
            with self.assertRaisesRegex(TypeError, message):
                self.model.bind(rows)
        with self.assertRaisesRegex(ValueError, "2 dimensions, not 1"):
            self.model.bind(self.rows[0])
        with self.assertRaisesRegex(mlops.InvalidError, "rows has 2 columns"):
            self.model.bind(self.rows[:, :2])
        for out, kind in ((np.zeros(200, np.float32), TypeError), (np.zeros(400)[::2], TypeError), (np.zeros(7), ValueError)):
            with self.assertRaisesRegex(kind, "out"):
                self.model.bind(self.rows, out)


class Slots(unittest.TestCase):
    def test_versions(self):
        slot = mlops.Slot(mlops.Model.parse(MODEL))
        first = slot.acquire()
        slot.publish(mlops.Model.parse(MODEL.replace('"0.5"', '"0.75"')))
        rows = some_rows(5)
        self.assertFalse((first.predict(rows, "margin") == slot.acquire().predict(rows, "margin")).any())
        slot.close()
        self.assertEqual(len(first.predict(rows)), 5)


if __name__ == "__main__":
    sys.exit(main(sys.modules[__name__]))
