#!/usr/bin/python3
"""Versions of a dataset: what each adds to a store, and how long it takes.

usage: run.py BUILD [--quick]

One CSV of 11 million rows, 633 MB (a tenth of it with --quick), in versions: v2 has half a percent of its rows changed
together, as many inserted and one percent appended; v3 one percent of all rows changed in one column, wherever they
stand; two more in the place of v3 have a million cells changed, or values of other widths; then 100 times one percent
of the rows of a table of 250,000, each version beside the one before. Beside them, in the same run, `zstd -3
--patch-from`, which needs both versions whole. The store is in BUILD/bench/dataset/work, sync relaxed with one flush at
the end of each version. One row of an old version is read by who opens the store for it, and the cells that differ
between two versions are listed, nine times. Then a collection of garbage in a store of 17 million chunks, beside a
reader and a writer.
"""
import os
import pathlib
import random
import resource
import shutil
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
sys.path.insert(0, str(pathlib.Path(__file__).parent))
sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "bindings/python"))
build, quick = pathlib.Path(sys.argv[1]).resolve(), "--quick" in sys.argv
os.environ.setdefault("MLOPS_LIBRARY", str(build / "libmlops.so"))
import mlops  # noqa: E402
import report  # noqa: E402
from workload import clustered, first, scattered  # noqa: E402

work = build / "bench/dataset/work"
ROWS = 1_100_000 if quick else 11_000_000
SETTING = f"table of {ROWS} rows alone"

def commit(store, name, path):
    """Bytes that are added, seconds by the clock, seconds of the processor."""
    before, begun, used = store.stat().pack_bytes, time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF)
    with mlops.Change(store, actor="bench") as change, mlops.Draft(change, name) as draft:
        draft.add_file("table.csv", path)
        draft.commit()
        change.commit()
    store.flush()
    after, ended = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    cpu = after.ru_utime + after.ru_stime - used.ru_utime - used.ru_stime
    return store.stat().pack_bytes - before, ended - begun, cpu


def patch(old, new):
    """What zstd makes of both, where it is installed."""
    if not shutil.which("zstd"):
        return None
    out = work / "patch.zst"
    subprocess.run(["zstd", "-3", "-q", "-f", "--long=31", f"--patch-from={old}", new, "-o", out], check=True)
    return [out.stat().st_size / 1e6]


def tell(case, added, peer=None):
    n, wall, cpu = added
    name = "zstd -3 --patch-from" if peer else None
    report.line("dataset", case, "added", [n / 1e6], "MB", SETTING, name, peer, "lower")
    report.line("dataset", case, "time", [wall], "s", SETTING, better="lower")
    report.line("dataset", case, "cpu", [cpu], "s", SETTING, better="lower")


def versions():
    files = {name: work / f"{name}.csv" for name in ("v1", "v2", "v3", "million", "widths")}
    first(files["v1"], ROWS)
    clustered(files["v1"], files["v2"], ROWS)
    scattered(files["v2"], files["v3"], .01)
    scattered(files["v2"], files["million"], 1 / 11)
    scattered(files["v2"], files["widths"], .01, widths=True)
    with mlops.Store.open(work / "bench.mlops", sync="relaxed") as store:
        tell("table_v1", commit(store, "t", files["v1"]))
        tell("table_v2", commit(store, "t", files["v2"]), patch(files["v1"], files["v2"]))
        tell("table_v3", commit(store, "t", files["v3"]), patch(files["v2"], files["v3"]))
        for name, case in (("million", "v3_million_cells"), ("widths", "v3_changed_widths")):
            commit(store, name, files["v1"])
            commit(store, name, files["v2"])
            tell(case, commit(store, name, files[name]), patch(files["v2"], files[name]))


def history():
    """100 successive edits of a smaller table, scaled up to one of 11 million rows."""
    rows, r = 250_000, random.Random(4)
    first(work / "small.csv", rows)
    lines = (work / "small.csv").read_bytes().split(b"\n")
    with mlops.Store.open(work / "history.mlops", sync="relaxed") as store:
        for version in range(101):
            for i in r.sample(range(1, rows + 1), rows // 100) if version else ():
                cells = lines[i].split(b",")
                cells[6] = b"%.6f" % r.random()
                lines[i] = b",".join(cells)
            with mlops.Change(store) as change, mlops.Draft(change, "t") as draft:
                draft.add_bytes("table.csv", b"\n".join(lines))
                draft.commit()
                change.commit()
            if version == 0:
                begun = store.stat().pack_bytes
        added = (store.stat().pack_bytes - begun) * 11_000_000 / rows / 1e6
    report.line("dataset", "history_100_edits", "added", [added], "MB", f"{rows} rows, times 44 for 11 million",
                better="lower")
    found = one_row(work / "history.mlops")
    for which in ("p50", "p99", "max"):
        report.line("dataset", "history_100_edits", f"row_read_{which}", [found[f"open_{which}"] / 1000], "ms",
                    "60 bytes of a version, both drawn, 5000 times; the store is open", better="lower")


def one_row(store):
    out = subprocess.run([build / "bench/dataset/bench_row", store, "t", "5000"], capture_output=True, text=True,
                         check=True).stdout
    return {name: float(value) for name, value in map(str.split, out.splitlines())}


def rows():
    """Rows of versions of a table, and which cells differ."""
    files, path = [work / f"{name}.csv" for name in ("v1", "v2", "v3")], work / "rows.mlops"
    with mlops.Store.open(path, sync="relaxed") as store:
        for file in files:
            with mlops.Change(store) as change, mlops.Draft(change, "t") as draft:
                draft.add_csv("t.csv", file)
                draft.commit()
                change.commit()
        took = {"time": [], "cpu": []}
        for _ in range(3 if quick else 9):
            begun, used = time.perf_counter(), time.process_time()
            n = len(mlops.dataset_diff_rows(store, "t").cells())
            took["time"].append((time.perf_counter() - begun) * 1000)
            took["cpu"].append((time.process_time() - used) * 1000)
    for metric, values in took.items():
        report.line("dataset", f"row_diff_{round(ROWS / 1e5)}k_cells", metric, values, "ms",
                    f"{n} cells listed of {ROWS} rows, v2 to v3", better="lower")
    found = one_row(path)
    for which in ("p50", "p99"):
        report.line("dataset", "read_row_old_version", which, [found[f"once_{which}"]], "us",
                    f"a row by its number of one of three versions of {ROWS} rows, with opening and closing the store",
                    better="lower")


def chunks():
    for level in ("scalar", "avx2", "avx512", "neon"):
        out = subprocess.run([build / "bench/dataset/bench_chunk", level, "3" if quick else "9"], capture_output=True,
                             text=True)
        if out.returncode == 77:
            continue
        found = [line.split() for line in out.stdout.splitlines()]
        report.line("dataset", f"chunk_xxh3_{level}", "throughput", [float(v) for k, v in found if k == "xxh3"], "GB/s",
                    "256 MiB of noise, libxxhash of the system")


def collection():
    """Memory of all of a process that collects, reads and commits at once."""
    out = subprocess.run([build / "bench/dataset/bench_gc", work / "gc.mlops", "17000000"], capture_output=True,
                         text=True, check=True).stdout
    found = {name: float(value) for name, value in map(str.split, out.splitlines())}
    setting = f"{found['chunks']:.0f} of 17 million chunks named; {found['reads']:.0f} reads, " \
              f"{found['commits']:.0f} commits meanwhile"
    report.line("dataset", "gc_17m_chunks", "memory", [found["memory"]], "MB", setting, better="lower")
    report.line("dataset", "gc_17m_chunks", "time", [found["seconds"]], "s", setting, better="lower")
    for what in ("reads", "commits"):
        report.line("dataset", "gc_17m_chunks", f"{what}_p99", [found[f"{what}_p99"]], "us", setting, better="lower")
    shutil.rmtree(work / "gc.mlops")


shutil.rmtree(work, ignore_errors=True)
work.mkdir(parents=True)
chunks()
collection()
history()
versions()
rows()
shutil.rmtree(work)
