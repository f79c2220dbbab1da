"""Predicting in few steps: one row at a time, and inputs that are bound once.

A call that takes microseconds keeps the interpreter's lock, which costs less than giving it back; of ONNX models and
many rows it is given back.
"""
import ctypes as C
import functools
import threading

from . import _runtime as _rt
from ._ffi import Context, ModelOutput, lib, mlops_error

FEW = 64  # rows that are predicted before another thread would get its turn
RUN = (C.c_int, C.c_void_p, C.c_int64, C.c_int64, C.c_void_p, C.c_int64)
PREDICT = (C.c_int, C.c_void_p, C.c_void_p, C.c_int64, C.c_int64, C.c_void_p, C.c_int64)
run_held = C.PYFUNCTYPE(*RUN)(("mlops_context_run", lib))
predict_held = {"f": C.PYFUNCTYPE(*PREDICT)(("mlops_context_predict", lib)),
                "d": C.PYFUNCTYPE(*PREDICT)(("mlops_context_predict_f64", lib))}
PREDICTION = int(ModelOutput.PREDICTION)
memory = (C.c_char * 0).from_buffer  # where an array is that can be written to and has no gaps


class OneRow:
    """One row of NumPy's, through contexts that are one call's each. None for what is not exactly that."""

    def __init__(self, model, np):
        self.kind, self.f32, self.f64 = np.ndarray, np.dtype("float32"), np.dtype("float64")
        self.shape = (1, model.n_features)
        self.model, self.idle = model._open(), []  # whatever becomes of the caller's

    def begin(self):
        """A context, the array that it writes to, and what it is called with."""
        out = C.c_void_p()
        err = mlops_error()
        status = lib.mlops_context_new(C.byref(out), self.model, PREDICTION, None, C.byref(err))
        _rt.check(status, "Model.predict", err)
        context = Context._wrap(out.value)
        width = context.width
        values = _rt.numpy().empty((1, width) if width > 1 else 1)
        tail = (1, self.shape[1], values.ctypes.data, width)
        return values, context._h, tuple(kind(value) for kind, value in zip(PREDICT[3:], tail))

    def predict(self, rows, f32=predict_held["f"], f64=predict_held["d"]):
        dtype = rows.dtype
        call = f32 if dtype is self.f32 else f64 if dtype is self.f64 else None
        if call is None or rows.shape != self.shape:
            return None
        try:
            place = memory(rows)
        except (TypeError, ValueError, BufferError):  # read-only, or with gaps
            return None
        idle = self.idle
        way = idle.pop() if idle else self.begin()
        values, context, tail = way
        failed = call(context, place, *tail)
        values = None if failed else values.copy()
        idle.append(way)
        return values


def is_sparse(rows):
    return hasattr(rows, "tocsr") and hasattr(rows, "nnz")


def bind_sparse(context, rows, n_features, absent):
    """A sparse matrix of SciPy's, as CSR with ascending features and none twice."""
    np = _rt.numpy()
    rows = rows.tocsr()
    _rt.fits("rows", rows.shape, 1, "model", "features", n_features)
    if not rows.has_canonical_format:
        rows = rows.copy()
        rows.sum_duplicates()
    wide = "_f64" if rows.dtype != np.float32 else ""
    long = "_i64" if rows.indices.dtype == np.int64 else ""
    getattr(context, f"bind_csr{wide}{long}")(rows.data, rows.indices, rows.indptr, n_features, absent)
    return rows.shape[0]


def bind_array(context, rows, n_features):
    """An array that is read where it stands, whatever its strides."""
    np = _rt.numpy()
    if np is None or not isinstance(rows, np.ndarray):
        raise TypeError(f"rows to be bound must be a NumPy array, a sparse matrix, a Table or a DataFrame, not "
                        f"{type(rows).__name__}, which would be copied")
    if isinstance(rows, np.ma.MaskedArray):
        raise TypeError("rows to be bound must have no mask; what is hidden is NaN: rows.filled(np.nan)")
    if rows.dtype not in (np.float32, np.float64) or not rows.flags.aligned:
        raise TypeError(f"rows to be bound must be float32 or float64, not {rows.dtype}: what is converted is a copy, "
                        "which later changes would not reach")
    if rows.ndim != 2:
        raise _rt.dimensions("rows", 2, rows.ndim)
    _rt.fits("rows", rows.shape, 1, "model", "features", n_features)
    (context.bind if rows.dtype == np.float32 else context.bind_f64)(rows)
    return rows.shape[0]


class Bound:
    """Rows of a model and where their values go: call it as often as the rows change.

        rows, bound = np.empty((1, 30), "float32"), None
        bound = m.bind(rows)
        rows[0] = ...
        bound()         # the array bound.out, written anew
    """

    def __init__(self, context, n_rows, out, quick):
        np = _rt.numpy()
        width = context.width
        shape = (n_rows, width) if width > 1 else (n_rows,)
        if out is None:
            out = np.empty(shape)
        elif not isinstance(out, np.ndarray) or out.dtype != np.float64 or not out.flags.carray:
            raise TypeError("out must be a float64 array that can be written to and has no gaps")
        elif out.shape not in (shape, (n_rows, width)):
            raise ValueError(f"out has the shape {out.shape}; the values have {shape}")
        self.out = out
        self._context = context
        values = (context._h._as_parameter_, 0, n_rows, out.ctypes.data, width)
        arguments = [kind(value) for kind, value in zip(RUN[1:], values)]
        self._run = functools.partial(run_held if quick and n_rows <= FEW else self._alone, *arguments)
        self._lock = threading.Lock()

    def _alone(self, *arguments):
        with self._lock:
            return lib.mlops_context_run(*arguments)

    def __call__(self):
        """Predict what the rows hold now. Returns out."""
        status = self._run()
        if status:
            _rt.check(status, "Bound", why={-1: "the rows of this graph depend on each other, and are more than 64"})
        return self.out
