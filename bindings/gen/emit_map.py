"""lib/mlops.map: the version script. A node for each minor release, chained; a symbol never changes its node."""


def order(version):
    return tuple(int(part) for part in version.split("."))


def emit(api):
    nodes = {}
    for function in api["functions"]:
        nodes.setdefault(function["since"], []).append(function["name"])
    out = ["# Generated from the headers by bindings/gen; do not edit."]
    previous = None
    for version in sorted(nodes, key=order):
        out += [f"MLOPS_{version} {{", "    global:"]
        out += [f"        {name};" for name in sorted(nodes[version])]
        out += [] if previous else ["    local:", "        *;"]
        out.append(f"}}{' ' + previous if previous else ''};")
        previous = f"MLOPS_{version}"
    return "\n".join(out) + "\n"
