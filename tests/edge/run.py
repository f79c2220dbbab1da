#!/usr/bin/python3
"""The device gives the host's bits. usage: run.py ROOT BUILD HOST_PROGRAM BUNDLE_HEADER

Builds the library with -Dedge=true for a Cortex-M7, links it with a start-up of its own and nothing else,
runs it under QEMU, and compares what it prints with the host. Skips without the tool chain.
"""
import pathlib
import re
import shutil
import subprocess
import sys

root, build, host, header = (pathlib.Path(a).resolve() for a in sys.argv[1:5])
CPU = "-mcpu=cortex-m7 -mthumb -mfloat-abi=hard -mfpu=fpv5-d16".split()
QEMU = ("qemu-system-arm -M mps2-an500 -nographic -monitor none -serial none "
        "-semihosting-config enable=on,target=native -kernel").split()
TEXT_BUDGET = 94 * 1024
GRAPH_BUDGET = 158 * 1024
number = failed = 0


def point(good, title, detail=""):
    global number, failed
    number += 1
    failed += not good
    print(f"{'ok' if good else 'not ok'} {number} - {title}")
    if not good:
        print("".join(f"# {line}\n" for line in detail.splitlines()), end="")
    return good


def run(*args, **kwargs):
    return subprocess.run([str(a) for a in args], capture_output=True, text=True, **kwargs)


def check_library(folder, options, budget):
    """The library for the device, or None: small, without state, and calling nothing of a libc but mem*."""
    shutil.rmtree(folder, ignore_errors=True)
    done = run("meson", "setup", folder, root, "--cross-file", root / "tests/edge/cortex-m7.ini", "-Dedge=true",
               "--werror", *options)
    if done.returncode == 0:
        done = run("ninja", "-C", folder)
    title = " ".join(["-Dedge=true", *options, "builds freestanding"])
    if not point(done.returncode == 0, title, done.stdout + done.stderr):
        return None
    library = folder / "libmlops_edge.a"
    sizes = run("arm-none-eabi-size", "-t", library).stdout.splitlines()[-1].split()
    point(int(sizes[0]) <= budget, f"{sizes[0]} bytes of text, budget {budget}")
    point(sizes[1] == "0" and sizes[2] == "0", "no data, no bss", " ".join(sizes))
    names = run("arm-none-eabi-nm", library).stdout
    defined = set(re.findall(r" [A-TV-Za-tv-z] (\w+)", names))
    foreign = sorted(name for name in set(re.findall(r" U (\w+)", names)) - defined
                     if not re.match(r"mem(cpy|set|move|cmp)$|strlen$|__aeabi_|__\w+[sd][fi]\w*$", name))
    point(not foreign, "needs mem*, strlen and the compiler's own", " ".join(foreign))
    return library


def main():
    missing = [tool for tool in ("arm-none-eabi-gcc", "qemu-system-arm", "meson") if not shutil.which(tool)]
    if missing:
        print("1..0 # SKIP not installed: " + ", ".join(missing))
        return 0
    check_library(build / "edge-graph", ["-Dedge_graph=true"], GRAPH_BUDGET)
    folder = build / "edge-cortex-m7"
    library = check_library(folder, [], TEXT_BUDGET)
    if not library:
        return 1
    elf = folder / "edge.elf"
    done = run("arm-none-eabi-gcc", *CPU, "-std=c11", "-Os", "-ffreestanding", "-ffp-contract=off", "-DEDGE_DEVICE",
               "-fno-tree-loop-distribute-patterns", f"-I{root}/include", f"-I{root}/lib", f"-I{header.parent}",
               f"-I{root}/tests/edge", root / "tests/edge/edge_main.c", root / "tests/edge/device.c", library,
               "-nostdlib", "-nostartfiles", "-Wl,--gc-sections", "-Wl,--no-warn-rwx-segments", "-T",
               root / "tests/edge/device.ld", "-lgcc", "-o", elf)
    if not point(done.returncode == 0, "links without a libc", done.stderr):
        return 1
    device = run(*QEMU, elf, timeout=120)
    printed = device.stdout + device.stderr  # semihosting's console is one of them, as QEMU pleases
    expected = run(host).stdout
    got = "".join(line + "\n" for line in printed.splitlines() if not line.startswith("stack"))
    point(device.returncode == 0 and got == expected and "predictions" in expected,
          "Cortex-M7 gives the host's bits", f"host:\n{expected}device ({device.returncode}):\n{printed}")
    stack = int(re.search(r"stack (\w+)", printed + "stack ffffffff").group(1), 16)
    point(stack <= 8192, f"{stack} bytes of stack, budget 8192")
    print(f"1..{number}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
