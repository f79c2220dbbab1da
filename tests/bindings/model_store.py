#!/usr/bin/python3
"""All that a store keeps, together, against a plain model of it in Python's dicts and lists.

Each seed makes a store, draws some 60 operations on datasets, runs, features, models, deployments and watches, in
changes that are committed, abandoned or in each other's way, with verbs that must fail and change nothing; in between
the store is closed and opened, serviced, exported and imported, repaired, checked, its index deleted. Every few
operations what can be listed or read is compared with the model, which follows the headers and docs/ alone.

usage: model_store.py [SEED | FIRST LAST]. Prints TAP. Without arguments as many seeds as some seconds allow; with
MLOPS_DEEP=1 3,000. A failure prints the seed and all of its operations.
"""
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import traceback

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True
try:
    import mlops
except ImportError as missing:
    print(f"1..0 # SKIP {missing}")
    sys.exit(0)
from model_changes import do_beside, do_change, do_conflict, do_easy
from model_compare import compare
from model_parts import (DATASETS, Data, Fixed, Learner, Stamp, Watched, World, fails, features_of, likely, need, same,
                         sha)
from model_runs import do_run, do_serve, do_traffic, do_watch, do_wrong

SECONDS, DEEP, OPERATIONS = 20, 3000, 60


# ---- upkeep ------------------------------------------------------------------------------------------------------

def do_reopen(w):
    how = w.draw.choice([{}, {}, {"index": "memory"}, {"read_only": True}])
    w.say(f"close, open {how}")
    w.flush_runs()
    before = w.stamp()
    w.close()
    if w.draw.random() < 0.3:
        w.say("delete the index")
        shutil.rmtree(os.path.join(w.path, "index"), ignore_errors=True)
    w.s = mlops.Store.open(w.path, must_exist=True, sync="relaxed", **how)
    w.index = how.get("index", "file")
    w.unchanged(before, "opening again")
    if "read_only" in how:
        for verb in (lambda: mlops.Change(w.s), lambda: mlops.Run.start(w.s, "one")):
            fails(mlops.DeniedError, verb)
        fails(mlops.BusyError, mlops.Store.repair, w.path)
        compare(w)
        w.close()
        w.s = mlops.Store.open(w.path, sync="relaxed")
        w.unchanged(before, "reading alone")


class Other:
    """Another process, which commits a file to a dataset each time that it is asked."""

    process = None

    @staticmethod
    def ask(**what):
        if Other.process is None:
            command = [sys.executable, os.path.abspath(__file__), "other"]
            Other.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8")
        Other.process.stdin.write(json.dumps(what) + "\n")
        Other.process.stdin.flush()
        return json.loads(Other.process.stdout.readline())

    @staticmethod
    def answer():
        for line in sys.stdin:
            what = json.loads(line)
            with mlops.Store.open(what["path"], sync=what["sync"], index=what["index"]) as store:
                with store.change(actor="other") as change, mlops.Draft(change, what["dataset"]) as draft:
                    draft.add_bytes("other", what["text"].encode())
                    id = draft.commit()
                said = json.dumps({"id": id, "seq": store.stat().seq})
            print(said, flush=True)

    @staticmethod
    def end():
        if Other.process:
            Other.process.stdin.close()
            Other.process.wait()


def do_other(w):
    """Another process commits in between: what is committed on what was before is a conflict, and the rest goes on."""
    name, index = likely(w.draw, DATASETS), w.draw.choice(["file", "memory"])
    data = w.m.data.get(name, Data())
    if "main" in data.tags:
        return
    w.flush_runs()
    w.s.flush()
    seq, text = w.s.stat().seq, str(w.draw.random())
    (late, _), (beside, who) = w.change(), w.change()
    feature = features_of(w.draw.random())
    with late, beside:
        with mlops.Draft(late, name) as draft:
            draft.add_bytes("mine", b"")
            draft.commit()
        number = mlops.featurestore_put(beside, "fs", feature)
        said = Other.ask(path=w.path, dataset=name, text=text, index=index, sync=w.draw.choice(["relaxed", "full"]))
        w.say(f"another process, index {index}, beside index {w.index}, commits to {name}: {said}")
        same(said["seq"], seq + 1, "seq of another process")
        parent = data.commits.get(data.branches.get("main"))
        entry = Fixed(kind="file", data=text.encode(), columns=None, target=None, time=None, row_id=None, split=None,
                      held=None, id=sha(text.encode()))
        data.commits[said["id"]] = Fixed(
            id=said["id"], parents=[parent.id] if parent else [], time=Stamp(), author=None, message=None,
            metadata=None, entries={**(parent.entries if parent else {}), "other": entry})
        data.branches["main"] = said["id"]
        w.m.data[name] = data
        if w.index == "file":
            if index == "memory":  # which leaves the index in the file as it was
                w.s.flush() if w.draw.random() < 0.5 else w.s.service(10**9)
            same(mlops.dataset_resolve(w.s, name), said["id"], "what another process committed")
        fails(mlops.ConflictError, late.commit)
        same(beside.commit(), seq + 2, "seq after another process's")
        w.notes.update({seq + 1: ("other", None), seq + 2: who})
        w.m.sets.setdefault("fs", []).append(Fixed(id=feature.id, time=Stamp()))
        same(len(w.m.sets["fs"]), number, "version of a set beside another process")
    if w.index == "memory":
        w.close()
        w.s, w.index = mlops.Store.open(w.path, sync="relaxed"), "file"
    same(w.s.stat().seq, seq + 2, "seq after another process")


def do_flush(w):
    w.say("flush, service")
    w.flush_runs()
    before = w.stamp()
    w.s.flush() if w.draw.random() < 0.5 else w.s.service(10**9)
    w.unchanged(before, "flush")
    same(w.s.stat().durable, before[0], "commits that are durable")


def do_export(w):
    w.say("export, import, go on there")
    w.flush_runs()
    before, root = w.stamp(), mlops.Audit.root(w.s, 0) if w.stamp()[0] else None
    path = os.path.join(w.folder, "export")
    w.s.export(path)
    old, to = w.path, w.new_path()
    mlops.Store.import_(to, path)
    fails(mlops.ExistsError, mlops.Store.import_, to, path)
    w.close()
    w.path, w.s, w.index = to, mlops.Store.open(to, sync="relaxed"), "file"
    w.unchanged(before, "export and import")
    if root:
        same(mlops.Audit.root(w.s, 0), root, "root after an import")
    shutil.rmtree(old)


def do_repair(w):
    w.say("repair")
    w.flush_runs()
    before = w.stamp()
    fails(mlops.BusyError, mlops.Store.repair, w.path)
    w.close()
    same(mlops.Store.repair(w.path), 0, "commits that a repair lost")
    w.s, w.index = mlops.Store.open(w.path, sync="relaxed"), "file"
    w.unchanged(before, "repair")


def do_check(w):
    w.say("check")
    w.flush_runs()
    with mlops.Check.store(w.path) as check:
        same([check.fault(i) for i in range(check.n_faults)], [], "faults")
        count = check.count()
    stat = w.s.stat()
    same((count.n_frames, count.n_records), (stat.seq, stat.n_records), "commits and records that were checked")


def rfc6962_root(leaves):
    if len(leaves) == 1:
        return hashlib.sha256(b"\0" + leaves[0]).digest()
    half = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\1" + rfc6962_root(leaves[:half]) + rfc6962_root(leaves[half:])).digest()


def climb(link, index, size, path):
    """RFC 9162, 2.1.3.2."""
    node, last, at = hashlib.sha256(b"\0" + link).digest(), size - 1, index
    for beside in path:
        need(last > 0, "a proof is too long")
        if at & 1 or at == last:
            node = hashlib.sha256(b"\1" + beside + node).digest()
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            node = hashlib.sha256(b"\1" + node + beside).digest()
        at, last = at >> 1, last >> 1
    same(last, 0, "levels above a proof")
    return node


def do_audit(w):
    w.say("audit")
    w.flush_runs()
    link, n = mlops.Audit.verify(w.s)
    stat, records = w.s.stat(), {}
    same(n, stat.seq, "commits that were verified")
    if n == 0:
        return
    with mlops.Audit.read(w.s, 1, n) as audit:
        same(audit.n_entries, n, "commits that were read")
        links = [audit.link(i) for i in range(n)]
        times = [audit.at(i).time_ns for i in range(n)]
        for i in range(n):
            entry = audit.at(i)
            actor, note = w.notes.get(i + 1, (entry.actor, entry.note))
            same((entry.seq, entry.actor, entry.note), (i + 1, actor, note), f"who made commit {i + 1}")
            for op in json.loads(audit.operations(i)):
                if op["op"] == "put":
                    records[op["table"], op["key"]] = op["value"]
                elif op["op"] == "delete":
                    records.pop((op["table"], op["key"]), None)
    same(len(records), stat.n_records, "records that all commits leave")
    same(links[:len(w.links)], w.links, "links of commits that were seen before")
    same((links[-1], times), (link, sorted(times)), "newest link, and times")
    w.links = links
    leaves, size = [bytes.fromhex(x) for x in links], w.draw.randrange(1, n + 1)
    root = mlops.Audit.root(w.s, size)
    same(root, rfc6962_root(leaves[:size]).hex(), f"root over {size}")
    seq = w.draw.randrange(1, size + 1)
    text = mlops.Audit.prove(w.s, seq, size)
    proof = json.loads(text)
    frame = bytes.fromhex(proof["frame"])
    same((proof["commit"], proof["commits"]), (seq, size), "what is proven")
    same((frame[-40:-8], hashlib.sha256(frame[:-40]).digest()), (leaves[seq - 1],) * 2, "link of the proven commit")
    same(climb(leaves[seq - 1], seq - 1, size, map(bytes.fromhex, proof["path"])).hex(), root, "where a proof leads")
    with mlops.Audit.parse(text.encode(), root) as audit:
        same((audit.at(0).seq, audit.link(0)), (seq, links[seq - 1]), "commit of a proof")
    fails(mlops.CorruptError, mlops.Audit.parse, text.encode(), sha(b"another root"))


# ---- seeds -------------------------------------------------------------------------------------------------------

STEPS = [(do_change, 22), (do_easy, 8), (do_conflict, 3), (do_beside, 2), (do_run, 12), (do_serve, 7),
         (do_watch, 2), (do_traffic, 6),
         (do_wrong, 4), (do_reopen, 4), (do_flush, 2), (do_export, 1), (do_repair, 1), (do_check, 1), (do_audit, 2),
         (do_other, 2)]


def run_seed(seed):
    folder = tempfile.mkdtemp(prefix="model_store")
    w = World(seed, folder)
    try:
        for i in range(OPERATIONS):
            Stamp.begun = time.time_ns()
            w.draw.choices([step for step, _ in STEPS], [weight for _, weight in STEPS])[0](w)
            if i % 7 == 6:
                compare(w)
        for step in (compare, do_audit, do_check, do_repair, compare):
            step(w)
        w.close()
        return None
    except Exception:
        told = [f"{i + 1:3} {line}" for i, line in enumerate(w.log)]
        return "\n".join([f"seed {seed}", *told, traceback.format_exc()])
    finally:
        try:
            w.close()
        except Exception:
            pass
        shutil.rmtree(folder, ignore_errors=True)


def main():
    if sys.argv[1:] == ["other"]:
        return Other.answer()
    first, last, limit = 1, 10**6, SECONDS
    if len(sys.argv) > 1:
        first, last, limit = int(sys.argv[1]), int(sys.argv[-1]), None
    elif os.environ.get("MLOPS_DEEP") == "1":
        last, limit = DEEP, None
    files = tempfile.mkdtemp(prefix="model_store")
    Learner.make(files)
    Watched.make()
    began, done, faults = time.monotonic(), 0, []
    for seed in range(first, last + 1):
        fault = run_seed(seed)
        done += 1
        if fault:
            faults.append(seed)
            print("# " + fault.replace("\n", "\n# "), flush=True)
        if len(faults) >= 3 and limit or limit and time.monotonic() - began > limit:
            break
        if not limit and done % 100 == 0:
            print(f"# {done} seeds, {len(faults)} failed, {time.monotonic() - began:.0f} s", flush=True)
    shutil.rmtree(files, ignore_errors=True)
    Other.end()
    print("1..1")
    verdict = "not ok" if faults else "ok"
    print(f"{verdict} 1 - {done} seeds of {OPERATIONS} operations; failed: {faults[:50] or 'none'}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
