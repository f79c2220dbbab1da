#!/usr/bin/python3
"""Hold the tails of lib/stats to sums in decimals: Student's t, F, noncentral chi-squared, the limits of Cramer-von
Mises, Anderson-Darling and Kuiper, and the normal quantile.

usage: oracle_tails.py DUMP_STATS

Each tail is summed by another formula than the library's, with so many digits that nothing cancels, and agrees to
1e-12 of itself down to 1e-300. Prints TAP.
"""
import functools
import math
import sys
from decimal import Decimal, localcontext

try:
    import numpy as np
    from scipy import special, stats
except ImportError as missing:
    print(f"1..0 # SKIP {missing}")
    sys.exit(0)

from oracle_stats import Dump, Tap, off

T, F, CHI2, ISF, CRAMER, ANDERSON, KUIPER = range(6, 13)


def tail(dump, which, rows):
    rows = np.asarray(rows, "<f8").reshape(len(rows), -1)
    rows = np.hstack([rows, np.zeros((len(rows), 4 - rows.shape[1]))])
    return dump.ask([6, which, len(rows)], [rows], len(rows))


def digits(prec):
    """A decorator: with so many digits, and no end of exponents."""
    def wrap(function):
        @functools.wraps(function)
        def inner(*args):
            with localcontext() as context:
                context.prec, context.Emin, context.Emax = prec, -10**9, 10**9
                return function(*args)
        return inner
    return wrap


@functools.lru_cache(None)
def pi(prec):
    with localcontext() as context:
        context.prec = prec + 10
        def inverse_atan(n):
            term = total = Decimal(1) / n
            k = 1
            while abs(term) > Decimal(10) ** -(prec + 8):
                term, k = -term / (n * n), k + 2
                total += term / k
            return total
        return 4 * (4 * inverse_atan(5) - inverse_atan(239))


@functools.lru_cache(None)
def bernoulli(n):
    from fractions import Fraction
    if n == 0:
        return Fraction(1)
    return -sum(math.comb(n + 1, k) * bernoulli(k) for k in range(n)) / (n + 1)


@functools.lru_cache(None)
def log_gamma(x, prec):
    """ln Gamma of a Decimal by Stirling's series, moved up."""
    shift, limit = Decimal(1), prec // 2 + 10
    while x < limit:
        shift *= x
        x += 1
    total = (x - Decimal("0.5")) * x.ln() - x + (2 * pi(prec)).ln() / 2
    for k in range(1, limit):
        b = bernoulli(2 * k)
        total += Decimal(b.numerator) / b.denominator / (2 * k * (2 * k - 1)) / x ** (2 * k - 1)
    return total - shift.ln()


def beta_lower(a, b, x, y, prec):
    """The incomplete beta function by its series of positive terms."""
    log_b = log_gamma(a, prec) + log_gamma(b, prec) - log_gamma(a + b, prec)
    term = total = Decimal(1)
    k = 0
    while term > total * Decimal(10) ** -prec or (a + b + k) * x > a + 1 + k:
        term = term * (a + b + k) / (a + 1 + k) * x
        total += term
        k += 1
    return (a * x.ln() + b * y.ln() - log_b).exp() / a * total


@digits(360)
def t_reference(t, dof):
    t, dof, half = Decimal(t), Decimal(dof), Decimal("0.5")
    x, y = dof / (dof + t * t), t * t / (dof + t * t)
    if y > Decimal("0.01"):
        part = beta_lower(dof / 2, half, x, y, 40) / 2
    else:
        part = (1 - beta_lower(half, dof / 2, y, x, 340)) / 2 if t else half
    return float(part if t >= 0 else 1 - part)


@digits(60)
def f_reference(f, dof1, dof2):
    a, b = Decimal(dof1) / 2, Decimal(dof2) / 2
    n = a * Decimal(f) + b
    x, y = a * Decimal(f) / n, b / n
    if y < (b + 1) / (a + b + 2):
        return float(beta_lower(b, a, y, x, 45))
    return float(1 - beta_lower(a, b, x, y, 45))


@digits(420)
def noncentral_reference(x, dof, mean):
    """Poisson's weights times central tails, from dof upwards."""
    y, half = Decimal(x) / 2, Decimal(mean) / 2
    a = Decimal(dof) / 2
    term = total = Decimal(1)  # the lower tail's series
    k = 0
    while term > total * Decimal(10) ** -400 or y > a + k:
        k += 1
        term = term * y / (a + k)
        total += term
    step = (a * y.ln() - y - log_gamma(a + 1, 400)).exp()
    central, weight, out, j = 1 - step * total, (-half).exp(), Decimal(0), 0
    while j < half or weight * central > out * Decimal(10) ** -30:
        out += weight * central
        central += step
        step = step * y / (a + j + 1)
        j += 1
        weight = weight * half / j
    return float(out)


def bessel_quarter(q, prec):
    """K of order 1/4 by the trapezoidal rule, whose error falls as exp(-10 / step) does."""
    step, total, k = Decimal(1) / 25, (-q).exp() / 2, 0
    while True:
        k += 1
        t = k * step
        e = t.exp()
        term = (-q * (e + 1 / e) / 2).exp() * ((t / 4).exp() + (-t / 4).exp()) / 2
        total += term
        if term < total * Decimal(10) ** -prec:
            return total * step


@digits(75)
def cramer_reference(x):
    """One less the series of Bessel functions (Anderson and Darling 1952)."""
    x = Decimal(x)
    total, binomial, k = Decimal(0), Decimal(1), 0
    while True:
        y = Decimal(4 * k + 1)
        q = y * y / (16 * x)
        term = binomial * y.sqrt() * (-q).exp() * bessel_quarter(q, 75)
        total += term
        if term < Decimal(10) ** -75:
            return float(1 - total / (pi(75) * x.sqrt()))
        k += 1
        binomial = binomial * (2 * k - 1) / (2 * k)


@digits(75)
def anderson_reference(x):
    """One less the series of integrals (Anderson and Darling 1954), by the trapezoidal rule."""
    x = Decimal(x)
    total, binomial, j, step = Decimal(0), Decimal(1), 0, Decimal(1) / 40
    while True:
        c = (4 * j + 1) ** 2 * pi(75) ** 2 / (8 * x)
        inner, w = (x / 8 - c).exp() / 2, 0
        while True:
            w += 1
            square = (w * step) ** 2
            add = (x / (8 * (square + 1)) - c * (square + 1)).exp()
            inner += add
            if add < inner * Decimal(10) ** -75:
                break
        term = (-1) ** j * binomial * (4 * j + 1) * inner * step
        total += term
        if abs(term) < Decimal(10) ** -75:
            return float(1 - (2 * pi(75)).sqrt() / x * total)
        j += 1
        binomial = binomial * (2 * j - 1) / (2 * j)


@digits(60)
def kuiper_reference(x):
    square, total = Decimal(x) ** 2, Decimal(0)
    for k in range(1, 200):
        far = 4 * k * k * square
        total += (far - 1) * (-far / 2).exp()
    return float(2 * total)


def hold(tap, dump, name, which, rows, reference, tolerance=1e-12):
    got = tail(dump, which, rows)
    errors = []
    for g, row in zip(got, rows):
        want = reference(*row)
        if want > 1e-300 or want == 0:
            errors.append((off(g, want), (row, g, want)))
    tap.group(name, errors, tolerance)


def main():
    dump, tap = Dump(sys.argv[1]), Tap()
    t = [0.0, 1e-8, .01, .3, .9999, 1.0, 1.7, 3.0, 6.0, 12.0, 30.0, 1e3, 1e8, -1e-3, -2.0, -40.0]
    hold(tap, dump, "Student's tail", T, [(v, d) for v in t for d in (1, 2, 3, 4.7, 10, 33, 250, 1e4, 1234567.5, 3e9)
                                          if v * v / d < 3 or d < 20], t_reference)
    sizes = (1, 2, 5, 24, 301, 5e3)
    hold(tap, dump, "F tail", F, [(f, a, b) for f in (1e-6, .1, .8, 1, 1.05, 1.5, 4, 60, 1e5) for a in sizes for b in sizes
                                  if abs(math.log(f)) * math.sqrt(1 / (1 / a + 1 / b)) < 60], f_reference)
    hold(tap, dump, "noncentral chi-squared", CHI2,
         [(x, d, m) for d in (1, 2, 7.5, 99) for m in (0, 1e-3, 1, 20, 300)
          for x in (.1 * (d + m), d + m, 1.5 * (d + m) + 20, 1.2 * (d + m) + 300)], noncentral_reference)
    p = np.concatenate([np.geomspace(1e-300, .4, 90), .5 - np.geomspace(1e-14, .24, 40), [.5, .75, 1 - 1e-10]])
    got, want = tail(dump, ISF, p[:, None]), -special.ndtri(p)
    tap.group("normal quantile", [(off(g, w), a) for g, w, a in zip(got, want, p)], 1e-12)
    x = [.004, .01, .02, .05, .1, .1666, .3, .461, .743, 1, 1.5, 2.5, 4, 6, 9]
    hold(tap, dump, "Cramer and von Mises' limit", CRAMER, [(v,) for v in x], cramer_reference)
    hold(tap, dump, "Anderson and Darling's limit", ANDERSON, [(6 * v,) for v in x], anderson_reference)
    hold(tap, dump, "Kuiper's limit", KUIPER, [(v,) for v in np.geomspace(.3, 18, 60)], kuiper_reference)
    x = np.geomspace(10, 135, 20)  # far out the leading term takes over, of which the next order is known
    ratio = tail(dump, CRAMER, x[:, None]) / np.exp(-np.pi ** 2 * x / 2) * np.sqrt(x)
    tap.group("Cramer and von Mises' limit, far out",
              [(abs(b / a - 1), a) for a, b in zip(ratio, ratio[1:])], .01)
    print(f"1..{tap.n}")
    return 1 if tap.failed else 0


if __name__ == "__main__":
    sys.exit(main())
