#!/usr/bin/python3
"""A store as Python programs use it: what mlops.open() gives. usage: test_python_store.py [TEST...]. Prints TAP."""
import datetime
import gzip
import hashlib
import io
import json
import math
import os
import pathlib
import subprocess
import sys
import tempfile
import threading
import unittest
from unittest import mock

HERE = os.path.dirname(os.path.abspath(__file__))
try:
    import mlops
except ImportError as missing:
    print(f"1..0 # SKIP {missing}")
    sys.exit(0)

from test_python import main, needs_numpy, needs_pandas

DATA = os.path.join(HERE, "../../examples/data")
TRAIN, LIVE, MODEL = (os.path.join(DATA, name) for name in ("train.csv", "live.csv", "fraud.json"))

AT = 1_700_000_000 * 10 ** 9  # 2023-11-14 22:13:20 UTC


class Stores(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.path = os.path.join(self.folder.name, "s.mlops")
        self.store = mlops.open(self.path, sync="relaxed")
        self.addCleanup(self.store.close)

    def test_six_lines(self):
        s, model = self.store, mlops.load(MODEL)
        with s.run("weekly", data=s.data.add(TRAIN, target="fraud")) as r:
            r.log(auc=0.9)
        version = s.models.add("fraud", model, run=r).promote("champion", gate="auc >= champion.auc - 0.005")
        self.assertEqual((version.name, version.version), ("fraud", 1))
        known = version.describe()
        self.assertEqual((known["run"], known["dataset"]), (r.id, "train"))
        self.assertEqual(known["commit"], s.data["train"].id)
        self.assertEqual(s.models.gate("fraud", "champion"), "auc >= champion.auc - 0.005")
        self.assertIn(MODEL.rsplit("/", 1)[1].split(".")[0], repr(version))
        self.assertIn("s.mlops", repr(s))

    def test_folders(self):
        data, folder = self.store.data, pathlib.Path(self.folder.name, "in")
        (folder / "deep").mkdir(parents=True)
        for i in range(40):
            (folder / "deep" / f"{i}.txt").write_text(f"{i}\n" * 1000)
        (folder / "table.csv").write_text("id,x\n1,2\n")
        first = data.add_folder(folder, "files", exclude="3*.txt", message="some")
        self.assertEqual(len(first.entries()["path"]), 30)
        self.assertEqual(data.add_folder(str(folder), "files", exclude="3*.txt"), first)
        more = data.add_folder(folder, "files", prefix="copy/of")
        self.assertEqual(len(more.entries()["path"]), 71)
        self.assertEqual(more.status(folder, "copy/of").n_rows, 0)
        (folder / "deep/7.txt").write_text("seven")
        (folder / "table.csv").unlink()
        self.assertEqual(sorted(map(str, more.status(folder, "copy/of")["path"])), ["copy/of/deep/7.txt", "copy/of/table.csv"])
        out, seen = pathlib.Path(self.folder.name, "out"), []
        more.checkout(out, include="copy", call={"progress": lambda done, total: seen.append(done) or 0})
        self.assertEqual((out / "copy/of/deep/7.txt").read_text(), "7\n" * 1000)
        self.assertEqual(seen[0], 0)
        self.assertEqual(len(list(out.rglob("*.txt"))), 40)
        (out / "copy/of/deep/8.txt").write_text("mine")
        with self.assertRaises(mlops.ExistsError):
            more.checkout(out)
        trial = data.add_folder(out, "files", branch="main", keep_missing=True, metadata={"by": "test"})
        self.assertEqual(trial.read("copy/of/deep/8.txt"), b"mine")
        empty = pathlib.Path(self.folder.name, "empty")
        empty.mkdir()
        self.assertEqual(len(data.add_folder(empty, "none").entries()["path"]), 0)
        with self.assertRaises(mlops.NotFoundError):
            data.add_folder(folder / "no", "files")

    def test_arguments_that_would_be_lost(self):
        s, folder = self.store, pathlib.Path(self.folder.name)
        rows = {"id": [1, 2, 3], "y": [0.5, 1.5, 2.5]}
        commit = s.data.add(rows, "d", id="id")
        self.assertEqual(s.data["d", commit], commit)
        with self.assertRaisesRegex(TypeError, "delimiter: only a CSV file takes options"):
            s.data.add(rows, "d", delimiter=";")
        for add in (lambda: s.data.add(TRAIN, "d", delimitr=";"), lambda: s.data.add_stream([b"a"], "d", "a", delimitr=";")):
            with self.assertRaisesRegex(TypeError, r"^add(_stream)?\(\) got an unexpected keyword argument 'delimitr'"):
                add()
        with self.assertRaisesRegex(mlops.InvalidError, "name of the dataset has 0 bytes"):
            s.data.add(rows, "")
        for start, stop, why in ((-2, None, "start is -2"), (0, -1, "stop is -1"), (7, None, "row 7 is beyond the end.* 3 rows")):
            with self.assertRaisesRegex(mlops.InvalidError, why):
                commit.rows(start, stop)
        self.assertEqual([commit.rows(*r).n_rows for r in ((3,), (1, 99), (2, 1))], [0, 2, 0])
        with self.assertRaisesRegex(mlops.NotFoundError, "there is no remote: .*typo"):
            s.data.pull("d", folder / "typo")
        self.assertFalse((folder / "typo").exists())
        with mlops.Change(s) as change, mlops.Draft(change, "d") as draft:
            with self.assertRaisesRegex(TypeError, "branch"):
                draft.merge(commit, branch="zz", message="m")
            with self.assertRaisesRegex(mlops.InvalidError, "target: .*csv=True"):
                draft.add_stream("x", [b"a"], columns={"target": "x"})
            self.assertEqual(draft.merge(commit).n_rows, 0)
            draft.divide("table.csv", by="rows", parts={"a": 0.5, "b,c": 0.5}, seed=3)
            change_id = draft.commit()
            change.commit()
        self.assertEqual(list(map(str, s.data["d", change_id].parts()["part"])), ["a", "b,c"])
        commit.checkout(folder / "out", include=["*.csv", "a,b"])
        (folder / "out/table.csv").write_text("mine")
        with self.assertRaisesRegex(mlops.ExistsError, "force=True replaces it"):
            commit.checkout(folder / "out", include=["*.csv"])
        self.assertEqual(s.data.add_folder(folder / "out", "f", include=["*.csv"]).read("table.csv"), b"mine")

    def test_travel(self):
        share, there = os.path.join(self.folder.name, "share"), mlops.open(os.path.join(self.folder.name, "t.mlops"))
        self.addCleanup(there.close)
        first = self.store.data.add(mlops.table({"id": [1, 2], "x": [0.5, None]}), "tx", path="a,b.csv", split=None)
        self.store.data.add(mlops.table({"id": [1, 2, 3]}), "tx", path="c", split=None)
        self.store.data.expectations("tx").set("c", "unique(id)")
        sent = self.store.data.push("tx", share)
        self.assertEqual((sent.n_commits, sent.n_refs), (2, 1))
        got = there.data.pull("tx", share, depth=1, paths=["a,b.csv"])
        self.assertEqual(got.n_commits, 1)
        self.assertEqual(list(there.data["tx"].table("a,b.csv")["id"]), [1, 2])
        with self.assertRaisesRegex(mlops.NotFoundError, "not pulled"):
            there.data["tx"].table("c")
        with mlops.Share.directory(share) as remote:
            there.data.pull("tx", remote)
            self.assertEqual([str(n) for n in remote.refs()["name"]], ["main"])
            self.assertEqual(remote.gc(dry=True).n_datasets, 1)
        self.assertEqual(there.data["tx", first.id].table().n_rows, 2)
        self.assertEqual(str(there.data.expectations("tx")["c"]), "unique(id)\n")
        for store in self.store, there:
            ours = store.data.add(mlops.table({"id": [len(store._path)]}), "tx", path="c", split=None)
            if store is self.store:
                theirs = ours
                store.data.push("tx", share, branches=["m*"])
        with self.assertRaises(mlops.ConflictError):
            there.data.push("tx", share)
        there.data.pull("tx", share, prefix="origin/")
        self.assertEqual(there.data["tx", "origin/main"].id, theirs.id)
        there.data.push("tx", share, branches="main", expected=theirs)
        self.store.data.pull("tx", share, force=True)
        self.assertEqual(self.store.data["tx"].id, ours.id)

    def test_lineage(self):
        s = self.store
        with mlops.Change(s) as change, mlops.Draft(change, "raw") as draft:
            draft.add_bytes("a", b"1")
            draft.commit()
            change.commit()
        raw, data = s.data["raw"], s.data.add(TRAIN, "train", target="fraud")
        s.lineage.link("s3://bucket/a.csv", raw)
        s.lineage.link(raw, data, relation="cleaned", keep=True)
        with s.run("weekly", data=data) as r:
            r.log(auc=0.9)
        version = s.models.add("fraud", mlops.load(MODEL), run=r)

        def rows(table):
            return list(zip(*(list(table[name]) for name in ("depth", "from", "relation", "to"))))
        self.assertEqual(rows(version.upstream()),
                         [(1, data.uri, "trained", version.uri), (1, r.uri, "registered", version.uri),
                          (2, raw.uri, "cleaned", data.uri), (2, data.uri, "input", r.uri),
                          (3, "s3://bucket/a.csv", "derived", raw.uri)])
        self.assertEqual(rows(s.lineage.downstream("s3://bucket/a.csv", depth=2)),
                         [(1, "s3://bucket/a.csv", "derived", raw.uri), (2, raw.uri, "cleaned", data.uri)])
        self.assertEqual(rows(s.lineage.downstream(r)), [(1, r.uri, "registered", "models:/fraud/1")])
        self.assertTrue(math.isnan(s.lineage.upstream(raw)["exists"][0]))
        s.lineage.unlink(raw, data, relation="cleaned")
        self.assertEqual(len(data.upstream()), 0)
        with self.assertRaises(mlops.NotFoundError):
            s.lineage.unlink(raw, data)
        later = s.data.add({"x": [1]}, "train", path="t.csv")
        self.assertEqual(rows(later.upstream()), [(1, data.uri, "parent", later.uri)])
        self.assertEqual(len(later.upstream(history=False)), 0)

    def test_garbage(self):
        with mlops.Change(self.store) as change:
            kept = change.content(os.urandom(50000))
            change.commit()
        self.assertEqual(self.store.stat().gc_time_ns, 0)
        seen = []
        found = self.store.gc(dry_run=True, keep_ns=1, progress=lambda done, total: seen.append(done / total) or False)
        self.assertTrue(found.done and found.n_dead_objects == 1 and 50000 < found.garbage_bytes < 51000)
        self.assertTrue(seen and seen == sorted(seen) and 0 <= seen[0] <= seen[-1] <= 1)
        stat = self.store.stat()
        self.assertEqual((stat.garbage_bytes, stat.live_bytes), (found.garbage_bytes, found.live_bytes))
        self.assertEqual(len(self.store.content(kept)), 50000)
        self.assertEqual(self.store.gc().n_dropped_objects, 0, "it is kept for two weeks")
        pieces = 0
        while not (done := self.store.gc(keep_ns=1, min_live=1, budget_ns=1)).done:
            pieces += 1
        self.assertGreater(pieces, 5)
        self.assertEqual((done.n_dropped_objects, done.n_deleted, done.n_waiting), (1, 1, 0))
        with self.assertRaises(mlops.NotFoundError):
            self.store.content(kept)
        self.store.service(10 ** 12)
        self.assertEqual(self.store.stat().garbage_bytes, 0)
        with self.assertRaises(mlops.InvalidError):
            self.store.gc(min_live=2)
        with self.assertRaises(mlops.InvalidError):
            mlops.open(self.path + "2", gc_keep_ns=-1)
        self.assertEqual(mlops.Check.store(self.path, quick=True).n_faults, 0)

    def test_streams(self):
        rows = open(TRAIN, "rb").read()
        want = hashlib.sha256(rows).hexdigest()
        with tempfile.TemporaryFile() as packed:
            with gzip.open(packed, "wb") as f:
                f.write(rows)
            packed.seek(0)
            with gzip.open(packed) as f:
                commit = self.store.data.add_stream(f, "d", "t.csv", csv=True, target="fraud", time="hour")
        self.assertEqual(commit.table().n_rows, rows.count(b"\n") - 1)
        self.assertEqual((commit.read("t.csv"), commit.describe()["entries"][0]["time"]), (rows, "hour"))

        class Reads:  # a response, say
            def __init__(self):
                self.left = rows

            def read(self, n):
                piece, self.left = self.left[:min(n, 1000)], self.left[min(n, 1000):]
                return piece
        pieces = [b"", rows[:1], bytearray(rows[1:300001]), b"", memoryview(rows)[300001:], b""]
        ends = os.pipe()
        writer = threading.Thread(target=lambda: (os.write(ends[1], rows[:5000]), os.close(ends[1])))
        writer.start()
        with mlops.Change(self.store) as change, mlops.Draft(change, "e") as draft:
            draft.add_stream("buffer", io.BytesIO(rows))
            draft.add_stream("reads", Reads())
            draft.add_stream("pieces", iter(pieces))
            draft.add_stream("pipe", ends[0])
            with open(TRAIN, "rb") as f:
                f.readline()
                draft.add_stream("behind", f)
            draft.commit()
            change.commit()
        writer.join()
        os.close(ends[0])
        e = self.store.data["e"]
        ids = dict(zip(e.entries()["path"], e.entries()["id"]))
        self.assertEqual([str(ids[name]) for name in ("buffer", "reads", "pieces")], [want] * 3)
        self.assertEqual((e.read("pipe"), e.read("behind")), (rows[:5000], rows[rows.index(b"\n") + 1:]))

    def test_drafts_take_what_tables_are_made_of(self):
        known = mlops.table({"id": [1, 2], "name": ["a", None]})

        class Arrow:
            def __arrow_c_stream__(self, requested_schema=None):
                return known.__arrow_c_stream__()
        with mlops.Change(self.store) as change, mlops.Draft(change, "d") as draft:
            draft.add_table("arrow", Arrow(), row_id="id")
            draft.add_table("columns", {"id": [1, 2], "name": ["a", None]}, row_id="id")
            draft.add_table("table", table=known, row_id="id")
            draft.commit()
            change.commit()
        entries = self.store.data["d"].entries()
        self.assertEqual(len({str(id) for id in entries["id"]}), 1)
        self.assertEqual([str(name) for name in entries["row_id"]], ["id"] * 3)

    def test_streams_that_fail(self):
        def breaks():
            yield b"some"
            raise KeyError("broken")
        with mlops.Change(self.store) as change, mlops.Draft(change, "d") as draft:
            with self.assertRaisesRegex(KeyError, "broken"):
                draft.add_stream("a", breaks())
            with self.assertRaises(TypeError):
                draft.add_stream("a", io.StringIO("text"))
            with self.assertRaisesRegex(TypeError, "add_file"):
                draft.add_stream("a", TRAIN)
            ends = os.pipe()
            os.set_blocking(ends[0], False)
            with open(ends[0], "rb", buffering=0) as f, self.assertRaises(BlockingIOError):
                draft.add_stream("a", f)
            os.close(ends[1])
            with self.assertRaises(mlops.NotFoundError):
                draft.remove("a")

    def test_datasets_hold_to_what_is_expected(self):
        expected = self.store.data.expectations("d")
        expected.set("table.csv", "unique(id)\nage_of(at) < days(1) warn")
        rows = {"id": [1, 2], "at": ["2001-02-03", None]}
        first = self.store.data.add(rows, "d")
        rows["id"] = [2, 2]
        with self.assertRaises(mlops.RefusedError) as caught:
            self.store.data.add(rows, "d")
        self.assertIn("'table.csv': the expectation unique(id) is broken in 2 of 2 rows: 0 1", str(caught.exception))
        self.assertEqual(self.store.data["d"].id, first.id)
        self.store.data.add(rows, "d", override="known")
        self.assertEqual(list(expected.validate("table.csv")["holds"]), [0.0, 0.0])
        self.assertEqual(list(expected.validate("table.csv", first.id)["holds"]), [1.0, 0.0])
        self.assertEqual(str(expected["table.csv"]), "unique(id)\nage_of(at) < days(1) warn\n")
        self.assertEqual(sorted(row["verdict"] for row in expected.list().to_dicts()), ["held", "overridden"])
        expected.set("table.csv", None)
        with self.assertRaises(mlops.NotFoundError):
            expected["table.csv"]

    def test_what_is_expected_of_a_table_that_became_a_file(self):
        data, expected = self.store.data, self.store.data.expectations("d")
        data.add({"id": [1, 2]}, "d", path="t")
        expected.set("t", "unique(id)")

        def put(override=None):
            def build(change):
                with mlops.Draft(change, "d") as draft:
                    draft.add_bytes("t", b"id\n1\n1\n")
                    if override:
                        draft.override(override)
                    return draft.commit()
            with mlops.Change(self.store) as change:
                build(change)
                change.commit()
        with self.assertRaisesRegex(mlops.RefusedError, "'t': it is a file"):
            put()
        put("as a file from now on")
        self.assertEqual(expected.list().to_dicts()[-1]["reason"], "as a file from now on")

    def test_references_to_what_is_no_table(self):
        data, expected = self.store.data, self.store.data.expectations("d")
        data.add({"id": [1, 2]}, "d", path="other.csv")
        expected.set("t", "references(id, 'other.csv', 'id')")
        data.add({"id": [1]}, "d", path="t")
        with mlops.Change(self.store) as change, mlops.Draft(change, "d") as draft:
            draft.add_bytes("other.csv", b"x")
            with self.assertRaisesRegex(mlops.RefusedError, "'t': the expectation references.* is unknown: .*"
                                                            '"other.csv" is a file and no table'):
                draft.commit()
            draft.override("known")
            draft.commit()
            change.commit()
        self.assertIn("overridden", [row["verdict"] for row in expected.list().to_dicts()])

    def test_expectations_where_not_all_was_pulled(self):
        data, share = self.store.data, os.path.join(self.folder.name, "share")
        data.add({"id": list(range(5000))}, "d", path="a")
        data.add({"id": [1, 2]}, "d", path="b")
        data.expectations("d").set("a", "unique(id)")
        data.push("d", share)
        with mlops.open(os.path.join(self.folder.name, "part.mlops")) as part:
            part.data.pull("d", share, paths="b")
            part.data.add({"id": [3]}, "d", path="b")  # nothing is known of "a", and nothing has changed
            part.data.expectations("d").set("b", "references(id, 'a', 'id')")
            with self.assertRaisesRegex(mlops.RefusedError, '"a" was not pulled'):
                part.data.add({"id": [1]}, "d", path="b")
            part.data.add({"id": [1]}, "d", path="b", override="a is elsewhere")
        data.add({"id": [2, 2] + list(range(5000))}, "d", path="a", override="twice")
        data.push("d", share)
        with mlops.open(os.path.join(self.folder.name, "other.mlops")) as part:
            part.data.pull("d", share, paths="b")
            with self.assertRaisesRegex(mlops.RefusedError, "'a': .*unique.*broken"):
                part.data.add({"id": [4]}, "d", path="b")  # as where all of it is
            part.data.add({"id": [4]}, "d", path="b", override="still")
            told = part.data.expectations("d").list().to_dicts()
            self.assertEqual({(r["path"], r["reason"]) for r in told}, {("a", "twice"), ("a", "still")})

    def test_small_tables_need_no_split_of_their_own(self):
        for rows in ([1.5, 2.5, 3.5, 4.5, 5.5], [1.5], []):
            commit = self.store.data.add({"x": rows, "y": rows}, "d", target="y")
            self.assertEqual(commit.table().n_rows, len(rows))
        commit = self.store.data.add({"x": [1, 2, 3, 4, 5], "y": [1.5, 2.5, 3.5, 4.5, 5.5]}, "d", target="y")
        self.assertEqual(len(commit.held_out), 1)
        commit = self.store.data.add({"x": [1, 2], "y": ["a", "a"]}, "d", target="y")
        self.assertEqual(len(commit.held_out), 1)

    def test_bools_are_bools(self):
        for rows in ([True, False], [True, None]):
            self.assertEqual([repr(r["b"]) for r in mlops.table({"b": rows}).to_dicts()], [repr(v) for v in rows])

    def test_new_branches_begin_at_main(self):
        data, folder = self.store.data, os.path.join(self.folder.name, "some")
        os.mkdir(folder)
        with open(os.path.join(folder, "b"), "w") as out:
            out.write("b")
        first = data.add({"x": [1, 2]}, "tx", path="t", branch="before")  # there is no main
        self.assertEqual(first.log()["parents"], [""])
        main = data.add({"x": [3, 4]}, "tx", path="t")
        self.assertEqual(main.log()["parents"], [""])

        def draft(branch, **opts):
            with mlops.Change(self.store) as change:
                with mlops.Draft(change, "tx", branch=branch, **opts) as made:
                    made.add_bytes("b", b"b")
                    made.commit()
                change.commit()
            return data["tx", branch]

        def table(branch, **opts):
            return data.add({"x": [5]}, "tx", path="b", branch=branch, **opts)

        def files(branch, **opts):
            return data.add_folder(folder, "tx", prefix="", branch=branch, keep_missing=True, **opts)

        def stream(branch, **opts):
            return data.add_stream(io.BytesIO(b"b"), "tx", "b", branch=branch, **opts)

        for i, add in enumerate((draft, table, files, stream)):
            for name, opts, parent in (("new", {}, main.id), ("at", {"base": "before"}, first.id), ("none", {"base": ""}, "")):
                made = add(f"{name}{i}", **opts)
                self.assertEqual(made.log()["parents"][0], parent)
                self.assertEqual(made.entries()["path"], ["b", "t"] if parent else ["b"])
                with self.assertRaises(mlops.ExistsError):
                    add(f"{name}{i}", base="")
        self.assertEqual(data["tx"].id, main.id)
        for verb in data.merge, data.conflicts:
            with self.assertRaises(mlops.NotFoundError):
                verb("tx", "before", into="nowhere")

    def test_branches_are_merged(self):
        data = self.store.data

        def add(x, branch=None):
            return data.add({"id": [1, 2], "x": x}, "tx", path="t", id="id", split=None, branch=branch)

        base = add([5, 6])
        base.branch("trial")
        trial = add([5, 60], "trial")
        self.assertEqual(data.merge("tx", "trial").id, trial.id)  # moves
        ours = add([50, 60])
        add([51, 61], "trial")
        self.assertEqual(base.diff_rows(ours).n_cells, 2)
        told = data.conflicts("tx", "trial")
        self.assertEqual([(r["key"], r["ours"], r["theirs"]) for r in told.to_dicts()], [("1", "50", "51")])
        merge, calls = mlops._ffi.dataset_merge, []

        def counted(*args, **opts):
            calls.append(args)
            id = merge(*args, **opts)
            if len(calls) == 1:
                data.add({"y": [1]}, "tx", path="u", split=None)
            return id

        with mock.patch.object(mlops._ffi, "dataset_merge", counted):
            with self.assertRaisesRegex(mlops.ConflictError, "'t'"):
                data.merge("tx", "trial")
            self.assertEqual(len(calls), 1)  # what is to be decided does not change by itself
            calls.clear()
            data.merge("tx", "trial", policy="ours")
            self.assertEqual(len(calls), 2)  # the branch has moved
        self.assertEqual(sorted(data["tx"].entries()["path"]), ["t", "u"])
        data["tx", ours.id].branch("main")
        made = data.merge("tx", "trial", policy="theirs", message="both")
        self.assertEqual(list(made.table()["x"]), [51, 61])
        self.assertEqual(made.id, data["tx"].id)
        self.assertEqual(len(made.describe()["parents"]), 2)

    def test_runs_end_with_their_block(self):
        with self.store.run("e") as run:
            run.params(depth=6, eta=0.1)
        with self.assertRaises(ZeroDivisionError), self.store.run("e") as failed:
            1 / 0
        with self.assertRaises(KeyboardInterrupt), self.store.run("e") as killed:
            raise KeyboardInterrupt
        plain = self.store.run("e")
        plain.end()
        told = [self.store.open_run(r.id).describe() for r in (run, failed, killed, plain)]
        self.assertEqual([t["status"] for t in told], ["FINISHED", "FAILED", "KILLED", "FINISHED"])
        self.assertEqual(told[0]["params"], {"depth": "6", "eta": "0.1"})
        self.assertEqual(len(self.store.runs("e", "attributes.status = 'FINISHED'")), 2)

    def test_values_that_are_no_numbers_are_named(self):
        with self.store.run("e") as run:
            with self.assertRaisesRegex(TypeError, "'loss' is 'a'"):
                run.log(auc=0.5, loss="a")
            run.log("val/auc", True, step=3)
            run.log(nan=math.nan, inf=-math.inf)
        told = self.store.open_run(run.id).describe()["metrics"]
        self.assertEqual(sorted(told), ["inf", "nan", "val/auc"], "of a call that fails nothing is logged")

    def test_all_metrics_of_a_slow_step_are_seen(self):
        run = self.store.run("e")
        run.log(a=1, b=2, c=3)
        other = subprocess.run([sys.executable, "-c", f"import mlops; r = mlops.open({self.path!r}).open_run({run.id!r}); "
                                "print(sorted(r.describe()['metrics']))"], capture_output=True, text=True)
        self.assertEqual(other.stdout, "['a', 'b', 'c']\n", other.stderr)

    def test_commits(self):
        first = self.store.data.add({"a": [1, 2, 3], "b": ["x", None, "z"]}, "d").tag("v1")
        second = self.store.data.add({"a": [1, 2, 4], "b": ["x", None, "z"]}, "d")
        self.assertEqual(list(first.diff(second)["change"]), ["changed"])
        self.assertEqual(first.table().to_dicts(), [{"a": 1, "b": "x"}, {"a": 2, "b": None}, {"a": 3, "b": "z"}])
        self.assertEqual(self.store.data["d", "v1"], first)
        self.assertEqual(self.store.data["d"], second)
        self.assertEqual([c for c in second.log()["commit"]], [second.id, first.id])
        self.store.data.drop("d", "v1")
        with self.assertRaises(mlops.NotFoundError):
            self.store.data["d", "v1"]

    @needs_numpy
    def test_splits_that_choose_themselves(self):
        import numpy as np
        for gaps in (0, 50, 150):  # what is missing is one stratum
            y = np.r_[np.full(gaps, np.nan), np.tile([0.0, 1.0], 100)]
            commit = self.store.data.add({"a": np.arange(len(y)), "y": y}, "d", target="y")
            self.assertEqual(commit.describe()["entries"][0]["split"]["kind"], "stratified")
        commit = self.store.data.add({"a": np.arange(200), "y": np.arange(200) / 7}, "e", target="y")
        self.assertEqual(commit.describe()["entries"][0]["split"]["kind"], "random")
        commit = self.store.data.add({"a": np.arange(200)}, "f", share=0.25)
        self.assertEqual((len(commit.train), len(commit.held_out)), (150, 50))
        self.assertFalse(self.store.data.add({"a": np.arange(9)}, "g").is_split())
        for share in (0, 1, -0.5):
            with self.assertRaisesRegex(mlops.InvalidError, "between 0 and 1"):
                self.store.data.add({"a": np.arange(9)}, "g", share=share)
        with self.assertRaisesRegex(mlops.SchemaError, "'z'"):
            self.store.data.add({"a": np.arange(9)}, "g", target="z")

    def test_what_is_no_model_is_said(self):
        for other in (object(), None, 7):
            with self.assertRaisesRegex(TypeError, "save_model"):
                self.store.models.add("m", other)

    def test_refusals_are_raised_and_kept(self):
        data = self.store.data.add(TRAIN, target="fraud")
        self.store.models.add("m", MODEL, data=data).promote("champion", gate="auc >= 0.5")
        with self.assertRaisesRegex(mlops.RefusedError, "auc >= 2.0: false"):
            self.store.models.add("m", MODEL, data=data).promote("champion", gate="auc >= 2")
        self.assertEqual(self.store.models.decisions("m", "champion")["verdict"], ["promoted", "refused"])
        self.assertEqual(self.store.models.at("m", "champion").version, 1)
        self.store.models["m", 2].promote("champion", no_gate=True, note="see 42")
        self.assertEqual(self.store.models.rollback("m", "champion").version, 1)
        self.store.models.drop_alias("m", "champion")
        with self.assertRaises(mlops.NotFoundError):
            self.store.models["m", "champion"]

    def test_one_row_and_many(self):
        data = self.store.data.add(TRAIN, target="fraud")
        self.store.models.add("m", MODEL, data=data).promote("champion")
        rows = data.held_out.to_dicts()[:5]
        with self.store.deploy("api", "m") as api:
            scores, versions = api.predict(data.held_out)
            for row, score in zip(rows, scores):
                self.assertEqual(api.predict({k: v for k, v in row.items() if k != "fraud"}), (score, 1))
                self.assertEqual(api.predict(row, key="customer")[1], 1)
            names = mlops.load(MODEL).feature_names
            by_order, version = api.predict([[row[name] for name in names] for row in rows])
            self.assertEqual((list(by_order), version), (list(scores[:5]), 1))
            self.assertEqual(set(versions), {1})
            self.assertEqual(list(self.store.deployments()["name"]), ["api"])

    def test_features_by_name(self):
        data = self.store.data.add(TRAIN, target="fraud")
        feature = mlops.Feature.fit("a = standardise(amount)\nh = hour", data.train)
        self.assertEqual(self.store.features.add("f", feature), 1)
        self.assertEqual(self.store.features.add("f", feature), 1)
        self.assertEqual(self.store.features["f"].output_names, ["a", "h"])
        self.assertEqual(self.store.features["f", 1].id, feature.id)
        with self.assertRaisesRegex(mlops.SchemaError, "feature"):
            self.store.models.add("m", MODEL, data=data, features=feature)

    def test_online_views_of_lists(self):
        with self.store.define_view("cards", {"card": [""], "ts": [0], "spent": [0.5], "ok": [True]}, key="card",
                                    event_time="ts", ttl=datetime.timedelta(days=30)) as view:
            self.assertEqual((view.name, view.key, repr(view)), ("cards", ("card",), "<mlops.Online 'cards'>"))
            rows = {"card": ["a", "b", "a"], "ts": [AT + 5, AT, AT], "spent": [1, 2.5, None], "ok": [None, False, True]}
            self.assertEqual(view.put(rows), 2, "the last row is late")
            self.assertEqual(view.put({"card": "c", "ts": AT, "spent": 7, "ok": None}), 1)
            got = view.get(["c", "a", "x", None], as_of=AT + 7)
            self.assertEqual(got.to_dicts(), [
                {"card": "c", "ts": AT, "spent": 7.0, "ok": None, "status": "hit", "age_ns": 7},
                {"card": "a", "ts": AT + 5, "spent": 1.0, "ok": None, "status": "hit", "age_ns": 2},
                {"card": "x", "ts": None, "spent": None, "ok": None, "status": "missing", "age_ns": None},
                {"card": None, "ts": None, "spent": None, "ok": None, "status": "null", "age_ns": None}])
            for one in ("b", {"card": "b"}, {"card": ["b"]}, mlops.table({"card": ["b"], "x": [1]})):
                self.assertEqual(view.get(one, as_of=AT).to_dicts(), [
                    {"card": "b", "ts": AT, "spent": 2.5, "ok": False, "status": "hit", "age_ns": 0}])
            self.assertEqual(len(view.get([])), 0)
            self.assertEqual(view.get("b")["status"], ["expired"], "now is later than 2023 and 30 days")
            with self.assertRaisesRegex(mlops.SchemaError, '"spent"'):
                view.put({"card": "c", "ts": AT})
            with self.assertRaisesRegex(mlops.SchemaError, "int64"):
                view.get([1])
        self.assertEqual(repr(view), "<closed mlops.Online>")
        again = dict(key=["card"], event_time="ts", ttl=datetime.timedelta(days=30))
        self.store.define_view("cards", {"card": ["x"], "ts": [1], "spent": [.0], "ok": [False]}, **again).close()
        with self.assertRaises(mlops.ExistsError):
            self.store.define_view("cards", {"card": ["x"], "ts": [1]}, **again)
        with self.assertRaisesRegex(mlops.NotFoundError, 'did you mean "cards"'):
            self.store.view("card")
        listed = self.store.views()
        self.assertEqual((listed["name"], listed["key"], list(listed["ttl_ns"])), (["cards"], ["card"], [30 * 86400 * 10 ** 9]))
        self.assertEqual(self.store.stat().seq, 1)

    def test_online_keys_of_several_columns(self):
        rows = {"a,b": ["x", "x", "y"], "n": [1, 2, 1], "ts": [AT] * 3, "made": [2, 2, 2], "v": [10, 20, 30]}
        view = self.store.define_view("v", rows, key=["n", "a,b"], event_time="ts", created="made")
        self.assertEqual(view.key, ("n", "a,b"))
        self.assertEqual(view.put(rows), 3)
        self.assertEqual(view.put({**rows, "made": [1, 2, 3], "v": [11, 21, 31]}), 2)
        self.assertEqual(list(view.get([(1, "x"), (2, "x"), (1, "y")])["v"]), [10, 21, 31])
        self.assertEqual(view.get((2, "y"))["status"], ["missing"])
        self.assertEqual(view.get({"n": 2, "a,b": "x"}).to_dicts()[0]["v"], 21)
        with self.assertRaisesRegex(mlops.SchemaError, "a,b"):
            view.get({"n": [1]})

    def test_online_times_that_are_none(self):
        rows = {"k": [1], "ts": [AT]}
        for ttl in (30, 1.5, "30d", math.nan):
            with self.assertRaisesRegex(TypeError, "timedelta"):
                self.store.define_view("v", rows, key="k", event_time="ts", ttl=ttl)
        with self.assertRaises(mlops.InvalidError):
            self.store.define_view("v", rows, key="k", event_time="ts", ttl=-datetime.timedelta(1))
        view = self.store.define_view("v", rows, key="k", event_time="ts")
        for wrong in ("2023-11-14", 1.5e18, math.nan):
            with self.assertRaisesRegex(TypeError, "as_of"):
                view.get(1, as_of=wrong)
        for wrong in (0, -5, 2 ** 63):
            with self.assertRaisesRegex(OverflowError, "as_of"):
                view.get(1, as_of=wrong)

    @needs_pandas
    def test_online_views_of_frames(self):
        import numpy as np
        import pandas as pd
        times = pd.to_datetime(["2023-11-14 22:13:20.000000007", "2023-11-14 22:13:21", "2023-11-14 22:13:19"])
        frame = pd.DataFrame({"card": ["a", "b", "a"], "ts": times, "spent": [1.5, np.nan, 3.0], "n": pd.array([1, None, 3], "Int64")})
        view = self.store.define_view("cards", frame, key="card", event_time="ts", ttl=pd.Timedelta("1s"))
        self.assertEqual(list(self.store.views()["ttl_ns"]), [10 ** 9])
        self.assertEqual(view.put(frame), 2)
        self.assertEqual(view.put(frame.assign(ts=times.tz_localize("UTC").tz_convert("Asia/Tokyo"))), 2, "the same again")
        live = pd.DataFrame({"amount": [9, 8, 7], "card": ["b", "a", None]})
        at = pd.Timestamp("2023-11-14 22:13:21.000000008")
        for as_of in (at, at.tz_localize("UTC"), at.tz_localize("UTC").tz_convert("Asia/Tokyo"), at.to_datetime64(), at.value):
            got = view.get(live, as_of=as_of).to_pandas()
            self.assertEqual(list(got["status"]), ["hit", "expired", "null"])
            self.assertEqual([None if pd.isna(age) else int(age) for age in got["age_ns"]], [8, 10 ** 9 + 1, None])
            self.assertEqual(list(pd.to_datetime(got["ts"])), [times[1], times[0], pd.NaT])
        for as_of in (at.floor("us").to_pydatetime(), np.datetime64("2023-11-14T22:13:21", "s")):
            self.assertEqual(view.get(live["card"], as_of=as_of)["status"], ["hit", "hit", "null"])
        self.assertEqual(view.get(live["card"].astype("category"), as_of=at)["status"], ["hit", "expired", "null"])
        self.assertEqual(view.put({"card": "c", "ts": times[0], "spent": 2, "n": pd.NA}), 1)
        self.assertEqual(view.get(np.array(["c", "b"]), as_of=at).to_dicts()[0], {
            "card": "c", "ts": AT + 7, "spent": None, "n": None, "status": "expired", "age_ns": 10 ** 9 + 1})
        for wrong in (pd.NaT, np.datetime64("NaT")):
            with self.assertRaisesRegex(TypeError, "as_of"):
                view.get("a", as_of=wrong)
        with self.assertRaisesRegex(TypeError, "timedelta"):
            self.store.define_view("v", frame, key="card", event_time="ts", ttl=pd.NaT)
        numbers = self.store.define_view("numbers", pd.DataFrame({"id": [1], "ts": times[:1]}), key="id", event_time="ts")
        numbers.put(pd.DataFrame({"id": range(1000), "ts": times[0] + pd.to_timedelta(range(1000), "s")}))
        ids = pd.Series([999, 1000, 0])
        self.assertEqual(numbers.get(ids, as_of=AT)["status"], ["hit", "missing", "hit"])
        self.assertEqual(numbers.get(ids.to_numpy()).to_dicts()[0]["ts"], AT + 7 + 999 * 10 ** 9)

    def test_processes_that_are_in_each_others_way(self):
        program = (f"import mlops; s = mlops.open({self.path!r}, sync='relaxed')\n"
                   f"for i in range(15): s.models.add('m', {MODEL!r}); s.data.add({{'a': [i]}}, 'd', split=None)")
        both = [subprocess.Popen([sys.executable, "-c", program]) for _ in range(2)]
        self.assertEqual([process.wait() for process in both], [0, 0])
        self.assertEqual(list(self.store.models.list("m")["version"]), list(range(1, 31)))
        self.assertEqual(len(self.store.data["d"].log()), 30)

    @needs_pandas
    def test_out_to_pandas(self):
        table = mlops.table({"a": [1, None], "b": ["x", None], "c": [True, None], "d": [0.5, None], "e": [1, 2]})
        frame = table.to_pandas()
        self.assertEqual([str(dtype) for dtype in frame.dtypes], ["Int64", "object", "boolean", "float64", "int64"])
        self.assertEqual(json.loads(frame.to_json(orient="records")),
                         [{"a": 1, "b": "x", "c": True, "d": 0.5, "e": 1}, {"a": None, "b": None, "c": None, "d": None, "e": 2}])
        exact = mlops.table({"t": [2 ** 62 + 1, 5]}).to_pandas()
        self.assertEqual(int(exact["t"][0]), 2 ** 62 + 1)


if __name__ == "__main__":
    sys.exit(main(sys.modules[__name__]))
