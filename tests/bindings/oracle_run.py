#!/usr/bin/python3
"""Runs logged and searched through the bindings, beside what MLflow's rules say, restated here in Python.

A random log is kept in plain dicts: the latest point is max() by (step, time, value), NaN as 0, the first of equals, as
in MLflow's SQL store; a clause of a filter is a predicate that a run without the name never meets. Prints TAP.
"""
import math
import random
import re
import sys
import tempfile

try:
    import mlops
except ImportError as missing:
    print(f"1..0 # SKIP {missing}")
    sys.exit(0)

OWN = ["run_id", "experiment", "name", "status", "start_ns", "end_ns", "parent", "actor", "source", "dataset", "commit"]
KEYS = ["acc", "val/acc", "a b", "größe", "x.y", "Acc"]
TEXTS = ["0.1", "1e-3", "adam", "Adam", "a%c", "a_c", "größe", "it's", "x y"]
VALUES = [0.0, -0.0, 0.5, -1.25, 1e300, 5e-324, 0.1, math.nan, math.inf, -math.inf, 3.0]
STATUSES = ["RUNNING", "FINISHED", "FAILED", "KILLED"]
SPELLINGS = {"metrics": ["metrics", "metric"], "params": ["params", "param", "parameters", "parameter"],
             "tags": ["tags", "tag"], "": ["", "attributes", "attribute", "attr", "run"]}
COMPARE = {"=": lambda a, b: a == b, "!=": lambda a, b: a != b, "<": lambda a, b: a < b, "<=": lambda a, b: a <= b,
           ">": lambda a, b: a > b, ">=": lambda a, b: a >= b}


class Run:
    def __init__(self, handle, experiment, name, start):
        self.handle = handle
        self.own = {"run_id": handle.id, "experiment": experiment, "name": name, "status": "RUNNING",
                    "start_ns": start}
        self.params, self.tags, self.points = {}, {}, {}

    def metrics(self):
        latest = {}
        for key, points in self.points.items():
            latest[key] = max(points, key=lambda p: (p[0], p[1], 0.0 if math.isnan(p[2]) else p[2]))
        return latest

    def value(self, group, key):
        if group == "metrics":
            point = self.metrics().get(key)
            return None if point is None else point[2]
        if group:
            return getattr(self, group).get(key)
        if key in ("start_time", "end_time"):
            ns = self.own.get(key.replace("time", "ns"))
            return None if ns is None else ns // 10**6
        return self.own.get(key)


# ---- the log ----

def begin(store, draw, runs):
    experiment, name = draw.choice(["one", "two", "on"]), draw.choice([None, "first", "Second run"])
    start = draw.choice([10**18, 10**18 + 10**9, draw.randrange(10**18, 10**18 + 10**10)])
    runs.append(Run(mlops.Run.start(store, experiment, name=name, start_ns=start), experiment, name, start))


def log(draw, run):
    key, n = draw.choice(KEYS), draw.choice([1, 1, 3, 40, 1100])
    points = [(draw.randrange(-3, 4), draw.randrange(5), draw.choice(VALUES)) for _ in range(n)]
    steps, times, values = zip(*points)
    run.handle.log_points(key, values, steps, times)
    run.points.setdefault(key, []).extend(points)


def param(draw, run):
    key, value = draw.choice(KEYS), draw.choice(TEXTS)
    there = run.params.setdefault(key, value)
    try:
        run.handle.param(key, value)
        assert there == value, f"param {key} was {there} and became {value}"
    except mlops.ExistsError as error:
        assert there != value and there in str(error), str(error)


def tag(draw, run):
    key, value = draw.choice(KEYS), draw.choice(TEXTS + [None])
    if value is None and key not in run.tags:
        return
    run.handle.tag(key, value)
    run.tags[key] = value
    if value is None:
        del run.tags[key]


def finish(draw, run):
    run.own["status"] = draw.choice(STATUSES)
    run.handle.end(mlops.RunStatus[run.own["status"]])
    run.own.pop("end_ns", None)
    if run.own["status"] != "RUNNING":
        run.own["end_ns"] = None  # some time of today: only whether there is one is compared


def make_log(store, draw):
    runs = []
    for _ in range(900):
        if not runs or draw.random() < 0.08:
            begin(store, draw, runs)
        run = draw.choice(runs)
        draw.choices([log, param, tag, finish], [4, 3, 3, 1])[0](draw, run)
    for run in runs:
        run.handle.close()
    return runs


# ---- filters ----

def quoted(draw, key):
    plain = re.fullmatch(r"[A-Za-z_][A-Za-z_0-9]*", key)
    return key if plain and draw.random() < 0.6 else draw.choice(["`{}`", '"{}"']).format(key)


def named(draw, group, key):
    spelling = draw.choice(SPELLINGS[group])
    return f"{spelling}.{quoted(draw, key)}" if spelling else key


def like(pattern, flags=0):
    parts = {"%": ".*", "_": "."}
    return re.compile("".join(parts.get(c) or re.escape(c) for c in pattern), flags | re.S | re.A)


def text_test(draw, runs_text):
    op, text = draw.choice(["=", "!=", "like", "ilike", "in"]), draw.choice(runs_text)
    spelled = "'" + text.replace("'", "''") + "'"
    if op == "in":
        other = draw.choice(runs_text)
        return f"IN ({spelled}, '{other.replace(chr(39), chr(39) * 2)}')", lambda v: v in (text, other)
    if op in ("like", "ilike"):
        pattern = text if draw.random() < 0.3 else draw.choice(["%", "_%", "%" + text[1:], text[0] + "_" + text[2:]])
        spelled = "'" + pattern.replace("'", "''") + "'"
        found = like(pattern, re.I if op == "ilike" else 0)
        return f"{op.upper()} {spelled}", lambda v: found.fullmatch(v) is not None
    return f"{op} {spelled}", lambda v: COMPARE[op](v, text)


def number_test(draw, numbers):
    op, number = draw.choice(list(COMPARE)), draw.choice(numbers)
    return f"{op} {number!r}", lambda v: not (isinstance(v, float) and math.isnan(v)) and COMPARE[op](v, number)


def clause(draw, runs):
    group = draw.choice(["metrics", "metrics", "params", "tags", ""])
    key = draw.choice(KEYS + ["none"])
    if group == "metrics":
        text, test = number_test(draw, [v for v in VALUES if math.isfinite(v)])
    elif group:
        text, test = text_test(draw, TEXTS)
    else:
        key = draw.choice(["status", "name", "experiment", "run_id", "start_ns", "start_time"])
        if key.startswith("start"):
            text, test = number_test(draw, [r.value("", key) for r in runs])
        else:
            text, test = text_test(draw, [str(r.own[key]) for r in runs if r.own[key]])

    def holds(run):
        value = run.value(group, key)
        return value is not None and test(value)
    return f"{named(draw, group, key)} {text}", holds


def make_filter(draw, runs):
    clauses = [clause(draw, runs) for _ in range(draw.randrange(1, 4))]
    return draw.choice([" AND ", " and ", " And\n"]).join(c[0] for c in clauses), lambda run: all(
        c[1](run) for c in clauses)


# ---- comparing ----

def shown(value):
    return "" if value is None else repr(value) if isinstance(value, float) else str(value)


def columns_of(found):
    names = list(OWN)
    for group in ("params", "metrics", "tags"):
        keys = {key for run in found for key in (run.points if group == "metrics" else getattr(run, group))}
        names += [f"{group}.{key}" for key in sorted(keys, key=str.encode)]
    return names


def expected(run, column):
    group, dot, key = column.partition(".")
    return shown(run.value(group, key) if dot else run.own.get(column))


def compare(table, found, what):
    names = columns_of(found)
    have = [table.name(i) for i in range(table.n_columns)]
    assert have == names, f"{what}: columns {have}, not {names}"
    assert table.n_rows == len(found), f"{what}: {table.n_rows} runs, not {len(found)}"
    for row, run in enumerate(found):
        for i, column in enumerate(names):
            cell, due = table.text(i, row), expected(run, column)
            if column == "end_ns":
                assert (cell != "") == ("end_ns" in run.own), f"{what}: {column} of {run.own}"
            else:
                assert cell == due, f"{what}: {column} of {run.own['run_id']} is {cell!r}, not {due!r}"


def search(store, draw, runs):
    experiment = draw.choice([None, "one", "two", "on"])
    n_max = draw.choice([10**6, 10**6, 1, 7])
    text, holds = make_filter(draw, runs) if draw.random() < 0.95 else (None, lambda run: True)
    ordered = sorted(runs, key=lambda r: (-r.own["start_ns"], r.own["run_id"]))
    found = [r for r in ordered if experiment in (None, r.own["experiment"]) and holds(r)][:n_max]
    with mlops.Run.search(store, experiment, text, n_max) as table:
        compare(table, found, f"{experiment}, {text}, {n_max}")
    return len(found)


def histories(store, runs):
    for run in runs:
        with mlops.Run.open(store, run.own["run_id"][:12]) as handle:
            for key, points in run.points.items():
                with handle.points(key) as table:
                    have = [tuple(table.text(c, row) for c in range(3)) for row in range(table.n_rows)]
                assert have == [tuple(shown(x) for x in p) for p in points], f"points of {key}"


def experiments(store, runs):
    names = sorted({r.own["experiment"] for r in runs})
    with mlops.Run.experiments(store) as table:
        have = [(table.text(0, i), table.text(1, i)) for i in range(table.n_rows)]
    assert have == [(n, str(sum(r.own["experiment"] == n for r in runs))) for n in names], have


def main():
    print("1..3")
    for seed in range(1, 4):
        draw = random.Random(seed)
        with tempfile.TemporaryDirectory() as folder:
            with mlops.Store.open(folder + "/s.mlops", sync=mlops.Sync.RELAXED) as store:
                runs = make_log(store, draw)
            with mlops.Store.open(folder + "/s.mlops") as store:
                sizes = [search(store, draw, runs) for _ in range(250)]
                histories(store, runs)
                experiments(store, runs)
        some = sum(0 < n < len(runs) for n in sizes)
        assert some > 80, f"only {some} of 250 filters tell runs apart"
        print(f"ok {seed} - {len(runs)} runs, 250 searches of which {some} find some")


if __name__ == "__main__":
    main()
