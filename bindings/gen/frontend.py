"""Front end: libclang reads the public headers and gives a plain description, without meaning yet.

Layouts are taken for every target of the ABI promise: libclang lays out any of them without a cross compiler.
"""
import glob
import pathlib
import re

from clang import cindex

import comments

KIND = cindex.CursorKind
TYPE = cindex.TypeKind
TARGETS = {
    "x86_64-linux-gnu": [],
    "aarch64-linux-gnu": [],
    "i386-linux-gnu": [],
    "arm-none-eabi": ["-target", "armv7m-none-eabi", "-fshort-enums"],
}
FOREIGN = ("ArrowSchema", "ArrowArray", "ArrowArrayStream")


def clang_include():
    """Folder of clang's own freestanding headers."""
    found = sorted(glob.glob("/usr/lib/llvm-*/lib/clang/*/include/stdint.h"))
    return str(pathlib.Path(found[-1]).parent) if found else None


def arguments(include, target, builtin):
    args = ["-x", "c", "-std=c11", "-ffreestanding", "-nostdinc", "-I" + str(include)]
    args += ["-isystem", builtin] if builtin else []
    return args + (TARGETS[target] or ["-target", target])


def parse_unit(include, target, builtin):
    unit = cindex.Index.create().parse(str(include / "mlops.h"), args=arguments(include, target, builtin))
    if list(unit.diagnostics):
        raise SystemExit("\n".join(map(str, unit.diagnostics)))
    return unit


def ours(cursor, include):
    file = cursor.location.file
    return file is not None and pathlib.Path(file.name).parent == include / "mlops"


def spelling(kind):
    """A type as the headers write it, without the word struct in front of our own names."""
    return re.sub(r"\b(?:struct|enum) (mlops_)", r"\1", kind.spelling)


def header_of(cursor):
    return pathlib.Path(cursor.location.file.name).stem


def is_handle(cursor):
    if cursor.kind != KIND.TYPEDEF_DECL:
        return False
    declared = cursor.underlying_typedef_type.get_declaration()
    return declared.kind == KIND.STRUCT_DECL and not declared.is_definition() and declared.get_definition() is None


def is_callback(cursor):
    kind = cursor.underlying_typedef_type if cursor.kind == KIND.TYPEDEF_DECL else None
    return kind is not None and kind.kind == TYPE.POINTER and is_prototype(kind.get_pointee())


def is_prototype(kind):
    return kind.get_canonical().kind == TYPE.FUNCTIONPROTO


def describe_enum(cursor, problems):
    name = "" if "(" in cursor.spelling else cursor.spelling
    comment = comments.read(cursor.raw_comment, "type", name or "enum", problems)
    values = []
    for value in cursor.get_children():
        doc = comments.read(value.raw_comment, "value", value.spelling, problems)["doc"]
        values.append({"name": value.spelling, "value": value.enum_value, "doc": doc})
    return {"name": name, "header": header_of(cursor), "doc": comment["doc"], "values": values}


def prototype(kind, cursor):
    """Result and parameters of a function pointer, as the header names them."""
    params = [{"name": c.spelling, "type": spelling(c.type)} for c in cursor.get_children()
              if c.kind == KIND.PARM_DECL]
    result = spelling(kind.get_result())
    fixed = {"int": "int32_t", "long": "int64_t"}  # the result type is at hand only with its typedef resolved
    return {"ret": fixed.get(result, result), "params": params}


def describe_field(field, struct, problems):
    comment = comments.read(field.raw_comment, "field", f"{struct}.{field.spelling}", problems)
    kind = field.type
    out = {"name": field.spelling, "type": spelling(kind), "doc": comment["doc"], "tags": comment["tags"]}
    if kind.kind == TYPE.POINTER and is_prototype(kind.get_pointee()):
        out["function"] = prototype(kind.get_pointee().get_canonical(), field)
    elif kind.get_canonical().kind == TYPE.CONSTANTARRAY:
        array = kind.get_canonical()
        out["type"], out["count"] = spelling(kind.element_type), array.element_count
    return out


def describe_struct(cursor, problems):
    comment = comments.read(cursor.raw_comment, "type", cursor.spelling, problems)
    fields = [describe_field(f, cursor.spelling, problems) for f in cursor.type.get_fields()]
    return {"name": cursor.spelling, "header": header_of(cursor), "doc": comment["doc"], "fields": fields}


def describe_callback(cursor, problems):
    comment = comments.read(cursor.raw_comment, "type", cursor.spelling, problems)
    pointee = cursor.underlying_typedef_type.get_pointee().get_canonical()
    return {"name": cursor.spelling, "header": header_of(cursor), "doc": comment["doc"],
            **prototype(pointee, cursor)}


def describe_handle(cursor, problems):
    comment = comments.read(cursor.raw_comment, "type", cursor.spelling, problems)
    return {"name": cursor.spelling, "header": header_of(cursor), "doc": comment["doc"],
            "threadsafe": "threadsafe" in comment["tags"]}


def describe_function(cursor, problems):
    name = cursor.spelling
    comment = comments.read(cursor.raw_comment, "function", name, problems)
    nothing = {"doc": "", "tags": {}, "out": False}
    params = [{"name": a.spelling, "type": spelling(a.type), **comment["params"].pop(a.spelling, nothing)}
              for a in cursor.get_arguments()]
    problems += [f"{name}({left}): described, but no such parameter" for left in comment["params"]]
    ret = comment["ret"] or {"doc": "", "tags": {}}
    return {"name": name, "header": header_of(cursor), "since": comment["since"], "doc": comment["doc"],
            "ret": {"type": spelling(cursor.result_type), **ret}, "params": params}


def describe(unit, include, problems):
    api = {"enums": [], "structs": [], "callbacks": [], "handles": [], "functions": []}
    for cursor in unit.cursor.get_children():
        if not ours(cursor, include):
            continue
        if cursor.kind == KIND.ENUM_DECL:
            api["enums"].append(describe_enum(cursor, problems))
        elif cursor.kind == KIND.STRUCT_DECL and cursor.is_definition():
            api["structs"].append(describe_struct(cursor, problems))
        elif cursor.kind == KIND.FUNCTION_DECL:
            api["functions"].append(describe_function(cursor, problems))
        elif is_handle(cursor):
            api["handles"].append(describe_handle(cursor, problems))
        elif is_callback(cursor):
            api["callbacks"].append(describe_callback(cursor, problems))
    return api


def layouts(unit, include):
    """{struct: {size, align, fields: {name: [offset, size]}}} and the sizes of enums of one target."""
    structs, enums = {}, {}
    for cursor in unit.cursor.get_children():
        if not ours(cursor, include):
            continue
        if cursor.kind == KIND.STRUCT_DECL and cursor.is_definition():
            fields = {f.spelling: [f.get_field_offsetof() // 8, f.type.get_size()] for f in cursor.type.get_fields()}
            structs[cursor.spelling] = {"size": cursor.type.get_size(), "align": cursor.type.get_align(),
                                        "fields": fields}
        elif cursor.kind == KIND.ENUM_DECL and "(" not in cursor.spelling and cursor.spelling:
            enums[cursor.spelling] = cursor.type.get_size()
    return structs, enums


def intro(path):
    """The head comment of a header, without its first words 'mlops/x.h:'."""
    text = comments.flat(comments.plain(re.match(r"/\*.*?\*/", path.read_text(), flags=re.S).group(0)))
    return re.sub(r"^mlops/\w+\.h: ", "", text)


def read_headers(include, builtin=None):
    """Everything that the headers declare, and what is wrong with their comments."""
    builtin = builtin or clang_include()
    problems = []
    unit = parse_unit(include, "x86_64-linux-gnu", builtin)
    api = describe(unit, include, problems)
    api = {"version": None, "headers": {}, **api}
    for path in sorted((include / "mlops").glob("*.h")):
        api["headers"][path.stem] = intro(path)
    for target in TARGETS:
        structs, enums = layouts(parse_unit(include, target, builtin), include)
        for struct in api["structs"]:
            struct.setdefault("layout", {})[target] = structs[struct["name"]]
        for enum in api["enums"]:
            if enum["name"]:
                enum.setdefault("size", {})[target] = enums[enum["name"]]
    text = "".join(p.read_text() for p in sorted((include / "mlops").glob("*.h")))
    macros = set(re.findall(r"^#define (\w+)", text, flags=re.M))
    return api, macros, problems
