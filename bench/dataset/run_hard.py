#!/usr/bin/python3
"""Cases in which a store of versions gains little or nothing, as they are.

usage: run_hard.py BUILD [--quick]

A table of 1.1 million rows, 62 MB, and in its place the same rows in another order, the same without a column, and the
same compressed by gzip beside itself compressed with one row changed; and a million files of 100 bytes (a tenth with
--quick). Each is a commit that has the one before as its parent; `zstd -3 --patch-from` has both versions whole.
"""
import gzip
import pathlib
import random
import shutil
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
sys.path.insert(0, str(pathlib.Path(__file__).parent))
import report  # noqa: E402
import workload  # noqa: E402

build, quick = pathlib.Path(sys.argv[1]).resolve(), "--quick" in sys.argv
work = build / "bench/dataset/hard"
ROWS, FILES = 1_100_000, 100_000 if quick else 1_000_000
MLOPS = build / "bindings/cli/mlops"


def size(folder):
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file())


def add(store, folder):
    before, begun = size(store), time.perf_counter()
    subprocess.run([MLOPS, "data", "add", store, "d", folder], stdout=subprocess.DEVNULL, check=True)
    return (size(store) - before) / 1e6, time.perf_counter() - begun


def patch(old, new):
    if not shutil.which("zstd"):
        return None
    out = work / "patch.zst"
    subprocess.run(["zstd", "-3", "-q", "-f", "--long=31", f"--patch-from={old}", new, "-o", out], check=True)
    return [out.stat().st_size / 1e6]


def resorted(old, new):
    header, *rows = old.read_bytes().splitlines(keepends=True)
    new.write_bytes(header + b"".join(sorted(rows, key=lambda row: row.split(b",")[6])))


def narrower(old, new):
    with open(old, encoding="ascii") as lines, open(new, "w", encoding="ascii") as out:
        out.writelines(",".join(line.split(",")[:4] + line.split(",")[5:]) for line in lines)


def compressed(old, new):
    new.write_bytes(gzip.compress(old.read_bytes(), 6, mtime=0))


def tables():
    first, edited = work / "first.csv", work / "edited.csv"
    workload.first(first, ROWS)
    lines = first.read_bytes().splitlines(keepends=True)
    lines[random.Random(9).randrange(1, ROWS)] = b"1,1,u0000001,DE,web,1.00,0.000001,0,1\n"
    edited.write_bytes(b"".join(lines))
    for case, begin, then in (("resorted", None, lambda new: resorted(first, new)),
                              ("column_dropped", None, lambda new: narrower(first, new)),
                              ("compressed_again", lambda old: compressed(first, old), lambda new: compressed(edited, new))):
        folder, store, old = work / case, work / f"{case}.mlops", work / "old"
        folder.mkdir()
        subprocess.run([MLOPS, "init", store], stdout=subprocess.DEVNULL, check=True)
        table = folder / "table"
        begin(table) if begin else shutil.copyfile(first, table)
        shutil.copyfile(table, old)
        add(store, folder)
        then(table)
        added, seconds = add(store, folder)
        setting = f"table of {ROWS} rows, {old.stat().st_size / 1e6:.1f} MB, becomes {table.stat().st_size / 1e6:.1f} MB"
        report.line("dataset", case, "added", [added], "MB", setting, "zstd -3 --patch-from", patch(old, table), "lower")
        report.line("dataset", case, "time", [seconds], "s", setting, better="lower")


def tiny():
    folder, store, r = work / "tiny", work / "tiny.mlops", random.Random(10)
    for i in range(FILES):
        if i % 1000 == 0:
            (folder / f"{i // 1000:04d}").mkdir(parents=True)
        (folder / f"{i // 1000:04d}" / f"{i:07d}").write_bytes(r.randbytes(100))
    subprocess.run([MLOPS, "init", store], stdout=subprocess.DEVNULL, check=True)
    added, seconds = add(store, folder)
    again = add(store, folder)[1]
    setting = f"{FILES} files of 100 bytes that do not compress"
    report.line("dataset", "tiny_files", "stored", [added], "MB", setting, better="lower")
    report.line("dataset", "tiny_files", "time", [seconds], "s", setting, better="lower")
    report.line("dataset", "tiny_files", "noop", [again], "s", setting, better="lower")


shutil.rmtree(work, ignore_errors=True)
work.mkdir(parents=True)
tables()
tiny()
shutil.rmtree(work)
