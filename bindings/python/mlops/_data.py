"""Datasets of a store and their commits.

    version = s.data.add("tx.csv", target="fraud")
    print(version.train.n_rows, s.data["tx"].diff_rows(version).cells())
"""
import json
import os

from . import _ffi
from . import _runtime as _rt
from ._changes import changed
from ._erase import Erases
from ._ffi import InvalidError, Part, Split
from ._folders import Folders, InFolders
from ._lineage import Linked
from ._parts import Parts
from ._quality import DatasetExpectations
from ._remote import Travels
from ._streams import Streams, check_csv
from ._tables import table
from ._values import id_of


class Commit(Parts, InFolders, Linked):
    """A commit of a dataset. Equal ids are equal data."""

    _uri = "datasets:/{0.dataset}/{0.id}"

    def __init__(self, store, dataset, id):
        self.store, self.dataset, self.id = store, dataset, id

    def table(self, path=None, part="all"):
        """A table of it; part is "all", "train" or "held_out"."""
        return _ffi.dataset_table(self.store, self.dataset, self.id, path, _rt.choice(Part, part))

    def rows(self, start=0, stop=None, columns=None, path=None):
        """Rows start to stop - 1 of a table, with some columns or all, without reading the others. Both are counted from 0;
        a stop beyond the end is the end, a start beyond it an InvalidError."""
        for name, row in ("start", start), ("stop", 0 if stop is None else stop):
            if row < 0:
                raise InvalidError(f"{name} is {row}; rows are counted from 0 on, and not from the end")
        n = 2 ** 63 - 1 if stop is None else max(stop - start, 0)
        return _ffi.dataset_rows(self.store, self.dataset, self.id, path, start, n, columns)

    @property
    def train(self):
        """The rows of its table that are not held out."""
        return self.table(part=Part.TRAIN)

    @property
    def held_out(self):
        """The rows of its table that models are judged on."""
        return self.table(part=Part.HELD_OUT)

    def reference(self, path=None):
        """The profile of a table, kept with the commit."""
        return _ffi.dataset_reference(self.store, self.dataset, self.id, path)

    def read(self, path):
        """An entry's bytes, as they were added."""
        return _ffi.dataset_read(self.store, self.dataset, self.id, path)

    def entries(self):
        """What it holds, as a Table."""
        return _ffi.dataset_entries(self.store, self.dataset, self.id)

    def is_split(self, path=None):
        """Whether rows of a table are held out."""
        entries = self.describe()["entries"]
        return any("split" in entry for entry in entries if path is None or entry["path"] == path)

    def describe(self):
        """The commit, as a dict."""
        return json.loads(_ffi.dataset_describe(self.store, self.dataset, self.id))

    def log(self, n_max=1000):
        """It and the commits behind it, newest first, as a Table."""
        return _ffi.dataset_log(self.store, self.dataset, self.id, n_max)

    def diff(self, to):
        """Entries that differ in another commit, ref or id, as a Table."""
        return _ffi.dataset_diff(self.store, self.dataset, self.id, id_of(to))

    def diff_rows(self, to, path=None, **opts):
        """What differs in a table of another commit, ref or id, as a Diff. opts are those of dataset_diff_rows(): key,
        ignore, n_max; the key is by default what the table was added with as id."""
        return _ffi.dataset_diff_rows(self.store, self.dataset, self.id, id_of(to), path, **opts)

    def tag(self, name):
        """Give it a tag, which stays."""
        changed(self.store, lambda change: _ffi.dataset_tag(change, self.dataset, name, self.id))
        return self

    def branch(self, name):
        """Make a branch of it, or move one to it."""
        changed(self.store, lambda change: _ffi.dataset_branch(change, self.dataset, name, self.id))
        return self

    def __eq__(self, other):
        return isinstance(other, Commit) and self.id == other.id

    def __hash__(self):
        return hash(self.id)

    def __str__(self):
        return self.id

    def __repr__(self):
        return f"<mlops.Commit {self.dataset} {self.id[:8]}>"


def chosen_split(split, source, target, time):
    """The split that "auto" stands for: by time where a time is named, the same share of each class where the target
    has few values that repeat, else drawn; none without a target, or of fewer than two rows."""
    if split != "auto":
        return None if split is None else _rt.choice(Split, split)
    if source is None or source.n_rows < 2:
        return None
    if time is not None:
        return Split.TIME
    rows = [] if source.find(target) < 0 else [v for v in list(source[target]) if v is not None and v == v]
    values = set(rows)
    return Split.STRATIFIED if len(values) <= 100 and len(values) < len(rows) else Split.RANDOM


class Datasets(Streams, Folders, Travels, Erases):
    """Datasets of a store."""

    def __init__(self, store):
        self.store = store

    def add(self, source, dataset=None, *, path=None, target=None, time=None, id=None, split="auto", share=None,
            seed=None, message=None, author=None, branch=None, base=None, metadata=None, empty=False, override=None,
            **csv):
        """Commit a table, and return the Commit.

        source: the path of a CSV file, which is kept byte by byte, or anything that table() takes.
        dataset: default the name of the file without its ending. path: place in the dataset, default the file's name.
        target, time, id: columns. split: "random", "stratified", "time", None, or "auto": by time, else by classes,
            so that models can be judged on what they did not learn from. share is held out, default a fifth.
        csv: options of Table.load(). empty: begin without the entries of the branch. base: where a branch that is not
            there begins, default at "main"; "" for none.
        override: why it is committed though it breaks what is expected of it, which is a RefusedError otherwise.
        """
        if share is not None and not 0 < share < 1:
            raise InvalidError(f"share is {share}; it lies between 0 and 1")
        if share is not None and split == "auto" and target is None and time is None:
            split = Split.RANDOM
        is_file = isinstance(source, (str, bytes, os.PathLike))
        check_csv("add", csv)
        values = None if is_file else table(source, **csv)
        name = os.path.basename(os.fsdecode(source)) if is_file else "table.csv"
        dataset = os.path.splitext(name)[0] if dataset is None else dataset
        path = name if path is None else path
        known = table(source, **{"rows_max": 100000, **csv}) if is_file and split == "auto" and (target or time) else None
        split = chosen_split(split, known if is_file else values if target or time else None, target, time)
        columns = {k: v for k, v in (("target", target), ("time", time), ("row_id", id)) if v is not None}
        if csv:
            columns["csv"] = csv
        opts = dict(message=message, author=author, branch=branch, base=base, metadata=metadata)
        how = {k: v for k, v in (("share", share), ("seed", seed)) if v is not None}

        def build(change):
            with _ffi.Draft(change, dataset, empty=empty, **{k: v for k, v in opts.items() if v is not None}) as draft:
                if is_file:
                    draft.add_csv(path, source, **columns)
                else:
                    draft.add_table(path, values, **columns)
                if split is not None:
                    draft.split(path, kind=split, **how)
                if override is not None:
                    draft.override(override)
                return draft.commit()

        commit = changed(self.store, build)
        return Commit(self.store, dataset, commit)

    def __getitem__(self, dataset):
        """The newest commit of a dataset's branch "main"; s.data["tx", "v1"] is that of a ref, an id or a Commit."""
        dataset, ref = dataset if isinstance(dataset, tuple) else (dataset, None)
        return Commit(self.store, dataset, _ffi.dataset_resolve(self.store, dataset, id_of(ref)))

    def expectations(self, dataset):
        """What is expected of a dataset: s.data.expectations("tx").set("tx.csv", "unique(id)")."""
        return DatasetExpectations(self.store, dataset)

    def merge(self, dataset, ref, into="main", **opts):
        """Merge a commit into a branch; returns the Commit that the branch stands at then. opts are those of
        dataset_merge(): key, policy="ours" or "theirs", message, author, metadata, commit. Raises ConflictError where
        both sides have changed the same and policy is not given; conflicts() lists it."""
        def head():
            return _ffi.dataset_resolve(self.store, dataset, into)

        def build(change):
            nonlocal before
            before = head()
            return _ffi.dataset_merge(change, dataset, id_of(ref), branch=into, **opts)

        before = None
        return Commit(self.store, dataset, changed(self.store, build, lambda: head() != before))

    def conflicts(self, dataset, ref, into="main", key=None):
        """What merge() would ask to decide, as a Table."""
        _ffi.dataset_resolve(self.store, dataset, into)
        with _ffi.Change(self.store) as change, _ffi.Draft(change, dataset, branch=into) as draft:
            return draft.merge(id_of(ref), key=key)

    def list(self):
        """Datasets, as a Table."""
        return _ffi.dataset_list(self.store)

    def refs(self, dataset):
        """Branches and tags of a dataset, as a Table."""
        return _ffi.dataset_refs(self.store, dataset)

    def drop(self, dataset, name):
        """Take a branch or tag away; its commits stay."""
        changed(self.store, lambda change: _ffi.dataset_drop(change, dataset, name))
