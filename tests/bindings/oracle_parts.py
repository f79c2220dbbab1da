#!/usr/bin/python3
"""Parts of tables against docs/dataset.md restated here, XXH3 being libxxhash's, and against scikit-learn where it means
the same: folds by time, shares of strata, groups that stay together. usage: oracle_parts.py. Prints TAP."""
import collections
import ctypes
import ctypes.util
import hashlib
import math
import os
import random
import re
import struct
import sys
import tempfile
import unittest

try:
    import mlops
except ImportError as missing:
    print(f"1..0 # SKIP {missing}")
    sys.exit(0)
try:
    import numpy as np
    import sklearn.model_selection as skl
except ImportError:
    skl = None

from test_python import main

xxhash = ctypes.CDLL(ctypes.util.find_library("xxhash") or "libxxhash.so.0")
xxhash.XXH3_64bits_withSeed.restype = ctypes.c_uint64
xxhash.XXH3_64bits_withSeed.argtypes = ctypes.c_char_p, ctypes.c_size_t, ctypes.c_uint64
M64 = (1 << 64) - 1
SHARES = {"train": .8, "validation": .1, "test": .1}


def hash_of(data, seed):
    return xxhash.XXH3_64bits_withSeed(data, len(data), seed & M64)


def cell(v):
    if v is None:
        return b"\0"
    if isinstance(v, bool):
        return bytes([1, v])
    if isinstance(v, str) and re.fullmatch("0|-?[1-9][0-9]*", v) and -2 ** 63 <= int(v) < 2 ** 63:
        v = int(v)
    if isinstance(v, str):
        text = v.encode()
        return b"\4" + struct.pack("<Q", len(text)) + text
    if isinstance(v, int) or (math.isfinite(v) and v == int(v) and -2 ** 63 <= v < 2 ** 63):
        return b"\2" + struct.pack("<q", int(v))
    return b"\3" + (struct.pack("<Q", 0x7ff8000000000000) if v != v else struct.pack("<d", v))


def hashes(columns, names, seed):
    return [hash_of(b"".join(cell(columns[name][i]) for name in names), seed) for i in range(len(columns[names[0]]))]


def ends(shares, whole, half):
    total, out = 0.0, []
    for share in shares:
        total += share
        out.append(min(math.floor(total * whole + half), whole))
    return out[:-1] + [whole]


def number(bounds, at):
    return next(i for i, end in enumerate(bounds) if at < end or i == len(bounds) - 1)


def by_hash(columns, names, seed, shares=None, folds=0):
    found = hashes(columns, names, seed)
    if folds:
        return [(h >> 32) * folds >> 32 for h in found]
    bounds = ends(shares, 2 ** 53, 0)
    return [number(bounds, h >> 11) for h in found]


def in_order(rows, shares, folds, time):
    n, out = len(rows), {}
    bounds = None if folds else ends(shares, n, .5)
    block = n // (folds + 1)
    for i, row in enumerate(rows):
        if not folds:
            out[row] = number(bounds, i)
        elif time:
            first = n - folds * block
            out[row] = 0 if i < first else 1 + (i - first) // block
        else:
            out[row] = i * folds // n
    return out


def by_strata(columns, column, names, seed, shares=None, folds=0):
    found, strata = hashes(columns, names, seed), hashes(columns, [column], ~seed)
    groups = collections.defaultdict(list)
    for i, s in enumerate(strata):
        groups[s].append(i)
    out = {}
    for rows in groups.values():
        out.update(in_order(sorted(rows, key=lambda i: (found[i], i)), shares, folds, False))
    return [out[i] for i in range(len(found))]


def by_time(times, shares=None, folds=0):
    there = [t is not None and t == t for t in times]
    rows = sorted(range(len(times)), key=lambda i: (there[i], times[i] if there[i] else 0, i))
    out = in_order(rows, shares, folds, True)
    return [out[i] for i in range(len(times))]


def columns_of(r, n):
    return {"row": list(range(n)),
            "user": [None if r.random() < .05 else f"u{r.randrange(40)}" for _ in range(n)],
            "amount": [None if r.random() < .1 else r.choice([-0.0, 1.0, 2.5, 1e300, math.nan, r.gauss(0, 1)])
                       for _ in range(n)],
            "flag": [r.choice([True, False, None]) for _ in range(n)],
            "label": [r.choice("aaaaaab") + "c" * (r.random() < .05) for _ in range(n)],
            "at": [float(r.randrange(n)) if r.random() < .95 else None for _ in range(n)]}


def field(v):
    if v is None:
        return ""
    if isinstance(v, str):
        return '"' + v + '"'
    if isinstance(v, float):
        return "NAN" if v != v else repr(v)
    return str(v).lower()


class Parts(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.store = mlops.open(os.path.join(self.folder.name, "s.mlops"), sync="relaxed")
        self.addCleanup(self.store.close)

    def commit(self, columns, row_id=None, **divide):
        lines = [",".join(columns)] + [",".join(map(field, row)) for row in zip(*columns.values())]
        path = os.path.join(self.folder.name, "t.csv")
        with open(path, "w", encoding="utf-8") as out:
            out.write("\n".join(lines) + "\n")
        with mlops.Change(self.store) as change, mlops.Draft(change, "d", empty=True) as draft:
            draft.add_csv("t.csv", path, **({"row_id": row_id} if row_id else {}))
            draft.divide("t.csv", **divide)
            draft.commit()
            change.commit()
        return self.store.data["d"]

    def rows(self, commit, part):
        return [int(v) for v in commit.part(part)["row"]]

    def check(self, commit, numbers, names):
        for i, name in enumerate(names):
            self.assertEqual(self.rows(commit, name), [r for r, k in enumerate(numbers) if k == i], name)
        kept = next(e for e in commit.describe()["entries"])["parts"]
        self.assertEqual(kept["digest"], hashlib.sha256(bytes(numbers)).hexdigest())
        self.assertEqual(kept["sizes"], [numbers.count(i) for i in range(len(kept["sizes"]))])

    def test_rows_by_the_rule(self):
        r = random.Random(1)
        for n in 1, 2, 50, 400:
            columns, seed = columns_of(r, n), r.randrange(-2 ** 63, 2 ** 63)
            commit = self.commit(columns, seed=seed)
            self.check(commit, by_hash(columns, list(columns), seed, list(SHARES.values())), list(SHARES))
            self.assertEqual(list(commit.parts()["share"]), list(SHARES.values()))
            commit = self.commit(columns, row_id="row", seed=seed, parts='"a,b=0.3",x=0.2,y=0.5')
            self.check(commit, by_hash(columns, ["row"], seed, [.3, .2, .5]), ["a,b", "x", "y"])
            commit = self.commit(columns, key="amount", n_folds=7)
            self.check(commit, by_hash(columns, ["amount"], 0, folds=7), [f"fold{i}" for i in range(7)])

    def test_groups_by_the_rule(self):
        r = random.Random(2)
        columns = columns_of(r, 500)
        commit = self.commit(columns, by="groups", column="user", seed=3)
        self.check(commit, by_hash(columns, ["user"], 3, list(SHARES.values())), list(SHARES))
        commit = self.commit(columns, by="groups", column="user", n_folds=5)
        self.check(commit, by_hash(columns, ["user"], 0, folds=5), [f"fold{i}" for i in range(5)])
        of = {}
        for i, (train, fold) in enumerate(commit.folds()):
            train, fold = ({str(v) for v in t["user"]} for t in (train, fold))
            self.assertFalse(train & fold)  # what GroupKFold promises
            of[i] = fold
        self.assertEqual(len(set().union(*of.values())), 41)

    def test_strata_by_the_rule(self):
        r = random.Random(4)
        columns = columns_of(r, 700)
        commit = self.commit(columns, by="strata", column="label", seed=-5)
        self.check(commit, by_strata(columns, "label", list(columns), -5, list(SHARES.values())), list(SHARES))
        for label in set(columns["label"]):
            n = columns["label"].count(label)
            for name, share in SHARES.items():
                found = [str(v) for v in commit.part(name)["label"]].count(label)
                self.assertLess(abs(found - share * n), 1 + 1e-9, (label, name))
        commit = self.commit(columns, row_id="row", by="strata", column="label", n_folds=4)
        self.check(commit, by_strata(columns, "label", ["row"], 0, folds=4), [f"fold{i}" for i in range(4)])

    def test_time_by_the_rule(self):
        columns = columns_of(random.Random(6), 300)
        commit = self.commit(columns, by="time", column="at", parts="old=0.5,new=0.5")
        self.check(commit, by_time(columns["at"], [.5, .5]), ["old", "new"])
        commit = self.commit(columns, by="time", column="at", n_folds=5)
        numbers = by_time(columns["at"], folds=5)
        for i in range(5):
            self.assertEqual(self.rows(commit, f"fold{i}"), [r for r, k in enumerate(numbers) if k == i + 1])
            self.assertEqual(self.rows(commit, f"train{i}"), [r for r, k in enumerate(numbers) if k <= i])

    @unittest.skipIf(skl is None, "scikit-learn is not installed")
    def test_folds_as_scikit_learn_makes_them(self):
        n = 101
        columns = {"row": list(range(n)), "at": [float(i) for i in range(n)], "y": [i % 10 == 0 for i in range(n)]}
        commit = self.commit(columns, by="time", column="at", n_folds=6)
        for i, (train, test) in enumerate(skl.TimeSeriesSplit(6).split(np.arange(n))):
            self.assertEqual(self.rows(commit, f"train{i}"), list(train))
            self.assertEqual(self.rows(commit, f"fold{i}"), list(test))
        commit = self.commit(columns, by="strata", column="y", n_folds=3)
        theirs = [sum(np.array(columns["y"])[test]) for _, test in
                  skl.StratifiedKFold(3).split(np.arange(n), columns["y"])]
        ours = [sum(bool(v) for v in commit.part(f"fold{i}")["y"]) for i in range(3)]
        self.assertTrue(max(ours + theirs) - min(ours + theirs) <= 1, (ours, theirs))

    def test_texts_that_spell_numbers(self):
        texts = ["0", "-0", "-1", "00", "01", "+1", "1", "9223372036854775807", "9223372036854775808", "1.0", "-", "1e2",
                 "-9223372036854775808", " 1", "x", "--1", "1a", "12345"] + [str(i) for i in range(-40, 40)]
        columns = {"row": list(range(len(texts))), "id": texts}
        commit = self.commit(columns, key="id", n_folds=5)
        self.check(commit, by_hash(columns, ["id"], 0, folds=5), [f"fold{i}" for i in range(5)])

    def test_a_key_that_turns_text_moves_no_row(self):
        ids = list(range(1, 41)) + [-7, 0, 2 ** 63 - 1]
        before = self.commit({"row": list(range(len(ids))), "id": ids}, key="id", seed=5)
        parts = {name: self.rows(before, name) for name in SHARES}
        after = self.commit({"row": list(range(len(ids) + 1)), "id": [*map(str, ids), "A7"]}, key="id", seed=5)
        for name in SHARES:
            self.assertEqual([r for r in self.rows(after, name) if r < len(ids)], parts[name])

    def test_rows_that_are_added_move_no_other(self):
        r = random.Random(7)
        columns = columns_of(r, 300)
        columns["amount"] = [int(i) for i in range(300)]  # whole numbers, of int64
        for divide in {"key": "row"}, {}, {"by": "groups", "column": "user"}, {"n_folds": 4}:
            names = [f"fold{i}" for i in range(4)] if "n_folds" in divide else list(SHARES)
            before = self.commit(columns, **divide)
            of = {row: name for name in names for row in self.rows(before, name)}
            more = columns_of(r, 500)
            wider = {k: columns[k] + [v for v in more[k][300:]] for k in columns}
            wider["amount"][400] = 0.5  # the column is float64 from now on
            order = list(range(500))
            r.shuffle(order)
            after = self.commit({k: [v[i] for i in order] for k, v in wider.items()}, **divide)
            for name in names:
                for row in self.rows(after, name):
                    self.assertEqual(of.get(row, name), name)

    def test_what_is_refused(self):
        columns = columns_of(random.Random(8), 20)
        for divide in ({"parts": "a=0.5"}, {"parts": "a=0.5,b=0.6"}, {"parts": "a=0.5,a=0.5"}, {"parts": "a,b"},
                       {"parts": "a=1.5,b=-0.5"}, {"parts": "=0.5,b=0.5"}, {"n_folds": 1}, {"n_folds": 251},
                       {"n_folds": 3, "parts": "a=0.5,b=0.5"}, {"column": "user"},
                       {"by": "groups", "column": "user", "key": "row"}, {"by": "time", "column": "at", "n_folds": 20}):
            with self.subTest(divide), self.assertRaises(mlops.InvalidError):
                self.commit(columns, **divide)
        for divide in {"by": "groups"}, {"by": "strata", "column": "none"}, {"key": "none"}, {"by": "time", "column": "label"}:
            with self.subTest(divide), self.assertRaises(mlops.SchemaError):
                self.commit(columns, **divide)
        commit = self.commit(columns)
        with self.assertRaisesRegex(mlops.NotFoundError, "has train, validation, test"):
            commit.part("fold0")
        commit = self.commit(columns, n_folds=3)
        for name in "fold3", "fold", "fold00", "train", "fold-1", "fold0x":
            with self.subTest(name), self.assertRaisesRegex(mlops.NotFoundError, "fold0 to fold2"):
                commit.part(name)
        with mlops.Change(self.store) as change, mlops.Draft(change, "plain") as draft:
            draft.add_table("t", mlops.table({"row": [1, 2]}))
            draft.add_bytes("f", b"x")
            draft.commit()
            change.commit()
        for path in "t", "f":
            with self.assertRaises(mlops.SchemaError):
                self.store.data["plain"].part("train", path)

    def test_rows_that_leak_are_found(self):
        r = random.Random(10)
        columns = columns_of(r, 200)
        del columns["row"], columns["at"]  # so that rows come twice
        columns = {k: v + v[:50] for k, v in columns.items()}
        columns["row"] = list(range(250))
        one = self.commit(columns, key="row", parts="train=0.6,test=0.4")
        names = [name for name in columns if name != "row"]

        def leaks(part, source):
            train, test = self.rows(source, "train"), self.rows(part, "test")
            keys = {}
            for place, row in enumerate(train):
                keys.setdefault(b"".join(cell(columns[name][row]) for name in names), place)
            found = ((place, keys.get(b"".join(cell(columns[name][row]) for name in names))) for place, row in enumerate(test))
            return [{"a": a, "b": b} for a, b in found if b is not None]

        due = leaks(one, one)
        self.assertTrue(due)
        self.assertEqual(one.leaked(columns=names).to_dicts(), due)
        self.assertEqual(one.leaked().n_rows, 0)  # of all columns: each row is itself alone
        other = self.commit(columns, key="row", parts="train=0.6,test=0.4", seed=1)
        self.assertEqual(other.leaked(commit=one, columns=names).to_dicts(), leaks(other, one))
        rule = self.commit({name: columns[name] for name in [*names, "row"]}, by="groups", column="user")
        users = {str(v) for v in rule.part("train")["user"]}
        self.assertFalse(users & {str(v) for v in rule.part("test")["user"]})

    def test_a_split_beside(self):
        columns = columns_of(random.Random(9), 60)
        with mlops.Change(self.store) as change, mlops.Draft(change, "d") as draft:
            draft.add_table("t", mlops.table({"row": columns["row"], "user": [str(u) for u in columns["user"]]}))
            draft.divide("t", by="groups", column="user")
            draft.split("t", share=.25)
            draft.commit()
            change.commit()
        commit = self.store.data["d"]
        self.assertEqual(commit.held_out.n_rows, 15)
        self.assertEqual(sum(int(n) for n in commit.parts()["n_rows"]), 60)


if __name__ == "__main__":
    sys.exit(main(sys.modules[__name__]))
