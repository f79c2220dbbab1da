#!/usr/bin/python3
"""The code blocks of README.md and docs/ are extracted and run.

usage: docs.py ROOT BUILD. A block ```c with a main() is compiled against the built library and run;
```python runs with the built package; ```sh runs with the built `mlops` on the PATH. All blocks of
one file share a folder, where the files of examples/data lie ready. A line <!-- norun --> before a
block passes over it.
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

root, build = (pathlib.Path(a).resolve() for a in sys.argv[1:3])
fixtures = root / "examples/data"


def blocks():
    for path in [root / "README.md", *sorted((root / "docs").glob("*.md"))]:
        text = path.read_text(encoding="utf-8")
        for found in re.finditer(r"(<!-- norun -->\n+)?```(c|python|sh)\n(.*?)```", text, re.S):
            if not found.group(1) and not (found.group(2) == "c" and "main(" not in found.group(3)):
                yield path, text[:found.start()].count("\n") + 1, found.group(2), found.group(3)


def command(kind, code, folder):
    if kind == "sh":
        return ["sh", "-e", "-c", code]
    if kind == "python":
        return ["/usr/bin/python3", "-c", code]
    (folder / "block.c").write_text(code)
    return ["sh", "-e", "-c", f"cc -std=c99 -Wall -Wextra -Werror -I{root}/include block.c -L{build} -lmlops "
            f"-Wl,-rpath,{build} -o block && ./block"]


def main():
    env = dict(os.environ, PATH=f"{build}/bindings/cli:{os.environ['PATH']}",
               PYTHONPATH=f"{root}/bindings/python", MLOPS_LIBRARY=str(build / "libmlops.so"))
    todo, failed, folders = list(blocks()), 0, {}
    print(f"1..{len(todo)}")
    for number, (path, line, kind, code) in enumerate(todo, 1):
        if path not in folders:
            folders[path] = tempfile.TemporaryDirectory()
            for fixture in fixtures.glob("*.[cj]*"):
                (pathlib.Path(folders[path].name) / fixture.name).write_bytes(fixture.read_bytes())
            (pathlib.Path(folders[path].name) / ".gitattributes").touch()  # it is a tree of git
        folder = pathlib.Path(folders[path].name)
        done = subprocess.run(command(kind, code, folder), cwd=folder, env=env, text=True, capture_output=True)
        failed += done.returncode != 0
        print(f"{'ok' if done.returncode == 0 else 'not ok'} {number} - {path.relative_to(root)}:{line} {kind}")
        if done.returncode:
            for text in (done.stdout + done.stderr).splitlines():
                print("# " + text)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
