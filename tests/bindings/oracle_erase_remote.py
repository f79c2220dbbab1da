#!/usr/bin/python3
"""Erased data is gone from a remote: each frame of each of its objects is unpacked by docs/format.md alone, and searched."""
import json
import pathlib
import struct
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import oracle_erase  # noqa: E402
from oracle_erase import commit, fails, table  # noqa: E402

import mlops  # noqa: E402

PERSON = b"Mustermann-4711"
WORDS = [PERSON, b"secret-Muster", oracle_erase.SECRET]


def read_objects(root):
    """Of each object its frames, behind a head as long as that of packs."""
    for path in (root / "objects").iterdir():
        data = path.read_bytes()
        if data[:8] == b"MLOPSOBJ":
            yield bytes(32) + data[:struct.unpack_from("<Q", data, len(data) - 32)[0]]


def search_remote(root):
    objects, found = oracle_erase.oracle_pack.Frames(read_objects(root)), []
    for path in sorted(p for p in root.rglob("*") if p.is_file()):
        found += [f"{path.name}: {w!r}" for w in WORDS if w in path.read_bytes()]
    found += oracle_erase.search_content(objects, WORDS)
    return found, len(objects.chunks)


def collect(root):
    """Twice, and what was noted to be unneeded was so for long in between."""
    for _ in range(4):
        with mlops.Share.directory(root) as share:
            share.gc(grace_ns=600 * 10**9)
        for path in (root / "state").iterdir():
            state = json.loads(path.read_bytes() or b"{}")
            for it in state.get("unneeded", []):
                it["since_ns"] = 1
            path.write_bytes(json.dumps(state, separators=(",", ":")).encode() if state else b"")


def versions(store, folder):
    """Of a table with rows of a person, kept as changes to each other, the last ones without her; and of files."""
    names = []
    for version in range(12):
        rows = table(1, 6000, PERSON if version < 8 else None, version)
        file = pathlib.Path(folder) / "t.csv"
        file.write_bytes(b"".join(rows))
        big = oracle_erase.text(100, 3000, oracle_erase.SECRET if version < 6 else b"") + oracle_erase.text(200 + version, 20)

        def add(draft, version=version, big=big):
            draft.add_csv("t.csv", str(file), target="amount")
            draft.split("t.csv", share=0.3, seed=5)
            draft.add_bytes("big.bin", big)
            if version == 0:
                for i in range(20):
                    draft.add_bytes(f"s/{i}", oracle_erase.text(i, 30, oracle_erase.SECRET if i == 7 else b""))
        names.append(commit(store, "t", add))
    return names


def content(store, names):
    return {(n, p): bytes(mlops.dataset_read(store, "t", n, p)) for n in names
            for p in mlops.dataset_entries(store, "t", n)["path"]}


def erase_pushed(folder):
    root = pathlib.Path(folder) / "remote"
    with mlops.open(f"{folder}/a.mlops") as a, mlops.open(f"{folder}/b.mlops") as b:
        names = versions(a, folder)
        a.data.push("t", root)
        found, _ = search_remote(root)
        assert all(any(repr(w) in it for it in found) for w in WORDS), found[:5]
        secret = ",".join(f"s/{i}" for i in [7])
        mlops.dataset_erase(a, "t", paths=secret, reason="asked to", by="dpo")
        mlops.dataset_erase(a, "t", column="name", value=PERSON.decode(), reason="asked to", by="dpo")
        mlops.dataset_erase(a, "t", paths="big.bin", reason="asked to", by="dpo")
        wanted = content(a, names)
        assert len(wanted) == 12 * 20, len(wanted)
        a.data.push("t", root)
        collect(root)
        found, n = search_remote(root)
        assert not found and n > 5, found[:5]
        b.data.pull("t", root)
        assert content(b, names) == wanted
        fails(mlops.ErasedError, lambda: mlops.dataset_read(b, "t", names[0], "s/7"), "by dpo: asked to")
        mlops.Audit.verify(b)
    oracle_erase.check(f"{folder}/b.mlops")
    assert not oracle_erase.search(f"{folder}/b.mlops", WORDS)


def erase_pulled(folder):
    """A clone that pulls the erasure loses it, and one that erased takes nothing back, however the remote keeps it."""
    root, other = pathlib.Path(folder) / "remote", pathlib.Path(folder) / "other"
    stores = [f"{folder}/{name}.mlops" for name in "abc"]
    with mlops.open(stores[0]) as a, mlops.open(stores[1]) as b, mlops.open(stores[2]) as c:
        names = versions(a, folder)
        a.data.push("t", root)
        b.data.pull("t", root)
        commit(a, "u", lambda d: d.add_bytes("x", b"1"))
        mlops.dataset_erase(a, "t", paths="s/7", reason="asked to", by="dpo")
        mlops.dataset_erase(a, "t", column="name", value=PERSON.decode(), reason="asked to", by="dpo")
        head = names[-1]
        mlops.dataset_erase(a, "t", paths="big.bin", reason="asked to", by="dpo")
        a.data.push("u", other)
        c.data.pull("u", other)
        c.data.pull("t", root)  # which has all of it still
        wanted = content(a, names)
        for path in ["t.csv"] + [f"s/{i}" for i in range(20) if i != 7]:
            assert bytes(mlops.dataset_read(c, "t", head, path)) == wanted[head, path], path
        a.data.push("t", root)
        b.data.pull("t", root)
        assert content(b, names) == wanted
        assert mlops.erase_list(b)["done"].tolist() == [False] * 3
        assert b.data.erase().done and len(b.data.erasures()["number"]) == 3
        assert b.data.certificate(1)["by"] == "dpo"
        c.data.pull("t", root)
        assert content(c, names) == wanted
        collect(root)
        assert not search_remote(root)[0]
    for path in stores:
        oracle_erase.check(path)
        assert not oracle_erase.search(path, WORDS), path


SMALL = [oracle_erase.SECRET]


def small_files(folder, store, name):
    """Files that come together share a chunk; one of them is secret."""
    files = {f"s/{i}.txt": oracle_erase.text(i, 30, oracle_erase.SECRET if i == 7 else b"") for i in range(20)}
    source = pathlib.Path(folder) / name
    for path, data in files.items():
        (source / path).parent.mkdir(parents=True, exist_ok=True)
        (source / path).write_bytes(data)
    commit(store, "t", lambda d: d.add_folder("in", str(source)))
    return {f"in/{path}": data for path, data in files.items()}


def erase_collected(folder):
    """Of content that shared a chunk and was collected here nothing is left, once a tombstone of it comes."""
    root = pathlib.Path(folder) / "remote"
    paths = [f"{folder}/{name}.mlops" for name in "ab"]
    with mlops.open(paths[0]) as a, mlops.open(paths[1]) as b:
        files = small_files(folder, a, "in")
        a.data.push("t", root)
        b.data.pull("t", root)
        kept = {path: data for path, data in files.items() if path != "in/s/7.txt"}
        commit(b, "u", lambda d: [d.add_bytes(path, data) for path, data in kept.items()] and None)
        with mlops.Change(b) as change:
            mlops.dataset_drop(change, "t", "main")
            change.commit()
        assert b.gc(keep_ns=1, min_live=1, remake_max=0.5).n_dropped_objects > 0
        assert oracle_erase.search(paths[1], SMALL)
        mlops.dataset_erase(a, "t", paths="in/s/7.txt", reason="asked to", by="dpo")
        a.data.push("t", root)
        b.data.pull("t", root)
        assert b.data.erase().done
        assert {path: bytes(mlops.dataset_read(b, "u", None, path)) for path in kept} == kept
        b.export(f"{folder}/b.export")
    oracle_erase.sound(paths[1], SMALL, {})
    mlops.Store.import_(f"{folder}/copy.mlops", f"{folder}/b.export")
    assert not oracle_erase.search(f"{folder}/copy.mlops", SMALL)


def search_small(root):
    objects = oracle_erase.oracle_pack.Frames(read_objects(root))
    return oracle_erase.search_content(objects, SMALL)


def erase_beside(folder):
    """Two datasets of one store at one remote: what one of them erases is in no object of the other."""
    root = pathlib.Path(folder) / "remote"
    path = f"{folder}/a.mlops"
    with mlops.open(path) as a, mlops.open(f"{folder}/b.mlops") as b:
        files = small_files(folder, a, "in")
        kept = {path: data for path, data in files.items() if path != "in/s/7.txt"}
        commit(a, "u", lambda d: [d.add_bytes(path, data) for path, data in kept.items()] and None)
        a.data.push("u", root)
        assert not search_small(root)  # which nobody asked for
        a.data.push("t", root)
        assert search_small(root)
        mlops.dataset_erase(a, "t", paths="in/s/7.txt", reason="asked to", by="dpo")
        a.data.push("t", root)
        a.data.push("u", root)
        collect(root)
        assert not search_small(root)
        b.data.pull("u", root)
        assert {path: bytes(mlops.dataset_read(b, "u", None, path)) for path in kept} == kept


if __name__ == "__main__":
    oracle_erase.run(erase_pushed, erase_pulled, erase_collected, erase_beside)
