"""Single values of Python as the library takes them: cells, rows, times and spans of time."""
import datetime

from . import _ffi
from . import _runtime as _rt
from ._ffi import FeatureValue, Type
from ._tables import moment_ns, nanoseconds, span_ns, table


def feature_value(name, due, value):
    """A value of one raw row as the library takes it; due is the type that the features were fitted to."""
    if cell(value) is None:
        return FeatureValue()
    if isinstance(value, bool) or type(value).__name__ in ("bool_", "bool"):
        out = FeatureValue(Type.BOOL, i64=int(value))
    elif isinstance(value, str):
        out = FeatureValue(Type.STRING, text=value)
    elif hasattr(value, "__index__"):
        out = FeatureValue(Type.INT64, i64=_rt.integer(value, -2 ** 63, 2 ** 63 - 1, repr(name)))
    else:
        out = FeatureValue(Type.FLOAT64, f64=float(value))
    numbers = (Type.INT64, Type.FLOAT64)
    if due not in (out.type, Type.NULL) and not (due in numbers and out.type in numbers):
        raise _ffi.SchemaError(f"{name!r} is {value!r}; the features were fitted to {due.name.lower()}")
    return out


def time_ns(moment, name):
    """A datetime, a Timestamp or a datetime64 as nanoseconds since 1970, or such nanoseconds. Without a zone it is UTC,
    as in tables."""
    if moment == moment and isinstance(moment, datetime.datetime):
        return moment_ns(moment, name)
    np = _rt.numpy()
    if np is not None and isinstance(moment, np.datetime64) and not np.isnat(moment):
        return int(nanoseconds(name, np.asarray([moment]), np.zeros(1, bool))[0])
    if not hasattr(moment, "__index__"):
        raise TypeError(f"{name} is {moment!r}; a time is due")
    return _rt.integer(moment, 1, 2 ** 63 - 1, name)


def is_row(rows):
    """Whether it is a dict of values, and not of columns."""
    return isinstance(rows, dict) and all(isinstance(v, str) or not hasattr(v, "__len__") for v in rows.values())


def row_table(row):
    """A Table of one row."""
    return table({name: [time_ns(value, repr(name)) if isinstance(value, datetime.datetime) and value == value else
                         cell(value)] for name, value in row.items()})


def cell(value):
    """None for what stands for a missing value."""
    return None if type(value).__name__ in ("NAType", "NaTType") else value


def id_of(obj):
    """The id behind a run, or what is one already."""
    return getattr(obj, "id", obj)
