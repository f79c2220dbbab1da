"""What the generated classes share: the library, handles that can be closed, texts and arrays in and out.

NumPy is used where it is installed; without it lists come in and lists go out. A handle's C object is owned by an
Owner, which methods hold while they run: closing a handle that another thread is using ends it after that call.
"""
import ctypes as C
import json
import operator
import os
import re
import sys
import threading
import weakref

HERE = os.path.dirname(os.path.abspath(__file__))
FILES = ("libmlops.0.dylib",) if sys.platform == "darwin" else ("libmlops.so.0", "libmlops.so")
ARENA = -7  # MLOPS_E_ARENA: the storage was too small


# ---- the library -----------------------------------------------------------------------------------------------

def load_library(built_for):
    """MLOPS_LIBRARY, a file beside the package, or what the system's loader finds."""
    given = os.environ.get("MLOPS_LIBRARY")
    beside = [os.path.join(HERE, name) for name in FILES]
    candidates = [given] if given else [p for p in beside if os.path.exists(p)] + list(FILES)
    problems = []
    for path in candidates:
        try:
            lib = C.CDLL(path)
            break
        except OSError as error:
            problems.append(str(error))
    else:
        raise ImportError("libmlops was not found; set MLOPS_LIBRARY to its path: " + "; ".join(problems))
    lib.mlops_version.argtypes, lib.mlops_version.restype = [], C.c_char_p
    check_version(lib.mlops_version().decode(), built_for, lib._name)
    return lib


def declare(function, result, *arguments):
    function.restype, function.argtypes = result, list(arguments)


def check_version(found, built_for, path):
    """The ABI only grows within a major version: an older library lacks what these classes call."""
    have, need = ([int(part) for part in text.split(".")[:2]] for text in (found, built_for))
    if have[0] != need[0] or have[1] < need[1]:
        raise ImportError(f"{path} is libmlops {found}, and this package needs {need[0]}.{need[1]} or later")


# ---- errors ----------------------------------------------------------------------------------------------------

class Error(Exception):
    """What a verb reported. Subclasses say which kind; the message says what was wrong, where, and what would be right.

    code: status, negative. line, column: 1-based, 0 if unknown. offset: byte, -1 if unknown. os_code: errno, or 0.
    """

    code = None
    by_code = {}

    def __init__(self, message="", *, code=None, line=0, column=0, offset=-1, os_code=0):
        super().__init__(message)
        self.code = self.code if code is None else code
        self.line, self.column, self.offset, self.os_code = line, column, offset, os_code

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        if cls.__dict__.get("code") is not None:
            Error.by_code[cls.code] = cls


def check(status, name, err=None, why={}, nested={}):
    """Raises what a status below zero means. why: what the header says of it, for verbs that give no message. nested:
    the keyword of options that are given within others."""
    if status >= 0:
        return status
    kind = Error.by_code.get(status, Error)
    if err is None or err.code == 0:
        raise kind(f"{name}: {why.get(status) or (kind.__doc__ or '').rstrip('.')}", code=status)
    raise kind(spoken(err.message.decode("utf-8", "replace"), nested), code=status, line=err.line, column=err.column,
               offset=err.offset, os_code=err.os_code)


OPTIONS = re.compile(r"""(?<!\S)(?:
    option\ '(?P<option>\w+)'
  | (?P<user>(?P<quote>['"]).*?(?P=quote)(?![^\s,;:.)]))
  | (?P<struct>opts|mlops_call|mlops_\w+_opts)(?:\.(?P<field>\w+)(?:\.(?P<inner>\w+))?
                                             |:\ (?:(?P<first>\w+)(?=\ (?:is|are|must|names|")))?)
)""", re.X | re.S)


def spoken(message, nested):
    """A message of the library with its options as they are given here: ignore= for mlops_drift_opts.ignore. What it
    has in quotes is the user's."""
    def option(match):
        name, inner = match["option"] or match["field"] or match["first"], match["inner"]
        if match["user"]:
            return match[0]
        if name is None:
            return f"{nested.get(match['struct'], 'options')}: "
        if match["struct"] in nested:
            name, inner = match["struct"], name
        return f'{nested.get(name, name)}["{inner}"]' if inner else f"{name}="

    return OPTIONS.sub(option, message)


# ---- handles ---------------------------------------------------------------------------------------------------

class Owner:
    """A C object and what it needs to live; ended when nobody holds it any more, at the latest at exit."""

    __slots__ = ("_as_parameter_", "lock", "keep", "of", "bound", "__weakref__")

    def __init__(self, pointer, end, lock, keep, of):
        self._as_parameter_, self.lock, self.keep, self.of = pointer, lock, keep, of
        if end is not None:
            weakref.finalize(self, end, pointer)

    def __reduce_ex__(self, protocol):
        raise TypeError("an object of libmlops cannot be copied or pickled; save it, or load it again")


class Handle:
    """Something of the library. Ends with close(), at the end of a with block, or when nobody holds it."""

    _h = None
    _end = None  # the C function that ends it
    _locked = False  # one thread at a time

    @classmethod
    def _wrap(cls, pointer, *, keep=None, owned=True, lock=None, of=None):
        self = object.__new__(cls)
        self._h = cls._owner(pointer, keep, owned, lock, of)
        return self

    @classmethod
    def _owner(cls, pointer, keep=None, owned=True, lock=None, of=None):
        """keep: what must live as long; of: the handle that it was made of, which has its shape."""
        lock = lock or (threading.RLock() if cls._locked else None)
        return Owner(pointer, cls._end if owned else None, lock, keep, of)

    def _open(self):
        if self._h is None:
            raise Error.by_code[-1](f"this {type(self).__name__} is closed")
        return self._h

    @property
    def closed(self):
        """Whether close() was called."""
        return self._h is None

    def close(self):
        """Lets go of the object. May be called twice; what other objects share of it stays."""
        self._h = None

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()


class View:
    """A table of functions that belongs to the library; keeps its parent."""

    __slots__ = ("_as_parameter_", "keep")

    def __init__(self, pointer, keep):
        self._as_parameter_, self.keep = pointer, keep


def viewed(value, kind, name):
    """The table behind a view given as an argument, whose owner must be open."""
    if not isinstance(value, kind):
        raise TypeError(f"{name} must be a {kind.__name__}, not {type(value).__name__}")
    return value._as_parameter_


classes = {}  # the class that stands for each noun; a hand-written one may take the place of the generated


def noun(name):
    """Class decorator: this class is what the library's functions return for a noun."""
    def register(cls):
        classes[name] = cls
        return cls
    return register


converters = {}  # by the name of a class: what makes one of anything else that it may stand for


def opened(value, kind, name):
    """The owner behind a handle given as an argument."""
    if not isinstance(value, kind) and not isinstance(value, Handle) and kind.__name__ in converters:
        value = converters[kind.__name__](value)
    if not isinstance(value, kind):
        raise TypeError(f"{name} must be a {kind.__name__}, not {type(value).__name__}")
    return value._open()


def opened_or_none(value, kind, name):
    return None if value is None else opened(value, kind, name)


class locked:
    """Takes the locks of several handles, always in the same order."""

    def __init__(self, *owners):
        self.locks = sorted({id(o.lock): o.lock for o in owners if o is not None and o.lock}.items())

    def __enter__(self):
        for _, lock in self.locks:
            lock.acquire()

    def __exit__(self, *exc):
        for _, lock in reversed(self.locks):
            lock.release()


# ---- scalars and texts -----------------------------------------------------------------------------------------

def integer(value, low, high, name, least=None):
    """A whole number that fits the C type; ctypes would cut it silently. least: what the header asks for."""
    try:
        value = operator.index(value)
    except TypeError:
        raise TypeError(f"{name} must be a whole number, not {type(value).__name__}") from None
    if not low <= value <= high:
        raise OverflowError(f"{name} must lie between {low} and {high}, not {value}")
    if least is not None and value < least:
        raise Error.by_code[-1](f"{name} is {value}, below {least}")
    return value


def real(value, name):
    """A number for a C double."""
    if not hasattr(value, "__float__") and not hasattr(value, "__index__"):
        raise TypeError(f"{name} must be a number, not {type(value).__name__}")
    return float(value)


def choice(kind, value):
    """An enumerator, also by its name: "margin"."""
    if isinstance(value, str):
        try:
            return kind[value.upper()]
        except KeyError:
            names = ", ".join(repr(m.name.lower()) for m in kind)
            raise ValueError(f"{value!r} is not one of {names}") from None
    return integer(value, -2 ** 31, 2 ** 31 - 1, kind.__name__)


def enumerator(kind, value):
    """A member of the enum, or the number where a later library returns one that we do not know."""
    try:
        return kind(value)
    except ValueError:
        return value


def struct(value, kind, c_kind, name):
    """The C struct of a result that is given back."""
    if not isinstance(value, kind):
        raise TypeError(f"{name} must be {kind.__name__}, not {type(value).__name__}")
    return c_kind(C.sizeof(c_kind), **vars(value))


def string(value, name):
    """UTF-8 bytes of a str, bytes or path."""
    try:
        value = os.fspath(value)
    except TypeError:
        raise TypeError(f"{name} must be a str or a path, not {type(value).__name__}") from None
    value = value.encode("utf-8", "surrogateescape") if isinstance(value, str) else value
    if b"\0" in value:
        raise ValueError(f"{name} has a NUL character in it")
    return value


def digest(value, name):
    """The 32 bytes of an id that was handed out as hexadecimal digits."""
    try:
        out = bytes.fromhex(value)
    except (TypeError, ValueError):
        out = b""
    if len(out) != 32:
        raise ValueError(f"{name} must be 64 hexadecimal digits, not {value!r}")
    return out


def string_or_none(value, name):
    return None if value is None else string(value, name)


def names_or_none(value, name):
    """A list of names: a str in CSV form as it is, or a sequence of str; of names with values, a dict."""
    if value is None or isinstance(value, (str, bytes, os.PathLike)):
        return string_or_none(value, name)
    if isinstance(value, dict):
        value = [f"{key}={content}" for key, content in value.items()]
    try:
        value = list(value)
    except TypeError:
        raise TypeError(f"{name} must be a list of str, not {type(value).__name__}") from None
    if not value:
        if name == "ignore":  # nothing is left out
            return None
        raise Error.by_code[-1](f"{name}= is an empty list; leave it out, or name one or more")
    for n in value:
        if not isinstance(n, str):
            raise TypeError(f"{name} must hold str, not {type(n).__name__}")
    quoted = ['"' + n.replace('"', '""') + '"' if any(c in n for c in ',"\r\n') or n != n.strip() else n
              for n in value]
    return string(",".join(quoted), name)


def json_text(value, name):
    """A JSON object: text as it is, or a dict."""
    if isinstance(value, (str, bytes, os.PathLike)):
        return string(value, name)
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise type(error)(f"{name} is no JSON: {error}") from None
    return string(text, name)


def decoded(value):
    return None if value is None else value.decode("utf-8", "replace")


def written(call, name, err=None, why={}):
    """What a verb writes to a buffer of ours: asked again with more room while it does not fit."""
    room, needed = 1024, C.c_size_t()
    while True:
        buffer = C.create_string_buffer(room)
        status = call(buffer, room, C.byref(needed))
        if status != ARENA or needed.value < room:
            check(status, name, err, why)
            return C.string_at(buffer, needed.value)
        room = needed.value + 1


class Callback:
    """A Python function behind a C callback; what it raises cancels the call and is raised again behind it.

    Where C asks for yes or no, an answer that is no such number counts by whether it is true."""

    def __init__(self, function, prototype, raised):
        def trampoline(_user, *args):
            try:
                answer = function(*args)
                if prototype._restype_ is not C.c_int32:
                    return int(answer or 0)
                return answer if isinstance(answer, int) and C.c_int32(answer).value == answer else bool(answer)
            except BaseException as error:  # must not pass through C
                raised.append(error)
                return -1
        self.pointer = prototype(trampoline)


def reraise(options):
    """Raises what a callback of these options, or of options within them, has raised."""
    for error in options._raised:
        raise error
    for kept in options._keep:
        if hasattr(kept, "_raised"):
            reraise(kept)


# ---- arrays ----------------------------------------------------------------------------------------------------

DTYPES = {"f": ("float32", C.c_float, "fiub"), "d": ("float64", C.c_double, "fiub"), "q": ("int64", C.c_int64, "iu"),
          "i": ("int32", C.c_int32, "iu")}
_numpy = []


def numpy():
    """The numpy module, or None where it is not installed."""
    if not _numpy:
        try:
            import numpy as found
        except ImportError:
            found = None
        _numpy.append(found)
    return _numpy[0]


def array(value, code, n_dims, name, column=False):
    """(address, shape, what keeps it alive) of numbers, row-major. Whole numbers and floats of other widths are
    converted to the nearest of the wanted type; whole numbers are never made of floats. column: one dimension where
    two are wanted is a column."""
    np = numpy()
    wanted, _, kinds = DTYPES[code]
    if isinstance(value, (str, bytes, os.PathLike)):
        raise TypeError(f"{name} must hold numbers, not text; mlops.table(path) reads a CSV file")
    if np is None:
        return listed(value, code, n_dims, name, column)
    value = unmasked(np, value, code, name)
    try:
        found = np.asarray(value)
    except ValueError:
        raise ValueError(f"{name} has rows of different lengths") from None
    if found.dtype.kind not in kinds and found.size:
        raise TypeError(f"{name} must hold numbers that convert to {wanted}, not {found.dtype}")
    if column and found.ndim == 1:
        found = found.reshape(-1, 1)
    if found.ndim != n_dims:
        raise dimensions(name, n_dims, found.ndim)
    if code in "qi" and found.size and not np.can_cast(found.dtype, wanted):
        limits = np.iinfo(wanted)
        if found.max() > limits.max or found.min() < limits.min:
            raise OverflowError(f"{name} has values beyond {wanted}")
    found = np.ascontiguousarray(found, wanted)
    return found.ctypes.data, found.shape, found


def unmasked(np, value, code, name):
    """What a mask hides, and what pandas has as NA, is NaN among floats; whole numbers have no such."""
    masked = isinstance(value, np.ma.MaskedArray) and value.dtype.kind in "fiub"
    if not masked and not hasattr(getattr(value, "dtype", None), "numpy_dtype"):
        return value
    if code not in "fd" and (np.ma.getmaskarray(value) if masked else np.asarray(value.isna())).any():
        raise ValueError(f"{name} has values that are missing")
    if code not in "fd":
        return np.ma.getdata(value) if masked else value.to_numpy(value.dtype.numpy_dtype)
    wanted = DTYPES[code][0]
    return value.astype(wanted).filled(np.nan) if masked else value.to_numpy(wanted, na_value=np.nan)


def as_it_is(np, value, code, n_dims):
    """Whether an array can be read where it stands."""
    return np is not None and isinstance(value, np.ndarray) and not isinstance(value, np.ma.MaskedArray) \
        and value.ndim == n_dims and value.dtype == DTYPES[code][0] and value.flags.aligned


def dimensions(name, want, have):
    hint = "; one row is x.reshape(1, -1), one column x.reshape(-1, 1)" if (want, have) == (2, 1) else ""
    return ValueError(f"{name} must have {want} dimension{'s' * (want > 1)}, not {have}{hint}")


def listed(value, code, n_dims, name, column):
    """The same of lists, without NumPy."""
    wanted, kind, _ = DTYPES[code]
    value = list(value)
    if n_dims == 2 and value and not hasattr(value[0], "__iter__"):
        if not column:
            raise dimensions(name, 2, 1)
        value = [[x] for x in value]
    rows = [list(row) for row in value] if n_dims == 2 else [value]
    if any(len(row) != len(rows[0]) for row in rows):
        raise ValueError(f"{name} has rows of different lengths")
    flat = [x for row in rows for x in row]
    try:
        made = (kind * max(1, len(flat)))(*flat)
    except TypeError:
        raise TypeError(f"{name} must hold numbers that convert to {wanted}") from None
    shape = (len(rows), len(rows[0]) if rows else 0) if n_dims == 2 else (len(flat),)
    return C.addressof(made), shape, made


def strided(value, code, name):
    """(address, n, stride, keep) of one dimension; a view with a step is not copied."""
    np = numpy()
    if as_it_is(np, value, code, 1) and value.strides[0] > 0 and value.strides[0] % value.itemsize == 0:
        return value.ctypes.data, value.shape[0], value.strides[0] // value.itemsize, value
    address, shape, keep = array(value, code, 1, name)
    return address, shape[0], 1, keep


def matrix(value, code, name):
    """(address, shape, strides in numbers, keep) of two dimensions; a view of any order is not copied."""
    np = numpy()
    if as_it_is(np, value, code, 2) and not any(s % value.itemsize for s in value.strides):
        return value.ctypes.data, value.shape, [s // value.itemsize for s in value.strides], value
    address, shape, keep = array(value, code, 2, name)
    return address, shape, (shape[1], 1), keep


def options(value, name):
    """Options within options."""
    if not hasattr(value, "keys"):
        raise TypeError(f"{name} must be a dict of options, not {type(value).__name__}")
    return value


def elements(values, kind, c_kind, name):
    """(array of C structs, shape) of objects of a dataclass. The array keeps the texts."""
    values = list(values)
    made = (c_kind * len(values))()
    for c, value in zip(made, values):
        if not isinstance(value, kind):
            raise TypeError(f"{name} must hold {kind.__name__}, not {type(value).__name__}")
        for field, content in vars(value).items():
            setattr(c, field, string(content, name) if isinstance(content, (str, bytes)) else content)
    return made, (len(values),)


def fits(name, shape, axis, noun, unit, want):
    """The shape of an array is what a handle takes."""
    if shape[axis] != want:
        have = counted(shape[axis], "values" if len(shape) == 1 else ("rows", "columns")[axis])
        raise Error.by_code[-1](f"{name} has {have}; the {noun} takes {counted(want, unit)}")


def counted(n, units):
    return f"{n} {units[:-1] if n == 1 and units.endswith('s') else units}"


def same_length(name, have, other, want):
    if have != want:
        raise ValueError(f"{name} has {have} entries and {other} has {want}; they must be equal")


def blob(value, name):
    """(bytes, length) of bytes, a str or anything with a buffer."""
    if isinstance(value, str):
        value = value.encode()
    elif not isinstance(value, bytes):
        try:
            value = bytes(memoryview(value))
        except TypeError:
            raise TypeError(f"{name} must be bytes, not {type(value).__name__}") from None
    return value, len(value)


class Storage:
    """Memory of ours for an object of the library, aligned to 64 bytes."""

    def __init__(self, size, content=b""):
        self.memory = C.create_string_buffer(size + 64)
        self.address = (C.addressof(self.memory) + 63) // 64 * 64
        C.memmove(self.address, content, len(content))


def empty(code, shape):
    """(array, address) to be written by the library."""
    np = numpy()
    if np is not None:
        made = np.empty(shape, DTYPES[code][0])
        return made, made.ctypes.data
    n = 1
    for length in shape:
        n *= length
    made = (DTYPES[code][1] * max(1, n))()
    return (made, shape), C.addressof(made)


def result(made):
    """The array of empty() as a user gets it."""
    if not isinstance(made, tuple):
        return made
    values, shape = made
    if len(shape) == 1:
        return list(values[:shape[0]])
    return [list(values[i * shape[1]:(i + 1) * shape[1]]) for i in range(shape[0])]


def address(value, kind, name):
    """Address of an Arrow struct: a ctypes struct, or the number that other libraries export to and import from."""
    if isinstance(value, kind):
        return C.addressof(value)
    if isinstance(value, int):
        return value
    raise TypeError(f"{name} must be a {kind.__name__} or its address, not {type(value).__name__}")


def flattened(values, width):
    """(n, 1) as (n,)."""
    if width != 1:
        return values
    return values[:, 0] if hasattr(values, "ndim") else [row[0] for row in values]
