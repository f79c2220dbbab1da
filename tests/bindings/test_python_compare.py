#!/usr/bin/python3
"""mlops.compare() on whatever Python holds, at once and in passes; and on real tables, beside the checkout in ../shared,
where drift is known to be and where there is none. usage: test_python_compare.py [TEST...]. Prints TAP."""
import collections
import concurrent.futures
import html
import math
import os
import pathlib
import re
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

    def test_references(self):
        x = {"v": [math.sin(7.0 * i) for i in range(4000)], "s": [f"order {i} came back far too late" for i in range(4000)],
             "y": list(range(4000))}
        with tempfile.TemporaryDirectory() as folder:
            def bytes_of(reference):
                reference.save(os.path.join(folder, "kept"))
                return pathlib.Path(folder, "kept").read_bytes()

            for opts in ({}, {"exact": True}, {"texts": True, "exact": True}, {"texts": True, "ignore": ["y"], "n_edges": 20}):
                want, again, told = bytes_of(mlops.Reference(mlops.table(x), **opts)), Again(x), []
                self.assertEqual(want, bytes_of(mlops.Reference(again, memory_max=2_000_000, **opts)))
                self.assertGreater(again.asked, 1)
                self.assertEqual(want, bytes_of(mlops.Reference(x, progress=lambda done, n: told.append((done, n)), **opts)))
                self.assertEqual(told[-1][0], told[-1][1])
                self.assertEqual(want, bytes_of(mlops.Reference(lambda columns: {name: x[name] for name in columns or x}, **opts)))
            path = os.path.join(folder, "rows.csv")
            mlops.table(x).write(path)
            self.assertEqual(bytes_of(mlops.Reference(path)), bytes_of(mlops.Reference(path, memory_max=2 ** 22)))
            pathlib.Path(path).write_text(pathlib.Path(path).read_text().replace(",", ";"))
            for opts in {}, {"memory_max": 2 ** 22}:
                self.assertEqual(mlops.Reference(path, csv={"delimiter": ";"}, **opts).n_columns, 3)
        with self.assertRaisesRegex(TypeError, "csv: only the path"):
            mlops.Reference(x, csv={"delimiter": ";"})
        with self.assertRaisesRegex(mlops.LimitError, "column 'v' takes .* memory_max"):
            mlops.Reference(x, memory_max=100_000)
        with self.assertRaisesRegex(mlops.InvalidError, "n_edges= is 2"):
            mlops.Reference(x, memory_max=2 ** 22, n_edges=2)
        with self.assertRaises(mlops.CancelledError):
            mlops.Reference(x, progress=lambda done, n: True)

    def test_texts(self):
        words = "the parcel came late and the screen was broken works well thanks for a quick answer".split()
        x = {"s": [" ".join(words[(i * 7 + k * (i % 5)) % 16] for k in range(6 + i % 9)) + f" {i}" for i in range(2000)]}
        y = {"s": [text.upper() for text in x["s"][:900]]}
        whole = mlops.compare(x, y)
        self.assertEqual(len(whole), 8)
        self.same(whole, mlops.compare(Again(x), Again(y), memory_max=500_000))
        kept = mlops.Reference(Again(x), memory_max=500_000, texts=True, exact=True)
        self.same(mlops.compare(kept, y), mlops.compare(kept, Again(y), memory_max=600_000))

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
            for answer in (1, "stop", [0], 0.2, 2 ** 40, {"a": 0}):
                with self.subTest(answer), self.assertRaises(mlops.CancelledError):
                    mlops.compare(x, x, progress=lambda done, total: answer, **how)
            for answer in (None, 0, "", [], 0.0, False):
                self.assertEqual(mlops.compare(x, x, progress=lambda done, total: answer, **how).n_columns, 5)
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


class Inputs(unittest.TestCase):
    """What a newcomer gives: each has a right answer, or is refused by name."""

    def columns(self, obj):
        table = mlops.table(obj)
        return {n: (table.type(i).name, table.n_nulls(i)) for i, n in enumerate(table.names)}

    def refused(self, error, text, reference, **opts):
        with self.assertRaisesRegex(error, text):
            mlops.compare(reference, {"x": [1.0]}, **opts)

    @needs_numpy
    def test_a_mask_of_two_dimensions_hides(self):
        values = np.ma.array([[1.0, 2.0], [3.0, 1e9]], mask=[[0, 0], [0, 1]])
        self.assertEqual(self.columns(values), {"c0": ("FLOAT64", 0), "c1": ("FLOAT64", 1)})
        self.assertEqual(mlops.table(values).to_dicts()[1], {"c0": 3.0, "c1": None})
        hidden = np.ma.array(np.c_[np.zeros(900), np.ones(900)], mask=np.c_[np.zeros(900), np.ones(900)])
        drift = mlops.compare(np.zeros((900, 2)), hidden)
        self.assertEqual([(c.verdict, c.test) for c in drift], [(NO, "ks"), (YES, "nulls")])

    @needs_numpy
    def test_matrices_keep_the_type_of_their_columns(self):
        for values, kind in ((np.array([[2 ** 63 - 1]]), "INT64"), (np.array([[True]]), "BOOL"),
                             (np.array([["a"]]), "STRING"), (np.array([["2020-01-01"]], "M8[D]"), "INT64"),
                             (np.array([[1.5]], "f2"), "FLOAT64"), (np.array([["a", 1]], object)[:, :1], "STRING")):
            self.assertEqual(self.columns(values), {"c0": (kind, 0)})
        self.assertEqual(mlops.table(np.array([[2 ** 63 - 1]]))["c0"][0], 2 ** 63 - 1)
        self.assertEqual(self.columns(np.array([[1, "a"], [2, None]], object)), {"c0": ("INT64", 0), "c1": ("STRING", 1)})

    def test_rows_of_a_cursor(self):
        rows = [(1, "a", None), (2, None, 1.5)]
        want = {"c0": ("INT64", 0), "c1": ("STRING", 1), "c2": ("FLOAT64", 1)}
        self.assertEqual(self.columns(rows), want)
        named = [collections.namedtuple("Row", "id name score")(*row) for row in rows]
        self.assertEqual(list(self.columns(named)), ["id", "name", "score"])
        self.refused(ValueError, "reference: row 1 has 1 value and row 0 has 3", [rows[0], (1,)])

    @needs_pandas
    def test_what_is_missing_among_others(self):
        nan = float("nan")
        for values, want in (([1, pd.NA], ("INT64", 1)), (["a", nan], ("STRING", 1)), ([True, nan], ("BOOL", 1)),
                             ([pd.NA, "a", None], ("STRING", 2)), ([pd.NA], ("NULL", 1)), ([1.0, nan], ("FLOAT64", 0)),
                             ([np.bool_(True), False, None], ("BOOL", 1)), ([pd.NaT, pd.Timestamp(0)], ("INT64", 1))):
            self.assertEqual(self.columns({"x": values})["x"], want, values)
        self.assertEqual(self.columns({"x": np.array([1, pd.NA], object)})["x"], ("INT64", 1))

    def test_names(self):
        self.refused(ValueError, r"reference: the name 'a\\x00b' has a NUL", {"a\0b": [1.0]})
        self.refused(mlops.InvalidError, "reference: the name of column 1 is no UTF-8", {"\ud800": [1.0]})

    def test_what_is_no_column(self):
        for values, told in ((3, "int"), (None, "None"), ("abc", "str"), (b"abc", "bytes"), ({"k": 1}, "dict"),
                             ({1, 2}, "set"), ((v for v in "a"), "generator")):
            self.refused(TypeError, f"reference: column 'x' is {told}, not a list or an array", {"x": values})
        self.refused(OverflowError, f"reference: column 'x', row 1: {2 ** 70} does not fit int64", {"x": [1, 2 ** 70]})
        self.refused(TypeError, "reference: column 'x' holds bytes", [b"a", b"b"])
        for sides in {1, 2}, {"a": 1}.values():
            self.refused(TypeError, f"reference: {type(sides).__name__} is no table", sides)

    @needs_numpy
    def test_what_numpy_holds_and_no_column(self):
        self.refused(ValueError, r"reference: column 'x', row 1: b'.xff' is no UTF-8", np.array([b"a", b"\xff"]))
        self.refused(mlops.UnsupportedError, "reference: column 'x', row 0: with this uint64",
                     np.array([2 ** 64 - 1], "u8"))
        self.refused(TypeError, "reference: column 'x' holds list, ndarray", {"x": [np.array([1, 2]), [1]]})
        self.refused(TypeError, "reference: column 'x' is ndarray, not a list", {"x": np.array(3.0)})

    def test_no_rows_tell_nothing(self):
        for side in [], (), range(0), {"x": []}:
            self.assertEqual(mlops.compare(side, side).overall, UNTOLD)
        self.assertEqual(mlops.compare(range(900), range(900, 1800))["x"].effect, 1)

    @needs_pandas
    def test_a_column_without_a_name_is_called_as_the_other(self):
        series, plain = pd.Series(np.arange(900.0), name="amount"), np.arange(900.0)
        for sides in (series, plain), (plain, series), (series, list(plain)):
            for how in {}, {"memory_max": 2 ** 22}:
                self.assertEqual([(c.name, c.verdict) for c in mlops.compare(*sides, **how)], [("amount", NO)])
        with self.assertRaisesRegex(mlops.SchemaError, "no column 'amount' .its only column is 'price'"):
            mlops.compare(series, series.rename("price"))

    def test_options_by_name(self):
        for opts, told in (({"alpha": "x"}, "alpha must be a number, not str"), ({"columns": 3}, "columns must be a list"),
                           ({"rows_min": 1.5}, "rows_min must be a whole number, not float")):
            self.refused(TypeError, told, {"x": [1.0]}, **opts)
        self.refused(mlops.InvalidError, "columns= is an empty list", {"x": [1.0]}, columns=[])
        self.assertEqual(len(mlops.compare({"x": [1.0]}, {"x": [1.0]}, ignore=[])), 1)

    @needs_pandas
    def test_a_reference_of_a_frame(self):
        frame = pd.DataFrame({"x": np.arange(900.0)})
        self.assertEqual(mlops.compare(mlops.Reference(frame, exact=True), frame).overall, NO)

    @needs_numpy
    def test_a_mask_hides_wherever_numbers_are_taken(self):
        hidden = np.ma.array([1.0, 1e9, 2.0], mask=[0, 1, 0])
        profile = mlops.Profile()
        profile.add(hidden)
        said = profile.summarize()
        self.assertEqual((said.n, said.n_nan, said.max), (3, 1, 2.0))
        self.assertEqual(mlops.stats_compare([1.0, 2.0], hidden).ks, 0)
        scores, labels = np.ma.array([0.1, 0.9, 0.8, 0.2], mask=[0, 1, 0, 0]), [0, 0, 1, 1]
        counts = mlops.Performance()
        counts.add(scores, labels)
        self.assertEqual(counts.metrics().auc, 1)
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "r")
            mlops.Reference({"a": list(range(100))}).save(path)
            monitor = mlops.Monitor(None, path, window_rows=50)
        monitor.add(np.ma.array(np.ones((60, 1), "f4"), mask=np.ones((60, 1))))
        self.assertEqual(monitor.drift()["a"].nulls_current, 1)
        with self.assertRaisesRegex(ValueError, "changes has values that are missing"):
            mlops.Detector.evaluate([5], np.ma.array([3], mask=[1]), 10)

    @needs_pandas
    def test_numbers_that_pandas_may_have_not(self):
        profile = mlops.Profile()
        profile.add(pd.array([1, None, 3], dtype="Int64"))
        profile.add(pd.Series([1.5, None], dtype="Float32"))
        profile.add(pd.Series([True, None], dtype="boolean"))
        said = profile.summarize()
        self.assertEqual((said.n, said.n_nan, said.min, said.max), (7, 3, 1.0, 3.0))

    @needs_pandas
    def test_rows_wherever_a_table_is_taken(self):
        frame = pd.DataFrame({"a": np.arange(100.0), "g": ["x", "y"] * 50})
        self.assertEqual(len(mlops.Drift.compare(frame, {"a": [1.0], "g": ["x"]})), 2)
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "r")
            mlops.Reference(frame).save(path)
            monitor = mlops.Monitor(None, path, window_rows=50)
        monitor.add_table(frame)
        self.assertEqual(monitor.n_windows, 2)
        with self.assertRaisesRegex(TypeError, "int is no table"):
            monitor.add_table(3)
        with self.assertRaisesRegex(TypeError, "current must be a Table, not Monitor"):
            mlops.Drift.compare(frame, monitor)

    def test_arguments_by_name(self):
        with self.assertRaisesRegex(TypeError, "q must be a number, not str"):
            mlops.Profile().quantile("x")
        with self.assertRaisesRegex(TypeError, "drift must be a dict of options, not int"):
            mlops.Monitor(None, TRAIN, drift=3)

    def test_verdicts_like_a_dict_and_a_list(self):
        drift = mlops.compare({"a": [1.0], "b": [2.0]}, {"a": [1.0], "b": [2.0]})
        self.assertTrue("a" in drift and "c" not in drift)
        self.assertEqual([c.name for c in drift[:]], ["a", "b"])

    def test_a_notebook_shows_the_report_in_a_frame(self):
        drift = mlops.compare({"<script>": [1.0]}, {"<script>": [2.0]})
        shown = drift._repr_html_()
        page = re.fullmatch(r'<iframe srcdoc="([^"<>]*)" sandbox style="[^"<>]*"></iframe>', shown)[1]
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "r.html")
            drift.save(path)
            self.assertEqual(html.unescape(page), pathlib.Path(path).read_text(encoding="utf-8"))
        drift.close()
        self.assertIsNone(drift._repr_html_())

    def test_the_end_of_a_name_in_either_case(self):
        drift = mlops.compare({"x": [1.0]}, {"x": [1.0]})
        with tempfile.TemporaryDirectory() as folder:
            for name, json in ("a.JSON", True), ("a.json", True), ("a.html", False), ("json", False), (".jso", False):
                drift.save(os.path.join(folder, name))
                text = pathlib.Path(folder, name).read_text(encoding="utf-8")
                self.assertEqual(text == drift.json(), json, name)

    def test_threads_compare_at_once(self):
        sides = {"x": list(range(2000)), "s": ["a", "b"] * 1000}, {"x": list(range(500, 2500)), "s": ["a"] * 2000}
        want = mlops.compare(*sides).json()
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            self.assertEqual({f.result() for f in [pool.submit(lambda: mlops.compare(*sides).json())
                                                   for _ in range(40)]}, {want})
        drift = mlops.compare(*sides)
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            self.assertEqual(set(pool.map(lambda _: drift.json(), range(40))), {want})


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
