#!/usr/bin/python3
"""The rules of the house, executed. usage: house.py RULE [ROOT]; RULE is a function below, or "all".

Prints TAP: one line a rule. Only the standard library is needed.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(sys.argv[2] if len(sys.argv) > 2 else pathlib.Path(__file__).parents[2])
FREESTANDING = {"float.h", "limits.h", "stdarg.h", "stddef.h", "stdint.h", "string.h", "stdalign.h",
                "stdatomic.h"}
FOREIGN = {"lmdb.h": "store", "zstd.h": "store", "zstd_errors.h": "store", "xxhash.h": "sys"}
VECTOR = {"immintrin.h", "arm_neon.h", "cpuid.h", "nmmintrin.h", "smmintrin.h"}
FORBIDDEN = re.compile(r"(?<![\w.>])(malloc|calloc|realloc|free|printf|fprintf|sprintf|snprintf|puts|"
                       r"fopen|fread|fwrite|open|close|pread|pwrite|mmap|time|clock_gettime|getenv|"
                       r"strtod|strtof|strtol|atoi|atof|qsort|abort|exit|pthread_\w+)\s*\(")


def text_of(path):
    return path.read_text(encoding="utf-8")


def strip(code):
    """The code without comments, strings and character constants; lines stay where they are."""
    pattern = r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\''
    return re.sub(pattern, lambda m: "\n" * m.group().count("\n") or '""', code, flags=re.S)


def lib_files(pattern="*.[ch]"):
    return sorted((ROOT / "lib").rglob(pattern))


def own_code():
    for top in ("lib", "include", "tests", "bench", "examples", "bindings/cli"):
        yield from sorted(p for p in (ROOT / top).rglob("*.[ch]"))


def folder_of(path):
    return path.relative_to(ROOT / "lib").parts[0]


def allowed():
    """The layer table of lib/README.md: folder -> folders that it may include."""
    table = {}
    for line in text_of(ROOT / "lib/README.md").splitlines():
        cells = [c.strip() for c in line.strip("|").split("|")]
        if len(cells) == 4 and re.fullmatch(r"L\d", cells[0]):
            table[cells[1]] = {c.strip() for c in cells[3].split(",") if c.strip()}
    return table


def layers():
    """An include goes only where the layer table allows."""
    table = allowed()
    for path in lib_files():
        folder = folder_of(path)
        if folder not in table:
            yield f"{path}: folder {folder} has no row in lib/README.md"
            continue
        for name in re.findall(r'^\s*#\s*include\s+"([^"]+)"', text_of(path), re.M):
            target = name.split("/")[0]
            if name.endswith(".inc"):
                continue
            if target != folder and target not in table[folder]:
                yield f"{path}: {folder} may not include {name}"
            if not (ROOT / "lib" / name).exists():
                yield f"{path}: {name} is not in lib/"


def system_headers():
    """Outside sys only freestanding headers; a third party's header in one folder."""
    for path in lib_files():
        folder = folder_of(path)
        for name in re.findall(r"^\s*#\s*include\s+<([^>]+)>", text_of(path), re.M):
            if name in FOREIGN and folder != FOREIGN[name]:
                yield f"{path}: {name} belongs to {FOREIGN[name]}"
            known = name in FREESTANDING or name.startswith("mlops/") or name in FOREIGN
            if not known and not (name in VECTOR and folder in ("kern", "sys")) and folder != "sys":
                yield f"{path}: {name} is not freestanding"


def calls():
    """No heap, files, time, threads or printing outside sys."""
    for path in lib_files():
        if folder_of(path) == "sys":
            continue
        for number, line in enumerate(strip(text_of(path)).splitlines(), 1):
            found = FORBIDDEN.search(line)
            if found and not line.lstrip().startswith("#"):
                yield f"{path}:{number}: {found.group(1)}()"
            if re.search(r"\b(_Thread_local|__thread)\b", line):
                yield f"{path}:{number}: thread-local state"


def functions(code):
    """(line, name, lines) of each function body: a '{' in column 0 or ending a line at depth 0."""
    depth, start, name, last = 0, 0, "", ""
    for number, line in enumerate(code.splitlines(), 1):
        if depth == 0 and "{" in line and not re.match(r"\s*(#|typedef|enum|struct|union|extern)", line):
            head = last + " " + line
            found = re.search(r"(\w+)\s*\([^;]*$", head.split("{")[0])
            start, name = number, found.group(1) if found and "=" not in head.split("{")[0] else ""
        depth += line.count("{") - line.count("}")
        if depth <= 0 and name and "}" in line:
            yield start, name, number - start + 1
            name = ""
        if depth == 0:
            last = line if not line.rstrip().endswith((";", "}")) else ""


def sizes():
    """A function has at most 70 lines, a file 600, a line 100 columns, a header 250."""
    for path in own_code():
        text = text_of(path)
        lines = text.splitlines()
        limit = 250 if path.is_relative_to(ROOT / "include") else 600
        if len(lines) > limit:
            yield f"{path}: {len(lines)} lines, at most {limit}"
        for number, line in enumerate(lines, 1):
            if len(line) > 100:
                yield f"{path}:{number}: {len(line)} columns"
        if path.suffix == ".c":
            code = re.sub(r"^\s*#(?:.*\\\n)*.*", lambda m: "\n" * m.group().count("\n"), strip(text),
                          flags=re.M)
            for number, name, n in functions(code):
                if n > 70:
                    yield f"{path}:{number}: {name} has {n} lines, at most 70"


def heads():
    """Every .c of the library opens with a comment of 3 to 10 lines."""
    for path in lib_files("*.c"):
        text = text_of(path)
        n = text[:text.find("*/")].count("\n") + 1 if text.startswith("/*") else 0
        if not 3 <= n <= 10:
            yield f"{path}: opens with a comment of {n} lines, 3 to 10 are due"


def names():
    """File names are unique over lib/, so that files can be joined to one."""
    seen = {}
    for path in lib_files():
        if path.name in seen:
            yield f"{path}: {seen[path.name]} has the same name"
        seen[path.name] = path


def leftovers():
    """Nothing is left for later, nor of a merge, and no path of a machine is named."""
    marks = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK|not yet impl" r"emented)\b|^(<<<<<<<|>>>>>>>)( |$)")
    tops = ("lib", "include", "bindings", "examples", "bench", "docs", "tests")
    for path in [*sorted(ROOT.glob("*.*")), *(p for top in tops for p in sorted((ROOT / top).rglob("*")))]:
        if path.suffix not in (".c", ".h", ".py", ".go", ".md", ".hpp", ".sh", ".build"):
            continue
        for number, line in enumerate(text_of(path).splitlines(), 1):
            if marks.search(line):
                yield f"{path}:{number}: {line.strip()}"


def public_only():
    """Examples, command line and bindings use of our headers only <mlops.h>."""
    for top in ("examples", "bindings/cli", "bindings/go", "bindings/cpp"):
        for path in sorted((ROOT / top).rglob("*")):
            if path.suffix not in (".c", ".h", ".go", ".hpp", ".cc", ".cpp"):
                continue
            for name in re.findall(r'#\s*include\s+[<"]([^>"]+)[>"]', text_of(path)):
                inside = (ROOT / "lib" / name).exists() or name.startswith("mlops/")
                if inside and not (path.parent / name).exists():
                    yield f"{path}: includes {name}"


def version():
    """meson, the headers, mlops_version() and the top of the CHANGELOG agree."""
    wanted = re.search(r"version: '([\d.]+)'", text_of(ROOT / "meson.build")).group(1)
    header = text_of(ROOT / "include/mlops/base.h")
    parts = [re.search(rf"MLOPS_VERSION_{p} = (\d+)", header).group(1) for p in ("MAJOR", "MINOR", "PATCH")]
    found = {"include/mlops/base.h": ".".join(parts)}
    found["lib/base/status.c"] = re.search(r'return "([\d.]+)"', text_of(ROOT / "lib/base/status.c")).group(1)
    found["CHANGELOG.md"] = re.search(r"^## \[?([\d.]+)", text_of(ROOT / "CHANGELOG.md"), re.M).group(1)
    for where, number in found.items():
        if number != wanted:
            yield f"{where}: {number}, but meson.build has {wanted}"


RULES = [layers, system_headers, calls, sizes, heads, names, leftovers, public_only, version]


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    chosen = [r for r in RULES if sys.argv[1] in ("all", r.__name__)]
    print(f"1..{len(chosen)}")
    failed = 0
    for number, rule in enumerate(chosen, 1):
        faults = list(rule())
        failed += bool(faults)
        print(f"{'not ok' if faults else 'ok'} {number} - {rule.__doc__}")
        for fault in faults:
            print("# " + fault.replace(str(ROOT) + "/", ""))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
