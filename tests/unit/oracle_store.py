#!/usr/bin/python3
"""Stores of random changes, read by the library and by oracle_journal.py. usage: oracle_store.py DUMP_STORE"""
import pathlib
import subprocess
import sys
import tempfile

READER = pathlib.Path(__file__).with_name("oracle_journal.py")


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, check=False)


def compare(folder, seed, commits):
    """What is wrong, or nothing."""
    store = f"{folder}/s.mlops"
    ours = run(sys.argv[1], store, str(seed), str(commits))
    theirs = run(sys.executable, str(READER), store)
    if ours.returncode or theirs.returncode:
        return ours.stderr + theirs.stderr
    if commits >= 400 and theirs.stderr.strip() != "kept as changes: True as parts: True as patches: True as numbers: True":
        return "some way of keeping content was not used: " + theirs.stderr
    return "" if ours.stdout == theirs.stdout else "the library and the reader differ"


def refuse(folder):
    """A store whose history was changed is refused."""
    path = pathlib.Path(folder) / "s.mlops/journal" / f"{2:016x}"
    data = bytearray(path.read_bytes())
    data[64 + 70] ^= 1
    path.write_bytes(data)
    return "" if run(sys.executable, str(READER), f"{folder}/s.mlops").returncode else "it was taken"


def main():
    points = []
    for seed, commits in ((1, 1), (2, 40), (3, 400), (4, 2000)):
        with tempfile.TemporaryDirectory() as folder:
            points.append((f"{commits} commits", compare(folder, seed, commits)))
            if commits == 400:
                points.append(("a changed commit is found", refuse(folder)))
    print(f"1..{len(points)}")
    for number, (name, fault) in enumerate(points, 1):
        print(f"{'not ok' if fault else 'ok'} {number} - {name}")
        for line in fault.splitlines():
            print("# " + line)
    return any(fault for _, fault in points)


if __name__ == "__main__":
    sys.exit(main())
