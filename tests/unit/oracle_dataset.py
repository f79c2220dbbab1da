#!/usr/bin/python3
"""Datasets held against an implementation of docs/format.md in Python. usage: oracle_dataset.py DUMP_DATASET

Random tables are written as CSV by rules of their own; from the same values this computes the bytes of the table, its
id, the ids of commit, tree and entries, and which rows each kind of split holds out. The profile is held against what
other tests trust (mlops_reference_new), and is only looked for here. Prints TAP.
"""
import datetime
import hashlib
import json
import math
import os
import pathlib
import random
import struct
import subprocess
import sys
import tempfile

DUMP = sys.argv[1]
ROUNDS = 1500 if os.environ.get("MLOPS_DEEP") == "1" else 200
TEXTS = ["x", "y y", "NA", "", "1", "true", "a,b", 'q"q', "two\nlines", "\u20ac", "nan", "\u00e4\u00f6", "?", "z"]
FORMS = {
    "date": lambda t: t.date().isoformat(),
    "blank": lambda t: t.isoformat(" ", "seconds"),
    "zone": lambda t: t.isoformat("T", "milliseconds") + "+05:30",
}
NAN = struct.pack("<Q", 0x7ff8000000000000)
M64 = (1 << 64) - 1
# The begin of xxHash's default secret.
SECRET = bytes.fromhex("b8fe6c3923a44bbe7c01812cf721ad1cded46de9839097db7240a4a4b7b3671fcb79e64eccc0e578")
n_done = n_failed = 0


def report(ok, name, detail=""):
    global n_done, n_failed
    n_done += 1
    n_failed += not ok
    print(f"{'ok' if ok else 'not ok'} {n_done} - {name}" + (f"\n# {detail}" if detail and not ok else ""))


# ---- XXH3 with 64 bits of an input of 8 bytes, from the specification ----

def rotl(x, n):
    return (x << n | x >> (64 - n)) & M64


def xxh3_8(data, seed):
    low, high = struct.unpack("<II", data)
    seed ^= struct.unpack(">I", struct.pack("<I", seed & 0xffffffff))[0] << 32
    a, b = struct.unpack_from("<QQ", SECRET, 8)
    x = ((high + (low << 32)) ^ ((a ^ b) - seed)) & M64
    x ^= rotl(x, 49) ^ rotl(x, 24)
    x = x * 0x9FB21C651E98DF25 & M64
    x ^= (x >> 35) + 8
    x = x * 0x9FB21C651E98DF25 & M64
    return x ^ x >> 28


# ---- tables ----

class Column:
    def __init__(self, name, kind, values):
        self.name, self.kind, self.values = name, kind, values

    def field(self, v):
        """A field of CSV that our reader takes for the value: texts always in quotes."""
        if v is None:
            return ""
        if self.kind == "string":
            return '"' + v.replace('"', '""') + '"'
        if self.kind == "bool":
            return "true" if v else "false"
        if self.kind == "float64":
            return "NAN" if v != v else repr(v)
        return str(v)


def pad(data):
    return data + bytes(-len(data) % 8)


def bits(flags):
    out = bytearray((len(flags) + 7) // 8)
    for i, flag in enumerate(flags):
        out[i // 8] |= bool(flag) << i % 8
    return pad(bytes(out))


def encode(columns, n):
    types = ["null", "bool", "int64", "float64", "string"]
    out = b"MLOPSTBL" + struct.pack("<IIq", 1, len(columns), n)
    for c in columns:
        name = c.name.encode()
        out += struct.pack("<IIq", types.index(c.kind), len(name), c.values.count(None)) + pad(name)
    for c in columns:
        if c.kind == "null":
            continue
        if None in c.values:
            out += bits([v is not None for v in c.values])
        if c.kind == "bool":
            out += bits(c.values)
        elif c.kind == "int64":
            out += struct.pack(f"<{n}q", *(v or 0 for v in c.values))
        elif c.kind == "float64":
            out += b"".join(NAN if v is None or v != v else struct.pack("<d", v) for v in c.values)
        else:
            texts = list(dict.fromkeys(v for v in c.values if v is not None))
            raw = [t.encode() for t in texts]
            out += struct.pack("<II", len(texts), 0) + pad(struct.pack(f"<{len(raw)}I", *map(len, raw)))
            out += pad(b"".join(raw))
            width = "B" if len(texts) <= 256 else "H" if len(texts) <= 65536 else "I"
            place = {t: i for i, t in enumerate(texts)} | {None: 0}
            out += pad(struct.pack(f"<{n}{width}", *(place[v] for v in c.values)))
    return out


def random_value(kind, many):
    if kind == "bool":
        return random.random() < 0.5
    if kind == "int64":
        return random.choice([random.randrange(-5, 6), random.randrange(-2**63, 2**63)])
    if kind == "float64":
        return random.choice([0.0, -0.0, 1.5, -2.25, math.inf, -math.inf, math.nan, 1e300, random.gauss(0, 1)])
    if kind in FORMS:
        when = datetime.datetime(1970, 1, 1) + datetime.timedelta(milliseconds=random.randrange(2**41 if many else 10**9))
        return FORMS[kind](when)
    return f"t{random.randrange(100000)}" if many else random.choice(TEXTS)


def random_columns(n):
    columns = [Column("row", "int64", list(range(n)))]
    random_form = random.choice(list(FORMS))
    for name, kind in (("b", "bool"), ("i", "int64"), ("f", "float64"), ("s", "string"), ("n", "null")):
        share, many = random.choice([0, 0, 0.2, 0.9]), random.random() < 0.2
        values = [None if random.random() < share else random_value(kind, many) for _ in range(n)]
        if kind == "null":
            values = [None] * n
        elif all(v is None for v in values):  # CSV has no type for them
            values[random.randrange(n)] = random_value(kind, many)
        columns.append(Column(name, kind, values))
    values = [None if random.random() < 0.1 else random_value(random_form, random.random() < 0.5) for _ in range(n)]
    values[random.randrange(n)] = FORMS[random_form](datetime.datetime(2000, 2, 29))
    columns.append(Column("d", "string", values))
    return columns


def to_csv(columns):
    lines = [",".join(c.name for c in columns)]
    lines += [",".join(c.field(v) for c, v in zip(columns, row)) for row in zip(*(c.values for c in columns))]
    return ("\n".join(lines) + "\n").encode()


# ---- splits, as docs/dataset.md describes them ----

def portion(share, n):
    k = math.floor(share * n + 0.5)
    return min(max(k, 1), n - 1) if n > 1 else k


def stratum_of(kind, v):
    """Equal where the texts of two values are."""
    return None if v is None else repr(v) if kind == "float64" else v


def hashed(strata, share, seed):
    groups = {}
    for row, s in enumerate(strata):
        groups.setdefault(s, []).append(row)
    held = []
    for rows in groups.values():
        order = sorted(rows, key=lambda r: xxh3_8(struct.pack("<Q", r), seed & M64))
        held += order[:portion(share, len(rows))]
    return sorted(held)


def newest(column, share):
    def key(row):
        v = column.values[row]
        if v is None or v != v:
            return (0, 0, row)
        return (1, datetime.datetime.fromisoformat(v) if column.kind == "string" else v, row)
    n = len(column.values)
    return sorted(sorted(range(n), key=key)[n - portion(share, n):])


def expected_rows(columns, kind, share, seed, name):
    column = next(c for c in columns if c.name == (name or {"stratified": "s", "time": "i"}.get(kind, "row")))
    if kind == "random":
        return hashed([0] * len(column.values), share, seed)
    if kind == "time":
        return newest(column, share)
    return hashed([stratum_of(column.kind, v) for v in column.values], share, seed)


# ---- rounds ----

def sha(data):
    return hashlib.sha256(data).hexdigest()


def describe(columns):
    return [{"name": c.name, "type": c.kind, "n_nulls": c.values.count(None)} for c in columns]


def entries(columns, n, csv_bytes, table_bytes, kind, share, seed, name, held, profile):
    split = {"kind": kind, "share": share, "seed": seed}
    column = name or {"stratified": "s", "time": "i"}.get(kind)
    if column:
        split["column"] = column
    raw = bytearray((n + 7) // 8)
    for row in held:
        raw[row // 8] |= 1 << row % 8
    split |= {"n_held_out": len(held), "rows": sha(bytes(raw))}
    out = []
    for path, what, data in (("c", "csv", csv_bytes), ("t", "table", table_bytes)):
        entry = {"path": path, "kind": what, "id": sha(data), "size": len(data), "n_rows": n,
                 "columns": describe(columns), "target": "s", "time": "i", "profile": profile}
        if what == "csv":
            entry["csv"] = {} if len(data.splitlines()) > n + 1 else {"lines_ahead": 1}  # texts hold line ends
        out.append(entry | {"split": split})
    return out


def run_round(folder, k):
    random.seed(k)
    n = random.choice([2, 3, 7, 8, 9, 64, 65, random.randrange(2, 400), 700])
    columns = random_columns(n)
    kind = random.choice(["random", "stratified", "time"])
    share = random.choice([0.2, 0.5, 0.001, 0.999, random.random() * 0.98 + 0.01])
    seed = random.choice([0, 1, -1, random.randrange(-2**63, 2**63)])
    name = None if kind == "random" else random.choice([None, "b", "i", "f", "s", "n", "d"])
    csv_bytes, table_bytes = to_csv(columns), encode(columns, n)
    path, made = folder / "in.csv", folder / "bytes"
    path.write_bytes(csv_bytes)
    command = [DUMP, path, made, kind, repr(share), str(seed)] + ([name] if name else [])
    out = subprocess.run([str(a) for a in command], capture_output=True, encoding="utf-8", check=False)
    if kind == "time" and name == "s":
        return "" if "'s' cannot be split by time" in out.stderr else f"seed {k}: texts are no times: {out.stderr}"
    held = expected_rows(columns, kind, share, seed, name)
    if len(held) in (0, n):
        return "" if "would hold out" in out.stderr else f"seed {k}: {len(held)} of {n} held out: {out.stderr}"
    if out.returncode:
        return f"seed {k}: {out.stderr}"
    commit, record, tree, rows_t, rows_c = out.stdout.split("\n")[:5]
    if made.read_bytes() != table_bytes:
        return f"seed {k}: bytes of the table"
    if rows_t != " ".join(map(str, held)) or rows_c != rows_t:
        return f"seed {k}: {kind} {share} {seed} {name}: rows {rows_t}, {rows_c}, not {held}"
    if sha(record.encode()) != commit:
        return f"seed {k}: id of the commit"
    said = json.loads(record)
    time_ns = said["time_ns"]
    want = ('{"format":1,"dataset":"d","parents":[],"time_ns":%d,"author":"oracle",'
            '"message":"a \\"message\\"\\twith \u20ac","metadata":{ "a" : [1,2.0] },"tree":"%s"}' % (time_ns, sha(tree.encode())))
    if record != want:
        return f"seed {k}: record {record}"
    profile = json.loads(tree)[0]["profile"]
    all_entries = entries(columns, n, csv_bytes, table_bytes, kind, share, seed, name, held, profile)
    want = json.dumps(all_entries, ensure_ascii=False, separators=(",", ":"))
    return "" if tree == want else f"seed {k}: tree\n# {tree}\n# {want}"


def main():
    report(xxh3_8(struct.pack("<Q", 0), 0) == 0xc77b3abb6f87acd9 and xxh3_8(b"abcdefgh", 12345678901234) == 0x71d6da490c5eb725,
           "XXH3 of eight bytes is that of libxxhash")
    faults = []
    with tempfile.TemporaryDirectory() as folder:
        for k in range(ROUNDS):
            fault = run_round(pathlib.Path(folder), k)
            if fault:
                faults.append(fault)
    report(not faults, f"{ROUNDS} datasets have the bytes, ids and splits of the documentation",
           "\n# ".join(faults[:5]))
    print(f"1..{n_done}")
    return n_failed > 0


if __name__ == "__main__":
    sys.exit(main())
