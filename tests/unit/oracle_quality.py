#!/usr/bin/python3
"""Expectations held against pandas, patterns against Python's re. usage: oracle_quality.py DUMP_QUALITY [ROUNDS]

Random tables with nulls, NaN and infinities (40 rounds, or 400 with MLOPS_DEEP=1): each expectation is restated in
pandas, with the rows that fail by brute force; what is inferred of a table must hold of it; rows of two tables are
compared one by one. Patterns are drawn from the grammar of the subset, texts from a small alphabet. Prints TAP.
"""
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
except ImportError as missing:
    print(f"1..0 # SKIP {missing}")
    sys.exit(0)

DUMP = sys.argv[1]
ROUNDS = int(sys.argv[2]) if len(sys.argv) > 2 else 400 if os.environ.get("MLOPS_DEEP") == "1" else 40
WORDS = ["CH", "LI", "it's", 'say "so"', "a,b", "été", "x=y", "`b`", "#no", "日本", "ab@c.de", "A1", "zz top"]
AS_OF = 1_700_000_000_000_000_000
DAY = 86_400_000_000_000
n_done = n_failed = 0


def report(ok, name, detail=""):
    global n_done, n_failed
    n_done += 1
    n_failed += not ok
    print(f"{'ok' if ok else 'not ok'} {n_done} - {name}" + (f"\n# {detail}" if detail and not ok else ""))


def dump(*args):
    return subprocess.run([DUMP, *map(str, args)], check=True, capture_output=True, text=True).stdout


# ---- patterns ----

ALPHABET = "ab1_ -\nAéZ\\"
ATOMS = ["a", "b", "1", ".", r"\d", r"\w", r"\s", r"\D", r"\W", r"\S", "[ab]", "[^ab]", "[a-z1]", "[^a-zA-Z]", "é", "-",
         r"\.", r"\\", "[]a]", "[a-]", r"[\d_]", r"[^\w]", "_", "[é-ü]", r"\x61", r"\u00e9", " ", r"\n", "A", r"\-", "]"]
HERES = ["^", "$", r"\b", r"\B"]


def pattern(draw, depth=0):
    def item():
        kind = draw.random()
        if kind < 0.08:
            return draw.choice(HERES)
        if kind < 0.35 and depth < 4:
            out = draw.choice(["(", "(?:"]) + pattern(draw, depth + 1) + ")"
        else:
            out = draw.choice(ATOMS)
        count = draw.random()
        if count < 0.35:
            low = draw.randint(0, 3)
            out += draw.choice(["*", "+", "?", f"{{{low}}}", f"{{{low},}}", f"{{{low},{low + draw.randint(0, 3)}}}"])
            out += draw.choice(["", "", "?"])
        return out
    branches = ["".join(item() for _ in range(draw.randint(0, 4))) for _ in range(draw.choice([1, 1, 1, 2, 3]))]
    return "|".join(branches)


def check_patterns(folder, draw):
    cases = []
    for _ in range(ROUNDS * 50):
        p = pattern(draw)
        flags = draw.choice(["", "", "(?i)", "(?s)", "(?is)"])
        compiled = re.compile(flags + re.sub(r"(?<!\\)((?:\\\\)*)\$", r"\1\\Z", p), re.ASCII)
        for _ in range(6):
            text = "".join(draw.choice(ALPHABET) for _ in range(draw.randint(0, 7)))
            if not text and r"\B" in p:
                continue  # Python before 3.14 has no place in an empty text, RE2 and others have one
            cases.append((flags + p, text, compiled.fullmatch(text) is not None))
    def escape(text):
        return text.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t")
    path = folder / "cases"
    path.write_text("".join(f"{escape(p)}\t{escape(t)}\n" for p, t, _ in cases), encoding="utf-8")
    got = dump("regex", path).split("\n")[:-1]
    wrong = [(case, g) for case, g in zip(cases, got) if g != ("1" if case[2] else "0")]
    report(len(got) == len(cases) and not wrong, f"{len(cases)} texts match as Python's re has it", wrong[:3])
    report(sum(c[2] for c in cases) > len(cases) // 50, "of which enough do match")


# ---- tables ----

def table(draw, n):
    def some(value, rate=0.15):
        return None if draw.random() < rate else value
    t = draw.randint(0, 1) * 1000
    times = []
    for _ in range(n):
        t += draw.choice([0, 1, 2, 5] if draw.random() < 0.97 else [-3])
        times.append(some(AS_OF - DAY * 3 + t * DAY // 20, 0.05))
    return {
        "x": [draw.choice([math.nan, some(0.0), math.inf]) if draw.random() < 0.1 else some(round(draw.gauss(3, 2), 3))
              for _ in range(n)],
        "y": [some(draw.choice([1.5, 2.5, -0.0, 0.0, 7.0])) for _ in range(n)],
        "k": [some(draw.choice([-3, 0, 1, 7, 12345, 2 ** 62])) for _ in range(n)],
        "id": draw.sample(range(n * 3), n) if draw.random() < 0.5 else [some(draw.randint(0, n * 2)) for _ in range(n)],
        "t": times,
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


def write_csv(path, columns):
    lines = [",".join(columns)] + [",".join(field(v) for v in row) for row in zip(*columns.values())]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def real(values):
    """Present values that are no NaN."""
    return [v for v in values if v is not None and v == v]


class Frame:
    """The restatement: a rule of rows gives True, False or None for each row, one of the table a single one."""

    def __init__(self, columns, other):
        self.c = columns
        self.n = len(columns["x"])
        self.other = other

    def rows(self, test, *names):
        out = []
        for values in zip(*(self.c[name] for name in names)):
            unknown = any(v is None or v != v for v in values)
            out.append(None if unknown else bool(test(*values)))
        return out

    def unique(self, *names):
        keys = [None if any(v is None or v != v for v in row) else row for row in zip(*(self.c[n] for n in names))]
        frame = pd.Series([k for k in keys if k is not None], dtype=object)
        again = set(frame[frame.duplicated(keep=False)])
        return [None if k is None else k not in again for k in keys]

    def ordered(self, name, good):
        out, last = [], None
        for v in self.c[name]:
            if v is None or v != v:
                out.append(None)
                continue
            out.append(last is None or good(last, v))
            last = v
        return out

    def series(self, name):
        return pd.Series(real(self.c[name]), dtype="float64")


def cases(f):
    """[(text, mostly, what it must be: a list of rows, or True, False, None)]"""
    def compare(value, test):
        return None if value is None or value != value else bool(test(value))
    x, k = f.series("x"), f.series("k")
    finite = f.series("y")
    n = f.n
    out = [
        ("x > 2", 0.6, f.rows(lambda v: v > 2, "x")),
        ("x > 2 warn as other_x", 1, f.rows(lambda v: v > 2, "x")),
        ("x is not null", 0.8, [v is not None for v in f.c["x"]]),
        ("not isnan(x)", 0.95, [None if v is None else v == v for v in f.c["x"]]),
        ("k in (0, 1, 7)", 0.4, f.rows(lambda v: v in (0, 1, 7), "k")),
        ("w in ('CH', 'LI', 'it''s', 'x=y')", 0.3, f.rows(lambda v: v in ("CH", "LI", "it's", "x=y"), "w")),
        ("x < y + 1", 0.5, f.rows(lambda a, b: a < b + 1, "x", "y")),
        ("unique(id)", 1, f.unique("id")),
        ("unique(id) as nearly", 0.9, f.unique("id")),
        ("unique(w, k)", 0.5, f.unique("w", "k")),
        ("unique(y)", 0.01, f.unique("y")),
        ("increasing(t)", 0.9, f.ordered("t", lambda a, b: b >= a)),
        ("increasing(t, 'strictly')", 0.5, f.ordered("t", lambda a, b: b > a)),
        ("decreasing(x)", 0.5, f.ordered("x", lambda a, b: b <= a)),
        ("decreasing(w)", 0.5, f.ordered("w", lambda a, b: b.encode() <= a.encode())),
        ("matches(w, '[A-Z]+')", 0.1, f.rows(lambda v: re.fullmatch("[A-Z]+", v), "w")),
        ("matches(lower(w), '[a-z@.]*|.*[#b`].*')", 0.2,
         f.rows(lambda v: re.fullmatch("[a-z@.]*|.*[#b`].*", re.sub("[A-Z]", lambda m: m[0].lower(), v)), "w")),
        ("not matches(w, '.')", 1, f.rows(lambda v: not re.fullmatch(".", v), "w")),
        ("length(w) <= 5", 0.7, f.rows(lambda v: len(v) <= 5, "w")),
        ("between(x, 1, 4.5)", 0.5, f.rows(lambda v: 1 <= v <= 4.5, "x")),
        ("between(w, 'B', 'a')", 0.1, f.rows(lambda v: b"B" <= v.encode() <= b"a", "w")),
        ("age_of(t) <= days(2)", 0.5, f.rows(lambda v: AS_OF - v <= 2 * DAY, "t")),
        ("age_of(t) > hours(30) and age_of(t) < minutes(4000.5)", 0.1,
         f.rows(lambda v: 30 / 24 * DAY < AS_OF - v < 4000.5 * 60e9, "t")),
        ("references(id, 'other', 'id')", 0.5, f.rows(lambda v: v in set(real(f.other["id"])), "id")),
        ("references(k, 'other', 'y')", 0.3, f.rows(lambda v: v in set(real(f.other["y"])), "k")),
        ("references(w, 'other', 'w')", 0.9, f.rows(lambda v: v in set(real(f.other["w"])), "w")),
        ("b", 0.2, f.rows(lambda v: v, "b")),
        ("x <= quantile(x, 0.9)", 0.9,
         f.rows(lambda v: v <= np.quantile(x, 0.9), "x") if not np.isinf(x).any() else "skip"),
        ("row_count() >= 20", None, n >= 20),
        ("column_count() = 7", None, True),
        ("null_share(x) <= 0.15", None, pd.Series([v is None for v in f.c["x"]]).mean() <= 0.15 if n else True),
        ("nan_share(x) = 0", None, not any(v is not None and v != v for v in f.c["x"])),
        ("count(x) > 15", None, len(x) > 15),
        ("distinct(y) = 4", None, finite.nunique() == 4),
        ("distinct(w) < 12", None, pd.Series(real(f.c["w"]), dtype=object).nunique() < 12),
        ("min(x) > -1", None, compare(x.min(), lambda v: v > -1)),
        ("max(k) = 4611686018427387904", None, compare(max(real(f.c["k"]), default=None), lambda v: v == 2 ** 62)),
        ("min(w) < 'B'", None, compare(min((w.encode() for w in real(f.c["w"])), default=None), lambda v: v < b"B")),
        ("mean(y) > 2.4", None, compare(float(np.mean(finite)) if len(finite) else None, lambda v: v > 2.4)),
        ("mean(b) < 0.3", None, compare(np.mean(real(f.c["b"])) if real(f.c["b"]) else None, lambda v: v < 0.3)),
        ("median(y) = 1.5", None, compare(finite.median(), lambda v: v == 1.5)),
        ("between(std(y), 2, 2.9)", None, compare(finite.std(), lambda v: 2 <= v <= 2.9)),
        ("between(quantile(y, 0.3), 0, 1.5)", None,
         compare(np.quantile(finite, 0.3) if len(finite) else None, lambda v: 0 <= v <= 1.5)),
        ("sum(k) > 1e19", None, compare(math.fsum(k) if len(k) else None, lambda v: v > 1e19)),
        ("type(x) = 'float64'", None, True if any(isinstance(v, float) for v in f.c["x"]) else "skip"),
        ("has_column('w') and not has_column('nobody')", None, True),
        ("nobody > 0", None, None), ("w > 0", None, None), ("type(nobody) = 'int64'", None, None),
    ]
    return [(text, mostly, want) for text, mostly, want in out if not isinstance(want, str)]


def holds(rows, mostly):
    counted = [v for v in rows if v is not None]
    return (sum(counted) / len(counted) if counted else 1.0) >= mostly


def check_tables(folder, draw, round_):
    n = draw.choice([0, 1, 3, 20, 60, 200, 1500])
    columns, other = table(draw, n), table(draw, draw.choice([1, 30, 100]))
    write_csv(folder / "t.csv", columns)
    write_csv(folder / "o.csv", other)
    f = Frame(columns, other)
    present = {name: bool([v for v in values if v is not None]) for name, values in columns.items()}
    whole = all(present.values()) and all(bool(real(v)) for v in other.values())
    wanted = cases(f) if whole else []
    lines = []
    for text, mostly, _ in wanted:
        head, _, tail = text.partition(" as ")
        lines.append(f"{head}{f' mostly {mostly}' if mostly else ''}{' as ' + tail if tail else ''}")
    lines = [re.sub(r" warn mostly (\S+)", r" mostly \1 warn", line) for line in lines]
    (folder / "e").write_text("# a comment\n" + "\n".join(lines) + "\n", encoding="utf-8")
    out = dump("validate", folder / "e", folder / "t.csv", folder / "o.csv", AS_OF).split("\n")
    wrong = []
    for (text, mostly, want), line in zip(wanted, out):
        got = json.loads(line)
        if isinstance(want, list):
            failed = [i for i, v in enumerate(want) if v is False]
            good = (got["holds"] == str(holds(want, mostly)).lower() and got["all"] == failed
                    and got["rows"] == " ".join(map(str, failed[:5]))
                    and int(got["n_unknown"]) == sum(v is None for v in want) and int(got["n_failed"]) == len(failed))
        else:
            good = got["holds"] == ("" if want is None else str(want).lower()) and got["all"] is None
        if not good:
            wrong.append((text, mostly, got, want if not isinstance(want, list) else failed[:9]))
    report(not wrong and len(out) == 2 * len(wanted) + 1, f"round {round_}: {len(wanted)} expectations of {n} rows",
           (wrong or out)[:2])
    report([line for line in dump("infer", folder / "t.csv").split("\n") if line in ("true",)] == ["true"] * 3,
           f"round {round_}: a table holds to what it suggests",
           dump("infer", folder / "t.csv")[-2000:].replace("\n", " | "))


# ---- overlap ----

def same(a, b):
    return a is b or a == b or (isinstance(a, float) and isinstance(b, float) and a != a and b != b)


def check_overlap(folder, draw):
    def rows(n):
        return {"w": [draw.choice(["a", "b", None, "é"]) for _ in range(n)],
                "v": [draw.choice([0.0, -0.0, math.nan, 1.5, None]) for _ in range(n)] + [2.5],
                "i": [draw.choice([1, 2, None]) for _ in range(n)]}
    wrong = []
    for _ in range(ROUNDS):
        a, b = rows(draw.randint(1, 40)), rows(draw.randint(1, 40))
        for t in (a, b):
            t["w"].append("end"), t["i"].append(draw.choice([1, 2]))
        write_csv(folder / "a.csv", a)
        write_csv(folder / "b.csv", b)
        for names in ("", "w,i", "v"):
            picked = names.split(",") if names else list(a)
            left, right = list(zip(*(a[p] for p in picked))), list(zip(*(b[p] for p in picked)))
            want = []
            for i, row in enumerate(left):
                hits = [k for k, r in enumerate(right) if all(same(p, q) for p, q in zip(row, r))]
                want += [f'"{i}" "{hits[0]}"'] if hits else []
            got = dump("overlap", folder / "a.csv", folder / "b.csv", names).split("\n")[:-1]
            if got != want:
                wrong.append((names, got[:4], want[:4]))
    report(not wrong, "rows of two tables are the same as pair by pair", wrong[:2])


with tempfile.TemporaryDirectory() as name:
    draw = random.Random(20)
    check_patterns(pathlib.Path(name), draw)
    for round_ in range(ROUNDS):
        check_tables(pathlib.Path(name), draw, round_)
    check_overlap(pathlib.Path(name), draw)
print(f"1..{n_done}")
sys.exit(n_failed > 0)
