#!/usr/bin/python3
"""A table of all types in a dataset, beside Parquet with zstd as DuckDB writes it.

usage: run_table.py BUILD [--quick]

A million rows (a tenth with --quick): int64 ids, random float64, float64 with two digits behind the point, twenty
countries, unique texts, bools, and three digits with a twentieth of nulls. Then 1 % of the cells of one column are other,
then 1 % of the rows are new. Time is that of the clock, best of the runs in turn (and the worst), one thread each; ours
includes the profile of the columns and the commit. DuckDB writes from a table in memory and reads into one, from
BUILD/duckdb, where scripts/duckdb.sh puts its library.
"""
import os
import pathlib
import shutil
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "bindings/python"))
build, quick = pathlib.Path(sys.argv[1]).resolve(), "--quick" in sys.argv
os.environ.setdefault("MLOPS_LIBRARY", str(build / "libmlops.so"))
import duckdb  # noqa: E402
import mlops  # noqa: E402
import numpy  # noqa: E402

work = build / "bench/dataset/table"
N, RUNS = (100_000, 3) if quick else (1_000_000, 3)
COUNTRIES = numpy.array("DE US IN BR FR CN GB NG MX ID PK JP TR IT ES KE PL CA AU ZA".split())


def rows(r, n, first):
    score = r.normal(size=n).round(3).astype(object)
    score[r.random(n) < .05] = None
    return {"id": first + 3 * numpy.arange(n), "x": r.random(n), "amount": numpy.exp(3 + 2 * r.random(n)).round(2),
            "country": COUNTRIES[(20 * r.random(n) ** 2).astype(int)].astype(object),
            "user": numpy.array([f"u{v:010x}" for v in r.integers(0, 2 ** 40, n)], dtype=object),
            "flag": r.random(n) < .3, "score": score}


def versions():
    r = numpy.random.default_rng(1)
    first = rows(r, N, 1000)
    edited = {**first, "amount": first["amount"].copy()}
    at = r.choice(N, N // 100, replace=False)
    edited["amount"][at] = (edited["amount"][at] * 1.1).round(2)
    new, where = rows(r, N // 100, 1001), numpy.sort(r.integers(0, N, N // 100))
    inserted = {k: numpy.insert(edited[k], where, new[k]) for k in edited}
    return {"first": first, "1 % edited": edited, "1 % inserted": inserted}


def clock(what):
    begun = time.perf_counter()
    out = what()
    return time.perf_counter() - begun, out


def packs(store):
    return sum(p.stat().st_size for p in (store / "packs").iterdir())


def commit(store, table):
    with store.change() as change:
        with mlops.Draft(change, "t") as draft:
            draft.add_table("t", table)
            draft.commit()


def main():
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    peer = duckdb.find(build)
    tables = {name: mlops.table(columns) for name, columns in versions().items()}
    tables["first"].write(str(work / "first.csv"))
    if peer:
        peer.query(f"CREATE TABLE t AS SELECT * FROM read_csv('{work}/first.csv')")
    took = {}
    for run in range(RUNS):
        path, before = work / f"{run}.mlops", 0
        store = mlops.open(str(path))
        for name, table in tables.items():
            seconds, _ = clock(lambda: commit(store, table))
            took.setdefault(f"mlops {name}: add", []).append(seconds)
            after = packs(path)
            took[f"mlops {name}: MB"] = [(after - before) / 1e6]
            before = after
            version = store.data["t"]
            seconds, back = clock(version.table)
            assert len(back) == len(table)
            took.setdefault(f"mlops {name}: read", []).append(seconds)
            seconds, back = clock(lambda: version.rows(N // 2, N // 2 + 1000, ["id", "x"]))
            took.setdefault(f"mlops {name}: 1,000 rows of 2 columns", []).append(seconds)
        store.close()
        if peer:
            parquet = f"{work}/{run}.parquet"
            seconds, _ = clock(lambda: peer.query(f"COPY t TO '{parquet}' (FORMAT parquet, COMPRESSION zstd)"))
            took.setdefault("Parquet: write", []).append(seconds)
            took["Parquet: MB"] = [os.path.getsize(parquet) / 1e6]
            seconds, _ = clock(lambda: peer.query(f"CREATE OR REPLACE TABLE u AS SELECT * FROM '{parquet}'"))
            took.setdefault("Parquet: read", []).append(seconds)
            seconds, _ = clock(lambda: peer.query(
                f"CREATE OR REPLACE TABLE u AS SELECT id, x FROM '{parquet}' LIMIT 1000 OFFSET {N // 2}"))
            took.setdefault("Parquet: 1,000 rows of 2 columns", []).append(seconds)
    for what, list_ in took.items():
        print(f"{what:45} {min(list_):9.4f}" + (f"  ({max(list_):.4f})" if len(list_) > 1 else ""))
    shutil.rmtree(work)


main()
