#!/usr/bin/python3
"""The Python and Go packages as -Dpython=true and -Dgo=true install them: whole, found, and of use.

usage: test_install.py ROOT LIBRARY CACHE_FOLDER. Prints TAP. The library is that of a build folder; of the folder that
is configured here nothing is built.
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import go_test  # reads the same arguments

root, library, cache = go_test.root, go_test.library, go_test.cache
PATH = "/usr/bin:/bin"  # Debian's meson with Debian's Python
CSV = "a,b\\n1,x\\n2,y\\n"
PYTHON = f"""
import mlops, os
print(os.path.dirname(mlops.__file__), mlops.Table.parse("{CSV}").n_rows)
"""
GO = f"""package main

import (
	"fmt"
	"mlops"
)

func main() {{
	table, err := mlops.ParseTable([]byte("{CSV}"), nil)
	if err != nil {{
		panic(err)
	}}
	fmt.Println(table.NRows())
	table.Close()
}}
"""
number = failed = 0


def run(*args, **kwargs):
    kwargs.setdefault("env", {**os.environ, "PATH": PATH})
    return subprocess.run([str(a) for a in args], capture_output=True, text=True, **kwargs)


def point(good, title, *told):
    global number, failed
    number += 1
    failed += not good
    print(f"{'ok' if good else 'not ok'} {number} - {title}", flush=True)
    for text in told if not good else ():
        print("".join(f"# {line}\n" for line in str(text).splitlines()[-20:]), end="")


def skip(title, why):
    global number
    number += 1
    print(f"ok {number} - {title} # SKIP {why}")


def installed(folder, prefix):
    """The packages below DESTDIR, with the prefix given or meson's own."""
    build, target = folder / "build", folder / "root"
    made = run("meson", "setup", build, root, "-Dpython=true", "-Dgo=true", "-Dcli=false",
               *([f"--prefix={prefix}"] if prefix else []))
    if made.returncode == 0:
        made = run("meson", "install", "-C", build, "--no-rebuild", "--destdir", target, "--tags", "python-runtime,go")
    point(made.returncode == 0, f"meson install, prefix {prefix or '/usr/local'}", made.stdout, made.stderr)
    return target


def python_package(target, prefix):
    found = [p.parent for p in target.rglob("mlops/__init__.py")]
    looks = run("/usr/bin/python3", "-c", "import sys; print('\\n'.join(sys.path))").stdout.split("\n")
    places = ["/" + str(p.parent.relative_to(target)) for p in found]
    point(len(places) == 1 and places[0] in looks and places[0].startswith(prefix + "/lib/"),
          f"Python looks where it is, prefix {prefix}", places, looks)
    if not found:
        return
    source = root / "bindings/python/mlops"
    wanted = sorted(p.name for p in source.iterdir() if p.is_file())
    point(sorted(p.name for p in found[0].iterdir()) == wanted, f"the Python package is whole, prefix {prefix}", wanted)
    done = run("/usr/bin/python3", "-c", PYTHON, cwd="/", env={
        **os.environ, "PATH": PATH, "PYTHONPATH": str(found[0].parent), "MLOPS_LIBRARY": str(library),
        "PYTHONDONTWRITEBYTECODE": "1"})
    point(done.stdout == f"{found[0]} 2\n", f"it is of use, prefix {prefix}", done.stdout, done.stderr)


def go_package(target, folder, prefix):
    package = target / prefix.lstrip("/") / "share/gocode/src/mlops"
    source = root / "bindings/go"
    wanted = sorted(p.name for p in source.iterdir() if p.name == "go.mod"
                    or p.suffix == ".go" and not p.name.endswith("_test.go"))
    have = sorted(p.name for p in package.iterdir()) if package.is_dir() else None
    point(have == wanted, "the Go package is whole", have, wanted)
    if not all(shutil.which(tool) for tool in ("go", "pkg-config", "gcc")):
        skip("a Go program", "go, pkg-config or gcc is not installed")
        return
    program = folder / "program"
    program.mkdir()
    (program / "main.go").write_text(GO)
    (program / "go.mod").write_text("module program\n\ngo 1.19\n\nrequire mlops v0.0.0\n\n"
                                    f"replace mlops => {package}\n")
    done = run("go", "run", ".", cwd=program, env=go_test.environment(folder))
    point(done.stdout == "2\n", "a Go program says replace", done.stdout, done.stderr)


def without_installing(folder):
    """The commands of bindings/README.md, as they stand there, for this build folder."""
    blocks = [part for part in (root / "bindings/README.md").read_text().split("\n\n") if "$PWD/build" in part]
    python = [part for part in blocks if "PYTHONPATH=" in part]
    go = [part for part in blocks if "go test" in part]
    tree = folder / "tree"  # build is a folder of the tree there
    tree.mkdir()
    (tree / "build").symlink_to(library.parent)
    for name in ("bindings", "include", "tests", "lib"):
        (tree / name).symlink_to(root / name)
    done = run("sh", "-ec", "".join(python) + "\ncd /\npython3 -c 'import mlops; print(mlops.version())'", cwd=tree)
    point(len(python) == 1 and done.stdout.count(".") == 2, "Python as bindings/README.md says", done.stdout,
          done.stderr)
    if not all(shutil.which(tool) for tool in ("go", "pkg-config", "gcc")):
        skip("Go as bindings/README.md says", "go, pkg-config or gcc is not installed")
        return
    done = run("sh", "-ec", "".join(go), cwd=tree, env={**go_test.environment(folder), "PWD": str(tree)})
    point(len(go) == 1 and done.stdout.startswith("ok"), "Go as bindings/README.md says", done.stdout, done.stderr)


def main():
    if not shutil.which("meson", path=PATH) or not os.path.exists("/usr/bin/python3"):
        print("1..0 # SKIP meson or /usr/bin/python3 is not installed")
        return 0
    for prefix in ("", "/usr"):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            target = installed(folder, prefix)
            python_package(target, prefix or "/usr/local")
            if not prefix:
                go_package(target, folder, "/usr/local")
    with tempfile.TemporaryDirectory() as name:
        without_installing(pathlib.Path(name))
    print(f"1..{number}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
