#!/usr/bin/python3
"""Hold profiles to NumPy, SciPy and Python's own integers: moments, quantiles, different values, texts, powers of two.

Means and variances are compared with fractions of the very values, quantiles with the sorted ones within the width of a
bin, different values with the truth within four standard errors. Saved bytes of parts, merged in any tree, must be those
of the whole. Prints TAP.
"""
import collections
import fractions
import json
import math
import random
import sys

try:
    import mlops
    import numpy as np
    from scipy import stats
except ImportError as missing:
    print(f"1..0 # SKIP {missing}")
    sys.exit(0)

number = failed = 0
rng = np.random.default_rng(7)
draw = random.Random(7)


def point(good, title):
    global number, failed
    number += 1
    failed += not good
    print(f"{'ok' if good else 'not ok'} {number} - {title}")


def close(a, b, relative):
    return abs(a - b) <= relative * max(abs(a), abs(b), 1e-300)


def profile(values, **opts):
    made = mlops.Profile(**opts)
    made.add(values)
    return made


def exact(values):
    """Mean and variance of the values, each rounded to 2^-32 as the profile does."""
    units = [round(fractions.Fraction(float(v)) * 2 ** 32) for v in values]
    n = len(units)
    mean = fractions.Fraction(sum(units), n)
    return float(mean / 2 ** 32), float((fractions.Fraction(sum(u * u for u in units), n) - mean ** 2) / 2 ** 64)


def merged(values, **opts):
    """Parts of the values, merged as a random tree."""
    parts = [profile(part, **opts) for part in np.array_split(rng.permutation(values), 9)]
    while len(parts) > 1:
        draw.shuffle(parts)
        parts[0].merge(parts.pop())
    return parts[0]


shapes = {
    "normal": rng.normal(size=40000),
    "lognormal": rng.lognormal(2, 1.5, 40000),
    "whole": rng.integers(-50, 50, 40000).astype(float),
    "around a million": 1e6 + rng.uniform(-1, 1, 40000),
    "times": 1.7e18 + rng.uniform(0, 3.6e12, 40000),
    "both signs, wide": rng.normal(size=40000) * 10.0 ** rng.uniform(-6, 9, 40000),
}
for name, values in shapes.items():
    p = profile(values, lg_k=12)
    m, (mean, variance) = p.measure(), exact(values)
    point(m.mean == mean and close(m.variance, variance, 1e-15), f"mean and variance: {name}")
    edges = [p.edge(i) for i in range(p.n_bins)]
    ordered, worst = np.sort(values), 0
    for q in (0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99):
        got, want = p.quantile(q), ordered[max(math.ceil(q * len(values)) - 1, 0)]
        at = next(i for i, edge in enumerate(edges) if edge >= want)
        worst += not (want <= got <= max(edges[at], want) or want == edges[at] and got <= edges[at + 1])
        worst += got < want
    point(worst == 0, f"quantiles within their bin: {name}")
    if name not in ("both signs, wide",):
        point(abs(m.skewness - stats.skew(values)) < 0.03 * (1 + abs(stats.skew(values)))
              and abs(m.kurtosis - stats.kurtosis(values)) < 0.05 * (1 + abs(stats.kurtosis(values))),
              f"skewness and kurtosis: {name}: {m.skewness:.4f} {stats.skew(values):.4f} "
              f"{m.kurtosis:.4f} {stats.kurtosis(values):.4f}")
    for opts in ({"lg_k": 9}, {"bins_size": 64}, {"edges": list(np.quantile(values, [0.2, 0.5, 0.9]))}):
        point(merged(values, **opts).save() == profile(values, **opts).save(), f"any tree of parts: {name}, {list(opts)}")

bad = 0
for lg_k, sigma in ((9, 0.046), (12, 0.0163)):
    for n in (10, 40, 300, 5000, 100000):
        values = rng.permutation(np.repeat(rng.normal(size=n), 3))
        got = profile(values, lg_k=lg_k).distinct(0)
        bad += not abs(got - n) <= 4 * sigma * n
point(bad == 0, "different values within four standard errors")

words = ["", "a", "ä", "日本", "free", "pro", "x" * 300]
texts = [draw.choice(words) for _ in range(5000)] + [None] * 7
p = mlops.Profile(lg_k=9, categories=["free", "pro", "no,ne"])
for text in texts:
    p.add_text(text)
counts, said = collections.Counter(texts), p.summarize()
lengths = [len(t) for t in texts if t is not None]
point(p.categories == {"free": counts["free"], "pro": counts["pro"], "no,ne": 0}, "named categories")
point(close(said.mean, sum(lengths) / len(lengths), 1e-15) and said.n_null == 7 and said.n_zero == counts[""]
      and said.max == 300 and said.min == 0, "lengths of texts in characters")
point(round(p.distinct(0)) == len(words), "different texts, the empty one among them")

for opts in ({}, {"bins_size": 64}):
    values = [draw.gauss(0, 1) * 10 ** draw.uniform(-3, 6) for _ in range(3000)]
    values += [0.0, 0.0, 1e-20, -1e-12, 2.0, 4.0, -8.0, -0.5, 1e25]
    p = profile(values, **opts)
    told, good = json.loads(p.otlp()), True
    coarse = -told["scale"]
    for sign, side in ((1, "positive"), (-1, "negative")):
        want = collections.Counter()
        for v in values:
            if v * sign > told["zeroThreshold"]:
                digits, exponent = math.frexp(abs(v))
                want[min(exponent - (1 if digits > 0.5 else 2), 64) >> coarse] += 1
        first = told[side]["offset"]
        got = {first + i: int(n) for i, n in enumerate(told[side]["bucketCounts"])}
        good &= {i: n for i, n in got.items() if n} == dict(want)
        good &= all(p.power(sign, i) == n for i, n in got.items())
    good &= told["zeroCount"] == "4" and told["count"] == str(len(values)) and told["max"] == 1e25
    good &= "sum" not in told  # a counter never falls: none where a value is below zero
    sums = json.loads(profile([abs(v) for v in values], **opts).otlp())["sum"]
    good &= close(sums, math.fsum(map(abs, values)), 1e-12)
    point(good, f"powers of two as OpenTelemetry has them, scale {told['scale']}")

window = mlops.Panes(mlops.Profile(lg_k=4), pane_ns=3600 * 10 ** 9, n_panes=24)
for hour in range(30):
    window.at(hour * 3600 * 10 ** 9 + 5).add([float(hour)])
day = mlops.Profile(lg_k=4)
window.merge(24, day)
point(window.at(0) is None and day.summarize().n == 24 and day.summarize().min == 6 and window.start_ns(0)
      == 29 * 3600 * 10 ** 9, "a sliding window of 24 hours")
segments = mlops.Segments(mlops.Profile(), n_segments=2)
for key, value in (("de,free", 1.0), ("fr,pro", 2.0), ("us,pro", 3.0), ("de,free", 4.0)):
    segments.at(key).add([value])
point([segments.key(i) for i in range(segments.n)] == ["de,free", "fr,pro"]
      and segments.profile(0).summarize().max == 4 and segments.profile(-1).summarize().n == 1, "segments and the rest")

print(f"1..{number}")
sys.exit(failed > 0)
