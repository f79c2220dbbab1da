"""Python: a class for each handle, a method for each verb."""
import re
import textwrap

import names
import python_types as types


def spoken(api, doc):
    """A comment of the header with the names that it has in Python."""
    functions, enums = names.by_name(api, "functions"), [e for e in api["enums"] if e["name"]]
    members = {v["name"]: f"{names.camel(e['name'])}.{short}" for e in enums
               for v, (short, _, _) in zip(e["values"], names.members(e))}

    def verb(match):
        f = functions.get(match.group(1))
        if f is None:
            return match.group(0)
        if f["lifecycle"]:
            return "close()"
        name = Method(api, f).name()
        if not f["noun"]:
            return f"{f['verb']}{match.group(2)}"
        cls = names.camel(f["noun"])
        return cls + match.group(2) if name == "__init__" else f"{cls}.{name}{match.group(2)}"

    doc = re.sub(r"\b(mlops_\w+)(\(\)|(?=\())", verb, doc)
    doc = re.sub(r"\bMLOPS_E_\w+", lambda m: types.exception(m.group(0)), doc)
    doc = re.sub(r"\bMLOPS_\w+", lambda m: members.get(m.group(0), m.group(0)), doc)
    return re.sub(r"\bNULL\b", "None", doc)


class Method:
    """One verb: what the caller gives, the lines around the call, what comes back."""

    def __init__(self, api, f):
        self.api, self.f = api, f
        self.handles, self.structs = names.by_name(api, "handles"), names.by_name(api, "structs")
        self.given = []      # (name, annotation, default, doc)
        self.keywords = []   # the same, keyword-only
        self.before, self.after, self.returns, self.kinds = [], [], [], []
        self.args, self.locks = {}, []
        self.reraise, self.grows, self.nested = None, False, {}
        self.new = names.param(f, "new")
        self.self = names.param(f, "self")
        self.keep = []
        for p in sorted(f["params"], key=lambda p: p["role"] == "dim"):  # arrays before the lengths made of them
            if p["role"] not in ("out_array", "storage", "storage_size"):
                self.param(p)
        for p in f["params"]:
            if p["role"] in ("out_array", "storage"):
                self.param(p)

    # ---- parameters ----

    def param(self, p):
        role = p["role"]
        if role in ("cap", "needed", "out_text", "out_bytes"):
            self.args[p["name"]] = {"cap": "cap", "needed": "needed"}.get(role, "text")
        elif role == "host":
            self.args[p["name"]] = "None"
        elif role == "stride":
            pass
        else:
            getattr(self, "role_" + role)(p)

    def give(self, p, kind, default=None):
        self.given.append((types.identifier(p["name"]), kind, default, p["doc"]))
        return types.identifier(p["name"])

    def role_new(self, p):
        self.before.append("out = C.c_void_p()")
        self.args[p["name"]] = "C.byref(out)"

    def role_self(self, p):
        self.before.append("h = self._open()")
        self.args[p["name"]] = "h"
        if not self.handles[self.f["noun"]]["threadsafe"]:
            self.locks.append("h")

    def role_error(self, p):
        self.before.append("err = mlops_error()")
        self.args[p["name"]] = "C.byref(err)"

    def role_handle(self, p):
        kind = names.base_of(p["type"])
        cls = names.camel(kind)
        name = self.give(p, f"Optional[{cls}]" if p["nullable"] else cls, "None" if p["nullable"] else None)
        opener = "opened_or_none" if p["nullable"] else "opened"
        self.before.append(f'{name}_h = _rt.{opener}({name}, {cls}, "{name}")')
        self.args[p["name"]] = f"{name}_h"
        if not self.handles[kind]["threadsafe"]:
            self.locks.append(f"{name}_h")
        if p["tags"].get("scope") == "handle":
            self.keep.append(f"{name}_h")

    def role_table(self, p):
        cls = names.camel(names.base_of(p["type"]))
        name = self.give(p, cls)
        self.args[p["name"]] = f'_rt.viewed({name}, {cls}, "{name}")'

    def role_value(self, p):
        real = p["type"] in ("double", "float")
        name = self.give(p, "float" if real else "int")
        if real:
            self.args[p["name"]] = f'_rt.real({name}, "{name}")'
        else:
            low, high = types.RANGES[p["type"]]
            least = names.least(self.f, p) if self.is_mute() else None
            above = "" if least is None else f", {least}"
            self.args[p["name"]] = f'_rt.integer({name}, {low}, {high}, "{name}"{above})'

    def role_enum(self, p):
        cls = names.camel(p["type"])
        has_zero = any(v["value"] == 0 for v in names.by_name(self.api, "enums")[p["type"]]["values"])
        name = self.give(p, f"Union[{cls}, str]", "0" if has_zero else None)
        self.before.append(f"{name} = _rt.choice({cls}, {name})")
        self.args[p["name"]] = name

    def role_str(self, p):
        many = names.csv_list(p["doc"])
        kind = "Union[str, Sequence[str], None]" if many else "Optional[PathOrStr]" if p["nullable"] else "PathOrStr"
        name = self.give(p, kind, "None" if p["nullable"] else None)
        convert = "names_or_none" if many else "string_or_none" if p["nullable"] else "string"
        self.args[p["name"]] = f'_rt.{convert}({name}, "{name}")'

    def role_in_id(self, p):
        name = self.give(p, "str")
        self.before.append(f'{name} = mlops_id.from_buffer_copy(_rt.digest({name}, "{name}"))')
        self.args[p["name"]] = f"C.byref({name})"

    def role_in_array(self, p):
        base = names.base_of(p["type"])
        code, name = types.CODES.get(base), types.identifier(p["name"])
        self.args[p["name"]] = f"{name}_p"
        if base in self.structs:
            self.give(p, f"Sequence[{names.camel(base)}]")
            self.before.append(f'{name}_p, {name}_shape = _rt.elements({name}, {names.camel(base)}, {base}, "{name}")')
            return
        if code == "B":
            self.give(p, "BytesLike")
            self.before.append(f'{name}_p, {name}_n = _rt.blob({name}, "{name}")')
            if p["tags"].get("scope") == "handle":
                self.before += [f"{name}_keep = _rt.Storage({name}_n, {name}_p)", f"{name}_p = {name}_keep.address"]
                self.keep.append(f"{name}_keep")
            return
        column = self.is_column(p)
        shown = {**p, "doc": p["doc"] + "; of one dimension: one value a row"} if column else p
        self.give(shown, "Optional[ArrayLike]" if p["nullable"] else "ArrayLike", "None" if p["nullable"] else None)
        if len(p["dims"]) == 2 and p["stride"]:
            self.before.append(f'{name}_p, {name}_shape, {name}_strides, {name}_keep = _rt.matrix({name}, "{code}", '
                               f'"{name}")')
            self.args.update((s, f"{name}_strides[{i}]") for i, s in enumerate(p["strides"]))
        elif p["stride"]:
            self.before.append(f'{name}_p, {name}_n, {name}_stride, {name}_keep = _rt.strided({name}, "{code}", '
                               f'"{name}")')
            self.args[p["stride"]] = f"{name}_stride"
        if p["tags"].get("scope") == "handle":
            self.keep.append(f"{name}_keep")
        if p["stride"]:
            return
        call = f'_rt.array({name}, "{code}", {len(p["dims"])}, "{name}"{", True" if column else ""})'
        if p["nullable"]:
            call = f"(None, (0,) * {len(p['dims'])}, None) if {name} is None else {call}"
        self.before.append(f"{name}_p, {name}_shape, {name}_keep = {call}")

    def is_column(self, p):
        """Whether one dimension can stand for a column: the number of rows is known from another array, or a table."""
        lengths = {q["name"]: q.get("from", {}).get("array") for q in self.f["params"] if q["role"] == "dim"}
        known = any(q["type"] == "const mlops_table *" for q in self.f["params"])
        return len(p["dims"]) == 2 and lengths.get(p["dims"][0]) not in (None, "" if known else p["name"]) and (
            lengths.get(p["dims"][1]) == p["name"])

    def is_mute(self):
        """Whether the verb returns a status and no message."""
        return self.f["ret"]["role"] == "status" and not names.has_error(self.f)

    def role_dim(self, p):
        source = p["from"]
        if "call" in source:
            self.before.append(f"{p['name']} = {self.call_rule(source)}")
            self.args[p["name"]] = p["name"]
            return
        array = types.identifier(source["array"])
        given = next(q for q in self.f["params"] if q["name"] == source["array"])
        plain = types.CODES.get(names.base_of(given["type"])) == "B" or given["stride"] and len(given["dims"]) == 1
        self.args[p["name"]] = f"{array}_n" if plain else f"{array}_shape[{source['axis']}]"
        if "must" in p:
            self.before.append(self.fits(p, array, f"({array}_n,)" if plain else f"{array}_shape"))
        for q in self.f["params"]:
            if q["role"] == "in_array" and q is not given and p["name"] in q["dims"]:
                axis = q["dims"].index(p["name"])
                check = (f'_rt.same_length("{q["name"]}", {q["name"]}_shape[{axis}], "{array}", '
                         f"{self.args[p['name']]})")
                self.before += [f"if {q['name']} is not None:", f"    {check}"] if q["nullable"] else [check]

    def fits(self, p, array, shape):
        """A shape is held against what the handle takes here, where the message can tell both."""
        must = p["must"]
        noun = names.by_name(self.api, "functions")[must["call"]]["noun"]
        want = f"lib.{must['call']}(h.of)" if "of" in must else self.call_rule(must)
        unit = p["name"][2:].replace("_", " ") if p["name"].startswith("n_") else p["name"]
        return f'_rt.fits("{array}", {shape}, {p["from"]["axis"]}, "{names.stem(noun)}", "{unit}", {want})'

    def call_rule(self, rule):
        """The C call that gives a length; its arguments are ours, or constants."""
        called = names.by_name(self.api, "functions")[rule["call"]]
        constants = {v["name"]: v["value"] for e in self.api["enums"] for v in e["values"]}
        args = [str(constants[a]) if a in constants else self.args.get(a) or self.options_of(a) for a in rule["args"]]
        if called["ret"]["role"] == "status":
            args.append("C.byref(room)")
            self.before += ["room = C.c_size_t()", f"status = lib.{rule['call']}({', '.join(args)})",
                            *Method(self.api, called).checked()]
            return "room.value"
        return f"lib.{rule['call']}({', '.join(args)})"

    def role_out_array(self, p):
        code = types.CODES[names.base_of(p["type"])]
        shape = ", ".join(self.args[d] for d in p["dims"]) + ("," if len(p["dims"]) == 1 else "")
        self.before.append(f'{p["name"]}, {p["name"]}_p = _rt.empty("{code}", ({shape}))')
        self.args[p["name"]] = f"{p['name']}_p"
        self.returns.append(f"_rt.result({p['name']})")
        self.kinds.append("Any")

    def role_out_struct(self, p):
        base = names.base_of(p["type"])
        is_id = self.structs[base]["kind"] == "id"
        self.before.append(f"{p['name']} = {base}({'' if is_id else f'C.sizeof({base})'})")
        self.args[p["name"]] = f"C.byref({p['name']})"
        self.returns.append(f"bytearray({p['name']}.bytes).hex()" if is_id else f"_{names.stem(base)}({p['name']})")
        self.kinds.append("str" if is_id else names.camel(base))

    def role_in_struct(self, p):
        base = names.base_of(p["type"])
        name = self.give(p, names.camel(base))
        self.before.append(f'{name}_c = _c_{names.stem(base)}({name}, "{name}")')
        self.args[p["name"]] = f"C.byref({name}_c)"

    def role_out_value(self, p):
        self.before.append(f"{p['name']} = {types.ctype(self.api, names.base_of(p['type']))}()")
        self.args[p["name"]] = f"C.byref({p['name']})"
        self.returns.append(f"{p['name']}.value")
        self.kinds.append("float" if names.base_of(p["type"]) in ("double", "float") else "int")

    def role_opts(self, p):
        struct = self.structs[names.base_of(p["type"])]
        taken = {g[0] for g in self.given}
        given = []
        for name, *rest in types.keywords(self.api, struct):
            shown = f"{name}_opts" if name in taken else name
            self.keywords.append((shown, *rest))
            given.append(f"{name}={shown}")
            self.nest(struct, name, shown)
            self.nested.update({name: shown} if shown != name else {})
        given += [f"_{dim}={self.call_rule(rule)}" for dim, rule in p.get("outer", {}).items()]
        self.before.append(f"{p['name']} = _{names.stem(struct['name'])}({', '.join(given)})")
        if self.new and any(f["tags"].get("scope") == "handle" for f in struct["fields"]):
            self.keep.append(p["name"])
        self.args[p["name"]] = f"C.byref({p['name']})"
        self.reraise = p["name"] if types.has_callback(self.api, struct) else None

    def nest(self, struct, name, shown):
        """Where options that are given as a dict within others are found, for messages that name their C struct."""
        field = next((f for f in struct["fields"] if f["name"] == name and f["role"] == "opts"), None)
        if field is None:
            return
        inner = self.structs[names.base_of(field["type"])]
        known = self.nested.setdefault(inner["name"], shown)
        self.nested[inner["name"]] = shown if known == shown else name  # in two places: which is not told
        for part in inner["fields"]:
            self.nest(inner, part["name"], f'{shown}["{part["name"]}"]')

    def role_storage(self, p):
        size = next(q for q in self.f["params"] if q["role"] == "storage_size")
        self.args[p["name"]], self.args[size["name"]] = "mem.address", "size"
        self.grows = size["at_least"] is None
        self.before.append("size = 4096" if self.grows else f"size = {self.call_rule(size['at_least'])}")
        if not self.grows:
            self.before.append("mem = _rt.Storage(size)")
        self.keep.append("mem")

    def role_arrow_in(self, p):
        kind = names.base_of(p["type"])
        name = self.give(p, f"Union[{kind}, int]")
        self.args[p["name"]] = f'C.cast(_rt.address({name}, {kind}, "{name}"), C.POINTER({kind}))'

    def role_arrow_out(self, p):
        kind = names.base_of(p["type"])
        self.before.append(f"{p['name']} = {kind}()")
        self.args[p["name"]] = f"C.byref({p['name']})"
        self.returns.append(p["name"])
        self.kinds.append(kind)

    # ---- the whole ----

    def signature(self):
        """[(name, annotation, default, doc)] in the order of C; what must be given has no default before it.
        Options come behind a '*'."""
        last = max((i for i, g in enumerate(self.given) if g[2] is None), default=-1)
        out = [(n, k, None if i < last else d, doc) for i, (n, k, d, doc) in enumerate(self.given)]
        return out + ([("*", None, None, "")] + self.keywords if self.keywords else [])

    def receiver(self):
        if self.self:
            return "self", None
        if self.makes_own():
            return ("self", None) if self.is_init() else ("cls", "classmethod")
        return (None, "staticmethod") if self.f["noun"] else (None, None)

    def makes_own(self):
        """It makes an object of its own noun."""
        return bool(self.new) and names.base_of(self.new["type"]) == self.f["noun"]

    def is_init(self):
        return self.makes_own() and not self.self and self.f["verb"] in ("new", "init")

    def name(self):
        return "__init__" if self.is_init() else types.identifier(self.f["verb"])

    def label(self):
        """Name of the verb for messages, with the numbers that were given where the library tells none."""
        noun = names.camel(self.f["noun"] or "")
        name = noun if self.is_init() else f"{noun}.{self.name()}" if noun else self.name()
        numbers = [types.identifier(p["name"]) for p in self.f["params"] if p["role"] == "value"]
        if names.has_error(self.f) or not numbers:
            return f'"{name}"'
        return 'f"' + name + "(" + ", ".join("{" + n + "}" for n in numbers) + ')"'

    def why(self):
        """What the header says of each status, for a verb that says nothing itself: the lines of a dict."""
        if names.has_error(self.f):
            return None
        values = {v["name"]: v["value"] for v in names.by_name(self.api, "enums")["mlops_status"]["values"]}
        tells = {status: text for status, text in names.reasons(self.api, self.f).items()
                 if status != "MLOPS_E_ARENA" or not any(p["role"] in ("cap", "storage") for p in self.f["params"])}
        out = []
        for status, text in tells.items():
            parts = textwrap.wrap(spoken(self.api, text).replace('"', "'"), 80)
            parts = [f'"{part} "' for part in parts[:-1]] + [f'"{parts[-1]}",']
            out += [f"    {values[status]}: {parts[0]}", *("        " + part for part in parts[1:])]
        return out

    def checked(self):
        """Raises what a status below zero means."""
        why, err = self.why(), ", err" if names.has_error(self.f) else ""
        if self.nested:
            return ["if status:", f"    _rt.check(status, {self.label()}{err}, nested={{",
                    *(f'        "{key}": {value!r},' if '"' in value else f'        "{key}": "{value}",'
                      for key, value in self.nested.items()), "    })"]
        if not why:
            return ["if status:", f"    _rt.check(status, {self.label()}{err})"]
        return ["if status:", f"    _rt.check(status, {self.label()}, why={{",
                *("    " + line for line in why), "    })"]

    def result_kind(self):
        if self.is_init():
            return "None"
        if self.new:
            return names.camel(names.base_of(self.new["type"]))
        if names.param(self.f, "out_text"):
            return "str"
        if names.param(self.f, "out_bytes"):
            return "bytes"
        if self.kinds:
            return self.kinds[0] if len(self.kinds) == 1 else f"Tuple[{', '.join(self.kinds)}]"
        ret, role = self.f["ret"], self.f["ret"]["role"]
        maybe = "Optional[{}]" if "nullable" in ret["tags"] else "{}"
        if role == "str":
            return maybe.format("str")
        if role in ("handle", "table"):
            return maybe.format(names.camel(names.base_of(ret["type"])))
        if role == "enum":
            return names.camel(ret["type"])
        return "None" if role in ("void", "status") else "float" if ret["type"] in ("double", "float") else "int"

    def locked(self, lines):
        if not self.locks:
            return lines
        lock = "h.lock" if self.locks == ["h"] else f"_rt.locked({', '.join(self.locks)})"
        return [f"with {lock}:"] + ["    " + line for line in lines]

    def call(self):
        return f"lib.{self.f['name']}({', '.join(self.args[p['name']] for p in self.f['params'])})"

    def body(self):
        err = ", err" if names.has_error(self.f) else ""
        if names.param(self.f, "out_text") or names.param(self.f, "out_bytes"):
            why = self.why()
            read = [f"text = _rt.written(lambda text, cap, needed: {self.call()}, {self.label()}"
                    + (", why={" if why else f"{err})"), *(why or ()), *(["})"] if why else [])]
            back = "_rt.decoded(text)" if names.param(self.f, "out_text") else "text"
            return self.before + self.locked(read) + [f"return {back}"]
        if self.f["ret"]["role"] != "status":
            return self.before + self.plain_result()
        out = self.before + self.growing() if self.grows else (
            self.before + self.locked([f"status = {self.call()}"]))
        out += [f"_rt.reraise({self.reraise})"] if self.reraise else []
        return out + self.checked() + self.finish()

    def growing(self):
        """The size is not to be had beforehand: more room until it fits."""
        return ["while True:", "    mem = _rt.Storage(size)"] + [
            "    " + line for line in self.locked([f"status = {self.call()}"])] + [
            "    if status != _rt.ARENA or size > 1 << 24:", "        break", "    size *= 2"]

    def finish(self):
        if not self.new and self.keep:
            return [f"h.bound = ({', '.join(self.keep)},)"]
        if not self.new:
            return [f"return {', '.join(self.returns)}"] if self.returns else []
        owned = "" if self.handles[names.base_of(self.new["type"])]["end"] else ", owned=False"
        if names.param(self.f, "storage"):
            owned = ", owned=False"
        keep = f", keep=({', '.join(self.keep)},)" if self.keep else ""
        keep += f", of={self.made_of()}" if self.made_of() else ""
        if self.is_init():
            return [f"self._h = self._owner(out.value{keep}{owned})"]
        noun = names.stem(names.base_of(self.new["type"]))
        cls = "cls" if self.makes_own() and not self.self else f'_rt.classes["{noun}"]'
        return [f"return {cls}._wrap(out.value{keep}{owned})"]

    def made_of(self):
        """The handle that a new one is made of, where a verb of it asks that for a length."""
        asked = {p["must"].get("of") for f in self.api["functions"] for p in f["params"]
                 if "must" in p and f["noun"] == names.base_of(self.new["type"])}
        return next((self.args[p["name"]] for p in self.f["params"]
                     if p["role"] == "handle" and names.base_of(p["type"]) in asked), None)

    def plain_result(self):
        ret, role = self.f["ret"], self.f["ret"]["role"]
        if role == "void":
            return self.locked([self.call()])
        out = self.locked([f"out = {self.call()}"])
        base = names.base_of(ret["type"])
        if role == "str":
            return out + ["return _rt.decoded(out)"]
        if role == "enum":
            return out + [f"return _rt.enumerator({names.camel(ret['type'])}, out)"]
        if role == "value":
            return out + ["return out"]
        nothing = ["if out is None:", "    return None"] if "nullable" in ret["tags"] else []
        if role == "table":
            return out + nothing + [f"return {names.camel(base)}(out, h)"]
        if self.handles[base]["kind"] == "shared":
            return out + nothing + [f'return _rt.classes["{names.stem(base)}"]._wrap(lib.{base}_ref(out))']
        part = f'_rt.classes["{names.stem(base)}"]._wrap(out, keep=h, owned=False, lock=h.lock)'
        return out + nothing + [f"return {part}"]

    def options_of(self, name):
        raise KeyError(f"{self.f['name']}: {name} has no value yet")
