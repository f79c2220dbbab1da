"""Tables from what Python programs hold: DataFrames, dicts of columns, arrays, Arrow objects, CSV files.

Columns go through the Arrow C Data Interface. Each struct that is handed out keeps its buffers in _live until it is
released; the release function may be called from any thread.
"""
import ctypes as C
import datetime
import decimal
import itertools
import operator
import os
import threading

from . import _runtime as _rt
from ._ffi import ArrowArray, ArrowArrayStream, ArrowSchema, Table, UnsupportedError

NULLABLE = 2
_live = {}
_keys = itertools.count(1)
_lock = threading.Lock()
INTEGERS = {("i", 1): "c", ("u", 1): "C", ("i", 2): "s", ("u", 2): "S", ("i", 4): "i", ("u", 4): "I", ("i", 8): "l",
            ("u", 8): "L"}


def table(obj, **opts):
    """A Table from a pandas DataFrame, a dict of columns, a list of dicts with the same keys or of rows, a 2-D array, an
    Arrow object or the path of a CSV file.

    Columns without names are c0, c1, ... They keep their type: bool, whole numbers, floats, text, categories, dates, datetime64 (nanoseconds as int64,
    of which pd.to_datetime() makes times again; a time that they do not hold is an error). None, pd.NA, NaT and what a
    mask hides become null; NaN in a float column stays NaN. Levels of a DataFrame's index that have a name become
    columns, ahead of the others; an index without a name stays out. The values are copied.
    opts are those of Table.load(), for paths alone.
    """
    if isinstance(obj, (str, bytes, os.PathLike)):
        return _rt.classes["table"].load(obj, **opts)
    if opts:
        raise TypeError(f"{', '.join(opts)}: only a CSV file takes options")
    if isinstance(obj, Table):
        return obj
    if hasattr(obj, "columns") and hasattr(obj, "iloc"):
        return frame_table(obj)
    if hasattr(obj, "__arrow_c_stream__"):
        capsule = obj.__arrow_c_stream__()
        return _rt.classes["table"].import_stream(pointer(capsule, b"arrow_array_stream"))
    if hasattr(obj, "__arrow_c_array__"):
        schema, array = obj.__arrow_c_array__()
        return _rt.classes["table"].import_(pointer(schema, b"arrow_schema"), pointer(array, b"arrow_array"))
    if hasattr(obj, "isna"):
        raise TypeError(f"a {type(obj).__name__} is one column and no table; give it a name: {{'x': it}}")
    if hasattr(obj, "items"):
        return from_columns([(str(name), values) for name, values in obj.items()])
    np = _rt.numpy()
    if np is not None and isinstance(obj, np.ndarray) and obj.dtype.names:
        return from_columns([(name, obj[name]) for name in obj.dtype.names])
    if isinstance(obj, (list, tuple)) and obj and all(isinstance(row, dict) for row in obj):
        return rows_table(obj)
    if isinstance(obj, (list, tuple)) and obj and all(isinstance(row, (list, tuple)) for row in obj):
        return tuples_table(obj)
    if np is not None and isinstance(obj, np.ndarray) and obj.ndim == 2 and obj.shape[1] \
            and (obj.dtype.kind != "f" or isinstance(obj, np.ma.MaskedArray)):
        return from_columns([(f"c{i}", column) for i, column in enumerate(np.ma.MaskedArray.transpose(obj)
                                                                        if np.ma.isMA(obj) else np.asarray(obj).T)])
    if not hasattr(obj, "__array__") and (not hasattr(obj, "__len__") or not hasattr(obj, "__getitem__")):
        raise TypeError(f"{'None' if obj is None else type(obj).__name__} is no table, which is made from a DataFrame, a "
                        "dict of columns, a list of dicts or of rows, a 2-D array, an Arrow object or the path of a CSV "
                        "file")
    return _rt.classes["table"].from_matrix(obj)


_rt.converters["Table"] = table


def frame_table(frame):
    """A Table of a pandas DataFrame, with the levels of its index that have a name."""
    columns = [str(name) for name in frame.columns]
    levels = [(str(name), i) for i, name in enumerate(frame.index.names) if name is not None]
    for name, _ in levels:
        if name in columns:
            raise ValueError(f"the index is called {name!r}, as a column is; frame.reset_index(drop=True) drops it, "
                             "frame.rename_axis(...) gives it another name")
    if not levels and columns and all(dtype == "float64" for dtype in frame.dtypes):  # at once: by far the fastest
        return _rt.classes["table"].from_matrix(frame.to_numpy(), names=columns)
    ahead = [(name, frame.index.get_level_values(i)) for name, i in levels]
    return from_columns(ahead + [(str(name), series) for name, series in frame.items()], len(frame))


def rows_table(rows):
    """A Table of dicts that have the same keys."""
    names = list(rows[0])
    for i, row in enumerate(rows):
        if row.keys() != rows[0].keys():
            name = next(iter(row.keys() ^ rows[0].keys()))
            raise ValueError(f"row {i} {'has' if name in row else 'lacks'} {name!r}, which row 0 "
                             f"{'lacks' if name in row else 'has'}; a null is None")
    return from_columns([(str(name), [row[name] for row in rows]) for name in names])


def tuples_table(rows):
    """A Table of rows of equal length, with the names of named tuples."""
    names = getattr(rows[0], "_fields", None) or [f"c{i}" for i in range(len(rows[0]))]
    for i, row in enumerate(rows):
        if len(row) != len(names):
            raise ValueError(f"row {i} has {_rt.counted(len(row), 'values')} and row 0 has {len(names)}")
    return from_columns(list(zip(names, map(list, zip(*rows)))))


# Prototypes of our own: those of C.pythonapi are one for all, and a capsule may end in the middle of a call.
POINTER_OF = C.PYFUNCTYPE(C.c_void_p, C.py_object, C.c_char_p)(("PyCapsule_GetPointer", C.pythonapi))
POINTER_OF_ENDING = C.PYFUNCTYPE(C.c_void_p, C.c_void_p, C.c_char_p)(("PyCapsule_GetPointer", C.pythonapi))


def pointer(capsule, name):
    """The struct in a PyCapsule; the capsule stays its owner until the struct is moved."""
    return POINTER_OF(capsule, name)


# ---- Arrow structs -----------------------------------------------------------------------------------------------

RELEASE = C.CFUNCTYPE(None, C.c_void_p)


def release_of(kind):
    """Releases the children that are still here, then lets go of the buffers."""
    def release(address):
        struct = kind.from_address(address)
        children = C.cast(struct.children, C.POINTER(C.c_void_p))
        for i in range(struct.n_children if struct.children else 0):
            end(kind, children[i])
        if struct.dictionary:
            end(kind, C.addressof(struct.dictionary.contents))
        key = struct.private_data
        struct.release = type(struct.release)()
        with _lock:
            _live.pop(key, None)
    return RELEASE(release)


def end(kind, address):
    child = kind.from_address(address)
    if C.cast(child.release, C.c_void_p).value:
        child.release(address)


RELEASES = {ArrowSchema: release_of(ArrowSchema), ArrowArray: release_of(ArrowArray)}


def fill(struct, children=(), dictionary=None, keep=()):
    """Ties what a struct points to to its life."""
    made = (C.POINTER(type(struct)) * max(1, len(children)))(*(C.pointer(c) for c in children))
    struct.n_children = len(children)
    struct.children = C.cast(made, type(struct.children)) if children else None
    if dictionary is not None:
        struct.dictionary = C.pointer(dictionary)
    with _lock:
        key = next(_keys)
        _live[key] = (made, children, dictionary, keep)
    struct.private_data = key
    struct.release = C.cast(RELEASES[type(struct)], type(struct.release))
    return struct


def schema_of(format, name, children=(), dictionary=None):
    if "\0" in name:
        raise ValueError(f"the name {name!r} has a NUL character in it")
    schema = ArrowSchema(format=format.encode(), name=name.encode("utf-8", "surrogatepass"), flags=NULLABLE)
    return fill(schema, children, dictionary)


def array_of(length, buffers, nulls=-1, children=(), dictionary=None):
    """buffers: objects with memory, or None; the first is the validity."""
    pointers = (C.c_void_p * max(1, len(buffers)))(*(memory(b) for b in buffers))
    array = ArrowArray(length=length, null_count=nulls, n_buffers=len(buffers))
    array.buffers = C.addressof(pointers)
    return fill(array, children, dictionary, (pointers, buffers))


def memory(buffer):
    """Address of the bytes of a NumPy array, bytes or a ctypes array."""
    if buffer is None:
        return None
    if isinstance(buffer, bytes):
        return C.cast(C.c_char_p(buffer), C.c_void_p).value
    return C.addressof(buffer) if isinstance(buffer, C.Array) else buffer.ctypes.data


def from_columns(columns, n_rows=None):
    """A Table of (name, values) pairs."""
    if not columns:
        raise ValueError("a table needs a column")
    lengths = {name: length_of(name, values) for name, values in columns}
    n_rows = next(iter(lengths.values())) if n_rows is None else n_rows
    for name, length in lengths.items():
        if length != n_rows:
            raise ValueError(f"column {name!r} has {length} rows and {columns[0][0]!r} has {n_rows}")
    made = [column(name, values) for name, values in columns]
    schema = schema_of("+s", "", [s for s, _ in made])
    array = array_of(n_rows, [None], 0, [a for _, a in made])
    return _rt.classes["table"].import_(schema, array)


def length_of(name, values):
    """How many rows a column has; what is none, or gives its values in no order, is refused."""
    try:
        if not isinstance(values, (str, bytes, bytearray, dict, set, frozenset)):
            return len(values)
    except TypeError:
        pass
    told = "None" if values is None else type(values).__name__
    raise TypeError(f"column {name!r} is {told}, not a list or an array of values") from None


# ---- columns -----------------------------------------------------------------------------------------------------

def column(name, values):
    """(schema, array) of one column."""
    if hasattr(values, "dtype") and hasattr(values, "isna"):
        if not hasattr(values, "iloc"):  # an index, or what a Series holds
            import pandas
            values = pandas.Series(values)
        return series_column(name, values)
    np = _rt.numpy()
    if np is None or not hasattr(values, "dtype"):
        return listed_column(name, list(values))
    values = values if isinstance(values, np.ma.MaskedArray) else np.asarray(values)
    if values.ndim != 1:
        raise ValueError(f"column {name!r} has {values.ndim} dimensions, not 1")
    mask = np.ma.getmaskarray(values) if isinstance(values, np.ma.MaskedArray) else None
    return numpy_column(name, np.ma.getdata(values), mask)


def series_column(name, series):
    """A pandas Series, by its dtype."""
    np, dtype = _rt.numpy(), series.dtype
    if isinstance(dtype, np.dtype) and dtype.kind != "O":
        return numpy_column(name, series.to_numpy(), None)
    if hasattr(series, "cat"):
        return category_column(name, series.cat.categories, series.cat.codes.to_numpy())
    missing = series.isna().to_numpy()
    if hasattr(dtype, "tz"):
        return numpy_column(name, series.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy(), missing)
    if isinstance(dtype, np.dtype):
        return numpy_column(name, series.to_numpy(), missing)
    inner = getattr(dtype, "numpy_dtype", None)
    if inner is None or np.dtype(inner).kind == "O":
        return numpy_column(name, series.to_numpy(object), missing)
    return numpy_column(name, series.to_numpy(inner, na_value=np.zeros(1, inner)[0]), missing)


def category_column(name, categories, codes):
    """Codes as they are; the categories become the dictionary."""
    np = _rt.numpy()
    inner_schema, inner = text_column("", [str(c) for c in categories])
    codes = np.ascontiguousarray(codes)
    schema = schema_of(INTEGERS[codes.dtype.kind, codes.dtype.itemsize], name, dictionary=inner_schema)
    return schema, array_of(len(codes), [validity(codes < 0), codes], int((codes < 0).sum()), dictionary=inner)


def numpy_column(name, values, mask):
    np, kind, size, length = _rt.numpy(), values.dtype.kind, values.dtype.itemsize, len(values)
    if kind in "OSU":
        return object_column(name, values, mask)
    if kind == "M":
        gone = np.isnat(values)
        mask = gone if mask is None else mask | gone
        values, format = nanoseconds(name, values, mask), "tsn:"
    elif kind == "b":
        values, format = np.packbits(values, bitorder="little"), "b"
    elif kind in "iu":
        format = INTEGERS[kind, size]
    elif kind == "f" and size <= 8:
        values, format = values.astype("float32") if size == 2 else values, "g" if size == 8 else "f"
    else:
        raise TypeError(f"column {name!r} has the type {values.dtype}, which no table holds")
    if not values.dtype.isnative:
        values = values.astype(values.dtype.newbyteorder("="))
    return made_column(name, format, np.ascontiguousarray(values), mask, length)


NANOSECONDS = {"W": 604800 * 10 ** 9, "D": 86400 * 10 ** 9, "h": 3600 * 10 ** 9, "m": 60 * 10 ** 9, "s": 10 ** 9,
               "ms": 10 ** 6, "us": 10 ** 3}
YEARS = {"Y": 1, "M": 12}  # as many of them make a year


def nanoseconds(name, times, mask):
    """Times as int64 since 1970. NumPy itself would wrap where they do not fit."""
    np = _rt.numpy()
    unit, step = np.datetime_data(times.dtype)
    counts = np.where(mask, 0, times.astype(times.dtype.newbyteorder("=")).view("int64"))
    most = 400 * YEARS[unit] // step if unit in YEARS else (2 ** 63 - 1) // (NANOSECONDS.get(unit, 1) * step)
    beyond = (counts > most) | (counts < -most)
    if unit in YEARS and not beyond.any():
        return nanoseconds(name, times.astype("datetime64[D]"), mask)
    if beyond.any():
        row = int(beyond.argmax())
        raise beyond_range(name, row, times[row])
    return times.astype("datetime64[ns]").view("int64")


def beyond_range(name, row, time):
    return UnsupportedError(f"column {name!r}, row {row}: {time} is a time beyond what int64 nanoseconds hold (1677 to "
                            "2262)")


def made_column(name, format, values, mask, length):
    nulls = int(mask.sum()) if mask is not None else 0
    return schema_of(format, name), array_of(length, [validity(mask) if nulls else None, values], nulls)


def validity(mask):
    return _rt.numpy().packbits(~mask, bitorder="little")


def object_column(name, values, mask):
    """Python objects: all of one kind, apart from what is missing."""
    items = values.tolist()
    if mask is not None:
        items = [None if gone else item for item, gone in zip(items, mask.tolist())]
    if values.dtype.kind == "S":
        items = [None if item is None else decoded_bytes(name, row, item) for row, item in enumerate(items)]
    return listed_column(name, [None if is_missing(item) else item for item in items]
                         if values.dtype.kind == "O" else items)


def decoded_bytes(name, row, item):
    try:
        return item.decode()
    except UnicodeDecodeError:
        raise ValueError(f"column {name!r}, row {row}: {item!r} is no UTF-8") from None


def is_missing(item):
    """None, NaN, NaT and pd.NA."""
    try:
        return item is None or bool(item != item)
    except (TypeError, ValueError):  # pd.NA, which equals nothing; an array, which is no value
        return type(item).__name__ == "NAType"


BOOLS = {"bool", "bool_"}  # Python's and NumPy's


def listed_column(name, items):
    """A list, without NumPy: str, bool, int, float, dates and times, each with None for a null. NaN is one, too, but among
    numbers."""
    kinds = {type(item) for item in items if item is not None}
    if any(kind.__name__ == "NAType" for kind in kinds):
        items = [None if type(item).__name__ == "NAType" else item for item in items]
        kinds = {kind for kind in kinds if kind.__name__ != "NAType"}
    if float in kinds and not all(hasattr(kind, "__float__") and kind.__name__ not in BOOLS for kind in kinds):
        items = [None if is_missing(item) else item for item in items]
        kinds = {type(item) for item in items if item is not None}
    if not kinds:
        return schema_of("n", name), array_of(len(items), [], len(items))
    if all(issubclass(kind, str) for kind in kinds):
        return text_column(name, items)
    names = {kind.__name__ for kind in kinds}
    if names <= BOOLS:
        return number_column(name, "b", [bool(item) for item in items], items)
    if all(hasattr(kind, "__index__") for kind in kinds) and not names & BOOLS:
        values = [operator.index(item or 0) for item in items]
        for row, value in enumerate(values):
            if not -2 ** 63 <= value < 2 ** 63:
                raise OverflowError(f"column {name!r}, row {row}: {value} does not fit int64; give floats, which are "
                                    "rounded, or texts")
        return number_column(name, "l", values, items)
    if any(issubclass(kind, decimal.Decimal) for kind in kinds):
        raise TypeError(f"column {name!r} holds Decimal, which no column keeps exactly; give floats, which are rounded "
                        "([float(x) for x in column]), or texts ([str(x) for x in column])")
    if all(issubclass(kind, datetime.date) for kind in kinds):
        return times_column(name, items)
    if all(hasattr(kind, "__float__") for kind in kinds) and not names & BOOLS:
        return number_column(name, "g", [0.0 if item is None else float(item) for item in items], items)
    told = ", ".join(sorted(kind.__name__ for kind in kinds))
    raise TypeError(f"column {name!r} holds {told}; a column is all str, all bool, all numbers or all times")


def span_ns(span, name):
    """A timedelta of datetime or pandas, as nanoseconds."""
    if span != span or not isinstance(span, datetime.timedelta):
        raise TypeError(f"{name} is {span!r}; a timedelta is due")
    micros = (span.days * 86400 + span.seconds) * 10 ** 6 + span.microseconds
    return micros * 1000 + getattr(span, "nanoseconds", 0)


def moment_ns(moment, name):
    """A date or datetime as nanoseconds since 1970; without a zone it is UTC."""
    if not isinstance(moment, datetime.datetime):
        return (moment - datetime.date(1970, 1, 1)).days * NANOSECONDS["D"]
    zone = moment.tzinfo or datetime.timezone.utc
    return span_ns(moment.replace(tzinfo=zone) - datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc), name)


def times_column(name, items):
    """Dates and datetimes; what is not equal to itself is NaT."""
    items = [None if item is None or item != item else item for item in items]
    times = [0 if item is None else moment_ns(item, name) for item in items]
    for row, time in enumerate(times):
        if not -2 ** 63 < time < 2 ** 63:
            raise beyond_range(name, row, items[row])
    return number_column(name, "tsn:", times, items)


def number_column(name, format, values, items):
    """A column of C numbers, with a null where items has None."""
    nulls = sum(item is None for item in items)
    if format == "b":
        data = bits(values)
    else:
        data = ((C.c_double if format == "g" else C.c_int64) * max(1, len(values)))(*values)
    present = bits([item is not None for item in items]) if nulls else None
    return schema_of(format, name), array_of(len(items), [present, data], nulls)


def text_column(name, items):
    """UTF-8 with 64-bit offsets, so that no length overflows."""
    texts = [b"" if item is None else item.encode("utf-8", "surrogatepass") for item in items]
    offsets = (C.c_int64 * (len(texts) + 1))(0, *itertools.accumulate(map(len, texts)))
    nulls = sum(item is None for item in items)
    present = bits([item is not None for item in items]) if nulls else None
    return schema_of("U", name), array_of(len(items), [present, offsets, b"".join(texts) + b"\0"], nulls)


def bits(flags):
    """Flags as a bitmap, least significant bit first."""
    out = bytearray((len(flags) + 7) // 8 or 1)
    for i, flag in enumerate(flags):
        if flag:
            out[i >> 3] |= 1 << (i & 7)
    return bytes(out)


# ---- out -----------------------------------------------------------------------------------------------------------

def read_texts(schema, array, index):
    """Column index of an exported table, whose strings are dictionaries of int32 codes, as a list."""
    column = array.children[index].contents
    texts = decoded(column.dictionary.contents, schema.children[index].contents.dictionary.contents.format)
    codes = (C.c_int32 * (column.offset + column.length)).from_address(C.cast(column.buffers, C.POINTER(C.c_void_p))[1])
    present = C.cast(column.buffers, C.POINTER(C.c_void_p))[0]
    flags = C.cast(present, C.POINTER(C.c_uint8)) if present else None
    rows = range(column.offset, column.offset + column.length)
    return [texts[codes[i]] if not flags or flags[i >> 3] >> (i & 7) & 1 else None for i in rows]


def decoded(array, format):
    """The texts of a utf8 array."""
    buffers = C.cast(array.buffers, C.POINTER(C.c_void_p))
    width = C.c_int64 if format == b"U" else C.c_int32
    offsets = C.cast(buffers[1], C.POINTER(width))
    return [C.string_at(buffers[2] + offsets[i], offsets[i + 1] - offsets[i]).decode() if offsets[i + 1] > offsets[i]
            else "" for i in range(array.offset, array.offset + array.length)]


def capsule(struct, name):
    """A PyCapsule that owns an exported struct and releases it if nobody has taken it."""
    make = C.pythonapi.PyCapsule_New
    make.restype, make.argtypes = C.py_object, [C.c_void_p, C.c_char_p, C.c_void_p]
    address = C.addressof(struct)
    with _lock:
        _live[name, address] = struct
    return make(address, name, C.cast(FORGET, C.c_void_p))


@C.CFUNCTYPE(None, C.c_void_p)
def FORGET(raw):
    kinds = {b"arrow_schema": ArrowSchema, b"arrow_array": ArrowArray, b"arrow_array_stream": ArrowArrayStream}
    for name, kind in kinds.items():
        if C.pythonapi.PyCapsule_IsValid(C.c_void_p(raw), name):
            address = POINTER_OF_ENDING(raw, name)
            end(kind, address)
            with _lock:
                _live.pop((name, address), None)
