#!/usr/bin/python3
"""Arrow from and to those who share no code with us: DuckDB's library, and GDAL's. usage: test_arrow.py. Prints TAP.
MLOPS_DUCKDB is the path of libduckdb.so, which scripts/duckdb.sh fetches; what is not there is skipped and says so."""
import ctypes as C
import ctypes.util
import datetime
import json
import math
import os
import sys
import tempfile
import unittest

try:
    import mlops
except ImportError as missing:
    print(f"1..0 # SKIP {missing}")
    sys.exit(0)

from mlops._ffi import ArrowArray, ArrowArrayStream, ArrowSchema
from test_python import main

DUCKDB = os.environ.get("MLOPS_DUCKDB", "")
DUCKDB = DUCKDB if os.path.exists(DUCKDB) else None
GDAL = ctypes.util.find_library("gdal")
capsule_new = C.PYFUNCTYPE(C.py_object, C.c_void_p, C.c_char_p, C.c_void_p)(("PyCapsule_New", C.pythonapi))
capsule_pointer = C.PYFUNCTYPE(C.c_void_p, C.py_object, C.c_char_p)(("PyCapsule_GetPointer", C.pythonapi))
DAY = 86400 * 10 ** 9


class Stream:
    """What a producer has as a struct, as Python objects give it."""

    def __init__(self, struct, owner=None):
        self.struct, self.owner = struct, owner

    def __arrow_c_stream__(self, requested_schema=None):
        return capsule_new(C.addressof(self.struct), b"arrow_array_stream", None)


class Arrays:
    """The same for a schema and one array."""

    def __init__(self, schema, array):
        self.schema, self.array = schema, array

    def __arrow_c_array__(self, requested_schema=None):
        return (capsule_new(C.addressof(self.schema), b"arrow_schema", None),
                capsule_new(C.addressof(self.array), b"arrow_array", None))


class Result(C.Structure):
    """duckdb_result."""
    _fields_ = [("counts", C.c_uint64 * 3), ("columns", C.c_void_p), ("error", C.c_void_p), ("inside", C.c_void_p)]


GET_SCHEMA = C.CFUNCTYPE(C.c_int, C.c_void_p, C.c_void_p)
GET_NEXT = C.CFUNCTYPE(C.c_int, C.c_void_p, C.c_void_p)
GET_ERROR = C.CFUNCTYPE(C.c_void_p, C.c_void_p)
RELEASE = C.CFUNCTYPE(None, C.c_void_p)


class Query:
    """What DuckDB answers, handed out as its own Arrow arrays, a chunk each."""

    def __init__(self, duck, text):
        self.c, self.result = duck.c, Result()
        if self.c.duckdb_query(duck.connection, text.encode(), C.byref(self.result)):
            self.c.duckdb_result_error.restype = C.c_char_p
            raise ValueError(self.c.duckdb_result_error(C.byref(self.result)).decode())
        self.options = C.c_void_p(self.c.duckdb_result_get_arrow_options(C.byref(self.result)))
        self.calls = GET_SCHEMA(self.get_schema), GET_NEXT(self.get_next), GET_ERROR(lambda s: None), RELEASE(self.release)

    def must(self, error):
        if error:
            raise ValueError(C.string_at(self.c.duckdb_error_data_message(C.c_void_p(error))).decode())

    def schema(self, out):
        n = self.c.duckdb_column_count(C.byref(self.result))
        types = (C.c_void_p * n)(*(self.c.duckdb_column_logical_type(C.byref(self.result), i) for i in range(n)))
        names = (C.c_char_p * n)(*(C.string_at(self.c.duckdb_column_name(C.byref(self.result), i)) for i in range(n)))
        self.must(self.c.duckdb_to_arrow_schema(self.options, types, names, n, C.c_void_p(out)))

    def next(self, out):
        chunk = self.c.duckdb_fetch_chunk(self.result)
        if not chunk:
            C.memset(out, 0, C.sizeof(ArrowArray))
            return
        self.must(self.c.duckdb_data_chunk_to_arrow(self.options, C.c_void_p(chunk), C.c_void_p(out)))
        self.c.duckdb_destroy_data_chunk(C.byref(C.c_void_p(chunk)))

    def get_schema(self, _, out):
        self.schema(out)
        return 0

    def get_next(self, _, out):
        self.next(out)
        return 0

    def release(self, stream):
        ArrowArrayStream.from_address(stream).release = type(ArrowArrayStream().release)()

    def stream(self):
        struct = ArrowArrayStream()
        for name, call in zip(("get_schema", "get_next", "get_last_error", "release"), self.calls):
            kind = type(getattr(struct, name))
            setattr(struct, name, C.cast(call, C.c_void_p).value if kind in (int, type(None)) else C.cast(call, kind))
        return Stream(struct, self)

    def arrays(self):
        schema, array = ArrowSchema(), ArrowArray()
        self.schema(C.addressof(schema))
        self.next(C.addressof(array))
        return Arrays(schema, array)


class DuckDB:
    def __init__(self):
        self.c = C.CDLL(DUCKDB)
        for name in ("result_get_arrow_options", "to_arrow_schema", "data_chunk_to_arrow", "fetch_chunk", "column_name",
                     "column_logical_type", "error_data_message", "column_count"):
            getattr(self.c, "duckdb_" + name).restype = C.c_uint64
        self.c.duckdb_fetch_chunk.argtypes = (Result,)
        self.database, self.connection = C.c_void_p(), C.c_void_p()
        assert self.c.duckdb_open(None, C.byref(self.database)) == 0
        assert self.c.duckdb_connect(self.database, C.byref(self.connection)) == 0

    def query(self, text):
        return Query(self, text)

    def close(self):
        self.c.duckdb_disconnect(C.byref(self.connection))
        self.c.duckdb_close(C.byref(self.database))

    def rows(self, text):
        """What a query answers, as texts."""
        self.c.duckdb_value_varchar.restype = C.c_void_p
        result = Result()
        if self.c.duckdb_query(self.connection, text.encode(), C.byref(result)):
            self.c.duckdb_result_error.restype = C.c_char_p
            raise ValueError(self.c.duckdb_result_error(C.byref(result)).decode())
        n, m = self.c.duckdb_row_count(C.byref(result)), self.c.duckdb_column_count(C.byref(result))
        out = []
        for row in range(n):
            texts = [self.c.duckdb_value_varchar(C.byref(result), C.c_uint64(i), C.c_uint64(row)) for i in range(m)]
            out.append(tuple(C.string_at(text).decode() if text else None for text in texts))
        self.c.duckdb_destroy_result(C.byref(result))
        return out

    def scan(self, name, table):
        """A view of what a table hands out as a stream; to be read once."""
        capsule = table.__arrow_c_stream__()
        pointer = capsule_pointer(capsule, b"arrow_array_stream")
        assert self.c.duckdb_arrow_scan(self.connection, name.encode(), C.c_void_p(pointer)) == 0
        return capsule


@unittest.skipUnless(DUCKDB, "DuckDB is not there: scripts/duckdb.sh fetches it")
class FromAndToDuckDB(unittest.TestCase):
    def setUp(self):
        self.duck = DuckDB()
        self.addCleanup(self.duck.close)

    def take(self, expression, n=5000):
        """x of n rows over i, null in every seventh, by stream and by array."""
        query = f"SELECT CASE WHEN i % 7 = 3 THEN NULL ELSE {expression} END AS x FROM range({n}) r(i)"
        whole, first = (mlops.table(made) for made in (self.duck.query(query).stream(), self.duck.query(query).arrays()))
        self.assertEqual((whole.n_rows, first.n_rows), (n, min(n, 2048)))
        values = whole.to_dicts()
        self.assertTrue(repr(values[:2048]) == repr(first.to_dicts()))
        self.assertEqual([v["x"] is None for v in values], [i % 7 == 3 for i in range(n)])
        return [(i, v["x"]) for i, v in enumerate(values) if i % 7 != 3]

    def test_numbers(self):
        for kind, low, high in (("TINYINT", -128, 127), ("SMALLINT", -2 ** 15, 2 ** 15 - 1), ("INTEGER", -2 ** 31, 2 ** 31 - 1),
                                ("BIGINT", -2 ** 63, 2 ** 63 - 1), ("UTINYINT", 0, 255), ("USMALLINT", 0, 2 ** 16 - 1),
                                ("UINTEGER", 0, 2 ** 32 - 1), ("UBIGINT", 0, 2 ** 63 - 1)):
            with self.subTest(kind):
                taken = self.take(f"CAST(CASE i % 3 WHEN 0 THEN {low} WHEN 1 THEN {high} ELSE i % 100 END AS {kind})")
                self.assertEqual([v for _, v in taken], [(low, high, i % 100)[i % 3] for i, _ in taken])
        self.assertEqual({v for _, v in self.take("CAST(i % 2 AS BOOLEAN)")}, {False, True})
        self.assertEqual([v for _, v in self.take("CAST(i AS DOUBLE) / 3")], [i / 3 for i, _ in self.take("i")])
        taken = self.take("CAST(i AS FLOAT) / 4")
        self.assertEqual([v for _, v in taken], [i / 4 for i, _ in taken])
        found = self.take("CASE i % 3 WHEN 0 THEN 'nan'::DOUBLE WHEN 1 THEN 'inf'::DOUBLE ELSE -0.0::DOUBLE END")
        for i, v in found:
            self.assertTrue((math.isnan(v), v == math.inf, v == 0 and math.copysign(1, v) < 0)[i % 3])

    def test_beyond_int64(self):
        def whole(expression):
            return mlops.table(self.duck.query(f"SELECT CAST({expression} AS UBIGINT) AS x FROM range(3) r(i)").stream())
        self.assertEqual(list(whole("18446744073709549568 - i * 4096")["x"]), [2.0 ** 64 - 2048 - i * 4096 for i in range(3)])
        with self.assertRaisesRegex(mlops.Error, "'x'"):
            whole("18446744073709551615 - i")

    def test_texts(self):
        for n in 1, 5000:
            taken = self.take("CASE i % 4 WHEN 0 THEN '' WHEN 1 THEN 'k\u00e4se \U0001f9c0 ' || i WHEN 2 THEN repeat('long ', 30) "
                              "ELSE 'x' END", n)
            due = ("", "k\u00e4se \U0001f9c0 {}", "long " * 30, "x")
            self.assertEqual([v for _, v in taken], [due[i % 4].format(i) for i, _ in taken])
        taken = self.take("(CASE i % 3 WHEN 0 THEN 'red' WHEN 1 THEN 'green' ELSE 'blue' END)::ENUM('blue', 'green', 'red', 'unseen')")
        self.assertEqual([v for _, v in taken], [("red", "green", "blue")[i % 3] for i, _ in taken])
        self.assertTrue(all(len(v) == 36 for _, v in self.take("CAST(md5(i::VARCHAR) AS UUID)")))

    def test_times(self):
        for kind in "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS", "TIMESTAMPTZ":
            taken = self.take(f"CAST(TIMESTAMP '1969-12-31 23:59:00' + INTERVAL 1 SECOND * i AS {kind})")
            with self.subTest(kind):
                self.assertEqual([v for _, v in taken], [(i - 60) * 10 ** 9 for i, _ in taken])
        taken = self.take("DATE '1969-12-01' + CAST(i AS INTEGER)")
        self.assertEqual([v for _, v in taken], [(i - 31) * DAY for i, _ in taken])

    def test_what_is_refused_by_name(self):
        for expression, name in {"1::HUGEINT": "decimal", "1::DECIMAL(10,2)": "decimal", "TIME '10:00:00'": "time of day",
                                 "INTERVAL 1 DAY": "interval", "BLOB 'a'": "binary", "'101'::BIT": "binary",
                                 "[1, 2]": "list", "[1, 2]::INTEGER[2]": "fixed list", "{'a': 1}": "struct",
                                 "MAP {'a': 1}": "map", "union_value(a := 1)": "union"}.items():
            for give in "stream", "arrays":
                with self.subTest(expression), self.assertRaisesRegex(mlops.UnsupportedError, f"column 'odd' is of type {name} "):
                    mlops.table(getattr(self.duck.query(f"SELECT 1 AS good, {expression} AS odd"), give)())

    def test_no_rows_and_no_values(self):
        empty = mlops.table(self.duck.query("SELECT i, i::VARCHAR AS s FROM range(10) r(i) WHERE i > 10").stream())
        self.assertEqual((empty.n_rows, empty.n_columns), (0, 2))
        nulls = mlops.table(self.duck.query("SELECT NULL AS x FROM range(3000)").stream())
        self.assertEqual(nulls.to_dicts(), [{"x": None}] * 3000)

    def test_given(self):
        n = 5000
        rows = [{"i": None if i % 5 == 1 else i - 2 ** 62, "f": None if i % 5 == 2 else i / 3, "b": None if i % 5 == 3 else i % 2 == 0,
                 "s": None if i % 5 == 4 else f"t\u00e4xt {i % 50}"} for i in range(n)]
        table = mlops.table({name: [row[name] for row in rows] for name in "ifbs"})
        kept = self.duck.scan("given", table)
        types = ("SELECT any_value(typeof(i)), any_value(typeof(f)), any_value(typeof(b)), count(*), count(i), count(f), count(b),"
                 " count(s), sum(i)::VARCHAR, sum(b::INTEGER)::VARCHAR, count(DISTINCT s) FROM given")
        counts = [sum(row[name] is not None for row in rows) for name in "ifbs"]
        self.assertEqual(self.duck.rows(types), [tuple(map(str, (
            "BIGINT", "DOUBLE", "BOOLEAN", n, *counts, sum(row["i"] or 0 for row in rows), sum(bool(row["b"]) for row in rows),
            40)))])
        del kept
        kept = self.duck.scan("again", table)
        back = mlops.table(self.duck.query("SELECT i, f, b, s::VARCHAR AS s FROM again").stream())
        self.assertEqual(back.to_dicts(), rows)
        del kept


@unittest.skipUnless(GDAL, "GDAL is not installed")
class FromGDAL(unittest.TestCase):
    TEXT = {"type": "FeatureCollection", "features": [
        {"type": "Feature", "geometry": {"type": "Point", "coordinates": [i, 1]},
         "properties": {"i": i, "big": i + 2 ** 40, "f": None if i % 3 == 0 else i / 4, "s": f"t\u00e4xt {i}", "flag": i % 2 == 0,
                        "day": f"2024-01-{i % 28 + 1:02d}", "at": f"2024-01-01T00:00:{i % 60:02d}Z", "l": [i, 2]}}
        for i in range(100)]}

    def setUp(self):
        self.g = C.CDLL(GDAL)
        self.g.GDALAllRegister()
        self.g.GDALOpenEx.restype = self.g.GDALDatasetGetLayer.restype = C.c_void_p
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def stream(self, file, text, *ignored):
        path = os.path.join(self.folder.name, file)
        with open(path, "w", encoding="utf-8") as out:
            out.write(text)
        data = C.c_void_p(self.g.GDALOpenEx(path.encode(), 4, None, (C.c_char_p * 2)(b"AUTODETECT_TYPE=YES", None)
                                            if file.endswith(".csv") else None, None))
        self.assertTrue(data.value)
        self.addCleanup(self.g.GDALClose, data)
        layer = C.c_void_p(self.g.GDALDatasetGetLayer(data, 0))
        names = (C.c_char_p * (len(ignored) + 1))(*(name.encode() for name in ignored), None)
        self.assertEqual(self.g.OGR_L_SetIgnoredFields(layer, names), 0)
        struct = ArrowArrayStream()
        options = (C.c_char_p * 3)(b"INCLUDE_FID=NO", b"MAX_FEATURES_IN_BATCH=30", None)
        self.assertTrue(self.g.OGR_L_GetArrowStream(layer, C.byref(struct), options))
        return Stream(struct)

    def test_what_it_gives(self):
        table = mlops.table(self.stream("a.geojson", json.dumps(self.TEXT), "OGR_GEOMETRY", "l"))
        self.assertEqual(table.n_rows, 100)
        for i, row in enumerate(table.to_dicts()):
            due = dict(self.TEXT["features"][i]["properties"])
            at = datetime.datetime(2024, 1, 1, 0, 0, i % 60, tzinfo=datetime.timezone.utc)
            due["day"] = (datetime.date(2024, 1, i % 28 + 1) - datetime.date(1970, 1, 1)).days * DAY
            due["at"] = int(at.timestamp()) * 10 ** 9
            del due["l"]
            self.assertEqual(row, due)

    def test_what_is_refused_by_name(self):
        with self.assertRaisesRegex(mlops.UnsupportedError, "column 'l' is of type list "):
            mlops.table(self.stream("a.geojson", json.dumps(self.TEXT), "OGR_GEOMETRY"))
        with self.assertRaisesRegex(mlops.UnsupportedError, "of type binary "):
            mlops.table(self.stream("b.geojson", json.dumps(self.TEXT), "l"))
        with self.assertRaisesRegex(mlops.UnsupportedError, "column 't' is of type time of day "):
            mlops.table(self.stream("t.csv", "t,x\n10:00:00,1\n11:00:00,2\n"))

    def test_csv_as_we_read_it(self):
        text = "id,x,name,when\n" + "".join(f"{i},{i / 8},n{i % 9},2024-02-{i % 28 + 1:02d}\n" for i in range(200))
        theirs, ours = mlops.table(self.stream("c.csv", text)), mlops.Table.parse(text)
        for name in "id", "x", "name":
            self.assertEqual(list(theirs[name]), list(ours[name]))
        self.assertEqual(int(theirs["when"][0]), 19754 * DAY)


if __name__ == "__main__":
    sys.exit(main(sys.modules[__name__]))
