"""Roles: what each parameter means. Conventions say most of it, tags the rest; what is left is an error.

Every problem is reported with the function and the parameter, all of them at once.
"""
import re

SCALARS = {"int8_t", "uint8_t", "int16_t", "uint16_t", "int32_t", "uint32_t", "int64_t", "uint64_t", "size_t",
           "float", "double"}
ELEMENTS = SCALARS | {"char", "void"}
ARROW = ("ArrowSchema", "ArrowArray", "ArrowArrayStream")
ENDS = {"unref": "shared", "free": "mutable", "close": "durable"}
HOST = "mlops_host"


def base_of(kind):
    return re.sub(r"\b(const|struct)\b|\*", "", kind).strip()


def dims_of(shape):
    """'n_rows,width' -> names; 'n:stride' is n elements, each stride elements behind the last."""
    return [d.partition(":")[0] for d in shape.split(",")]


class Roles:
    def __init__(self, api, macros):
        self.api, self.macros, self.problems = api, macros, []
        self.handles = {h["name"]: h for h in api["handles"]}
        self.structs = {s["name"]: s for s in api["structs"]}
        self.enums = {e["name"]: e for e in api["enums"] if e["name"]}
        self.constants = {v["name"]: v["value"] for e in api["enums"] for v in e["values"]}
        self.callbacks = {c["name"]: c for c in api["callbacks"]}
        self.functions = {f["name"]: f for f in api["functions"]}

    def bad(self, where, what):
        self.problems.append(f"{where}: {what}")

    def assign(self):
        for name, handle in self.handles.items():
            self.handle(name, handle)
        for struct in self.api["structs"]:
            struct["kind"] = self.struct_kind(struct)
        for struct in self.api["structs"]:
            self.fields(struct)
        for function in self.api["functions"]:
            self.function(function)
        for function in self.api["functions"]:
            self.dimensions(function)
            self.option_arrays(function)
        for name, enum in self.enums.items():
            self.enum(name, enum)
        return self.problems

    # ---- types ----

    def enum(self, name, enum):
        last = enum["values"][-1]
        if not last["name"].endswith("_FORCE32") or last["value"] != 0x7fffffff:
            self.bad(name, "must end with _FORCE32 = 0x7fffffff")
        for value in enum["values"][:-1]:
            if not value["doc"]:
                self.bad(value["name"], "no comment")
        if set(enum["size"].values()) != {4}:
            self.bad(name, f"is not 4 bytes everywhere: {enum['size']}")

    def handle(self, name, handle):
        ends = [end for end in ENDS if f"{name}_{end}" in self.functions]
        handle["storage"] = f"{name}_init" in self.functions
        if len(ends) > 1 or not (ends or handle["storage"]):
            self.bad(name, "a handle ends with one of unref, free, close, or lives in the caller's storage (init)")
        handle["end"] = f"{name}_{ends[0]}" if ends else None
        handle["kind"] = ENDS[ends[0]] if ends else "storage"
        if handle["kind"] == "shared" and f"{name}_ref" not in self.functions:
            self.bad(name, "has unref but no ref")
        if handle["kind"] == "shared" and not handle["threadsafe"]:
            self.bad(name, "is shared, so it must be @threadsafe")
        if not handle["doc"]:
            self.bad(name, "no comment")

    def struct_kind(self, struct):
        name, fields = struct["name"], struct["fields"]
        if not struct["doc"]:
            self.bad(name, "no comment")
        if name in ARROW:
            return "arrow"
        if name in ("mlops_error", "mlops_id"):
            return name[len("mlops_"):]
        if "An element of an array" in struct["doc"]:
            return "element"
        first = fields[0]
        if (first["name"], first["type"]) != ("struct_size", "uint32_t"):
            self.bad(name, "must start with uint32_t struct_size")
        macro = re.match(r"(MLOPS_\w+_INIT) sets it", first["doc"])
        if not macro or macro.group(1) not in self.macros:
            self.bad(f"{name}.struct_size", "must name the macro that sets it, and the macro must exist")
        if name == HOST:
            return "host"
        if any("function" in f for f in fields):
            return "table"
        if name == "mlops_call" or name.endswith("_opts"):
            return "opts"
        return "result"

    # ---- fields ----

    def fields(self, struct):
        name, siblings = struct["name"], {f["name"]: f for f in struct["fields"]}
        dims = set()
        for field in struct["fields"]:
            if "shape" in field["tags"]:
                field["dims"] = dims_of(field["tags"]["shape"])
                dims |= set(field["dims"]) & set(siblings)
        for position, field in enumerate(struct["fields"]):
            field["role"] = self.field_role(struct, position, field, dims)
            if field["role"] is None:
                self.bad(f"{name}.{field['name']}", "pointer without a role")
        if struct["kind"] == "opts":
            self.options(struct, siblings)

    def field_role(self, struct, position, field, dims):
        kind, base, tags = field["type"], base_of(field["type"]), field["tags"]
        where = f"{struct['name']}.{field['name']}"
        if field["name"] == "struct_size" and position == 0:
            return "size"
        if field["name"] in ("flags", "reserved"):
            return field["name"]
        if struct["kind"] == "arrow":
            return "foreign"
        if "function" in field:
            return "function"
        if "*" not in kind:
            return self.value_role(where, field, kind, dims)
        if struct["kind"] in ("table", "host"):
            return "table" if base in self.structs else "context" if field["name"] == "ctx" else None
        return self.pointer_field(struct, position, field, base, tags)

    def value_role(self, where, field, kind, dims):
        if kind in self.callbacks:
            return "callback"
        if kind in self.enums:
            return "enum"
        if "count" in field and kind in ("char", "uint8_t"):
            return "chars" if kind == "char" else "bytes"
        if kind not in SCALARS:
            self.bad(where, f"the type {kind} has no role")
        return "dim" if field["name"] in dims else "value"

    def pointer_field(self, struct, position, field, base, tags):
        before = struct["fields"][position - 1]
        if field["type"] == "void *" and before.get("role") == "callback":
            return "user"
        if struct["kind"] == "opts" and "nullable" not in tags:
            self.bad(f"{struct['name']}.{field['name']}", "a pointer in options must be @nullable")
        if base in self.structs and field["type"].startswith("const"):
            return {"host": "host", "opts": "opts", "table": "table"}.get(self.structs[base]["kind"])
        if base in self.handles:
            return "handle"
        if "dims" in field and base in ELEMENTS:
            return "array"
        if field["type"] == "const char *":
            if struct["kind"] == "result" and "borrowed" not in tags:
                self.bad(f"{struct['name']}.{field['name']}", "a string in a result must be @borrowed(...)")
            return "str"
        return None

    def options(self, struct, siblings):
        """Flags are named in the comment of flags; a zero that is legal needs MLOPS_X_SET_FIELD."""
        flags = siblings.get("flags")
        if flags is None:
            return self.bad(struct["name"], "options need uint32_t flags")
        names = re.findall(r"MLOPS_\w+", flags["doc"])
        if not names and flags["doc"] != "none yet; must be 0":
            self.bad(f"{struct['name']}.flags", "must name its flags, or say 'none yet; must be 0'")
        flags["values"] = []
        for name in names:
            if name not in self.constants:
                self.bad(f"{struct['name']}.flags", f"{name} is not declared")
            target = re.search(r"_SET_(\w+)$", name)
            field = target.group(1).lower() if target else None
            if field and field not in siblings:
                self.bad(f"{struct['name']}.flags", f"{name} sets no field")
            elif field:
                siblings[field]["set_flag"] = name
            flags["values"].append({"name": name, "value": self.constants.get(name), "sets": field})
        for field in struct["fields"]:
            self.option_default(struct, field)

    def option_default(self, struct, field):
        where = f"{struct['name']}.{field['name']}"
        default = re.search(r"\bdefault:?\s+(.+?)(?:;|$)", field["doc"])
        if default:
            field["default"] = default.group(1).strip().rstrip(".")
        if field["role"] == "enum":
            named = re.search(r"MLOPS_\w+", field.get("default", ""))
            if not named or self.constants.get(named.group(0)) != 0:
                self.bad(where, "the default of an enum must be named, and be its zero")
        if field["role"] != "value":
            return
        if not default:
            self.bad(where, "what does zero mean? Say 'default ...'")
        elif zero_is_legal(field["doc"]) and not re.match(r"(0|none|all)\b", field["default"]) \
                and "set_flag" not in field:
            self.bad(where, f"0 is a legal setting and not the default: a flag {set_flag(struct, field)} is needed")

    # ---- functions ----

    def function(self, f):
        if not f["since"]:
            self.bad(f["name"], "no @since")
        if not f["doc"]:
            self.bad(f["name"], "no comment")
        nouns = [h for h in self.handles if f["name"].startswith(h + "_")]
        f["noun"] = max(nouns, key=len, default=None)
        f["verb"] = f["name"][len(f["noun"] or "mlops") + 1:]
        f["lifecycle"] = f["verb"] in ("ref", *ENDS) and f["noun"] is not None
        for position, p in enumerate(f["params"]):
            p["nullable"] = "nullable" in p["tags"]
            if "shape" in p["tags"]:
                p["dims"] = dims_of(p["tags"]["shape"])
                p["strides"] = [d.partition(":")[2] or None for d in p["tags"]["shape"].split(",")]
                p["stride"] = p["strides"][0]
        for position, p in enumerate(f["params"]):
            p["role"] = p.get("role") or self.param_role(f, position, p)
            if p["role"] is None:
                self.bad(f"{f['name']}({p['name']})", "pointer without a role")
            if p["role"] == "in_struct" and any(x["role"] == "str" for x in self.structs[base_of(p["type"])]["fields"]):
                self.bad(f"{f['name']}({p['name']})", "a result with strings cannot be given back")
            self.contradictions(f, position, p)
        f["ret"]["role"] = self.return_role(f)

    def contradictions(self, f, position, p):
        where = f"{f['name']}({p['name']})"
        if p["out"] and (p["type"].startswith("const") or "*" not in p["type"]):
            self.bad(where, "[out] needs a pointer that can be written to")
        if p["role"] == "new" and position != 0:
            self.bad(where, "a new handle comes first")
        if p["role"] == "new" and not p["out"]:
            self.bad(where, "must be @param[out]")
        if p["role"] == "error" and position != len(f["params"]) - 1:
            self.bad(where, "the error comes last")
        if p["role"] == "opts" and not p["nullable"]:
            self.bad(where, "options must be @nullable")
        if "scope" in p["tags"] and p["tags"]["scope"] not in ("call", "handle"):
            self.bad(where, "@scope is call or handle")
        if "takes" in p["tags"] and p["role"] not in ("arrow_in", "handle"):
            self.bad(where, "@takes does not fit its role")

    def param_role(self, f, position, p):
        kind, base = p["type"], base_of(p["type"])
        if kind == "mlops_error *":
            return "error"
        if base in self.handles and "*" in kind:
            return self.handle_role(f, position, p, base)
        if "*" not in kind:
            return self.scalar_role(f, position, p)
        if base in self.structs:
            return self.struct_role(p, kind, base)
        if kind == "const char *" and "dims" not in p:
            return "str"
        following = f["params"][position + 1:position + 3]
        if kind in ("char *", "void *") and p["out"] and p.get("dims") == ["cap"] and len(following) == 2 \
                and (following[0]["name"], following[1]["name"]) == ("cap", "needed") and following[1]["out"]:
            following[0]["role"], following[1]["role"] = "cap", "needed"
            return "out_text" if kind == "char *" else "out_bytes"
        if kind == "void *" and p.get("dims") == ["size"] and not p["out"] and following \
                and following[0]["name"] == "size":
            following[0]["role"] = "storage_size"
            following[0]["at_least"] = self.rule(f, r"at least (?:what )?", following[0])
            return "storage"
        if p["out"] and p.get("dims") == ["1"] and base in SCALARS and kind == f"{base} *":
            return "out_value"
        if base in ELEMENTS and "dims" in p and kind.count("*") == 1:
            return "out_array" if p["out"] else "in_array" if kind.startswith("const") else None
        return None

    def handle_role(self, f, position, p, base):
        if p["type"] == f"{base} **":
            return "new" if base == f["noun"] or position == 0 else None
        if p["name"] == "self":
            if base != f["noun"] or position > 1:
                self.bad(f"{f['name']}(self)", f"must be a {f['noun']}, in front")
            return "self"
        if position == 0 and base == f["noun"]:
            self.bad(f"{f['name']}({p['name']})", "must be called self")
        return "handle" if p["type"] in (f"{base} *", f"const {base} *") else None

    def scalar_role(self, f, position, p):
        kind = p["type"]
        if kind in self.callbacks:
            following = f["params"][position + 1:position + 2]
            if not following or following[0]["type"] != "void *":
                self.bad(f"{f['name']}({p['name']})", "a callback is followed by its void *user")
            else:
                following[0]["role"] = "user"
            return "callback"
        if kind not in SCALARS and kind not in self.enums:
            self.bad(f"{f['name']}({p['name']})", f"the type {kind} has no role")
        return "enum" if kind in self.enums else "value"

    def struct_role(self, p, kind, base):
        struct_kind = self.structs[base]["kind"]
        if struct_kind == "arrow":
            return "arrow_in" if "takes" in p["tags"] else "arrow_out" if p["out"] and "dims" in p else None
        if kind == f"const {base} *" and struct_kind == "element":
            return "in_array" if "dims" in p else None
        if kind == f"const {base} *":
            return {"opts": "opts", "host": "host", "table": "table", "id": "in_id",
                    "result": "in_struct"}.get(struct_kind)
        if kind == f"{base} *" and p["out"] and p.get("dims") == ["1"]:
            return "out_struct"
        return None

    def return_role(self, f):
        kind, base, tags = f["ret"]["type"], base_of(f["ret"]["type"]), f["ret"]["tags"]
        if kind in ("void", "mlops_status"):
            return "void" if kind == "void" else "status"
        if "*" not in kind:
            return "enum" if kind in self.enums else "value"
        if f["lifecycle"]:
            return "handle"
        names = {"static", *(p["name"] for p in f["params"])}
        if tags.get("borrowed") not in names:
            self.bad(f["name"], "a returned pointer needs @borrowed(parent), the parent being static or a parameter")
        if kind == "const char *":
            return "str"
        if base in self.handles:
            return "handle"
        if base in self.structs and self.structs[base]["kind"] == "table":
            return "table"
        return self.bad(f["name"], f"no role for the returned {kind}")

    # ---- lengths ----

    def dimensions(self, f):
        """Where each length comes from: the shape of an input, or the function that the comment names."""
        params = {p["name"]: p for p in f["params"]}
        arrays = [p for p in f["params"] if p["role"] in ("in_array", "out_array")]
        for array in arrays:
            for dim in array["dims"] + [s for s in array["strides"] if s]:
                if dim not in params:
                    self.bad(f"{f['name']}({array['name']})", f"@shape names {dim}, which is no parameter")
                elif params[dim]["role"] not in ("value", "dim"):
                    self.bad(f"{f['name']}({array['name']})", f"@shape names {dim}, which is no number")
                elif f["params"].index(params[dim]) < f["params"].index(array):
                    pass
                else:
                    params[dim]["role"] = "dim" if dim in array["dims"] else "stride"
            self.followed(f, array)
        for p in f["params"]:
            if p["role"] == "dim":
                self.dimension(f, p, arrays)

    def followed(self, f, array):
        """An array is followed by its length, or by another array of the same shape."""
        rest = f["params"][f["params"].index(array) + 1:]
        while rest and rest[0].get("dims") == array["dims"]:
            rest = rest[1:]
        names = [p["name"] for p in f["params"]]
        known = [d for d in array["dims"] if names.index(d) < names.index(array["name"])] if set(
            array["dims"]) <= set(names) else []
        wanted = next((d for d in array["dims"] if d not in known), None)
        if wanted and (not rest or rest[0]["name"] != wanted):
            self.bad(f"{f['name']}({array['name']})", f"an array is followed by its length {wanted}")

    def dimension(self, f, p, arrays):
        sources = [(a["nullable"], a["name"], a["dims"].index(p["name"])) for a in arrays
                   if a["role"] == "in_array" and p["name"] in a["dims"]]
        if sources:
            _, name, axis = min(sources, key=lambda s: s[0])
            p["from"] = {"array": name, "axis": axis}
            must = self.must_be(f, p)
            if must:
                p["must"] = must
            return
        rule = self.rule(f, r"must be ", p)
        if rule is None:
            self.bad(f"{f['name']}({p['name']})", "nothing tells this length: its comment must say "
                     "'must be mlops_noun_verb(...)'")
        p["from"] = rule

    def must_be(self, f, p):
        """What a length that an array brings is held against: the call that its comment names, a getter of the handle
        that has its name, or that getter of what the handle was made of. None where nothing says."""
        made_of = re.search(r"must be that of the (\w+)", p["doc"])
        getter = f"mlops_{made_of.group(1)}_{p['name']}" if made_of else f"{f['noun']}_{p['name']}"
        if not made_of:
            said = "or more" in p["doc"]  # any length; the getter tells something else
            own = any(q["role"] == "self" for q in f["params"]) and getter in self.functions and not said
            return self.rule(f, r"must be ", p) or ({"call": getter, "args": ["self"]} if own else None)
        noun = getter[:-len(p["name"]) - 1]
        makers = [[base_of(q["type"]) for q in g["params"]] for g in self.functions.values()
                  if any(q["role"] == "new" and base_of(q["type"]) == f["noun"] for q in g["params"])]
        if getter not in self.functions or not makers or any(noun not in kinds for kinds in makers):
            return self.bad(f"{f['name']}({p['name']})", f"there is no {getter}(), or {f['noun']} is not made of it")
        return {"call": getter, "args": ["self"], "of": noun}

    def option_arrays(self, f):
        """Lengths of arrays in options that are no field: a getter of a handle that the verb takes."""
        for p in f["params"]:
            struct = self.structs.get(base_of(p["type"])) if p["role"] == "opts" else None
            siblings = {x["name"] for x in struct["fields"]} if struct else set()
            for field in struct["fields"] if struct else []:
                for dim in set(field.get("dims", [])) - siblings:
                    calls = [(f"{base_of(q['type'])}_{dim}", q["name"]) for q in f["params"]
                             if f"{base_of(q['type'])}_{dim}" in self.functions]
                    if len(calls) != 1:
                        self.bad(f"{struct['name']}.{field['name']}", f"@shape names {dim}, which is no field, and "
                                 f"no getter of what {f['name']} takes")
                    else:
                        p.setdefault("outer", {})[dim] = {"call": calls[0][0], "args": [calls[0][1]]}

    def rule(self, f, lead, p):
        """The call that a comment names as {call, args}; arguments left out are found by name, then by type."""
        match = re.search(lead + r"(mlops_\w+)(?:\(([^()]*)\))?", p["doc"])
        if not match:
            return None
        where = f"{f['name']}({p['name']})"
        called = self.functions.get(match.group(1))
        if called is None:
            return self.bad(where, f"names {match.group(1)}, which is not declared")
        given = [a.strip() for a in (match.group(2) or "").split(",") if a.strip()]
        wanted = [q for q in called["params"] if not q["out"]]
        if not given:
            given = [self.sibling(f, q) for q in wanted]
        if len(given) != len(wanted) or None in given:
            return self.bad(where, f"cannot tell the arguments of {match.group(1)}")
        for name in given:
            if name not in [q["name"] for q in f["params"]] and name not in self.constants:
                self.bad(where, f"{match.group(1)} is given {name}, which is no parameter and no constant")
        return {"call": match.group(1), "args": given}

    def sibling(self, f, wanted):
        """The parameter of f that a called function takes: of the same handle type, or of the same name."""
        for p in f["params"]:
            same = base_of(p["type"]) == base_of(wanted["type"]) and base_of(p["type"]) in self.handles
            if (same and p["type"].count("*") == 1) or (p["name"] == wanted["name"] and p["type"] == wanted["type"]):
                return p["name"]
        return None


def zero_is_legal(doc):
    """Whether the range in a comment has a zero in it: '-64 to 64', '0 or more', 'in [0, 1]'."""
    number = r"(?<![\w.,])(-?[\d,.]*\d(?:e-?\d+)?)"
    spans = [(float(a.replace(",", "")), float(b.replace(",", "")))
             for a, b in re.findall(number + r" to " + number, doc)]
    if any(low <= 0 <= high for low, high in spans):
        return True
    return bool(re.search(r"(?<![\d.,-])0 or more|in \[0[,.]", doc))


def set_flag(struct, field):
    stem = re.sub(r"_opts$", "", struct["name"]).upper()
    return f"{stem}_SET_{field['name'].upper()}"
