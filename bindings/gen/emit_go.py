"""bindings/go/mlops.go: the library as a Go package."""
import names
import go_types as types
from go_types import camel, lower

HEAD = '''// Code generated from the C headers by bindings/gen. DO NOT EDIT.

// Package mlops is libmlops: predict with models that other tools trained, watch them, and tell whether data has
// drifted.
//
// Objects end with Close, which may be called more than once; what is forgotten ends with the garbage collector. A
// method of a closed object returns ErrInvalid, or zero where it returns no error. Zero fields of options are the
// defaults.
// Objects that say "one thread at a time" are not locked here. Callbacks are not passed on.
package mlops

/*
#cgo pkg-config: mlops
#include <stdlib.h>
#include <string.h>
#include <mlops.h>
*/
import "C"

import (
	"runtime"
	"unsafe"
)

// Version of the headers that this package was made from.
const HeaderVersion = "{version}"
'''


def emit(api):
    out = [HEAD.format(version=api["version"])]
    out += types.errors(api) + types.enums(api) + types.results(api) + types.options(api)
    for struct in api["structs"]:
        returned = any(names.base_of(f["ret"]["type"]) == struct["name"] for f in api["functions"])
        if struct["kind"] == "table" and returned:
            name = camel(struct["name"])
            out += types.titled(name, struct["doc"]) + [f"type {name} struct {{", 
                                                        f"\tp *C.{struct['name']}", "\t// whose it is",
                                                        "\tparent interface{}", "}", ""]
    for handle in api["handles"]:
        out += handle_type(api, handle)
        for f in names.verbs(api, handle["name"]):
            out += Function(api, f).lines()
    for f in names.verbs(api, None):
        out += Function(api, f).lines()
    return align("\n".join(out)) + "\n"


def align(text):
    """gofmt's blank lines: never two in a row."""
    out = []
    for line in text.split("\n"):
        if line or (out and out[-1]):
            out.append(line)
    return "\n".join(out).rstrip()


def outlives(api, p):
    """Whether options hold something that outlives the object made with them."""
    struct = names.by_name(api, "structs").get(names.base_of(p["type"])) if p["role"] == "opts" else None
    return struct is not None and any(f["tags"].get("scope") == "handle" for f in struct["fields"])


def bound_by(api, f, handle):
    """Whether the verb makes an object read what outlives the call, other than what it is made in or of."""
    new, own = names.param(f, "new"), names.param(f, "self")
    if new:
        return names.base_of(new["type"]) == handle and any(outlives(api, p) for p in f["params"])
    return bool(own) and f["noun"] == handle and any(p["tags"].get("scope") == "handle" for p in f["params"])


def handle_type(api, h):
    """The struct, how it is made and how it ends. What lives in memory of ours ends with that memory; a part of
    another object keeps the other's memory."""
    name, c_name = camel(h["name"]), h["name"]
    keeps = h["storage"] or any(p["tags"].get("scope") == "handle" for f in api["functions"] for p in f["params"]
                                if names.param(f, "new") and names.base_of(names.param(f, "new")["type"]) == c_name)
    binds = any(bound_by(api, f, c_name) for f in api["functions"])
    out = types.titled(name, h["doc"]) + [f"type {name} struct {{", f"\tp *C.{c_name}"]
    out += ["\t// what it lives in, or needs to live", "\tkeep []interface{}"] if keeps else []
    out += ["\t// what it reads", "\tbound []interface{}"] if binds else []
    out += ["}", "", f"func wrap{name}(p *C.{c_name}) *{name} {{", f"\tx := &{name}{{p: p}}",
            f"\truntime.SetFinalizer(x, (*{name}).Close)", "\treturn x", "}", ""]
    ending = [f"\tC.{h['end']}(x.p)"] if h["end"] else []
    if h["storage"]:
        ending = ["\tif x.keep == nil {", *["\t" + line for line in ending], "\t}"] if ending else []
    ending += ["\tx.keep = nil"] if keeps else []
    ending += ["\tx.bound = nil"] if binds else []
    return out + [f"// Close ends this {name}, or this share of it; it may be called again.",
                  f"func (x *{name}) Close() error {{", "\tif x == nil || x.p == nil {", "\t\treturn nil", "\t}",
                  "\truntime.SetFinalizer(x, nil)", *ending, "\tx.p = nil", "\treturn nil", "}", ""]


class Function:
    """One verb as a Go function: what it takes, the lines around the C call, what it gives back."""

    def __init__(self, api, f):
        self.api, self.f = api, f
        self.handles, self.structs = names.by_name(api, "handles"), names.by_name(api, "structs")
        self.given, self.before, self.results, self.values = [], [], [], []
        self.args, self.keep, self.scoped, self.kept, self.bound = {}, [], False, [], []
        self.self, self.new = names.param(f, "self"), names.param(f, "new")
        late = ("dim", "out_array", "storage", "storage_size")
        for p in f["params"]:
            if p["role"] not in late:
                getattr(self, "role_" + p["role"])(p)
        for role in ("dim", "out_array", "storage"):
            for p in f["params"]:
                if p["role"] == role:
                    getattr(self, "role_" + role)(p)

    # ---- parameters ----

    def give(self, p, kind):
        self.given.append(f"{lower(p['name'])} {kind}")
        return lower(p["name"])

    def scope(self):
        if not self.scoped:
            self.scoped = True
            self.before = ["var s scope", "defer s.free()"] + self.before

    def role_new(self, p):
        self.before.append(f"var out *C.{names.base_of(p['type'])}")
        self.args[p["name"]] = "&out"

    def role_self(self, p):
        self.args[p["name"]] = "x.p"
        self.keep.append("x")

    def role_error(self, p):
        self.before.append("var e C.mlops_error")
        self.args[p["name"]] = "&e"

    def role_host(self, p):
        self.args[p["name"]] = "nil"

    def role_handle(self, p):
        kind = names.base_of(p["type"])
        name = self.give(p, f"*{camel(kind)}")
        self.keep.append(name)
        closed = f"{name}.p == nil" if p["nullable"] else f"{name} == nil || {name}.p == nil"
        test = f"if {name} != nil && {closed} {{" if p["nullable"] else f"if {closed} {{"
        self.before += [test, "\t" + self.refuse(f'closed("{camel(kind)}")'), "}"]
        if p["nullable"]:
            self.before += [f"var {name}P *C.{kind}", f"if {name} != nil {{", f"\t{name}P = {name}.p", "}"]
        self.args[p["name"]] = f"{name}P" if p["nullable"] else f"{name}.p"
        if p["tags"].get("scope") == "handle":
            shares = not self.new and self.handles[kind]["kind"] == "shared"  # whatever becomes of the caller's
            self.kept.append(f"wrap{camel(kind)}(C.{kind}_ref({name}.p))" if shares else name)

    def role_table(self, p):
        kind = names.base_of(p["type"])
        name = self.give(p, f"*{camel(kind)}")
        self.keep.append(name)
        self.before += [f"if {name} == nil {{", "\t" + self.refuse(f'closed("{camel(kind)}")'), "}"]
        self.args[p["name"]] = f"{name}.p"

    def role_value(self, p):
        self.args[p["name"]] = f"C.{p['type']}({self.give(p, types.NUMBERS[p['type']])})"

    def role_enum(self, p):
        kind = "int32" if p["type"] == "mlops_status" else camel(p["type"])
        self.args[p["name"]] = f"C.{p['type']}({self.give(p, kind)})"

    def role_str(self, p):
        self.scope()
        name = self.give(p, "string")
        self.args[p["name"]] = f"s.{'optional' if p['nullable'] else 'str'}({name})"

    def role_in_id(self, p):
        name = self.give(p, "ID")
        self.before += [f"var {name}C C.mlops_id", f"*(*ID)(unsafe.Pointer(&{name}C.bytes)) = {name}"]
        self.args[p["name"]] = f"&{name}C"

    def role_in_array(self, p):
        base = names.base_of(p["type"])
        if base in self.structs:
            self.scope()
            name = self.give(p, "[]" + camel(base))
            self.before.append(f"{name}C := many{camel(base)}(&s, {name})")
            self.args[p["name"]] = f"{name}C"
            return
        name = self.give(p, "[]" + types.ELEMENTS[base])
        self.args[p["name"]] = f"(*C.{base})(pointer({name}))" if base != "void" else f"pointer({name})"
        if p["tags"].get("scope") == "handle" or names.alignment(p["doc"]) > 1:
            self.scope()
            keep = p["tags"].get("scope") == "handle"
            self.before.append(f"{name}C := {'held' if keep else 's.copied'}({name})")
            held = f"{name}C.p" if base == "void" else f"(*C.{base})({name}C.p)"
            self.args[p["name"]] = held if keep else f"{name}C"
            self.kept += [f"{name}C"] if keep else []
        for dim in p["dims"][1:]:
            given = f"{lower(dim)} int"
            self.given += [given] if given not in self.given else []
        self.keep.append(name)

    def role_stride(self, p):
        array = next(q for q in self.f["params"] if p["name"] in (q.get("strides") or []))
        if len(array["dims"]) == 2:  # rows of a slice have no gaps
            column = array["strides"].index(p["name"])
            self.args[p["name"]] = "1" if column else f"C.{p['type']}({lower(array['dims'][1])})"
            return
        self.give(p, "int")
        self.args[p["name"]] = f"C.{p['type']}({lower(p['name'])})"

    def role_dim(self, p):
        if p["name"] in self.args:
            return
        source, kind = p["from"], p["type"]
        if "call" in source:
            self.before.append(f"{lower(p['name'])} := {self.rule(source)}")
            self.args[p["name"]] = lower(p["name"])
            return
        array = next(q for q in self.f["params"] if q["name"] == source["array"])
        name, others = lower(array["name"]), [lower(d) for d in array["dims"][1:]]
        if source["axis"]:
            self.args[p["name"]] = f"C.{kind}({lower(p['name'])})"
        elif array["stride"] and not others:
            self.before += [f"if {lower(array['stride'])} < 1 {{",
                            "\t" + self.refuse('invalid("stride is below 1")'), "}"]
            self.args[p["name"]] = f"C.{kind}((len({name})+{lower(array['stride'])}-1)/{lower(array['stride'])})"
        elif others:
            local = f"n{name[:1].upper()}{name[1:]}"
            self.before += [f"{local}, ok := wholeRows(len({name}), {', '.join(others)})", "if !ok {",
                            "\t" + self.refuse(f'invalid("{name} is not whole rows")'), "}"]
            self.args[p["name"]] = f"C.{kind}({local})"
        else:
            self.args[p["name"]] = f"C.{kind}(len({name}))"
        for q in self.f["params"]:
            if q["role"] == "in_array" and q is not array and p["name"] in q["dims"] and not source["axis"]:
                self.equal(p, q)

    def equal(self, p, q):
        name, size = lower(q["name"]), f"int({self.args[p['name']]})"
        rest = "".join(f"*{lower(d)}" for d in q["dims"] if d != p["name"])
        test = f"len({name}) != {size}{rest}"
        test = f"{name} != nil && {test}" if q["nullable"] else test
        self.before += [f"if {test} {{", "\t" + self.refuse(f'invalid("{name} has another length")'), "}"]

    def rule(self, rule):
        called = names.by_name(self.api, "functions")[rule["call"]]
        constants = {v["name"] for e in self.api["enums"] for v in e["values"]}
        args = [f"C.{a}" if a in constants else self.args[a] for a in rule["args"]]
        if called["ret"]["role"] == "status":
            call = f"C.{rule['call']}({', '.join(args + ['&room'])})"
            self.before += ["var room C.size_t", f'if err := check({call}, nil, "{rule["call"]}"); err != nil {{',
                            "\t" + self.refuse("err"), "}"]
            return "room"
        return f"C.{rule['call']}({', '.join(args)})"

    def role_out_array(self, p):
        base, size = names.base_of(p["type"]), "*".join(f"int({self.args[d]})" for d in p["dims"])
        self.before.append(f"{lower(p['name'])} := make([]{types.ELEMENTS[base]}, {size})")
        self.args[p["name"]] = f"(*C.{base})(pointer({lower(p['name'])}))"
        self.result("[]" + types.ELEMENTS[base], lower(p["name"]))

    def role_out_struct(self, p):
        base = names.base_of(p["type"])
        is_id = self.structs[base]["kind"] == "id"
        self.before.append(f"var out C.{base}")
        self.before += [] if is_id else [f"out.struct_size = C.sizeof_{base}"]
        self.args[p["name"]] = "&out"
        self.result("ID" if is_id else camel(base),
                    "*(*ID)(unsafe.Pointer(&out.bytes))" if is_id else f"make{camel(base)}(&out)")

    def role_in_struct(self, p):
        base = names.base_of(p["type"])
        name = self.give(p, camel(base))
        self.before.append(f"{name}C := {name}.c()")
        self.args[p["name"]] = f"&{name}C"

    def role_out_value(self, p):
        base = names.base_of(p["type"])
        self.before.append(f"var {lower(p['name'])} C.{base}")
        self.args[p["name"]] = f"&{lower(p['name'])}"
        self.result(types.NUMBERS[base], f"{types.NUMBERS[base]}({lower(p['name'])})")

    def role_out_text(self, p):
        self.args[p["name"]] = "(*C.char)(text)"
        self.result("string", "string(content)")

    def role_out_bytes(self, p):
        self.args[p["name"]] = "text"
        self.result("[]byte", "content")

    def role_cap(self, p):
        self.args[p["name"]] = "room"

    def role_needed(self, p):
        self.args[p["name"]] = "needed"

    def role_opts(self, p):
        self.scope()
        self.give(p, f"*{camel(names.base_of(p['type']))}")
        extra = "".join(f", int64({self.rule(rule)})" for rule in p.get("outer", {}).values())
        self.before += [f"{lower(p['name'])}C := {lower(p['name'])}.c(&s{extra})", "if s.err != nil {",
                        "\t" + self.refuse("s.err"), "}"]
        self.args[p["name"]] = f"{lower(p['name'])}C"
        self.bound += [lower(p["name"])] if outlives(self.api, p) else []

    def role_storage(self, p):
        size = next(q for q in self.f["params"] if q["role"] == "storage_size")
        self.args[p["name"]], self.args[size["name"]] = "mem.p", "size"
        if size["at_least"]:
            self.before += [f"size := {self.rule(size['at_least'])}", "mem := storage(size)"]
            self.kept.append("mem")

    def role_arrow_in(self, p):
        name = self.give(p, "unsafe.Pointer")
        self.args[p["name"]] = f"(*C.struct_{names.base_of(p['type'])})({name})"

    role_arrow_out = role_arrow_in

    # ---- the whole ----

    def result(self, kind, value):
        self.results.append(kind)
        self.values.append(value)

    def fails(self):
        return self.f["ret"]["role"] == "status"

    def plain(self):
        """(Go type, value) of what the C function itself returns."""
        ret, role = self.f["ret"], self.f["ret"]["role"]
        base = names.base_of(ret["type"])
        if role == "str":
            return "string", "C.GoString({})"
        if role == "enum":
            return camel(ret["type"]), camel(ret["type"]) + "({})"
        if role in ("handle", "table"):
            return "*" + camel(base), None
        return (types.NUMBERS[ret["type"]], types.NUMBERS[ret["type"]] + "({})") if role == "value" else (None, None)

    def zeros(self):
        kinds = self.kinds()
        simple = {"string": '""', "error": "nil", "bool": "false"}
        out = []
        for kind in kinds:
            if kind in simple:
                out.append(simple[kind])
            elif kind.startswith(("*", "[]")):
                out.append("nil")
            else:
                struct = kind == "ID" or any(camel(s["name"]) == kind for s in self.api["structs"])
                out.append(f"{kind}{{}}" if struct else "0")
        return out

    def kinds(self):
        if self.fails():
            return (["*" + camel(names.base_of(self.new["type"]))] if self.new else self.results) + ["error"]
        return [self.plain()[0]] if self.plain()[0] else []

    def refuse(self, reason):
        """Marks a return; what stands before the reason is known when all parameters are."""
        return f"refuse {reason}"

    def settle(self, line):
        head, mark, reason = line.partition("refuse ")
        if not mark or head.strip():
            return line
        zeros = self.zeros()
        return head + f"return {', '.join(zeros[:-1] + [reason] if self.fails() else zeros)}".rstrip()

    def name(self):
        head, *rest = self.f["verb"].split("_")
        tail = "".join(types.word(w) for w in rest)
        if not self.f["noun"] or self.self:
            return camel(self.f["verb"])
        kind = camel(self.f["noun"])
        return f"{kind}From{tail}" if head == "from" else f"{'New' if head == 'init' else types.word(head)}{kind}{tail}"

    def lines(self):
        name, kinds = self.name(), self.kinds()
        receiver = f"(x *{camel(self.f['noun'])}) " if self.self else ""
        returned = f" ({', '.join(kinds)})" if len(kinds) > 1 else f" {kinds[0]}" if kinds else ""
        out = types.titled(name, self.f["doc"]) + self.told() + [
            f"func {receiver}{name}({', '.join(self.given)}){returned} {{"]
        body = []
        if self.self:
            body += ["if x == nil || x.p == nil {", "\t" + self.refuse(f'closed("{camel(self.f["noun"])}")'), "}"]
        body += [f"defer runtime.KeepAlive({k})" for k in dict.fromkeys(self.keep)]
        return out + ["\t" + self.settle(line) for line in body + self.before + self.call()] + ["}", ""]

    def told(self):
        ret = self.f["ret"]["doc"]
        return ["//"] + types.comment(f"{'Errors' if self.fails() else 'Returns'}: {ret}.".replace("..", ".")) \
            if ret and ret != "MLOPS_OK" else []

    def call(self):
        call = f"C.{self.f['name']}({', '.join(self.args[p['name']] for p in self.f['params'])})"
        err = "&e" if names.has_error(self.f) else "nil"
        if names.param(self.f, "cap"):
            return ["content, err := written(func(text unsafe.Pointer, room C.size_t, needed *C.size_t) C.mlops_status {",
                    f"\treturn {call}", f'}}, {err}, "{self.f["name"]}")', "if err != nil {",
                    "\t" + self.refuse("err"), "}", f"return {', '.join(self.values)}, nil"]
        if not self.fails():
            return self.plain_call(call)
        if names.param(self.f, "storage") and not names.param(self.f, "storage_size")["at_least"]:
            return self.growing(call)
        checked = [f'if err := check({call}, {err}, "{self.f["name"]}"); err != nil {{']
        if self.new:
            return checked + ["\t" + self.refuse("err"), "}"] + self.wrapped()
        if not self.results and self.kept:
            return checked + ["\t" + self.refuse("err"), "}", f"x.bound = []interface{{}}{{{', '.join(self.kept)}}}",
                              "return nil"]
        if not self.results:
            return [f'return check({call}, {err}, "{self.f["name"]}")']
        return checked + ["\t" + self.refuse("err"), "}", f"return {', '.join(self.values)}, nil"]

    def growing(self, call):
        self.kept.append("mem")
        return ["size := C.size_t(4096)", "for {", "\tmem := storage(size)", f"\tstatus := {call}",
                "\tif status == 0 {", *["\t\t" + line for line in self.wrapped()], "\t}",
                "\tif status != C.MLOPS_E_ARENA || size > 1<<24 {",
                f'\t\treturn nil, check(status, nil, "{self.f["name"]}")', "\t}", "\tsize *= 2", "}"]

    def wrapped(self):
        kind = camel(names.base_of(self.new["type"]))
        out = [f"r := wrap{kind}(out)"]
        out += [f"r.keep = []interface{{}}{{{', '.join(self.kept)}}}"] if self.kept else []
        out += [f"r.bound = []interface{{}}{{{', '.join(self.bound)}}}"] if self.bound else []
        return out + ["return r, nil"]

    def plain_call(self, call):
        kind, form = self.plain()
        if kind is None:
            return [call]
        if form:
            return [f"return {form.format(call)}"]
        base = names.base_of(self.f["ret"]["type"])
        out = [f"p := {call}", "if p == nil {", "\treturn nil", "}"]
        if self.f["ret"]["role"] == "table":
            return out + [f"return &{camel(base)}{{p: p, parent: x}}"]
        if self.handles[base]["kind"] == "shared":
            return out + [f"return wrap{camel(base)}(C.{base}_ref(p))"]
        if self.handles[self.f["noun"]]["kind"] != "storage":
            raise SystemExit(f"{self.f['name']}: a part of an object that ends explicitly would outlive it")
        return out + [f"return &{camel(base)}{{p: p, keep: append([]interface{{}}{{}}, x.keep...)}}"]
