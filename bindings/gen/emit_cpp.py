"""bindings/cpp/mlops.hpp: the library as move-only C++17 classes, header only."""
import re

import names

KEYWORDS = {"export", "import", "delete", "new", "default", "register", "operator", "union"}
HEAD = '''// libmlops for C++17, header only. Generated from the C headers by bindings/gen; do not edit.
//
// A class for each handle: move-only, ended by its destructor; share() gives another owner where the library counts
// shares. What fails throws mlops::error. A moved-from object throws when it is used. Options and results are the
// structs of C: mlops_drift_opts opts = MLOPS_DRIFT_OPTS_INIT. What the C headers say about threads holds here.
#ifndef MLOPS_HPP
#define MLOPS_HPP

#include <mlops.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mlops {

/// What a verb reported: which kind, where, and in what() what would be right.
class error : public std::runtime_error {
public:
    error(mlops_status code, const std::string &message) : std::runtime_error(message), code_(code) {}
    error(mlops_status code, const mlops_error &e)
        : std::runtime_error(e.message), code_(code), os_code_(e.os_code), line_(e.line), column_(e.column),
          offset_(e.offset) {}
    mlops_status code() const noexcept { return code_; }
    std::int32_t os_code() const noexcept { return os_code_; }
    std::int32_t line() const noexcept { return line_; }
    std::int32_t column() const noexcept { return column_; }
    std::int64_t offset() const noexcept { return offset_; }

private:
    mlops_status code_;
    std::int32_t os_code_ = 0, line_ = 0, column_ = 0;
    std::int64_t offset_ = -1;
};

/// A view of values in a row, as std::span of C++20.
template <class T> class span {
public:
    constexpr span() noexcept = default;
    constexpr span(T *data, std::size_t size) noexcept : data_(data), size_(size) {}
    template <class C, class = decltype(std::declval<C &>().data() + std::declval<C &>().size())>
    constexpr span(C &&container) : data_(container.data()), size_(container.size()) {}
    template <std::size_t N> constexpr span(T (&array)[N]) noexcept : data_(array), size_(N) {}
    constexpr T *data() const noexcept { return data_; }
    constexpr std::size_t size() const noexcept { return size_; }

private:
    T *data_ = nullptr;
    std::size_t size_ = 0;
};

/// A view of a row-major matrix.
template <class T> struct matrix {
    T *data = nullptr;
    std::int64_t rows = 0, columns = 0;
};

namespace detail {

inline void check(mlops_status status, const char *verb, const mlops_error *e = nullptr) {
    if (status >= 0) return;
    if (e != nullptr && e->code != 0) throw error(status, *e);
    throw error(status, std::string(verb) + ": " + mlops_status_name(status));
}

inline void require(bool condition, const char *what) {
    if (!condition) throw error(MLOPS_E_INVALID, what);
}

/// Owns a handle of C; or a part of memory_, which needs no end.
template <class T, void (*End)(T *)> class handle {
public:
    handle() noexcept = default;
    explicit handle(T *owned, std::shared_ptr<void> memory = nullptr) noexcept
        : p_(owned), memory_(std::move(memory)) {}
    handle(handle &&other) noexcept : p_(std::exchange(other.p_, nullptr)), memory_(std::move(other.memory_)) {}
    handle &operator=(handle &&other) noexcept {
        std::swap(p_, other.p_);
        std::swap(memory_, other.memory_);
        return *this;
    }
    ~handle() {
        if (!memory_) End(p_);
    }
    /// The handle of C, which stays ours; NULL if there is none.
    T *get() const noexcept { return p_; }
    explicit operator bool() const noexcept { return p_ != nullptr; }

protected:
    T *need() const {
        require(p_ != nullptr, "this object was moved away or never made");
        return p_;
    }
    T *p_ = nullptr;
    std::shared_ptr<void> memory_;
};

template <class T> void nothing(T *) {}

template <class H> auto required(const H &h) {
    require(h.get() != nullptr, "an argument was moved away or never made");
    return h.get();
}

template <class H> auto optional(const H *h) { return h == nullptr ? nullptr : required(*h); }

inline std::shared_ptr<void> storage(std::size_t size) {
    constexpr auto alignment = std::align_val_t(64);
    return {::operator new(size == 0 ? 1 : size, alignment), [](void *p) { ::operator delete(p, alignment); }};
}

/// What a verb writes, asked again with more room while it does not fit.
template <class F> std::string written(F call, const char *verb, const mlops_error *e = nullptr) {
    std::string text(1024, '\\0');
    for (;;) {
        std::size_t needed = 0;
        const mlops_status status = call(text.data(), text.size(), &needed);
        if (status != MLOPS_E_ARENA || needed < text.size()) {
            check(status, verb, e);
            text.resize(needed);
            return text;
        }
        text.resize(needed + 1);
    }
}

} // namespace detail
'''
TYPES = {"int8_t": "std::int8_t", "uint8_t": "std::uint8_t", "int32_t": "std::int32_t", "uint32_t": "std::uint32_t",
         "int64_t": "std::int64_t", "uint64_t": "std::uint64_t", "size_t": "std::size_t"}


def identifier(name):
    return name + "_" if name in KEYWORDS else name


def cls(c_name):
    return f"::mlops::{names.stem(c_name)}"


class Function:
    def __init__(self, api, f, into=False):
        """into: the values go to memory of the caller, not to a new vector."""
        self.api, self.f, self.into = api, f, into
        self.handles, self.structs = names.by_name(api, "handles"), names.by_name(api, "structs")
        self.given, self.before, self.results, self.args = [], [], [], {}
        self.self, self.new = names.param(f, "self"), names.param(f, "new")
        late = ("dim", "out_array", "storage", "storage_size")
        for p in f["params"]:
            if p["role"] not in late:
                getattr(self, "role_" + p["role"])(p)
        for role in ("dim", "out_array", "storage"):
            for p in f["params"]:
                if p["role"] == role:
                    getattr(self, "role_" + role)(p)

    def give(self, kind, p, default=""):
        name = identifier(p["name"])
        self.given.append((f"{kind}{'' if kind.endswith(('*', '&')) else ' '}{name}", default))
        return name

    # ---- parameters ----

    def role_new(self, p):
        self.before.append(f"{names.base_of(p['type'])} *out = nullptr;")
        self.args[p["name"]] = "&out"

    def role_self(self, p):
        self.args[p["name"]] = "need()"

    def role_error(self, p):
        self.before += ["mlops_error e;", "e.code = 0;"]
        self.args[p["name"]] = "&e"

    def role_host(self, p):
        self.args[p["name"]] = self.give("const mlops_host *", p, "nullptr")

    def role_opts(self, p):
        struct = self.structs[names.base_of(p["type"])]
        self.args[p["name"]] = self.give(f"const {struct['name']} *", p, "nullptr")

    def role_handle(self, p):
        kind = cls(names.base_of(p["type"]))
        name = self.give(f"const {kind} {'*' if p['nullable'] else '&'}", p)
        self.args[p["name"]] = f"detail::{'optional' if p['nullable'] else 'required'}({name})"

    def role_table(self, p):
        self.args[p["name"]] = self.give(f"const {names.base_of(p['type'])} *", p)

    def role_value(self, p):
        self.args[p["name"]] = self.give(TYPES.get(p["type"], p["type"]), p)

    def role_enum(self, p):
        self.args[p["name"]] = self.give(p["type"], p)

    def role_str(self, p):
        if p["nullable"]:
            self.args[p["name"]] = self.give("const char *", p, "nullptr")
        else:
            self.args[p["name"]] = f"{self.give('const std::string &', p)}.c_str()"

    def role_in_id(self, p):
        self.args[p["name"]] = f"&{self.give('const mlops_id &', p)}"

    def role_in_array(self, p):
        base = names.base_of(p["type"])
        name = identifier(p["name"])
        if base in ("void", "char"):
            self.give("std::string_view", p)
            self.args[p["name"]] = f"{name}.data()"
            return
        kind = TYPES.get(base, base)
        matrix = len(p["dims"]) == 2
        self.give(f"{'matrix' if matrix else 'span'}<const {kind}>", p, "{}" if p["nullable"] else "")
        self.args[p["name"]] = f"{name}.data" if matrix else f"{name}.data()"

    def role_stride(self, p):
        array = next(q for q in self.f["params"] if p["name"] in (q.get("strides") or []))
        if len(array["dims"]) == 2:
            self.args[p["name"]] = self.give(TYPES.get(p["type"], p["type"]), p)
            return
        self.args[p["name"]] = self.give(TYPES.get(p["type"], p["type"]), p, "1")

    def role_dim(self, p):
        source, kind = p["from"], TYPES.get(p["type"], p["type"])
        if "call" in source:
            self.before.append(f"const auto {p['name']} = {self.rule(source)};")
            self.args[p["name"]] = p["name"]
            return
        array = next(q for q in self.f["params"] if q["name"] == source["array"])
        for q in self.f["params"]:
            if q["role"] == "in_array" and p["name"] in q["dims"]:
                size = self.length(q, p["name"])
                if q is array:
                    length = size
                else:
                    other = self.length(array, p["name"])
                    if len(q["dims"]) != len(array["dims"]):  # std::size_t of a span, std::int64_t of a matrix
                        size, other = f"std::size_t({size})", f"std::size_t({other})"
                    test = f"{size} == {other}"
                    data = f"{identifier(q['name'])}.data{'' if len(q['dims']) == 2 else '()'}"
                    test = f"{data} == nullptr || {test}" if q["nullable"] else test
                    self.before.append(f'detail::require({test}, "{q["name"]} and {array["name"]} differ in length");')
        if array["stride"] and len(array["dims"]) == 1:
            stride = array["stride"]
            self.before.append(f'detail::require({stride} >= 1, "{stride} is below 1");')
            length = f"({length} + std::size_t({stride}) - 1) / std::size_t({stride})"
        self.args[p["name"]] = length if len(array["dims"]) == 2 else f"static_cast<{kind}>({length})"

    def length(self, array, dim):
        name = identifier(array["name"])
        if len(array["dims"]) == 1:
            return f"{name}.size()"
        return f"{name}.{'columns' if array['dims'].index(dim) else 'rows'}"

    def rule(self, rule):
        called = names.by_name(self.api, "functions")[rule["call"]]
        constants = {v["name"] for e in self.api["enums"] for v in e["values"]}
        args = [a if a in constants else self.args[a] for a in rule["args"]]
        if called["ret"]["role"] == "status":
            self.before += ["std::size_t room = 0;",
                            f'detail::check({rule["call"]}({", ".join(args + ["&room"])}), "{rule["call"]}");']
            return "room"
        return f"{rule['call']}({', '.join(args)})"

    def role_out_array(self, p):
        base = names.base_of(p["type"])
        kind = TYPES.get(base, base)
        size = " * ".join(f"static_cast<std::size_t>({self.args[d]})" for d in p["dims"])
        if self.into:
            name = self.give(f"span<{kind}>", p)
            self.before.append(f'detail::require({name}.size() == {size}, "{name} has another length");')
        else:
            name = identifier(p["name"])
            self.before.append(f"std::vector<{kind}> {name}({size});")
            self.results.append((f"std::vector<{kind}>", name))
        self.args[p["name"]] = f"{name}.data()"

    def role_out_struct(self, p):
        base = names.base_of(p["type"])
        is_id = self.structs[base]["kind"] == "id"
        self.before.append(f"{base} {p['name']} = {{}};")
        self.before += [] if is_id else [f"{p['name']}.struct_size = sizeof {p['name']};"]
        self.args[p["name"]] = f"&{p['name']}"
        self.results.append((base, p["name"]))

    def role_in_struct(self, p):
        self.args[p["name"]] = "&" + self.give(f"const {names.base_of(p['type'])} &", p)

    def role_out_value(self, p):
        kind = TYPES.get(names.base_of(p["type"]), names.base_of(p["type"]))
        self.before.append(f"{kind} {p['name']} = 0;")
        self.args[p["name"]] = f"&{p['name']}"
        self.results.append((kind, p["name"]))

    def role_out_text(self, p):
        self.args[p["name"]] = "text"
        self.results.append(("std::string", ""))

    role_out_bytes = role_out_text

    def role_cap(self, p):
        self.args[p["name"]] = "cap"

    def role_needed(self, p):
        self.args[p["name"]] = "needed"

    def role_storage(self, p):
        size = next(q for q in self.f["params"] if q["role"] == "storage_size")
        self.args[p["name"]], self.args[size["name"]] = "memory.get()", "size"
        if size["at_least"]:
            self.before += [f"const std::size_t size = {self.rule(size['at_least'])};",
                            "auto memory = detail::storage(size);"]

    def role_arrow_in(self, p):
        self.args[p["name"]] = self.give(f"{names.base_of(p['type'])} *", p)

    role_arrow_out = role_arrow_in

    # ---- the whole ----

    def constructs(self):
        return self.new and not self.self and self.f["verb"] in ("new", "init")

    def result(self):
        ret, role = self.f["ret"], self.f["ret"]["role"]
        if self.new:
            return "" if self.constructs() else cls(names.base_of(self.new["type"]))
        if self.results:
            return self.results[0][0]
        if role == "str":
            return "std::optional<std::string_view>" if "nullable" in ret["tags"] else "std::string_view"
        if role == "handle":
            return cls(names.base_of(ret["type"]))
        return "void" if role in ("void", "status") else TYPES.get(ret["type"], ret["type"])

    def signature(self):
        given = list(self.given)
        if self.into:
            given = [g for g in given if not g[1]] + [g for g in given if g[1]]
        last = max((i for i, g in enumerate(given) if not g[1]), default=-1)
        parts = [text + (f" = {default}" if default and i > last else "") for i, (text, default) in enumerate(given)]
        verb = names.stem(self.f["noun"]) if self.constructs() else identifier(self.f["verb"])
        result = self.result()
        const = " const" if self.self and self.self["type"].startswith("const") else ""
        lead = "explicit " if self.constructs() and len(parts) > 0 else ""
        lead += "static " if self.f["noun"] and not self.self and not self.constructs() else ""
        lead += "inline " if not self.f["noun"] else ""
        space = "" if not result or result.endswith("*") else " "
        return f"{lead}{result}{space}{verb}({', '.join(parts)}){const} {{"

    def body(self):
        f, err = self.f, ", &e" if names.has_error(self.f) else ""
        call = f"{f['name']}({', '.join(self.args[p['name']] for p in f['params'])})"
        if names.param(f, "cap"):
            kind = "char" if names.param(f, "out_text") else "void"
            capture = "[&]" if len(f["params"]) > 3 else "[]"
            return self.before + [
                f"return detail::written({capture}({kind} *text, std::size_t cap, std::size_t *needed) {{",
                f"    return {call};", f"}}, \"{f['name']}\"{err});"]
        if f["ret"]["role"] != "status":
            return self.before + self.plain(call)
        if names.param(f, "storage") and not names.param(f, "storage_size")["at_least"]:
            return self.before + [
                "for (std::size_t size = 4096;; size *= 2) {", "    auto memory = detail::storage(size);",
                f"    const mlops_status status = {call};",
                "    if (status == MLOPS_E_ARENA && size < (std::size_t(1) << 24)) continue;",
                f"    detail::check(status, \"{f['name']}\");", f"    return {self.result()}(out, std::move(memory));", "}"]
        out = self.before + [f"detail::check({call}, \"{f['name']}\"{err});"]
        memory = ", std::move(memory)" if names.param(f, "storage") else ""
        if self.constructs():
            return out + ["p_ = out;"] + (["memory_ = std::move(memory);"] if memory else [])
        if self.new:
            return out + [f"return {self.result()}(out{memory});"]
        return out + ([f"return {self.results[0][1]};"] if self.results else [])

    def plain(self, call):
        ret, role = self.f["ret"], self.f["ret"]["role"]
        base = names.base_of(ret["type"])
        if role == "void":
            return [f"{call};"]
        if role == "str" and "nullable" in ret["tags"]:
            return [f"const char *text = {call};", "if (text == nullptr) return std::nullopt;", "return text;"]
        if role == "handle" and self.handles[base]["kind"] == "shared":
            if "nullable" in ret["tags"]:
                return [f"{base} *p = {call};", f"return {cls(base)}(p == nullptr ? nullptr : {base}_ref(p));"]
            return [f"return {cls(base)}({base}_ref({call}));"]
        if role == "handle":
            return [f"return {cls(base)}({call}, memory_);"]
        return [f"return {call};"]

    def lines(self, indent):
        doc = [f"/// {line}".rstrip() for line in names.wrapped(self.f["doc"], 110, "")]
        text = [*doc, *fold(self.signature()), *("    " + line for line in self.body()), "}"]
        return [indent + line for line in text] + [""]


def fold(line):
    """A signature on lines of bounded width."""
    out, hang = [], " " * (line.index("(") + 1)
    while len(line) > 108 and ", " in line[len(hang):108]:
        cut = line.rindex(", ", 0, 108) + 1
        out.append(line[:cut])
        line = hang + line[cut:].lstrip()
    return out + [line]


def functions(api, f):
    out = [Function(api, f)]
    return out + ([Function(api, f, into=True)] if names.param(f, "out_array") else [])


def define_class(api, h):
    name, stem = h["name"], names.stem(h["name"])
    end = h["end"] or "detail::nothing"
    out = [f"/// {line}".rstrip() for line in names.wrapped(h["doc"], 110, "")]
    out += [f"class {stem} : public detail::handle<{name}, {end}> {{", "public:", "    using handle::handle;", ""]
    if h["kind"] == "shared":
        out += ["    /// Another owner of the same.",
                f"    {stem} share() const {{ return {stem}({name}_ref(need())); }}", ""]
    for f in names.verbs(api, name):
        for function in functions(api, f):
            out += function.lines("    ")
    return out[:-1] + ["};", ""]


def classes(api):
    """Each class behind those that it speaks of, else in the order of the headers."""
    texts = {names.stem(h["name"]): define_class(api, h) for h in api["handles"]}
    placed, out = set(), []

    def place(stem):
        if stem in placed:
            return
        placed.add(stem)
        for other in re.findall(r"::mlops::(\w+)", "\n".join(texts[stem])):
            if other in texts:
                place(other)
        out.extend(texts[stem])

    for stem in texts:
        place(stem)
    return out


def emit(api):
    out = [HEAD] + classes(api)
    for f in names.verbs(api, None):
        for function in functions(api, f):
            out += function.lines("")
    return "\n".join(out + ["} // namespace mlops", "", "#endif"]) + "\n"
