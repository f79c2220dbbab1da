"""Doc comments: the text that people read and the few tags that the bindings need.

Tags are part of the contract, so a tag that nobody knows, or that stands where it means nothing, is an error
that names the place. See bindings/README.md for what each one drives.
"""
import re

BLOCK = re.compile(r"@(param\[out\]|param|return|since)(?![\w\[])")
INLINE = re.compile(r"@(\w+)(?:\(([^()]*)\))?")
PLACES = {  # inline tag: where it may stand
    "nullable": {"param", "return", "field"},
    "borrowed": {"return", "field"},
    "takes": {"param"},
    "shape": {"param", "field"},
    "scope": {"param", "field"},
    "threadsafe": {"type"},
}
WITH_ARGUMENT = {"borrowed", "shape", "scope"}


def plain(raw):
    """The text of a comment without its stars."""
    text = re.sub(r"^/\*+<?|\*+/$", "", (raw or "").strip())
    return re.sub(r"^[ \t]*\* ?", "", text, flags=re.M).strip()


def flat(text):
    """Paragraphs joined to one line each, code blocks (indented) kept."""
    out = []
    for block in re.split(r"\n[ \t]*\n", text):
        if block.startswith("    "):
            out.append(block.rstrip())
        else:
            out.append(" ".join(block.split()))
    return "\n\n".join(part for part in out if part.strip())


def inline(text, place, where, problems):
    """Splits inline tags off a text: (text, {tag: argument})."""
    tags = {}

    def take(match):
        name, argument = match.group(1), match.group(2)
        if name not in PLACES:
            problems.append(f"{where}: unknown tag @{name}")
        elif place not in PLACES[name]:
            problems.append(f"{where}: @{name} does not belong on a {place}")
        elif (name in WITH_ARGUMENT) != (argument is not None):
            problems.append(f"{where}: @{name} " + ("needs an argument" if argument is None else "takes no argument"))
        else:
            tags[name] = True if argument is None else argument.replace(" ", "")
        return "\0"

    rest = re.sub(r"\s*\0", "", INLINE.sub(take, text))
    return flat(re.sub(r"^\s*[;,.]\s+", "", rest)).strip("\n"), tags


def read(raw, place, where, problems):
    """A comment of a function, type or field as {doc, tags, params, ret, since}."""
    parts = BLOCK.split(plain(raw))
    doc, tags = inline(parts[0], place, where, problems)
    out = {"doc": doc, "tags": tags, "params": {}, "ret": None, "since": None}
    for kind, body in zip(parts[1::2], parts[2::2]):
        if kind == "since":
            version = body.split()[0] if body.split() else ""
            if not re.fullmatch(r"\d+\.\d+", version):
                problems.append(f"{where}: @since needs a version such as 0.1")
            elif place != "function" and place != "type":
                problems.append(f"{where}: @since does not belong on a {place}")
            else:
                out["since"] = version
        elif place != "function":
            problems.append(f"{where}: @{kind} does not belong on a {place}")
        elif kind == "return":
            text, found = inline(body, "return", where + " @return", problems)
            out["ret"] = {"doc": text, "tags": found}
        else:
            read_param(kind, body, out, where, problems)
    return out


def read_param(kind, body, out, where, problems):
    match = re.match(r"\s*(\w+)\s*(.*)", body, flags=re.S)
    if not match:
        problems.append(f"{where}: @{kind} without a name")
        return
    name = match.group(1)
    if name in out["params"]:
        problems.append(f"{where}({name}): described twice")
    text, tags = inline(match.group(2), "param", f"{where}({name})", problems)
    out["params"][name] = {"doc": text, "tags": tags, "out": kind == "param[out]"}
