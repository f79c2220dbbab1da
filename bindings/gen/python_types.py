"""Python: enums, exceptions, ctypes structs, option builders, prototypes, and what a parameter looks like."""
import keyword

import names

CTYPES = {"int8_t": "C.c_int8", "uint8_t": "C.c_uint8", "int32_t": "C.c_int32", "uint32_t": "C.c_uint32",
          "int64_t": "C.c_int64", "uint64_t": "C.c_uint64", "size_t": "C.c_size_t", "float": "C.c_float",
          "double": "C.c_double", "char": "C.c_char", "int": "C.c_int", "const char *": "C.c_char_p",
          "void": "None", "mlops_status": "C.c_int32"}
RANGES = {"int32_t": ("-2 ** 31", "2 ** 31 - 1"), "uint32_t": ("0", "2 ** 32 - 1"),
          "int64_t": ("-2 ** 63", "2 ** 63 - 1"), "size_t": ("0", "2 ** 63 - 1"), "uint64_t": ("0", "2 ** 64 - 1")}
CODES = {"float": "f", "double": "d", "int64_t": "q", "int32_t": "i", "char": "B", "void": "B", "uint8_t": "B"}
ALSO = {"MLOPS_E_INVALID": "ValueError", "MLOPS_E_NOMEM": "MemoryError"}
LAYOUT = "x86_64-linux-gnu"
NARROW = "i386-linux-gnu"


def identifier(name):
    return name + "_" if keyword.iskeyword(name) else name


def exception(status):
    """MLOPS_E_NOT_FOUND -> NotFoundError"""
    return "".join(word.capitalize() for word in status[len("MLOPS_E_"):].split("_")) + "Error"


def ctype(api, kind):
    """The ctypes type of a C type as a parameter, field or result."""
    if kind in CTYPES:
        return CTYPES[kind]
    base = names.base_of(kind)
    if base in names.by_name(api, "callbacks"):
        return base
    if "*" not in kind:
        return "C.c_int32"
    structs = names.by_name(api, "structs")
    pointers = kind.count("*")
    if base in structs and structs[base]["kind"] in (
            "opts", "error", "id", "result", "element", "arrow") and pointers == 1:
        return f"C.POINTER({base})"
    if base in structs and structs[base]["kind"] == "arrow":
        return f"C.POINTER(C.POINTER({base}))"
    if base in names.by_name(api, "handles") and pointers == 2:
        return "C.POINTER(C.c_void_p)"
    if base == "size_t":
        return "C.POINTER(C.c_size_t)"
    return "C.c_void_p"


# ---- enums and errors ----

def enums(api):
    out = []
    for enum in api["enums"]:
        if enum["name"]:
            out += ["", "", f"class {names.camel(enum['name'])}(enum.IntEnum):",
                    *names.wrapped(f'"""{enum["doc"]}"""', 118, "    "), ""]
            out += [f"    {name} = {value}  # {doc}" for name, value, doc in names.members(enum)]
    return out


def errors(api):
    status = names.by_name(api, "enums")["mlops_status"]
    out = []
    for value in status["values"]:
        if value["value"] < 0:
            bases = "Error" + (f", {ALSO[value['name']]}" if value["name"] in ALSO else "")
            doc = value["doc"][:1].upper() + value["doc"][1:]
            out += ["", "", f"class {exception(value['name'])}({bases}):", f'    """{doc}."""', "",
                    f"    code = {value['value']}"]
    return out


# ---- structs ----

def field_type(api, struct, field):
    if "function" in field:
        return prototype(api, field["function"], struct)
    kind = ctype(api, field["type"])
    return f"{kind} * {field['count']}" if "count" in field else kind


def prototype(api, function, struct=None):
    def plain(kind):  # a callback gets addresses; a pointer to the struct that is being declared has no type yet
        return "C.c_void_p" if "*" in kind and kind != "const char *" else ctype(api, kind)
    parts = [plain(function["ret"])] + [plain(p["type"]) for p in function["params"]]
    return f"C.CFUNCTYPE({', '.join(parts)})"


def structs(api):
    out = []
    for callback in api["callbacks"]:
        out += ["", f"{callback['name']} = {prototype(api, callback)}"]
    for struct in ordered(api):
        if struct["kind"] in ("table", "host"):
            continue
        out += ["", "", f"class {struct['name']}(C.Structure):", "    pass", "", "", f"{struct['name']}._fields_ = ["]
        out += [f"    ({field['name']!r}, {field_type(api, struct, field)}),".replace("'", '"')
                for field in struct["fields"]]
        wide, narrow = struct["layout"][LAYOUT]["size"], struct["layout"][NARROW]["size"]
        size = f"{wide}" if wide == narrow else f"({wide} if C.sizeof(C.c_void_p) == 8 else {narrow})"
        out += ["]", f"assert C.sizeof({struct['name']}) == {size}"]
    return out


def ordered(api):
    """Structs such that what one points to stands before it."""
    known, out = names.by_name(api, "structs"), []

    def add(struct):
        if struct in out:
            return
        for field in struct["fields"]:
            base = names.base_of(field["type"])
            if base in known and base != struct["name"]:
                add(known[base])
        out.append(struct)

    for struct in api["structs"]:
        add(struct)
    return out


def functions(api):
    """argtypes and restype of everything, handles as c_void_p."""
    out = [""]
    for f in api["functions"]:
        kinds = ", ".join(ctype(api, p["type"]) for p in f["params"])
        out.append(f"_rt.declare(lib.{f['name']}, {ctype(api, f['ret']['type'])}, {kinds})".replace(", )", ")"))
    return out


# ---- results ----

def shown(struct):
    return [f for f in struct["fields"] if f["role"] not in ("size", "reserved", "flags")]


def annotation(api, field):
    if field["role"] == "enum":
        return names.camel(field["type"])
    if field["role"] == "str":
        return "Optional[str]" if "nullable" in field["tags"] else "str"
    return "float" if field["type"] in ("double", "float") else "int"


def read_field(field):
    value = f"s.{field['name']}"
    if field["role"] == "enum":
        return f"_rt.enumerator({names.camel(field['type'])}, {value})"
    return f"_rt.decoded({value})" if field["role"] == "str" else value


def results(api):
    """Frozen dataclasses of what verbs fill in, and the functions that make them of the C structs."""
    out = []
    for struct in api["structs"]:
        if struct["kind"] == "element":
            out += element(api, struct)
        if struct["kind"] != "result":
            continue
        fields = shown(struct)
        out += ["", "", "@dataclass(frozen=True)", f"class {names.camel(struct['name'])}:",
                f'    """{struct["doc"]}"""', ""]
        out += [f"    {f['name']}: {annotation(api, f)}  # {f['doc']}".removesuffix("  # ") for f in fields]
        out += ["", "", f"def _{names.stem(struct['name'])}(s):", f"    return {names.camel(struct['name'])}("]
        out += [f"        {f['name']}={read_field(f)}," for f in fields] + ["    )"]
        if struct["name"] in names.given_back(api):
            out += ["", "", f"def _c_{names.stem(struct['name'])}(value, name):",
                    f'    return _rt.struct(value, {names.camel(struct["name"])}, {struct["name"]}, name)']
    return out


def element(api, struct):
    """A frozen dataclass that is zero where nothing is given."""
    out = ["", "", "@dataclass(frozen=True)", f"class {names.camel(struct['name'])}:", f'    """{struct["doc"]}"""', ""]
    for f in shown(struct):
        kind = annotation(api, f)
        zero = f"{kind}(0)" if f["role"] == "enum" else {"float": "0.0", "int": "0"}.get(kind, "None")
        out.append(f"    {f['name']}: {kind} = {zero}  # {f['doc']}")
    return out


# ---- options ----

def keywords(api, struct):
    """[(name, annotation, default, doc)] of what can be given; the host is the machine itself."""
    out = []
    for flag in next(f for f in struct["fields"] if f["name"] == "flags").get("values", []):
        if not flag["sets"]:
            out.append((flag_keyword(struct, flag["name"]), "bool", "False", flag_doc(api, flag["name"])))
    for field in struct["fields"]:
        role, kind = field["role"], field["type"]
        known = {"str": "Optional[PathOrStr]", "opts": "Optional[dict]", "array": "Optional[ArrayLike]",
                 "callback": "Optional[Callable[[int, int], Any]]"}
        if role == "str" and names.csv_list(field["doc"]):
            known["str"] = "Union[str, Sequence[str], None]"
        elif role == "str" and names.json_object(field["doc"]):
            known["str"] = "Union[PathOrStr, dict, None]"
        if role == "value":
            known["value"] = "Optional[float]" if kind in ("double", "float") else "Optional[int]"
        elif role == "enum":
            known["enum"] = f"Union[{names.camel(kind)}, str, None]"
        elif role in ("handle", "table"):
            known[role] = f"Optional[{names.camel(names.base_of(kind))}]"
        if role in known:
            out.append((field["name"], known[role], "None", field["doc"]))
    return out


def flag_keyword(struct, flag):
    stem = struct["name"].replace("_opts", "").upper()
    return flag[len(stem) + 1:].lower() if flag.startswith(stem + "_") else names.stem(flag.lower())


def flag_doc(api, name):
    return next(v["doc"] for e in api["enums"] for v in e["values"] if v["name"] == name)


def outer_dims(struct):
    """Lengths in shapes of arrays that are no field: the caller of the builder knows them."""
    own = {f["name"] for f in struct["fields"]}
    return sorted({d for f in struct["fields"] for d in f.get("dims", [])} - own)


def option_builders(api):
    out = []
    for struct in ordered(api):
        if struct["kind"] == "opts":
            out += builder(api, struct)
    return out


def builder(api, struct):
    given = [f"{name}={default}" for name, _, default, _ in keywords(api, struct)]
    given += [f"_{dim}" for dim in outer_dims(struct)]
    out = ["", "", f"def _{names.stem(struct['name'])}({', '.join(['*'] * bool(given) + given)}):",
           f"    o = {struct['name']}(C.sizeof({struct['name']}))", "    o._keep, o._raised = [], []"]
    for flag in next(f for f in struct["fields"] if f["name"] == "flags").get("values", []):
        name = flag["sets"] or flag_keyword(struct, flag["name"])
        test = f"{name} is not None" if flag["sets"] else name
        out += [f"    if {test}:", f"        o.flags |= {flag['value']}"]
    for field in struct["fields"]:
        lines = set_field(api, struct, field)
        if lines:
            out += [f"    if {field['name']} is not None:"] + ["        " + line for line in lines]
    return out + ["    return o"]


def set_field(api, struct, field):
    name, role, kind = field["name"], field["role"], field["type"]
    if role == "value" and kind in RANGES:
        low, high = RANGES[kind]
        return [f'o.{name} = _rt.integer({name}, {low}, {high}, "{name}")']
    if role == "value" and kind in ("double", "float"):
        return [f'o.{name} = _rt.real({name}, "{name}")']
    if role == "value":
        return [f"o.{name} = {name}"]
    if role == "enum":
        return [f"o.{name} = _rt.choice({names.camel(kind)}, {name})"]
    if role == "str":
        convert = "names_or_none" if names.csv_list(field["doc"]) else "json_text" if names.json_object(
            field["doc"]) else "string"
        return [f'o.{name} = _rt.{convert}({name}, "{name}")']
    if role == "opts":
        return [f'made = _{names.stem(names.base_of(kind))}(**_rt.options({name}, "{name}"))',
                f"o.{name} = C.pointer(made)", "o._keep.append(made)"]
    if role == "handle":
        return [f'owner = _rt.opened({name}, {names.camel(names.base_of(kind))}, "{name}")',
                f"o.{name} = owner._as_parameter_", "o._keep.append(owner)"]
    if role == "table":
        return [f"o.{name} = {name}._as_parameter_", f"o._keep.append({name})"]
    if role == "callback":
        return [f"made = _rt.Callback({name}, {kind}, o._raised)", f"o.{name} = made.pointer",
                "o._keep.append(made)"]
    return array_field(struct, field) if role == "array" else []


def array_field(struct, field):
    name, own = field["name"], {f["name"] for f in struct["fields"]}
    code = CODES[names.base_of(field["type"])]
    out = [f'o.{name}, shape, keep = _rt.array({name}, "{code}", {len(field["dims"])}, "{name}")',
           "o._keep.append(keep)"]
    for axis, dim in enumerate(field["dims"]):
        out.append(f"o.{dim} = shape[{axis}]" if dim in own
                   else f'_rt.same_length("a row of {name}", shape[{axis}], "{dim}", _{dim})')
    return out


def has_callback(api, struct):
    known = names.by_name(api, "structs")
    return any(f["role"] == "callback" or (f["role"] == "opts" and has_callback(api, known[names.base_of(f["type"])]))
               for f in struct["fields"])
