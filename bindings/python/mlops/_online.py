"""Online views as programs use them."""
import csv

from . import _ffi
from . import _runtime as _rt
from ._tables import table
from ._values import cell, is_row, row_table, time_ns


@_rt.noun("online")
class Online(_ffi.Online):
    __doc__ = _ffi.Online.__doc__
    name = ""
    key = ()  # names of the columns that name an entity

    @staticmethod
    def define(change, name, like, key, event_time, **opts):
        key = key if isinstance(key, str) else _rt.names_or_none(key, "key")
        _ffi.Online.define(change, name, table(like), key, event_time, **opts)

    define.__doc__ = _ffi.Online.define.__doc__

    @classmethod
    def open(cls, store, name):
        self, views = super().open(store, name), _ffi.Online.list(store)
        keys = dict(zip(views["name"], views["key"]))
        self.name, self.key = name, tuple(next(csv.reader([keys[name]])))
        return self

    open.__func__.__doc__ = _ffi.Online.open.__doc__

    def put(self, rows):
        """Put rows, all of them or none, and return how many were put: one that is older than that of its entity is not.

        rows: anything that table() takes, with the columns of the view; or a dict, one row. Times are columns of
            datetime64 or of nanoseconds since 1970.
        """
        return super().put(row_table(rows) if is_row(rows) else table(rows))

    def get(self, keys, as_of=None):
        """The newest row of each entity, as a Table in the order of the keys: the view's columns, then status ("hit",
        "expired", "missing" or "null") and age_ns. Where it is no hit, what the view has of it is null.

        keys: ids of entities, as a list, an array or a Series, where several columns name one as tuples; one id; or
            anything that table() takes but the path of a file, with the key columns.
        as_of: time that ages are counted up to: a datetime, a Timestamp, or nanoseconds since 1970; default now. One
            without a zone is UTC.
        """
        return super().get(self._keys(keys), 0 if as_of is None else time_ns(as_of, "as_of"))

    def _keys(self, keys):
        if is_row(keys):
            return row_table(keys)
        named = ("columns", "items", "__arrow_c_stream__", "__arrow_c_array__")
        is_column = hasattr(keys, "dtype") and not getattr(keys.dtype, "names", None)
        if isinstance(keys, _ffi.Table) or not is_column and any(hasattr(keys, name) for name in named):
            return table(keys)
        if isinstance(keys, (str, tuple)) or not hasattr(keys, "__len__"):
            keys = [keys]
        if len(self.key) > 1:
            return table({name: [cell(one[i]) for one in keys] for i, name in enumerate(self.key)})
        return table({self.key[0]: keys if is_column else [cell(one) for one in keys]})

    def __repr__(self):
        return "<closed mlops.Online>" if self.closed else f"<mlops.Online {self.name!r}>"
