"""bindings/python/mlops/_ffi.py: everything that the headers say, as classes and methods."""
import re

import names
import python_types as types
from python_classes import Method, spoken

HEAD = '''"""The library as Python classes. Generated from the headers by bindings/gen; do not edit."""
import ctypes as C
import enum
from dataclasses import dataclass
from typing import Optional

from . import _runtime as _rt
from ._runtime import Error

VERSION = "{version}"
lib = _rt.load_library(VERSION)
'''
WIDTH = 118


def quoted(text):
    return text.replace("\\", "\\\\").replace('"""', '\\"""')


def docstring(api, f, method, indent):
    """Summary, behaviour, what is given, what is returned, what is raised."""
    def text(doc):
        return quoted(spoken(api, doc))
    out = names.wrapped(text(f["doc"]), WIDTH - 3, indent)
    out[0] = f'{indent}"""{out[0].strip()}'
    extra = [(name, doc) for name, _, _, doc in method.signature() if name != "*" and doc]
    out += [""] if extra else []
    for name, doc in extra:
        out += names.wrapped(f"{name}: {text(doc)}", WIDTH, indent + "    ", hang="    ")
    told = f["ret"]["doc"].strip()
    if told and told != "MLOPS_OK":
        lead = "Raises" if f["ret"]["role"] == "status" else "Returns"
        out += [""] + names.wrapped(f"{lead}: {text(told)}.".replace("..", "."), WIDTH, indent)
    if len(out) == 1:
        return [out[0] + '"""']
    return out + [indent + '"""']


def define(api, f, indent):
    method = Method(api, f)
    who, decorator = method.receiver()
    given = [name if default is None else f"{name}={default}" for name, _, default, _ in method.signature()]
    arguments = ", ".join(([who] if who else []) + given)
    lines = ["@property"] if names.is_property(f) else [f"@{decorator}"] if decorator else []
    lines += signature(f"def {method.name()}(", arguments)
    out = [indent + line for line in lines] + docstring(api, f, method, indent + "    ")
    return out + [indent + "    " + line for line in method.body()]


def signature(head, arguments):
    """A def on lines of bounded width."""
    out, line = [], head
    for position, part in enumerate(arguments.split(", ") if arguments else [""]):
        piece = (", " if position else "") + part
        if len(line) + len(piece) > WIDTH - 8:
            out.append(line + ",")
            line, piece = " " * len(head), part
        line += piece
    return out + [line + "):"]


def define_class(api, handle):
    noun = names.stem(handle["name"])
    out = ["", "", f'@_rt.noun("{noun}")', f"class {names.camel(handle['name'])}(_rt.Handle):",
           *names.wrapped(f'"""{spoken(api, handle["doc"])}"""', WIDTH, "    "), "",
           f"    _end = {'lib.' + handle['end'] if handle['end'] else None}"]
    out += [] if handle["threadsafe"] else ["    _locked = True"]
    verbs = names.verbs(api, handle["name"])
    if not any(Method(api, f).is_init() for f in verbs):
        makers = [f["verb"] for f in verbs if names.param(f, "new") and Method(api, f).makes_own()]
        says = ", ".join(f"{types.identifier(m)}()" for m in makers) or "other objects"
        out += ["", "    def __init__(self):",
                f'        raise TypeError("{names.camel(handle["name"])} is made by {says}")']
    for f in verbs:
        out += [""] + define(api, f, "    ")
    return out


def views(api):
    """A class for each table of functions that the library hands out."""
    out = []
    for struct in api["structs"]:
        used = any(names.base_of(f["ret"]["type"]) == struct["name"] for f in api["functions"])
        if struct["kind"] == "table" and used:
            out += ["", "", f"class {names.camel(struct['name'])}(_rt.View):", f'    """{struct["doc"]}"""', "",
                    "    __slots__ = ()"]
    return out


def exported(api):
    out = ["VERSION", "Error", "lib"]
    out += [types.exception(v["name"]) for v in names.by_name(api, "enums")["mlops_status"]["values"] if v["value"] < 0]
    out += [names.camel(e["name"]) for e in api["enums"] if e["name"]]
    out += [names.camel(s["name"]) for s in api["structs"] if s["kind"] in ("result", "element")]
    out += [s["name"] for s in api["structs"] if s["kind"] == "arrow"]
    out += [names.camel(h["name"]) for h in api["handles"]]
    return sorted(out + [f["verb"] for f in names.verbs(api, None)])


def emit(api):
    out = [HEAD.format(version=api["version"])]
    out += types.enums(api) + types.errors(api) + types.structs(api) + types.functions(api)
    out += types.results(api) + views(api)
    for handle in api["handles"]:
        out += define_class(api, handle)
    out += types.option_builders(api)
    for f in names.verbs(api, None):
        out += ["", ""] + define(api, f, "")
    out += ["", "", "__all__ = ["]
    out += [f'    "{name}",' for name in exported(api)] + ["]"]
    return "\n".join(line for long in out for line in fold(long)) + "\n"


def fold(line):
    """A long line of code, broken behind commas; a comment behind it goes above it."""
    if "\n" in line or len(line) <= WIDTH:
        return line.split("\n")
    indent = " " * (len(line) - len(line.lstrip()))
    line, mark, told = line.partition("  # ")
    out = names.wrapped(told, WIDTH, indent + "# ") if mark else []
    while len(line) > WIDTH:
        cuts = [m.end() for m in re.finditer(",(?= )", line[:WIDTH]) if m.end() > len(indent) + 8
                and line[:m.start()].count('"') % 2 == 0]
        if not cuts:
            break
        out.append(line[:cuts[-1]])
        line = indent + "        " + line[cuts[-1]:].lstrip()
    return out + [line]
