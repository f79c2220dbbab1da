#!/usr/bin/python3
"""Versions of a folder, beside the tools that keep such folders, in one run and in turns.

usage: run_folder.py BUILD [--quick]

1.03 GB: a CSV of 11 million rows, 168 MB of floats, 20,000 small files that do not compress (a tenth of each with
--quick). v2 has all three edited, inserted to and appended to, v3 one percent of the rows changed in one column. Then
nothing changes; then v1 is written out again, and compared with what it was. Each peer in the setting that suits it
best, without encryption where it has a choice. The page cache is warm. `cp -a` goes to the same disk.
"""
import os
import pathlib
import shutil
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
sys.path.insert(0, str(pathlib.Path(__file__).parent))
import report  # noqa: E402
import workload  # noqa: E402

build, quick = pathlib.Path(sys.argv[1]).resolve(), "--quick" in sys.argv
work = build / "bench/dataset/folder"
data, scale = work / "data", 10 if quick else 1
ROWS, FLOATS, FILES = 11_000_000 // scale, 42_000_000 // scale, 20_000 // scale
SETTING = f"folder of {ROWS} rows, {FLOATS} floats, {FILES} files"
MLOPS = build / "bindings/cli/mlops"
GIT = "export GIT_DIR=$S/.git GIT_WORK_TREE=$D; "
COMMIT = GIT + "git add -A && git -c user.name=b -c user.email=b@b commit -q --allow-empty -m $V && git tag $V"

# What is on the PATH, and how it begins, keeps $D as version $V in $S, and writes version $V to $O.
TOOLS = {
    "libmlops": (MLOPS, f"{MLOPS} init $S",
                 f"{MLOPS} data add $S d $D && {MLOPS} data tag $S d $V",
                 f"{MLOPS} data checkout $S d $O --ref $V"),
    "borg lz4": ("borg", "borg init -e none $S/b", "cd $D && borg create -C lz4 $S/b::$V .",
                 "mkdir -p $O && cd $O && borg extract $S/b::$V"),
    "restic": ("restic", "restic init -q -r $S/r", "cd $D && restic -q -r $S/r backup --tag $V .",
               "restic -q -r $S/r restore latest --tag $V --target $O"),
    "casync": ("casync", "true", "casync make --with=unix --store=$S/s.castr $S/$V.caidx $D",
               "mkdir -p $O && casync extract --with=unix --store=$S/s.castr $S/$V.caidx $O"),
    "git-lfs": ("git-lfs", GIT + "git init -q && git config gc.auto 0 && git lfs install --local && "
                "mkdir -p $S/.git/info && echo '* filter=lfs diff=lfs merge=lfs -text' >$S/.git/info/attributes", COMMIT,
                "export GIT_DIR=$S/.git GIT_WORK_TREE=$O GIT_INDEX_FILE=$S/out; mkdir -p $O && git read-tree $V && "
                "git checkout-index -a -f"),
    "cp -a": ("cp", "true", "cp -a $D $S/$V", "cp -a $S/$V $O"),
}
ENVIRONMENT = {"RESTIC_PASSWORD": "x", "BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK": "yes",
               "BORG_BASE_DIR": str(work / "borg"), "RESTIC_CACHE_DIR": str(work / "restic")}


def run(command, tool, version="v1", out=None):
    """Seconds by the clock and of the processor."""
    store = work / "stores" / tool.replace(" ", "-")
    store.mkdir(parents=True, exist_ok=True)
    env = os.environ | ENVIRONMENT | {"S": str(store / "s" if tool == "libmlops" else store), "D": str(data), "V": version,
                                      "O": str(out or "")}
    os.sync()  # nobody waits for what the one before left to be written, or for what was dropped meanwhile
    subprocess.run(["sh", "-ec", "find $D $S -type f -print0 | xargs -0 cat"], env=env, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)
    begun, before = time.perf_counter(), os.times()
    subprocess.run(["sh", "-ec", command], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    after = os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return time.perf_counter() - begun, cpu


def size(tool):
    folder = work / "stores" / tool.replace(" ", "-")
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file())


def make(version):
    table, other = data / "table.csv", work / "table.csv"
    if version == "v1":
        workload.first(table, ROWS)
        workload.floats(data / "floats.f32", FLOATS)
        workload.files(data / "files", FILES)
    elif version == "v2":
        workload.clustered(table, other, ROWS)
        workload.edit_floats(data / "floats.f32", FLOATS)
        workload.edit_files(data / "files", FILES)
    elif version == "v3":
        workload.scattered(table, other, .01)
    if other.exists():
        shutil.copyfile(other, table)
        other.unlink()


def tell(case, metric, unit, values, peer):
    """Ours, beside the peer that does best at it; and all of them on the error output."""
    best = min((name for name in values if name not in ("libmlops", "cp -a")), key=values.get, default=None)
    print(f"{case} {metric}: " + ", ".join(f"{name} {value:.4g}" for name, value in values.items()), file=sys.stderr)
    chosen = peer if peer in values else best
    report.line("dataset", case, metric, [values["libmlops"]], unit, SETTING, chosen,
                [values[chosen]] if chosen else None, "lower")


def keep(version, tools, peer):
    case = f"noop_{FILES + 150 // scale}_files" if version == "noop" else version
    before, time_of, cpu_of = {tool: size(tool) for tool in tools}, {}, {}
    for tool in tools:
        if not (version == "noop" and tool == "cp -a"):
            time_of[tool], cpu_of[tool] = run(TOOLS[tool][2], tool, version)
    tell(case, "time", "s", time_of, peer[0])
    tell(case, "cpu", "s", cpu_of, peer[0])
    if version != "noop":
        added = {tool: (size(tool) - before[tool]) / 1e6 for tool in tools}
        tell(case, "stored" if version == "v1" else "added", "MB", added, peer[1])


def check_out(tools):
    """In turns, three times, each to a folder that was never there: a file system is slow to make again what was just
    deleted."""
    times = {tool: [] for tool in tools}
    for turn in range(3):
        for tool in tools:
            out = work / "out" / f"{tool.replace(' ', '-')}-{turn}"
            out.parent.mkdir(exist_ok=True)
            times[tool].append(run(TOOLS[tool][3], tool, "v1", out)[0])
            same = subprocess.run(["diff", "-rq", out, work / "stores/cp--a/v1"], stdout=subprocess.DEVNULL).returncode == 0
            if not same:
                raise SystemExit(f"{tool}: what is checked out is not what was kept")
    print("checkout: " + ", ".join(f"{tool} {sorted(t)[1]:.2f} s" for tool, t in times.items()), file=sys.stderr)
    ratios = [ours / copy for ours, copy in zip(times["libmlops"], times["cp -a"])]
    report.line("dataset", "checkout_v1", "ratio_to_cp", ratios, "x", SETTING, better="lower")


shutil.rmtree(work, ignore_errors=True)
work.mkdir(parents=True)
found = [tool for tool, (program, *_) in TOOLS.items() if shutil.which(program)]
for tool in TOOLS.keys() - set(found):
    print(f"{tool}: not installed", file=sys.stderr)
data.mkdir()
for tool in found:
    run(TOOLS[tool][1], tool)
for version, peer in (("v1", ("borg lz4", "casync")), ("v2", ("borg lz4", "borg lz4")), ("v3", ("git-lfs", "restic")),
                      ("noop", ("restic", None))):
    make(version)
    keep(version, found, peer)
check_out(found)
shutil.rmtree(work)
