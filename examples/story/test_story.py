#!/usr/bin/python3
"""The story on wrong input, and on the real tables beside the checkout where they are. usage: test_story.py STORY"""
import pathlib
import subprocess
import sys
import tempfile

story = sys.argv[1]
shared = pathlib.Path(__file__).parents[3] / "shared/data"
number = failed = 0


def run(folder, *args):
    return subprocess.run([story, "--out", folder, *args], capture_output=True, text=True)


def point(good, title, done=None):
    global number, failed
    number += 1
    failed += not good
    print(f"{'ok' if good else 'not ok'} {number} - {title}")
    if not good and done:
        for line in (done.stdout + done.stderr).splitlines()[-20:]:
            print("# " + line)


def refuses(folder, title, text, wanted, target="y"):
    path = pathlib.Path(folder) / "bad.csv"
    if text is not None:
        path.write_text(text)
    done = run(folder, "--data", str(path if text is not None else path.with_name("absent.csv")), "--target", target)
    messages = done.stderr.strip().splitlines()
    point(done.returncode == 1 and len(messages) == 1 and wanted in messages[0], title, done)


rows = "".join(f"{i % 7},{i % 11},{i % 2}\n" for i in range(200))
with tempfile.TemporaryDirectory() as folder:
    refuses(folder, "a missing file", None, "absent.csv")
    refuses(folder, "an empty file", "", "empty")
    refuses(folder, "a ragged row, with its line", "a,b,y\n1,2,3\n1,2\n" + rows, "line 3")
    refuses(folder, "an unknown target", "a,b,y\n" + rows, "no column 'z'", "z")
    refuses(folder, "a missing target value", "a,b,y\n1,2,\n" + rows, "missing in row 1")
    refuses(folder, "too few rows", "a,b,y\n1,2,0\n", "rows")
    refuses(folder, "a target of one value", "a,b,y\n" + "1,2,0\n" * 200, "one value")
    tables = [("census", ["--data", str(shared / "adult.csv"), "--target", "income"]),
              ("housing", ["--data", str(shared / "california_reference.csv"), "--target", "clf_target", "--ignore",
                           "id,timestamp,y_pred_proba,y_pred,partition,period",
                           "--production", str(shared / "california_production.csv")])]
    for name, args in tables:
        if not shared.is_dir():
            number += 1
            print(f"ok {number} - {name} # SKIP the table is not beside the checkout")
            continue
        done = run(folder, *args)
        point(done.returncode == 0 and "bit for bit" in done.stdout, name, done)
print(f"1..{number}")
sys.exit(1 if failed else 0)
