"""Differences and merging of tables: by key, or row by row.

    d = mlops.diff("old.csv", "new.csv", key="id")
    print(d, d.cells().to_pandas())
"""
from . import _ffi
from . import _runtime as _rt
from ._tables import table


def diff(a, b, **opts):
    """What differs between two tables, a being the older one; both may be anything that table() takes. opts are those
    of Diff.compare(): key="id" or ["day", "shop"], ignore, n_max; without a key rows stand by their position."""
    return Diff.compare(table(a), table(b), **opts)


def merge(base, ours, theirs, **opts):
    """Two versions of a table that come from one, made one again. base may be None; each may be anything that table()
    takes. opts are those of Merge.tables(): key, policy="ours" or "theirs".

        m = mlops.merge(base, mine, yours, key="id")
        m.table() if not m.n_conflicts else m.conflicts()
    """
    return _ffi.Merge.tables(None if base is None else table(base), table(ours), table(theirs), **opts)


@_rt.noun("diff")
class Diff(_ffi.Diff):
    __doc__ = _ffi.Diff.__doc__

    def __bool__(self):
        """Whether anything differs."""
        return bool(self.n_cells or self.n_added or self.n_removed or self.n_schema)

    def __repr__(self):
        if self.closed:
            return "<closed mlops.Diff>"
        return (f"<mlops.Diff {self.n_cells} cells in {self.n_changed} rows, {self.n_added} rows added, "
                f"{self.n_removed} removed, {self.n_schema} changes of the schema>")
