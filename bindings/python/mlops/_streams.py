"""Streams as entries: file objects, pipes, responses, iterators of bytes.

    with gzip.open("tx.csv.gz") as f:
        s.data.add_stream(f, "tx", "tx.csv", csv=True, target="fraud")
"""
import ctypes as C
import inspect
import os

from . import _ffi
from . import _runtime as _rt
from . import _tables
from ._changes import changed
from ._values import id_of


END = object()


def check_csv(verb, opts):
    """Refuses what is no option of CSV, which is all that the keywords of a verb may be besides its own."""
    for name in opts.keys() - set(inspect.signature(_ffi._csv_opts).parameters):
        raise TypeError(f"{verb}() got an unexpected keyword argument {name!r}")


def some(n):
    """What a file has given: it may have nothing yet, which is not its end."""
    if n is None:
        raise BlockingIOError("the stream has no bytes yet, and does not wait for any")
    return n


def reader_of(source):
    """What reads the next bytes of a file object or an iterable of bytes into memory, as the library asks for them."""
    if hasattr(source, "readinto"):
        return lambda address, cap: some(source.readinto((C.c_char * cap).from_address(address)))
    pieces = iter(lambda: some(source.read(1 << 18)), b"") if hasattr(source, "read") else iter(source)
    ahead = memoryview(b"")

    def read(address, cap):
        nonlocal ahead
        while len(ahead) == 0:
            piece = next(pieces, END)
            if piece is END:
                return 0
            ahead = memoryview(piece).cast("B")
        n = min(cap, len(ahead))
        C.memmove(address, bytes(ahead[:n]), n)
        ahead = ahead[n:]
        return n
    return read


@_rt.noun("draft")
class Draft(_ffi.Draft):
    __doc__ = _ffi.Draft.__doc__

    def add_stream(self, path, source, *, csv=False, columns=None):
        """Add the bytes of a stream as an entry, or replace the entry of that path.

        source: a binary file object, which is read from where it stands; an iterable of bytes; or the number of a
            descriptor. It is read to its end, and stays open.
        csv: it is delimited text that becomes a table; columns says what is known of it, as options of add_csv().
        """
        if columns and not csv:
            raise _ffi.InvalidError(f"{', '.join(columns)}: only a table has that; csv=True makes one of the stream")
        if isinstance(source, int):
            return super().add_stream(path, fd=source, csv=csv, columns=columns)
        if isinstance(source, (str, bytes, bytearray, os.PathLike)):
            raise TypeError("add_file() takes a path, add_bytes() takes bytes; a stream has read(), or gives bytes")
        super().add_stream(path, read=reader_of(source), csv=csv, columns=columns)

    def add_table(self, path, table, **opts):
        """Add a table: anything that mlops.table() takes. opts: target, time, row_id."""
        super().add_table(path, _tables.table(table), **opts)

    def merge(self, ref=None, *, policy=None, key=None):
        """Merge a commit, a ref or an id into the draft, and return the conflicts, as a Table. policy: "ours" or "theirs"
        decides them; else the draft stays as it is where there are some. key: as in dataset_merge(). The branch and the
        message are those of the draft."""
        return super().merge(id_of(ref), policy=policy, key=key)


class Streams:
    """What Datasets take of streams, and of other tools."""

    def add_stream(self, source, dataset, path, *, csv=False, target=None, time=None, id=None, message=None, author=None,
                   branch=None, base=None, metadata=None, empty=False, **how):
        """Commit the bytes of a stream, and return the Commit: as a file, or as a table with csv=True, of
        which target, time and id are columns and how are options of Table.load().

        source is as in Draft.add_stream(). It is read once: where somebody else has moved the branch meanwhile, this
        raises ConflictError, and it is to be read again."""
        check_csv("add_stream", how)
        columns = {k: v for k, v in (("target", target), ("time", time), ("row_id", id)) if v is not None}
        if how:
            columns["csv"] = how
        opts = dict(message=message, author=author, branch=branch, base=base, metadata=metadata)
        with _ffi.Change(self.store) as change:
            with Draft(change, dataset, empty=empty, **{k: v for k, v in opts.items() if v is not None}) as draft:
                draft.add_stream(path, source, csv=csv, columns=columns or None)
                commit = draft.commit()
            change.commit()
        return self[dataset, commit]

    def import_tree(self, folder, dataset, kind, *, prefix=None, cache=None, include=None, exclude=None, message=None,
                    author=None, branch=None, base=None, metadata=None, empty=False):
        """Commit what a tree of another tool names, and return the Commit; that of the branch, if nothing has changed
        since.

        kind: "dvc", for the outputs of a DVC repository, or "git-lfs", for a git working tree whose pointer files become
            what they point to. cache: where objects lie, by default in the tree. A history is imported tree by tree.
        """
        kind = {"git-lfs": "git_lfs"}.get(kind, kind)
        how = dict(cache=cache, include=include, exclude=exclude)
        opts = dict(message=message, author=author, branch=branch, base=base, metadata=metadata)

        def build(change):
            with Draft(change, dataset, empty=empty, **{k: v for k, v in opts.items() if v is not None}) as draft:
                found = draft.import_(prefix, folder, kind=kind, **{k: v for k, v in how.items() if v is not None})
                return draft.commit() if found.n_changed or not self._has(dataset, branch) else None
        return self[dataset, changed(self.store, build) or branch]
