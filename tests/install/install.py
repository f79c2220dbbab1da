#!/usr/bin/python3
"""Used from outside: installed and found by pkg-config from C99 and C++17, as a meson subproject, and with musl.

usage: install.py ROOT BUILD
"""
import os
import pathlib
import shlex
import shutil
import subprocess
import sys
import tempfile

root, build = map(pathlib.Path, sys.argv[1:3])
PROGRAM = """
#include <mlops.h>
#include <stdio.h>
#include <string.h>
int main(void) {
    mlops_table *table;
    mlops_error e;
    const char text[] = "a,b\\n1,2\\n3,4\\n";
    if (mlops_table_parse(&table, text, sizeof text - 1, NULL, &e)) return puts(e.message), 1;
    printf("%s %d\\n", mlops_version(), (int)mlops_table_n_rows(table));
    mlops_table_unref(table);
    return 0;
}
"""
EXPECTED = "0.1.0 2\n"
number = failed = 0


def run(*args, **kwargs):
    return subprocess.run([str(a) for a in args], capture_output=True, text=True, **kwargs)


def point(good, title, *runs):
    global number, failed
    number += 1
    failed += not good
    print(f"{'ok' if good else 'not ok'} {number} - {title}")
    for done in runs if not good else ():
        print("".join(f"# {line}\n" for line in (done.stdout + done.stderr).splitlines()[-20:]), end="")


def skip(title, why):
    global number
    number += 1
    print(f"ok {number} - {title} # SKIP {why}")


def with_pkg_config(folder):
    env = dict(os.environ, DESTDIR=str(folder / "root"))
    installed = run("meson", "install", "-C", build, "--no-rebuild", env=env)
    files = list((folder / "root").rglob("mlops.pc"))
    if not files:
        point(False, "meson install", installed)
        return
    env = dict(os.environ, PKG_CONFIG_PATH=str(files[0].parent), PKG_CONFIG_SYSROOT_DIR=str(folder / "root"))
    flags = shlex.split(run("pkg-config", "--cflags", "--libs", "mlops", env=env).stdout)
    for compiler, standard, name in (("cc", "c99", "a.c"), ("c++", "c++17", "a.cc")):
        if not shutil.which(compiler):
            skip(f"pkg-config, {standard}", f"no {compiler}")
            continue
        (folder / name).write_text(PROGRAM)
        made = run(compiler, f"-std={standard}", "-Wall", "-Wextra", "-Werror", name, *flags, "-o", standard, cwd=folder)
        library = next((folder / "root").rglob("libmlops.so")).parent
        done = run(folder / standard, env=dict(os.environ, LD_LIBRARY_PATH=str(library))) if made.returncode == 0 else made
        point(done.stdout == EXPECTED, f"pkg-config, {standard}", made, done)


def as_subproject(folder):
    (folder / "subprojects").mkdir()
    (folder / "subprojects/mlops").symlink_to(root)
    (folder / "a.c").write_text(PROGRAM)
    (folder / "meson.build").write_text("project('user', 'c')\nexecutable('user', 'a.c', "
                                        "dependencies: dependency('mlops', fallback: 'mlops'))\n")
    made = run("meson", "setup", "b", "-Dmlops:cli=false", cwd=folder)
    made = run("ninja", "-C", "b", cwd=folder) if made.returncode == 0 else made
    done = run(folder / "b/user") if made.returncode == 0 else made
    point(done.stdout == EXPECTED, "as a meson subproject", made, done)


def with_musl(folder):
    if not shutil.which("musl-gcc"):
        skip("musl", "no musl-gcc")
        return
    # xxHash's header stands beside glibc's, which musl must not see; its functions are taken inline.
    (folder / "include").mkdir()
    (folder / "include/xxhash.h").write_bytes(pathlib.Path("/usr/include/xxhash.h").read_bytes())
    sources = [p for p in sorted((root / "lib").rglob("*.c"))
               if not p.stem.endswith(("_sse41", "_avx2", "_avx512", "_neon"))]
    flags = ["-std=c11", "-O1", "-ffp-contract=off", f"-I{root}/include", f"-I{root}/lib", f"-I{folder}/include",
             "-DXXH_INLINE_ALL"]
    objects = []
    isa = {"_sse41": ["-msse4.1", "-msha"], "_avx2": ["-mavx2", "-mfma"],
           "_avx512": ["-mavx512f", "-mavx512bw", "-mavx512cd", "-mavx512dq", "-mavx512vl", "-mavx512vbmi", "-mavx2", "-mfma"]}
    if os.uname().machine == "x86_64":
        sources += [p for p in sorted((root / "lib").rglob("*.c")) if p.stem.endswith(tuple(isa))]
    for source in sources:
        extra = next((isa[end] for end in isa if source.stem.endswith(end)), [])
        objects.append(folder / (source.stem + ".o"))
        made = run("musl-gcc", *flags, *extra, "-c", source, "-o", objects[-1])
        if made.returncode:
            point(False, f"musl compiles {source.name}", made)
            return
    (folder / "a.c").write_text(PROGRAM)
    made = run("musl-gcc", "-static", "-std=c99", f"-I{root}/include", folder / "a.c", *objects, "-o", folder / "musl")
    done = run(folder / "musl") if made.returncode == 0 else made
    point(done.stdout == EXPECTED, "static program with musl", made, done)


for part in (with_pkg_config, as_subproject, with_musl):
    with tempfile.TemporaryDirectory() as name:
        part(pathlib.Path(name))
print(f"1..{number}")
sys.exit(1 if failed else 0)
