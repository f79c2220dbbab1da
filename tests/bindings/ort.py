"""ONNX Runtime from Python, over its C interface; None where the library is not there.

MLOPS_ORT names the shared library, which scripts/onnxruntime.sh fetches.
"""
import ctypes as C
import os

import numpy as np

TYPES = {1: np.float32, 6: np.int32, 7: np.int64, 9: np.bool_, 11: np.float64}
NUMBERS = {np.dtype(v): k for k, v in TYPES.items()}
# Places in the table of functions, which never change.
SLOTS = {"GetErrorMessage": 2, "CreateEnv": 3, "CreateSessionFromArray": 8, "Run": 9, "CreateSessionOptions": 10,
         "SetIntraOpNumThreads": 24, "CreateTensorAsOrtValue": 48, "CreateTensorWithDataAsOrtValue": 49,
         "GetTensorMutableData": 51, "FillStringTensor": 52, "GetStringTensorDataLength": 53,
         "GetStringTensorContent": 54, "GetTensorElementType": 60, "GetDimensionsCount": 61, "GetDimensions": 62,
         "GetTensorShapeElementCount": 64, "GetTensorTypeAndShape": 65, "CreateCpuMemoryInfo": 69,
         "GetAllocatorWithDefaultOptions": 78, "GetValueType": 35,
         "CreateValue": 82}
_state = {}


def _start():
    path = os.environ.get("MLOPS_ORT", "")
    if not os.path.exists(path):
        return None
    library = C.CDLL(path)
    library.OrtGetApiBase.restype = C.POINTER(C.c_void_p)
    get = C.CFUNCTYPE(C.POINTER(C.c_void_p), C.c_uint32)(library.OrtGetApiBase()[0])
    return get(29)


def _call(name, *given):
    args = [C.addressof(a) if isinstance(a, (C.Array, C.c_int, C.c_size_t)) else a for a in given]
    status = C.CFUNCTYPE(C.c_void_p, *[C.c_void_p] * len(args))(_state["api"][SLOTS[name]])(*args)
    if status:
        text = C.CFUNCTYPE(C.c_char_p, C.c_void_p)(_state["api"][SLOTS["GetErrorMessage"]])(status)
        raise RuntimeError(text.decode())


def _made(name, *args):
    out = C.c_void_p()
    _call(name, *args, C.addressof(out))
    return out


def available():
    if "api" not in _state:
        _state["api"] = _start()
        if _state["api"]:
            _state["env"] = _made("CreateEnv", 3, C.cast(C.c_char_p(b"test"), C.c_void_p))
            _state["memory"] = _made("CreateCpuMemoryInfo", 1, 0)
            _state["allocator"] = _made("GetAllocatorWithDefaultOptions")
    return _state["api"] is not None


def _tensor(array):
    if isinstance(array, tuple):  # a map: its keys and values
        parts = (C.c_void_p * 2)(*[_tensor(a).value for a in array])
        return _made("CreateValue", parts, 2, 3)
    dims = (C.c_int64 * array.ndim)(*array.shape)
    if array.dtype.kind in "OU":
        value = _made("CreateTensorAsOrtValue", _state["allocator"], dims, array.ndim, 8)
        texts = [str(v).encode() for v in array.ravel()]
        _call("FillStringTensor", value, (C.c_char_p * len(texts))(*texts), len(texts))
        return value
    return _made("CreateTensorWithDataAsOrtValue", _state["memory"], array.ctypes.data, array.nbytes,
                 dims, array.ndim, NUMBERS[array.dtype])


def _array(value):
    info = _made("GetTensorTypeAndShape", value)
    kind, n, count = C.c_int(), C.c_size_t(), C.c_size_t()
    _call("GetTensorElementType", info, kind)
    _call("GetDimensionsCount", info, n)
    _call("GetTensorShapeElementCount", info, count)
    dims = (C.c_int64 * n.value)()
    _call("GetDimensions", info, dims, n.value)
    if kind.value == 8:
        size = C.c_size_t()
        _call("GetStringTensorDataLength", value, size)
        text, ends = C.create_string_buffer(size.value + 1), (C.c_size_t * (count.value + 1))()
        _call("GetStringTensorContent", value, text, size.value, ends, count.value)
        ends[count.value] = size.value
        texts = [text.raw[ends[i]:ends[i + 1]].decode() for i in range(count.value)]
        return np.array(texts, object).reshape(list(dims))
    data = _made("GetTensorMutableData", value)
    dtype = np.dtype(TYPES[kind.value])
    return np.frombuffer(C.string_at(data, count.value * dtype.itemsize), dtype).reshape(list(dims)).copy()


def run(model, inputs):
    """Outputs of a model's bytes that are tensors, by name; inputs are arrays by name, or pairs of arrays that are maps."""
    import onnx

    graph = onnx.load_from_string(model).graph
    names = [o.name for o in graph.output if o.type.HasField("tensor_type")]
    options = _made("CreateSessionOptions")
    _call("SetIntraOpNumThreads", options, 1)
    session = _made("CreateSessionFromArray", _state["env"], C.cast(C.c_char_p(model), C.c_void_p), len(model), options)
    arrays = {k: v if isinstance(v, tuple) else np.ascontiguousarray(v) for k, v in inputs.items()}
    values = [_tensor(a) for a in arrays.values()]
    outs = (C.c_void_p * len(names))()
    _call("Run", session, None, (C.c_char_p * len(arrays))(*[k.encode() for k in arrays]),
          (C.c_void_p * len(values))(*[v.value for v in values]), len(values),
          (C.c_char_p * len(names))(*[n.encode() for n in names]), len(names), outs)
    return {name: _array(C.c_void_p(out)) for name, out in zip(names, outs)}
