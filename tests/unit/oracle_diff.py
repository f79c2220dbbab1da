#!/usr/bin/python3
"""Differences and merging held against pandas. usage: oracle_diff.py DUMP_DIFF [ROUNDS]

Random frames (40, or 400 with MLOPS_DEEP=1) are edited and compared by pandas: DataFrame.compare over the rows that
both have, and an outer merge for those that one has; means, and shares of nulls. Merging is restated with an index of keys.
Prints TAP.
"""
import os
import pathlib
import subprocess
import sys
import tempfile

try:
    import numpy as np
    import pandas as pd
except ImportError:
    print("1..0 # SKIP pandas is not installed")
    sys.exit(0)

DUMP = sys.argv[1]
ROUNDS = int(sys.argv[2]) if len(sys.argv) > 2 else 400 if os.environ.get("MLOPS_DEEP") == "1" else 40
n_done = n_failed = 0


def report(ok, name, detail=""):
    global n_done, n_failed
    n_done += 1
    n_failed += not ok
    print(f"{'ok' if ok else 'not ok'} {n_done} - {name}" + (f"\n# {detail}" if detail and not ok else ""))


def make(rng, n):
    return pd.DataFrame({
        "id": rng.permutation(10 * n)[:n],
        "real": np.where(rng.random(n) < 0.1, np.nan, rng.normal(size=n).round(3)),
        "whole": rng.integers(0, 50, n),
        "text": rng.choice(["red", "green", "blue, dark", 'a "q"'], n),
    })


def edited(rng, frame, first_id):
    out = frame.copy()
    for column in out.columns[1:]:
        at = rng.random(len(out)) < 0.05
        out.loc[at, column] = make(rng, len(out))[column][at]
    out = out[rng.random(len(out)) > 0.05]
    more = make(rng, 5)
    more["id"] = first_id + rng.permutation(20)[:5]
    return pd.concat([out, more], ignore_index=True)


def run(folder, key, *frames):
    paths = []
    for i, frame in enumerate(frames):
        paths.append(folder / f"{i}.csv")
        frame.to_csv(paths[-1], index=False)
    subprocess.run([DUMP, key, folder / "out", *paths], check=True)


def read(folder, what, **opts):
    return pd.read_csv(folder / f"out.{what}", **opts)


def text(value):
    return None if value is None or value != value else repr(float(value)) if isinstance(value, float) else str(value)


def cells_of(old, new):
    """By DataFrame.compare: {(key, column): (from, to)}."""
    both = old.index.intersection(new.index)
    changed = old.loc[both].compare(new.loc[both])
    out = {}
    for column in changed.columns.levels[0] if len(changed.columns) else ():
        for key, a, b in changed[column][["self", "other"]].itertuples():
            real, (x, y) = (old.loc[key, column], new.loc[key, column]), (a, b)
            if not (x != x and y != y):
                out[str(key), column] = tuple(map(text, real))
    return out


def check_diff(rng, folder):
    old = make(rng, int(rng.integers(5, 300)))
    new = edited(rng, old, 10 ** 6)
    keyed = bool(rng.integers(2))
    if keyed:
        new = new.sample(frac=1, random_state=int(rng.integers(1000)))
    run(folder, "id" if keyed else "", old, new)
    a, b = old.set_index("id"), new.set_index("id")
    cells = read(folder, "cells", dtype={"key": str, "from": str, "to": str}, keep_default_na=False, na_values=[""])
    keys = cells["key"] if keyed else old["id"].iloc[cells["from_row"]].astype(str)
    have = {(k, c): (text(x), text(y)) for k, c, x, y in zip(keys, cells["column"], cells["from"], cells["to"])}
    if keyed:
        report(have == cells_of(a, b), "cells as DataFrame.compare has them", f"{have} {cells_of(a, b)}")
    else:  # a row of which most changed is another one
        report(have.items() <= cells_of(a, b).items(), "cells by position are among those of DataFrame.compare")
    both = old.merge(new, on="id", how="outer", indicator=True)
    want = {side: set(both["id"][both["_merge"] == side]) for side in ("left_only", "right_only")}
    added, removed = set(read(folder, "added")["id"]), set(read(folder, "removed")["id"])
    if keyed:
        report(removed == want["left_only"] and added == want["right_only"], "rows as an outer merge has them")
    else:
        report(removed >= want["left_only"] and removed & added == removed - want["left_only"], "rows by position")
    columns = read(folder, "columns").set_index("column")
    ok = True
    for name in ("real", "whole"):
        row = columns.loc[name]
        ok &= np.allclose([row.from_mean, row.to_mean, row.from_nulls, row.to_nulls],
                          [old[name].mean(), new[name].mean(), old[name].isna().mean(), new[name].isna().mean()],
                          rtol=1e-12, atol=0)
    report(ok, "means and shares of nulls as pandas has them", columns.to_string())


def same(x, y):
    return x == y or (x != x and y != y)


def merged(base, ours, theirs):
    """{id: {column: value}} and the conflicts, with ours for them."""
    out, conflicts = {}, set()
    for key in base.index.union(ours.index).union(theirs.index):
        b, o, t = (f.loc[key].to_dict() if key in f.index else None for f in (base, ours, theirs))
        if o is None or t is None:
            one = o if o is not None else t
            if b is None:
                out[key] = one
            elif one is not None and not all(same(one[c], b[c]) for c in b):
                conflicts.add((str(key), None))
                if o is not None:
                    out[key] = o
            continue
        out[key] = {}
        for c in o:
            if same(o[c], t[c]) or (b and same(t[c], b[c])):
                out[key][c] = o[c]
            elif b and same(o[c], b[c]):
                out[key][c] = t[c]
            else:
                out[key][c] = o[c]
                conflicts.add((str(key), c))
    return out, conflicts


def check_merge(rng, folder):
    base = make(rng, int(rng.integers(5, 200)))
    ours, theirs = edited(rng, base, 10 ** 6), edited(rng, base, 10 ** 6)
    run(folder, "id", base, ours, theirs)
    want, conflicts = merged(*(f.set_index("id") for f in (base, ours, theirs)))
    told = read(folder, "conflicts", dtype={"key": str})
    have = {(k, None if c != c else c) for k, c in zip(told["key"], told["column"])}
    report(have == conflicts and len(told) == len(have), "conflicts as restated", f"{have ^ conflicts}")
    table = read(folder, "table").set_index("id")
    ok = set(table.index) == set(want) and all(
        same(table.loc[key, c], value) for key, row in want.items() for c, value in row.items())
    report(ok and table.index.is_unique, "rows and cells as restated")


def main():
    rng = np.random.default_rng(5)
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(ROUNDS):
            check_diff(rng, pathlib.Path(folder))
            check_merge(rng, pathlib.Path(folder))
    print(f"1..{n_done}")
    return 1 if n_failed else 0


if __name__ == "__main__":
    sys.exit(main())
