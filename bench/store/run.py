#!/usr/bin/python3
"""The store: commits beside fdatasync, opening, verifying, repairing, readers beside a writer, and new content beside
SHA-256, zstd and writing, each in turns on one disk.

usage: run.py BUILD [--quick]

Works in BUILD/bench/store/work, so BUILD should be on the disk that is meant. The store of 1,000,000 commits has one
record of 120 bytes a commit, at keys in no order. A power cut is simulated by a stamp of another boot: what the index
held is not looked at then, and opening makes it anew of the journal, or of its snapshot and the journal behind it.
"""
import pathlib
import shutil
import statistics
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
import report  # noqa: E402

build, quick = pathlib.Path(sys.argv[1]), "--quick" in sys.argv
runs = 3 if quick else 7
programs, work = build / "bench/store", build / "bench/store/work"
N, CONTENT = 1_000_000, 64 << 20
big, copy = work / "big", work / "copy"
CPU = "the same by the time that the process used, which others' load tells less on"


def call(program, *args):
    """What a program prints: lists of numbers by their names."""
    found = {}
    out = subprocess.run([programs / program, *map(str, args)], capture_output=True, text=True, check=True).stdout
    for line in out.splitlines():
        name, value = line.split()
        found.setdefault(name, []).append(float(value))
    return found


def store(*args):
    return {name: values[0] for name, values in call("bench_store", *args).items()}


def fresh(name):
    shutil.rmtree(work / name, ignore_errors=True)
    return work / name


def settle():
    """Nobody else's writes are to be waited for."""
    subprocess.run(["sync"], check=True)


def commits_full():
    found = []
    for _ in range(runs):
        path = fresh("full")
        settle()
        found.append(store("full", path, 1000, work / "blocks"))
    for case, what in (("commit_small_full", "mean"), ("commit_small_full_p50", "p50"),
                       ("commit_small_full_p99", "p99")):
        mine, peer = ([f[f"{name}_{what}"] for f in found] for name in ("commit", "fdatasync"))
        setting = f"1,000 commits of one record of 120 bytes, in turns with the peer: {what} of a run"
        report.line("store", case, "latency", mine, "us", setting, "4 KiB overwrite + fdatasync", peer, "lower")
        if what != "p99":
            report.line("store", case, "ratio_to_fdatasync", [a / b for a, b in zip(mine, peer)], "x", setting)


def commits_relaxed():
    found = []
    for _ in range(runs):
        path = fresh("relaxed")
        settle()
        found.append(store("relaxed", path, 200_000))
    report.line("store", "commit_small_relaxed", "throughput", [f["rate"] for f in found], "commits/s",
                "200,000 commits of one record of 120 bytes at keys in no order, one thread")
    report.line("store", "commit_small_relaxed", "throughput_cpu", [f["rate_cpu"] for f in found], "commits/s", CPU)
    report.line("store", "commit_small_relaxed", "throughput_flushed", [f["rate_flushed"] for f in found], "commits/s",
                "the same, with the flush that makes them durable")


def cut_power(path):
    (path / "index/boot").write_text(f"open {'0' * 32}\n", encoding="utf-8")
    settle()


def forget_snapshot(path):
    for file in (path / "index").glob("snapshot*"):
        file.unlink()


def opening():
    found = {name: [] for name in ("open", "cut", "snapshot", "verify")}
    store("relaxed", fresh("big"), N)
    for _ in range(runs):
        found["open"].append(store("open", big))
        found["verify"].append(store("verify", big))
    for _ in range(3 if quick else 5):
        forget_snapshot(big)
        cut_power(big)
        found["cut"].append(store("open", big))
    store("service", big)
    store("relaxed", big, 10_000)
    for _ in range(runs):
        cut_power(big)
        found["snapshot"].append(store("open", big))
    for case, what, metric, unit, scale, setting in (
            ("open_1m_records", "open", "time", "ms", 1, "closed clean; files in memory"),
            ("journal_verify", "verify", "throughput", "Mrecords/s", 1, "1M commits of one record"),
            ("open_after_cut", "cut", "time", "s", 1e-3, "1M commits, no snapshot; files in memory"),
            ("open_after_cut_snapshot", "snapshot", "time", "s", 1e-3,
             "1.01M commits, 10,000 behind the snapshot; files in memory")):
        name = "verify" if what == "verify" else "open"
        for end, text in (("", setting), ("_cpu", CPU)):
            report.line("store", case, metric + end, [scale * f[name + end] for f in found[what]], unit, text)


def damage(path):
    """One byte in the middle of the journal: all behind it is linked anew."""
    segments = sorted((path / "journal").iterdir())
    with open(segments[len(segments) // 2], "r+b") as file:
        file.seek(5_000_000)
        byte = file.read(1)
        file.seek(5_000_000)
        file.write(bytes([byte[0] ^ 1]))


def repairs():
    n, damaged, sound = 1e-6 * (N + 10_000), [], []
    for _ in range(3):
        shutil.copytree(big, fresh("copy"))
        damage(copy)
        settle()
        damaged.append(store("repair", copy))
        assert damaged[-1]["lost"] == 1
        settle()
        sound.append(store("repair", copy))
    for case, found, setting in (("repair", damaged, "1.01M commits, one damaged in the middle; a new journal and index"),
                                 ("repair_index", sound, "1.01M commits, a sound journal; a new index")):
        for end, text in (("", setting), ("_cpu", CPU)):
            report.line("store", case, "throughput" + end, [n / f["repair" + end] for f in found], "Mrecords/s", text)
    fresh("copy")


def readers():
    for sync in ("full", "relaxed"):
        found = [{k: v[0] for k, v in call("bench_readers", big, 50_000, sync).items()} for _ in range(runs)]
        commits = statistics.median(f["commits"] for f in found)
        for what in ("p50", "p99"):
            report.line("store", f"reader_beside_{sync}", what, [f[f"busy_{what}"] for f in found], "us",
                        f"50,000 reads of one record of 1M, {commits:.0f} commits of another process meanwhile",
                        "the same without the writer", [f[f"alone_{what}"] for f in found], "lower")


def ingest():
    for case, sync in (("ingest_new", "relaxed"), ("ingest_new_synced", "full")):
        mine, peer = [], []
        for _ in range(runs):
            path = fresh("content")
            settle()
            found = call("bench_ingest", path, CONTENT, work / "packed", sync)
            mine += found["ingest"]
            peer += found["peer"]
        setting = "64 MiB of rows as text, one piece of content and its commit"
        setting += ", durable on both sides" if sync == "full" else ", not synced on either side"
        report.line("store", case, "throughput", [1e-6 * CONTENT / v for v in mine], "MB/s", setting,
                    "SHA-256 + zstd -1 + write", [1e-6 * CONTENT / v for v in peer])
        report.line("store", case, "ratio_to_sha256_zstd1_write", [a / b for a, b in zip(mine, peer)], "x", setting)


work.mkdir(parents=True, exist_ok=True)
for part in (commits_full, commits_relaxed, ingest, opening, readers, repairs):
    part()
shutil.rmtree(work)
