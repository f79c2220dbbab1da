#!/usr/bin/python3
"""Headers -> bindings/api.json -> symbol map, Python, Go, C++ and the API reference.

usage: generate.py [--check FOLDER] [--root FOLDER]
  --check FOLDER  writes into FOLDER instead, and fails if what the tree has is not the same
  --root FOLDER   the tree whose include/ is read; default: the one that holds this program

Needs python3-clang and libclang-common-14-dev; without them it says so and ends with 77. The outputs are committed, so
only who changes a header needs it.
"""
import argparse
import json
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
SKIP = 77

try:
    import frontend
    import roles
    import emit_cpp
    import emit_docs
    import emit_go
    import emit_map
    import emit_python
    import python_stubs
except ImportError as missing:
    if "clang" not in str(missing):
        raise
    print(f"skipped: {missing} (Debian package python3-clang)")
    sys.exit(SKIP)


def dump(value, indent=0):
    """JSON with one entry a line where it fits, so that differences read well."""
    flat = json.dumps(value, ensure_ascii=False)
    if len(flat) + indent <= 118 or not isinstance(value, (dict, list)):
        return flat
    pad = " " * (indent + 1)
    if isinstance(value, dict):
        parts = [f"{json.dumps(k)}: {dump(v, indent + 1)}" for k, v in value.items()]
        return "{\n" + ",\n".join(pad + p for p in parts) + "\n" + " " * indent + "}"
    return "[\n" + ",\n".join(pad + dump(v, indent + 1) for v in value) + "\n" + " " * indent + "]"


def describe(root):
    """The description of the API; ends the program with every problem of the headers."""
    api, macros, problems = frontend.read_headers(root / "include")
    values = {v["name"]: v["value"] for e in api["enums"] for v in e["values"]}
    api["version"] = ".".join(str(values[f"MLOPS_VERSION_{part}"]) for part in ("MAJOR", "MINOR", "PATCH"))
    problems += roles.Roles(api, macros).assign()
    problems += late(api)
    if problems:
        sys.exit("\n".join(problems))
    return api


def late(api):
    newest = [int(part) for part in api["version"].split(".")[:2]]
    return [f"{f['name']}: @since {f['since']} lies behind the version of the headers, {api['version']}"
            for f in api["functions"] if f["since"] and [int(part) for part in f["since"].split(".")] > newest]


def outputs(api):
    """{path below the root: text}"""
    out = {"bindings/api.json": dump(api) + "\n", "lib/mlops.map": emit_map.emit(api),
           "bindings/python/mlops/_ffi.py": emit_python.emit(api),
           "bindings/python/mlops/_ffi.pyi": python_stubs.emit(api),
           "bindings/go/mlops.go": emit_go.emit(api), "bindings/cpp/mlops.hpp": emit_cpp.emit(api)}
    for name, text in emit_docs.emit(api).items():
        out[f"docs/api/{name}"] = text
    return {path: re.sub(r"[ \t]+$", "", text, flags=re.M) for path, text in out.items()}


def compare(root, made, folder):
    """Writes what was made into a folder; returns the paths that differ from the tree, and leftovers in docs/api."""
    stale = []
    for path, text in made.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
        committed = root / path
        if not committed.exists() or committed.read_text(encoding="utf-8") != text:
            stale.append(path)
    kept = {str(p.relative_to(root)) for p in (root / "docs/api").glob("*.md")}
    return stale + sorted(kept - set(made))


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--check", type=pathlib.Path, metavar="FOLDER")
    options.add_argument("--root", type=pathlib.Path, default=HERE.parent.parent)
    given = options.parse_args()
    root = given.root.resolve()
    if frontend.clang_include() is None:
        print("skipped: clang's own headers were not found (Debian package libclang-common-14-dev)")
        return SKIP
    made = outputs(describe(root))
    if given.check:
        stale = compare(root, made, given.check)
        for path in stale:
            print(f"{path} is not what the headers give: run bindings/gen/generate.py")
        return 1 if stale else 0
    for path, text in made.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
