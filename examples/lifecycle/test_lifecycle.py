#!/usr/bin/python3
"""The lifecycle on wrong input, on the table that comes with scikit-learn, and on the real tables beside the checkout
where they are. usage: test_lifecycle.py COMMAND...

What is run is the command with --out FOLDER and the options of a table behind it: the program in C, in Python, or in
shell, which tell the same things in the same words.
"""
import importlib.util
import pathlib
import re
import subprocess
import sys
import tempfile

command = sys.argv[1:]
trainers = [] if len(command) == 1 else [name for name in ("pandas", "sklearn", "xgboost")
                                         if importlib.util.find_spec(name) is None]
if trainers:
    print(f"1..0 # SKIP {', '.join(trainers)}: not installed")
    sys.exit()
shared = pathlib.Path(__file__).parents[3] / "shared/data"
number = failed = 0
EVERY = ["bit for bit", "tag v1", "version 1 is the champion", "customer 0", "tag v2", "keys go to version 2", "version 3 is refused",
         "version 1 is the champion again", "chained to the one before", "all sound", "row_count\(\) >= 100", "rows added", "has the same commits"]


def run(folder, *args):
    return subprocess.run([*command, "--out", folder, *args], capture_output=True, text=True)


def point(good, title, done=None):
    global number, failed
    number += 1
    failed += not good
    print(f"{'ok' if good else 'not ok'} {number} - {title}", flush=True)
    if not good and done:
        for line in (done.stdout + done.stderr).splitlines()[-30:]:
            print("# " + line)


def refuses(title, text, wanted, target="y"):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "bad.csv"
        if text is not None:
            path.write_text(text)
        done = run(folder, "--data", str(path if text is not None else path.with_name("absent.csv")), "--target", target)
        messages = done.stderr.strip().splitlines()
        point(done.returncode == 1 and len(messages) == 1 and wanted in messages[0], title, done)


def tells(title, args, *wanted):
    with tempfile.TemporaryDirectory() as folder:
        done = run(folder, *args)
        missing = [text for text in [*EVERY, *wanted] if not re.search(text, done.stdout)]
        if missing and done.returncode == 0:
            print(f"# not told: {missing}")
        written = [(pathlib.Path(folder) / name).exists() for name in ("report.html", "champion.bundle")]
        point(done.returncode == 0 and not missing and all(written), title, done)


def breast_cancer():
    where = importlib.util.find_spec("sklearn")
    if where is None:
        return None
    names = [f"{part}_{suffix}" for suffix in ("mean", "error", "worst") for part in (
        "radius texture perimeter area smoothness compactness concavity concave_points symmetry "
        "fractal_dimension").split()]
    path = pathlib.Path(where.origin).parent / "datasets/data/breast_cancer.csv"
    return ["--data", str(path), "--target", "benign", "--skip-lines", "1", "--names", ",".join([*names, "benign"])]


rows = "".join(f"{i % 7},{i % 11},{i % 2}\n" for i in range(200))
refuses("a missing file", None, "absent.csv")
refuses("an empty file", "", "empty")
refuses("a ragged row", "a,b,y\n1,2,3\n1,2\n" + rows, "row 2")
refuses("an unknown target", "a,b,y\n" + rows, "no column 'z'", "z")
refuses("a missing target value", "a,b,y\n1,2,\n" + rows, "missing in row 1")
refuses("too few rows", "a,b,y\n1,2,0\n1,2,1\n", "rows")
refuses("a target of one value", "a,b,y\n" + "1,2,0\n" * 200, "one value")
tables = [("breast cancer", breast_cancer(), [r"drift(,| in) \d"]),
          ("census", ["--data", str(shared / "adult.csv"), "--target", "income"], ["'age'", r"drift(,| in) \d"]),
          ("housing", ["--data", str(shared / "california_reference.csv"), "--target", "clf_target", "--time", "timestamp",
                       "--ignore", "id,y_pred_proba,y_pred", "--production", str(shared / "california_production.csv"),
                       "--labels", str(shared / "california_production_labels.csv"), "--id", "id"],
           ["version 2 is the champion", r"drift(,| in) \d", "Latitude"])]
for name, args, wanted in tables:
    if args is None or not pathlib.Path(args[1]).exists():
        number += 1
        print(f"ok {number} - {name} # SKIP the table is not there")
    else:
        tells(name, args, *wanted)
print(f"1..{number}")
sys.exit(1 if failed else 0)
