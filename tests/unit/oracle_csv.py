#!/usr/bin/python3
"""CSV held against Python's csv and pandas. usage: oracle_csv.py DUMP_TABLE [ROUNDS]

Random files (300, or 5,000 with MLOPS_DEEP=1) are split by Python's csv and typed by rules restated
here from mlops/table.h; frames that pandas wrote and real files are held against pandas.read_csv.
Prints TAP.
"""
import csv
import datetime
import io
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
    import pandas
except ImportError:
    pandas = None

DUMP = sys.argv[1]
ROUNDS = int(sys.argv[2]) if len(sys.argv) > 2 else 5000 if os.environ.get("MLOPS_DEEP") == "1" else 300
ROOT = pathlib.Path(os.environ.get("MLOPS_SOURCE_ROOT", pathlib.Path(__file__).parents[2]))
NULLS = {"", "NA", "N/A", "NaN", "nan", "null", "NULL", "None", "?"}
SPECIAL = re.compile(r"[+-]?(inf|infinity|nan)", re.I)
FLOAT = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
INT = re.compile(r"[+-]?\d+")
BOOLS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
n_done = n_failed = 0


def report(ok, name, detail=""):
    global n_done, n_failed
    n_done += 1
    n_failed += not ok
    print(f"{'ok' if ok else 'not ok'} {n_done} - {name}" + (f"\n# {detail}" if detail and not ok else ""))


def dump(path, *options):
    out = subprocess.run([DUMP, str(path), *options], capture_output=True, encoding="utf-8", check=False)
    lines = [json.loads(line) for line in out.stdout.splitlines()]
    return lines if lines and isinstance(lines[0], list) else (lines or [out.stderr])[0]


def same(a, b):
    if isinstance(a, float) and isinstance(b, float):
        return a == b and math.copysign(1, a) == math.copysign(1, b) or (a != a and b != b)
    return type(a) is type(b) and a == b


class Field(str):
    quoted = False


def column_of(fields, nulls):
    """Type and values by the rules of the header."""
    values = [None if not f.quoted and f in nulls else f for f in fields]
    there = [v for v in values if v is not None]
    plain = [v.strip(" \t") for v in there]
    unquoted = not any(v.quoted for v in there)

    def typed(name, convert):
        return name, [None if v is None else convert(v) for v in values]

    if not there:
        return "null", values
    if unquoted and all(v in BOOLS for v in there):
        return typed("bool", BOOLS.get)
    if unquoted and all(INT.fullmatch(v, 0) and v.isascii() and -2**63 <= int(v) < 2**63 for v in plain):
        return typed("int64", lambda v: int(v.strip(" \t")))
    if unquoted and all((FLOAT.fullmatch(v) or SPECIAL.fullmatch(v)) and v.isascii() for v in plain):
        return typed("float64", lambda v: float(v.strip(" \t")))
    return typed("string", str)


PLAIN = ["x", "y z", "é", "日本", "😀", " lead", "trail ", "a'b", 'in"side', "-", "+", ".", "1e", "0x1", "12a",
         "true", "FALSE", "NA", "", "", "?", "None", "null", "inf", "-Infinity", "NaN", "1_0", "٣"]
QUOTED = ["", "a,b", 'say "hi"', "two\nlines", "two\r\nlines", '"', '""', "NA", "7", ";", "\t", "é\n,\"日本\""]


def number(draw):
    kind = draw.randrange(6)
    if kind == 0:
        return str(draw.randrange(-100, 100))
    if kind == 1:
        return str(draw.randrange(-2**64, 2**64))
    if kind == 2:
        return repr(draw.uniform(-1, 1) * 10 ** draw.randrange(-320, 308))
    if kind == 3:
        return f"{draw.uniform(-1e3, 1e3):.{draw.randrange(30)}f}"
    if kind == 4:
        return draw.choice(["007", "-0", "+5", " 4", "5 ", "\t6", "1e400", "-1e-400", ".5", "5.", "1E5", "0e0",
                            "9223372036854775807", "9223372036854775808", "-9223372036854775808"])
    return draw.choice(["1", "2", "3"])


def cell(draw, style):
    pick = draw.random()
    field = Field(draw.choice(["", "NA", "nan", "?"]) if pick < 0.1 else number(draw))
    if style == "bool" and pick >= 0.1:
        field = Field(draw.choice(list(BOOLS)))
    if style == "int" and pick >= 0.1:
        field = Field(str(draw.randrange(-2**63, 2**63)))
    if style == "text" and pick >= 0.1 or style == "mixed" and pick > 0.97:
        field = Field(draw.choice(PLAIN))
        if draw.random() < 0.4:
            field = Field(draw.choice(QUOTED))
            field.quoted = True
    return field


def generate(draw):
    """Text of a random file, its names and its fields."""
    d, n = draw.randrange(1, 7), draw.choice([0, 1, 5, 40, 300])
    delimiter, end = draw.choice([",", ",", ";", "|"]), draw.choice(["\n", "\r\n", "\r"])
    names = [f"{draw.choice(['col', 'größe', 'a b'])}{i}" for i in range(d)]
    styles = [draw.choice(["bool", "int", "number", "text", "mixed"]) for _ in range(d)]
    rows = [[cell(draw, s) for s in styles] for _ in range(n)]

    def spell(f):
        must = any(c in f for c in (delimiter, "\n", "\r")) or f[:1] == '"'
        f.quoted = f.quoted or must
        return '"' + f.replace('"', '""') + '"' if f.quoted else str(f)

    lines = [delimiter.join(names)] + [delimiter.join(map(spell, row)) for row in rows]
    text = end.join(lines) + (end if draw.random() < 0.8 or (n and lines[-1] == "") else "")
    return ("\ufeff" if draw.random() < 0.2 else "") + text, delimiter, names, rows


def compare(lines, names, columns):
    """What differs, or None."""
    if not isinstance(lines, list):
        return lines
    if lines[0] != names:
        return f"names {lines[0]} and not {names}"
    for j, (kind, values) in enumerate(columns):
        if lines[1][j] != kind:
            return f"column {names[j]} is {lines[1][j]} and not {kind}"
        if len(lines) - 2 != len(values):
            return f"{len(lines) - 2} rows and not {len(values)}"
        for i, value in enumerate(values):
            if not same(lines[i + 2][j], value):
                return f"row {i}, {names[j]}: {lines[i + 2][j]!r} and not {value!r}"
    return None


def with_options(draw, text, delimiter, names, rows, lead):
    """The file without its header, options to read it with, and the names and columns that are due. The first rows are empty
    lines of one column: they are passed over ahead of the first record, unless a name says that there is one column."""
    text, nulls = text.lstrip("\ufeff"), NULLS
    body = re.sub(r"^[^\r\n]*(\r\n|\r|\n)", "", text, count=1)
    options, due = ["delimiter=" + delimiter, "no_header"], [f"c{j}" for j in range(len(names))]
    if draw.random() < 0.5:
        body, options = "first line\n\nthird 'line'\n" + body, options + ["skip_lines=3"]
    if draw.random() < 0.5:
        options, due, lead = options + ["names=" + delimiter.join(names)], names, 0
    rows = rows[lead:]
    most = len(rows)
    if draw.random() < 0.5:
        nulls = draw.choice([["7", "x"], ["", "NA"], ["true"], ["", "-", "1"]])
        options.append("nulls=" + delimiter.join(nulls))
    if draw.random() < 0.5:
        most = draw.randrange(1, len(rows) + 2)
        options.append(f"rows_max={most}")
    return body, options, due, [column_of([r[j] for r in rows[:most]], nulls) for j in range(len(names))]


def random_options(folder):
    wrong, n = None, 0
    for seed in range(ROUNDS):
        draw = random.Random(seed)
        text, delimiter, names, rows = generate(draw)
        lead = 0
        while lead < len(rows) and len(names) == 1 and rows[lead][0] == "" and not rows[lead][0].quoted:
            lead += 1
        if lead == len(rows):
            continue
        n += 1
        body, options, due, columns = with_options(draw, text, delimiter, names, rows, lead)
        path = folder / "options.csv"
        path.write_text(body, encoding="utf-8", newline="")
        wrong = compare(dump(path, *options), due, columns)
        if wrong:
            wrong = f"seed {seed} {options}: {wrong}"
            break
    report(not wrong, f"{n} random files are read as their options have it", wrong)


def random_files(folder):
    wrong = None
    for seed in range(ROUNDS):
        text, delimiter, names, rows = generate(random.Random(seed))
        path = folder / "random.csv"
        path.write_text(text, encoding="utf-8", newline="")
        lines = csv.reader(io.StringIO(text.lstrip("\ufeff"), newline=""), delimiter=delimiter)
        parsed = [r or [""] for r in lines if r or len(names) == 1]
        assert parsed[1:] == [[str(f) for f in r] for r in rows], f"seed {seed}: Python disagrees"
        columns = [column_of([r[j] for r in rows], NULLS) for j in range(len(names))]
        wrong = compare(dump(path, "delimiter=" + delimiter), names, columns)
        if wrong:
            wrong = f"seed {seed}: {wrong}"
            break
    report(not wrong, f"{ROUNDS} random files are read as Python's csv reads them", wrong)


def pandas_columns(frame):
    kinds = {"b": "bool", "i": "int64", "f": "float64", "O": "string"}
    for name in frame.columns:
        series = frame[name]
        kind = "null" if series.isna().all() else kinds[series.dtype.kind]
        yield kind, [None if pandas.isna(v) else v for v in series.tolist()]


def real_file(path, label, options=(), **arguments):
    if not pandas or not path.exists():
        report(True, f"{label} # SKIP {'not found: ' + str(path) if pandas else 'pandas is not installed'}")
        return
    frame = pandas.read_csv(path, na_values=sorted(NULLS), keep_default_na=False,
                            float_precision="round_trip", **arguments)
    wrong = compare(dump(path, *options), [str(n) for n in frame.columns], list(pandas_columns(frame)))
    report(not wrong, f"{label} is the table that pandas reads", wrong)


def breast_cancer():
    try:
        from sklearn import datasets
    except ImportError:
        report(True, "breast_cancer.csv # SKIP sklearn is not installed")
        return
    path = pathlib.Path(datasets.__file__).parent / "data/breast_cancer.csv"
    names = [f"f{i}" for i in range(30)] + ["target"]
    real_file(path, "breast_cancer.csv", ["skip_lines=1", "no_header", "names=" + ",".join(names)],
              skiprows=1, header=None, names=names)


def written_by_pandas(folder):
    """What DataFrame.to_csv writes comes back."""
    if not pandas:
        report(True, "a frame written by pandas comes back # SKIP pandas is not installed")
        return
    draw = random.Random(7)
    n = 2000
    frame = pandas.DataFrame({
        "i": [draw.randrange(-2**63, 2**63) for _ in range(n)],
        "f": [draw.choice([None, draw.gauss(0, 1e10), draw.random() * 1e-310]) for _ in range(n)],
        "s": [draw.choice(["a", "b,c", 'd"e', "f\ng", "日本", "x" * 5000]) for _ in range(n)],
        "b": [draw.random() < 0.5 for _ in range(n)]})
    path = folder / "pandas.csv"
    frame.to_csv(path, index=False)
    wrong = compare(dump(path), list(frame.columns), list(pandas_columns(frame)))
    report(not wrong, "a frame written by pandas comes back", wrong)


def times(folder):
    """Times as strftime spells them, in random formats, are what datetime says they are."""
    draw, wrong = random.Random(11), None
    epoch = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
    for _ in range(ROUNDS):
        date = draw.choice(["%Y-%m-%d", "%d.%m.%Y", "%m/%d/%y", "%b %d %Y", "%Y%m%d", "%d%%%b=%Y"])
        clock = draw.choice(["", " %H:%M", "T%H:%M:%S", ", %I:%M %p", " %H%M%S.%f", " %I.%M.%S%p %z", "T%H:%M:%S.%f%z"])
        zone = datetime.timezone(datetime.timedelta(minutes=draw.randrange(-720, 720)))
        whens = [datetime.datetime.fromtimestamp(draw.randrange(-2**33, 2**33), zone).replace(
            microsecond=draw.randrange(10**6)) for _ in range(20)]
        texts = [when.strftime(date + clock) for when in whens]
        due = []
        for text in texts:
            when = datetime.datetime.strptime(text, date + clock)
            when = when if when.tzinfo else when.replace(tzinfo=datetime.timezone.utc)
            due.append((when - epoch) // datetime.timedelta(microseconds=1) * 1000)
        path = folder / "times.csv"
        path.write_text("t\n" + "".join(f'"{text}"\n' for text in texts))
        wrong = compare(dump(path, f'types="t=time({date + clock})"'), ["t"], [("int64", due)])
        if wrong:
            wrong = f"{date + clock}: {wrong}"
            break
    report(not wrong, "times are read by their format as Python's strptime reads them", wrong)


with tempfile.TemporaryDirectory() as name:
    random_files(pathlib.Path(name))
    random_options(pathlib.Path(name))
    times(pathlib.Path(name))
    written_by_pandas(pathlib.Path(name))
data = ROOT.parent / "shared/data"
for file in ("adult.csv", "california_reference.csv", "california_production.csv", "california_production_labels.csv"):
    real_file(data / file, file)
breast_cancer()
print(f"1..{n_done}")
sys.exit(1 if n_failed else 0)
