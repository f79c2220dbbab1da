"""Go: enums, errors, results and options."""
import names

NUMBERS = {"int8_t": "int8", "uint8_t": "uint8", "int32_t": "int32", "uint32_t": "uint32", "int64_t": "int64",
           "uint64_t": "uint64", "size_t": "int", "float": "float32", "double": "float64", "int": "int32"}
ELEMENTS = {**NUMBERS, "void": "byte", "char": "byte"}
INITIALISMS = {"Id": "ID", "Json": "JSON", "Csv": "CSV", "Cpu": "CPU", "Html": "HTML", "Io": "IO", "Os": "OS"}


def word(text):
    text = text[:1].upper() + text[1:]
    return INITIALISMS.get(text, text)


def camel(c_name):
    """mlops_csv_opts -> CSVOpts"""
    return "".join(word(w.lower()) for w in names.stem(c_name).split("_"))


def lower(name):
    """A parameter or local: n_rows -> nRows; words of the language get another name."""
    head, *rest = name.split("_")
    out = head + "".join(word(w) for w in rest)
    return {"range": "limits", "type": "kind", "func": "function", "len": "length", "bytes": "content"}.get(out, out)


def comment(text, indent=""):
    lines = names.wrapped(text, 100 - len(indent), "")
    return [f"{indent}//\t{line[4:]}" if line.startswith("    ") else f"{indent}// {line}".rstrip() for line in lines]


def titled(name, doc):
    """A Go comment starts with the name of what it tells."""
    return comment(f"{name}: {doc[:1].lower()}{doc[1:]}" if doc else name)


def enums(api):
    out = []
    for enum in api["enums"]:
        if not enum["name"] or enum["name"] == "mlops_status":
            continue
        name = camel(enum["name"])
        out += titled(name, enum["doc"]) + [f"type {name} int32", "", "const ("]
        for short, value, doc in names.members(enum):
            member = name + "".join(word(w.lower()) for w in short.split("_"))
            out += comment(f"{member}: {doc}.", "\t") + [f"\t{member} {name} = {value}"]
        out += [")", ""]
    return out


def errors(api):
    out = ["// What can be asked with errors.Is; the errors that are returned say more.", "var ("]
    for value in names.by_name(api, "enums")["mlops_status"]["values"]:
        if value["value"] < 0:
            short = value["name"][len("MLOPS_E_"):]
            name = "Err" + "".join(word(w.lower()) for w in short.split("_"))
            out += [f"\t// {name}: {value['doc']}.",
                    f"\t{name} = &Error{{Code: {value['value']}, Message: {quoted(value['doc'])}}}"]
    return out + [")", ""]


def quoted(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


# ---- results ----

def go_type(field):
    if field["role"] == "enum":
        return camel(field["type"])
    return "string" if field["role"] == "str" else NUMBERS[field["type"]]


def shown(struct):
    return [f for f in struct["fields"] if f["role"] not in ("size", "reserved", "flags")]


def results(api):
    out = []
    for struct in api["structs"]:
        if struct["kind"] == "element":
            out += element(struct)
        if struct["kind"] != "result":
            continue
        name = camel(struct["name"])
        out += titled(name, struct["doc"]) + [f"type {name} struct {{"]
        for field in shown(struct):
            out += comment(field["doc"] or camel(field["name"]), "\t") + [f"\t{camel(field['name'])} {go_type(field)}"]
        out += ["}", "", f"func make{name}(c *C.{struct['name']}) (r {name}) {{"]
        for field in shown(struct):
            value = f"C.GoString(c.{field_name(field)})" if field["role"] == "str" else \
                f"{go_type(field)}(c.{field_name(field)})"
            out.append(f"\tr.{camel(field['name'])} = {value}")
        out += ["\treturn r", "}", ""]
        if struct["name"] in names.given_back(api):
            out += given_back(struct, name)
    return out


def element(struct):
    """The struct, and how an array of it is laid out in C memory."""
    name, c_name = camel(struct["name"]), struct["name"]
    out = titled(name, struct["doc"]) + [f"type {name} struct {{"]
    for field in shown(struct):
        out += comment(field["doc"], "\t") + [f"\t{camel(field['name'])} {go_type(field)}"]
    out += ["}", "", f"func many{name}(s *scope, from []{name}) *C.{c_name} {{",
            f"\tp := (*C.{c_name})(s.alloc(C.size_t(len(from)+1) * C.sizeof_{c_name}))",
            "\tfor i, c := range unsafe.Slice(p, len(from)) {"]
    for field in shown(struct):
        value = f"from[i].{camel(field['name'])}"
        made = f"s.str({value})" if field["role"] == "str" else f"C.{field['type']}({value})"
        out.append(f"\t\tc.{field_name(field)} = {made}")
    return out + ["\t\tunsafe.Slice(p, len(from))[i] = c", "\t}", "\treturn p", "}", ""]


def given_back(struct, name):
    out = [f"func (r {name}) c() (c C.{struct['name']}) {{", f"\tc.struct_size = C.sizeof_{struct['name']}"]
    out += [f"\tc.{field_name(f)} = C.{f['type']}(r.{camel(f['name'])})" for f in shown(struct)]
    return out + ["\treturn c", "}", ""]


def field_name(field):
    """cgo writes a field whose name is a word of Go with a line before it."""
    return "_" + field["name"] if field["name"] in ("type", "range", "func", "map", "chan", "var") else field["name"]


# ---- options ----

def option_fields(api, struct):
    """[(field or flag, Go name, Go type, doc)]"""
    out = []
    flags = next(f for f in struct["fields"] if f["name"] == "flags")
    for flag in flags.get("values", []):
        if not flag["sets"]:
            stem = struct["name"].replace("_opts", "").upper() + "_"
            doc = next(v["doc"] for e in api["enums"] for v in e["values"] if v["name"] == flag["name"])
            out.append((flag, camel(flag["name"].removeprefix(stem).lower()), "bool", doc))
    for field in struct["fields"]:
        kind = option_type(field)
        if kind:
            out.append((field, camel(field["name"]), kind, field["doc"]))
    return out


def option_type(field):
    role, base = field["role"], names.base_of(field["type"])
    if role == "value":
        return ("*" if "set_flag" in field else "") + NUMBERS[field["type"]]
    if role == "enum":
        return camel(field["type"])
    if role == "array":
        return "[]" + ELEMENTS[base]
    return {"str": "string", "opts": f"*{camel(base)}", "handle": f"*{camel(base)}",
            "table": f"*{camel(base)}"}.get(role)


def options(api):
    out = []
    for struct in api["structs"]:
        if struct["kind"] == "opts":
            out += option_type_lines(api, struct) + option_maker(api, struct)
    return out


def option_type_lines(api, struct):
    name = camel(struct["name"])
    out = titled(name, struct["doc"]) + [f"type {name} struct {{"]
    for _, field, kind, doc in option_fields(api, struct):
        out += comment(doc or field, "\t") + [f"\t{field} {kind}"]
    return out + ["}", ""]


def outer_dims(struct):
    own = {f["name"] for f in struct["fields"]}
    return sorted({d for f in struct["fields"] for d in f.get("dims", [])} - own)


def option_maker(api, struct):
    """The C struct, in C memory, which the scope frees behind the call."""
    name, c_name = camel(struct["name"]), struct["name"]
    extra = "".join(f", {lower(d)} int64" for d in outer_dims(struct))
    out = [f"func (o *{name}) c(s *scope{extra}) *C.{c_name} {{", "\tif o == nil {", "\t\treturn nil", "\t}",
           f"\tc := (*C.{c_name})(s.alloc(C.sizeof_{c_name}))", f"\tc.struct_size = C.sizeof_{c_name}"]
    for field, go_name, kind, _ in option_fields(api, struct):
        out += ["\t" + line for line in set_option(struct, field, go_name, kind)]
    return out + ["\treturn c", "}", ""]


def set_option(struct, field, go_name, kind):
    value = f"o.{go_name}"
    if "role" not in field:
        return [f"if {value} {{", f"\tc.flags |= {field['value']}", "}"]
    target, role, base = f"c.{field_name(field)}", field["role"], names.base_of(field["type"])
    if role == "value" and kind.startswith("*"):
        flag = next(f for f in struct["fields"] if f["name"] == "flags")
        bit = next(v["value"] for v in flag["values"] if v["name"] == field["set_flag"])
        return [f"if {value} != nil {{", f"\tc.flags |= {bit}", f"\t{target} = C.{field['type']}(*{value})", "}"]
    if role in ("value", "enum"):
        return [f"{target} = C.{field['type']}({value})"]
    if role == "str":
        return [f"{target} = s.optional({value})"]
    if role == "opts":
        return [f"{target} = {value}.c(s)"]
    if role in ("handle", "table"):
        return [f"if {value} != nil {{", f"\t{target} = {value}.p", f"\ts.keep({value})", "}"]
    return set_array(struct, field, value, target, base)


def set_array(struct, field, value, target, base):
    own = {f["name"] for f in struct["fields"]}
    outer = [d for d in field["dims"] if d not in own]
    inner = [d for d in field["dims"] if d in own]
    out = [f"if len({value}) > 0 {{",
           f"\t{target} = (*C.{base})(s.copy(unsafe.Pointer(&{value}[0]), len({value})*C.sizeof_{base}))"]
    size = f"int64(len({value}))"
    if outer:
        rows = "*".join(lower(d) for d in outer)
        out += [f"\tif {rows} == 0 || {size}%({rows}) != 0 {{",
                f"\t\ts.err = invalid(\"{camel(field['name'])} is not whole rows\")", "\t\treturn nil", "\t}"]
        size = f"{size} / ({rows})"
    return out + [f"\tc.{inner[0]} = C.int64_t({size})", "}"]
