"""docs/api/NOUN.md: the reference of one header, and README.md, the list of them all."""
import names

NOTE = "<!-- Generated from include/mlops/{}.h by bindings/gen; do not edit. -->"
ROLES = {"new": "out", "out_array": "out", "out_struct": "out", "out_value": "out", "out_text": "out",
         "out_bytes": "out", "arrow_out": "out", "needed": "out", "arrow_in": "taken over"}


def escape(text):
    return " ".join(text.split()).replace("|", "\\|")


def declaration(f):
    """The prototype on lines of at most 100 columns."""
    params = ["void"] if not f["params"] else [join(p["type"], p["name"]) for p in f["params"]]
    head = join(f["ret"]["type"], f["name"]) + "("
    out, line = [], head
    for position, param in enumerate(params):
        piece = param + (", " if position + 1 < len(params) else ");")
        if len(line) + len(piece.rstrip()) > 100:
            out.append(line.rstrip())
            line = " " * len(head)
        line += piece
    return out + [line]


def join(kind, name):
    return kind + name if kind.endswith("*") else f"{kind} {name}"


def notes(entry):
    """A parameter or field in words: what the tags say, then its comment."""
    words = [ROLES.get(entry["role"])] if entry["role"] in ROLES else []
    words += ["may be NULL"] if "nullable" in entry["tags"] else []
    words += [f"shape ({entry['tags']['shape'].replace(',', ', ')})"] if "shape" in entry["tags"] else []
    borrowed = entry["tags"].get("borrowed")
    words += [f"borrowed from {borrowed}"] if borrowed and borrowed != "static" else []
    lead = f"*{', '.join(words)}* " if words else ""
    return escape(lead + entry["doc"]).strip()


def function(f):
    out = [f"### `{f['name']}`", "", "```c", *declaration(f), "```", "", f["doc"], ""]
    told = [p for p in f["params"] if p["doc"] or p["tags"]]
    if told:
        out += ["| parameter | |", "|---|---|"]
        out += [f"| `{p['name']}` | {notes(p)} |" for p in told] + [""]
    if f["ret"]["doc"] or f["ret"]["tags"]:
        returned = notes({"role": None, "tags": f["ret"]["tags"], "doc": f["ret"]["doc"]})
        out += [f"Returns: {returned}.".replace("..", "."), ""]
    return out + [f"Since {f['since']}.", ""]


def struct(s):
    out = [f"### `{s['name']}`", "", s["doc"], "", "| field | type | |", "|---|---|---|"]
    for field in s["fields"]:
        kind = f"{field['type']}[{field['count']}]" if "count" in field else field["type"]
        if "function" in field:
            inside = ", ".join(join(p["type"], p["name"]) for p in field["function"]["params"])
            kind = f"{field['function']['ret']} (*)({inside})"
        out.append(f"| `{field['name']}` | `{kind}` | {notes(field)} |")
    return out + [""]


def enum(e):
    title = f"### `{e['name']}`" if e["name"] else f"### `{e['values'][0]['name']}` and others"
    if not e["name"] and len(e["values"]) == 1:
        title = f"### `{e['values'][0]['name']}`"
    out = [title, ""] + ([e["doc"], ""] if e["doc"] else []) + ["| name | value | |", "|---|---|---|"]
    out += [f"| `{v['name']}` | {v['value']} | {escape(v['doc'])} |" for v in e["values"]
            if not v["name"].endswith("_FORCE32")]
    return out + [""]


def callback(c):
    params = ", ".join(join(p["type"], p["name"]) for p in c["params"])
    return [f"### `{c['name']}`", "", "```c", f"typedef {c['ret']} (*{c['name']})({params});", "```", "", c["doc"], ""]


def page(api, header, text):
    def here(group):
        return [entry for entry in api[group] if entry["header"] == header]

    types = []
    for h in here("handles"):
        types += [f"### `{h['name']}`", "", h["doc"], ""]
    for group, write in (("enums", enum), ("structs", struct), ("callbacks", callback)):
        for entry in here(group):
            types += write(entry)
    verbs = [line for f in here("functions") for line in function(f)]
    out = [NOTE.format(header), "", f"# {header}", "", "```c", f"#include <mlops/{header}.h>", "```", "",
           text[:1].upper() + text[1:], ""]
    out += (["## Types", ""] + types if types else []) + (["## Functions", ""] + verbs if verbs else [])
    return "\n".join(out).rstrip() + "\n"


def index(api):
    out = ["<!-- Generated from the headers by bindings/gen; do not edit. -->", "", "# The C API", "",
           "One page a header; `<mlops.h>` includes them all.", "", "| header | what it is for | functions |",
           "|---|---|---|"]
    for header, text in api["headers"].items():
        listed = [f"[`{f['name']}`]({header}.md#{f['name']})" for f in api["functions"] if f["header"] == header]
        out.append(f"| [{header}]({header}.md) | {escape(names.sentence(text))} | {' '.join(listed)} |")
    return "\n".join(out) + "\n"


def emit(api):
    """{file name: text}"""
    pages = {f"{header}.md": page(api, header, text) for header, text in api["headers"].items()}
    return {"README.md": index(api), **pages}
