#!/usr/bin/python3
"""Trees of DVC and git-lfs as commits. The trees are made here, of what DVC and git-lfs write, by hashlib and PyYAML;
git-lfs itself makes some where it is installed. Prints TAP."""
import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import unittest

try:
    import mlops
except ImportError as missing:
    print(f"1..0 # SKIP {missing}")
    sys.exit(0)
try:
    import yaml
except ImportError:
    yaml = None

from test_python import main

needs_yaml = unittest.skipIf(yaml is None, "PyYAML is not installed")
needs_lfs = unittest.skipIf(not shutil.which("git-lfs"), "git-lfs is not installed")


def dvc_is_text(data):
    """As DVC before 3 decides: its istextblock()."""
    block = data[:512]
    if not block:
        return True
    if b"\0" in block:
        return False
    odd = block.translate(None, bytes(range(32, 127)) + b"\n\r\t\f\b")
    return len(odd) / len(block) <= 0.3


def dvc2_md5(data):
    """Its file_md5(): of text with Unix line ends, a mebibyte at a time."""
    digest = hashlib.md5()
    for at in range(0, len(data), 1 << 20):
        piece = data[at:at + (1 << 20)]
        digest.update(piece.replace(b"\r\n", b"\n") if dvc_is_text(data) else piece)
    return digest.hexdigest()


class Repository:
    """A DVC repository of either layout."""

    def __init__(self, folder, modern):
        self.folder, self.modern = folder, modern
        os.makedirs(os.path.join(folder, ".dvc"))

    def object_path(self, name):
        parts = ("files", "md5", name[:2], name[2:]) if self.modern else (name[:2], name[2:])
        return os.path.join(self.folder, ".dvc/cache", *parts)

    def put(self, name, data):
        path = self.object_path(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as f:
            f.write(data)

    def keep(self, data):
        """The out of a file, without its path."""
        md5 = hashlib.md5(data).hexdigest() if self.modern else dvc2_md5(data)
        self.put(md5, data)
        return {"md5": md5, "size": len(data), **({"hash": "md5"} if self.modern else {})}

    def keep_folder(self, files):
        listing = [{"md5": self.keep(data)["md5"], "relpath": name} for name, data in sorted(files.items())]
        text = json.dumps(listing, sort_keys=True).encode()
        md5 = hashlib.md5(text).hexdigest() + ".dir"
        self.put(md5, text)
        return {"md5": md5, "size": sum(map(len, files.values())), "nfiles": len(files),
                **({"hash": "md5"} if self.modern else {})}

    def write(self, path, value):
        path = os.path.join(self.folder, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as f:
            f.write(value if isinstance(value, str) else yaml.safe_dump(value, sort_keys=False, allow_unicode=True))


class Imports(unittest.TestCase):
    def setUp(self):
        self.place = tempfile.TemporaryDirectory()
        self.addCleanup(self.place.cleanup)
        self.store = mlops.open(os.path.join(self.place.name, "s.mlops"), sync="relaxed")
        self.addCleanup(self.store.close)

    def inside(self, name):
        return os.path.join(self.place.name, name)

    def holds(self, commit, files):
        self.assertEqual(sorted(map(str, commit.entries()["path"])), sorted(files))
        for path, data in files.items():
            self.assertEqual(commit.read(path), data, path)

    def refused(self, kind, words, folder, tool="dvc", **opts):
        before = len(self.store.data.list())
        with self.assertRaises(kind) as caught:
            self.store.data.import_tree(folder, "refused", tool, **opts)
        for word in words:
            self.assertIn(word, str(caught.exception))
        self.assertEqual(len(self.store.data.list()), before)

    # ---- DVC ----

    @needs_yaml
    def test_dvc_of_both_layouts(self):
        random.seed(1)
        for modern in (True, False):
            repo = Repository(self.inside(f"repo{modern}"), modern)
            files = {"data.csv": b"id,y\r\n1,2\r\n", "deep/er/blob": random.randbytes(300_000), "empty": b"",
                     "images/a b.png": random.randbytes(2000), "images/sub/\u00e9.txt": b"text\r\n" * 300_000,
                     "images/zero": b"\0" * 10, "models/m.bin": b"model", "out/with 'quotes' # and: more.txt": b"odd"}
            repo.write("data.csv.dvc", {"outs": [{**repo.keep(files["data.csv"]), "path": "data.csv"}]})
            repo.write("deep/blob.dvc", {"wdir": "er", "outs": [{**repo.keep(files["deep/er/blob"]), "path": "blob"}],
                                         "md5": "d" * 32, "frozen": True})
            repo.write("images.dvc", {"outs": [{**repo.keep_folder({k[7:]: v for k, v in files.items()
                                                                    if k.startswith("images/")}), "path": "images"}]})
            model = repo.keep(files["models/m.bin"])
            lock = {"schema": "2.0", "stages": {
                "train@0": {"cmd": "python train.py --outs: x\necho 'outs:'\n",
                            "deps": [{"path": "data.csv", **repo.keep(b"other")}],
                            "params": {"params.yaml": {"train.outs": ["a", {"path": "b"}], "outs": [{"path": "no"}]}},
                            "outs": [{"path": "models/m.bin", **model},
                                     {"path": "empty", **repo.keep(b""), "cloud": {"path": "nested", "md5": "x"}}]},
                "long": {"cmd": ["python " + "word " * 60, "b"],
                         "outs": [{"path": "out/with 'quotes' # and: more.txt",
                                   **repo.keep(files["out/with 'quotes' # and: more.txt"])}]}}}
            repo.write("dvc.lock", lock)
            os.makedirs(os.path.join(repo.folder, ".git"))
            repo.write(".git/x.dvc", "no yaml at all: [")
            self.holds(self.store.data.import_tree(repo.folder, f"d{modern}", "dvc"), files)
            some = self.store.data.import_tree(repo.folder, f"e{modern}", "dvc", prefix="raw", include="images",
                                               exclude="*.png")
            self.holds(some, {"raw/" + k: v for k, v in files.items() if k.startswith("images") and ".png" not in k})

    @needs_yaml
    def test_dvc_lock_of_version_one_and_styles(self):
        repo = Repository(self.inside("repo"), False)
        a, b = repo.keep(b"a"), repo.keep(b"b")
        repo.write("dvc.lock", f"# comment\nstage:\n  cmd: >-\n    outs:\n    - path: no\n  outs:\n    - path: a  # why\n"
                               f"      md5: '{a['md5']}'\n    -\n      md5: \"{b['md5']}\"\n      path: \"b\\u00e9\\x21\"\n")
        self.holds(self.store.data.import_tree(repo.folder, "d", "dvc"), {"a": b"a", "b\u00e9!": b"b"})

    @needs_yaml
    def test_dvc_paths_of_any_spelling(self):
        random.seed(5)
        letters = "abc" * 4 + " -:#'\"?!&*%@`,[]{}|>~=\u00e9\u4e2d\U0001f600"
        for unicode in (True, False):
            repo = Repository(self.inside(f"repo{unicode}"), True)
            paths = set()
            while len(paths) < 300:
                name = "".join(random.choice(letters) for _ in range(random.choice([1, 5, 20, 150])))
                if "/" not in name and len(name.encode()) < 240:
                    paths.add(random.choice(["", "d/"]) + name)
            odd = ["null", "~", "true", "1.5", "0x1f", "2001-01-01", "- a", "a: b", "a #b", "key:", " lead", "trail "]
            outs = [{**repo.keep(str(i).encode()), "path": path} for i, path in enumerate(sorted(paths) + odd)]
            text = yaml.safe_dump({"outs": outs}, sort_keys=False, allow_unicode=unicode)
            self.assertEqual(yaml.safe_load(text)["outs"], outs)
            repo.write("all.dvc", text)
            commit = self.store.data.import_tree(repo.folder, f"d{unicode}", "dvc")
            self.holds(commit, {path: str(i).encode() for i, path in enumerate(sorted(paths) + odd)})

    @needs_yaml
    def test_dvc_history_costs_what_has_changed(self):
        repo = Repository(self.inside("repo"), True)
        random.seed(2)
        lines = [f"{i},{random.random()}\n" for i in range(200_000)]
        sizes = []
        for i in range(3):
            data = "".join(lines).encode()
            repo.write("t.csv.dvc", {"outs": [{**repo.keep(data), "path": "t.csv"}]})
            commit = self.store.data.import_tree(repo.folder, "d", "dvc", message=f"version {i}")
            self.holds(commit, {"t.csv": data})
            sizes.append(self.store.stat().pack_bytes)
            lines[1000 * i] = "edited,1\n"
        self.assertEqual(len(commit.log()), 3)
        self.assertLess(sizes[2] - sizes[1], 20_000)

    @needs_yaml
    def test_dvc_taken_from_its_place(self):
        repo = Repository(self.inside("repo"), True)
        repo.write("a.dvc", {"outs": [{**repo.keep(b"aaa"), "path": "a", "cache": False}]})
        shutil.rmtree(os.path.join(repo.folder, ".dvc/cache"))
        self.refused(mlops.NotFoundError, ["a.dvc", hashlib.md5(b"aaa").hexdigest(), "'a'", "dvc fetch"], repo.folder)
        repo.write("a", "bbb")
        self.refused(mlops.NotFoundError, ["a.dvc"], repo.folder)
        repo.write("a", "aaa")
        self.holds(self.store.data.import_tree(repo.folder, "d", "dvc"), {"a": b"aaa"})

    @needs_yaml
    def test_dvc_with_a_cache_elsewhere(self):
        repo = Repository(self.inside("repo"), True)
        repo.write("a.dvc", {"outs": [{**repo.keep(b"aaa"), "path": "a"}]})
        shutil.move(os.path.join(repo.folder, ".dvc/cache"), self.inside("cache"))
        self.refused(mlops.NotFoundError, [".dvc/cache"], repo.folder)
        self.holds(self.store.data.import_tree(repo.folder, "d", "dvc", cache=self.inside("cache")), {"a": b"aaa"})

    def test_dvc_cache_is_where_its_settings_say(self):
        md5 = hashlib.md5(b"aaa").hexdigest()
        repo = Repository(self.inside("repo"), True)
        repo.write("a.dvc", f"outs:\n- md5: {md5}\n  hash: md5\n  path: a\n")
        for place in ("shared cache", "repo/.dvc/own"):
            folder = os.path.join(self.inside(place), "files/md5", md5[:2])
            os.makedirs(folder)
            with open(os.path.join(folder, md5[2:]), "wb") as f:
                f.write(b"aaa")

        def setting(path, local=None):
            for name, text in (("config", path), ("config.local", local)):
                repo.write(".dvc/" + name, text or "")
        self.refused(mlops.NotFoundError, [os.path.join(repo.folder, ".dvc/cache")], repo.folder)
        other = "[core]\n    remote = x\n    dir = nowhere\n['remote \"x\"']\n    url = s3://b\n    dir = nowhere\n"
        shared = self.inside("shared cache")
        good = [(other + "[cache]\n    dir = own\n", None), (f"[cache]\n    dir = {shared}\n" + other, None),
                ("[cache]\n dir = ../../shared cache # not here\n", None), (f"[ 'CACHE' ]\r\nDir=\"{shared}\" # yes\r\n", None),
                ("[cache]\ndir = nowhere\n", "[cache]\ndir = own"), ("[cache]\ndir = s3://x\n", "[cache]\ndir = own"),
                ("[cache]\ndir = own\n", other), ("[cache]\ntype = copy\n#dir = no\ndir = no\ndir = own\n", None)]
        for i, (config, local) in enumerate(good):
            setting(config, local)
            self.holds(self.store.data.import_tree(repo.folder, f"d{i}", "dvc"), {"a": b"aaa"})
        setting("[cache]\ndir = nowhere\n")
        self.refused(mlops.NotFoundError, [os.path.join(repo.folder, ".dvc/nowhere")], repo.folder)
        self.holds(self.store.data.import_tree(repo.folder, "given", "dvc", cache=shared), {"a": b"aaa"})
        for value, word in (("", "is empty"), ('"a', "quotes"), ('"a" b', "more than a text"), ("a, b", "list"),
                            ("s3://b", "no folder"), ("~/c", "home"), ("\0", "no UTF-8")):
            setting(other, f"# x\n[cache]\ndir = {value}\n")
            self.refused(mlops.CorruptError, [".dvc/config.local", "line 3", word, "cache says where"], repo.folder)

    def test_what_has_not_changed_is_not_committed_again(self):
        md5 = hashlib.md5(b"id,y\n1,2\n").hexdigest()
        place = f".dvc/cache/files/md5/{md5[:2]}/{md5[2:]}"
        folder = self.tree({"t.csv.dvc": f"outs:\n- md5: {md5}\n  hash: md5\n  path: t.csv\n", place: "id,y\n1,2\n",
                            "big": self.pointer(b"x" * 100_000), "small": self.pointer(b"s"), "plain": "words"})
        self.pointer(b"x" * 100_000, folder)
        self.pointer(b"s", folder)
        for tool in ("dvc", "git-lfs"):
            first = self.store.data.import_tree(folder, tool, tool, message="one")
            self.assertEqual(self.store.data.import_tree(folder, tool, tool, message="two"), first, tool)
            self.assertEqual(self.store.data.import_tree(folder, tool, tool, empty=True), first, tool)
            self.assertEqual(len(self.store.data[tool].log()), 1)
            new = self.store.data.import_tree(folder, tool, tool, branch="b")  # which is made
            self.assertEqual(str(self.store.data[tool, "b"].id), str(new.id))
        with mlops.Change(self.store) as change, mlops.Draft(change, "git-lfs") as draft:
            found = draft.import_(None, folder, kind="git_lfs")
            self.assertEqual((found.n_changed, found.n_objects), (0, 2))
        with open(os.path.join(folder, "small"), "w") as f:
            f.write(self.pointer(b"t"))
        self.pointer(b"t", folder)
        os.remove(os.path.join(folder, "plain"))
        with mlops.Change(self.store) as change, mlops.Draft(change, "git-lfs") as draft:
            self.assertEqual(draft.import_(None, folder, kind="git_lfs").n_changed, 2)
        second = self.store.data.import_tree(folder, "git-lfs", "git-lfs")
        self.assertEqual(second.read("small"), b"t")
        self.assertEqual(len(second.log()), 2)

    def test_tables_stay_tables_where_their_bytes_are_the_same(self):
        rows = b"id,y\n1,2\n" * 20_000
        folder = self.tree({"t.csv": self.pointer(rows), "u.csv": self.pointer(rows[:90])})
        self.pointer(rows, folder)
        self.pointer(rows[:90], folder)
        self.store.data.import_tree(folder, "d", "git-lfs")
        with open(self.inside("rows"), "wb") as f:
            f.write(rows)
        with mlops.Change(self.store) as change:
            with mlops.Draft(change, "d") as draft:
                draft.add_csv("t.csv", self.inside("rows"), target="y")
                draft.split("t.csv", share=0.5)
                table = draft.commit()
            change.commit()
        self.assertEqual(str(self.store.data.import_tree(folder, "d", "git-lfs").id), str(table))
        with open(os.path.join(folder, "u.csv"), "w") as f:
            f.write("other")
        commit = self.store.data.import_tree(folder, "d", "git-lfs")
        self.assertEqual(commit.read("u.csv"), b"other")
        self.assertEqual(commit.table("t.csv", part="held_out").n_rows, 20_000)  # of 39,999
        self.assertEqual(commit.read("t.csv"), rows)

    @needs_yaml
    def test_dvc_damage(self):
        repo = Repository(self.inside("repo"), True)
        out = repo.keep_folder({"x": b"1", "y": b"2"})
        repo.write("d.dvc", {"outs": [{**out, "path": "d"}]})
        y = hashlib.md5(b"2").hexdigest()
        repo.put(y, b"3")
        self.refused(mlops.CorruptError, [repo.object_path(y), "d/y", hashlib.md5(b"3").hexdigest()], repo.folder)
        os.remove(repo.object_path(y))
        self.refused(mlops.NotFoundError, ["d/y", y], repo.folder)
        os.symlink("/etc/passwd", repo.object_path(y))
        self.refused(mlops.InvalidError, [repo.object_path(y), "symbolic link"], repo.folder)
        repo.put(out["md5"], b"[]")
        self.refused(mlops.CorruptError, [repo.object_path(out["md5"]), "damaged"], repo.folder)
        os.remove(repo.object_path(out["md5"]))
        self.refused(mlops.NotFoundError, [out["md5"], "'d'"], repo.folder)
        for text, kind, words in (
                (b"{}", mlops.CorruptError, ["is no array"]), (b"[1]", mlops.CorruptError, ["no object"]),
                (b'[{"md5":"x","relpath":"a"}]', mlops.CorruptError, ["without MD5"]),
                (b'[{"md5":1,"relpath":"a"}]', mlops.CorruptError, ["none"]), (b'[{"md5"', mlops.CorruptError, ["d.dvc"]),
                (json.dumps([{"md5": y, "relpath": "../../x"}]).encode(), mlops.InvalidError, ["'../../x'", "not below"]),
                (json.dumps([{"md5": y, "relpath": "/x"}]).encode(), mlops.InvalidError, ["'/x'"])):
            name = hashlib.md5(text).hexdigest() + ".dir"
            repo.put(name, text)
            repo.write("d.dvc", {"outs": [{"md5": name, "hash": "md5", "path": "d"}]})
            self.refused(kind, words, repo.folder)

    @needs_yaml
    def test_dvc_files_that_are_refused(self):
        repo = Repository(self.inside("repo"), True)
        md5 = repo.keep(b"a")["md5"]
        self.refused(mlops.NotFoundError, ["no .dvc file"], repo.folder)
        good = f"  md5: {md5}\n"
        for text, kind, words in (
                (f"outs:\n- path: ../a\n{good}", mlops.InvalidError, ["x/f.dvc", "line 2"]),
                (f"outs:\n- path: ../../a\n{good}", mlops.InvalidError, ["leads out"]),
                (f"outs:\n- path: /etc/passwd\n{good}", mlops.InvalidError, ["leads out"]),
                (f"outs:\n- path: s3://bucket/a\n{good}", mlops.InvalidError, ["leads out"]),
                (f"wdir: ../..\nouts:\n- path: a\n{good}", mlops.InvalidError, ["wdir '../..'"]),
                ("outs:\n- path: a\n  etag: x\n", mlops.InvalidError, ["line 2", "no MD5"]),
                ("outs:\n- path: a\n  md5: ABC\n", mlops.InvalidError, ["MD5 that is none"]),
                (f"outs:\n- size: 1\n{good}", mlops.InvalidError, ["has no path"]),
                (f"outs:\n- path: [a]\n{good}", mlops.CorruptError, ["f.dvc", "line 2"]),
                (f"outs:\n- path: \"a\\q\"\n{good}", mlops.CorruptError, ["escape", "line 2"]),
                (f"outs:\n- path: 'a\n{good}", mlops.CorruptError, ["line 2"]),
                (f"outs:\n\t- path: a\n{good}", mlops.CorruptError, ["tab", "line 2"]),
                ("just words\n", mlops.CorruptError, ["line 1"]),
                ("outs: [\n", mlops.CorruptError, ["f.dvc", "line 1", "no list"]),
                ("x: 1\nouts: {path: a}\n", mlops.CorruptError, ["f.dvc", "line 2", "no list"]),
                ("outs:\n- {md5: x, path: a}\n", mlops.CorruptError, ["f.dvc", "line 2", "one key a line"]),
                ("outs:\n  path: a\n", mlops.CorruptError, ["no list"])):
            if "../a" in text and "../../a" not in text:  # it stays within the tree
                repo.write("x/f.dvc", text)
                self.holds(self.store.data.import_tree(repo.folder, "ok", "dvc"), {"a": b"a"})
                continue
            repo.write("x/f.dvc", text)
            self.refused(kind, words, repo.folder)
        os.remove(os.path.join(repo.folder, "x/f.dvc"))
        os.symlink("/etc/passwd", os.path.join(repo.folder, "x/f.dvc"))
        self.refused(mlops.InvalidError, ["x/f.dvc", "symbolic link"], repo.folder)

    # ---- git-lfs ----

    def pointer(self, data, folder=None, size=None):
        oid = hashlib.sha256(data).hexdigest()
        if folder:
            path = os.path.join(folder, ".git/lfs/objects", oid[:2], oid[2:4], oid)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as f:
                f.write(data)
        return f"version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize {len(data) if size is None else size}\n"

    def tree(self, files):
        folder = self.inside("tree")
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(os.path.join(folder, ".git"))
        for name, text in files.items():
            path = os.path.join(folder, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", newline="", encoding="utf-8") as f:
                f.write(text)
        return folder

    def test_lfs_pointers(self):
        folder = self.tree({"readme": "words"})
        random.seed(3)
        large = random.randbytes(5_000_000)
        almost = "version https://git-lfs.github.com/spec/v1\noid sha256:" + "0" * 64 + "\n"
        files = {"readme": b"words", "a/large": large, "a/with.ext": b"x" * 10, "almost": almost.encode(),
                 "longer": (self.pointer(b"z") + "z" * 1000).encode(), "empty": b""}
        written = {**{k: v.decode() for k, v in files.items() if k not in ("a/large", "a/with.ext")},
                   "a/large": self.pointer(large), "a/with.ext": self.pointer(b"x" * 10)}
        folder = self.tree(written)
        self.pointer(large, folder)
        self.pointer(b"x" * 10, folder)
        first = self.store.data.import_tree(folder, "d", "git-lfs")
        self.holds(first, files)
        again = self.store.data.import_tree(folder, "d", "git-lfs")
        self.assertEqual(again.describe()["tree"], first.describe()["tree"])
        self.holds(self.store.data.import_tree(folder, "e", "git-lfs", prefix="p", include="a/**", exclude="*.ext"),
                   {"p/a/large": large})

    def test_lfs_history_costs_what_has_changed(self):
        random.seed(5)
        data, sizes = bytearray(random.randbytes(8 << 20)), []
        for i in range(3):
            folder = self.tree({"a.bin": self.pointer(data)})
            self.pointer(data, folder)
            self.holds(self.store.data.import_tree(folder, "d", "git-lfs"), {"a.bin": bytes(data)})
            sizes.append(self.store.stat().pack_bytes)
            for at in range(i, len(data), 100_000):
                data[at] ^= 0x55
        self.assertLess(sizes[2] - sizes[0], 40_000)

    def test_large_objects_are_not_held(self):
        child = """if True:
            import mlops, resource, sys
            def peak():
                return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
            with mlops.open(sys.argv[1], sync="relaxed") as store:
                store.data.import_tree(sys.argv[2], "small", sys.argv[3], include="small*")
                before = peak()
                store.data.import_tree(sys.argv[2], "large", sys.argv[3])
                print(peak() - before)
            """
        random.seed(6)
        data = random.randbytes(1 << 20) * 128
        folder = self.tree({"large": self.pointer(data), "small": self.pointer(b"x")})
        self.pointer(data, folder)
        self.pointer(b"x", folder)
        for name, kept in (("large", data), ("small", b"x")):
            md5 = hashlib.md5(kept).hexdigest()
            path = os.path.join(folder, ".dvc/cache/files/md5", md5[:2], md5[2:])
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as f:
                f.write(kept)
            with open(os.path.join(folder, name + ".dvc"), "w") as f:
                f.write(f"outs:\n- md5: {md5}\n  hash: md5\n  path: {name}\n")
        for tool in ("dvc", "git-lfs"):
            told = subprocess.run([sys.executable, "-c", child, self.inside(tool), folder, tool], check=True,
                                  capture_output=True, text=True)
            self.assertLess(int(told.stdout), 64, tool)  # MiB
        md5 = hashlib.md5(data).hexdigest()
        with open(os.path.join(folder, ".dvc/cache/files/md5", md5[:2], md5[2:]), "r+b") as f:
            f.seek(100 << 20)
            f.write(b"damage")
        self.refused(mlops.CorruptError, [md5[2:], "'large'", "damaged"], folder)
        oid = hashlib.sha256(data).hexdigest()
        with open(os.path.join(folder, ".git/lfs/objects", oid[:2], oid[2:4], oid), "r+b") as f:
            f.seek(100 << 20)
            f.write(b"damage")
        self.refused(mlops.CorruptError, [oid, "'large'", "damaged"], folder, "git-lfs")

    def test_dvc_outputs_that_were_not_kept_may_be_left_out(self):
        folder = self.tree({"a.dvc": f"outs:\n- path: a\n- md5: {hashlib.md5(b'b').hexdigest()}\n  path: b\n", "b": "b"})
        self.refused(mlops.InvalidError, ["'a'", "has no MD5"], folder)
        self.holds(self.store.data.import_tree(folder, "d", "dvc", exclude="a"), {"b": b"b"})

    def test_lfs_of_what_is_no_tree(self):
        folder = self.tree({"a": self.pointer(b"data")})
        self.pointer(b"data", folder)
        first = self.store.data.import_tree(folder, "d", "git-lfs")
        nothing = self.inside("nothing")
        os.mkdir(nothing)
        self.refused(mlops.InvalidError, [nothing, "neither .git nor .gitattributes"], nothing, "git-lfs")
        os.mkdir(os.path.join(nothing, ".git"))
        with self.assertRaisesRegex(mlops.InvalidError, "no file to add, and 1 entry would be removed"):
            self.store.data.import_tree(nothing, "d", "git-lfs")
        self.assertEqual(self.store.data["d"], first)

    def test_lfs_damage(self):
        folder = self.tree({"a": self.pointer(b"data")})
        oid = hashlib.sha256(b"data").hexdigest()
        path = os.path.join(folder, ".git/lfs/objects", oid[:2], oid[2:4], oid)
        self.refused(mlops.NotFoundError, ["'a'", path, "git lfs fetch"], folder, "git-lfs")
        self.pointer(b"data", folder)
        with open(path, "wb") as f:
            f.write(b"date")
        self.refused(mlops.CorruptError, [path, "'a'", hashlib.sha256(b"date").hexdigest()], folder, "git-lfs")
        folder = self.tree({"a": self.pointer(b"data", size=5)})
        self.pointer(b"data", folder)
        self.refused(mlops.CorruptError, ["4 bytes", "5 are due"], folder, "git-lfs")
        os.remove(path)
        os.symlink("/etc/passwd", path)
        self.refused(mlops.InvalidError, [path, "symbolic link"], folder, "git-lfs")
        folder = self.tree({"b": "x"})
        os.symlink("b", os.path.join(folder, "a"))
        self.refused(mlops.InvalidError, ["tree/a", "symbolic link"], folder, "git-lfs")

    @needs_lfs
    def test_lfs_itself(self):
        folder = self.inside("work")
        env = {**os.environ, "HOME": self.place.name, "GIT_CONFIG_NOSYSTEM": "1", "GIT_AUTHOR_NAME": "a",
               "GIT_AUTHOR_EMAIL": "a@b", "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b"}

        def git(*args, where=folder, **more):
            subprocess.run(["git", *args], cwd=where, env={**env, **more}, check=True, capture_output=True)
        os.makedirs(folder)
        git("init", "-q")
        git("lfs", "install", "--local")
        git("lfs", "track", "*.bin")
        random.seed(4)
        files = {"a.bin": random.randbytes(100_000), "sub/b.bin": random.randbytes(10), "sub/c.txt": b"text"}
        for name, data in files.items():
            os.makedirs(os.path.dirname(os.path.join(folder, name)), exist_ok=True)
            with open(os.path.join(folder, name), "wb") as f:
                f.write(data)
        git("add", ".")
        git("commit", "-qm", "one")
        with open(os.path.join(folder, ".gitattributes"), "rb") as f:
            files[".gitattributes"] = f.read()
        self.holds(self.store.data.import_tree(folder, "smudged", "git-lfs"), files)
        clone = self.inside("clone")
        git("clone", "-q", folder, clone, where=self.place.name, GIT_LFS_SKIP_SMUDGE="1")
        self.assertLess(os.path.getsize(os.path.join(clone, "a.bin")), 200)
        commit = self.store.data.import_tree(clone, "pointers", "git-lfs",
                                             cache=os.path.join(folder, ".git/lfs/objects"))
        self.holds(commit, files)
        self.assertEqual(commit.describe()["tree"], self.store.data["smudged"].describe()["tree"])


if __name__ == "__main__":
    sys.exit(main(sys.modules[__name__]))
