#!/usr/bin/python3
"""Erased data is gone: every frame of every pack is unpacked by docs/format.md alone and searched, and so is every file of
the store; all that was not to go is there, byte for byte, in all versions."""
import datetime
import decimal
import fractions
import io
import json
import math
import pathlib
import random
import re
import subprocess
import sys
import tempfile
import traceback

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/unit"))
import oracle_columnar  # noqa: E402
import oracle_pack  # noqa: E402

import numpy  # noqa: E402

import mlops  # noqa: E402


def read_chunk(packs, key):
    """A chunk as it is unpacked and, if it is a group of rows, its text."""
    data = packs.chunk(key)
    try:
        return data + b"\n" + b"".join(oracle_columnar.read_group(data)[3])
    except Exception:  # it is none
        return data


def search_content(packs, words):
    """Where in what packs, or objects of a remote, unpack to one of the words is."""
    found = []
    for key in packs.chunks:
        data = read_chunk(packs, key)
        found += [f"chunk {key.hex()}: {word!r}" for word in words if word in data]
    for name in packs.objects:
        try:
            data = packs.content(name)
        except KeyError:
            found.append(f"object {name.hex()} leads to what is not there")
            continue
        found += [f"object {name.hex()}: {word!r}" for word in words if word in data]
    return found


def search(store, words):
    """Where in a store one of the words is."""
    root = pathlib.Path(store)
    store_id = bytes.fromhex(re.search(r"id ([0-9a-f]{64})", (root / "format").read_text())[1])
    packs = oracle_pack.Packs(root, store_id)
    found = []
    for path in sorted(p for p in root.rglob("*") if p.is_file()):
        data = path.read_bytes()
        found += [f"{path.relative_to(root)}: {word!r}" for word in words if word in data]
    found += search_content(packs, words)
    return found


def all_files(store, dataset):
    """{(commit, path): bytes} of all commits that main leads to."""
    out = {}
    for commit in mlops.dataset_log(store, dataset, None, 1000)["commit"]:
        for path in mlops.dataset_entries(store, dataset, commit)["path"]:
            out[commit, path] = bytes(mlops.dataset_read(store, dataset, commit, path))
    return out


def commit(store, dataset, add):
    with mlops.Change(store) as change:
        with mlops.Draft(change, dataset) as draft:
            add(draft)
            name = draft.commit()
        change.commit()
    return name


def check(path):
    with mlops.Check.store(path) as found:
        assert found.n_faults == 0, found.fault(0)


def sound(path, words, wanted):
    """After a new start, and again with an index that is made anew."""
    for again in range(2):
        check(path)
        with mlops.open(path) as store:
            for dataset, files in wanted.items():
                got = all_files(store, dataset)
                assert got.keys() == files.keys(), (sorted(got)[:5], sorted(files)[:5])
                for key in files:
                    assert got[key] == files[key], key
            mlops.Audit.verify(store)
        found = search(path, words)
        assert not found, found[:5]
        for file in (pathlib.Path(path) / "index").iterdir():
            file.unlink()


def fails(kind, call, word):
    try:
        call()
    except kind as error:
        assert word in str(error), error
        return
    raise AssertionError(f"no {kind.__name__}")


SECRET = b"Erika Mustermann, born 1964-08-12"


def text(seed, n, secret=b""):
    rng = random.Random(seed)
    lines = [b"%s line %d of %d\n" % (rng.randbytes(20).hex().encode(), i, seed) for i in range(n)]
    if secret:
        lines.insert(n // 2, secret + b"\n")
    return b"".join(lines)


def erase_files(folder):
    """A small file that shares its chunk, a large one, and versions of both, in two datasets."""
    path = f"{folder}/files.mlops"
    files = {f"s/{i}.txt": text(i, 30, SECRET if i == 7 else b"") for i in range(20)}
    source = pathlib.Path(folder) / "in"
    for name, data in files.items():
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_bytes(data)
    with mlops.open(path) as store:
        commit(store, "a", lambda d: d.add_folder("in", str(source)))
        for version in range(6):
            big = text(100, 3000, SECRET) + text(200 + version, 20)
            commit(store, "a", lambda d, b=big: (d.add_bytes("big/p.bin", b), d.add_bytes("tiny.txt", SECRET[:10])))
            rest = text(101, 3000) + text(300 + version, 20)
            commit(store, "a", lambda d, b=rest: d.add_bytes("big/q.bin", b))
        commit(store, "b", lambda d: (d.add_bytes("copy.txt", files["s/7.txt"]), d.add_bytes("else.txt", b"else")))
        wanted = {name: {key: data for key, data in all_files(store, name).items() if SECRET not in data}
                  for name in "ab"}
        assert search(path, [SECRET])
        before = [mlops.dataset_log(store, name, None, 1000)["commit"] for name in "ab"]
        head = before[0][0]
        dry = mlops.dataset_erase(store, "a", paths="s/7.txt,in/s/7.txt,big/p.bin", dry_run=True)
        assert dry.n_files == 7 and dry.n_commits == 14 and dry.number == 0, dry
        fails(mlops.InvalidError, lambda: mlops.dataset_erase(store, "a", paths="x"), "reason")
        done = mlops.dataset_erase(store, "a", paths="in/s/7.txt,big/p.bin", reason="asked to", by="dpo")
        assert done.done and done.number == 1 and done.n_files == 7 and done.n_commits == 14, done
        assert done.n_remade >= 19, done
        assert before == [mlops.dataset_log(store, name, None, 1000)["commit"] for name in "ab"]
        fails(mlops.ErasedError, lambda: mlops.dataset_read(store, "a", None, "in/s/7.txt"), "by dpo: asked to")
        fails(mlops.ErasedError, lambda: mlops.dataset_read(store, "b", None, "copy.txt"), "by dpo: asked to")
        fails(mlops.ErasedError, lambda: commit(store, "c", lambda d: d.add_bytes("x", files["s/7.txt"])), "asked to")
        fails(mlops.ErasedError, lambda: commit(store, "a", lambda d: d.add_folder("in", str(source))), "asked to")
        (source / "s/7.txt").unlink()
        (source / "s/new.txt").write_bytes(b"new")
        after = commit(store, "a", lambda d: d.add_folder("in", str(source)))
        wanted["a"].update({(after, p): d for (c, p), d in wanted["a"].items() if c == head})
        wanted["a"][after, "in/s/new.txt"] = b"new"
        told = mlops.erase_certificate(store, 1)
        assert '"by":"dpo"' in told and "backups" in told and "s/7.txt" in told and "born" not in told
        again = mlops.dataset_erase(store, None, paths="in/s/7.txt", reason="asked to", by="dpo")
        assert again.number == 0 and again.done, again
        assert mlops.erase_list(store)["number"].tolist() == [1]
    sound(path, [SECRET], wanted)


def table(seed, n, person=None, edits=0):
    rng = random.Random(seed)
    rows = []
    for i in range(n):
        name = f"p{rng.randrange(10**9)}"
        rows.append(f"{i},{name},{rng.randrange(10**6)},\"{rng.randbytes(6).hex()},q\"\r\n".encode())
    for k, at in enumerate([3, n // 2, n - 1] if person else []):
        rows[at] = b"%d,%s,%d,secret-%s-%d\r\n" % (at, person, 777000 + k, person, k)
    rng = random.Random(edits)
    for _ in range(edits * 20):
        i = rng.randrange(4, n - 1)
        if person is None or person not in rows[i]:
            cells = rows[i].split(b",")
            cells[2] = b"%d" % rng.randrange(10**6)
            rows[i] = b",".join(cells)
    return [b"id,name,amount,note\r\n"] + rows


def erase_rows(folder):
    """Rows of a person, in versions of a large table, a small one, one of kind table, and a file; with a split and parts."""
    path = f"{folder}/rows.mlops"
    person = b"Mustermann-4711"
    wanted, tables = {"t": {}}, {}
    with mlops.open(path) as store:
        for version in range(9):
            rows = table(1, 6000, person, version)
            small = [b"name,x\n"] + [b"%s,%d\n" % (person if i % 5 == 0 else b"n%d" % i, i) for i in range(40)]
            file = pathlib.Path(folder) / "t.csv"
            file.write_bytes(b"".join(rows))
            (pathlib.Path(folder) / "small.csv").write_bytes(b"".join(small))

            def add(d, v=version):
                d.add_csv("t.csv", str(file), target="amount")
                d.split("t.csv", share=0.3, seed=5)
                d.divide("t.csv", parts="train=0.8,test=0.2", key="id")
                d.add_csv("small.csv", f"{folder}/small.csv")
                d.add_bytes("plain.csv", file.read_bytes())
                d.add_bytes("other.txt", text(v, 200))
                d.add_table("kind.tab", mlops.table({"name": [person.decode(), "b", "c"], "v": [1, v, 3]}))
            name = commit(store, "t", add)
            tables[name] = (mlops.dataset_table(store, "t", name, "t.csv", "held_out")["id"].tolist(),
                            mlops.dataset_part(store, "t", name, "t.csv", "test")["id"].tolist())
            keep = [r for r in rows if person not in r]
            wanted["t"][name, "t.csv"] = wanted["t"][name, "plain.csv"] = b"".join(keep)
            wanted["t"][name, "small.csv"] = b"".join(r for r in small if person not in r)
            wanted["t"][name, "other.txt"] = text(version, 200)
        gone = {3, 3000, 5999}
        assert search(path, [person]) and search(path, [b"secret-Muster"])
        done = mlops.dataset_erase(store, None, column="name", value=person.decode(), reason="Art. 17", by="dpo")
        assert done.done and done.n_commits == 9, done
        for name, (held_out, test) in tables.items():
            left = mlops.dataset_table(store, "t", name, "t.csv", "held_out")
            assert left["id"].tolist() == [i for i in held_out if i not in gone]
            part = mlops.dataset_part(store, "t", name, "t.csv", "test")
            assert part["id"].tolist() == [i for i in test if i not in gone]
            assert mlops.dataset_table(store, "t", name, "kind.tab")["name"] == ["b", "c"]
            wanted["t"][name, "kind.tab"] = bytes(mlops.dataset_read(store, "t", name, "kind.tab"))
            reference = mlops.dataset_reference(store, "t", name, "t.csv")
            assert reference is not None
        told = mlops.erase_certificate(store, done.number)
        assert '"column":"name"' in told and "4711" not in told
        fails(mlops.ErasedError, lambda: commit(store, "u", lambda d: d.add_csv("t.csv", str(file))), "Art. 17")
        assert mlops.dataset_diff(store, "t", sorted(tables)[0], sorted(tables)[1]).n_rows >= 0
        commits = mlops.dataset_log(store, "t", None, 100)["commit"]
        mlops.dataset_checkout(store, "t", commits[3], f"{folder}/out")
        assert pathlib.Path(f"{folder}/out/t.csv").read_bytes() == wanted["t"][commits[3], "t.csv"]
        store.export(f"{folder}/rows.export")
        after = commit(store, "t", lambda d: d.add_bytes("after.txt", b"after"))
        wanted["t"].update({(after, p): d for (c, p), d in wanted["t"].items() if c == commits[0]})
        wanted["t"][after, "after.txt"] = b"after"
    sound(path, [person, b"secret-Muster"], wanted)
    size = sum(p.stat().st_size for p in (pathlib.Path(path) / "packs").iterdir())
    assert size < 1500000, size  # what stands in is kept as changes, as versions are
    mlops.Store.import_(f"{folder}/copy.mlops", f"{folder}/rows.export")
    check(f"{folder}/copy.mlops")
    assert not search(f"{folder}/copy.mlops", [person])


def erase_unnamed(folder):
    """Rows of a version whose commit is gone, and that a later one is kept as changes to."""
    path = f"{folder}/unnamed.mlops"
    person = b"Mustermann-4711"
    file = pathlib.Path(folder) / "t.csv"
    rows = table(1, 6000, person, 0)
    keep = [r for r in rows if person not in r]
    with mlops.open(path) as store:
        file.write_bytes(b"".join(rows))
        first = commit(store, "t", lambda d: d.add_csv("t.csv", str(file)))
        file.write_bytes(b"".join(keep))
        second = commit(store, "t", lambda d: d.add_csv("t.csv", str(file)))
        with mlops.Change(store) as change:
            with mlops.Draft(change, "t", branch="other", base="", empty=True) as draft:
                text = bytes(mlops.dataset_read(store, "t", second, "t.csv"))
                file.write_bytes(text)
                draft.add_csv("t.csv", str(file))
                alone = draft.commit()
            mlops.dataset_drop(change, "t", "main")
            change.commit()
        store.gc(keep_ns=1, min_live=1)
        assert mlops.dataset_log(store, "t", "other", 9)["commit"] == [alone] != [first]
        assert search(path, [person])
        done = mlops.dataset_erase(store, "t", column="name", value=person.decode(), reason="Art. 17", by="dpo")
        assert done.done and done.n_commits == 0 and done.n_tables == 1 and done.n_remade == 1, done
    with mlops.open(path) as store:
        assert bytes(mlops.dataset_read(store, "t", "other", "t.csv")) == b"".join(keep)
    check(path)
    assert not search(path, [person])


def erase_where(folder):
    """Rows by a condition, in versions beside which a table lacks a column; against Python's own choice."""
    path = f"{folder}/where.mlops"
    file = pathlib.Path(folder) / "t.csv"
    rng = random.Random(7)
    wanted, other = {"t": {}}, b"age,place\n9,Wien\n"
    with mlops.open(path) as store:
        for version in range(4):
            rows = []
            for i in range(4000):
                age, place = rng.randrange(90), rng.choice(["Wien", "Graz", "Linz", ""])
                word = b"minor" if age < 18 and place == "Graz" else b"other"
                rows.append((word, b"%d,%s,%s-%d\n" % (age, place.encode(), word, rng.randrange(10**6))))
            file.write_bytes(b"age,city,note\n" + b"".join(r for _, r in rows))
            name = commit(store, "t", lambda d: (d.add_csv("t.csv", str(file)), d.add_bytes("o.csv", other)))
            wanted["t"][name, "t.csv"] = b"age,city,note\n" + b"".join(r for word, r in rows if word == b"other")
            wanted["t"][name, "o.csv"] = other
        where = "age < 18 and city == 'Graz'"
        fails(mlops.ParseError, lambda: store.data.erase(where="age <", dry_run=True), "condition")
        fails(mlops.SchemaError, lambda: store.data.erase(where="city < 18", dry_run=True), "t.csv")
        fails(mlops.InvalidError,
              lambda: mlops.dataset_erase(store, column="x", value="1", where="a", dry_run=True), "two")
        fails(mlops.NotFoundError, lambda: store.data.erase(where="age < 18 and nothing == 1", **WHY), "columns of")
        fails(mlops.NotFoundError, lambda: store.data.erase(where=("nmae", "x"), **WHY), "'nmae'")
        n = store.data.erase(where=where, dry_run=True).n_rows
        done = store.data.erase(where=where, reason="minors", by="dpo")
        assert done.done and done.n_rows == n > 100 and done.n_tables == 4 and done.n_commits == 4, done
        told = mlops.erase_certificate(store, 1)
        assert "Graz" not in told and "where_sha256" in told and '"column"' not in told
    sound(path, [b"minor-"], wanted)


def part_of(store, name, path, part):
    return mlops.dataset_part(store, "t", name, path, part)


def kind(table, name):
    return table.type(table.names.index(name))


WHY = dict(reason="Art. 17", by="dpo")


def erase_keeps_types(folder):
    """The rows that stay have the types that they had, though by themselves they would say other ones: so parts by groups
    move no row, and times are read by the format that was given; conditions see them as nanoseconds."""
    path = f"{folder}/types.mlops"
    rows = [f"{i % 10},{i},{'x' if i == 7 else i % 2}\n" for i in range(300)]
    first = "g,\"i,=d\",s\n" + "".join(rows)
    times = "when,who\n01.02.2026,erika\n02.02.2026,max\n03.02.2026,max\nNA,max\n"
    (pathlib.Path(folder) / "t.csv").write_text(first + "erika,999,x\n")
    (pathlib.Path(folder) / "w.csv").write_text(times)
    with mlops.open(path) as store:
        csv = dict(types="when=time(%d.%m.%Y)")

        def add(d):
            d.add_csv("t.csv", f"{folder}/t.csv")
            d.divide("t.csv", parts="a=0.5,b=0.5", by="groups", column="g", seed=3)
            d.add_csv("w.csv", f"{folder}/w.csv", csv=csv)
        name = commit(store, "t", add)
        before = {p: part_of(store, name, "t.csv", p)["i,=d"].tolist() for p in "ab"}
        assert min(len(rows) for rows in before.values()) > 20, before
        wanted = mlops.dataset_table(store, "t", name, "w.csv")["when"][1:3].tolist()
        done = store.data.erase(where=("g", "erika"), **WHY)
        assert done.n_rows == 1 and done.done, done
        for p in "ab":
            after = part_of(store, name, "t.csv", p)
            assert after["i,=d"].tolist() == [i for i in before[p] if i != 999], p
            assert kind(after, "g") == mlops.Type.STRING
        assert bytes(mlops.dataset_read(store, "t", name, "t.csv")).decode() == first
        day = 86400 * 10**9
        assert wanted[1] - wanted[0] == day
        fails(mlops.SchemaError, lambda: store.data.erase(where="when == '01.02.2026'", dry_run=True), "w.csv")
        done = store.data.erase(where=f"when == {wanted[0] - day}", **WHY)
        assert done.n_rows == 1 and done.done, done
        table = mlops.dataset_table(store, "t", name, "w.csv")
        assert kind(table, "when") == mlops.Type.INT64 and table["when"][:2].tolist() == wanted
        assert table.n_nulls(0) == 1 and table["who"] == ["max"] * 3
        done = store.data.erase(where=f"when > {wanted[0]}", **WHY)
        done = store.data.erase(where=f"when > {wanted[0] - day}", **WHY)
        table = mlops.dataset_table(store, "t", name, "w.csv")
        assert len(table) == 1 and kind(table, "when") == mlops.Type.INT64, table
    check(path)
    assert not search(path, [b"erika"])


def erase_of_some(folder):
    """Tables that are some rows of a text, with a split of them, keep the rest of their rows and get no other ones."""
    path = f"{folder}/some.mlops"
    rows = [f"{c},{n}\n" for n, c in enumerate("abcdefgh", 1)]
    pathlib.Path(f"{folder}/t.csv").write_text("id,x\n" + "".join(rows))
    pathlib.Path(f"{folder}/four.csv").write_text("id,x\n" + "".join(rows[:4]))
    with mlops.open(path) as store:
        def add(d):
            d.add_csv("t.csv", f"{folder}/t.csv", csv=dict(rows_max=4))
            d.add_csv("all.csv", f"{folder}/t.csv")
            d.add_csv("four.csv", f"{folder}/four.csv", csv=dict(rows_max=4))
            d.add_csv("u.csv", f"{folder}/t.csv", csv=dict(rows_max=4))
            d.split("u.csv", share=0.5, seed=1)
        name = commit(store, "t", add)
        held_out = mlops.dataset_table(store, "t", name, "u.csv", "held_out")["id"]

        def left(ids, words):
            text = "id,x\n" + "".join(r for r in rows if r[0] in words)
            for p in "t.csv", "u.csv":
                assert mlops.dataset_table(store, "t", name, p)["id"] == list(ids), (p, ids)
                assert bytes(mlops.dataset_read(store, "t", name, p)).decode() == text
            assert mlops.dataset_table(store, "t", name, "u.csv", "held_out")["id"] == [i for i in held_out if i in ids]
        left("abcd", "abcdefgh")
        for word, ids, words in [("b", "acd", "acdefgh"), ("f", "acd", "acdegh"), ("d", "ac", "acegh")]:
            done = store.data.erase(where=("id", word), **WHY)
            assert done.done and 1 <= done.n_tables <= 2, done
            left(ids, words)
        store.data.erase(where="id == 'a' or id == 'c'", **WHY)
        assert bytes(mlops.dataset_read(store, "t", name, "t.csv")) == b"id,x\ne,5\ng,7\nh,8\n"
        fails(mlops.SchemaError, lambda: mlops.dataset_table(store, "t", name, "t.csv"), "is a file")
        assert mlops.dataset_table(store, "t", name, "all.csv")["id"] == ["e", "g", "h"]
        assert len(mlops.dataset_table(store, "t", name, "four.csv")) == 0
    check(path)


def erase_beside_spoiled(folder):
    """Files that are no tables and were not searched are counted and named; values of Python and NumPy are what they are."""
    path = f"{folder}/spoiled.mlops"
    ragged, latin = b"id,name\n1,erika\n2,max,oops\n", "id,name\n1,erika\n2,J\xfcrgen\n".encode("latin-1")
    plain = b"id,name,x\n1,erika,inf\n2,max,0.5\n3,u,7\n4,v,8\n"
    with mlops.open(path) as store:
        for version in range(2):
            name = commit(store, "t", lambda d: (d.add_bytes("ragged.csv", ragged + b"%d,x\n" % version),
                                                 d.add_bytes("latin.tsv", latin), d.add_bytes("latin.txt", latin),
                                                 d.add_bytes("plain.csv", plain), d.add_bytes("no.csv", b"a,b\n1,2\n")))
        commit(store, "other", lambda d: d.add_bytes("ragged.csv", ragged))
        assert store.data.erase(where=("name", "nobody"), **WHY).n_unread == 3
        assert store.data.erase("t", where="id == 1", dry_run=True).n_unread == 2
        assert store.data.erase("t", where="id == 1", paths="plain.csv", dry_run=True).n_unread == 0
        assert store.data.erase("t", paths="*.txt", dry_run=True).n_unread == 0
        values = [(1, 1), (numpy.int64(1), 1), (numpy.uint8(2), 1), (decimal.Decimal("1"), 1), (numpy.float32(2.0), 1),
                  (numpy.array(3), 1), (99, 0), (decimal.Decimal("1E0"), 1), ("4", 1), ("4.0", 1)]
        for value, n in values:
            assert store.data.erase("t", where=("id", value), dry_run=True).n_rows == n, value
        for value in True, numpy.bool_(True), 2.5, "erika", "", "1,5", 2.0**63:
            fails(mlops.SchemaError, lambda: store.data.erase("t", where=("id", value), dry_run=True),
                  "none of type int64, which the column 'id' of 'plain.csv' has")
        fails(mlops.SchemaError, lambda: store.data.erase("t", where=("x", "high"), dry_run=True), "type float64")
        assert store.data.erase("t", where=("x", math.inf), dry_run=True).n_rows == 1
        for value in None, b"1", [1], fractions.Fraction(1), numpy.array([1]), 1j, numpy.datetime64("2026-01-01"):
            fails(TypeError, lambda: store.data.erase(where=("id", value), dry_run=True), "where")
        fails(ValueError, lambda: store.data.erase(where=("id", math.nan), dry_run=True), "NaN")
        done = store.data.erase(where=("id", numpy.int64(1)), **WHY)
        assert (done.number, done.n_rows, done.n_unread) == (1, 1, 3), done
        told = store.data.certificate(1)
        assert told["n_unread"] == 3 and sorted((e["dataset"], e["path"]) for e in told["unread"]) == [
            ("other", "ragged.csv"), ("t", "latin.tsv"), ("t", "ragged.csv")], told
        assert bytes(mlops.dataset_read(store, "t", name, "latin.tsv")) == latin
        done = store.data.erase(paths="ragged.csv,latin.*", **WHY)
        assert done.done and "unread" not in store.data.certificate(2), done
        assert store.data.erase(where=("name", "erika"), **WHY).n_unread == 0
    check(path)
    assert not search(path, [b"erika"])


def erase_before_no_rows(folder):
    """Of a text that goes on as no table behind the rows that are read, these alone are searched; the rest stays."""
    path = f"{folder}/before.mlops"
    rest = {"ragged.csv": b"4,max,oops\n5,erika\n", "open.csv": b'4,"max\n', "latin.csv": "4,J\xfcrgen\n".encode("latin-1")}
    for p in rest:
        pathlib.Path(f"{folder}/{p}").write_bytes(b"id,name\r\n1,erika\r\n2,max\r\n3,erika\r\n" + rest[p])
    pathlib.Path(f"{folder}/whole.csv").write_bytes(b"id,name\n1,erika\n2,max\n3,u\n4,erika\n")
    with mlops.open(path) as store:
        name = commit(store, "t", lambda d: [d.add_csv(p, f"{folder}/{p}", csv=dict(rows_max=3))
                                             for p in [*rest, "whole.csv"]])
        done = store.data.erase(where=("name", "erika"), **WHY)
        assert done.done and (done.n_tables, done.n_rows, done.n_unread) == (4, 8, 3), done
        assert sorted(e["path"] for e in store.data.certificate(1)["unread"]) == sorted(rest)
        for p, data in rest.items():
            assert bytes(mlops.dataset_read(store, "t", name, p)) == b"id,name\r\n2,max\r\n" + data
            assert mlops.dataset_table(store, "t", name, p)["id"] == [2], p
        assert bytes(mlops.dataset_read(store, "t", name, "whole.csv")) == b"id,name\n2,max\n3,u\n"
        done = store.data.erase(where="id == 2", **WHY)
        assert (done.n_tables, done.n_rows, done.n_unread) == (4, 4, 3), done
        for p, data in rest.items():  # no options read none of it
            assert bytes(mlops.dataset_read(store, "t", name, p)) == b"id,name\r\n" + data
            fails(mlops.SchemaError, lambda: mlops.dataset_table(store, "t", name, p), "is a file")
    check(path)


def erase_alike(folder):
    """Content that entries read in different ways counts once, and so do its rows."""
    path = f"{folder}/alike.mlops"
    pathlib.Path(f"{folder}/a.csv").write_text("id,name\n1,erika\n2,max\n3,erika\n")
    with mlops.open(path) as store:
        commit(store, "t", lambda d: (d.add_csv("a.csv", f"{folder}/a.csv"), d.add_csv("b.csv", f"{folder}/a.csv"),
                                      d.add_csv("c.csv", f"{folder}/a.csv", csv=dict(types="id=string")),
                                      d.add_file("d.csv", f"{folder}/a.csv")))
        for dry_run in True, False:
            done = store.data.erase(where=("name", "erika"), dry_run=dry_run, **WHY)
            assert (done.n_tables, done.n_rows) == (1, 2), done
    check(path)


def erase_bare(folder):
    """Tables without a header: all rows of one, and those ahead of an empty line, which is a null where there is one column."""
    path = f"{folder}/bare.mlops"
    texts = {"one.csv": "\nerika\n\nmax\nu\n", "two.csv": "\n\nerika\n\n", "three.csv": "skip\n\nerika\n\nx\nerika",
             "all.csv": "erika,1\nerika,2\n", "rest.csv": "erika,1\nx,2\n"}
    wanted = {"one.csv": [None, "max", "u"], "two.csv": [None], "three.csv": [None, "x"], "all.csv": [], "rest.csv": ["x"]}
    for p, text in texts.items():
        pathlib.Path(f"{folder}/{p}").write_text(text)
    with mlops.open(path) as store:
        def add(d):
            for p in texts:
                skip = dict(skip_lines=1) if p == "three.csv" else {}
                d.add_csv(p, f"{folder}/{p}", csv=dict(no_header=True, **skip))
                d.split(p, share=0.5, seed=2)
        name = commit(store, "t", add)
        held_out = {p: mlops.dataset_table(store, "t", name, p, "held_out")["c0"] for p in texts}
        assert mlops.dataset_table(store, "t", name, "one.csv")["c0"] == ["erika", None, "max", "u"]
        done = store.data.erase(where=("c0", "erika"), **WHY)
        assert done.done and done.n_rows == 7, done
        for p, rows in wanted.items():
            got = mlops.dataset_table(store, "t", name, p)
            assert got["c0"] == rows and kind(got, "c0") == mlops.Type.STRING, (p, got)
            part = mlops.dataset_table(store, "t", name, p, "held_out")["c0"]
            assert part == [i for i in held_out[p] if i != "erika"], (p, part)
        assert bytes(mlops.dataset_read(store, "t", name, "one.csv")) == b"\nmax\nu\n"
        assert bytes(mlops.dataset_read(store, "t", name, "three.csv")) == b"skip\n\nx\n"
        assert bytes(mlops.dataset_read(store, "t", name, "all.csv")) == b""
        done = store.data.erase(where=("c0", "max"), **WHY)
        assert done.n_rows == 1 and mlops.dataset_table(store, "t", name, "one.csv")["c0"] == [None, "u"]
    check(path)
    assert not search(path, [b"erika"])


def erase_below_folds(folder):
    """Rows that became too few for their folds are said to be so."""
    pathlib.Path(f"{folder}/u.csv").write_text("t,name\n" + "".join(f"{i},{'erika' if i > 3 else 'max'}\n" for i in range(9)))
    with mlops.open(f"{folder}/folds.mlops") as store:
        name = commit(store, "t", lambda d: (d.add_csv("u.csv", f"{folder}/u.csv", time="t"),
                                             d.divide("u.csv", n_folds=4, by="time", column="t")))
        assert len(part_of(store, name, "u.csv", "fold1")) > 0
        store.data.erase(where=("name", "erika"), **WHY)
        for again in range(2):
            fails(mlops.SchemaError, lambda: part_of(store, name, "u.csv", "fold1"), "rows were erased")
            store.data.erase(where=("t", 0), **WHY)
        assert len(mlops.dataset_table(store, "t", name, "u.csv")) == 3


def erase_from_folder(folder):
    """A folder that still has what was erased is not said to have nothing new, whatever is remembered of it."""
    path, source = f"{folder}/seen.mlops", pathlib.Path(folder) / "in"
    source.mkdir()
    for name, text in [("erika", "dear sirs"), ("max", "good day"), ("t.csv", "name,x\nerika,1\nmax,2\n")]:
        (source / name).write_text(text)
    with mlops.open(path) as store:
        for _ in range(2):
            commit(store, "d", lambda d: d.add_folder("", str(source)))
        mlops.dataset_checkout(store, "d", None, f"{folder}/out")

        def differs(place):
            told = mlops.dataset_status(store, "d", None, "", str(place))
            return list(zip(told["path"], told["change"]))
        for place in source, f"{folder}/out":
            for _ in range(2):
                assert differs(place) == []
        store.data.erase("d", paths="erika", **WHY)
        for place in source, f"{folder}/out":
            for _ in range(2):
                assert differs(place) == [("erika", "added")], place
        fails(mlops.ErasedError, lambda: commit(store, "d", lambda d: d.add_folder("", str(source))), "'erika': content")
        (source / "erika").unlink()
        assert differs(source) == differs(source) == []
        store.data.erase("d", where=("name", "erika"), **WHY)
        assert differs(source) == [("t.csv", "changed")]
        fails(mlops.ErasedError, lambda: commit(store, "d", lambda d: d.add_folder("", str(source))), "'t.csv': content")
        mlops.dataset_checkout(store, "d", None, f"{folder}/clean")
        assert differs(f"{folder}/clean") == differs(f"{folder}/clean") == []
        assert sorted(p.name for p in pathlib.Path(f"{folder}/clean").iterdir()) == ["max", "t.csv"]


HOLDER = """
import mlops, sys
with mlops.open(sys.argv[1]) as store:
    for line in sys.stdin:
        with mlops.Change(store) as change, mlops.Draft(change, line.split()[0]) as draft:
            draft.add_csv("t.csv", line.split()[1])
            draft.commit()
            change.commit()
        print(flush=True)
"""


class Holder:
    """A process that commits, and has a pack of its own as long as it lives."""

    def __init__(self, store):
        self.process = subprocess.Popen([sys.executable, "-c", HOLDER, store], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)

    def commit(self, dataset, path):
        self.process.stdin.write(f"{dataset} {path}\n")
        self.process.stdin.flush()
        assert self.process.stdout.readline() == "\n"

    def close(self):
        self.process.stdin.close()
        assert self.process.wait() == 0
        self.process.stdout.close()


def erase_beside_left_frames(folder):
    """Versions that were kept as changes to what was erased are kept anew. The packs of the old frames may come back with
    a power cut, or be held by others: an index that is made anew takes the new ones."""
    path, versions = f"{folder}/s", {}
    for i in range(5):
        rows = table(1, 3000, b"erika" if i == 0 else None, i)
        versions[f"{folder}/{i}.csv"] = b"".join(rows)
    for i in range(2):
        versions[f"{folder}/other{i}.csv"] = b"".join(table(9 + i, 3000))
    for name, data in versions.items():
        pathlib.Path(name).write_bytes(data)
    holders = [Holder(path) for _ in range(3)]
    for i in range(2):
        holders[i].commit(f"other{i}", f"{folder}/other{i}.csv")
    holders[2].commit("d", f"{folder}/0.csv")  # in a pack of its own
    holders[2].close()
    for i in range(1, 5):
        holders[1].commit("d", f"{folder}/{i}.csv")
    holders[0].close()
    assert len(list(pathlib.Path(path, "packs").iterdir())) == 3

    def whole():
        with mlops.open(path, read_only=True, index="memory") as store:
            commits = mlops.dataset_log(store, "d", "main", 9)["commit"]
            assert len(commits) == 5
            for i, commit in enumerate(reversed(commits)):
                got = mlops.dataset_read(store, "d", commit, "t.csv")
                assert got == versions[f"{folder}/{i}.csv"] if i else b"erika" not in got, i
        check(path)

    with mlops.open(path) as store:
        assert not store.data.erase("d", where=("name", "erika"), **WHY).done  # a pack is held
    whole()
    old = {p: p.read_bytes() for p in pathlib.Path(path, "packs").iterdir()}
    holders[1].close()
    with mlops.open(path) as store:
        assert store.data.erase().done
    whole()
    for file, data in old.items():  # as if their removal had not come to the device
        file.write_bytes(data)
    for file in pathlib.Path(path, "index").iterdir():
        file.unlink()
    whole()


def erase_names_what_comes_again(folder):
    """Whoever adds what was erased is told which file it is, once: of a few bytes, small, large, in a folder, by a stream."""
    path, source = f"{folder}/names.mlops", pathlib.Path(folder) / "in"
    sizes = {"inline": 1, "small": 60, "large": 9000, "huge": 300_000}
    source.mkdir()
    for seed, (name, n) in enumerate(sizes.items()):
        (source / name).write_bytes(text(seed, n, SECRET))
        (source / f"other-{name}").write_bytes(text(seed + 50, n))
    with mlops.open(path) as store:
        commit(store, "d", lambda d: d.add_folder("", str(source)))
        store.data.erase("d", paths=",".join(sizes), **WHY)

        def told(add):
            try:
                commit(store, "d", add)
            except mlops.ErasedError as error:
                assert "Art. 17" in str(error), error
                return str(error)
            raise AssertionError("it is there again")
        for name in sizes:
            data = (source / name).read_bytes()
            for add in (lambda d: d.add_bytes("a/b", data), lambda d: d.add_file("a/b", str(source / name)),
                        lambda d: d.add_stream("a/b", io.BytesIO(data))):
                assert told(add).count("'a/b': ") == 1, (name, told(add))
            alone = pathlib.Path(folder) / f"in{len(data)}"
            alone.mkdir()
            (alone / name).write_bytes(data)
            (alone / "beside").write_bytes(b"good day")
            for n_files in 1, 0:
                said = told(lambda d: d.add_folder("p", str(alone)))
                assert said.count(name) == 1, (name, said)
                (alone / "beside").unlink(missing_ok=True)
    check(path)


def erase_by_time(folder):
    """A time is found as it stands in the file, as ISO 8601 and as nanoseconds; what no column can have is refused."""
    path = f"{folder}/times.mlops"
    texts = {"iso.csv": "2024-03-01,2024-03-01T12:30:00Z,2024-03-01T12:30:00.5+02:00,1969-12-31 23:59",
             "day.csv": "01.03.2024,2.3.2024,29.02.2024", "month.csv": "202403,202404,202312"}
    formats = {"iso.csv": "time", "day.csv": "time(%d.%m.%Y)", "month.csv": "time(%Y%m)"}
    with mlops.open(path) as store:
        for name, text in texts.items():
            pathlib.Path(f"{folder}/{name}").write_text("who,when\n" + "".join(f"p{i},{t}\n" for i, t in enumerate(text.split(","))))
            commit(store, name, lambda d: d.add_csv(name, f"{folder}/{name}", csv=dict(types=f"when={formats[name]}")))

        def rows(dataset, value):
            return store.data.erase(dataset, where=("when", value), dry_run=True).n_rows

        for name, text in texts.items():
            times = mlops.dataset_table(store, name)["when"].tolist()
            for spelled, ns in zip(text.split(","), times):
                iso = datetime.datetime(1970, 1, 1) + datetime.timedelta(microseconds=ns // 1000)
                for value in spelled, ns, str(ns), iso.isoformat() + "Z":
                    assert rows(name, value) == 1, (name, value)
            assert rows(name, "2031-01-01") == rows(name, 1) == 0
            fails(mlops.SchemaError, lambda: rows(name, "soon"),
                  f"none of type {formats[name]}, which the column 'when' of '{name}' has")
        commit(store, "text", lambda d: d.add_bytes("t.csv", b"when\nsoon\n2024-03-01\n"))
        assert rows(None, "soon") == 1  # a column of text has any value
        assert rows(None, "2024-03-01") == 4
        commit(store, "bool", lambda d: d.add_bytes("b.csv", b"ok\ntrue\nFALSE\ntrue\n"))
        for value, n in ("true", 2), ("TRUE", 2), ("False", 1):
            assert store.data.erase("bool", where=("ok", value), dry_run=True).n_rows == n, value
        fails(mlops.SchemaError, lambda: store.data.erase("bool", where=("ok", "1"), dry_run=True), "type bool")
        done = store.data.erase("day.csv", where=("when", "02.03.2024"), **WHY)
        assert (done.n_rows, done.done) == (1, 1)
        assert bytes(store.data["day.csv"].read("day.csv")) == b"who,when\np0,01.03.2024\np2,29.02.2024\n"
    check(path)


def erase_whatever_divides(folder):
    """Rows of files that nobody has said to be tables, whichever character is between their columns; what is never searched
    is counted."""
    path, secret = f"{folder}/s", "erika"
    files, left = {}, {}
    for name, mark in (("semi.csv", ";"), ("bar.csv", "|"), ("tab.csv", "\t"), ("tab.tsv", "\t"), ("comma.tsv", ",")):
        rows = [["id", "name"], ["1", secret], ["2", "max"]]
        files[name] = "".join(mark.join(row) + "\n" for row in rows).encode()
        left[name] = files[name].replace(f"1{mark}{secret}\n".encode(), b"")
    files["comma.csv"] = b"id;name;amount\n1;erika;1,5\n2;max;2\n3;u;1,5\n"  # decimal commas
    left["comma.csv"] = files["comma.csv"].replace(b"1;erika;1,5\n", b"")
    files["both.csv"] = b"name;amount,eur\nerika;1,5\nmax;2,5\n"
    left["both.csv"] = files["both.csv"].replace(b"erika;1,5\n", b"")
    for name in ("a.jsonl", "b.bin"):
        files[name] = left[name] = b"nothing to find"
    files["one;name.csv"] = left["one;name.csv"] = b"a;b\n1;2\n"
    with mlops.open(path) as store:
        commit(store, "d", lambda d: [d.add_bytes(name, data) for name, data in files.items()])
        assert store.data.erase("d", where=("amount", "1,5"), dry_run=True).n_rows == 2  # as it stands there
        assert store.data.erase("d", where="amount == '1,5'", dry_run=True).n_rows == 2
        done = store.data.erase("d", where=("name", secret), **WHY)
        assert (done.done, done.n_rows, done.n_unread, done.n_opaque) == (1, 6, 0, 2), done  # two are alike
        certificate = json.loads(mlops.erase_certificate(store, 1))
        assert certificate["n_opaque"] == 2 and certificate["n_unread"] == 0
        again = store.data.erase("d", where=("name", secret), **WHY)
        assert (again.number, again.n_opaque) == (0, 2)
        head = store.data["d"]
        for name, data in left.items():
            assert head.read(name) == data, name
    assert not search(path, [secret.encode()])


def run(*tests):
    """Each in a folder of its own, as TAP."""
    print(f"1..{len(tests)}")
    failed = 0
    for i, test in enumerate(tests, 1):
        with tempfile.TemporaryDirectory(prefix="mlops-erase-") as place:
            try:
                test(place)
                print(f"ok {i} - {test.__name__}")
            except Exception:
                failed += 1
                print(f"not ok {i} - {test.__name__}")
                print("# " + traceback.format_exc().replace("\n", "\n# "))
    sys.exit(failed > 0)


if __name__ == "__main__":
    run(erase_files, erase_rows, erase_unnamed, erase_where, erase_keeps_types, erase_by_time, erase_of_some,
        erase_beside_spoiled, erase_before_no_rows, erase_alike, erase_bare, erase_below_folds, erase_from_folder,
        erase_beside_left_frames, erase_names_what_comes_again, erase_whatever_divides)
