#!/usr/bin/python3
"""Features held against scikit-learn and pandas. usage: oracle_feature.py DUMP_FEATURE [ROUNDS]

Random training and live tables (40 rounds, or 400 with MLOPS_DEEP=1): StandardScaler, MinMaxScaler, SimpleImputer and
OneHotEncoder fit the former and transform the latter; means and deviations are held against exact fractions, too.
Shuffled training rows must give the same id, which must be what SHA-256 gives of the saved text. Prints TAP.
"""
import fractions
import hashlib
import json
import math
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile

try:
    import numpy as np
    import pandas as pd
    from sklearn.impute import SimpleImputer
    from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, StandardScaler
except ImportError as missing:
    print(f"1..0 # SKIP {missing}")
    sys.exit(0)

DUMP = sys.argv[1]
ROUNDS = int(sys.argv[2]) if len(sys.argv) > 2 else 400 if os.environ.get("MLOPS_DEEP") == "1" else 40
WORDS = ["CH", "LI", "it's", 'say "so"', "a,b", "été", "", "x=y", "`b`", "#no", "日本"]
DEFINITION = """
std = standardise(x)            # one
mm = minmax(x)
mean = impute(x, 'mean')
median = impute(x, 'median')
mode = impute(k, 'mode')
fill = impute(x, -1.5)
both = standardise(impute(x, 'median'))
logs = standardise(log1p(impute(abs(x), 'mean')))
same = standardise(c)
zero = minmax(c)
whole = standardise(k)
word = one_hot(w, 6)
kind = one_hot(k)
flag = one_hot(b)
far = impute(y, 0)
"""
n_done = n_failed = 0


def report(ok, name, detail=""):
    global n_done, n_failed
    n_done += 1
    n_failed += not ok
    print(f"{'ok' if ok else 'not ok'} {n_done} - {name}" + (f"\n# {detail}" if detail and not ok else ""))


def table(draw, n, spread):
    """Columns of lists; None is null."""
    def some(value, rate=0.15):
        return None if draw.random() < rate else value
    k = [some(draw.choice([-3, 0, 1, 7, 12345])) for _ in range(n)]
    return {
        "x": [draw.choice([math.nan, some(0.0)]) if draw.random() < 0.1 else some(draw.gauss(3, 1) * spread)
              for _ in range(n)],
        "y": [some(draw.choice([math.inf, -math.inf, math.nan, draw.random()])) for _ in range(n)],
        "c": [some(2.5) for _ in range(n)],
        "k": k if any(v is not None for v in k) else [1] * n,
        "w": [some(draw.choice(WORDS)) for _ in range(n)],
        "b": [some(draw.random() < 0.3) for _ in range(n)],
    }


def field(value):
    if value is None:
        return "NA"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return '"' + value.replace('"', '""') + '"'
    return repr(value)


def write(path, columns, order):
    with open(path, "w", encoding="utf-8") as file:
        file.write(",".join(columns) + "\n")
        for i in order:
            file.write(",".join(field(column[i]) for column in columns.values()) + "\n")


def dump(folder, definition, train, live, order=None):
    (folder / "definition").write_text(definition, encoding="utf-8")
    write(folder / "train.csv", train, order or range(len(train["x"])))
    write(folder / "live.csv", live, range(len(live["x"])))
    done = subprocess.run([DUMP, folder / "definition", folder / "train.csv", folder / "live.csv"],
                          capture_output=True, encoding="utf-8", check=True)
    lines = done.stdout.splitlines()
    if len(lines) < 4:
        raise SystemExit(f"Bail out! {done.stdout}")
    rows = [json.loads(line) for line in lines[3:-1]]
    names = json.loads(lines[2])
    values = {name: [row[i] for row in rows] for i, name in enumerate(names)}
    return lines[0] + "\n", json.loads(lines[1]), values, lines[-1] == "true"


def numbers(values):
    return np.array([math.nan if v is None else v for v in values], float).reshape(-1, 1)


def ulps(a, b):
    return abs(a - b) / math.ulp(b) if b else (0 if a == b else math.inf)


def state(saved, name):
    """Shift and scale of an output of (x - shift) / scale."""
    text = next(o["expression"] for o in saved["outputs"] if o["name"] == name)
    found = re.fullmatch(r".* - (\S+)\) / (\S+)", text)
    return float(found.group(1)), float(found.group(2))


def exact(values):
    """Mean and variance as fractions."""
    terms = [fractions.Fraction(v) for v in values if v is not None and v == v]
    mean = sum(terms) / len(terms)
    return mean, sum((t - mean) ** 2 for t in terms) / len(terms)


def states(saved, train):
    """What was fitted, against exact arithmetic: means are rounded once, deviations within 2 ULP."""
    for name, column in ("std", "x"), ("whole", "k"), ("same", "c"):
        mean, variance = exact(train[column])
        shift, scale = state(saved, name)
        root = fractions.Fraction(scale) ** 2
        off = abs(root - variance) / (2 * fractions.Fraction(scale)) / fractions.Fraction(math.ulp(scale))
        if shift != float(mean) or (off > 2 if variance else scale != 1):
            return f"{name}: ({shift!r}, {scale!r}) is not ({float(mean)!r}, {math.sqrt(float(variance))!r})"
    values = [v for v in train["x"] if v is not None and v == v]
    if state(saved, "mm") != (min(values) + 0.0, max(values) - min(values)):
        return f"mm: {state(saved, 'mm')}"
    return ""


def close(found, expected, bound=1e-12):
    """Equal but for what another order of rounding gives; missing in the same rows."""
    found, expected = numbers(found).ravel(), np.asarray(expected, float).ravel()
    gone = np.isnan(found) | np.isnan(expected)
    if (np.isnan(found) != np.isnan(expected)).any():
        return False
    scale = np.maximum(1, np.abs(expected[~gone]))
    return bool((np.abs(found[~gone] - expected[~gone]) <= bound * scale).all())


def scalers(got, train, live):
    x, z = numbers(train["x"]), numbers(live["x"])
    k, q = numbers(train["k"]), numbers(live["k"])
    c, d = numbers(train["c"]), numbers(live["c"])
    median = SimpleImputer(strategy="median").fit(x)
    filled = StandardScaler().fit(median.transform(x))
    mean = SimpleImputer(strategy="mean").fit(np.abs(x))
    logs = StandardScaler().fit(np.log1p(mean.transform(np.abs(x))))
    wanted = {
        "std": StandardScaler().fit(x).transform(z), "mm": MinMaxScaler().fit(x).transform(z),
        "mean": SimpleImputer(strategy="mean").fit(x).transform(z), "median": median.transform(z),
        "mode": SimpleImputer(strategy="most_frequent").fit(k).transform(q),
        "fill": SimpleImputer(strategy="constant", fill_value=-1.5).fit(x).transform(z),
        "both": filled.transform(median.transform(z)),
        "logs": logs.transform(np.log1p(mean.transform(np.abs(z)))),
        "same": StandardScaler().fit(c).transform(d), "zero": MinMaxScaler().fit(c).transform(d),
        "whole": StandardScaler().fit(k).transform(q),
        "far": pd.Series(live["y"], dtype=float).fillna(0).clip(-1e300, 1e300),
    }
    got = {**got, "far": np.clip(numbers(got["far"]).ravel(), -1e300, 1e300)}
    # medians, modes and constants are values of the column: no rounding
    exactly = {"median", "mode", "fill", "far"}
    return [name for name, values in wanted.items()
            if not close(got[name], values, 0 if name in exactly else 1e-9 if name == "logs" else 1e-11)]


def encoders(got, train, live):
    """OneHotEncoder's columns by category; ours are the most frequent ones, then the least."""
    wrong = []
    for name, column, most in ("word", "w", 6), ("kind", "k", 50), ("flag", "b", 50):
        present = [v for v in train[column] if v is not None]
        counts = pd.Series(present).value_counts()
        def key(v):
            return v.encode() if isinstance(v, str) else v
        order = sorted(counts.index, key=lambda v: (-counts[v], key(v)))[:most]
        encoder = OneHotEncoder(handle_unknown="ignore", sparse_output=False) if hasattr(
            OneHotEncoder(), "sparse_output") else OneHotEncoder(handle_unknown="ignore", sparse=False)
        texts = np.array([str(v) for v in present], object).reshape(-1, 1)
        encoder.fit(texts)
        values = encoder.transform(np.array([f"{v}" if v is not None else "\0null" for v in live[column]],
                                            object).reshape(-1, 1))
        place = {category: i for i, category in enumerate(encoder.categories_[0])}
        spelled = [f"{name}={str(v).lower() if isinstance(v, (bool, np.bool_)) else v}" for v in order]
        mine = [n for n in got if n.startswith(name + "=")]
        if mine != spelled:
            wrong.append(f"{name}: {mine} is not {spelled}")
        elif any(got[s] != list(values[:, place[str(v)]]) for s, v in zip(spelled, order)):
            wrong.append(f"{name}: values")
    return wrong


def rounds(folder):
    for number in range(ROUNDS):
        draw = random.Random(number)
        n = draw.choice([5, 40, 300, 1500])
        spread = draw.choice([1, 1e-5, 1000, 1e150, 1e-200])
        train, live = table(draw, n, spread), table(draw, draw.choice([1, 30, 1100]), spread)
        for column, values in ("x", [1.5 * spread, 2.0 * spread]), ("y", [0.5]), ("c", [2.5]), ("w", ["CH"]), ("b", [
                True, False]), ("k", [1, 0]):
            train[column][:len(values)] = values  # so that each type shows
            live[column][:1] = values[:1]
        saved, id_, got, same = dump(folder, DEFINITION, train, live)
        order = list(range(n))
        draw.shuffle(order)
        again, _, _, _ = dump(folder, DEFINITION, train, live, order)
        wrong = states(json.loads(saved), train)
        # scikit-learn itself overflows or loses all digits far from 1
        wrong = wrong or (1e-6 < spread < 1e6 and scalers(got, train, live)) or encoders(got, train, live)
        wrong = wrong or ("rows alone" if not same else "")
        wrong = wrong or ("id" if id_ != hashlib.sha256(saved.encode()).hexdigest() else "")
        wrong = wrong or ("order of rows" if again != saved else "")
        report(not wrong, f"round {number}: {n} rows of about {3 * spread:g}", wrong)


with tempfile.TemporaryDirectory() as name:
    rounds(pathlib.Path(name))
print(f"1..{n_done}")
sys.exit(1 if n_failed else 0)
