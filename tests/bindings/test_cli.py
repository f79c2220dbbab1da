#!/usr/bin/python3
"""The mlops command, from outside: what it prints, how it ends, what it says of bad input.

usage: test_cli.py PATH_OF_MLOPS. Prints TAP; only the standard library is needed. Predictions are
held against the trees of the file, evaluated here.
"""
import csv
import hashlib
import io
import json
import os
import pathlib
import pty
import random
import re
import select
import shutil
import struct
import subprocess
import sys
import tempfile
import time
import traceback

MLOPS = str(pathlib.Path(sys.argv[1]).resolve())
DATA = pathlib.Path(__file__).resolve().parents[2] / "examples/data"
MODEL, TRAIN, LIVE = str(DATA / "fraud.json"), str(DATA / "train.csv"), str(DATA / "live.csv")
COMMANDS = ("model describe", "model inspect", "model predict", "model explain", "model importance", "fairness", "performance measure", "performance estimate", "anomaly fit", "anomaly score", "bundle", "drift compare", "drift detect", "drift multivariate", "drift watch", "reference new",
            "reference describe", "doctor", "gc", "init", "store stats", "store check", "store repair", "store export",
            "store import", "lineage up", "lineage down", "lineage link", "lineage unlink", "audit log", "audit verify", "audit root", "audit prove", "audit verify-proof", "run start", "run log", "run param", "run tag", "run artifact",
            "run end", "run list", "run experiments", "run show", "run points", "data commit", "data add", "data rm", "data cat", "data import", "data status", "data list", "data log",
            "data refs", "data show", "data entries", "data diff", "data merge", "data checkout", "data tag", "data branch", "data drop", "data push", "data pull", "remote refs", "remote gc",
            "data table", "data parts", "data part", "data leaks", "data expect", "data expected", "data infer", "data validate", "data validations",
            "feature fit", "feature apply", "feature show", "feature list", "registry register", "registry list", "registry show", "registry gate",
            "registry evaluate", "registry promote", "registry rollback", "registry drop", "registry history",
            "registry decisions", "registry at", "registry bundle", "deploy set", "deploy list", "deploy predict", "deploy route", "watch",
            "watch windows", "watch report", "watch show", "watch performance", "online define", "online put", "online get", "online list")
TESTS = []


def test(function):
    TESTS.append(function)
    return function


def run(*args, status=0, stdin=b"", **options):
    options.setdefault("stdout", subprocess.PIPE)
    done = subprocess.run([MLOPS, *map(str, args)], input=stdin if isinstance(stdin, bytes) else stdin.encode(),
                          stderr=subprocess.PIPE, timeout=120, **options)
    done.out = (done.stdout or b"").decode()
    done.err = done.stderr.decode()
    assert status is None or done.returncode == status, f"{args}: status {done.returncode}, not {status}: {done.err}{done.out}"
    return done


def fails(*args, status=1, says=(), **options):
    """The command ends with one line of error that says all of this, and prints nothing else."""
    done = run(*args, status=status, **options)
    lines = done.err.splitlines()
    assert done.out == "", f"{args}: printed {done.out!r}"
    assert lines and lines[0].startswith("mlops: "), f"{args}: {done.err!r}"
    assert len(lines) == (2 if status == 2 else 1), f"{args}: {done.err!r}"
    for text in [says] if isinstance(says, str) else says:
        assert text in done.err, f"{args}: {text!r} is not in {done.err!r}"
    return done


def write(path, text):
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def files(folder):
    return sorted(path.name for path in folder.iterdir())


def rounded(x):
    return struct.unpack("f", struct.pack("f", x))[0]


def margins(rows):
    """Sums of leaves in binary32, in the order of the trees; what XGBoost's own predictor does."""
    learner = json.loads(pathlib.Path(MODEL).read_text())["learner"]
    names, out = learner["feature_names"], []
    for row in rows:
        total = rounded(base_margin(learner))
        for tree in learner["gradient_booster"]["model"]["trees"]:
            total = rounded(total + rounded(leaf(tree, names, row)))
        out.append(total)
    return out


def base_margin(learner):
    import math
    score = rounded(float(str(learner["learner_model_param"]["base_score"]).strip("[]")))
    return -rounded(math.log(rounded(rounded(1.0 / score) - 1.0))) if "logistic" in learner["objective"]["name"] else score


def leaf_index(tree, names, row):
    node = 0
    while tree["left_children"][node] != -1:
        text = row[names[tree["split_indices"][node]]]
        if text == "":
            left = tree["default_left"][node]
        else:
            left = rounded(float(text)) < rounded(tree["split_conditions"][node])
        node = tree["left_children" if left else "right_children"][node]
    return node


def leaf(tree, names, row):
    return tree["split_conditions"][leaf_index(tree, names, row)]


def ks(x, y):
    values = sorted(set(x) | set(y))
    x, y, best, i, j = sorted(x), sorted(y), 0.0, 0, 0
    for value in values:
        while i < len(x) and x[i] <= value:
            i += 1
        while j < len(y) and y[j] <= value:
            j += 1
        best = max(best, abs(i / len(x) - j / len(y)))
    return best


def table(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def numbers(path, name):
    return [float(row[name]) for row in table(path)]


@test
def help_on_each_level(folder):
    top = run("--help").out
    assert top == run("-h").out == run("help").out
    for command in COMMANDS:
        assert command in top
        assert f"mlops {command}" in run(*command.split(), "--help").out.splitlines()[0]
        own = run(*command.split(), "-h").out
        assert "Examples:\n  " in own and "--json" in own and "--help" in own
        assert all(len(line) <= 100 for line in own.splitlines())
    for group in ("model", "drift", "reference", "store"):
        assert f"{group} " in run(group, "--help").out
        assert "doctor" not in run(group, "--help").out.split("\n\n")[1]
    assert re.fullmatch(r"mlops \d+\.\d+\.\d+\n", run("--version").out)


@test
def help_is_the_documentation(folder):
    """Every option of --help stands in docs/cli.md, and every command."""
    text = (DATA.parents[1] / "docs/cli.md").read_text()
    for command in COMMANDS:
        assert f"`mlops {command}" in text
        for option in re.findall(r"--[a-z-]+", run(*command.split(), "--help").out.split("Options:")[1]):
            assert option in text, f"{option} of {command} is not documented"


@test
def wrong_usage(folder):
    assert "usage:" in run(status=2).err
    assert "model predict" in run("model", status=2).err
    for args, says in [
            (["nonsense"], "nonsense"), (["--nonsense"], "--nonsense"), (["model", "nonsense"], "model nonsense"),
            (["model", "describe"], "FILE is missing"), (["model", "predict", "a"], "TABLE is missing"),
            (["model", "predict"], "FILE TABLE is missing"), (["model", "describe", "a", "b"], "'b'"),
            (["model", "describe", "a", "--nonsense"], "--nonsense"), (["model", "describe", "a", "-x"], "-x"),
            (["model", "describe", "a", "--report", "b"], "--report"), (["doctor", "a"], "'a'"),
            (["doctor", "--json=1"], "takes no value"), (["drift", "compare", "a", "b", "--alpha"], "needs a value"),
            (["drift", "compare", "a", "b", "--alpha="], "needs a value"),
            (["drift", "compare", "a", "b", "--alpha", "x"], "'x'"),
            (["drift", "compare", "a", "b", "--alpha", "0.6"], "out of range"),
            (["drift", "compare", "a", "b", "--correction", "x"], "holm"),
            (["drift", "compare", "a", "b", "--alpha", "nan"], "nan"), (["drift", "compare", "-", "-"], "standard input"),
            (["drift", "watch", "-"], "REFERENCE is a file"), (["drift", "watch", "a", "--window", "10"], "out of range"), (["drift", "watch", "a", "--window", "99.5"], "99.5"),
            (["drift", "watch", "a", "--window", "1e3x"], "1e3x"),
            (["drift", "compare", "a", "b", "--csv-delimiter", ";;"], "one character"),
            (["drift", "compare", "a", "b", "--memory-max", "12x"], "256MiB"),
            (["drift", "compare", "a", "b", "--memory-max", "0"], "256MiB"),
            (["drift", "compare", "a", "-", "--memory-max", "1GiB"], "standard input"),
            (["drift", "compare", "a", "b", "--csv-skip-lines", "-1"], "out of range"),
            (["model", "predict", MODEL, LIVE, "--output", "shap"], "shap"),
            (["model", "predict", MODEL, LIVE, "--output", "leaf", "--output=leaf"], "--output is given twice"),
            (["reference", "new", TRAIN, "-o", "x", "--output", "y"], "--output is given twice"),
            (["doctor", "--json", "--json"], "--json is given twice"),
            (["data", "erase", "a", "--value", "name=a", "--value", "name=b"], "--value is given twice"),
            (["reference", "new", TRAIN], "-o FILE"), (["bundle", MODEL, "--name", "x"], "-o FILE")]:
        done = fails(*args, status=2, says=says)
        assert "--help'" in done.err


@test
def describe_a_model(folder):
    text = run("model", "describe", MODEL).out
    parsed = json.loads(run("model", "describe", MODEL, "--json").out)
    assert "xgboost" in text.lower() and isinstance(parsed, dict) and parsed
    assert "amount" in text and "amount" in json.dumps(parsed)
    for line in text.splitlines():
        assert re.match(r"\S+\s+\S", line), f"no name and value: {line!r}"


@test
def predict_margins(folder):
    rows = table(LIVE)
    out = run("model", "predict", MODEL, LIVE, "--output", "margin").out.splitlines()
    assert out[0] == "margin" and len(out) == len(rows) + 1
    for got, expected in zip(map(float, out[1:]), margins(rows)):
        assert got == expected, f"{got!r}, not {expected!r}"


@test
def predict_probabilities(folder):
    import math
    out = run("model", "predict", MODEL, LIVE).out.splitlines()
    assert out[0] == "prediction"
    for got, margin in zip(map(float, out[1:]), margins(table(LIVE))):
        assert abs(got - 1 / (1 + math.exp(-margin))) < 2e-7 and got == rounded(got)
        assert len(repr(got)) <= 24
    parsed = json.loads(run("model", "predict", MODEL, LIVE, "--json").out)
    assert parsed["output"] == "prediction" and parsed["width"] == 1
    assert [row[0] for row in parsed["rows"]] == list(map(float, out[1:]))


@test
def predict_leaves(folder):
    learner = json.loads(pathlib.Path(MODEL).read_text())["learner"]
    trees, names = learner["gradient_booster"]["model"]["trees"], learner["feature_names"]
    out = list(csv.reader(io.StringIO(run("model", "predict", MODEL, LIVE, "--output=leaf").out)))
    assert out[0] == [f"leaf_{i}" for i in range(len(trees))]
    for got, row in zip(out[1:], table(LIVE)):
        assert list(map(int, got)) == [leaf_index(tree, names, row) for tree in trees]


@test
def fairness_tells_groups_apart(folder):
    decided = folder / "decided.csv"
    decided.write_text("sex,region,score,repaid\n" + "F,n,0.9,1\nM,n,0.1,0\n" * 40 + "F,s,0.2,1\nM,s,0.8,\n" * 40)
    base = ("fairness", decided, "--by", "sex", "--prediction", "score")
    found = {line["measure"]: line for line in csv.DictReader(io.StringIO(run(*base, "--target", "repaid", "--csv").out))}
    assert float(found["demographic_parity_difference"]["value"]) == 0 and found["theil_index"]["value"]
    both = csv.DictReader(io.StringIO(run("fairness", decided, "--by", "sex,region", "--prediction", "score", "--groups",
                                          "--csv").out))
    assert {line["group"]: float(line["selection_rate"]) for line in both} == {"F,n": 1, "F,s": 0, "M,n": 0, "M,s": 1}
    low = map(json.loads, run(*base, "--threshold", 0.15, "--privileged", "M", "--json").out.splitlines())
    impact = [line for line in low if line["measure"] == "disparate_impact"]
    assert impact[0]["value"] == 2 and impact[0]["against"] == "M"
    assert "no group" in run(*base, "--privileged", "X", status=1).err
    text = "sex,score,w\nF,0.9,3\nF,0.1,1\nM,0.9,0\nM,0.1,0.5\n"
    weighted = run("fairness", "-", "--by", "sex", "--prediction", "score", "--weight", "w", "--groups", "--csv", stdin=text)
    assert [(line["group"], int(line["n"]), float(line["selection_rate"]), float(line["weight"]), float(line["n_effective"]))
            for line in csv.DictReader(io.StringIO(weighted.out))] == [("F", 2, .75, 4, 1.6), ("M", 1, 0, .5, 1)]
    assert "'age'" in run("fairness", decided, "--by", "age", "--prediction", "score", status=1).err
    assert "--by" in run("fairness", decided, status=2).err


@test
def a_threshold_of_0_is_one(folder):
    """And not taken for none."""
    text = "g,p\na,0.2\na,-1\nb,0.2\n"
    done = run("fairness", "-", "--by", "g", "--prediction", "p", "--threshold", 0, "--groups", "--csv", stdin=text)
    assert {line["group"]: float(line["selection_rate"]) for line in csv.DictReader(io.StringIO(done.out))} == {"a": 0.5, "b": 1}


@test
def performance_refuses(folder):
    path = write(folder / "p.csv", "s,y,q\n0.9,1,a\n0.2,0,b\n1.5,1,a\n")
    good, three = write(folder / "good.csv", "s,y\n0.9,1\n0.2,0\n"), write(folder / "three.csv", "a,b,y\n1,0,a\n0,1,c\n")
    base = ["performance", "measure", path, "--prediction", "s", "--target", "y"]
    for args, says in [
            (base, ["p.csv", "row 2"]), (base[:5] + ["--target", "z"], "no column 'z'"), (base + ["--by", "z"], "no column 'z'"),
            (base + ["--weight", "z"], "'z'"), (base[:3] + ["--prediction", "z", "--target", "y"], "no column 'z'"),
            (base[:3] + ["--prediction", "s,s", "--target", "y"], "--prediction"),
            (["performance", "measure", folder / "none.csv"] + base[3:], "none.csv"),
            (["performance", "measure", three, "--prediction", "a,b", "--target", "y"], ["'c'", "--classes", "row 1"]),
            (["performance", "estimate", good, path] + base[3:] + ["--calibration", "none"], "p.csv"),
            (["performance", "estimate", path, path] + base[3:] + ["--by", "w"], "'w'")]:
        fails(*args, says=says)
    for args, says in [
            (base[:5], "--target"), (base + ["--task", "ranking"], "--query"), (base + ["--query", "q"], "--task ranking"),
            (base + ["--task", "classes"], "each class"), (base + ["--task", "forecast"], "regression"),
            (base + ["--task", "regression", "--threshold", 0.5], "--threshold"), (base + ["--k", 3], "--k"),
            (base[:3] + ["--prediction", "s,y", "--target", "q", "--scale", "rank"], "--scale"),
            (base[:3] + ["--prediction", "s,y", "--target", "q", "--classes", "a"], "--classes"),
            (["performance", "estimate", good] + base[3:], "TABLE is missing"),
            (["performance", "estimate", "-", "-"] + base[3:], "not both"),
            (["performance", "estimate", good, path, "--prediction", "s"], "--target")]:
        fails(*args, status=2, says=says)


@test
def anomalies_refuse(folder):
    saved = folder / "a.anomaly"
    run("anomaly", "fit", TRAIN, "-o", saved, "--columns", "amount,hour")
    kept = saved.read_bytes()
    words, cut = write(folder / "words.csv", "a\nx\ny\n"), folder / "cut.anomaly"
    cut.write_bytes(kept[:-5])
    few = write(folder / "few.csv", "a\n1\n2\n")
    for args, says in [
            (["fit", words, "-o", folder / "x"], "no column of numbers"), (["fit", few, "-o", folder / "x"], ["few.csv", "rows"]),
            (["fit", TRAIN, "-o", folder / "x", "--columns", "nope"], "'nope'"),
            (["fit", words, "-o", folder / "x", "--columns", "a"], "words.csv"), (["fit", folder / "none", "-o", folder / "x"], "none"),
            (["score", saved, LIVE, "--columns", "amount"], "1 feature"), (["score", saved, words, "--columns", "amount,hour"], "'amount'"),
            (["score", cut, LIVE, "--columns", "amount,hour"], "damaged"), (["score", TRAIN, LIVE, "--rate", 1e-6], "rates of 1 in")]:
        fails("anomaly", *args, says=says)
    assert not (folder / "x").exists()
    for args, says in [
            (["fit", TRAIN], "-o FILE"), (["score", saved, LIVE], "--columns"), (["score", "-", "-"], "not both"),
            (["score", saved, LIVE, "--columns", "amount,hour", "--kind", "knn"], "--kind"), (["score", TRAIN, LIVE, "--rate", 1], "out of range")]:
        fails("anomaly", *args, status=2, says=says)


@test
def rows_as_a_whole_refuse(folder):
    two, words = write(folder / "two.csv", "a,b\n1,2\n"), write(folder / "words.csv", "a,b\nx,y\n")
    fails("drift", "multivariate", TRAIN, two, says=["two.csv", "'amount'"])
    fails("drift", "multivariate", TRAIN, LIVE, "--columns", "nope", says="'nope'")
    fails("drift", "multivariate", words, two, says="two.csv")
    fails("drift", "multivariate", TRAIN, folder / "none.csv", says="none.csv")
    fails("drift", "multivariate", "-", "-", status=2, says="not both")
    fails("drift", "multivariate", TRAIN, LIVE, "--method", "ks", status=2, says="classify")
    assert run("drift", "multivariate", two, two, "--json", status=4).out.startswith('{"test":"mmd","verdict":"not enough data"')


@test
def rows_as_a_whole_have_a_report(folder):
    base = ("drift", "multivariate", TRAIN, LIVE, "--ignore", "fraud", "--report")
    shown = json.loads(run(*base, folder / "r.json", "--alpha", 0.02, "--json", status=None).out)
    told = json.loads((folder / "r.json").read_text())
    assert {"mmd", "pca", "classify"} < set(told) and told["mmd"]["effect"] == shown["effect"]
    shown = json.loads(run(*base, folder / "r.json", "--method", "classify", "--tolerance", 0.7, "--json", status=None).out)
    told = json.loads((folder / "r.json").read_text())
    assert "mmd" not in told and told["classify"]["features"] == shown["features"] and told["classify"]["tolerance"] == 0.7
    run(*base, folder / "r.html", status=None)
    assert (folder / "r.html").read_text().startswith("<!DOCTYPE html>")
    fails(*base, folder / "none/r.html", says="r.html")


@test
def importance_is_of_what_the_model_uses(folder):
    held = folder / "held.csv"
    rows = list(csv.DictReader(open(TRAIN, newline="")))
    names = list(rows[0])
    with open(held, "w", newline="") as file:
        out = csv.writer(file)
        out.writerow(names + ["label"])
        due = margins(table(TRAIN))
        out.writerows([row[n] for n in names] + [int(margin > 0)] for row, margin in zip(rows, due))
    base = ("model", "importance", MODEL, held, "--target", "label", "--metric", "auc")
    found = list(csv.DictReader(io.StringIO(run(*base, "--csv").out)))
    assert {float(line["score"]) for line in found} == {1.0} and all(float(line["importance"]) >= 0 for line in found)
    assert any(float(line["importance"]) > 0.01 for line in found)
    assert run(*base, "--seed", 1, "--csv").out != run(*base, "--csv").out == run(*base, "--csv").out
    assert "gini" in run("model", "importance", MODEL, held, "--target", "label", "--metric", "gini", status=1).err
    assert "no column other" in run("model", "importance", MODEL, held, "--target", "other", "--metric", "auc", status=1).err
    assert "--target" in run("model", "importance", MODEL, held, status=2).err


@test
def explain_sums_up_to_margins(folder):
    due = margins(table(LIVE))
    for extra in ([], ["--background", TRAIN], ["--output", "approximate"]):
        out = list(csv.reader(io.StringIO(run("model", "explain", MODEL, LIVE, *extra).out)))
        assert out[0][0] == "amount" and out[0][-1] == "bias" and len(out) == len(due) + 1
        assert all(abs(sum(map(float, row)) - margin) < 1e-5 for row, margin in zip(out[1:], due))
    bundle = folder / "fraud.bundle"
    run("bundle", MODEL, "-o", bundle)
    assert run("model", "explain", bundle, LIVE).out == run("model", "explain", MODEL, LIVE).out
    parts = json.loads(run("model", "explain", MODEL, LIVE, "--json").out)["rows"]
    pairs = list(csv.DictReader(io.StringIO(run("model", "explain", MODEL, LIVE, "--output", "interactions").out)))
    names = out[0]
    assert [(line["row"], line["feature"]) for line in pairs[:len(names)]] == [("0", name) for name in names]
    for i, line in enumerate(pairs[:2 * len(names)]):
        assert abs(sum(float(line[name]) for name in names) - parts[i // len(names)][i % len(names)]) < 1e-9


@test
def predict_any_layout(folder):
    expected = run("model", "predict", MODEL, LIVE).out
    text = pathlib.Path(LIVE).read_text()
    names, body = text.split("\n", 1)
    assert run("model", "predict", MODEL, "-", stdin=text).out == expected
    other = write(folder / "other.csv", "a note\nand another\n" + text.replace(",", ";"))
    layout = ["--csv-skip-lines", 2, "--csv-delimiter", ";"]
    assert run("model", "predict", MODEL, other, *layout).out == expected
    tabs = write(folder / "tabs.csv", text.replace(",", "\t"))
    assert run("model", "predict", MODEL, tabs, "--csv-delimiter=tab").out == expected
    renamed = write(folder / "renamed.csv", ",".join(f"x{i}" for i in range(31)) + "\n" + body)
    assert run("model", "predict", MODEL, renamed, "--csv-names", names).out == expected
    columns = ",".join(f"x{i}" for i in range(30))
    assert run("model", "predict", MODEL, renamed, "--columns", columns).out == expected
    bare = write(folder / "bare.csv", body)
    assert run("model", "predict", MODEL, bare, "--csv-no-header", "--csv-names", names).out == expected


@test
def predict_refuses(folder):
    lines = pathlib.Path(LIVE).read_text().splitlines()
    fails("model", "predict", folder / "none.json", LIVE, says="none.json")
    fails("model", "predict", MODEL, folder / "none.csv", says="none.csv")
    fails("model", "predict", MODEL, write(folder / "empty.csv", ""), says=["empty.csv", "empty"])
    fails("model", "predict", MODEL, "-", says=["standard input", "empty"])
    ragged = write(folder / "ragged.csv", "\n".join(lines[:4] + [lines[4] + ",1"] + lines[5:]) + "\n")
    fails("model", "predict", MODEL, ragged, says=["ragged.csv", "line 5"])
    short = write(folder / "short.csv", "\n".join(lines[:7] + [lines[7].rsplit(",", 1)[0]]) + "\n")
    fails("model", "predict", MODEL, short, says=["short.csv", "line 8"])
    lacking = write(folder / "lacking.csv", "hour,fraud\n1,2\n")
    fails("model", "predict", MODEL, lacking, says=["lacking.csv", "amount"])
    columns = lines[0].replace("hour", "nonsense").replace(",fraud", "")
    fails("model", "predict", MODEL, LIVE, "--columns", columns, says="nonsense")
    fails("model", "predict", MODEL, LIVE, "--columns", "amount,hour", says="30")
    words = write(folder / "words.csv", lines[0] + "\nmany," + lines[1].split(",", 1)[1] + "\n")
    fails("model", "predict", MODEL, words, says="amount")
    fails("model", "predict", LIVE, LIVE, says="live.csv")
    fails("model", "predict", folder, LIVE, says=folder.name)
    bad = write(folder / "bad.csv", b"amount\n\xff\n")
    fails("model", "predict", MODEL, bad, says="bad.csv")


@test
def models_that_are_none(folder):
    whole = pathlib.Path(MODEL).read_bytes()
    for name, content in [("cut.json", whole[:5000]), ("empty.json", b""), ("other.json", b'{"a": 1}'),
                          ("list.json", b"[1, 2, 3]"), ("text.json", b"hello\n"), ("zero.json", bytes(1000))]:
        path = write(folder / name, content)
        fails("model", "describe", path, says=name)
        fails("bundle", path, "-o", folder / "out.bundle", says=name)
    assert "out.bundle" not in files(folder)


@test
def bundle_and_back(folder):
    path = folder / "fraud.bundle"
    metadata = '{"owner": "risk", "n": [1, 2]}'
    made = run("bundle", MODEL, "-o", path, "--name", "fraud \u00e4", "--version", "7", "--reference", TRAIN,
               "--ignore", "fraud", "--metadata", metadata, "--json")
    parsed = json.loads(made.out)
    assert parsed["name"] == "fraud \u00e4" and parsed["version"] == "7" and parsed["metadata"] == json.loads(metadata)
    assert parsed["n_features"] == 30 and parsed["reference"] == {"n_rows": 600, "n_columns": 30}
    assert re.fullmatch("[0-9a-f]{64}", parsed["id"])
    assert run("bundle", path, "--json").out == made.out
    assert parsed["id"] in run("bundle", path).out and "risk" in run("bundle", path).out
    assert run("model", "predict", path, LIVE).out == run("model", "predict", MODEL, LIVE).out
    json.loads(run("model", "describe", path, "--json").out)
    assert "30 columns" in run("reference", "describe", path).out
    first = path.read_bytes()
    run("bundle", MODEL, "--output", path, "--name", "fraud \u00e4", "--version", "7", "--reference", TRAIN,
        "--ignore", "fraud", "--metadata", metadata)
    assert path.read_bytes() == first, "equal content, other bytes"
    run("bundle", MODEL, "-o", path)
    assert json.loads(run("bundle", path, "--json").out)["reference"] is None
    assert files(folder) == ["fraud.bundle"]


@test
def bundle_refuses(folder):
    path = folder / "out.bundle"
    fails("bundle", MODEL, "-o", path, "--metadata", "{nonsense", says="metadata")
    fails("bundle", MODEL, "-o", path, "--metadata", "[1]", says="metadata")
    fails("bundle", MODEL, "-o", path, "--name", "x" * 256, says="255")
    fails("bundle", MODEL, "-o", path, "--reference", folder / "none.csv", says="none.csv")
    fails("bundle", MODEL, "-o", path, "--reference", TRAIN, "--ignore", "nonsense", says="nonsense")
    fails("bundle", MODEL, "-o", folder / "none/out.bundle", says="out.bundle")
    fails("bundle", MODEL, "-o", "/dev/full", says="/dev/full")
    fails("bundle", MODEL, "-o", folder, says=folder.name)
    fails("bundle", MODEL, says="fraud.json")
    assert files(folder) == []
    run("bundle", MODEL, "-o", path, "--reference", TRAIN)
    whole = path.read_bytes()
    for at in (5, 20, len(whole) // 2, len(whole) - 1):
        damaged = bytearray(whole)
        damaged[at] ^= 4
        fails("bundle", write(folder / "damaged.bundle", bytes(damaged)), says="damaged.bundle")
    fails("bundle", write(folder / "cut.bundle", whole[:-1]), says="cut.bundle")


@test
def bundle_of_what_is_none(folder):
    """Without -o a bundle is due; of a model one is made with it."""
    for path in (MODEL, TRAIN, write(folder / "empty", "")):
        fails("bundle", path, says=f"{path}: not a bundle; to make one of a model give -o FILE")
    fails("bundle", folder / "none", says="no such file")
    run("reference", "new", TRAIN, "-o", folder / "r")
    assert "-o FILE" not in fails("bundle", folder / "r", says=("saved reference", "bundle")).err


@test
def messages_name_the_file(folder):
    """The file is told even where its name is a word of the message, and told once."""
    for name, text, says in [("empty", "", "the text is empty"), ("line", "a,b\n1\n", "line 2 has 1 field"),
                             ("a", "a,b\n1\n", "line 2 has 1 field"), ("column", "a\n1\n", "no column 'hour'")]:
        write(folder / name, text)
        err = fails("drift", "compare", name if text != "a\n1\n" else TRAIN, name, "--columns", "hour", says=says,
                    cwd=folder).err
        assert re.match(f"mlops: ('{name}'|{name}): ", err) and err.count(f"{name}: {name}") == 0, err
    for name in ("file", "it", "no such", "none.csv"):
        err = fails("drift", "compare", name, name, says=f"'{name}'", cwd=folder).err
        assert err.startswith("mlops: cannot open"), err


@test
def messages_name_options(folder):
    """As they are written here, and not as the library calls them; names of the user stay."""
    bundle = folder / "fraud.bundle"
    run("bundle", MODEL, "-o", bundle)
    remedy = "write it with --reference of 'mlops bundle'"
    live = pathlib.Path(LIVE).read_bytes()
    fails("drift", "compare", bundle, LIVE, says=["fraud.bundle", remedy])
    fails("drift", "watch", bundle, stdin=live, says=remedy)
    fails("reference", "describe", bundle, says=remedy)
    two, one = write(folder / "two.csv", "a,b\n1,2\n"), write(folder / "one.csv", "a\n1\n")
    fails("drift", "compare", two, one, says="'b'")
    for args, says in [
            (["drift", "compare", two, one], "or name it in --ignore\n"),
            (["drift", "compare", two, one, "--ignore", "x"], ": --ignore names 'x'"),
            (["drift", "compare", two, one, "--columns", "x"], ": --columns names 'x'"),
            (["reference", "new", two, "-o", folder / "r", "--ignore", "x"], ": --ignore names 'x'"),
            (["drift", "compare", two, one, "--csv-delimiter", '"'], ": --csv-delimiter must be one"),
            (["drift", "compare", two, one, "--csv-types", "a=text"], ": --csv-types: 'a=text'"),
            (["drift", "detect", two, "--column", "a", "--kind", "ewma", "--delta", 1], ": --delta must be 0"),
            (["drift", "watch", two, "--alpha", 0.1, "--false-alarm", "1d"], ": --false-alarm takes the place of --alpha;"),
            (["data", "list", folder / "none"], "nothing is there; 'mlops init' makes one\n"),
            (["drift", "compare", two, one, "--csv-skip-lines", "9"], "--csv-skip-lines is 9"),
            (["drift", "compare", write(folder / "x.csv", ",b\n1,2\n"), one], "or give --csv-names for all"),
            (["model", "predict", MODEL, LIVE, "--columns", "amount"], ": --columns names 1 column")]:
        done = fails(*args, says=says)
        assert "opts" not in done.err and "MLOPS_" not in done.err, done.err
    for name in ("mlops_drift_opts.ignore", "the model's option 'ignore'", "names for all", "opts.reference"):
        path = write(folder / "names.csv", f"a,{name}\n1,2\n")
        fails("drift", "compare", path, one, says=[f"no column '{name}'", "name it in --ignore"])


@test
def pipes_by_name(folder):
    """A pipe is told with what would be right: - where a table is read, a regular file elsewhere."""
    os.mkfifo(folder / "pipe")
    pipe = folder / "pipe"
    hint = "name a regular file, or give - for standard input"
    for args in (["model", "predict", MODEL, pipe], ["drift", "compare", TRAIN, pipe],
                 ["drift", "compare", pipe, LIVE], ["reference", "new", pipe, "-o", folder / "r"]):
        fails(*args, says=["pipe", hint])
    for args in (["model", "predict", pipe, LIVE], ["bundle", pipe], ["reference", "describe", pipe],
                 ["bundle", MODEL, "-o", folder / "b", "--reference", pipe], ["drift", "watch", pipe]):
        done = fails(*args, says="name a regular file")
        assert "standard input" not in done.err, done.err
    assert files(folder) == ["pipe"]


@test
def compare_tables(folder):
    done = run("drift", "compare", TRAIN, LIVE, "--json", status=3)
    columns = {column["name"]: column for column in json.loads(done.out)["columns"]}
    assert list(columns) == list(table(TRAIN)[0])
    amount = columns["amount"]
    expected = ks(numbers(TRAIN, "amount"), numbers(LIVE, "amount"))
    assert abs(amount["ks"] - expected) < 1e-12
    text = run("drift", "compare", TRAIN, LIVE, status=3).out
    lines = text.splitlines()
    drifted = [name for name, column in columns.items() if column["verdict"] == "yes"]
    where = lines[len(columns) + 2:-2]
    assert where == [f"{name}: {columns[name]['where']}" for name in drifted]
    assert amount["where"].startswith("more at ") and len(lines) == len(columns) + len(where) + 4
    lines = lines[:len(columns) + 1] + lines[-2:]
    assert lines[0].startswith("COLUMN")
    assert "\033" not in text
    assert drifted and f"drift: {len(drifted)} of {len(columns)} columns drifted" == lines[-1]
    for line in lines[1:-2]:
        name = line.split()[0]
        assert ("no drift" not in line and "not enough" not in line) == (name in drifted), line
    assert {len(line) for line in lines[:-2]} == {len(lines[0])}, "a crooked table"


@test
def compare_the_same(folder):
    assert run("drift", "compare", TRAIN, TRAIN).out.splitlines()[-1].startswith("no drift: 0 of 31")
    assert run("drift", "compare", "-", TRAIN, stdin=pathlib.Path(TRAIN).read_bytes()).returncode == 0
    assert run("drift", "compare", TRAIN, "-", stdin=pathlib.Path(TRAIN).read_bytes()).returncode == 0


@test
def compare_too_few(folder):
    few = write(folder / "few.csv", "".join(pathlib.Path(LIVE).read_text().splitlines(True)[:20]))
    assert "not enough data" in run("drift", "compare", TRAIN, few, status=4).out


@test
def compare_choices(folder):
    def names(*options, status):
        done = run("drift", "compare", TRAIN, LIVE, "--json", *options, status=status)
        return [column["name"] for column in json.loads(done.out)["columns"]]
    assert names("--columns", "hour,amount", status=3) == ["amount", "hour"]
    assert "fraud" not in names("--ignore", "fraud,hour", status=3)
    done = run("drift", "compare", TRAIN, LIVE, "--json", "--correction", "by", status=3)
    assert json.loads(done.out)["correction"] == "by"
    fails("drift", "compare", TRAIN, LIVE, "--columns", "nonsense", says="nonsense")
    fails("drift", "compare", TRAIN, LIVE, "--ignore", "amount,nonsense", says="nonsense")


@test
def compare_in_passes(folder):
    whole = run("drift", "compare", TRAIN, LIVE, "--json", status=3).out
    for size in ("700KiB", "1GiB", "1000000"):
        assert run("drift", "compare", TRAIN, LIVE, "--json", "--memory-max", size, status=3).out == whole
    run("reference", "new", TRAIN, "-o", folder / "train.reference")
    kept = run("drift", "compare", folder / "train.reference", LIVE, "--json", status=3).out
    assert run("drift", "compare", folder / "train.reference", LIVE, "--json", "--memory-max", "1MiB", status=3).out == kept
    terminal, end = pty.openpty()  # is told how far it is
    subprocess.run([MLOPS, "drift", "compare", TRAIN, LIVE, "--ignore", "fraud", "--memory-max", "1MiB"], stdout=subprocess.DEVNULL, stderr=end)
    told = os.read(terminal, 65536).decode().replace("\n", "").split("\r")
    n = len(json.loads(whole)["columns"]) - 1
    assert [line for line in told if line] == [f"{i} of {n} columns" for i in range(n + 1)], told
    os.close(end), os.close(terminal)
    fails("drift", "compare", TRAIN, LIVE, "--memory-max", "450KiB", says=("'amount'", "--memory-max is 460800"))
    fails("drift", "compare", TRAIN, folder / "none", "--memory-max", "1GiB", says="none")
    pipe = folder / "pipe"
    os.mkfifo(pipe)
    for pair in ((pipe, LIVE), (TRAIN, pipe)):
        fails("drift", "compare", *pair, "--memory-max", "1GiB", says="regular file")


@test
def compare_a_saved_reference(folder):
    path = folder / "train.reference"
    made = run("reference", "new", TRAIN, "-o", path, "--ignore", "fraud")
    assert made.out.startswith("600 rows, 30 columns, quantiles of numbers, ")
    assert made.out == run("reference", "describe", path).out
    described = json.loads(run("reference", "describe", path, "--json").out)
    assert described["n_rows"] == 600 and described["columns"][0] == {"name": "amount", "type": "float64"}
    done = run("drift", "compare", path, LIVE, "--json", status=3)
    columns = json.loads(done.out)["columns"]
    assert [column["name"] for column in columns] == [column["name"] for column in described["columns"]]
    bundle = folder / "fraud.bundle"
    run("bundle", MODEL, "-o", bundle, "--reference", path)
    assert run("drift", "compare", bundle, LIVE, "--json", status=3).out == done.out
    assert not described["exact"] and described["size"] > 30 * 255 * 12
    told = run("reference", "new", TRAIN, "-o", path, "--ignore", "fraud", "--exact").out
    assert told.startswith("600 rows, 30 columns, every value of numbers, ")
    assert json.loads(run("reference", "describe", path, "--json").out)["exact"]
    exact = run("drift", "compare", path, LIVE, "--json", status=3).out
    assert exact == run("drift", "compare", TRAIN, LIVE, "--ignore", "fraud", "--json", status=3).out != done.out
    run("bundle", MODEL, "-o", bundle)
    fails("drift", "compare", bundle, LIVE, says="fraud.bundle")
    texts = write(folder / "texts.csv", "s\n" + "".join(f"the parcel {i} came back late\n" for i in range(99)))
    run("reference", "new", texts, "-o", path, "--texts", "--exact")
    assert "s.words" in run("reference", "describe", path).out
    other = folder / "passes.reference"
    run("reference", "new", texts, "-o", other, "--texts", "--exact", "--memory-max", "2MiB")
    assert other.read_bytes() == path.read_bytes()
    fails("reference", "new", "-", "-o", other, "--memory-max", "2MiB", status=2, says="standard input")
    fails("reference", "new", TRAIN, "-o", other, "--memory-max", "9KiB", says=["9216", "memory-max"])
    kept = run("drift", "compare", path, texts, status=4)  # so few rows
    assert "s.words" in kept.out and kept.out == run("drift", "compare", texts, texts, status=4).out


@test
def compare_reports(folder):
    page, data = folder / "drift.html", folder / "drift.json"
    printed = run("drift", "compare", TRAIN, LIVE, "--report", page, status=3).out
    text = page.read_text()
    assert text.startswith("<!DOCTYPE html>") and text.rstrip().endswith("</html>") and "amount" in text
    assert printed.endswith("columns drifted\n")
    done = run("drift", "compare", TRAIN, LIVE, "--report", data, "--json", status=3)
    assert json.loads(data.read_text()) == json.loads(done.out)
    assert files(folder) == ["drift.html", "drift.json"]
    fails("drift", "compare", TRAIN, LIVE, "--report", folder / "none/a.html", says="a.html")
    fails("drift", "compare", TRAIN, LIVE, "--report", "/dev/full", says="/dev/full")
    fails("drift", "compare", TRAIN, LIVE, "--report", folder, says=folder.name)
    assert files(folder) == ["drift.html", "drift.json"]


@test
def compare_refuses(folder):
    fails("drift", "compare", folder / "none.csv", LIVE, says="none.csv")
    fails("drift", "compare", TRAIN, folder / "none.csv", says="none.csv")
    empty = write(folder / "empty.csv", "")
    fails("drift", "compare", TRAIN, empty, says="empty.csv")
    fails("drift", "compare", empty, LIVE, says="empty.csv")
    other = write(folder / "other.csv", "a,b\n1,2\n")
    fails("drift", "compare", TRAIN, other, says=["other.csv", "amount"])
    words = write(folder / "words.csv", pathlib.Path(LIVE).read_text().replace("\n", "\nx", 1))
    fails("drift", "compare", TRAIN, words, says="amount")
    fails("drift", "compare", TRAIN, write(folder / "two.csv", "a,a\n1,2\n"), says=["two.csv", "a"])
    whole = write(folder / "x.reference", b"")
    run("reference", "new", TRAIN, "-o", whole)
    cut = write(folder / "cut.reference", whole.read_bytes()[:-7])
    fails("drift", "compare", cut, LIVE, says="cut.reference")
    fails("reference", "describe", cut, says="cut.reference")
    fails("reference", "new", empty, "-o", folder / "y.reference", says="empty.csv")
    fails("reference", "new", TRAIN, "-o", "/dev/full", says="/dev/full")
    assert "y.reference" not in files(folder)


@test
def hostile_names(folder):
    rows = "".join(f"{i},{i % 7}\n" for i in range(5000))
    path = write(folder / "hostile.csv", '"\x1b[31m<b>\u00e4""","' + "long" * 30 + '"\n' + rows)
    text = run("drift", "compare", path, path).out
    assert "\x1b" not in text and "?[31m<b>\u00e4\"" in text and "\u2026" in text
    names = [column["name"] for column in json.loads(run("drift", "compare", path, path, "--json").out)["columns"]]
    assert names == ['\x1b[31m<b>\u00e4"', "long" * 30]
    run("drift", "compare", path, path, "--report", folder / "r.html")
    assert "<b>" not in (folder / "r.html").read_text()
    run("reference", "new", path, "-o", folder / "h.reference")
    described = json.loads(run("reference", "describe", folder / "h.reference", "--json").out)
    assert [column["name"] for column in described["columns"]] == names


@test
def watch_windows(folder):
    live = pathlib.Path(LIVE).read_bytes()
    metrics = folder / "drift.prom"
    done = run("drift", "watch", TRAIN, "--window", 200, "--metrics", metrics, stdin=live, status=3)
    lines = done.out.splitlines()
    assert [line.split(":")[0] for line in lines] == ["window 1", "window 2", "window 3"]
    assert "not enough data" in lines[0] and "hour (nulls " in lines[1] and "amount (ks " in lines[2]
    done = run("drift", "watch", TRAIN, "--window", 200, "--json", stdin=live, status=3)
    windows = [json.loads(line) for line in done.out.splitlines()]
    assert [window["window"] for window in windows] == [1, 2, 3]
    expected = ks(numbers(TRAIN, "amount"), numbers(LIVE, "amount")[400:])
    amount = next(column for column in windows[2]["drifted"] if column["name"] == "amount")
    assert abs(amount["effect"] - expected) < 0.01
    assert [window["verdict"] for window in windows] == ["not enough data", "yes", "yes"]
    assert windows[2]["n_columns"] == 31 and windows[2]["n_drifted"] == len(windows[2]["drifted"])
    assert re.search(r"(?m)^mlops_\w+(\{[^}]*\})? [-+.\deNa]+$", metrics.read_text())
    assert files(folder) == ["drift.prom"]


@test
def detecting_in_a_column(dir):
    rows = [0, 1] * 200 + [8, 9] * 200
    table = "x,name,wrong\n" + "".join(f"{x},n,{x // 8}\n" for x in rows)
    done = run("drift", "detect", "-", "--column", "x", "--kind", "cusum", status=3, stdin=table)
    assert done.out.split() == ["ROW", "SIGNAL", "400", "change"], done.out
    done = run("drift", "detect", "-", "--column", "wrong", "--kind", "ddm", "--json", status=3, stdin=table)
    told = [json.loads(line) for line in done.out.splitlines()]
    assert told[0] == {"row": 400, "signal": "change"}, told
    assert run("drift", "detect", "-", "--column", "x", "--threshold", "1e6", "--kind", "cusum", stdin=table).out == ""
    fails("drift", "detect", "-", "--column", "y", stdin=table, says=["'y'"])
    fails("drift", "detect", "-", "--column", "name", stdin=table, says=["name"])
    fails("drift", "detect", "-", "--column", "x", "--kind", "stepd", stdin=table, says=["values[400]", "0 or 1"])
    fails("drift", "detect", "-", "--column", "x", "--kind", "shewhart", "--delta", "0.1", stdin=table, says=["delta"])
    run("drift", "detect", "-", status=2, stdin=table)


@test
def watch_without_drift(folder):
    train = pathlib.Path(TRAIN).read_bytes()
    done = run("drift", "watch", TRAIN, "--window", 600, stdin=train)
    assert done.out.startswith("window 1: no drift, 0 of 31 columns\n")
    done = run("drift", "watch", TRAIN, stdin=train, status=4)
    assert done.out == "" and "600 rows came" in done.err
    done = run("drift", "watch", TRAIN, stdin=train.splitlines(True)[0], status=4)
    assert "0 rows came" in done.err


@test
def watch_as_it_arrives(folder):
    """A line comes out as soon as its window is complete, while the input is open."""
    lines = pathlib.Path(LIVE).read_bytes().splitlines(True)
    with subprocess.Popen([MLOPS, "drift", "watch", TRAIN, "--window", "100"], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE) as process:
        process.stdin.write(b"".join(lines[:60]))
        process.stdin.flush()
        time.sleep(0.1)
        process.stdin.write(b"".join(lines[60:100]) + lines[100][:-9])
        process.stdin.flush()
        ready, _, _ = select.select([process.stdout], [], [], 0.3)
        assert not ready, "a verdict before the window is complete"
        process.stdin.write(lines[100][-9:])
        process.stdin.flush()
        ready, _, _ = select.select([process.stdout], [], [], 60)
        assert ready and process.stdout.readline().startswith(b"window 1: ")
        process.stdin.close()
        assert process.wait(60) == 4


@test
def a_branch_moves_while_input_is_read(folder):
    """What was read is not there any more: nothing is committed in its place."""
    store = folder / "moves.mlops"
    run("init", store)
    run("data", "commit", store, "tx", LIVE, "--as", "first.csv")
    for how in ["--file"], []:
        with subprocess.Popen([MLOPS, "data", "commit", str(store), "tx", "-", "--as", "piped.csv", *how],
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            process.stdin.write(b"a,b\n" + b"1,2\n" * 500000)  # more than a pipe holds: the draft is begun
            process.stdin.flush()
            run("data", "commit", store, "tx", TRAIN, "--as", "other.csv", "--message", str(how))
            out, err = process.communicate(timeout=60)
        assert process.returncode == 1 and not out and b"while standard input was read" in err, (out, err)
    assert "piped" not in run("data", "entries", store, "tx").out
    run("data", "commit", store, "tx", "-", "--as", "piped.csv", stdin=b"a\n1\n")
    assert "piped" in run("data", "entries", store, "tx").out


@test
def watch_text_columns(folder):
    """A column of the reference that is text stays text where a block of it holds only digits."""
    rows = [(str(i % 5) if i % 50 else "none", f"{i % 11}.5", '"a\nb"' if i % 2 else '"x,""y"""') for i in range(600)]
    text = "code,size,note\n" + "".join(",".join(row) + "\n" for row in rows)
    reference = write(folder / "text.csv", text)
    types = json.loads(run("reference", "describe", reference, "--json").out)["columns"]
    assert [column["type"] for column in types] == ["string", "float64", "string"]
    digits = "code,size,note\n" + "".join(",".join(row) + "\r\n" for row in rows if row[0] != "none")
    done = run("drift", "watch", reference, "--window", 500, stdin=digits)
    assert done.out.startswith("window 1: no drift, 0 of 3 columns")
    shifted = digits.replace("4,", "new,").replace("3,", "NA,")
    assert "code (" in run("drift", "watch", reference, "--window", 500, stdin=shifted, status=3).out


@test
def watch_layouts(folder):
    text = pathlib.Path(LIVE).read_text()
    names, body = text.split("\n", 1)
    expected = run("drift", "watch", TRAIN, "--window", 150, stdin=text, status=3).out
    run("reference", "new", TRAIN, "-o", folder / "r")
    expected = run("drift", "watch", folder / "r", "--window", 150, stdin=text, status=3).out
    def watch(stdin, *layout):
        return run("drift", "watch", folder / "r", "--window", 150, *layout, stdin=stdin, status=3).out
    assert watch("a \"note\n\n" + text.replace(",", "\t"), "--csv-skip-lines", 2, "--csv-delimiter", "tab") == expected
    assert watch(body, "--csv-no-header", "--csv-names", names) == expected
    assert watch("x" + ",x" * 30 + "\n" + body, "--csv-names", names) == expected
    assert watch(text.rstrip("\n")) == expected
    assert watch(text.replace("\n", "\r\n")) == expected


@test
def watch_refuses(folder):
    lines = pathlib.Path(LIVE).read_text().splitlines(True)
    fails("drift", "watch", folder / "none.csv", says="none.csv")
    fails("drift", "watch", TRAIN, says=["standard input", "empty"])
    fails("drift", "watch", TRAIN, stdin="a,a\n1,2\n", says=["standard input", "a"])
    fails("drift", "watch", TRAIN, stdin="amount,hour\n1,2\n", says="standard input")
    ragged = lines[:333] + ["1,2,3\n"] + lines[333:]
    done = run("drift", "watch", TRAIN, "--window", 100, stdin="".join(ragged), status=1)
    assert done.out.count("\n") == 3 and "standard input" in done.err and "line 334 " in done.err, done.err
    words = lines[:250] + ["x" + lines[250]] + lines[251:]
    done = run("drift", "watch", TRAIN, "--window", 100, stdin="".join(words), status=1)
    assert done.out.count("\n") == 2 and "amount" in done.err, done.err
    done = run("drift", "watch", TRAIN, "--window", 100, "--metrics", folder / "none/x", stdin="".join(lines), status=1)
    assert "none/x" in done.err
    done = run("drift", "watch", TRAIN, "--window", 100, "--metrics", "/dev/full", stdin="".join(lines), status=1)
    assert "/dev/full" in done.err and os.path.exists("/dev/full")
    assert files(folder) == []


@test
def doctor(folder):
    text = run("doctor").out
    assert "version" in text and "page size" in text and "BAD" not in text
    parsed = json.loads(run("doctor", "--json").out)
    assert parsed["ok"] is True and all(finding["ok"] for finding in parsed["findings"])
    found = {finding["name"]: finding["text"] for finding in parsed["findings"]}
    assert found["page size"] == str(os.sysconf("SC_PAGE_SIZE"))
    capped = run("doctor", env={**os.environ, "MLOPS_CPU": "scalar"}).out
    assert "scalar" in capped and "MLOPS_CPU=scalar" in capped
    bad = run("doctor", "--json", status=1, env={**os.environ, "TMPDIR": str(folder / "none")})
    assert json.loads(bad.out)["ok"] is False


@test
def stores(folder):
    store, copy, file = folder / "a.mlops", folder / "b.mlops", folder / "a.export"
    run("init", store)
    made = json.loads(run("store", "stats", store, "--json").out)
    assert made["commits"] == 0 and made["journal_bytes"] > 0
    run("init", store)  # as it is
    run("store", "export", store, file)
    assert json.loads(run("store", "import", copy, file, "--json").out)["state"] == made["state"]
    assert json.loads(run("store", "check", copy, "--json").out)["faults"] == []
    assert "0 damaged places" in run("store", "check", copy).out
    assert made["online_bytes"] == 0
    fails("store", "import", copy, file, says=["b.mlops", "already"])
    fails("store", "check", folder / "none", says=["none", "no store"])
    fails("store", "stats", folder, says="no store")
    fails("init", folder, says=["not empty", "name another directory"])
    fails("store", "export", store, folder / "none/x", says="none/x")
    within = folder / "link"
    within.symlink_to(store)
    for path in (store / "x", store / "index/x", within / "x"):
        fails("store", "export", store, path, says=[str(path), "inside the store", "a.mlops"])
    fails("store", "export", ".", "x", says="inside the store", cwd=store)
    assert not list(store.rglob("x"))
    run("store", "export", "a.mlops", "a.mlops.export", cwd=folder)  # beside, though the name begins alike
    whole, third = file.read_bytes(), folder / "c.mlops"
    file.write_bytes(whole[:100])
    assert "another try" not in fails("store", "import", third, file, says=["a.export", "cut short"]).err or third.exists()
    run("data", "commit", store, "tx", TRAIN)
    run("store", "export", store, file)
    whole = file.read_bytes()
    file.write_bytes(whole[:-9])
    fails("store", "import", third, file, says=["a.export", "cut short", "c.mlops' can be used for another try"])
    assert "another try" not in fails("store", "import", copy, file, says="already").err
    file.write_bytes(whole)
    assert json.loads(run("store", "import", third, file, "--json").out)["commits"] == 1


@test
def garbage(folder):
    store = folder / "a.mlops"
    run("init", store)
    assert "live_bytes" not in json.loads(run("store", "stats", store, "--json").out)
    run("data", "commit", store, "tx", TRAIN)
    run("data", "branch", store, "tx", "side")
    other = write(folder / "other.csv", "a,b\n" + "".join(f"{i},{i * i % 977}\n" for i in range(3000)))
    run("data", "commit", store, "tx", other, "--branch", "side")
    kept = run("data", "table", store, "tx").out
    run("data", "drop", store, "tx", "side")
    before = json.loads(run("store", "stats", store, "--json").out)

    def collect(*args):
        return json.loads(run("gc", store, *args, "--json").out)
    assert collect("--keep", "30d")["dropped_objects"] == 0
    found = collect("--dry-run", "--keep", "0s")
    assert (found["dead_commits"], found["dropped_commits"], found["deleted"]) == (1, 0, 0) and found["dead_objects"] > 0
    seen = json.loads(run("store", "stats", store, "--json").out)
    assert (seen["commits"], seen["objects"]) == (before["commits"], before["objects"])
    assert (seen["live_bytes"], seen["garbage_bytes"]) == (found["live_bytes"], found["garbage_bytes"])
    assert seen["garbage_bytes"] > 5000 and seen["compression_ratio"] > 1 and seen["dedup_ratio"] > 0
    done = collect("--keep", "0s", "--min-live", "1")
    assert (done["dropped_commits"], done["dropped_objects"]) == (1, found["dead_objects"]) and done["deleted"] == 1
    after = json.loads(run("store", "stats", store, "--json").out)
    assert after["garbage_bytes"] == 0 and after["pack_bytes"] < before["pack_bytes"] - 5000
    assert "garbage_bytes" in run("store", "stats", store).out and "compression" in run("store", "stats", store).out
    assert run("data", "table", store, "tx").out == kept
    assert " gc" in run("audit", "log", store).out
    assert "0 damaged places" in run("store", "check", store, "--quick").out
    fails("gc", store, "--keep", "soon", status=2, says="--keep")
    fails("gc", store, "--min-live", "2", status=2, says="--min-live")
    fails("gc", store, "--remake-max", "1.5", status=2, says="--remake-max")
    assert json.loads(run("gc", store, "--remake-max", "0", "--json").out)["remade"] == 0
    fails("gc", folder / "none", says="no store")
    pack = next((store / "packs").iterdir())
    bytes_ = bytearray(pack.read_bytes())
    bytes_[len(bytes_) // 2] ^= 1
    pack.write_bytes(bytes_)
    quick = json.loads(run("store", "check", store, "--quick", "--json").out)
    assert quick["faults"] == [] and quick["content_bytes"] == 0 and quick["objects"] > 0
    assert json.loads(run("store", "check", store, "--json", status=1).out)["faults"]
    (store / "packs/notes.txt").write_text("x")
    assert "notes.txt' is no pack" in run("store", "check", store, "--quick", status=1).out


@test
def audits(folder):
    store = folder / "a.mlops"
    run("init", store)
    assert json.loads(run("audit", "verify", store, "--json").out) == {"commits": 0, "link": "0" * 64, "lost": 0}
    assert run("audit", "log", store).out == ""
    fails("audit", "log", folder / "none", says="no store")
    fails("audit", "log", store, "--from", "0", status=2, says="out of range")
    nothing = hashlib.sha256(b"").hexdigest()  # RFC 6962: the root of an empty tree
    assert json.loads(run("audit", "root", store, "--json").out) == {"commits": 0, "root": nothing}
    fails("audit", "root", store, "--commits", 3, says="3")
    fails("audit", "prove", store, 1, says=["a.mlops", "0 commits"])
    fails("audit", "prove", store, "first", status=2, says=["COMMIT", "'first'"])
    fails("audit", "verify-proof", folder / "none", nothing, says="none")
    fails("audit", "verify-proof", "-", nothing, stdin="{}", says=["standard input", "no proof"])
    fails("audit", "verify-proof", "-", "abc", status=2, says=["ROOT", "64 hexadecimal digits"])


def listed(*args, **options):
    """Rows of a listing, as JSON has them."""
    return [json.loads(line) for line in run(*args, "--json", **options).out.splitlines()]


NO_STORES = [  # what stands where a store is due, and what is said of it
    (lambda folder: folder / "none", "no store"), (lambda folder: folder, "no store"),
    (lambda folder: TRAIN, "no store"), (lambda folder: plain_folder(folder), "no store")]


def plain_folder(folder):
    (folder / "plain").mkdir(exist_ok=True)
    write(folder / "plain/notes.txt", "hello")
    return folder / "plain"


def refuses_what_is_no_store(folder, *commands):
    """Each command, given as a text in which STORE stands for the store."""
    for make, says in NO_STORES:
        path = make(folder)
        for command in commands:
            fails(*[path if word == "STORE" else word for word in command.split()], says=[pathlib.Path(path).name, says])
    assert not (folder / "none").exists() and files(folder / "plain") == ["notes.txt"]


def nobody(store):
    """Options under which the store can be read and not written; None where that cannot be set up."""
    if os.geteuid() != 0:
        for path in [store, *store.rglob("*")]:
            path.chmod(path.stat().st_mode & ~0o222)
        return {}
    for path in [store, *store.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)
    for path in store.parents:
        if path.stat().st_uid == 0 and str(path).startswith(tempfile.gettempdir() + "/"):
            path.chmod(0o755)
    options = {"user": 65534, "group": 65534, "extra_groups": []}
    try:
        ready = subprocess.run([MLOPS, "--version"], capture_output=True, **options).returncode == 0
    except OSError:
        ready = False
    return options if ready else None


@test
def runs(folder):
    store, note = folder / "a.mlops", write(folder / "note.txt", b"hello\n\0")
    run("init", store)
    run_id = run("run", "start", store, "trees", "--name", "depth 6", "--actor", "ada").out.strip()
    assert re.fullmatch("[0-9a-f]{32}", run_id)
    child = json.loads(run("run", "start", store, "trees", "--parent", run_id[:8], "--json").out)["run"]
    for args in (["log", store, run_id, "auc=0.5", "loss=nan"], ["log", store, run_id[:10], "auc=0.25", "--step", -3],
                 ["log", store, run_id, "auc=inf", "--step", 7], ["param", store, run_id, "depth=6", "path=a=b"],
                 ["param", store, run_id, "depth=6"], ["tag", store, run_id, "a=1", "b c=", "d=2"],
                 ["tag", store, run_id, "a", "--drop"], ["artifact", store, run_id, "a/note.txt", note],
                 ["end", store, run_id]):
        assert run("run", *args).out == ""
    run("run", "end", store, child, "--status", "killed")
    got = json.loads(run("run", "show", store, run_id, "--json").out)
    assert got["params"] == {"depth": "6", "path": "a=b"} and got["tags"] == {"b c": "", "d": "2"}, got
    assert got["status"] == "FINISHED" and got["name"] == "depth 6" and got["actor"] == "ada"
    assert got["metrics"]["auc"]["value"] == "inf" and got["metrics"]["auc"]["n"] == 3
    assert got["artifacts"]["a/note.txt"] == {"id": hashlib.sha256(b"hello\n\0").hexdigest(), "size": 7}
    points = listed("run", "points", store, run_id, "auc")
    assert [(p["step"], p["value"]) for p in points] == [(0, 0.5), (-3, 0.25), (7, "inf")]
    assert all(abs(p["time_ns"] / 1e9 - time.time()) < 600 for p in points)
    out = run("run", "artifact", store, run_id, "a/note.txt", "-o", folder / "back")
    assert out.out == "" and (folder / "back").read_bytes() == b"hello\n\0"
    assert run("run", "artifact", store, run_id, "a/note.txt").out == "hello\n\0"
    assert listed("run", "experiments", store)[0]["n_runs"] == 2
    assert files(folder) == ["a.mlops", "back", "note.txt"]


@test
def runs_are_listed(folder):
    store = folder / "a.mlops"
    run("init", store)
    ids = []
    for i in range(4):
        ids.append(run("run", "start", store, "odd" if i % 2 else "even").out.strip())
        run("run", "log", store, ids[i], f"auc={i / 8}")
        run("run", "param", store, ids[i], f"text={['a,b', '7', '', 'NA'][i]}")
    rows = listed("run", "list", store)
    assert [row["run_id"] for row in rows] == ids[::-1] and rows[0]["status"] == "RUNNING" and rows[0]["end_ns"] is None
    assert [row["metrics.auc"] for row in rows] == [0.375, 0.25, 0.125, 0.0]
    assert [row["params.text"] for row in rows] == ["NA", "", "7", "a,b"]
    assert [row["run_id"] for row in listed("run", "list", store, "odd")] == [ids[3], ids[1]]
    assert len(listed("run", "list", store, "--max", 3)) == 3
    found = listed("run", "list", store, "--filter", "metrics.auc > 0.1 and params.text != 'NA'")
    assert [row["run_id"] for row in found] == [ids[2], ids[1]]
    read = list(csv.DictReader(io.StringIO(run("run", "list", store, "--csv").out)))
    assert [row["params.text"] for row in read] == ["NA", "", "7", "a,b"] and read[0]["run_id"] == ids[3]
    lines = run("run", "list", store).out.splitlines()
    assert len(lines) == 5 and len({line.index("RUNNING") for line in lines[1:]}) == 1
    assert ids[3][:12] in lines[1] and re.search(r" \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z ", lines[1])
    assert " start " in lines[0] and "start_ns" not in lines[0] and "parent" not in lines[0]
    assert run("run", "list", store, "--filter", "metrics.auc > 9", "--json").out == ""
    assert "run_id" in run("run", "list", store, "--filter", "metrics.auc > 9").out
    run("run", "end", store, ids[0], "--status", "FINISHED")
    run("run", "end", store, ids[1], "--status", "Failed")
    for status, which in [("FINISHED", ids[:1]), ("FAILED", ids[1:2]), ("RUNNING", ids[:1:-1]), ("finished", [])]:
        assert [row["run_id"] for row in listed("run", "list", store, "--filter", f"status = '{status}'")] == which
    assert "FINISHED, FAILED, KILLED or RUNNING" in " ".join(run("run", "list", "--help").out.split())


@test
def listings_that_stop_say_so(folder):
    store, rows = folder / "a.mlops", write(folder / "rows.csv", "x\n1\n2\n")
    run("init", store)
    for i in range(4):
        run("data", "commit", store, "tx", rows, "--as", f"{i}.csv")
        run("run", "start", store, "trees")
    for command in (["run", "list", store], ["run", "list", store, "trees"], ["data", "log", store, "tx"]):
        whole = listed(*command)
        for layout in ([], ["--csv"], ["--json"]):
            assert run(*command, *layout, "--max", 3).err == "... more; --max N shows more\n"
            assert run(*command, *layout, "--max", 4).err == run(*command, *layout).err == ""
        assert listed(*command, "--max", 3) == whole[:3]
    assert run("run", "list", store, "--filter", "status = 'KILLED'", "--max", 1).err == ""
    log = ["audit", "log", store]
    whole = listed(*log)
    assert [row["commit"] for row in whole] == list(range(1, 9))
    assert listed(*log, "--newest") == whole[::-1] and listed(*log, "--newest", "--max", 3) == whole[:4:-1]
    assert [line.split()[0] for line in run(*log, "--newest", "--max", 2).out.splitlines()] == ["8", "7"]
    for options, more in [(["--max", 7], 1), (["--max", 8], 0), (["--from", 6, "--max", 2], 1), (["--from", 7, "--max", 2], 0),
                          (["--from", 99], 0), (["--newest", "--max", 7], 1), (["--newest", "--max", 8], 0), ([], 0)]:
        assert run(*log, *options).err == "... more; --max N shows more\n" * more, options
    fails(*log, "--newest", "--from", 3, status=2, says=["--from", "--newest"])
    empty = folder / "b.mlops"
    run("init", empty)
    assert run("audit", "log", empty, "--newest").out == run("audit", "log", empty, "--newest").err == ""


@test
def runs_refuse(folder):
    store = folder / "a.mlops"
    run("init", store)
    run_id = run("run", "start", store, "trees").out.strip()
    run("run", "log", store, run_id, "auc=1")
    run("run", "param", store, run_id, "depth=6")
    before = run("audit", "verify", store).out
    for args, says in [
            (["list", store, "nonsense"], "no experiment 'nonsense'"), (["points", store, run_id, "acc"], "no metric 'acc'"),
            (["show", store, "0" * 32], "no run"), (["show", store, "abc"], "'abc'"),
            (["start", store, "trees", "--parent", "01234567"], "01234567"), (["start", store, ""], "experiment"),
            (["param", store, run_id, "depth=7"], ["depth", "'6'"]), (["tag", store, run_id, "x", "--drop"], "no tag 'x'"),
            (["log", store, run_id, "=1"], "metric"), (["artifact", store, run_id, "../x", TRAIN], "../x"),
            (["artifact", store, run_id, "x", folder / "none.txt"], "none.txt"), (["artifact", store, run_id, "x"], "'x'"),
            (["list", store, "--filter", "metrics.auc >"], ["--filter", "column 14"]),
            (["list", store, "--filter", "nonsense = 1"], "nonsense")]:
        fails("run", *args, says=says)
    for args, says in [
            (["log", store, run_id, "auc"], "KEY=VALUE"), (["log", store, run_id, "auc=high"], "'high'"),
            (["log", store, run_id, "auc=1", "loss=", "--step", 1], "loss"), (["log", store, run_id], "KEY=VALUE... is missing"),
            (["end", store, run_id, "--status", "done"], ["'done'", "finished|failed|killed"]),
            (["log", store, run_id, "auc=1", "--step", "1.5"], "whole number"), (["tag", store, run_id, "a=1", "--drop"], "a=1"),
            (["start", store, "trees", "--ref", "v1"], "--dataset"), (["list", store, "--max", "0"], "out of range"),
            (["artifact", store, run_id, "a", TRAIN, "-o", "b"], "-o")]:
        fails("run", *args, status=2, says=says)
    assert run("audit", "verify", store).out == before, "what was refused has left something"
    refuses_what_is_no_store(folder, "run start STORE x", "run list STORE", "run experiments STORE", "audit root STORE",
                             f"run show STORE {run_id}", f"run log STORE {run_id} a=1", f"run points STORE {run_id} a",
                             f"run end STORE {run_id}", "audit prove STORE 1", "store stats STORE")


def data_store(folder):
    """A store with the dataset tx: v1 is the table, main has a note and other held-out rows."""
    store = folder / "a.mlops"
    run("init", store)
    commit = ["data", "commit", store, "tx"]
    first = run(*commit, TRAIN, "--target", "fraud", "--split", "stratified", "--author", "ada").out.strip()
    run("data", "tag", store, "tx", "v1")
    run(*commit, write(folder / "note.txt", b"hi\r\n\0"), "--file", "--as", "notes/a.txt", "--message", "a note")
    last = json.loads(run(*commit, TRAIN, "--target", "fraud", "--split", "random", "--seed", 7, "--share", "0.3",
                          "--json").out)["commit"]
    return store, first, last


def part_of(store, part, *options):
    return list(csv.reader(io.StringIO(run("data", "table", store, "tx", "--part", part, *options).out)))


@test
def datasets(folder):
    store, first, last = data_store(folder)
    assert re.fullmatch("[0-9a-f]{64}", first) and first != last
    assert listed("data", "list", store) == [{"dataset": "tx", "n_branches": 1, "n_tags": 1, "n_commits": 3}]
    assert listed("data", "refs", store, "tx") == [
        {"kind": "branch", "name": "main", "commit": last, "follows": False},
        {"kind": "tag", "name": "v1", "commit": first, "follows": False}]
    log = listed("data", "log", store, "tx")
    assert [row["commit"] for row in log][::2] == [last, first] and log[1]["message"] == "a note"
    assert log[0]["parents"] == log[1]["commit"] and log[2]["author"] == "ada" and log[2]["parents"] == ""
    assert [row["commit"] for row in listed("data", "log", store, "tx", "v1")] == [first]
    assert len(listed("data", "log", store, "tx", last[:8], "--max", 2)) == 2
    text = run("data", "log", store, "tx").out.splitlines()
    assert text[1].startswith(last[:12] + "  20") and last[:13] not in text[1] and log[0]["parents"][:12] in text[1]
    entries = {row["path"]: row for row in listed("data", "entries", store, "tx")}
    assert entries["notes/a.txt"]["id"] == hashlib.sha256(b"hi\r\n\0").hexdigest()
    assert (entries["train.csv"]["n_rows"], entries["train.csv"]["n_held_out"], entries["train.csv"]["target"]) == (
        600, 180, "fraud")
    diff = {row["path"]: row["change"] for row in listed("data", "diff", store, "tx", "v1", "main")}
    assert diff == {"notes/a.txt": "added", "train.csv": "changed"}
    assert listed("data", "diff", store, "tx", "v1", first[:10]) == []
    shown = json.loads(run("data", "show", store, "tx", "v1", "--json").out)
    assert shown["commit"] == first and shown["author"] == "ada" and first in run("data", "show", store, "tx", "v1").out


@test
def datasets_travel(folder):
    store, first, last = data_store(folder)
    other, share = folder / "other.mlops", folder / "share"
    run("init", other)
    fails("data", "pull", other, "tx", share, says=["share", "no such folder"])
    fails("remote", "refs", share, says="no such folder")
    sent = json.loads(run("data", "push", store, "tx", share, "--json").out)
    assert (sent["commits"], sent["refs"]) == (3, 2) and sent["bytes"] > 1000
    assert listed("remote", "refs", share) == [
        {"dataset": "tx", "kind": "branch", "name": "main", "commit": last},
        {"dataset": "tx", "kind": "tag", "name": "v1", "commit": first}]
    run("data", "pull", other, "tx", share, "--depth", 1, "--include", "*.csv", "--branches", "main", "--tags", "none")
    assert run("data", "table", other, "tx").out == run("data", "table", store, "tx").out
    assert len(listed("data", "log", other, "tx")) == 1
    fails("data", "checkout", other, "tx", folder / "copy", says=["not pulled", "pull without --include"])
    middle = listed("data", "log", store, "tx")[1]["commit"]
    fails("data", "show", other, "tx", middle, says=["not pulled", "shallow", "without --depth"])
    run("data", "pull", other, "tx", share)
    for what in "refs", "log", "entries":
        assert listed("data", what, other, "tx") == listed("data", what, store, "tx")
    run("data", "checkout", other, "tx", folder / "copy")
    for at in store, other:
        run("data", "commit", at, "tx", write(folder / "x.txt", str(at)), "--file")
    ours = listed("data", "log", store, "tx")[0]["commit"]
    run("data", "push", store, "tx", share)
    fails("data", "push", other, "tx", share, says=["main", ours, "does not lead to it"])
    fails("data", "pull", other, "tx", share, says="apart")
    run("data", "pull", other, "tx", share, "--prefix", "origin/")
    assert listed("data", "log", other, "tx", "origin/main")[0]["commit"] == ours
    short = run("remote", "refs", share).out.split()
    assert ours[:12] in short
    push = ["data", "push", other, "tx", share, "--branches", "main", "--expected"]
    fails(*push, "0123456789ab", says=["--expected", "0123456789ab", "remote refs"])
    fails(*push, ours[:7], says=": --expected has no 64 digits")
    fails(*push, ours + "0", says=": --expected has no 64 digits")
    run("data", "branch", other, "tx", "second")
    fails(*push[:5], "--expected", ours, says=": --expected is of one branch")
    run("data", "drop", other, "tx", "second")
    run(*push, ours[:12])
    run("data", "pull", store, "tx", share, "--force")
    assert listed("data", "log", store, "tx") == listed("data", "log", other, "tx")
    assert json.loads(run("remote", "gc", share, "--dry-run", "--json").out)["datasets"] == 1
    assert run("remote", "gc", share, "--grace", "10m").out.startswith("datasets 1\n")
    fails("remote", "gc", share, "--grace", "1s", says="10 minutes")
    fails("remote", "gc", share, "--grace", "soon", status=2, says="--grace")
    fails("data", "push", store, "none", share, says='"none"')
    fails("data", "push", store, "tx", share, "--branches", "none", "--tags", "none", says="no branch or tag that was asked for")
    fails("data", "pull", store, "none", share, says='no dataset "none"')
    fails("data", "pull", store, "tx", share, "--depth", 0, status=2, says="--depth")
    fails("data", "push", store, "tx", TRAIN, says="train.csv")
    refuses_what_is_no_store(folder, f"data push STORE tx {share}", f"data pull STORE tx {share}")


@test
def trees_of_other_tools_are_imported(folder):
    store, repo = folder / "s.mlops", folder / "repo"
    run("init", store)
    rows = pathlib.Path(TRAIN).read_bytes()
    md5, oid = hashlib.md5(rows).hexdigest(), hashlib.sha256(rows).hexdigest()
    cache, objects = repo / ".dvc/cache/files/md5" / md5[:2], repo / ".git/lfs/objects" / oid[:2] / oid[2:4]
    cache.mkdir(parents=True), objects.mkdir(parents=True)
    write(cache / md5[2:], rows)
    write(repo / "t.csv.dvc", f"outs:\n- md5: {md5}\n  hash: md5\n  path: t.csv\n")
    commit = run("data", "import", store, "d", repo, "--from", "dvc", "--as", "raw", "--message", "from DVC").out.strip()
    assert len(commit) == 64
    assert run("data", "import", store, "d", repo, "--from", "dvc", "--as", "raw").out == "nothing to commit\n"
    again = run("data", "import", store, "d", repo, "--from", "dvc", "--as", "raw", "--json").out
    assert json.loads(again) == {"commit": None} and run("data", "log", store, "d", "--json").out.count(commit) == 1
    run("data", "checkout", store, "d", folder / "out")
    assert (folder / "out/raw/t.csv").read_bytes() == rows
    shutil.rmtree(repo / ".dvc"), (repo / "t.csv.dvc").unlink()
    write(repo / "p", f"version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize {len(rows)}\n")
    fails("data", "import", store, "e", repo, "--from", "git-lfs", says=["'p'", "git lfs fetch"])
    write(objects / oid, rows)
    run("data", "import", store, "e", repo, "--from", "git-lfs")
    run("data", "checkout", store, "e", folder / "lfs")
    assert (folder / "lfs/p").read_bytes() == rows
    fails("data", "import", store, "e", repo, "--from", "dvc", says=["no .dvc file", "repo"])
    fails("data", "import", store, "e", repo, status=2, says="--from is missing")


@test
def lineage_is_told_both_ways(folder):
    store = folder / "s.mlops"
    run("init", store)
    commit = run("data", "commit", store, "tx", TRAIN, "--target", "fraud").out.strip()
    model = run("run", "start", store, "weekly", "--dataset", "tx").out.strip()
    run("lineage", "link", store, "s3://raw/tx.csv", "datasets:/tx", "--relation", "exported by hand")
    run("lineage", "link", store, f"runs:/{model[:10]}", "https://report/1")
    rows = [json.loads(line) for line in run("lineage", "down", store, "s3://raw/tx.csv", "--json").out.splitlines()]
    assert [(r["depth"], r["from"], r["relation"], r["to"], r["exists"]) for r in rows] == [
        (1, "s3://raw/tx.csv", "exported by hand", f"datasets:/tx/{commit}", True),
        (2, f"datasets:/tx/{commit}", "input", f"runs:/{model}", True),
        (3, f"runs:/{model}", "output", "https://report/1", None)]
    said = run("lineage", "up", store, "datasets:/tx@main", "--depth", 1).out
    assert "s3://raw/tx.csv" in said and "exported by hand" in said
    fails("lineage", "unlink", store, "s3://raw/tx.csv", "datasets:/tx", says="no link 'derived'")
    run("lineage", "unlink", store, "s3://raw/tx.csv", "datasets:/tx", "--relation", "exported by hand")
    assert run("lineage", "up", store, "datasets:/tx", "--json").out == ""
    fails("lineage", "up", store, "tx", says=["'tx' names nothing", "datasets:/NAME@REF"])
    fails("lineage", "link", store, "datasets:/none", "datasets:/tx", says='no dataset "none"')
    fails("lineage", "up", store, f"runs:/{model}", "--depth", 0, status=2, says="--depth")


@test
def datasets_take_standard_input(folder):
    store = folder / "s.mlops"
    run("init", store)
    rows = pathlib.Path(TRAIN).read_bytes()
    run("data", "commit", store, "tx", "-", "--as", "train.csv", "--target", "fraud", "--split", "random", stdin=rows)
    run("data", "commit", store, "other", TRAIN, "--target", "fraud", "--split", "random")
    said = [run("data", "show", store, name, "--json").out for name in ("tx", "other")]
    assert json.loads(said[0])["tree"] == json.loads(said[1])["tree"]
    blob = os.urandom(5_000_000)
    run("data", "commit", store, "tx", "-", "--file", "--as", "a/blob", stdin=blob)
    run("data", "checkout", store, "tx", folder / "out")
    assert (folder / "out/a/blob").read_bytes() == blob and (folder / "out/train.csv").read_bytes() == rows
    fails("data", "commit", store, "tx", "-", status=2, says="--as is missing")
    fails("data", "commit", store, "tx", "-", "--as", "t.csv", stdin=b"a,b\n1\n", says=["'t.csv'", "line 2"])


@test
def datasets_differ(folder):
    store, first, last = data_store(folder)
    newest = listed("data", "diff", store, "tx")
    log = [row["commit"] for row in listed("data", "log", store, "tx")]
    assert log[0] == last and log[-1] == first and len(log) > 2
    assert newest == listed("data", "diff", store, "tx", log[1], "main") and newest
    assert listed("data", "diff", store, "tx", "v1") == listed("data", "diff", store, "tx", first, last) != newest
    root = folder / "b.mlops"
    run("init", root)
    run("data", "commit", root, "tx", TRAIN)
    assert [(row["path"], row["change"]) for row in listed("data", "diff", root, "tx")] == [("train.csv", "added")]


@test
def datasets_give_back(folder):
    store, first, last = data_store(folder)
    for ref, share, tolerance in (["--ref", "v1"], 0.2, 1), ([], 0.3, 0):
        train, held = part_of(store, "train", *ref), part_of(store, "held-out", *ref)
        assert train[0] == held[0] == list(table(TRAIN)[0]) and abs(len(held) - 1 - 600 * share) <= tolerance

        def values(rows):
            return sorted(tuple(map(float, row)) for row in rows)
        with open(TRAIN, newline="") as file:
            assert values(train[1:] + held[1:]) == values(list(csv.reader(file))[1:])
    frauds = [sum(float(row["fraud"]) for row in csv.DictReader(io.StringIO(
        run("data", "table", store, "tx", "--ref", "v1", "--part", part).out))) for part in ("train", "held-out")]
    assert abs(frauds[1] / sum(frauds) - 0.2) < 0.01, "not the same share of each target"
    out = folder / "out"
    run("data", "checkout", store, "tx", out)
    assert (out / "train.csv").read_bytes() == pathlib.Path(TRAIN).read_bytes()
    assert (out / "notes/a.txt").read_bytes() == b"hi\r\n\0"
    run("data", "checkout", store, "tx", out)
    write(out / "train.csv", "changed")
    fails("data", "checkout", store, "tx", out, says=["train.csv", "--force"])
    assert (out / "train.csv").read_text() == "changed"
    run("data", "checkout", store, "tx", out, "--ref", "v1", "--force")
    assert (out / "train.csv").read_bytes() == pathlib.Path(TRAIN).read_bytes()
    run("data", "branch", store, "tx", "trial", "--ref", "v1")
    run("data", "commit", store, "tx", folder / "note.txt", "--file", "--branch", "trial", "--empty")
    assert [row["path"] for row in listed("data", "entries", store, "tx", "trial")] == ["note.txt"]
    run("data", "branch", store, "tx", "trial", "--ref", "main", "--force")
    assert listed("data", "diff", store, "tx", "trial", "main") == []
    run("data", "drop", store, "tx", "trial", "--actor", "eve", "--note", "tidy")
    assert [row["name"] for row in listed("data", "refs", store, "tx")] == ["main", "v1"]
    entry = json.loads(run("audit", "log", store, "--json").out.splitlines()[-1])
    assert entry["actor"] == "eve" and entry["note"] == "tidy"


@test
def tables_come_back(folder):
    """Values, nulls and types of any table, by both ways out."""
    store = folder / "a.mlops"
    text = ('"a ""b""",plain,"c,d",numbers,flags,nothing\n"x,y",word,"7",1.5,true,\n"line\nend",NaN x,"",-0.0,false,\n'
            ',true story,"NA",1e300,,\n"\u00e4 ",none at all," 8",inf,true,\n"true",fine,"nan",3.0,true,\n')
    run("init", store)
    run("data", "commit", store, "odd", write(folder / "odd.csv", text))
    run("data", "table", store, "odd", "-o", folder / "back.csv")
    assert run("data", "table", store, "odd").out == (folder / "back.csv").read_text()
    run("data", "commit", store, "odd", folder / "back.csv", "--as", "odd.csv")
    rows = [listed("data", "table", store, "odd", "--ref", ref["commit"]) for ref in listed("data", "log", store, "odd")]
    assert rows[0] == rows[1] and len(rows[0]) == 5
    assert rows[0][0] == {'a "b"': "x,y", "plain": "word", "c,d": "7", "numbers": 1.5, "flags": True, "nothing": None}
    assert rows[0][2]['a "b"'] is None and rows[0][1]["c,d"] == "" and rows[0][3]["numbers"] == "inf"
    assert rows[0][4]["numbers"] == 3 and rows[0][4]['a "b"'] == "true" and rows[0][2]["c,d"] == "NA"


@test
def chunks_of_one_hash_are_told_apart(folder):
    """XXH3 is no secret: where half of a lane is the secret's, what one stripe gains the next one may lose."""
    data, rest = folder / "data", bytes(random.Random(3).randbytes(60000))
    data.mkdir()

    def crafted(a, b):
        return rest[:16] + b"\xde\xd4\x6d\xe9" + a + rest[24:80] + b"\x72\x40\xa4\xa4" + b + rest[88:]

    one, other = crafted(b"1111", b"9999"), crafted(b"2111", b"8999")
    for options in (), ("--verify-dedup",):
        store, out = folder / f"s{len(options)}", folder / f"out{len(options)}"
        run("init", store)
        for bytes_ in one, other:
            (data / "f").write_bytes(bytes_)
            run("data", "add", store, "d", data, *options)
        run("data", "checkout", store, "d", out)
        assert (out / "f").read_bytes() == (other if options else one)


@test
def data_is_erased(folder):
    store, people = folder / "a.mlops", write(folder / "people.csv", "name,age\nerika,44\nmax,17\nali,16\n")
    run("init", store)
    run("data", "commit", store, "people", people)
    told = json.loads(run("data", "erase", store, "--where", "age < 18", "--dry-run", "--json").out)
    assert (told["rows"], told["tables"], told["number"]) == (2, 1, 0)
    why = ("--reason", "request 4711", "--by", "dpo")
    assert "rows     2\n" in run("data", "erase", store, "--where", "age < 18", *why).out
    assert run("data", "table", store, "people").out == "name,age\nerika,44\n"
    assert "rows     1\n" in run("data", "erase", store, "people", "--value", "name=erika", *why).out
    assert run("data", "table", store, "people").out == "name,age\n"
    assert [row["number"] for row in listed("data", "erasures", store)] == [1, 2]
    assert "erika" not in run("data", "erasures", store, "2").out
    fails("data", "erase", store, "--value", "erika", *why, status=2, says="COLUMN=VALUE")
    spoiled = write(folder / "spoiled.csv", "id,name\n1,erika\n2,max,oops\n")
    run("data", "commit", store, "spoiled", spoiled, "--file")
    done = run("data", "erase", store, "--value", "name=erika", "--dry-run", status=5)
    assert "unread   1\n" in done.out and "mlops: 1 file could not be searched for rows" in done.err, done
    assert "--paths" in done.err and "note: nothing was found\n" in done.err, done
    run("data", "commit", store, "people", write(folder / "people.csv", "name,age\nerika,45\n"))
    for i in range(3):
        run("data", "commit", store, "spoiled", spoiled, "--file", "--as", f"{i}.csv")
    told = run("data", "erase", store, "--value", "name=erika", *why, status=5).err
    named = re.search(r"4 files could not be searched for rows: (.*) and 1 more \(certificate 3\)", told)
    assert len({"spoiled.csv", "0.csv", "1.csv", "2.csv"} & set(named[1].split(", "))) == 3, told
    assert '"spoiled.csv"' in run("data", "erasures", store, "3").out
    fails("data", "erase", store, "--where", "age <", *why, says="column 6")
    fails("data", "erase", store, "--where", "age < 3", "--value", "age=3", *why, status=2, says="--where")
    before = run("audit", "verify", store).out
    fails("data", "erase", store, "--value", "name=mina", "--by", "dpo", status=2, says="--reason is missing")
    fails("data", "erase", store, "--value", "name=mina", "--reason", "4712", status=2, says="--by is missing")
    fails("data", "erase", store, *why, status=2, says="--paths, --value or --where is missing")
    fails("data", "erase", store, "--dry-run", status=2, says="--paths, --value or --where is missing")
    fails("data", "erase", store, "--paths", "*.txt", "--reason", "x" * 2001, "--by", "dpo", says=": --reason is to be")
    fails("data", "erase", store, "--paths", "*.txt", "--reason", "x", "--by", "x" * 201, says="(--by)")
    fails("data", "erase", store, "--paths", "[", *why, says=": --paths")
    done = run("data", "erase", store, "people", "--value", "name=mina", *why)
    assert done.err == "mlops: note: nothing was found; nothing is erased\n" and "number   0\n" in done.out, done
    assert run("data", "erase", store).err == ""
    assert run("audit", "verify", store).out == before


@test
def what_travels_erased_is_finished(folder):
    """A pull takes what was erased elsewhere out of the commits; the note says how its bytes go."""
    store, other, share = folder / "a.mlops", folder / "b.mlops", folder / "share"
    people = write(folder / "people.csv", "name,age\nerika,44\nmax,17\n")
    run("init", store)
    run("init", other)
    run("data", "commit", store, "people", people)
    run("data", "push", store, "people", share)
    assert run("data", "pull", other, "people", share).err == ""
    run("data", "erase", store, "--value", "name=erika", "--reason", "request", "--by", "dpo")
    run("data", "push", store, "people", share)
    told = run("data", "pull", other, "people", share).err
    assert told.startswith("mlops: note: 1 erasure is not finished") and f"'mlops data erase {other}'" in told, told
    assert run("data", "table", other, "people").out == "name,age\nmax,17\n"
    run("data", "erase", other)
    assert run("data", "pull", other, "people", share).err == ""


@test
def ids_are_quoted_alike(folder):
    """Digits alone might be read as a number, so all ids are texts in CSV."""
    store, first, last = data_store(folder)
    lines = run("data", "log", store, "tx", "--csv").out.splitlines()[1:]
    assert len(lines) == 3 and all(re.match('"[0-9a-f]{64}",', line) for line in lines), lines
    path = write(folder / "sums.csv", f"name,sum\na,{'ab' * 32}\nb,{'12' * 32}\n")
    run("data", "commit", store, "sums", path, "--csv-types", "sum=string")
    assert run("data", "table", store, "sums").out == f'name,sum\na,"{"ab" * 32}"\nb,"{"12" * 32}"\n'


@test
def datasets_hold_to_what_is_expected(folder):
    store = folder / "a.mlops"
    good, bad = write(folder / "good.csv", "id,x\n1,5\n2,7\n"), write(folder / "bad.csv", "id,x\n1,5\n1,9\n")
    text = write(folder / "expected", "unique( id )  # one row each\nx<8 warn as small\n")
    run("init", store)
    done = run("data", "expect", store, "d", "t.csv", text)
    assert done.err.startswith("mlops: note: no branch or tag of 'd' has 't.csv'"), done.err
    assert run("data", "expected", store, "d", "t.csv").out == "unique(id)\nx < 8 warn as small\n"
    assert json.loads(run("data", "expected", store, "d", "t.csv", "--json").out)["expectations"].startswith("unique(id)")
    run("data", "commit", store, "d", good, "--as", "t.csv")
    refused = run("data", "commit", store, "d", bad, "--as", "t.csv", status=5)
    assert refused.out == "" and "'t.csv': the expectation unique(id) is broken in 2 of 2 rows: 0 1" in refused.err
    assert len(listed("data", "log", store, "d")) == 1
    run("data", "commit", store, "d", bad, "--as", "t.csv", "--override", "known")
    report = run("data", "validate", store, "d", "t.csv", "--json", status=5)
    rows = [json.loads(line) for line in report.out.splitlines()]
    assert [(r["id"], r["holds"], r["rows"]) for r in rows] == [("unique(id)", False, "0 1"), ("small", False, "1")]
    kept = listed("data", "validations", store, "d")
    assert sorted((row["verdict"], row["reason"]) for row in kept) == [("held", None), ("overridden", "known")]
    assert run("data", "expect", store, "d", "t.csv", "-", stdin=run("data", "infer", store, "d").out).err == ""
    assert run("data", "validate", store, "d", "t.csv").err == ""
    run("data", "expect", store, "d", "t.csv", "--drop")
    fails("data", "expected", store, "d", "t.csv", says="no expectations of 't.csv'")
    fails("data", "expect", store, "d", "t.csv", status=2, says="--drop")
    fails("data", "expect", store, "d", "t.csv", write(folder / "wrong", "a >\n"), says=["wrong", "line 1, column 4"])


@test
def datasets_refuse(folder):
    store, first, last = data_store(folder)
    commit, before = ["commit", store, "tx"], run("audit", "verify", store).out
    for args, says in [
            (["log", store, "ty"], ['no dataset "ty"', 'did you mean "tx"']), (["log", store, "tx", "v2"], '"v2"'),
            (["show", store, "tx", "01234567"], "01234567"), (["entries", store, "tx", first[:7]], first[:7]),
            (["diff", store, "tx", "v1", "v9"], '"v9"'), (["refs", store, "none"], '"none"'),
            (["table", store, "tx", "--path", "none.csv"], "none.csv"), (["table", store, "tx", "--path", "notes/a.txt"], "no table"),
            (["table", store, "tx", "-o", folder / "none/x"], "none/x"), (["tag", store, "tx", "v1"], '"v1"'),
            (["tag", store, "tx", "v2", "--ref", "v9"], '"v9"'), (["drop", store, "tx", "v9"], '"v9"'),
            (["branch", store, "tx", "v1"], '"v1"'), (["checkout", store, "tx", TRAIN], "train.csv"),
            (["checkout", store, "tx", folder / "x", "--ref", "v9"], '"v9"'), ([*commit, folder / "none.csv"], "none.csv"),
            ([*commit, folder], folder.name), ([*commit, TRAIN, "--target", "nonsense"], ["nonsense", "target"]),
            ([*commit, TRAIN, "--split", "time"], ["time", "--split-by"]), ([*commit, TRAIN, "--as", "../x"], "../x"),
            ([*commit, write(folder / "ragged.csv", "a,b\n1\n")], ["ragged.csv", "line 2"]),
            ([*commit, TRAIN, "--metadata", "{x"], "--metadata"), ([*commit[:2], "", TRAIN], "name of the dataset")]:
        fails("data", *args, says=says)
    for args, says in [
            ([*commit, TRAIN, "--split", "odd"], ["'odd'", "random|stratified|time"]), ([*commit, TRAIN, "--share", "0.2"], "--split"),
            ([*commit, TRAIN, "--split", "random", "--share", "1"], "out of range"), ([*commit], "FILE is missing"),
            ([*commit, TRAIN, "--split", "random", "--split-by", "hour"], "--split-by goes with"),
            ([*commit, TRAIN, "--divide", "rows", "--folds", "3", "--parts", "a=1"], "--folds and --parts"),
            ([*commit, TRAIN, "--divide", "rows", "--divide-by", "hour"], "--divide-by goes with"),
            ([*commit, TRAIN, "--divide", "time", "--row-key", "hour"], "--row-key goes with"),
            ([*commit, TRAIN, "--row-key", "hour"], "--divide is missing"),
            ([*commit, TRAIN, "--file", "--target", "fraud"], "--file"), (["table", store, "tx", "--part", "test"], "train|held-out"),
            (["diff", store, "tx", "v1", "v1", "v1"], "'v1'"), (["log", store, "tx", "v1", "v2"], "'v2'")]:
        fails("data", *args, status=2, says=says)
    assert run("audit", "verify", store).out == before and files(folder) == ["a.mlops", "note.txt", "ragged.csv"]
    refuses_what_is_no_store(folder, f"data commit STORE tx {TRAIN}", "data list STORE", "data log STORE tx", "data refs STORE tx",
                             "data show STORE tx", "data entries STORE tx", "data diff STORE tx a b",
                             "data diff STORE tx a b --cells", "data merge STORE tx a",
                             "data rm STORE tx a", "data cat STORE tx a",
                             f"data checkout STORE tx {folder / 'none'}", "data tag STORE tx a", "data branch STORE tx a",
                             "data drop STORE tx a", "data table STORE tx", "data parts STORE tx",
                             "data part STORE tx train",
                             "data leaks STORE tx test train", f"data add STORE tx {folder}", f"data status STORE tx {folder}")
    options = nobody(store)
    if options is None:
        return "SKIP no other user can run the command"
    assert len(listed("data", "log", store, "tx", **options)) == 3 and part_of(store, "train")
    fails("data", "tag", store, "tx", "v3", says="a.mlops", **options)


@test
def folders(folder):
    store, data = str(folder / "a.mlops"), folder / "data"
    (data / "sub").mkdir(parents=True)
    (data / "a.txt").write_text("one")
    (data / "sub/b.csv").write_text("x\n1\n")
    (data / "sub/c.tmp").write_text("no")
    run("init", store)
    id = run("data", "add", store, "d", data, "--exclude", "*.tmp", "--message", "first").out.strip()
    assert len(id) == 64 and [r["path"] for r in listed("data", "entries", store, "d")] == ["a.txt", "sub/b.csv"]
    assert run("data", "add", store, "d", data, "--exclude", "*.tmp").out == "nothing to commit\n"
    assert len(listed("data", "log", store, "d")) == 1
    (data / "a.txt").write_text("two")
    (data / "sub/b.csv").unlink()
    rows = listed("data", "status", store, "d", data)
    assert [(r["path"], r["change"]) for r in rows] == [("a.txt", "changed"), ("sub/b.csv", "removed"), ("sub/c.tmp", "added")]
    run("data", "add", store, "d", data, "--keep-missing", "--json")
    assert [r["path"] for r in listed("data", "entries", store, "d")] == ["a.txt", "sub/b.csv", "sub/c.tmp"]
    run("data", "add", store, "e", data, "--as", "raw", "--include", "*.txt")
    assert [r["path"] for r in listed("data", "entries", store, "e")] == ["raw/a.txt"]
    (data / "link").symlink_to("a.txt")
    fails("data", "add", store, "d", data, says="symbolic link")
    run("data", "add", store, "f", data, "--links", "follow")
    assert [r["path"] for r in listed("data", "entries", store, "f")] == ["a.txt", "link", "sub/c.tmp"]
    fails("data", "add", store, "d", data, "--exclude", "[", says="glob")


@test
def features(folder):
    import math
    import statistics
    store, _, _ = data_store(folder)
    definition = write(folder / "money.txt", "# money\nmoney = standardise(log1p(impute(amount, 'median')))\n"
                                             "late = if(hour >= 22, 1, 0)\n")
    version, first = run("feature", "fit", store, "money", definition, "--dataset", "tx", "--ref", "v1").out.split()
    assert version == "1" and re.fullmatch("[0-9a-f]{64}", first)
    again = json.loads(run("feature", "fit", store, "money", definition, "--dataset", "tx", "--ref", "v1", "--json").out)
    assert again == {"version": 1, "id": first}
    assert run("feature", "fit", store, "money", definition, "--dataset", "tx").out.startswith("2 ")
    assert [(row["name"], row["version"]) for row in listed("feature", "list", store)] == [("money", 1), ("money", 2)]
    assert listed("feature", "list", store)[0]["id"] == first
    for version, ref in ("1", "v1"), ("2", "main"):
        rows = part_of(store, "train", "--ref", ref)
        at = rows[0].index("amount")
        known = [float(row[at]) for row in rows[1:] if row[at]]
        middle = statistics.median(known)
        logs = [math.log1p(float(row[at]) if row[at] else middle) for row in rows[1:]]
        mean, deviation = statistics.fmean(logs), statistics.pstdev(logs)
        out = folder / "out.csv"
        run("feature", "apply", store, "money", LIVE, "-o", out, "--version", version)
        for got, row in zip(table(out), table(LIVE), strict=True):
            expected = (math.log1p(float(row["amount"]) if row["amount"] else middle) - mean) / deviation
            assert abs(float(got["money"]) - expected) < 1e-12
            assert got["late"] == ("1.0" if row["hour"] and float(row["hour"]) >= 22 else "0.0")
    live = pathlib.Path(LIVE).read_text()
    assert run("feature", "apply", store, "money", "-", stdin=live).out == out.read_text()
    assert listed("feature", "apply", store, "money", "-", stdin=live)[0]["money"] == float(table(out)[0]["money"])
    assert "late = if(hour >= 22, 1, 0)\n" in run("feature", "show", store, "money").out
    assert json.loads(run("feature", "show", store, "money", "--version", 1, "--json").out)["definition"] == definition.read_text()
    assert hashlib.sha256(run("feature", "show", store, "money", "--version", 1, "--json").out[:-1].encode()).hexdigest() == first


@test
def features_refuse(folder):
    store, _, _ = data_store(folder)
    money = write(folder / "money.txt", "money = standardise(amount)\n")
    run("feature", "fit", store, "money", money, "--dataset", "tx")
    fit = ["fit", store, "money"]
    before = run("audit", "verify", store).out
    for args, says in [
            ([*fit, folder / "none.txt", "--dataset", "tx"], "none.txt"), ([*fit, folder, "--dataset", "tx"], folder.name),
            ([*fit, money, "--dataset", "ty"], 'did you mean "tx"'), ([*fit, money, "--dataset", "tx", "--ref", "v9"], '"v9"'),
            ([*fit, write(folder / "bad.txt", "\nx = nope + 1\n"), "--dataset", "tx"], ["bad.txt", "line 2", "nope"]),
            ([*fit, write(folder / "none", ""), "--dataset", "tx"], "none"),
            ([*fit, money, "--dataset", "tx", "--path", "notes/a.txt"], "notes/a.txt"),
            (["show", store, "mony"], 'did you mean "money"'), (["show", store, "money", "--version", 9], "version 9"),
            (["apply", store, "money", write(folder / "other.csv", "a\n1\n")], ["other.csv", "amount"]),
            (["apply", store, "money", LIVE, "--version", 9], "version 9"), (["apply", store, "money", folder / "none.csv"], "none.csv"),
            (["apply", store, "money", LIVE, "-o", folder / "x/y"], "x/y")]:
        fails("feature", *args, says=says)
    fails("feature", *fit, money, status=2, says="--dataset is missing")
    fails("feature", "show", store, "money", "--version", "new", status=2, says="'new'")
    assert run("audit", "verify", store).out == before
    (folder / "none").unlink()
    refuses_what_is_no_store(folder, f"feature fit STORE money {money} --dataset tx", f"feature apply STORE money {LIVE}",
                             "feature show STORE money", "feature list STORE")


def model_store(folder):
    """A store with two versions of the model fraud, of which the first is the champion."""
    store, first, last = data_store(folder)
    run_id = run("run", "start", store, "trees", "--dataset", "tx", "--ref", "v1").out.strip()
    register = ["registry", "register", store, "fraud", MODEL]
    assert run(*register, "--run", run_id, "--description", "the first", "--metadata", '{"a": 1}').out == "1\n"
    assert json.loads(run(*register, "--dataset", "tx", "--ref", "v1", "--json").out) == {"version": 2}
    assert run("registry", "promote", store, "fraud", 1, "champion", "--note", "to begin").out == ""
    return store, first, run_id


@test
def data_parts_are_divided_and_given_by_name(folder):
    store = folder / "p.mlops"
    commit = ("data", "commit", store, "tx", TRAIN)
    run("init", store)
    whole = pathlib.Path(TRAIN).read_text(encoding="utf-8").splitlines()[1:]
    run(*commit, "--divide", "rows", "--parts", "a=0.75,b=0.25", "--seed", "5")
    listed = list(csv.DictReader(io.StringIO(run("data", "parts", store, "tx", "--csv").out)))
    assert [row["part"] for row in listed] == ["a", "b"] and sum(int(row["n_rows"]) for row in listed) == len(whole)
    out = {name: run("data", "part", store, "tx", name).out.splitlines()[1:] for name in "ab"}
    assert {row["part"]: int(row["n_rows"]) for row in listed} == {name: len(rows) for name, rows in out.items()}
    assert len(out["a"]) > len(out["b"]) > 0
    def leaks(*args):
        return [(int(row["a"]), int(row["b"])) for row in
                csv.DictReader(io.StringIO(run("data", "leaks", store, "tx", *args, "--csv").out))]
    assert leaks("a", "a") == [(i, i) for i in range(len(out["a"]))] and leaks("a", "b") == []
    run("data", "tag", store, "tx", "v1")
    run(*commit, "--divide", "rows", "--parts", "a=0.75,b=0.25", "--seed", "6")
    moved = {row: i for i, row in enumerate(out["b"])}
    now = run("data", "part", store, "tx", "a").out.splitlines()[1:]
    assert leaks("a", "b", "--against", "v1") == [(i, moved[row]) for i, row in enumerate(now) if row in moved] != []
    run(*commit, "--divide", "strata", "--divide-by", "fraud", "--folds", "4")
    folds = [run("data", "part", store, "tx", f"fold{i}").out.splitlines()[1:] for i in range(4)]
    assert sum(map(len, folds)) == len(whole) and len(run("data", "part", store, "tx", "train0").out.splitlines()) - 1 == \
        len(whole) - len(folds[0])
    fails("data", "part", store, "tx", "test", says=["'test'", "fold0 to fold3"])
    fails(*commit, "--divide", "groups", says=["--divide-by"])
    fails(*commit, "--divide", "rows", "--parts", "a=0.5", says="2 to 250")
    fails(*commit, "--folds", "4", status=2, says="--divide")
    run(*commit)
    fails("data", "parts", store, "tx", says=["not divided", "--divide of 'mlops data commit'"])


def held_out(store):
    """Target and prediction of the held-out rows of v1."""
    import math
    rows = list(csv.DictReader(io.StringIO(run("data", "table", store, "tx", "--ref", "v1", "--part", "held-out").out)))
    return [(int(row["fraud"]), 1 / (1 + math.exp(-margin))) for row, margin in zip(rows, margins(rows))]


@test
def changes_at_once(folder):
    """Who comes late builds the change again: nothing is lost, and nobody is told of a conflict."""
    store, names = folder / "a.mlops", [f"{i}.txt" for i in range(8)]
    run("init", store)

    def all_at_once(*commands):
        processes = [subprocess.Popen([MLOPS, *map(str, command)], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
                     for command in commands]
        out = [process.communicate(timeout=120) for process in processes]
        assert [process.returncode for process in processes] == [0] * len(commands), out
        return [text.decode().strip() for text, _ in out]
    ids = all_at_once(*[("data", "commit", store, "tx", write(folder / name, name), "--file") for name in names])
    assert {row["commit"] for row in listed("data", "log", store, "tx")} == set(ids) and len(set(ids)) == 8
    assert [row["path"] for row in listed("data", "entries", store, "tx")] == names
    versions = all_at_once(*[("registry", "register", store, "fraud", MODEL)] * 6)
    assert sorted(versions) == list("123456")


@test
def models_by_version(folder):
    store, commit, run_id = model_store(folder)
    assert [(row["model"], row["n_versions"], row["latest"], row["aliases"]) for row in listed("registry", "list", store)] == [
        ("fraud", 2, 2, "champion")]
    rows = listed("registry", "list", store, "fraud")
    assert [(row["version"], row["run"], row["commit"], row["aliases"]) for row in rows] == [
        (1, run_id, commit, "champion"), (2, None, commit, "")], rows
    shown = json.loads(run("registry", "show", store, "fraud", "champion", "--json").out)
    assert shown["version"] == 1 and shown["metadata"] == {"a": 1} and shown["description"] == "the first"
    assert shown["file"]["id"] == hashlib.sha256(pathlib.Path(MODEL).read_bytes()).hexdigest()
    assert shown["reference"] and "the first" in run("registry", "show", store, "fraud", 1).out
    out, file = folder / "out.bundle", folder / "out.json"
    run("registry", "bundle", store, "fraud", "champion", "-o", out)
    assert json.loads(run("bundle", out, "--json").out)["name"] == "fraud"
    assert run("model", "predict", out, LIVE).out == run("model", "predict", MODEL, LIVE).out
    run("registry", "bundle", store, "fraud", "latest", "--file", "-o", file)
    assert file.read_bytes() == pathlib.Path(MODEL).read_bytes()
    run("registry", "register", store, "other", out, "--reference", TRAIN, "--ignore", "fraud")
    assert "reference" in json.loads(run("registry", "show", store, "other", 1, "--json").out)
    renamed = write(folder / "same.txt", "".join(f"{name} = {name}\n" for name in table(TRAIN)[0] if name != "fraud"))
    run("feature", "fit", store, "same", renamed, "--dataset", "tx")
    assert run("registry", "register", store, "other", MODEL, "--features", "same:1").out == "2\n"
    assert listed("registry", "list", store, "other")[1]["features"] == listed("feature", "list", store)[0]["id"]


@test
def metrics_of_a_version(folder):
    import math
    store, _, _ = model_store(folder)
    got = {row["metric"]: row["value"] for row in listed("registry", "evaluate", store, "fraud", "champion")}
    pairs = held_out(store)
    assert got["rows"] == len(pairs) == 120
    assert got["tp"] == sum(y == 1 and p >= 0.5 for y, p in pairs) and got["fp"] == sum(y == 0 and p >= 0.5 for y, p in pairs)
    loss = -sum(math.log(p if y else 1 - p) for y, p in pairs) / len(pairs)
    above = sum((p > q) + (p == q) / 2 for y, p in pairs for z, q in pairs if y > z)
    auc = above / (sum(y for y, _ in pairs) * sum(1 - y for y, _ in pairs))
    assert abs(got["log_loss"] - loss) < 1e-6 and abs(got["auc"] - auc) < 1e-12
    other = {row["metric"]: row["value"] for row in listed("registry", "evaluate", store, "fraud", 1, "--dataset", "tx")}
    assert other["rows"] == 180, "main holds out 0.3"


@test
def gates_and_aliases(folder):
    store, _, _ = model_store(folder)
    promote = ["registry", "promote", store, "fraud"]
    now = time.time_ns()
    run("registry", "gate", store, "fraud", "champion", "auc >= 0.5 and auc >= champion.auc")
    assert run("registry", "gate", store, "fraud", "champion").stdout.decode().split(" and ") in (
        ["auc >= 0.5", "auc >= champion.auc\n"], ["auc >= champion.auc", "auc >= 0.5\n"])
    assert json.loads(run("registry", "gate", store, "fraud", "other", "--json").stdout) == {"gate": None}
    run(*promote, "latest", "champion", "--actor", "eve", "--note", "better")
    loss = {row["metric"]: row["value"] for row in listed("registry", "evaluate", store, "fraud", 1)}["log_loss"]
    done = run(*promote, 1, "champion", "--gate", "auc > 0.5 and log_loss < 0.01", "--note", "try", status=5)
    assert done.out == "" and done.err.count("\n") == 1 and "refused" in done.err, done.err
    assert "log_loss < 0.01: false" in done.err and repr(loss)[:12] in done.err and "auc > 0.5" not in done.err
    decisions = listed("registry", "decisions", store, "fraud", "champion")
    assert [(row["version"], row["verdict"]) for row in decisions] == [(2, "promoted"), (1, "refused")]
    assert "auc >= champion.auc: true" in decisions[0]["explanation"] and decisions[1]["note"] == "try"
    last = json.loads(run("audit", "log", store, "--json").out.splitlines()[-1])
    assert last["note"] == "try", "the refusal is not in the trail"
    fails(*promote, 1, "champion", "--gate", "auc > 2.0", status=5, says="auc > 2.0: false")
    run(*promote, 1, "champion", "--no-gate", "--note", "emergency")
    assert run("registry", "rollback", store, "fraud", "champion", "--note", "false alarm").out == "2\n"
    history = listed("registry", "history", store, "fraud", "champion")
    assert [(row["action"], row["version"]) for row in history] == [
        ("promote", 1), ("promote", 2), ("promote", 1), ("rollback", 2)]
    assert history[1]["note"] == "better", history[1]
    assert sorted(history[1]["gate"].split(" and ")) == ["auc >= 0.5", "auc >= champion.auc"]

    def at(when):
        return run("registry", "at", store, "fraud", "champion", when).out.strip()
    for row in history:
        assert at(row["time_ns"]) == str(row["version"])
    for ns in (history[1]["time_ns"], history[2]["time_ns"] - 1):
        text = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(ns // 10**9)) + f".{ns % 10**9:09d}"
        assert at(text + "Z") == at(text.replace("T", " ")) == "2"
    fails("registry", "at", store, "fraud", "champion", "1970-01-02", says="champion")
    assert at("2261-12-31") == "2" and at(now + 10**15) == "2"
    run("registry", "drop", store, "fraud", "champion", "--note", "over")
    fails("registry", "show", store, "fraud", "champion", says="champion")
    run("registry", "gate", store, "fraud", "champion", "--drop")
    run(*promote, 1, "champion")
    assert len(listed("registry", "decisions", store, "fraud", "champion")) == 4, "no gate, no decision"


@test
def registry_refuses(folder):
    store, _, _ = model_store(folder)
    register = ["register", store, "fraud"]
    run("data", "commit", store, "whole", TRAIN, "--target", "fraud")
    before = run("audit", "verify", store).out
    for args, says in [
            ([*register, folder / "none.json"], "none.json"), ([*register, TRAIN], "train.csv"),
            ([*register, MODEL, "--run", "abc"], "'abc'"), ([*register, MODEL, "--run", "0" * 32], "0" * 32),
            ([*register, MODEL, "--dataset", "ty"], 'did you mean "tx"'),
            ([*register, MODEL, "--dataset", "tx", "--ref", "v9"], '"v9"'), ([*register, MODEL, "--features", "none"], '"none"'),
            ([*register, MODEL, "--reference", folder / "none.csv"], "none.csv"),
            ([*register, MODEL, "--metadata", "{x"], "metadata"), (["list", store, "frau"], 'did you mean "fraud"'),
            (["show", store, "fraud", 9], "version 9"), (["show", store, "fraud", "champ"], '"champ"'),
            (["gate", store, "fraud", "champion", "aucc > 1"], ["aucc", 'did you mean "auc"']),
            (["gate", store, "fraud", "champion", "auc >"], ["gate", "column 6"]),
            (["gate", store, "frau", "champion", "auc > 1"], 'did you mean "fraud"'),
            (["evaluate", store, "fraud", 1, "--dataset", "whole"], ["no split", "--split"]),
            (["evaluate", store, "fraud", 1, "--dataset", "ty"], "ty"), (["promote", store, "fraud", 9, "champion"], "version 9"),
            (["promote", store, "fraud", 1, "latest"], "latest"), (["promote", store, "fraud", 1, "7"], '"7"'),
            (["promote", store, "fraud", 2, "champion", "--gate", "nope > 1"], "nope"),
            (["rollback", store, "fraud", "champion"], "champion"), (["drop", store, "fraud", "canary"], "canary"),
            (["history", store, "fraud", "canary"], "canary"), (["at", store, "fraud", "canary", "2100-01-01"], "canary"),
            (["decisions", store, "frau", "champion"], "frau"), (["bundle", store, "fraud", 1, "-o", folder / "none/x"], "none/x")]:
        fails("registry", *args, says=says)
    for args, says in [
            (["gate", store, "fraud", "champion", "auc > 1", "--drop"], "--drop"),
            (["promote", store, "fraud", 1, "champion", "--no-gate"], "--note is missing"),
            (["promote", store, "fraud", 1, "champion", "--no-gate", "--gate", "auc > 1", "--note", "x"], "--gate"),
            (["bundle", store, "fraud", 1], "-o FILE"), (["promote", store, "fraud"], "WHICH ALIAS is missing"),
            ([*register, MODEL, "--features", "same:0"], "--features"),
            *[(["at", store, "fraud", "champion", when], f"'{when}'") for when in (
                "now", "2026-13-01", "2026-02-30", "2026-01-01T25:00", "2026-01-01T10:00:00+01:00", "0", "-5", "2026-01", "")]]:
        fails("registry", *args, status=2, says=says)
    assert run("audit", "verify", store).out == before
    refuses_what_is_no_store(folder, f"registry register STORE fraud {MODEL}", "registry list STORE", "registry show STORE fraud 1",
                             "registry gate STORE fraud a auc>0", "registry evaluate STORE fraud 1", "registry promote STORE fraud 1 a",
                             "registry rollback STORE fraud a", "registry drop STORE fraud a", "registry history STORE fraud a",
                             "registry decisions STORE fraud a", "registry at STORE fraud a 2026-01-01",
                             f"registry bundle STORE fraud 1 -o {folder / 'none'}")
    options = nobody(store)
    if options is None:
        return "SKIP no other user can run the command"
    assert listed("registry", "evaluate", store, "fraud", 1, **options)
    fails("registry", "promote", store, "fraud", 2, "champion", says="a.mlops", **options)


@test
def aliases_that_nobody_holds(folder):
    """They are told of, and nothing else changes."""
    store, _, _ = model_store(folder)

    def notes(*args, status=0):
        return [line for line in run(*args, status=status).err.splitlines() if line.startswith("mlops: note: ")]
    gate, promote = ["registry", "gate", store, "fraud"], ["registry", "promote", store, "fraud"]
    assert notes(*gate, "champion", "auc >= champion.auc and auc > 0.5e-1") == []
    assert notes(*gate, "canary", "auc >= canary.auc - 1.e-3 and auc >= champion.auc") == []  # its own comes with it
    typed = notes(*gate, "champion", "auc >= champoin.auc - 1 and f1 >= champoin.f1 - 1 and auc > `a``b`.auc - 1")
    assert len(typed) == 2 and any("'champoin'" in line for line in typed) and any("'a`b'" in line for line in typed), typed
    assert sorted(notes(*promote, 2, "champion")) == sorted(typed)  # the gate that is kept
    assert notes(*promote, 1, "champion", "--gate", "auc > 2.0 and auc > champoin.auc", status=5) == [
        line for line in typed if "champoin" in line]
    assert notes(*promote, 1, "champion", "--no-gate", "--note", "x") == []
    assert notes(*gate, "champion", 'auc >= "champion".auc - 1') == notes(*gate, "champion", "--drop") == []
    run(*promote, 1, "champoin")
    run("registry", "drop", store, "fraud", "champoin")
    assert notes(*gate, "champion", "auc >= champoin.auc - 1") == []  # it was held
    deploy = ["deploy", "set", store, "checkout"]
    assert notes(*deploy, "--model", "fraud") == []
    for option, alias in (("--champion", "chapion"), ("--canary", "canray")):
        note, = notes(*deploy, option, alias)
        assert f"'{alias}'" in note and "'fraud'" in note and "'checkout'" in note and option[2:] in note
        run(*deploy, option, "champion" if option == "--champion" else "canary")
    assert len(notes(*deploy, "--canary-share", 0.5)) == 1
    assert {row["name"]: row["champion"] for row in listed("deploy", "list", store)} == {"checkout": "champion"}


@test
def gates_without_held_out_rows(folder):
    """Who meets the gate too early is told what to do."""
    store = folder / "a.mlops"
    run("init", store)
    run("data", "commit", store, "tx", TRAIN, "--target", "fraud")
    run("registry", "register", store, "fraud", MODEL, "--dataset", "tx")
    run("registry", "register", store, "fraud", MODEL)
    promote = ["registry", "promote", store, "fraud"]
    fails(*promote, 1, "champion", "--gate", "auc > 0.5", says=["train.csv", "no split", "--split of 'mlops data commit'"])
    fails(*promote, 2, "champion", "--gate", "auc > 0.5", says="--dataset")
    run("data", "commit", store, "tx", TRAIN, "--target", "fraud", "--split", "random")
    run(*promote, 2, "champion", "--gate", "auc > 0.5", "--dataset", "tx")


@test
def deployments(folder):
    store, _, _ = model_store(folder)
    keyed = write(folder / "keyed.csv", "card," + "\n".join(f"card-{i}," * bool(i) + line for i, line in enumerate(
        pathlib.Path(LIVE).read_text().splitlines())) + "\n")
    serve = ["deploy", "predict", store, "checkout", keyed]
    run("deploy", "set", store, "checkout", "--model", "fraud")
    run("registry", "promote", store, "fraud", 2, "canary")
    expected = run("model", "predict", MODEL, LIVE).out.split()[1:]
    seen = set()
    for share in (0, 0.1, 0.4, 1):
        run("deploy", "set", store, "checkout", "--canary-share", share)
        rows = list(csv.DictReader(io.StringIO(run(*serve, "--key", "card").out)))
        assert [row["prediction"] for row in rows] == expected
        on_canary = {i for i, row in enumerate(rows) if row["version"] == "2"}
        assert seen <= on_canary and abs(len(on_canary) / len(rows) - share) < 0.08, "a key was taken off the canary"
        seen = on_canary
        for i in (0, 7, 300):
            assert run("deploy", "route", store, "checkout", f"card-{i + 1}").out.strip() == rows[i]["version"]
        assert {json.loads(line)["version"] for line in run(*serve, "--json").out.splitlines()} == {1}, "no key, no canary"
    got = listed("deploy", "list", store)
    assert [(row["model"], row["champion_version"], row["canary_version"], row["canary_share"]) for row in got] == [
        ("fraud", 1, 2, 1.0)]
    run(*serve[:-1], "-", "-o", folder / "scores.csv", stdin=keyed.read_bytes())
    assert (folder / "scores.csv").read_text() == run(*serve).out
    run("registry", "promote", store, "fraud", 2, "champion")
    assert json.loads(run("deploy", "route", store, "checkout", "x", "--json").out) == {"version": 2}
    run("deploy", "set", store, "checkout", "--canary", "trial", "--salt", "other", "--actor", "eve")
    assert listed("deploy", "list", store)[0]["canary_version"] is None


@test
def deployments_refuse(folder):
    store, _, _ = model_store(folder)
    run("deploy", "set", store, "checkout", "--model", "fraud")
    run("deploy", "set", store, "idle", "--model", "fraud", "--champion", "nobody")
    before = run("audit", "verify", store).out
    for args, says in [
            (["set", store, "new"], "--model"), (["set", store, "new", "--model", "frau"], 'did you mean "fraud"'),
            (["set", store, "checkout", "--canary", "champion"], "champion"), (["route", store, "chekout", "a"], 'did you mean "checkout"'),
            (["route", store, "idle", "a"], '"nobody"'), (["predict", store, "none", LIVE], '"none"'),
            (["predict", store, "checkout", folder / "none.csv"], "none.csv"),
            (["predict", store, "checkout", write(folder / "other.csv", "a\n1\n")], ["other.csv", "amount"]),
            (["predict", store, "checkout", LIVE, "--key", "card"], ["live.csv", "card"]),
            (["predict", store, "checkout", LIVE, "-o", folder / "none/x"], "none/x")]:
        fails("deploy", *args, says=says)
    fails("deploy", "set", store, "checkout", "--canary-share", "1.5", status=2, says="out of range")
    fails("deploy", "route", store, "checkout", status=2, says="KEY is missing")
    assert run("audit", "verify", store).out == before
    refuses_what_is_no_store(folder, "deploy set STORE a --model fraud", "deploy list STORE", f"deploy predict STORE a {LIVE}",
                             "deploy route STORE a b", "watch STORE fraud 1", "watch windows STORE fraud", "watch report STORE fraud 1")
    options = nobody(store)
    if options is None:
        return "SKIP no other user can run the command"
    assert run("deploy", "route", store, "checkout", "a", **options).out == "1\n"
    fails("deploy", "set", store, "checkout", says="a.mlops", **options)


SECOND = 10 ** 9
AT = 1_700_000_000 * SECOND  # 2023-11-14T22:13:20Z


def newest_rows(batches):
    """Of each card the newest row: by event time, then by creation, then the one that came last."""
    kept = {}
    for row in (row for batch in batches for row in batch):
        have = kept.get(row[0])
        if have is None or (row[1], row[2]) >= (have[1], have[2]):
            kept[row[0]] = row
    return kept


@test
def online_views(folder):
    """Rows that come late and twice, against a fold of them in Python; through export and import too."""
    store, copy, file = folder / "a.mlops", folder / "b.mlops", folder / "a.export"
    random = __import__("random").Random(5)
    batches = [[(f"card-{random.randrange(20)}", AT + random.randrange(50) * SECOND, random.randrange(3),
                 f"{random.randrange(1, 9999) / 8}", random.choice(["CH", "LI, and so on", "07"])) for _ in range(40)]
               for _ in range(4)]
    paths = [write(folder / f"{i}.csv", "card,ts,made,spent,place\n" + "".join(
        f'{card},{ts},{made},{spent},"{place}"\n' for card, ts, made, spent, place in batch))
        for i, batch in enumerate(batches)]
    run("init", store)
    define = ["online", "define", store, "cards", paths[0], "--key", "card", "--event-time", "ts", "--created", "made"]
    assert run(*define, "--ttl", "15s", "--actor", "ada").out == "" and run(*define, "--ttl", 15 * SECOND).out == ""
    for i, path in enumerate(paths):
        put, fold = run("online", "put", store, "cards", path).out, newest_rows(batches[:i])
        n_put = 0
        for row in batches[i]:
            before = fold
            fold = newest_rows([list(fold.values()), [row]])
            n_put += fold[row[0]] is row
        assert put == f"{n_put} of 40 rows were put\n", put
    expected, as_of = newest_rows(batches), AT + 60 * SECOND
    keys = [f"card-{i}" for i in range(22)]
    wanted = []
    for key in keys:
        _, ts, made, spent, place = expected.get(key, (key, None, None, None, None))
        age = None if ts is None else as_of - ts
        status = "missing" if age is None else "expired" if age > 15 * SECOND else "hit"
        wanted.append({"card": key, "ts": ts, "made": made, "spent": float(spent) if status == "hit" else None,
                       "place": place if status == "hit" else None, "status": status, "age_ns": age})
    assert {row["status"] for row in wanted} == {"hit", "missing", "expired"}
    get = ["online", "get", store, "cards"]
    assert listed(*get, *keys, "--as-of", as_of) == wanted
    assert listed(*get, *keys, "--as-of", "2023-11-14T22:14:20Z") == wanted
    asked = write(folder / "keys.csv", "row,card\n" + "".join(f"{i},{key}\n" for i, key in enumerate(keys)) + "99,\n")
    rows = listed(*get, "--keys", asked, "--as-of", as_of)
    assert rows[:-1] == wanted and rows[-1]["status"] == "null" and rows[-1]["card"] is None
    parsed = list(csv.DictReader(io.StringIO(run(*get, "--keys", "-", "--csv", "--as-of", as_of, stdin=asked.read_bytes()).out)))
    assert [row["status"] for row in parsed] == [row["status"] for row in rows]
    assert {row["status"] for row in listed(*get, *keys)} == {"expired", "missing"}, "rows of 2023 serve now"
    run("store", "export", store, file)
    run("store", "import", copy, file)
    assert listed("online", "get", copy, "cards", *keys, "--as-of", as_of) == wanted
    checked = json.loads(run("store", "check", copy, "--json").out)
    assert checked["faults"] == [] and checked["rows"] == len(expected) and f", {len(expected)} online rows:" in run(
        "store", "check", copy).out
    assert json.loads(run("store", "stats", copy, "--json").out)["online_bytes"] > 0
    row, = listed("online", "list", copy)
    assert row.pop("created_ns") > AT and row == {"name": "cards", "columns": "card,ts,made,spent,place", "key": "card",
                                                  "event_time": "ts", "created": "made", "ttl_ns": 15 * SECOND}


@test
def online_keys_of_each_type(folder):
    """Words of the command line have the types of the key's columns, in its order, whatever they look like."""
    store = folder / "a.mlops"
    rows = write(folder / "rows.csv", 'n,code,"a,b",ts,x\n' + "".join(
        f'{n},"{code}",{truth},{AT},{i}\n' for i, (n, code, truth) in enumerate(
            [(7, "07", "true"), (7, "7", "true"), (-7, "true", "false"), (2 ** 62 + 1, 'a, ""b""', "true")])))
    run("init", store)
    run("online", "define", store, "v", rows, "--key", 'code,"a,b",n', "--event-time", "ts")
    assert json.loads(run("online", "put", store, "v", rows, "--json").out) == {"put": 4, "rows": 4}
    words = ["07", "true", 7, "7", "true", 7, "true", "false", -7, 'a, "b"', "true", 2 ** 62 + 1, "7", "false", 7, "", "true", 1]
    got = [json.loads(line) for line in run("online", "get", store, "v", "--json", "--", *words).out.splitlines()]
    assert [row["x"] for row in got] == [0, 1, 2, 3, None, None] and [row["n"] for row in got][3] == 2 ** 62 + 1
    assert [row["status"] for row in got] == 4 * ["hit"] + 2 * ["missing"]
    for bad in ("x", "1.5", "true", "9" * 25, "", "1,2", "1\n2"):
        fails("online", "get", store, "v", "07", "true", bad, says=["KEY", "n"])
    fails("online", "get", store, "v", "07", "7", "7", says=["KEY", "a,b"])
    fails("online", "get", store, "v", "07", "true", status=2, says=["takes 3", 'code,"a,b",n'])


@test
def online_for_people(folder):
    store = folder / "a.mlops"
    rows = write(folder / "rows.csv", f"card,ts_ns,x\na,{AT},1.5\nb,{AT - 90 * 60 * SECOND},2\nc,{AT - 100000 * SECOND},3\n")
    run("init", store)
    run("online", "define", store, "v", rows, "--key", "card", "--event-time", "ts_ns", "--ttl", "30d")
    run("online", "put", store, "v", rows)
    lines = run("online", "get", store, "v", "a", "b", "c", "d", "--as-of", "2023-11-14T22:13:20Z").out.splitlines()
    told = [line.split() for line in lines]
    assert told == [
        ["card", "ts", "x", "status", "age"], ["a", "2023-11-14T22:13:20.000Z", "1.5", "hit", "0s"],
        ["b", "2023-11-14T20:43:20.000Z", "2.0", "hit", "90m"], ["c", "2023-11-13T18:26:40.000Z", "3.0", "hit", "100000s"],
        ["d", "-", "-", "missing", "-"]], told
    ages = {"1ns": "1ns", "2500us": "2.5ms", "61500ms": "1.0m", "100ms": "100ms", "-2s": "-2s"}
    units = {"ns": 1, "us": 1000, "ms": 10 ** 6, "s": SECOND}
    for age, shown in ages.items():
        n, unit = re.fullmatch(r"(-?\d+)(\w+)", age).groups()
        line = run("online", "get", store, "v", "a", "--as-of", AT + int(n) * units[unit]).out.splitlines()[1]
        assert line.split()[-1] == shown, line
    for ttl, shown in [("36h", "36h"), ("90s", "90s"), ("15m", "15m"), (2 * SECOND, "2s"), ("1500ms", "1.5s"), ("48h", "2d")]:
        run("online", "define", store, f"ttl-{ttl}", rows, "--key", "card", "--event-time", "ts_ns", "--ttl", ttl)
        assert re.search(rf"^ttl-{ttl}  .* {re.escape(shown)}  ", run("online", "list", store).out, re.M), ttl


@test
def online_refuses(folder):
    store = folder / "a.mlops"
    rows = write(folder / "rows.csv", f"card,ts,made,x,status\na,{AT},{AT},1.5,ok\n")
    cards = write(folder / "cards.csv", f"card,ts,made,x\na,{AT},{AT},1.5\n")
    run("init", store)
    define = ["online", "define", store]
    run(*define, "cards", cards, "--key", "card", "--event-time", "ts")
    run("online", "put", store, "cards", cards)
    before = run("audit", "verify", store).out, run("online", "get", store, "cards", "a", "--as-of", AT).out
    time = ["--event-time", "ts"]
    for args, says in [
            (["other", rows, "--key", "card", *time], ["status", "'mlops online get' adds"]),
            (["other", cards, "--key", "crd", *time], ["--key: ", '"crd"']), (["other", cards, "--key", "x", *time], ["--key: ", "float64"]),
            (["other", cards, "--key", "card", "--event-time", "x"], ["--event-time: ", "float64"]),
            (["other", cards, "--key", "card", *time, "--created", "ts"], "--created: "), (["", cards, "--key", "card", *time], "name"),
            (["cards", cards, "--key", "card", *time, "--ttl", "1d"], ["cards", "another name"]),
            (["other", folder / "none.csv", "--key", "card", *time], "none.csv")]:
        fails(*define, *args, says=says)
    for args, says in [
            ([], "--key is missing"), (["--key", "card"], "--event-time is missing"), (["--key", "card", *time, "--ttl", "0"], "'0'"),
            (["--key", "card", *time, "--ttl", "1.5h"], "'1.5h'"), (["--key", "card", *time, "--ttl", "300000d"], "'300000d'"),
            (["--key", "card", *time, "--ttl", "soon"], "30d"), (["--key", "card", *time, "--ttl", "-1s"], "'-1s'")]:
        fails(*define, "other", cards, *args, status=2, says=says)
    for text, says in [("card,ts,made\na,1,1\n", '"x"'), (f"card,ts,made,x\n1,{AT},1,1\n", ["card", "int64"]),
                       ("card,ts,made,x\na,2023-01-01,1,1\n", ["ts", "string"]), ("card,ts,made,x\na,1,1,1\n,2,1,1\n", ["row 1", "card"]),
                       (f"card,ts,made,x\nb,{AT},1,1\n{'k' * 500},{AT},1,1\n", ["row 1", "400"]), ("", "empty")]:
        fails("online", "put", store, "cards", write(folder / "bad.csv", text), says=["bad.csv", *([says] if isinstance(says, str) else says)])
    fails("online", "put", store, "crds", cards, says='did you mean "cards"')
    for args, says in [([store, "crds", "a"], 'did you mean "cards"'), ([store, "cards", "--keys", folder / "none.csv"], "none.csv"),
                       ([store, "cards", "--keys", write(folder / "bad.csv", "crd\na\n")], ["bad.csv", '"card"'])]:
        fails("online", "get", *args, says=says)
    for args, says in [(["cards"], "KEY or --keys is missing"), (["cards", "a", "--keys", cards], "exclude"),
                       (["cards", "a", "--as-of", "yesterday"], "'yesterday'"), ([], "VIEW is missing")]:
        fails("online", "get", store, *args, status=2, says=says)
    assert (run("audit", "verify", store).out, run("online", "get", store, "cards", "a", "--as-of", AT).out) == before
    refuses_what_is_no_store(folder, f"online define STORE v {cards} --key card --event-time ts", f"online put STORE v {cards}",
                             "online get STORE v a", "online list STORE")
    options = nobody(store)
    if options is None:
        return "SKIP no other user can run the command"
    assert [row["name"] for row in listed("online", "list", store, **options)] == ["cards"]
    for args in [["online", "get", store, "cards", "a"], ["store", "export", store, "/dev/null/x"]]:
        fails(*args, says="a.mlops", **options)


@test
def online_rows_that_are_damaged(folder):
    store = folder / "a.mlops"
    rows = write(folder / "rows.csv", "card,ts,x\n" + "".join(f'"{i:05}",{AT},{i / 4}\n' for i in range(3000)))
    run("init", store)
    run("online", "define", store, "v", rows, "--key", "card", "--event-time", "ts")
    run("online", "put", store, "v", rows)
    found = store / "online/data.mdb"
    whole = found.read_bytes()
    at = whole.rindex(b"01234")
    found.write_bytes(whole[:at] + b"x" + whole[at + 1:])
    assert len(json.loads(run("store", "check", store, "--json", status=1).out)["faults"]) >= 1
    fails("online", "get", store, "v", "00001", says="repair")
    lost = json.loads(run("store", "repair", store, "--json").out)
    assert lost["damaged"] == 0 and 1 <= lost["lost"] < 3000
    assert list((store / "damaged").glob("online-*"))
    left = listed("online", "get", store, "v", "--keys", rows, "--as-of", AT)
    assert sum(row["status"] == "missing" for row in left) == lost["lost"]
    assert all(row["x"] == i / 4 for i, row in enumerate(left) if row["status"] == "hit")
    fails("online", "get", store, "w", "a", says='"w"')


@test
def windows_that_end_by_time(folder):
    """A line for each, while the input is open and nothing comes; rows decide where they are fewer."""
    reference, rows = folder / "x.csv", "".join(f"{i * 37 % 1000}\n" for i in range(600))
    reference.write_text("x\n" + rows)
    args = [MLOPS, "drift", "watch", reference, "--window-time", "2s", "--false-alarm", "1h", "--json"]
    with subprocess.Popen([str(a) for a in args], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        process.stdin.write("x\n" + rows)
        process.stdin.flush()
        got = 0
        while got < 600:  # in one window, or two if its end came just then
            line = json.loads(process.stdout.readline())
            got += line["rows"]
            assert line["verdict"] != "yes"
        assert got == 600
        process.stdin.write("5000\n" * 400)
        process.stdin.flush()
        while json.loads(process.stdout.readline())["verdict"] != "yes":  # the first may have few of them
            pass
        process.stdin.close()
        assert process.wait(60) == 3
    both = run("drift", "watch", reference, "--window-time", "365d", "--window", 250, "--json", stdin="x\n" + rows,
               status=4).out
    assert [json.loads(line)["rows"] for line in both.splitlines()] == [250, 250]
    fails("drift", "watch", reference, "--false-alarm", "30d", "--alpha", "0.1", stdin="x\n", says="--false-alarm")
    fails("drift", "watch", reference, "--window-time", "1x", stdin="x\n", says="--window-time", status=2)


@test
def windows_that_are_kept(folder):
    """As `drift watch` judges them against the same reference; later too."""
    store, _, _ = model_store(folder)
    live = pathlib.Path(LIVE).read_text()
    bundle = folder / "champion.bundle"
    run("registry", "bundle", store, "fraud", "champion", "-o", bundle)
    expected = run("drift", "watch", bundle, "--window", 150, stdin=live, status=3).out
    args = ["watch", store, "fraud", "champion", "--window", 150]
    assert run(*args, stdin=live, status=3).out == expected
    lines = [json.loads(line) for line in run(*args, "--json", stdin=live, status=3).out.splitlines()]
    rows = listed("watch", "windows", store, "fraud")
    assert [row["number"] for row in rows] == list(range(1, 9)) and {row["n_rows"] for row in rows} == {150}
    verdicts = {"yes": "drift", "no": "no drift", "not enough data": "not enough data"}
    assert [row["verdict"] for row in rows] == 2 * [verdicts[line["verdict"]] for line in lines]
    assert [row["columns"].split(",") if row["columns"] else [] for row in rows[:4]] == [
        [column["name"] for column in line["drifted"]] for line in lines]
    drifted = next(line for line in lines if line["verdict"] == "yes")
    report = json.loads(run("watch", "report", store, "fraud", drifted["window"], "--json").out)
    effect = {column["name"]: column["effect"] for column in report["columns"]}
    assert effect[drifted["drifted"][0]["name"]] == drifted["drifted"][0]["effect"] and report["n_columns"] == 30
    assert json.loads(run("watch", "report", store, "fraud", "--json").out) == json.loads(
        run("watch", "report", store, "fraud", 8, "--json").out)
    lines = run("watch", "report", store, "fraud", drifted["window"]).out.split("\n\n")[1].splitlines()
    assert lines[0].split() == "name verdict test effect effect_low tolerance p_adjusted psi nulls_current".split()
    assert len(lines) == 31 and re.match(r"amount +yes +ks +0\.\d+ ", lines[1]), lines[1]
    run("watch", store, "fraud", 2, "--name", "own", "--ignore", "amount", "--window", 600, "--metrics", folder / "m.prom",
        stdin=pathlib.Path(TRAIN).read_text())
    assert [row["version"] for row in listed("watch", "windows", store, "own")] == [2]
    assert "mlops" in (folder / "m.prom").read_text()


def scored(folder, path, name):
    """The rows of a file with the model's predictions, ids and a country; their labels by id."""
    predictions = run("model", "predict", MODEL, path).out.split()[1:]
    lines = pathlib.Path(path).read_text().splitlines()
    rows = [f"r{i},{'DE' if i % 3 else 'AT'},{p},{line}" for i, (p, line) in enumerate(zip(predictions, lines[1:]))]
    labels = write(folder / f"{name}-labels.csv", "id,fraud\n" + "".join(
        f"r{i},{line.split(',')[-1]}\n" for i, line in enumerate(lines[1:])))
    return "id,country,p," + lines[0] + "\n", [row + "\n" for row in rows], labels


@test
def labels_come_later(folder):
    """To windows that were kept; a watch that is called again goes on, as one that was called once."""
    store, _, _ = model_store(folder)
    head, rows, labels = scored(folder, LIVE, "live")
    first, then, _ = scored(folder, TRAIN, "train")
    validation = write(folder / "held.csv", first + "".join(then))
    def args(name):
        return ["watch", store, "fraud", "champion", "--name", name, "--window", 100, "--instance", "main", "--prediction", "p",
                "--request", "id", "--validation", validation, "--target", "fraud", "--by", "country", "--alarm", "1/2",
                "--ignore", "hour"]
    status = run(*args("once"), stdin=head + "".join(rows), status=None).returncode
    for at in range(0, 600, 75):
        run(*args("often"), stdin=head + "".join(rows[at:at + 75]), status=None)
    for name in "once", "often":
        run(*args(name), "--labels", labels)
    once, often = (listed("watch", "windows", store, name) for name in ("once", "often"))
    assert len(once) == 6 and status in (0, 3, 4)
    for a, b in zip(once, often):
        assert [a[k] for k in ("n_rows", "verdict", "columns", "estimated", "event")] == [
            b[k] for k in ("n_rows", "verdict", "columns", "estimated", "event")]
    one, two = (listed("watch", "performance", store, name) for name in ("once", "often"))
    assert one == two and {row["window"] for row in one} == set(range(1, 7))
    auc = {row["window"]: row for row in one if (row["kind"], row["metric"]) == ("measured", "auc")}
    table = list(csv.DictReader(io.StringIO(head + "".join(rows))))
    for window, row in auc.items():
        part = table[100 * (window - 1):100 * window]
        ones, zeros = ([float(r["p"]) for r in part if r["fraud"] == label] for label in "10")
        due = sum((x > y) + (x == y) / 2 for x in ones for y in zeros) / (len(ones) * len(zeros))
        assert row["n"] == 100 and abs(row["value"] - due) < 0.005, (row, due)  # scores in 1,024 bins
    shown = run("watch", "show", store, "often", 2, "--json", status=None)
    window = json.loads(shown.out)
    assert shown.returncode == (3 if window["alarm"]["alarmed"] else 0)
    assert [s["segment"] for s in window["segments"]] == ["other", "AT", "DE"] and window["alarm"]["rules"]["n"] == 2
    lines = run("watch", "show", store, "often", status=None).out.splitlines()
    assert [line for line in lines if line.startswith("alarm.reason ")] and "alarm.rules.pause       0s" in lines, lines


@test
def ids_are_texts(folder):
    """Whatever they look like: of many digits, with zeros ahead, some with letters, all in one block or row by row."""
    store, _, _ = model_store(folder)
    names = pathlib.Path(LIVE).read_text().splitlines()[0]
    lines = pathlib.Path(LIVE).read_text().splitlines()[1:51]
    for name, ids in ("long", [f"{10 ** 19 + i}" for i in range(50)]), ("mixed", [f"{'x' * (i % 9 == 4)}{i:04}" for i in range(50)]):
        rows = [f"{key},007,0.{i + 10},{line}\n" for i, (key, line) in enumerate(zip(ids, lines))]
        labels = write(folder / "ids.csv", "id,fraud\n" + "".join(f"{key},{i % 2}\n" for i, key in enumerate(ids)) + ",1\n")
        for size in 50, 10:
            args = ["watch", store, "fraud", 1, "--window", 50, "--name", f"{name}{size}", "--instance", "a", "--request", "id",
                    "--prediction", "p", "--target", "fraud", "--by", "shop"]
            for at in range(0, 50, size):
                run(*args, stdin=f"id,shop,p,{names}\n" + "".join(rows[at:at + size]), status=None)
            run(*args, "--labels", labels, status=None)
            found = [row["n"] for row in listed("watch", "performance", store, f"{name}{size}") if row["metric"] == "brier"
                     and row["kind"] == "measured"]
            assert found == [50], (name, size, found)
            shown = json.loads(run("watch", "show", store, f"{name}{size}", "--json", status=None).out)
            assert [s["segment"] for s in shown["segments"]] == ["other", "007"], shown["segments"]


@test
def labels_of_numbers(folder):
    """And of classes, of which the model has none."""
    store, _, _ = model_store(folder)
    names = pathlib.Path(LIVE).read_text().splitlines()[0]
    lines = pathlib.Path(LIVE).read_text().splitlines()[1:101]
    rows = "".join(f"{i},{(0.2, 0.7)[i % 2]},{(0.8, 0.3)[i % 2]},{i % 7},{line}\n" for i, line in enumerate(lines))
    kinds = write(folder / "kinds.csv", "id,kind,price\n" + "".join(f"{i},{'cat' if i % 2 or i % 4 == 0 else 'dog'},{i % 7 + 1}\n" for i in range(100)))
    base = ["watch", store, "fraud", 1, "--window", 100, "--instance", "a", "--request", "id"]
    more = base + ["--prediction", "guess", "--task", "regression", "--target", "price", "--metric", "rmse", "--tolerance", 1]
    run(*more, stdin=f"id,cat,dog,guess,{names}\n{rows}", status=None)
    run(*more, "--labels", kinds)
    found = [row for row in listed("watch", "performance", store, "fraud") if (row["kind"], row["metric"]) == ("measured", "rmse")]
    assert len(found) == 1 and found[0]["n"] == 100 and abs(found[0]["value"] - 1) < 1e-9, found
    fails(*base, "--name", "k", "--prediction", "cat,dog", "--target", "kind", stdin=f"id,cat,dog,guess,{names}\n{rows}", says="1 classes, and not 2")


@test
def labels_refuse(folder):
    store, _, _ = model_store(folder)
    head, rows, labels = scored(folder, LIVE, "live")
    base = ["watch", store, "fraud", 1, "--window", 100]
    told = base + ["--instance", "a", "--prediction", "p", "--request", "id"]
    for args, says in [
            (base + ["--labels", labels], "--labels needs"), (base + ["--validation", labels], "--validation needs"),
            (base + ["--request", "id"], "--prediction"), (base + ["--anew"], "--anew needs --instance"),
            (base + ["--target", "fraud"], "--target needs"), (base + ["--classes", "a,b"], "--classes needs"),
            (base + ["--threshold", "0"], "--threshold needs"), (base + ["--task", "regression"], "--task needs"),
            (base + ["--metric", "auc"], "--metric needs"), (base + ["--tolerance", "0.1"], "--tolerance needs"),
            (told + ["--calibration", "none"], "--calibration needs --validation"),
            (base + ["--prediction", "p", "--request", "id", "--target", "fraud", "--labels", labels], "and --instance"), (base + ["--alarm", "3/2"], "'3/2'"), (base + ["--alarm", "x"], "2/3"),
            (base + ["--alarm", "1/"], "2/3"), (told + ["--metric", "gini"], "'gini'"), (told + ["--task", "ranking"], "regression"),
            (told + ["--prediction", "p"], "given twice")]:
        fails(*args, status=2, says=says, stdin=head)
    fails(*base, "--instance", "a\tb", stdin=head, says="instance")
    fails(*told, stdin=head.replace("id", "key") + rows[0], says="'id'")
    fails(*told, stdin=head.replace(",p,", ",q,") + rows[0], says="'p'")
    fails(*told, stdin=head + rows[0].replace(",DE,", ",AT,").replace("AT,0.", "AT,7."), says=["row 0", "standard input"])
    fails(*told, "--metric", "mae", stdin=head, says="--metric")
    run(*told, stdin=head + "".join(rows[:10]), status=4)
    fails(*base, "--instance", "a", stdin=head + rows[0], says="or --anew")
    fails(*told, "--target", "nope", "--labels", labels, says="'nope'")
    fails(*told, "--target", "fraud", "--labels", folder / "none.csv", says="none.csv")
    fails(*told, "--target", "fraud", "--labels", write(folder / "x.csv", "id,fraud\nr1,2\n"), says="x.csv")
    run(*base, "--instance", "a", "--anew", stdin=head + rows[0], status=4)
    fails("watch", "show", store, "none", says='"none"')
    fails("watch", "show", store, "fraud", says="no window")
    fails("watch", "performance", store, "none", says='"none"')


@test
def windows_refuse(folder):
    store, _, _ = model_store(folder)
    run("registry", "register", store, "bare", MODEL)
    live = pathlib.Path(LIVE).read_text()
    run("watch", store, "fraud", 1, "--window", 150, stdin=live, status=3)
    for args, says in [
            (["windows", store, "frau"], 'no watch "frau"'), (["report", store, "fraud", 99], "99"), (["report", store, "none"], '"none"'),
            ([store, "fraud", 9], "version 9"), ([store, "frau", 1], 'did you mean "fraud"'), ([store, "bare", 1], "no reference"),
            ([store, "bare", 1, "--name", "fraud"], "bare"), ([store, "fraud", 1], ["standard input", "empty"]),
            ([store, "fraud", 1, "--columns", "nonsense"], ["--columns", "nonsense"])]:
        fails("watch", *args, says=says)
    fails("watch", store, "fraud", 1, stdin="a,b\n1,2\n", says=["standard input", "amount"])
    fails("watch", "report", store, "fraud", "new", status=2, says="'new'")
    fails("watch", store, status=2, says="MODEL WHICH is missing")
    fails("watch", store, "fraud", 1, "--window", 10, status=2, says="out of range")
    assert len(listed("watch", "windows", store, "fraud")) == 4
    done = run("watch", store, "fraud", 1, "--window", 150, stdin=live.replace("\n", "\nx", 200).replace("\nx", "\n", 199),
               status=1)
    assert done.out.count("\n") == 1 and "standard input" in done.err and "amount" in done.err
    assert len(listed("watch", "windows", store, "fraud")) == 5, "the window before the fault is kept"


@test
def audits_of_one_commit(folder):
    store, proof = folder / "a.mlops", folder / "proof.json"
    run("init", store)
    for name in ("first", "second", "third", "fourth", "fifth"):
        run("run", "start", store, name)
    n = json.loads(run("audit", "verify", store, "--json").out)["commits"]
    root = json.loads(run("audit", "root", store, "--json").out)
    links = [json.loads(line)["link"] for line in run("audit", "log", store, "--json").out.splitlines()]

    def tree(leaves):  # RFC 6962
        if len(leaves) == 1:
            return hashlib.sha256(b"\0" + leaves[0]).digest()
        k = 1 << (len(leaves) - 1).bit_length() - 1
        return hashlib.sha256(b"\1" + tree(leaves[:k]) + tree(leaves[k:])).digest()
    assert root == {"commits": n, "root": tree([bytes.fromhex(link) for link in links]).hex()}
    for number in range(1, n + 1):
        run("audit", "prove", store, number, "-o", proof)
        entry = json.loads(run("audit", "verify-proof", proof, root["root"], "--json").out)
        assert entry["commit"] == number and entry["link"] == links[number - 1]
    assert run("audit", "verify-proof", "-", root["root"], stdin=run("audit", "prove", store, 2).out).out
    other = json.loads(run("audit", "root", store, "--commits", n - 1, "--json").out)["root"]
    fails("audit", "verify-proof", proof, other, says="proof.json")
    run("audit", "prove", store, 1, "--commits", n - 1, "-o", proof)
    run("audit", "verify-proof", proof, other)
    fails("audit", "prove", store, n + 1, says=str(n))
    fails("audit", "prove", store, 1, "-o", folder / "none/x", says="none/x")


@test
def stores_that_can_only_be_read(folder):
    store = folder / "a.mlops"
    run("init", store)
    run_id = run("run", "start", store, "trees").out.strip()
    run("run", "log", store, run_id, "auc=1")
    before = run("audit", "verify", store).out
    options = nobody(store)
    if options is None:
        return "SKIP no other user can run the command"
    assert [row["run_id"] for row in listed("run", "list", store, **options)] == [run_id]
    assert run("audit", "verify", store, **options).out == before
    assert run("run", "points", store, run_id, "auc", **options).out
    for args in (["log", store, run_id, "auc=1"], ["start", store, "x"], ["end", store, run_id]):
        fails("run", *args, says="a.mlops", **options)
    assert run("audit", "verify", store).out == before
    for path in [store, *store.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)


FULL_DISK = """
set -e
mount -t tmpfs -o size=4m none "$1"
cd "$1"
"$2" init a.mlops > out
"$2" data commit a.mlops tx "$3" > out
"$2" run start a.mlops trees > id
"$2" audit verify a.mlops > verified
rm -r out "$4"
cat /dev/zero > fill 2>&- || :
"$2" run list a.mlops --json
"$2" store stats a.mlops --json
"$2" audit verify a.mlops | cmp - verified
"$2" data table a.mlops tx | cmp - "$3"
"$2" store export a.mlops "$5"
test "$4" != a.mlops/index || ! "$2" run start a.mlops trees || exit 1
"""


@test
def stores_on_a_full_disk(folder):
    """No index, no room for one: what reads is done, what writes is an error."""
    disk, train = folder / "disk", write(folder / "train.csv", "x,y\n" + "1,2\n" * 20000)
    disk.mkdir()
    alone = ["unshare", "-m", "sh"] if os.geteuid() == 0 else ["unshare", "-rm", "sh"]
    try:
        ready = subprocess.run([*alone, "-c", f"mount -t tmpfs none '{disk}'"], capture_output=True).returncode == 0
    except OSError:
        ready = False
    if not ready:
        return "SKIP no file system can be mounted"
    for lost in ("a.mlops/index", "a.mlops/index/boot"):
        done = subprocess.run([*alone, "-c", FULL_DISK, "sh", disk, MLOPS, train, lost, folder / "a.export"],
                              capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, f"without {lost}: {done.returncode}: {done.stderr}{done.stdout}"
        runs, stats = [json.loads(line) for line in done.stdout.splitlines()]
        assert runs["status"] == "RUNNING" and stats["commits"] == 2
        assert lost != "a.mlops/index" or "no space left" in done.stderr, done.stderr
        copy = folder / f"{pathlib.Path(lost).name}.mlops"
        assert json.loads(run("store", "import", copy, folder / "a.export", "--json").out)["state"] == stats["state"]


@test
def stores_that_are_damaged(folder):
    store = folder / "a.mlops"
    run("init", store)
    journal = store / "journal" / f"{1:016x}"
    journal.write_bytes(b"x" * 64 + journal.read_bytes()[64:])
    done = run("store", "check", store, status=1)
    assert journal.name in done.out and "head" in done.out
    assert len(json.loads(run("store", "check", store, "--json", status=1).out)["faults"]) == 1
    assert "0 commits or online rows were lost" in run("store", "repair", store).out
    run("store", "check", store)
    assert list((store / "damaged").glob("journal-*"))


@test
def content_that_a_repair_cannot_bring_back(folder):
    store = folder / "a.mlops"
    run("init", store)
    run("data", "commit", store, "tx", TRAIN)
    assert json.loads(run("store", "repair", store, "--json").out) == {"lost": 0, "damaged": 0}
    for pack in (store / "packs").iterdir():
        pack.unlink()
    done = run("store", "repair", store, status=1)
    n = len(json.loads(run("store", "check", store, "--json", status=1).out)["faults"])
    assert n > 0 and "0 commits or online rows were lost" in done.out and f"{n} damaged places" in done.out, done.out
    assert json.loads(run("store", "repair", store, "--json", status=1).out) == {"lost": 0, "damaged": n}
    shutil.rmtree(store / "journal")
    done = run("store", "repair", store)
    assert "1 commits or online rows were lost" in done.out and "damaged" not in done.out, done.out


@test
def commits_that_a_repair_lost(folder):
    store = folder / "a.mlops"
    run("init", store)
    for _ in range(70):
        run("data", "commit", store, "tx", TRAIN, "--message", "so many")
    whole = run("audit", "verify", store)
    assert whole.out.startswith("70 commits ") and "lost" not in whole.out
    journal = store / "journal" / f"{1:016x}"
    frames, at = bytearray(journal.read_bytes()), 64
    for number in range(1, 70):
        if number in (3, 66):
            frames[at + 70] ^= 1
        at += struct.unpack_from("<I", frames, at + 4)[0]
    journal.write_bytes(frames)
    assert "2 commits or online rows were lost" in run("store", "repair", store).out
    done = run("audit", "verify", store)
    assert re.fullmatch("70 commits [0-9a-f]{64}, 2 of them lost in repair\n", done.out), done.out
    assert json.loads(run("audit", "verify", store, "--json").out)["lost"] == 2


@test
def output_that_cannot_be_written(folder):
    with open("/dev/full", "wb") as full:
        for args, stdin in [(["--help"], b""), (["doctor"], b""), (["model", "describe", MODEL], b""),
                            (["model", "predict", MODEL, LIVE], b""), (["drift", "compare", TRAIN, LIVE], b""),
                            (["drift", "compare", TRAIN, LIVE, "--json"], b""), (["reference", "describe", TRAIN], b""),
                            (["drift", "watch", TRAIN, "--window", "100"], pathlib.Path(LIVE).read_bytes())]:
            done = run(*args, status=1, stdin=stdin, stdout=full)
            assert done.err.startswith("mlops: ") and "standard output" in done.err, done.err


@test
def listings_that_cannot_be_written(folder):
    store, _, run_id = model_store(folder)
    kept = write(folder / "kept.csv", "as it was")
    with open("/dev/full", "wb") as full:
        for args in (["data", "log", store, "tx"], ["data", "table", store, "tx"], ["registry", "list", store, "--json"],
                     ["run", "list", store, "--csv"], ["run", "show", store, run_id], ["audit", "prove", store, 1],
                     ["deploy", "list", store], ["registry", "evaluate", store, "fraud", 1]):
            done = run(*args, status=1, stdout=full)
            assert done.err.startswith("mlops: ") and "standard output" in done.err, done.err
    for args in (["data", "table", store, "tx"], ["audit", "prove", store, 1], ["registry", "bundle", store, "fraud", 1]):
        fails(*args, "-o", "/dev/full", says="/dev/full")
        fails(*args, "-o", folder, says=folder.name)
    fails("data", "table", store, "tx", "--path", "none", "-o", kept, says="none")
    assert kept.read_text() == "as it was" and files(folder) == ["a.mlops", "kept.csv", "note.txt"]


@test
def installed_it_finds_its_library(folder):
    build = pathlib.Path(MLOPS).parents[2]
    meson = shutil.which("meson")
    if not meson or not (build / "meson-info").is_dir():
        return "SKIP no meson, or no build folder of it"
    subprocess.run([meson, "install", "-C", build, "--no-rebuild", "--tags", "runtime", "--destdir", folder], check=True,
                   capture_output=True, timeout=120)
    installed, = folder.rglob("bin/mlops")
    env = {name: value for name, value in os.environ.items() if name != "LD_LIBRARY_PATH"}
    done = subprocess.run([installed, "doctor", "--json"], capture_output=True, text=True, env=env, timeout=60)
    assert done.returncode == 0 and json.loads(done.stdout)["ok"] is True, done.stderr
    if not shutil.which("ldd"):
        return "SKIP ldd is not installed"
    library = re.search(r"libmlops\.so\.0 => (\S+)", subprocess.run(["ldd", installed], capture_output=True, text=True,
                                                                     env=env).stdout).group(1)
    assert pathlib.Path(library).resolve().is_relative_to(folder.resolve()), library


@test
def colours_on_a_terminal_only(folder):
    import pty
    def on_terminal(**env):
        master, slave = pty.openpty()
        process = subprocess.Popen([MLOPS, "drift", "compare", TRAIN, LIVE], stdout=slave,
                                   env={**os.environ, "TERM": "xterm", **env})
        os.close(slave)
        out = b""
        try:
            while chunk := os.read(master, 65536):
                out += chunk
        except OSError:
            pass
        os.close(master)
        assert process.wait(60) == 3
        return out
    plain = run("drift", "compare", TRAIN, LIVE, status=3).out
    coloured = on_terminal(NO_COLOR="")
    assert b"\x1b[1;31mdrift" in coloured
    assert re.sub(rb"\x1b\[[\d;]*m", b"", coloured).replace(b"\r\n", b"\n").decode() == plain
    assert b"\x1b" not in on_terminal(NO_COLOR="1") and b"\x1b" not in on_terminal(TERM="dumb", NO_COLOR="")


@test
def branches_are_merged(folder):
    store, csv = folder / "a.mlops", folder / "t.csv"
    commit = ["data", "commit", store, "tx", csv, "--id", "id"]

    def keep(text, *args):
        write(csv, text.encode())
        return run(*commit, *args).out.strip()

    run("init", store)
    keep("id,x\n1,a\n2,b\n")
    run("data", "branch", store, "tx", "trial")
    theirs = keep("id,x\n1,a\n2,B\n", "--branch", "trial")
    assert run("data", "merge", store, "tx", "trial").out.strip() == theirs  # moves
    keep("id,x\n2,B\n1,A\n")
    keep("id,x\n1,a\n2,B\n3,c\n", "--branch", "trial")
    assert listed("data", "diff", store, "tx", "trial", "main", "--cells", "--path", "t.csv") == [
        {"from_row": 0, "to_row": 1, "key": "1", "column": "x", "from": "a", "to": "A"}]
    assert [(r["change"], r["key"]) for r in listed("data", "diff", store, "tx", "trial", "main", "--rows")] == [
        ("changed", "1"), ("removed", "3")]
    assert [(r["change"], r["key"]) for r in listed("data", "diff", store, "tx", "trial", "main", "--rows", "--key", "")] == [
        ("removed", None), ("removed", None), ("added", None)]
    run("data", "merge", store, "tx", "trial", "--message", "both")
    assert run("data", "table", store, "tx").out == "id,x\n2,B\n3,c\n1,A\n"
    for range, columns, out in [("1:3", "x", "x\nc\nA\n"), (":1", "x,id", "x,id\nB,2\n"), ("2:", None, "id,x\n1,A\n"),
                                ("3:9", "id", "id\n"), (None, "id", "id\n2\n3\n1\n")]:
        some = [*(["--rows", range] if range else []), *(["--columns", columns] if columns else [])]
        assert run("data", "table", store, "tx", *some).out == out
    path = write(folder / "codes.csv", "id,code\n1,007\n")
    run("data", "commit", store, "codes", path, "--csv-types", "code=string")
    assert run("data", "table", store, "codes").out == "id,code\n1,\"007\"\n"
    fails("data", "commit", store, "codes", path, "--csv-types", "code=bool", says="007")
    for range in ("1", "x:2", "2:1", "-1:2", "1:2:3", ":x", ""):
        fails("data", "table", store, "tx", "--rows", range, status=2, says="--rows")
    fails("data", "table", store, "tx", "--rows", "4:5", says="row 4")
    fails("data", "table", store, "tx", "--columns", "y", says="'y'")
    fails("data", "table", store, "tx", "--columns", "x", "--part", "train", status=2, says="--part")
    assert listed("data", "log", store, "tx")[0]["parents"].count(" ") == 1
    keep("id,x\n1,p\n", "--branch", "trial")
    keep("id,x\n1,q\n")
    told = run("data", "merge", store, "tx", "trial", "--json", status=5)
    assert json.loads(told.out) == {
        "path": "t.csv", "kind": "cell", "column": "x", "key": "1", "base_row": 0, "ours_row": 0, "theirs_row": 0,
        "base": "a", "ours": "q", "theirs": "p"}
    assert "--take" in told.err
    run("data", "merge", store, "tx", "trial", "--take", "theirs")
    assert run("data", "table", store, "tx").out == "id,x\n1,p\n"
    fails("data", "merge", store, "tx", "trail", says="trial")
    fails("data", "merge", store, "tx", "trial", "--branch", "none", says='no branch "none"')
    fails("data", "diff", store, "tx", "--key", "id", status=2, says="--rows")


@test
def schemas_differ(folder):
    """Columns that came or changed type differ in no row: rows and cells say that there are such."""
    store, path = folder / "a.mlops", folder / "t.csv"
    run("init", store)
    for text in "id,x\n1,5\n2,6\n", "id,x,y\n1,5.0,a\n2,6.0,b\n":
        write(path, text)
        run("data", "commit", store, "tx", path, "--id", "id")
    diff = ["data", "diff", store, "tx"]
    assert listed(*diff, "--schema") == [
        {"change": "retyped", "from": "x", "to": "x", "from_type": "int64", "to_type": "float64"},
        {"change": "added", "from": None, "to": "y", "from_type": None, "to_type": "string"}]
    for how in ["--rows"], ["--cells"], ["--cells", "--max", "1"]:
        assert run(*diff, *how).err == "mlops: note: 2 changes of the schema; --schema lists them\n"
    assert run(*diff, "--schema").err == run(*diff).err == run(*diff, "main", "main", "--rows").err == ""
    write(path, "id,x\n1,5.0\n2,7.0\n")
    run("data", "commit", store, "tx", path, "--id", "id")
    done = run(*diff, "--rows", "--max", "1")
    assert "1 change of the schema; --schema lists it\n" in done.err and "changed" in done.out
    for args in (["--rows", "--schema"], ["--cells", "--rows"]):
        fails(*diff, *args, status=2, says="one at a time")
    fails(*diff, "--schema", "--max", "3", status=2, says="--max")
    run("data", "commit", store, "tx", path, "--as", "bad.csv")
    last, before = [row["commit"][:12] for row in listed("data", "log", store, "tx")][:2]
    for args, side, id in [([], "FROM", before), ([before, "main"], "FROM", before), (["main", before], "TO", before)]:
        fails(*diff, *args, "--rows", "--path", "bad.csv", says=f'{side} is {id}: the commit has no entry "bad.csv"')
    fails(*diff, "--rows", says=f"TO is {last}: ")


@test
def branches_stay_findable(folder):
    store, first, last = data_store(folder)
    branch = ["data", "branch", store, "tx"]
    assert run(*branch, "trial", "--ref", "v1").err == run(*branch, "trial", "--ref", "v1").err == ""
    assert run(*branch, "trial").err == f"mlops: note: trial was at {first[:12]}\n"
    fails(*branch, "trial", "--ref", "v1", says=[f'"trial" is at {last[:12]}', "'v1'", "--force"])
    assert listed("data", "log", store, "tx", "trial")[0]["commit"] == last
    assert run(*branch, "trial", "--ref", "v1", "--force").err == f"mlops: note: trial was at {last[:12]}\n"
    told = run("data", "drop", store, "tx", "trial").err
    assert told == f"mlops: note: trial was at {first[:12]}\n"
    run(*branch, "trial", "--ref", told.split()[-1])
    assert listed("data", "log", store, "tx", "--ref", "trial")[0]["commit"] == first
    assert f"v1 was at {first[:12]}" in run("data", "drop", store, "tx", "v1").err
    other = run("data", "commit", store, "tx", TRAIN, "--branch", "trial", "--as", "x.csv").out
    fails(*branch, "main", "--ref", "trial", says=last[:12])
    run("data", "tag", store, "tx", "v2")
    fails(*branch, "v2", "--ref", "trial", says='has a tag "v2"')
    run("data", "merge", store, "tx", "main", "--branch", "trial")
    assert run(*branch, "main", "--ref", "trial").err == f"mlops: note: main was at {last[:12]}\n"
    assert other.strip() in [row["commit"] for row in listed("data", "log", store, "tx")]


@test
def branches_begin_where_is_said(folder):
    store, first, last = data_store(folder)
    note = folder / "note.txt"
    fresh = folder / "fresh.mlops"
    run("init", fresh)
    assert run("data", "commit", fresh, "tx", note, "--file").err == ""
    (folder / "f").mkdir()
    write(folder / "f/a.txt", "a")
    (folder / "git").mkdir()
    write(folder / "git/b.txt", "b")
    subprocess.run(["git", "init", "-q", folder / "git"], check=True)
    for name, args in [("one", ["commit", store, "tx", note, "--file"]), ("two", ["add", store, "tx", folder / "f", "--keep-missing"]),
                       ("three", ["import", store, "tx", folder / "git", "--from", "git-lfs"])]:
        told = run("data", *args, "--branch", name, "--base", "v1").err
        assert told == f"mlops: note: the branch '{name}' is new, and begins at v1, {first[:12]}\n", told
        assert listed("data", "log", store, "tx", name)[1]["commit"] == first
        fails("data", *args, "--branch", name, "--base", "v1", says=[f'"{name}"', "--base is for a new one"])
    done = run("data", "commit", store, "tx", note, "--file", "--branch", "four")
    parents = listed("data", "log", store, "tx", "four")[0]["parents"]
    assert parents == listed("data", "log", store, "tx")[0]["commit"]
    assert done.err == f"mlops: note: the branch 'four' is new, and begins at main, {parents[:12]}\n", done.err
    done = run("data", "commit", store, "tx", note, "--file", "--branch", "apart", "--base", "")
    assert not listed("data", "log", store, "tx", "apart")[0]["parents"]
    assert done.err == "mlops: note: the branch 'apart' is new, and begins with nothing; --base REF begins it at a commit\n"
    assert run("data", "commit", store, "tx", note, "--file", "--as", "b", "--branch", "four").err == ""
    fails("data", "commit", store, "tx", note, "--branch", "five", "--base", "v9", says='"v9"')


@test
def entries_are_printed_and_removed(folder):
    store, first, last = data_store(folder)
    cat = ["data", "cat", store, "tx"]
    assert run(*cat, "notes/a.txt").out.encode() == b"hi\r\n\0"
    assert run(*cat, "train.csv", "--ref", "v1").out == pathlib.Path(TRAIN).read_text()
    large = write(folder / "large", random.Random(7).randbytes(9 << 20))
    run("data", "commit", store, "tx", large, "--file")
    exact = write(folder / "exact", bytes(8 << 20))
    run("data", "commit", store, "tx", exact, "--file")
    for path in large, exact:
        assert run(*cat, path.name, "-o", folder / "out").out == ""
        assert (folder / "out").read_bytes() == path.read_bytes()
    (folder / "out").unlink()
    fails(*cat, "nots/a.txt", says='"notes/a.txt"')
    fails(*cat, "notes/a.txt", "--ref", "v1", "-o", folder / "out", says="notes/a.txt")
    fails(*cat, "notes/a.txt", "--ref", "v9", says='"v9"')
    assert "out" not in files(folder)
    before = listed("data", "log", store, "tx")[0]["commit"]
    fails("data", "rm", store, "tx", "large", "none", says='"none"')
    assert listed("data", "log", store, "tx")[0]["commit"] == before
    done = run("data", "rm", store, "tx", "large", "exact", "--message", "too large")
    assert done.err == "" and [row["path"] for row in listed("data", "entries", store, "tx")] == ["notes/a.txt", "train.csv"]
    log = listed("data", "log", store, "tx")
    assert (log[0]["commit"], log[0]["message"], log[0]["parents"]) == (done.out.strip(), "too large", before)
    run("data", "rm", store, "tx", "train.csv", "--branch", "bare", "--base", "v1")
    assert listed("data", "entries", store, "tx", "--ref", "bare") == []
    for what in "log", "entries":
        assert listed("data", what, store, "tx", "--ref", "v1") == listed("data", what, store, "tx", "v1")
        fails("data", what, store, "tx", "v1", "--ref", "v1", status=2, says="'v1'")
    assert run("data", "show", store, "tx", "--ref", "v1").out == run("data", "show", store, "tx", "v1").out
    fails("data", "show", store, "tx", "v1", "--ref", "v1", status=2, says="'v1'")


@test
def commits_say_what_is_gone(folder):
    store, data = folder / "a.mlops", folder / "data"
    data.mkdir()
    path = write(data / "p.csv", "id,x,t,day\n1,5,1,2020-01-01\n2,6,0,2020-01-02\n3,7,1,2020-01-03\n4,8,0,2020-01-04\n")
    run("init", store)
    commit = ["data", "commit", store, "d", path]
    told = ["--target", "t", "--id", "id", "--time", "day", "--split", "random"]
    assert run(*commit, *told).err == run(*commit, *told, "--seed", 1).err == ""
    assert "note: p.csv had split, which" in run(*commit, *told[:6]).err
    assert "note: p.csv had target 't', time 'day', id 'id', which" in run(*commit).err
    assert run(*commit).err == run(*commit, "--divide", "rows").err == ""
    assert "note: p.csv had parts, which" in run(*commit).err
    assert "note: a table is a file from here on: p.csv" in run(*commit, "--file").err
    assert run(*commit).err == ""
    for i in range(5):
        write(data / f"{i}.csv", f"a\n{i}\n")
        run(*commit[:4], data / f"{i}.csv")
    assert run("data", "add", store, "d", data).err == ""
    for name in "1.csv", "p.csv":
        write(data / name, "a\n7\n8\n")
    write(data / "new.csv", "a\n7\n8\n")
    assert run("data", "add", store, "d", data).err == ""
    kinds = {r["path"]: r["kind"] for r in listed("data", "entries", store, "d")}
    assert kinds.pop("new.csv") == "file" and set(kinds.values()) == {"csv"}, kinds
    run("data", "commit", store, "d", path, "--target", "a", "--split", "random")
    write(path, "b\n7\n8\n")
    assert "note: p.csv had target 'a', which" in run("data", "add", store, "d", data).err
    for name in "1.csv", "p.csv":
        write(data / name, "a\n7,8\n")
    err = run("data", "add", store, "d", data).err
    assert "note: 2 tables are files from here on: 1.csv, p.csv; " in err, err
    for i in 0, 2, 3, 4:
        write(data / f"{i}.csv", "a\n9,9\n")
    assert "note: 4 tables are files from here on: 0.csv, 2.csv, 3.csv and 1 more; " in run("data", "add", store, "d", data).err


def main():
    print(f"1..{len(TESTS)}")
    failed = 0
    for number, function in enumerate(TESTS, 1):
        name = function.__name__.replace("_", " ")
        with tempfile.TemporaryDirectory() as folder:
            try:
                skipped = function(pathlib.Path(folder))
                print(f"ok {number} - {name}{' # ' + skipped if skipped else ''}", flush=True)
            except Exception:
                failed += 1
                print(f"not ok {number} - {name}", flush=True)
                for line in traceback.format_exc().splitlines()[-4:]:
                    print("#", line)
    return 1 if failed else 0


sys.exit(main())
