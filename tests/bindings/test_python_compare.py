#!/usr/bin/python3
"""mlops.compare() on whatever Python holds, at once and in passes; and on real tables, beside the checkout in ../shared,
where drift is known to be and where there is none. usage: test_python_compare.py [TEST...]. Prints TAP."""
import math
import os
import pathlib
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve()
try:
    import mlops
except ImportError as missing:
    print(f"1..0 # SKIP {missing}")
    sys.exit(0)

from test_python import main, needs_numpy, needs_pandas, np, pd

try:
    from scipy.stats import ks_2samp
except ImportError:
    ks_2samp = None

DATA = HERE.parents[2] / "examples/data"
TRAIN, LIVE = str(DATA / "train.csv"), str(DATA / "live.csv")
REAL = HERE.parents[3] / "shared/data"
needs_real = unittest.skipUnless(REAL.exists() and pd is not None and ks_2samp is not None,
                                 f"{REAL}, pandas or SciPy is not there")
YES, NO, UNTOLD = mlops.DriftVerdict.YES, mlops.DriftVerdict.NO, mlops.DriftVerdict.NOT_ENOUGH_DATA


class Again:
    """A producer that has its rows as often as it is asked; with once, like a reader of a socket, only once."""

    def __init__(self, table, once=False):
        self.table, self.once, self.asked = mlops.table(table), once, 0

    def __arrow_c_stream__(self, requested_schema=None):
        self.asked += 1
        if self.once and self.asked > 1:
            raise RuntimeError("the stream was read")
        return self.table.__arrow_c_stream__()


class Compare(unittest.TestCase):
    def same(self, want, got):
        self.assertEqual(want.json(), got.json())

    def frame(self, shift, n=2000, seed=1):
        r = np.random.default_rng(seed + (shift > 0))
        return pd.DataFrame({
            "float": r.normal(shift, 1, n), "float32": r.normal(0, 1, n).astype("f4"), "int": r.integers(0, 50, n),
            "small": r.integers(0, 9, n).astype("u1"), "bool": r.random(n) < 0.3,
            "Int64": pd.array([None if i % 7 == 0 else i for i in range(n)], dtype="Int64"),
            "boolean": pd.array([None if i % 5 == 0 else i % 2 == 0 for i in range(n)], dtype="boolean"),
            "Float64": pd.array([None if i % 3 == 0 else i / 2 for i in range(n)], dtype="Float64"),
            "category": pd.Categorical([f"c{v}" for v in r.integers(0, 4, n)]),
            "when": pd.date_range("2020", periods=n, freq="h"), "zone": pd.date_range("2020", periods=n, freq="h", tz="UTC"),
            "string": pd.array([None if i % 9 == 0 else f"s{i % 11}" for i in range(n)], dtype="string"),
            "object": [None if i % 4 == 0 else f"o{i % 11}" for i in range(n)]})

    @needs_numpy
    @needs_pandas
    def test_frames_of_every_type_in_passes(self):
        a, b = self.frame(0), self.frame(0.5)
        whole, seen, asked = mlops.compare(a, b), [], []
        self.assertEqual([c.name for c in whole if c.verdict == YES], ["float"])
        self.assertEqual(whole["Int64"].nulls_reference, 286 / 2000)
        self.same(whole, mlops.compare(a, b, memory_max=2 ** 30))
        self.same(whole, mlops.compare(a, b, memory_max=200_000, progress=lambda done, total: seen.append((done, total))))
        self.assertEqual((seen[0], seen[-1]), ((0, 13), (13, 13)))
        self.assertEqual(seen, sorted(seen))

        def part(columns):
            asked.append(columns)
            return b if columns is None else b[columns]
        self.same(whole, mlops.compare(a, part, memory_max=200_000))
        self.assertIsNone(asked[0])
        self.assertGreater(len(asked), 3)  # more than one pass, each for its columns
        self.assertLess(len(asked[-1]), 13)
        self.same(mlops.compare(a, b, preset="evidently"), mlops.compare(a, part, preset="evidently"))

    @needs_numpy
    @needs_pandas
    def test_named_index_in_passes(self):
        a, b = (self.frame(s)[["float", "int"]].set_index("int") for s in (0, 0.5))
        self.same(mlops.compare(a, b), mlops.compare(a, b, memory_max=150_000))

    @needs_numpy
    def test_arrays(self):
        r = np.random.default_rng(2)
        x, y = r.normal(size=(3000, 2)), r.normal(0.4, 1, size=(3000, 2))
        by_matrix = mlops.compare(x, y)
        self.assertEqual([c.name for c in by_matrix if c.verdict == YES], ["c0", "c1"])
        self.same(by_matrix, mlops.compare(x, y, memory_max=2 ** 20))
        one = mlops.compare(x[:, 0], y[:, 0])
        self.assertEqual(one["x"].ks, by_matrix["c0"].ks)
        self.same(one, mlops.compare(list(x[:, 0]), y[:, 0].tolist()))
        rows = np.zeros(3000, dtype=[("a", "f8"), ("b", "i4")])
        rows["a"], rows["b"] = x[:, 0], np.arange(3000)
        self.assertEqual(mlops.compare(rows, {"a": y[:, 0], "b": np.arange(3000)})["a"].ks, one["x"].ks)
        self.same(mlops.compare(["a", "b"] * 100, ["a"] * 200), mlops.compare({"x": ["a", "b"] * 100}, {"x": ["a"] * 200}))

    def test_files(self):
        whole = mlops.compare(TRAIN, LIVE)
        self.same(whole, mlops.compare(pathlib.Path(TRAIN), LIVE, memory_max=2 ** 20))
        self.same(whole, mlops.compare(TRAIN, lambda columns: mlops.table(LIVE)))
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "semi.csv")
            pathlib.Path(path).write_text("a;b\n" + "".join(f"{i};{i % 7}\n" for i in range(500)))
            self.assertEqual(len(mlops.compare(path, path, csv={"delimiter": ";"})), 2)
            self.assertEqual(len(mlops.compare(path, path, csv={"delimiter": ";"}, memory_max=2 ** 21)), 2)
            kept = os.path.join(folder, "kept")
            with mlops.Reference.load(TRAIN) as reference:
                reference.save(kept)
                self.same(mlops.compare(reference, LIVE), mlops.compare(reference, LIVE, memory_max=2 ** 21))
                self.same(mlops.compare(reference, LIVE), mlops.compare(kept, LIVE, memory_max=2 ** 21))

    def test_streams(self):
        x = {f"v{k}": [math.sin(k + 7.0 * i) for i in range(4000)] for k in range(6)}
        y = {name: [v + 0.3 for v in values] for name, values in x.items()}
        whole, a, b = mlops.compare(x, y), Again(x), Again(y)
        self.same(whole, mlops.compare(a, b))
        self.assertEqual((a.asked, b.asked), (1, 1))
        self.same(whole, mlops.compare(a, b, memory_max=260_000))
        self.assertGreater(a.asked, 3)
        self.same(whole, mlops.compare(x, lambda columns: Again({name: y[name] for name in columns or y})))
        with self.assertRaisesRegex(RuntimeError, "was read"):
            mlops.compare(a, Again(y, once=True), memory_max=260_000)

    def test_stops(self):
        x = {f"v{k}": list(range(100)) for k in range(5)}
        for how in {}, {"memory_max": 2 ** 20}:
            with self.assertRaises(mlops.CancelledError):
                mlops.compare(x, x, progress=lambda done, total: done == 2 or bool(how), **how)
            with self.assertRaises(ZeroDivisionError):
                mlops.compare(x, x, progress=lambda done, total: done / 0, **how)
        with self.assertRaises(KeyError):
            mlops.compare(x, lambda columns: {}["nothing"])
        with self.assertRaisesRegex(mlops.LimitError, "'v0' takes [0-9]+ bytes.*; memory_max= is 200000"):
            mlops.compare({"v0": [0.5] * 50_000}, {"v0": [0.5] * 50_000}, memory_max=200_000)

    def test_wrong_input(self):
        good = {"a": [1, 2], "b": [1, 2]}
        for how in {}, {"memory_max": 2 ** 20}:
            for bad, error, text in ((None, TypeError, "current: None is no table"), (7, TypeError, "current: int is no"),
                                     ((v for v in (1, 2)), TypeError, "current: a generator gives its rows once"),
                                     ({"a": [1, "x"], "b": [1, 2]}, TypeError, "column 'a' holds int, str"),
                                     ({"a": [1], "b": [1, 2]}, ValueError, "column 'b' has 2 rows"),
                                     ({"b": [1]}, mlops.SchemaError, "'a'.* or name it in ignore=$"),
                                     ({"a": ["x", "y"], "b": [1, 2]}, mlops.SchemaError, "numeric in the reference and string")):
                with self.assertRaisesRegex(error, text):
                    mlops.compare(good, bad, **how)
        with self.assertRaisesRegex(TypeError, "reference: None"):
            mlops.compare(None, good)
        with self.assertRaisesRegex(TypeError, "memory_max is given twice"):
            mlops.compare(good, good, memory_max=5, call={"memory_max": 6})
        with self.assertRaisesRegex(TypeError, "csv: only the path"):
            mlops.compare(good, good, csv={"delimiter": ";"})


@needs_real
class RealTables(unittest.TestCase):
    """Oracles: SciPy's KS, and what the data's page says of it."""

    def setUp(self):
        self.reference = pd.read_csv(REAL / "california_reference.csv")
        self.production = pd.read_csv(REAL / "california_production.csv")
        self.features = [c for c in self.production.columns if c not in ("id", "timestamp")]

    def test_production_drifts_where_geography_moves(self):
        """Its rows follow geography: each month is another part of the state than the eight before."""
        months, found = self.production.groupby(self.production.timestamp.str[:7]), {}
        for month, rows in months:
            drift = mlops.compare(self.reference[self.features], rows[self.features])
            self.assertTrue(drift.drifted, month)
            for column in drift:
                ks = ks_2samp(self.reference[column.name], rows[column.name]).statistic
                self.assertAlmostEqual(column.ks, ks, 12)
                if ks <= 0.05:
                    self.assertNotEqual(column.verdict, YES, (month, column.name))
                if ks >= 0.16 and len(rows) > 600:
                    self.assertEqual(column.verdict, YES, (month, column.name, ks))
                if column.verdict == YES:
                    self.assertLessEqual(column.effect_low, ks)
                    self.assertGreater(column.effect_low, 0.05)
                found.setdefault(column.name, []).append(column.verdict)
        self.assertEqual(len(months), 12)
        for name in "Latitude", "Longitude":
            self.assertEqual(set(found[name]), {YES})
        self.assertLess(found["Population"].count(YES), 2)  # people live everywhere
        self.assertEqual({YES, NO, UNTOLD} & set(found["MedInc"]), {YES, NO, UNTOLD})  # comes and goes

    def test_halves_do_not_drift(self):
        """No false alarm in 100 reports of halves drawn by chance, where a report may alarm once in 100."""
        census, r = pd.read_csv(REAL / "adult.csv"), np.random.default_rng(3)
        for table, times in (self.reference[self.features], 60), (census, 40):
            for _ in range(times):
                order = r.permutation(len(table))
                half = len(table) // 2
                drift = mlops.compare(table.iloc[order[:half]], table.iloc[order[half:]])
                self.assertEqual(drift.n_drifted, 0)
                self.assertEqual({c.verdict for c in drift} - {NO}, set())  # and there are rows enough to say so

    def test_groups_of_the_census(self):
        """Who earns more is older, married, learned longer; and is from the same countries with the same weights."""
        census = pd.read_csv(REAL / "adult.csv")
        low, high = (rows.drop(columns="income") for _, rows in census.groupby("income"))
        drift = mlops.compare(low, high)
        changed = {c.name for c in drift if c.verdict == YES}
        self.assertLessEqual({"age", "education", "education_num", "marital", "relationship", "sex", "hr_per_week"}, changed)
        self.assertEqual(drift["fnlwgt"].verdict, NO)
        for name in "marital", "relationship", "sex":
            shares = [rows[name].value_counts(normalize=True) for rows in (low, high)]
            tv = shares[0].sub(shares[1], fill_value=0).abs().sum() / 2
            self.assertAlmostEqual(drift[name].effect, tv, 12)

    def test_whatever_the_form(self):
        """The same verdicts from files, streams and frames; in passes, at once, and with a kept reference."""
        paths = REAL / "california_reference.csv", REAL / "california_production.csv"
        ignore = ["id", "timestamp", "clf_target"]
        whole = mlops.compare(*paths, ignore=ignore)
        self.assertEqual({c.name for c in whole if c.verdict == YES} & {"Latitude", "Longitude"}, {"Latitude", "Longitude"})
        frames = [frame.drop(columns=ignore, errors="ignore") for frame in (self.reference, self.production)]
        self.assertEqual(mlops.compare(*frames).json(), whole.json())
        for size in 1_500_000, 2 ** 22:
            self.assertEqual(mlops.compare(*paths, ignore=ignore, memory_max=size).json(), whole.json())
        self.assertEqual(mlops.compare(frames[0], Again(frames[1]), memory_max=2 ** 19).json(), whole.json())
        with tempfile.TemporaryDirectory() as folder, mlops.Reference.load(paths[0], ignore=ignore) as reference:
            reference.save(os.path.join(folder, "kept"))
            kept = mlops.compare(reference, paths[1])
            again = mlops.compare(os.path.join(folder, "kept"), paths[1], memory_max=2 ** 22)
            self.assertEqual(again.json(), kept.json())
            for column in whole:  # what is lost only makes it more careful
                if kept[column.name].verdict == YES:
                    self.assertEqual(column.verdict, YES)
                self.assertLessEqual(kept[column.name].ks, column.ks + 1e-12)


if __name__ == "__main__":
    sys.exit(main(sys.modules[__name__]))
