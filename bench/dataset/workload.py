"""What the benches of datasets are about: a table, a matrix of floats, small files, and edits of them. Deterministic."""
import math
import random

import numpy

COUNTRIES = "DE US IN BR FR CN GB NG MX ID PK JP TR IT ES KE PL CA AU ZA".split()
DEVICES = "web android ios tv api".split()
FOLDERS = 200


# ---- the table ----

def row(r, i, ts):
    x = r.random()
    return (f"{i},{ts},u{int(x * x * 3_000_000):07d},{COUNTRIES[int(20 * r.random() ** 2)]},"
            f"{DEVICES[int(5 * r.random())]},{math.exp(3 + 2 * r.random()):.2f},{r.random():.6f},"
            f"{int(r.random() < .08)},{int(r.random() * 1000)}\n")


def first(path, rows):
    r, ts = random.Random(1), 1_700_000_000
    with open(path, "w", encoding="ascii") as out:
        out.write("id,ts,user,country,device,amount,score,label,bucket\n")
        for i in range(rows):
            ts += i % 3 == 0
            out.write(row(r, 2 * i, ts))


def clustered(source, path, rows):
    """Half a percent of the rows edited together, as many inserted, one percent appended."""
    r = random.Random(2)
    with open(source, encoding="ascii") as lines, open(path, "w", encoding="ascii") as out:
        out.write(next(lines))
        for i, line in enumerate(lines):
            if rows * 4 // 10 <= i < rows * 4 // 10 + rows // 200:
                cells = line.split(",")
                cells[5], cells[6] = f"{math.exp(3 + 2 * r.random()):.2f}", f"{r.random():.6f}"
                line = ",".join(cells)
            if i == rows * 6 // 10:
                out.writelines(row(r, 2 * i + 1, 1_700_000_000 + i // 3) for _ in range(rows // 200))
            out.write(line)
        out.writelines(row(r, 2 * (rows + k), 1_710_000_000 + k) for k in range(rows // 100))


def scattered(source, path, share, widths=False):
    """A share of the rows, wherever they stand, has another value in one column."""
    r = random.Random(3)
    with open(source, encoding="ascii") as lines, open(path, "w", encoding="ascii") as out:
        out.write(next(lines))
        for line in lines:
            if r.random() < share:
                cells = line.split(",")
                cells[6] = f"{r.random() * 10 ** r.randrange(4):.{r.randrange(2, 9)}f}" if widths else f"{r.random():.6f}"
                line = ",".join(cells)
            out.write(line)


# ---- floats ----

def floats(path, n):
    numpy.random.default_rng(5).standard_normal(n, numpy.float32).tofile(path)


def edit_floats(path, n):
    """One percent rewritten together, one percent appended."""
    r = numpy.random.default_rng(6)
    with open(path, "r+b") as out:
        out.seek(4 * (n // 2))
        out.write(r.standard_normal(n // 100, numpy.float32).tobytes())
        out.seek(0, 2)
        out.write(r.standard_normal(n // 100, numpy.float32).tobytes())


# ---- small files ----

def name(folder, i):
    return folder / f"{i % FOLDERS:03d}" / f"{i:06d}.bin"


def files(folder, n):
    """Around 12 KiB each, of bytes that do not compress."""
    r = random.Random(7)
    for i in range(FOLDERS):
        (folder / f"{i:03d}").mkdir(parents=True)
    for i in range(n):
        name(folder, i).write_bytes(r.randbytes(min(int(r.lognormvariate(math.log(9500), .7)), 200_000)))


def edit_files(folder, n):
    """One percent rewritten, one percent added, a quarter of a percent each deleted and renamed."""
    r = random.Random(8)
    chosen = r.sample(range(n), n // 100 + n // 200)
    changed, rest = chosen[:n // 100], chosen[n // 100:]
    for i in changed:
        name(folder, i).write_bytes(r.randbytes(12_000))
    for i in range(n // 100):
        name(folder, n + i).write_bytes(r.randbytes(12_000))
    for i in rest[:n // 400]:
        name(folder, i).unlink()
    for i in rest[n // 400:]:
        name(folder, i).rename(name(folder, i).with_suffix(".moved"))
