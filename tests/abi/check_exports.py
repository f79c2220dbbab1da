#!/usr/bin/python3
"""What the library exports is what the headers declare and what the map names. Prints TAP.

usage: check_exports.py ROOT SHARED_LIBRARY [STATIC_LIBRARY]
"""
import pathlib
import re
import shutil
import subprocess
import sys


def declared(root):
    """Functions of the headers, by a way that shares nothing with the generator."""
    out = set()
    for path in sorted((root / "include").rglob("*.h")):
        text = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.S)
        out |= set(re.findall(r"\bMLOPS_API\b[^;(]*?\b(mlops_\w+)\s*\(", text))
    return out


def mapped(root):
    """{function: node} of the version script."""
    text = re.sub(r"#.*", "", (root / "lib/mlops.map").read_text(encoding="utf-8"))
    out = {}
    for node, body in re.findall(r"(\w+\.\w+)\s*\{(.*?)\}", text, flags=re.S):
        exported = body.split("local:")[0].replace("global:", "")
        out.update({name.strip(): node for name in exported.split(";") if name.strip()})
    return out


def symbols(arguments):
    lines = subprocess.run(["nm", *arguments], check=True, capture_output=True, text=True).stdout.splitlines()
    return [parts[-1] for parts in map(str.split, lines) if len(parts) >= 3 and parts[-2] in "TDBRVWuiG"]


def exported(library):
    """{symbol: node}; a symbol without a version has None."""
    out = {}
    for name in symbols(["-D", "--defined-only", library]):
        symbol, _, node = name.partition("@@")
        out[symbol] = node or None
    return out


def difference(what, left, right):
    return [f"only in {what[0]}: {name}" for name in sorted(left - right)] + [
        f"only in {what[1]}: {name}" for name in sorted(right - left)]


def main():
    root, library = pathlib.Path(sys.argv[1]), sys.argv[2]
    if shutil.which("nm") is None:
        print("1..0 # SKIP nm is not installed")
        return 0
    headers, nodes, exports = declared(root), mapped(root), exported(library)
    versions = {s for s in exports if s.startswith("MLOPS_")}  # the nodes themselves
    points = [("the headers declare functions", [] if len(headers) > 50 else [f"only {len(headers)} were found"]),
              ("the map names what the headers declare", difference(("headers", "map"), headers, set(nodes))),
              ("the library exports what the headers declare",
               difference(("headers", "library"), headers, set(exports) - versions)),
              ("every export has the version of its node",
               [f"{s}: {v} and not {nodes.get(s)}" for s, v in exports.items()
                if s not in versions and v != nodes.get(s)])]
    if len(sys.argv) > 3:
        strange = {s for s in symbols(["-g", "--defined-only", sys.argv[3]]) if not s.startswith("mlops_")}
        points.append(("the static library defines only names of ours", sorted(strange)))
    print(f"1..{len(points)}")
    for number, (what, faults) in enumerate(points, 1):
        print(f"{'not ok' if faults else 'ok'} {number} - {what}")
        for fault in faults:
            print(f"# {fault}")
    return 1 if any(faults for _, faults in points) else 0


if __name__ == "__main__":
    sys.exit(main())
