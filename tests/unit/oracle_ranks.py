#!/usr/bin/python3
"""Hold the merge's statistics of ranks to SciPy and to fractions.

usage: oracle_ranks.py DUMP_STATS

Mann and Whitney's U, the term of ties and Kuiper's V are whole numbers over whole numbers: they agree to the last
bit. Cramer and von Mises' T and Anderson and Darling's A^2 agree with fractions to 1e-13, and with SciPy, whose own
sums cancel, to 1e-9. Prints TAP.
"""
import sys
import warnings
from fractions import Fraction

from oracle_stats import Dump, Tap, np, off, samples, stats

SIZES = [(1, 1), (1, 7), (40, 1), (2, 3), (7, 7), (20, 20), (30, 50), (150, 90), (300, 299), (20000, 15000)]
KINDS = ("normal", "ties", "lognormal", "mixed", "offset", "subnormal", "one", "ends")


def draw(rng, kind, n):
    if kind == "one":
        return np.ones(n)
    if kind == "ends":
        return rng.choice([-np.inf, 0.0, 1.0, np.inf], n)
    return samples(rng, kind, n)


def ranks(dump, x, y):
    x, y = np.sort(x).astype("<f8"), np.sort(y).astype("<f8")
    got = dump.ask([5, len(x), len(y)], [x, y], 5)
    return dict(zip(("u", "ties", "cvm", "anderson", "kuiper"), got))


def counts_of(x, y):
    """Of each distinct value, ascending: how many x and y have of it, and below it."""
    at = np.unique(np.concatenate([x, y]))
    xs, ys = np.sort(x), np.sort(y)
    p, q = np.searchsorted(xs, at, "left"), np.searchsorted(ys, at, "left")
    a, b = np.searchsorted(xs, at, "right") - p, np.searchsorted(ys, at, "right") - q
    return [tuple(map(int, row)) for row in zip(p, q, a, b)]


def fractions(x, y):
    """The statistics by their definitions, over values with their midranks."""
    n, m = len(x), len(y)
    size, rows = n + m, counts_of(x, y)
    u, squares, area, gaps = Fraction(0), Fraction(0), Fraction(0), [0]
    for p, q, a, b in rows:
        t = a + b
        rank = p + q + Fraction(t + 1, 2)
        u += a * (rank - p) - Fraction(a * (a + 1), 2)
        # sums of (rank - i)^2 for i = p + 1 to p + a, and alike of y
        for own, k, weight in ((p, a, n), (q, b, m)):
            s1, s2 = Fraction(k * (k + 1), 2), Fraction(k * (k + 1) * (2 * k + 1), 6)
            c = rank - own
            squares += weight * (k * c * c - 2 * c * s1 + s2)
        middle = p + q + Fraction(t, 2)
        under = middle * (size - middle) - Fraction(size * t, 4)
        if under:
            for own, k, of in ((p, a, n), (q, b, m)):
                area += Fraction(t, size) * (size * (own + Fraction(k, 2)) - middle * of)**2 / under / of
        gaps.append((p + a) * m - (q + b) * n)
    cvm = squares / (n * m * size) - Fraction(4 * n * m - 1, 6 * size)
    return {"u": float(u), "ties": float(sum((a + b)**3 - a - b for _, _, a, b in rows)), "cvm": float(cvm),
            "anderson": float(area * (size - 1) / size), "kuiper": (max(gaps) - min(gaps)) / (n * m)}


def standardised(a2, x, y):
    """A^2 as SciPy tells it: Scholz and Stephens (1987) for two samples."""
    n = [len(x), len(y)]
    size = sum(n)
    inverse = 1 / np.arange(size - 1, 1, -1)
    h, hs = sum(1 / k for k in n), inverse.sum() + 1
    g = (inverse.cumsum() / np.arange(2, size)).sum()
    a = (4 * g - 6) + (10 - 6 * g) * h
    b = (2 * g - 4) * 4 + 16 * hs + (2 * g - 14 * hs - 4) * h - 8 * hs + 4 * g - 6
    c = (6 * hs + 2 * g - 2) * 4 + (4 * hs - 4 * g + 6) * 2 + (2 * hs - 6) * h + 4 * hs
    d = (2 * hs + 6) * 4 - 8 * hs
    variance = (a * size**3 + b * size**2 + c * size + d) / ((size - 1) * (size - 2) * (size - 3))
    return (a2 - 1) / np.sqrt(variance)


def main():
    dump, tap, rng = Dump(sys.argv[1]), Tap(), np.random.default_rng(20261123)
    whole, real, scipys = [], [], []
    warnings.simplefilter("ignore")  # p-values beyond tables, and of no use here
    for kind in KINDS:
        for n, m in SIZES:
            for shift in (0, .5, 2):
                x, y, what = draw(rng, kind, n), draw(rng, kind, m) + shift, (kind, n, m, shift)
                got = ranks(dump, x, y)
                if n <= 300:
                    want = fractions(x, y)
                    whole += [(off(got[key], want[key]), (*what, key)) for key in ("u", "ties", "kuiper")]
                    real += [(off(got[key], want[key]), (*what, key)) for key in ("cvm", "anderson")]
                ends = [np.clip(v, -1e300, 1e300) for v in (x, y)]  # SciPy has no ranks of infinities
                scipys.append((off(got["u"], stats.mannwhitneyu(*ends, method="asymptotic").statistic), (*what, "u")))
                if min(n, m) > 1:
                    t = stats.cramervonmises_2samp(*ends, method="asymptotic").statistic
                    scipys.append((off(got["cvm"], t, 1), (*what, "cvm")))
                if n + m > 4 and len(np.unique([*x, *y])) > 1:
                    found = stats.anderson_ksamp(ends).statistic
                    scipys.append((off(standardised(got["anderson"], x, y), found, 1), (*what, "anderson")))
    tap.group("whole numbers of ranks against fractions", whole, 1e-15)
    tap.group("Cramer-von Mises and Anderson-Darling against fractions", real, 1e-13)
    tap.group("statistics of ranks against SciPy", scipys, 1e-9)
    print(f"1..{tap.n}")
    return 1 if tap.failed else 0


if __name__ == "__main__":
    sys.exit(main())
