"""What model_store.py is made of: tables, models and gates with arithmetic of their own, the model of a store, and the
World that holds both the model and the store."""
import gc
import hashlib
import json
import math
import os
import random
import re
import struct
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.append(os.path.join(HERE, "..", "unit"))
import mlops
import oracle_route
import oracle_run

DATASETS, BRANCHES, TAGS = ["tx", "users", "größe x"], ["main", "dev", "fix"], ["v1", "v2", "dev"]
PATHS = ["a", "a/b", "t.csv", "dir/t", "dir/x.bin", "z é"]
MODELS, ALIASES, SETS = ["fraud", "churn é"], ["champion", "canary", "shadow"], ["fs", "fs 2"]
DEPLOYMENTS, WATCHES, EXPERIMENTS = ["api", "batch job"], [None, "w1", "w 2"], ["one", "two", "on"]
ARTIFACTS = ["model.json", "plots/roc.png", "plots/größe", "notes.txt"]
FACTORS = [1.0, 0.5, -1.0, 3.0]
WINDOW = 50


def need(held, what):
    if not held:
        raise AssertionError(what)


def likely(draw, names):
    """One of some names, the first most of the time: so that things meet."""
    return draw.choices(names, [4 ** -i for i in range(len(names))])[0]


def same(have, due, what):
    need(have == due, f"{what} is\n{have!r}, not\n{due!r}")


def fails(kinds, verb, *args, **opts):
    """The error that a verb must give."""
    try:
        result = verb(*args, **opts)
    except kinds as error:
        need(str(error), "an error without a message")
        return error
    names = [k.__name__ for k in (kinds if isinstance(kinds, tuple) else (kinds,))]
    raise AssertionError(f"{verb.__qualname__}{args[1:]} {opts} gave {result!r}, not {' or '.join(names)}")


def sha(data):
    return hashlib.sha256(data).hexdigest()


def plain(value):
    """A value of a column, as the model has it: numbers that are whole as int, NaN as None."""
    if isinstance(value, str) or value is None:
        return value
    value = float(value) if not isinstance(value, int) else value
    return None if value != value else int(value) if value == int(value) else value


def rows_of(table, *names):
    """Rows of a table of texts and whole numbers as tuples; closes it."""
    with table:
        columns = [[plain(v) for v in table[name]] for name in names or table.names]
    return list(zip(*columns))


class Stamp:
    """What the store draws itself, such as a time: within bounds when it is first seen, and equal from then on."""

    begun = 0  # the step in which it is drawn

    def __init__(self, is_time=True):
        self.low, self.value = Stamp.begun if is_time else None, None

    def match(self, value, what):
        value = value if isinstance(value, str) else int(value)
        if self.value is None:
            need(self.low is None or self.low <= value <= time.time_ns(), f"{what}: {value} is not a time of now")
            self.value = value
        same(value, self.value, what)


class Fixed:
    """What never changes once it is made: copies of the model share it."""

    def __init__(self, **members):
        self.__dict__.update(members)

    def __deepcopy__(self, memo):
        return self


# ---- tables ------------------------------------------------------------------------------------------------------

def draw_value(draw, kind, in_csv):
    if kind == "bool":
        return draw.random() < 0.5
    if kind == "int64":
        return draw.choice([draw.randrange(-5, 6), draw.randrange(-2**50, 2**50)])
    if kind == "float64":
        return draw.choice([0.0, -0.0, 1.5, -2.25, math.inf, -math.inf, 1e300, 5e-324, draw.gauss(0, 1)]
                           + [math.nan] * in_csv)
    return draw.choice(["x", "y y", "NA", "", "1", "true", "a,b", 'q"q', "two\nlines", "€", "nan"])


def draw_any(draw, in_csv):
    n = draw.choice([1, 2, 3, 8, 9, draw.randrange(2, 40)])
    columns = [("rid", "int64", tuple(range(n)))]
    for name, kind in (("b", "bool"), ("i", "int64"), ("f", "float64"), ("s é", "string")):
        if draw.random() < 0.7:
            share = draw.choice([0, 0, 0.2, 0.8])
            values = [None if draw.random() < share else draw_value(draw, kind, in_csv) for _ in range(n)]
            if all(v is None or v != v for v in values):
                values[draw.randrange(n)] = {"bool": True, "int64": 7, "float64": 0.5, "string": "seven"}[kind]
            columns.append((name, kind, tuple(values)))
    if draw.random() < 0.5:
        form = draw.choice(["20{:02}-01-05", "20{:02}-01-05 10:00:00.25Z", "2020-01-05T10:00+{:02}"])
        columns.append(("when", "string", tuple(form.format(draw.randrange(3)) for _ in range(n))))
    return columns


def draw_judge(draw):
    """Rows that models can be judged on: the first model is right in most of them."""
    n = draw.randrange(20, 60)
    inputs = [[None if draw.random() < 0.05 else draw.gauss(0, 1) for _ in range(n)] for _ in range(3)]
    noise = draw.choice([0.05, 0.2, 0.4])
    y = [int((Learner.of("good").margin(row) > 0) != (draw.random() < noise)) for row in zip(*inputs)]
    y = [None if draw.random() < 0.03 else v for v in y]
    y[:2] = [0, 1]
    return [("rid", "int64", tuple(range(n))), *((name, "float64", tuple(v)) for name, v in
                                                zip(("x", "colour_n", "z"), inputs)), ("y", "int64", tuple(y))]


def as_csv(columns):
    def field(kind, v):
        if v is None:
            return ""
        if kind == "string":
            return '"' + v.replace('"', '""') + '"'
        return str(v).lower() if kind == "bool" else "NAN" if v != v else repr(v)
    lines = [",".join(name for name, _, _ in columns)]
    lines += [",".join(field(c[1], v) for c, v in zip(columns, row)) for row in zip(*(c[2] for c in columns))]
    return ("\n".join(lines) + "\n").encode()


def shown(kind, value):
    if kind == "string":
        return value
    return math.nan if value is None else float(value)


def same_table(table, columns, rows, what):
    """A table has these rows of these columns, bit by bit."""
    with table:
        same(table.names, [c[0] for c in columns], f"{what}: columns")
        same(len(table), len(rows), f"{what}: rows")
        for i, (name, kind, values) in enumerate(columns):
            due = [values[r] for r in rows]
            same(table.type(i).name, kind.upper(), f"{what}: type of {name}")
            same(table.n_nulls(i), due.count(None), f"{what}: nulls of {name}")
            have = list(table[name])
            have = have if kind == "string" else [float(v) for v in have]
            same(repr(have), repr([shown(kind, v) for v in due]), f"{what}: {name}")


TIME = re.compile(r"\d{4}-\d\d-\d\d(?:([T ])\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d(?::?\d\d)?)?)?", re.A)


def tells_time(columns, name):
    """Whether rows can be split by a column: numbers, or texts that are ISO 8601, all of one form and offset."""
    texts = [v for n, kind, values in columns for v in values if n == name and kind == "string" and v is not None]
    found = [TIME.fullmatch(text) for text in texts]
    return None not in found and len({(len(f[0]), f[1], len(f[3] or ""), f[4]) for f in found}) <= 1


def portion(share, n):
    k = math.floor(share * n + 0.5)
    return min(max(k, 1), n - 1) if n > 1 else k


def held_out(columns, split):
    """Rows that a split holds out, as docs/dataset.md and tests/unit/oracle_dataset.py have it."""
    n = len(columns[0][2])
    values = next((c for c in columns if c[0] == split.column), columns[0])
    if split.kind == "TIME":
        def age(row):
            v = values[2][row]
            lost = v is None or v != v
            return (0, 0, row) if lost else (1, v.encode() if isinstance(v, str) else v, row)
        return sorted(sorted(range(n), key=age)[n - portion(split.share, n):])
    strata = {}
    for row in range(n):
        v = values[2][row] if split.kind == "STRATIFIED" else 0
        strata.setdefault(repr(v) if isinstance(v, float) else v, []).append(row)
    held = []
    for rows in strata.values():
        order = sorted(rows, key=lambda r: oracle_route.xxh3(struct.pack("<Q", r), split.seed & 2**64 - 1))
        held += order[:portion(split.share, len(rows))]
    return sorted(held)


# ---- what is registered ------------------------------------------------------------------------------------------

def f32(x):
    try:
        return struct.unpack("<f", struct.pack("<f", x))[0]
    except OverflowError:
        return math.copysign(math.inf, x)


class Learner(Fixed):
    """The model of tests/fault/model.json, or a worse one: a file, the library's handle, and a walk of its own."""

    kinds = {"good": (1, 1, 1), "bad": (-1, -1, -1), "flat": (0, 0, 0), "some": (0, 1, 0), "less": (0, 0, 1)}
    made = {}

    @staticmethod
    def of(kind):
        return Learner.made[kind]

    @staticmethod
    def make(folder):
        with open(os.path.join(HERE, "..", "fault", "model.json"), encoding="utf-8") as file:
            text = file.read()
        for kind, factors in Learner.kinds.items():
            known = json.loads(text)
            trees = known["learner"]["gradient_booster"]["model"]["trees"]
            for tree, factor in zip(trees, factors):
                for node, left in enumerate(tree["left_children"]):
                    if left < 0:
                        tree["split_conditions"][node] *= factor
            path = os.path.join(folder, kind + ".json")
            with open(path, "w", encoding="utf-8") as file:
                json.dump(known, file, separators=(",", ":"))
            with open(path, "rb") as file:
                data = file.read()
            Learner.made[kind] = Learner(kind=kind, path=path, data=data, trees=trees, model=mlops.Model.load(path))

    def margin(self, row, factor=1.0):
        row = [None if v is None or v != v else f32(v * factor) for v in row]
        total = 0.0
        for tree in self.trees:
            node = 0
            while tree["left_children"][node] >= 0:
                v = row[tree["split_indices"][node]]
                left = tree["default_left"][node] if v is None else v < f32(tree["split_conditions"][node])
                node = tree["left_children" if left else "right_children"][node]
            total = f32(total + f32(tree["split_conditions"][node]))
        return total


def features_of(factor):
    lines = "".join(f"{name} = {name} * {factor!r}\n" for name in ("x", "colour_n", "z"))
    return mlops.Feature.fit(lines, {"x": [1.0], "colour_n": [2.5], "z": [0.5]})


class Watched:
    """Rows of a reference that watches hold traffic against."""

    @staticmethod
    def make():
        draw = random.Random(5)
        Watched.rows = {name: [draw.gauss(0, 1) for _ in range(200)] for name in ("x", "colour_n", "z")}
        Watched.shifted = {name: [v + 100 for v in values] for name, values in Watched.rows.items()}
        Watched.reference = mlops.Reference(mlops.table(Watched.rows))


def auc_of(pairs):
    ones, zeros = ([s for s, y in pairs if y == label] for label in (1, 0))
    if not ones or not zeros:
        return math.nan
    return sum((a > b) + (a == b) / 2 for a in ones for b in zeros) / (len(ones) * len(zeros))


def measure(version, entry):
    """Metrics of a version on the rows that an entry holds out; or the errors of which one is due."""
    if entry is None:
        return mlops.NotFoundError
    if entry.kind == "file":
        return (mlops.NotFoundError, mlops.SchemaError)
    if entry.split is None or entry.target is None:
        return mlops.SchemaError
    columns = {name: values for name, _, values in entry.columns}
    if any(name not in columns for name in ("x", "colour_n", "z")) or entry.target != "y":
        return (mlops.SchemaError, mlops.InvalidError)
    kept = [r for r in entry.held if columns["y"][r] is not None]
    if not kept:
        return mlops.InvalidError
    scores = [version.learner.margin([columns[n][r] for n in ("x", "colour_n", "z")], version.factor or 1.0)
              for r in kept]
    pairs = list(zip(scores, (columns["y"][r] for r in kept)))
    right = sum((s >= 0) == (y == 1) for s, y in pairs)
    return {"auc": auc_of(pairs), "accuracy": right / len(pairs), "rows": float(len(pairs))}


class Gate(Fixed):
    """Clauses: (name, operator, alias whose same metric is added or None, number)."""

    @staticmethod
    def draw(draw):
        clauses = {}
        for _ in range(draw.randrange(1, 4)):
            metric, alias = draw.choice(["auc", "accuracy"]), draw.choice([None, None, "champion", *ALIASES])
            if draw.random() < 0.2:
                clause = ("rows", ">=", None, draw.choice([2, 5, 11]))
            elif alias:
                clause = (metric, draw.choice([">=", ">"]), alias, draw.choice([-0.125, -0.5, 0.0625]))
            else:
                clause = (metric, ">=", None, draw.choice([0.25, 0.501, 0.8, 0.95]))
            clauses[Gate.spell(clause)] = clause
        return Gate(clauses=clauses, text=draw.choice([" and ", "  AND ", " and\n"]).join(clauses))

    @staticmethod
    def spell(clause):
        name, op, alias, number = clause
        if alias is None:
            return f"{name} {op} {number!r}"
        return f"{name} {op} {alias}.{name} {'-' if number < 0 else '+'} {abs(number)!r}"

    @staticmethod
    def of_text(text):
        return set(text.split(" and ")) if text else set()

    def names(self):
        return {clause[2] for clause in self.clauses.values() if clause[2]}

    def judge(self, metrics, holders):
        """Truth of each clause by its text; holders are metrics by alias, without those that nobody holds."""
        out = {}
        for text, (name, op, alias, number) in self.clauses.items():
            if alias and alias not in holders:
                out[text] = "does not count"
                continue
            left, right = metrics[name], (holders[alias][name] if alias else 0.0) + number
            if left != left or right != right:
                out[text] = "unknown"
            else:
                out[text] = "true" if (left >= right if op == ">=" else left > right) else "false"
        return out


# ---- the model ---------------------------------------------------------------------------------------------------

class Data:
    def __init__(self):
        self.branches, self.tags, self.commits = {}, {}, {}

    def refs(self):
        return {**self.tags, **self.branches}

    def find(self, ref):
        ref = "main" if ref is None else ref
        id = self.refs().get(ref)
        return self.commits[id] if id else next((c for i, c in self.commits.items() if i.startswith(ref)), None)

    def begin(self, branch):
        """The commit that a draft of a branch begins at: a new one at main."""
        return self.commits.get(self.branches.get(branch) or self.branches.get("main"))


class Alias:
    def __init__(self):
        self.log, self.decisions, self.gate = [], [], None

    def holder(self):
        return self.log[-1].version if self.log else None

    def effect(self, number):
        """The promotion that an entry brings to bear."""
        entry = self.log[number - 1]
        return number if entry.action == "promote" else entry.restores

    def add(self, action, version, note, **more):
        members = dict(gate=None, decision=None, restores=None) | more
        self.log.append(Fixed(action=action, version=version, previous=self.holder(), note=note, time=Stamp(),
                              **members))

    def target(self):
        """Entry that a rollback would bring back; None: nobody."""
        if not self.log:
            return None
        last = len(self.log)
        if self.holder() is None:
            return self.effect(last - 1)
        before = self.effect(last) - 1
        return self.effect(before) if before and self.log[before - 1].version is not None else None


class State:
    """What changes make; runs are kept beside, since they commit by themselves."""

    def __init__(self):
        self.data, self.sets, self.models, self.deployments, self.watches = {}, {}, {}, {}, {}


class Models:
    def __init__(self):
        self.versions, self.aliases, self.time = [], {}, Stamp()

    def alias(self, name):
        return self.aliases.setdefault(name, Alias())

    def holds(self, version):
        return sorted(a for a, alias in self.aliases.items() if alias.holder() == version)

    def which(self, draw, but=None):
        """A version and a way to name it."""
        v = draw.choice([v for v in self.versions if v.number != but] or self.versions)
        ways = [str(v.number), *self.holds(v.number), *["latest"] * (v is self.versions[-1])]
        return v, draw.choice(ways)


class TrackedRun(oracle_run.Run):
    """A run of the model; oracle_run searches it."""

    def __init__(self, id, own):
        self.own, self.params, self.tags, self.points, self.artifacts = {"run_id": id, **own}, {}, {}, {}, {}
        self.handle, self.waiting, self.end = None, [], None

    def settle(self):
        """What waited is committed."""
        for metric, points in self.waiting:
            self.points.setdefault(metric, []).extend(points)
        self.waiting = []


def opened(w, run):
    if run.handle is None:
        run.handle = mlops.Run.open(w.s, run.own["run_id"][:w.draw.choice([16, 32])])
    return run.handle


# ---- the world: a store and its model ----------------------------------------------------------------------------

class World:
    def __init__(self, seed, folder):
        self.draw, self.folder, self.log = random.Random(seed), folder, []
        self.m, self.runs, self.experiments, self.links, self.notes = State(), [], {}, [], {}
        self.serving, self.watching, self.n_paths = {}, {}, 0
        self.path = self.new_path()
        self.s, self.index = mlops.Store.open(self.path, sync="relaxed"), "file"

    def new_path(self):
        self.n_paths += 1
        return os.path.join(self.folder, f"store{self.n_paths}.mlops")

    def file(self, data):
        path = os.path.join(self.folder, "file")
        with open(path, "wb") as file:
            file.write(data)
        return path

    def say(self, text):
        self.log.append(text)

    def stamp(self):
        stat = self.s.stat()
        return stat.seq, stat.state, stat.n_records

    def unchanged(self, before, what):
        same(self.stamp(), before, f"seq, state and records after {what}")

    # -- changes

    def change(self):
        actor, note = self.draw.choice([None, "ada", "größe"]), self.draw.choice([None, "why not"])
        opts = {k: v for k, v in (("actor", actor), ("note", note)) if v}
        made = mlops.Change(self.s, **opts)
        return made, (actor, note)

    def commit(self, change, who, what):
        seq = self.s.stat().seq
        number = change.commit()
        if number:
            same(number, seq + 1, f"number of the commit of {what}")
            self.notes[number] = who
        same(self.s.stat().seq, number or seq, f"seq after {what}")

    def close(self):
        for run in self.runs:
            self.shut(run)
        for name in list(self.serving):
            self.serving.pop(name).handle.close()
        for name in list(self.watching):
            self.watching.pop(name).handle.close()
        self.s.close()
        gc.collect(0)

    def shut(self, run):
        if run.handle is not None:
            run.handle.close()
            run.handle = None
            run.settle()

    def flush_runs(self):
        for run in self.runs:
            if run.waiting:
                run.handle.flush()
                run.settle()
