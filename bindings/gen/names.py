"""Names in other languages, made from the C names in one place, and small questions about the description."""
import re
import textwrap

PREFIX = "mlops_"


def stem(c_name):
    """mlops_drift_opts -> drift_opts"""
    return c_name[len(PREFIX):] if c_name.startswith(PREFIX) else c_name


def camel(c_name):
    """mlops_drift_opts -> DriftOpts"""
    return "".join(word[:1].upper() + word[1:] for word in stem(c_name).split("_"))


def members(enum):
    """[(short name, value, doc)]: what the enumerators share in front is left out, and so is FORCE32."""
    kept = [v for v in enum["values"] if not v["name"].endswith("_FORCE32")]
    words = [v["name"].split("_") for v in kept]
    shared = 0
    while all(len(w) > shared + 1 for w in words) and len({w[shared] for w in words}) == 1:
        shared += 1
    shared = 1 if enum["name"] == "mlops_status" else shared
    return [("_".join(w[shared:]), v["value"], v["doc"]) for w, v in zip(words, kept)]


def by_name(api, group):
    return {entry["name"]: entry for entry in api[group]}


def base_of(kind):
    return re.sub(r"\b(const|struct)\b|\*", "", kind).strip()


def inputs(function):
    """Parameters that a caller of a binding gives; lengths, storage and results are derived."""
    roles = {"value", "enum", "str", "handle", "in_array", "arrow_in", "callback", "stride"}
    return [p for p in function["params"] if p["role"] in roles]


def outputs(function):
    return [p for p in function["params"]
            if p["role"] in ("new", "out_array", "out_struct", "out_value", "out_text", "out_bytes", "arrow_out")]


def param(function, role):
    return next((p for p in function["params"] if p["role"] == role), None)


def has_error(function):
    return param(function, "error") is not None


def is_property(function):
    """A getter without arguments: it cannot fail and takes the handle alone, or it names the content (an id)."""
    if function["lifecycle"] or not param(function, "self"):
        return False
    rest = [p for p in function["params"] if p["role"] != "self"]
    if len(rest) == 1 and rest[0]["role"] == "out_struct" and base_of(rest[0]["type"]) == "mlops_id":
        return True
    return not rest and function["ret"]["role"] not in ("void", "status")


def csv_list(doc):
    """A string that is a list in CSV form: of names, globs, or name=value."""
    return bool(re.search(r"separated by commas|\bas columns\b|\blist of globs\b|\btypes of columns\b", doc))


def json_object(doc):
    """A string that is a JSON object."""
    return bool(re.search(r"\ba JSON object\b", doc))


def least(function, param):
    """The least that a number may be as its comment says, or None: "0 or more", "n is 0 or more"."""
    match = re.match(r"(?:[^;]*, )?(\d+) or more\b", param["doc"]) or re.search(
        rf"\b{param['name']} is (\d+) or more\b", function["doc"])
    return int(match.group(1)) if match else None


def reasons(api, function):
    """{status: why it is returned}, of what the comment says so: "MLOPS_E_X if why", "for why", "beyond why"."""
    told, known = function["ret"]["doc"], by_name(api, "functions")
    also = re.match(r"as (mlops_\w+)\(\)", told)
    out = reasons(api, known[also.group(1)]) if also and also.group(1) in known else {}
    for clause in re.split(r"[;:]|\.(?=\s)", told):
        match = re.match(r"\s*(MLOPS_E_\w+) (if|where|for|beyond) (.+)", clause)
        if match:
            out[match.group(1)] = ("beyond " if match.group(2) == "beyond" else "") + match.group(3)
    return out


def elements(api):
    """Structs that verbs take arrays of."""
    return {s["name"]: s for s in api["structs"] if s["kind"] == "element"}


def alignment(doc):
    match = re.search(r"aligned to (\d+)", doc)
    return int(match.group(1)) if match else 1


def given_back(api):
    """Names of the results that some verb takes."""
    return {base_of(p["type"]) for f in api["functions"] for p in f["params"] if p["role"] == "in_struct"}


def bound(api, function):
    """Whether bindings have this verb: lifecycle verbs are inside their classes, and what begins a handle in
    the caller's storage is for C where the heap has the same."""
    if function["lifecycle"]:
        return False
    handle = by_name(api, "handles").get(function["noun"])
    return not (function["verb"] == "init" and handle and handle["end"])


def verbs(api, noun):
    return [f for f in api["functions"] if f["noun"] == noun and bound(api, f)]


def sentence(text):
    """The first sentence, with a full stop."""
    first = re.split(r"(?<=[.:])\s", text.strip(), maxsplit=1)[0]
    return first if first.endswith((".", ":", "?")) else first + "."


def wrapped(text, width, indent, hang=""):
    """Lines of at most width columns; code blocks stay as they are."""
    out = []
    for block in text.split("\n\n"):
        if out:
            out.append("")
        if block.startswith("    "):
            out += [(indent + line).rstrip() for line in block.split("\n")]
        else:
            out += textwrap.wrap(block, width - len(indent), initial_indent=indent, subsequent_indent=indent + hang,
                                 break_long_words=False, break_on_hyphens=False)
    return out
