#!/usr/bin/python3
"""Hold graphs of ONNX to ONNX's own node cases.

usage: oracle_onnx.py DUMP_ONNX [--list]

Runs the node cases that Debian's libonnx-testdata installs. A case whose operators and types are supported
must give what its files say; docs/operators.md lists those that do. With --list the list is printed, for
that page. Prints TAP.
"""
import pathlib
import re
import subprocess
import sys

DATA = pathlib.Path("/usr/share/libonnx-testdata/data")
CASES = DATA / "node"
# Numbers to text are ONNX Runtime's: eight digits, where NumPy's are the fewest that tell the number.
OTHERWISE = {"test_cast_FLOAT_to_STRING", "test_castlike_FLOAT_to_STRING",
             "test_castlike_FLOAT_to_STRING_expanded"}


def results(program, folder):
    folders = sorted(str(p) for p in folder.iterdir())
    out = subprocess.run([program, *folders], capture_output=True, text=True, check=True).stdout
    found = {}
    for line in out.splitlines():
        kind, name = re.match(r"(ok|no|not ok) (test_\w+)", line).groups()
        found[name] = (kind, line)
    return found


def listed():
    page = pathlib.Path(__file__).parents[2] / "docs" / "operators.md"
    return set(re.findall(r"\btest_\w+", page.read_text(encoding="utf-8").split("## Cases")[-1]))


def main():
    if not CASES.is_dir():
        print("1..0 # SKIP libonnx-testdata is not installed")
        return 0
    found = results(sys.argv[1], CASES)
    passed = {name for name, (kind, _) in found.items() if kind == "ok"}
    if "--list" in sys.argv:
        print("\n".join(sorted(passed)))
        return 0
    wrong = [line for name, (kind, line) in found.items() if kind == "not ok" and name not in OTHERWISE]
    differ = sorted(passed ^ listed())
    others = ["simple", "pytorch-operator", "pytorch-converted"]
    print(f"1..{2 + len(others)}")
    print(f"{'not ok' if wrong else 'ok'} 1 - {len(passed)} of {len(found)} node cases, none wrong")
    print("".join(f"# {line}\n" for line in wrong), end="")
    print(f"{'not ok' if differ else 'ok'} 2 - docs/operators.md lists them")
    print("".join(f"# {name}\n" for name in differ), end="")
    failed = bool(wrong or differ)
    for number, name in enumerate(others, 3):
        each = list(results(sys.argv[1], DATA / name).values())
        wrong = [line for kind, line in each if kind == "not ok"]
        failed |= bool(wrong)
        good = sum(kind == "ok" for kind, _ in each)
        print(f"{'not ok' if wrong else 'ok'} {number} - {good} of {len(each)} cases of {name}, none wrong")
        print("".join(f"# {line}\n" for line in wrong), end="")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
