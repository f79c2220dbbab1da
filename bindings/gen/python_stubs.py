"""bindings/python/mlops/_ffi.pyi: the types of _ffi.py, for editors and type checkers."""
import emit_python
import names
import python_types as types
from python_classes import Method

HEAD = '''# Generated from the headers by bindings/gen; do not edit.
import ctypes
import enum
import os
from dataclasses import dataclass
from typing import Any, Callable, Optional, Sequence, Tuple, Union

from ._runtime import Error as Error, Handle, View

PathOrStr = Union[str, bytes, "os.PathLike[str]"]
BytesLike = Union[bytes, bytearray, memoryview, str]
ArrayLike = Any
VERSION: str
lib: ctypes.CDLL
'''


def parameter(name, kind, default):
    if name == "*":
        return "*"
    return f"{name}: {kind}" + ("" if default is None else " = ...")


def define(api, f, indent):
    method = Method(api, f)
    who, decorator = method.receiver()
    parts = ([who] if who else []) + [parameter(n, k, d) for n, k, d, _ in method.signature()]
    out = ["@property"] if names.is_property(f) else [f"@{decorator}"] if decorator else []
    out.append(f"def {method.name()}({', '.join(parts)}) -> {method.result_kind()}: ...")
    return [indent + line for line in out]


def classes(api):
    out = []
    for enum in api["enums"]:
        if enum["name"]:
            out += ["", f"class {names.camel(enum['name'])}(enum.IntEnum):"]
            out += [f"    {name} = {value}" for name, value, _ in names.members(enum)]
    for value in names.by_name(api, "enums")["mlops_status"]["values"]:
        if value["value"] < 0:
            bases = "Error" + (f", {types.ALSO[value['name']]}" if value["name"] in types.ALSO else "")
            out += ["", f"class {types.exception(value['name'])}({bases}): ..."]
    for struct in api["structs"]:
        if struct["kind"] == "arrow":
            out += ["", f"class {struct['name']}(ctypes.Structure): ..."]
        elif struct["kind"] in ("result", "element"):
            out += ["", "@dataclass(frozen=True)", f"class {names.camel(struct['name'])}:"]
            given = " = ..." if struct["kind"] == "element" else ""
            out += [f"    {f['name']}: {types.annotation(api, f)}{given}" for f in types.shown(struct)]
    return out


def emit(api):
    out = [HEAD] + classes(api)
    for line in emit_python.views(api):
        if line.startswith("class "):
            out += ["", line + " ..."]
    for handle in api["handles"]:
        out += ["", f"class {names.camel(handle['name'])}(Handle):"]
        body = [line for f in names.verbs(api, handle["name"]) for line in define(api, f, "    ")]
        out += body or ["    ..."]
    for f in names.verbs(api, None):
        out += [""] + define(api, f, "")
    return "\n".join(out) + "\n"
