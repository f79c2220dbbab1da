"""Has the data changed? What both sides of mlops.compare() may be, at once or in passes.

    mlops.compare(train, live).save("drift.html")
    mlops.compare("train.csv", lambda columns: reader("live", columns), memory_max=2**30, progress=print)
"""
import array as _array
import csv as _csv
import ctypes as C
import os
import re

from . import _runtime as _rt
from . import _tables
from ._ffi import ArrowArrayStream, Error, Reference, Table
from ._tables import table

PATHS = str, bytes, os.PathLike


def compare(reference, current, *, memory_max=None, progress=None, csv=None, **opts):
    """Has the data changed? reference is what is known to be good, current what is judged.

    Each is anything that table() takes, or one column: a 1-D array, a Series, a list of numbers or texts. reference may be
    a Reference, too.
    memory_max: bytes that reading and judging may take. Then both sides are read in passes, a few columns each, with the
        same verdicts: files of CSV, what gives an Arrow stream each time that it is asked, DataFrames, dicts. A function
        as a side does this always; it is called with the columns of the pass (None: all are to be seen, and no row is
        needed) and returns an Arrow stream, or what table() takes, of these columns or more, of the same rows each time.
    progress: called with (columns done, all columns; 0 until these are known); what is true as its answer cancels with a
        CancelledError.
    csv: options of Table.load(), for sides that are paths.
    opts: those of Drift.compare(), such as columns=["amount"], ignore, alpha=0.001 or preset="evidently".
    """
    if memory_max is not None or progress is not None:
        call = dict(opts.get("call") or {})
        for name, value in ("memory_max", memory_max), ("progress", progress):
            if value is not None and call.setdefault(name, value) is not value:
                raise TypeError(f"{name} is given twice, by itself and in call")
        opts["call"] = call
    if csv is not None and not isinstance(reference, PATHS) and not isinstance(current, PATHS):
        raise TypeError("csv: only the path of a CSV file takes options")
    drift = _rt.classes["drift"]
    reference, current = paired(reference, current)
    if memory_max is not None or is_function(reference) or is_function(current):
        sides = {**source("reference", reference), **source("current", current)}
        try:
            return drift.compare_stream(drift=opts, csv=csv, **sides)
        except Error as wrong:  # options by the names that they have here
            wrong.args = (re.sub(r'\b(?:drift|call)\["(\w+)"\]', r"\1=", str(wrong)), *wrong.args[1:])
            raise
    if isinstance(reference, Reference):
        return drift.compare_reference(reference, whole("current", current, csv), **opts)
    return drift.compare(whole("reference", reference, csv), whole("current", current, csv), **opts)


def reference_in_passes(rows, memory_max, progress, csv=None, **opts):
    """A reference of rows that are read in passes."""
    call = {name: value for name, value in (("memory_max", memory_max), ("progress", progress)) if value is not None}
    where = {"path": rows} if isinstance(rows, PATHS) else {"open": Opener("table", rows)}
    try:
        return Reference.new_stream(reference={**opts, "csv": csv}, call=call, **where)
    except Error as wrong:  # options by the names that they have here
        wrong.args = (re.sub(r'\b(?:reference|call)\["(\w+)"\]', r"\1=", str(wrong)), *wrong.args[1:])
        raise


def is_function(side):
    return callable(side) and not hasattr(side, "columns") and not hasattr(side, "__arrow_c_stream__")


def single(side):
    """The name of what is one column, "" where it has none; None of all else."""
    np = _rt.numpy()
    if hasattr(side, "isna") and not hasattr(side, "columns"):
        return "" if getattr(side, "name", None) is None else str(side.name)
    if np is not None and isinstance(side, np.ndarray):
        return "" if side.ndim == 1 and not side.dtype.names else None
    if isinstance(side, (range, _array.array)) or isinstance(side, (list, tuple)) and not side:
        return ""
    if isinstance(side, (list, tuple)) and not hasattr(side[0], "keys"):
        return "" if isinstance(side[0], (str, bytes)) or not hasattr(side[0], "__len__") else None
    return None


def named(side):
    """A single column gets a name: its own, or "x"."""
    name = single(side)
    return side if name is None else {name or "x": side}


def paired(reference, current):
    """Of two single columns one without a name is called as the other."""
    names = single(reference), single(current)
    if names[0] and names[1] == "":
        return reference, {names[0]: current}
    if names[1] and names[0] == "":
        return {names[1]: reference}, current
    return reference, current


def whole(name, side, csv=None):
    """A side as a Table; what is wrong with it is told with its name."""
    if hasattr(side, "__next__") and not hasattr(side, "__arrow_c_stream__"):
        raise TypeError(f"{name}: a {type(side).__name__} gives its rows once; a function that makes it is called for each "
                        "pass, or give the rows as a whole")
    if isinstance(side, PATHS):
        return table(side, **(csv or {}))
    try:
        return table(named(side))
    except (TypeError, ValueError, OverflowError, Error) as wrong:
        wrong.args = (f"{name}: {wrong}", *wrong.args[1:])
        raise


def source(name, side):
    """The keywords of Drift.compare_stream() for a side."""
    if isinstance(side, Reference) and name == "reference":
        return {name: side}
    if isinstance(side, PATHS):
        return {name + "_path": side}
    return {name + "_open": Opener(name, side)}


class Opener:
    """Opens a stream of a side for each pass, with as few columns and rows as that can do with."""

    def __init__(self, name, side):
        self.name, self.side = name, side if is_function(side) else named(side)

    def __call__(self, columns, address):
        columns = None if columns is None else next(_csv.reader([columns.decode()], strict=True))
        made = named(self.side(columns)) if is_function(self.side) else narrow(self.side, columns)
        if hasattr(made, "__arrow_c_stream__") and not hasattr(made, "iloc"):
            capsule = made.__arrow_c_stream__()
            move(_tables.pointer(capsule, b"arrow_array_stream"), address)
        else:
            stream = whole(self.name, made).export_stream()
            move(C.addressof(stream), address)


def move(stream, address):
    """An Arrow struct has one owner: it is released where it went to."""
    C.memmove(address, stream, C.sizeof(ArrowArrayStream))
    moved = ArrowArrayStream.from_address(stream)
    moved.release = type(moved.release)()


def narrow(side, columns):
    """The columns of a pass, so that no others are copied; for None the names, and a row to tell the types by."""
    if isinstance(side, Table) or hasattr(side, "__arrow_c_stream__") and not hasattr(side, "iloc"):
        return side
    if hasattr(side, "columns") and hasattr(side, "iloc"):
        return side.iloc[:1] if columns is None else side.loc[:, [str(name) in columns for name in side.columns]]
    if hasattr(side, "items"):
        return {name: values[:1] if columns is None else values for name, values in side.items()
                if columns is None or str(name) in columns}
    return side
