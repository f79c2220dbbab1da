#!/usr/bin/python3
"""CSV to columns, on one core, beside DuckDB and pandas.

usage: run_parse.py BUILD [--quick]

Five files of about 150 MB (a tenth with --quick), made of numpy's random numbers: `mixed` as a table of events is
(numbers, dates in seconds, three million users, countries), `floats` of ten columns with six digits behind the point,
`quoted` with names in quotes that hold the delimiter, `inches` with quotes in fields that are not quoted, in each row,
and `inches_some` in one of ten. A figure is bytes of the file by seconds of the processor, best
of the runs in turn; files are in the page cache. DuckDB reads into a table in memory with one thread, from
BUILD/duckdb, where scripts/duckdb.sh puts its library.
"""
import os
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "bindings/python"))
build, quick = pathlib.Path(sys.argv[1]).resolve(), "--quick" in sys.argv
os.environ.setdefault("MLOPS_LIBRARY", str(build / "libmlops.so"))
import duckdb  # noqa: E402
import mlops  # noqa: E402
import numpy  # noqa: E402
import report  # noqa: E402

work = build / "bench/dataset/parse"
ROWS, RUNS = (250_000, 3) if quick else (2_500_000, 5)
COUNTRIES = numpy.array("DE US IN BR FR CN GB NG MX ID PK JP TR IT ES KE PL CA AU ZA".split())
DEVICES = numpy.array("web android ios tv api".split())


def columns(r, n):
    x = r.random(n)
    return {"id": numpy.char.mod("%d", 2 * numpy.arange(n)),
            "ts": numpy.char.mod("%d", 1_700_000_000 + numpy.arange(n) // 3),
            "user": numpy.char.mod("u%07d", (x * x * 3_000_000).astype(int)),
            "country": COUNTRIES[(20 * r.random(n) ** 2).astype(int)],
            "device": DEVICES[(5 * r.random(n)).astype(int)],
            "amount": numpy.char.mod("%.2f", numpy.exp(3 + 2 * r.random(n))),
            "score": numpy.char.mod("%.6f", r.random(n)),
            "label": numpy.char.mod("%d", r.random(n) < .08),
            "bucket": numpy.char.mod("%d", (r.random(n) * 1000).astype(int))}


def write(path, named):
    with open(path, "w", encoding="ascii") as out:
        out.write(",".join(named) + "\n")
        out.writelines(",".join(row) + "\n" for row in zip(*(c.tolist() for c in named.values())))


def files():
    r = numpy.random.default_rng(1)
    mixed = columns(r, ROWS)
    write(work / "mixed.csv", mixed)
    write(work / "floats.csv", {f"f{i}": numpy.char.mod("%.6f", r.normal(size=ROWS // 2)) for i in range(10)})
    names = numpy.char.mod('"name %d, the elder"', (r.random(ROWS) * 5000).astype(int))
    write(work / "quoted.csv", {"id": mixed["id"], "name": names, "city": mixed["country"], "amount": mixed["amount"]})
    sizes = numpy.char.mod('%d"', (r.random(ROWS) * 50).astype(int))
    plain = numpy.char.rstrip(sizes, '"')
    write(work / "inches.csv", {"id": mixed["id"], "width": sizes, "height": sizes[::-1], "city": mixed["country"]})
    some = numpy.where(numpy.arange(ROWS) % 10 == 0, sizes, plain)
    write(work / "inches_some.csv", {"id": mixed["id"], "width": some, "height": some, "city": mixed["country"]})


def peers():
    readers, base = {}, duckdb.find(build)
    if base:
        readers["DuckDB, one thread"] = lambda path: base.query(
            f"CREATE OR REPLACE TABLE t AS SELECT * FROM read_csv('{path}')")
    try:
        import pandas
        readers[f"pandas {pandas.__version__}"] = pandas.read_csv
    except ImportError:
        print("pandas is not installed: left out", file=sys.stderr)
    return readers


def measure(readers, path):
    """GB/s of every reader, in turn, so that they meet the same neighbours."""
    rates = {name: [] for name in readers}
    for _ in range(RUNS):
        for name, read in readers.items():
            begun = time.process_time()
            table = read(str(path))
            rates[name].append(path.stat().st_size / 1e9 / (time.process_time() - begun))
            del table
    return rates


work.mkdir(parents=True, exist_ok=True)
files()
readers = {"mlops": mlops.Table.load, **peers()}
for case in ("mixed", "floats", "quoted", "inches", "inches_some"):
    rates = measure(readers, work / f"{case}.csv")
    for peer in list(rates)[1:] or [None]:
        report.line("dataset", f"csv_parse_{case}" if case != "mixed" else "csv_parse", "throughput", rates["mlops"],
                    "GB/s", f"{case}.csv, {ROWS if case != 'floats' else ROWS // 2} rows, one core, CPU time", peer,
                    rates.get(peer))
for path in work.iterdir():
    path.unlink()
