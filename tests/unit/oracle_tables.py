#!/usr/bin/python3
"""Hold mlops/stats.h to numbers that stand in tables: of SciPy's own tests, of R, of papers, and of other products.

usage: oracle_tables.py DUMP_STATS

Prints TAP.
"""
import itertools
import math
import sys

try:
    import numpy as np
    from scipy import stats
except ImportError as missing:
    print(f"1..0 # SKIP {missing}")
    sys.exit(0)

from oracle_measures import Measures
from oracle_stats import Tap, off

INF = math.inf


def ks_table():
    """x, y, then (alternative, statistic, p) of SciPy's TestKSTwoSamples."""
    two, sides = np.array([1.0, 2.0]), ("two-sided", "greater", "less")
    three, four = np.arange(1, 4), np.arange(1, 5)
    x100, x110 = np.linspace(1, 100, 100), np.linspace(1, 100, 110)
    x2233 = np.repeat([2, 3, 5, 6], [3, 4, 5, 4])
    x2356, x3467 = np.repeat([2, 3, 5, 6], [3, 4, 10, 4]), np.repeat([3, 4, 6, 7], [10, 2, 10, 4])
    for x, y, d, p in (
            ([0], [1], (1, 1, 0), (1, .5, 1)),
            ([1], [0], (1, 0, 1), (1, 1, .5)),
            (two + .01, three, (1 / 3, 1 / 3, 1 / 3), (1, .7, .7)),
            (two - .01, three, (2 / 3, 2 / 3, 0), (.6, .3, 1)),
            (two + .01, four, (.5, .5, .25), (14 / 15, 8 / 15, 12 / 15)),
            (two - .01, four, (.75, .75, 0), (6 / 15, 3 / 15, 1)),
            (x100, x100 + 2.1, (.03, .03, 0), (0.9999999999962055, 0.9143290114276248, 1)),
            (x100, x100 + 1.9, (.02, .02, 0), (1, 0.960978450786184, 1)),
            (x100, x110 + 20.1, (232 / 1100, 232 / 1100, 0), (0.015739183865607353, 0.007869594319053203, 1)),
            (x100, x110 + 19.9, (229 / 1100, 229 / 1100, 0), (0.017803803861026313, 0.008901905958245056, 1)),
            (x2233, x2233 + 1, (5 / 16, 5 / 16, 0), (0.4262934613454952, 0.21465428276573786, 1)),
            (x2356, x3467, (190 / 21 / 26, 190 / 21 / 26, 70 / 21 / 26),
             (0.0919245790168125, 0.0459633806858544, 0.6121593130022775)),
            (three, three + 1, (1 / 3, 1 / 3, 0), (1, .75, 1)),
            (three, three + .5, (1 / 3, 1 / 3, 0), (1, .75, 1)),
            (three, three - .5, (1 / 3, 0, 1 / 3), (1, 1, .75))):
        yield from ((x, y, side, "auto", d[i], p[i]) for i, side in enumerate(sides))
    for n, m, d, p in ((500, 600, (2000, 2000, 500), (1, 0.9697596024683929, 0.9968735843165021)),
                       (1000, 1100, (6600, 6600, 1000), (1, 0.9573185808092622, 0.9982410869433984))):
        x, y = np.linspace(1, 200, n) - 1 / n / m / 4, np.linspace(2, 200, m)
        yield from ((x, y, side, "asymp", d[i] / n / m, p[i]) for i, side in enumerate(sides))


def check_ks(dump, tap):
    errors = []
    for x, y, side, method, d, p in ks_table():
        got = dump.compare(x, y, method, side)
        errors += [(off(got["ks"], d, 1), (len(x), len(y), side)), (off(got["ks_p"], p), (len(x), len(y), side, p))]
    tap.group("SciPy's table of KS", errors, 1e-11)


def check_distances(dump, tap):
    """SciPy's tables; whole weights stand as values that are repeated."""
    errors, half = [], math.sqrt(.5)
    for x, y, area, energy in (
            ([0, 1], [0], .5, half), ([0, 0, 0, 1], [0], .25, half / 2), ([0, 2], [0], 1, 1),
            ([0, 1, 2], [1, 2, 3], 1, math.sqrt(2 / 3)), ([1, 2, 3], [2, 1, 3], 0, 0),
            ([1, 1, 1, 4], [4, 4, 4, 1, 1, 1, 1, 1, 1, 1, 1, 1], 0, 0), ([0], [1], 1, math.sqrt(2)),
            ([-5], [5], 10, math.sqrt(20)), ([1, 2, 3, 4, 5], [11, 12, 13, 14, 15], 10, None),
            ([4.5, 4.5, 4.5, 6.7, 2.1], [4.6, 7, 7, 7, 9.2], 2.5, None), ([1, 2, INF], [1, 1], INF, INF),
            ([1, 2, INF], [-INF, 1], INF, INF), ([1, -INF, INF], [1, 1], INF, INF)):
        got = dump.compare(x, y)
        errors.append((off(got["wasserstein"], area), (x, y)))
        if energy is not None:
            errors.append((off(got["energy"], energy), (x, y)))
    u = np.arange(-10, 30, .3)
    errors.append((off(dump.compare(u, np.zeros_like(u))["wasserstein"], np.mean(np.abs(u))), "to a point"))
    tap.group("SciPy's tables of Wasserstein and energy distance", errors, 1e-14)


def check_published(dump, tap):
    """Values of R and of papers, as SciPy's tests list them, and of the tests of Evidently and Frouros."""
    errors = []
    def near(got, want, tolerance, what):
        errors.append((abs(got - want) / tolerance, what))
    got = dump.measure([7.6, 8.4, 8.6, 8.7, 9.3, 9.9, 10.1, 10.6, 11.2],
                       [5.2, 5.7, 5.9, 6.5, 6.8, 8.2, 9.1, 9.8, 10.8, 11.3, 11.5, 12.3, 12.5, 13.4, 14.6], method="asymp")
    near(got["cramer"], .262, 1e-3, "Conover")
    near(got["cramer_p"], .18, 1e-2, "Conover")
    ref, cur = np.repeat(range(1, 7), [16, 18, 16, 14, 12, 12]), np.repeat(range(1, 7), [16, 16, 16, 16, 16, 8])
    near(dump.counts([16, 18, 16, 14, 12, 12], [16, 16, 16, 16, 16, 8])["fit_p"], .67309, 1e-5, "Evidently chi-squared")
    near(dump.counts([16, 18, 16, 14, 12, 12], [16, 16, 16, 16, 16, 8])["hellinger"], .06812, 1e-5, "Evidently Hellinger")
    near(dump.measure(ref, cur, "less")["mann_whitney_p"], .481, 1e-3, "Evidently Mann-Whitney")
    near(dump.measure(ref, cur)["epps_p"], .81, 1e-2, "Evidently Epps-Singleton")
    x, y = (stats.norm.rvs(size=100, random_state=seed) for seed in (0, 1))
    near(dump.measure(x, y)["cramer_p"], .8076839, 1e-7, "Evidently Cramer-von Mises")
    ref = np.array([38.7, 41.5, 43.8, 44.5, 45.5, 46.0, 47.7, 58.0])
    got = dump.measure(ref, [39.2, 39.3, 39.7, 41.4, 41.8, 42.9, 43.3, 45.8])
    near(got["anderson_p"], .0635, 1e-4, "Evidently Anderson-Darling")
    near(got["t_p"], .084, 1e-3, "Evidently t")
    x, y = (np.random.RandomState(31).normal(*moments, 100) for moments in ((1, 1), (5, 2)))
    near(dump.compare(x, y)["wasserstein"], 3.85346006, 1e-8, "Frouros EMD")
    near(dump.compare(x, y)["energy"], 2.11059982, 1e-8, "Frouros energy")
    x, y = (np.random.RandomState(31).normal(*moments, 100) for moments in ((1, 1), (5, 2)))
    edges = np.histogram_bin_edges(np.r_[x, y], 10)
    got = dump.counts(*(np.histogram(side, edges)[0].tolist() for side in (x, y)))
    near(got["tv"], .78, 1e-12, "Frouros histogram intersection")
    near(got["hellinger"], .74509099, 1e-8, "Frouros Hellinger")
    near(-math.log(1 - got["hellinger"] ** 2), .810041883, 1e-7, "Frouros Bhattacharyya")
    near(dump.counts([4, 2, 0], [1, 1, 4])["chi2"], 6.13333333, 1e-8, "Frouros chi-squared")
    near(dump.counts([4, 2, 0], [1, 1, 4])["chi2_p"], .04657615, 1e-8, "Frouros chi-squared")
    # R's wilcox.test, as SciPy's tests list it
    x = [210.052110, 110.190630, 307.918612]
    y = [436.08811482466416, 416.37397329768191, 179.96975939463582, 197.8118754228619, 34.038757281225756,
         138.54220550921517, 128.7769351470246, 265.92721427951852, 275.6617533155341, 592.34083395416258,
         448.73177590617018, 300.61495185038905, 187.97508449019588]
    for side, method, p in (("two-sided", "asymp", 0.6865041817876), ("less", "asymp", 0.3432520908938),
                            ("greater", "asymp", 0.7047591913255), ("two-sided", "exact", 0.7035714285714),
                            ("less", "exact", 0.3517857142857), ("greater", "exact", 0.6946428571429)):
        got = dump.measure(x, y, side, method)
        near(got["mann_whitney_p"], p, 1e-12, ("R", side, method))
        near(got["mann_whitney"], 16, 1e-12, "R")
    five, dy, dy2 = np.arange(1, 6), np.array([0, 1, 0, 1, 0]) * .01, np.array([0, 0, 1, 0, 0]) * .01
    for y, u, p in zip((five - .01, five - dy, five - dy2, five, five + dy2, five + dy, five + .01),
                       (10, 9, 8.5, 8, 7.5, 7, 6), (1, 0.9017048037317, 0.804080657472, 0.7086240584439,
                                                    0.6197963884941, 0.5368784563079, 0.3912672792826)):
        got = dump.measure([1, 2, 3, 4], y, method="asymp")
        near(got["mann_whitney"], u, 1e-12, "R ties")
        near(got["mann_whitney_p"], p, 1e-12, "R ties")
    x, y = (0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46), (1.15, 0.88, 0.90, 0.74, 1.21)
    for side, method, p in (("less", "asymp", 0.900775348204), ("greater", "asymp", 0.1223118025635),
                            ("two-sided", "asymp", 0.244623605127), ("less", "exact", 0.8967698967699),
                            ("greater", "exact", 0.1272061272061), ("two-sided", "exact", 0.2544122544123)):
        near(dump.measure(x, y, side, method)["mann_whitney_p"], p, 1e-12, ("R 9184", side, method))
    tail = [2, 1, 4, 4, 5]
    for x, y, u, p in (([1, 2, 3, 4], [3, 6, 7, 8, INF, 3], 10, 0.1297704873477),
                       ([1, 2, 3, 4], [3, 6, 7, 8, INF, INF], 8.5, 0.08735617507695),
                       ([1, 2, INF, 4], [3, 6, 7, 8, INF, 3], 17.5, 0.5988856695752),
                       ([1, 2, INF, 4], [3, 6, 7, 8, INF, INF], 16, 0.4687165824462),
                       ([1, INF, INF, 4], [3, 6, 7, 8, INF, INF], 24.5, 0.7912517950119)):
        got = dump.measure(x, y + tail, method="asymp")
        near(got["mann_whitney"], u, 1e-12, "R infinities")
        near(got["mann_whitney_p"], p, 1e-12, "R infinities")
    for x, y, side, method, p in ((1, 2, "two-sided", "asymp", 1), (1, 2, "less", "asymp", .5), (1, 2, "less", "exact", .5),
                                  (1, 2, "greater", "asymp", 0.977249868052), (1, 2, "greater", "exact", 1),
                                  (1, 1, "two-sided", "exact", 1), (1, 1, "less", "asymp", 1)):
        near(dump.measure([x], [y], side, method)["mann_whitney_p"], p, 1e-12, ("R", x, y, side, method))
    # Anderson (1962), tables 2 to 5: U and its exact p, as SciPy's tests list them
    for u, n, m, p in ((710, 5, 6, 48 / 462), (1897, 7, 7, 117 / 1716), (576, 4, 6, 2 / 210), (1764, 6, 7, 2 / 1716)):
        for places in itertools.combinations(range(n + m), n):
            rest = [k for k in range(n + m) if k not in places]
            here = n * sum((r - i) ** 2 for i, r in enumerate(places)) + m * sum((r - i) ** 2 for i, r in enumerate(rest))
            if here == u:
                near(dump.measure(places, rest, method="auto", wanted=16)["cramer_p"], p, 1e-15, ("Anderson", u, n, m))
                break
        else:
            errors.append((math.inf, "no such order"))
    tap.group("published values, over their last digit", errors, 1)


def main():
    dump, tap = Measures(sys.argv[1]), Tap()
    check_ks(dump, tap)
    check_distances(dump, tap)
    check_published(dump, tap)
    print(f"1..{tap.n}")
    return 1 if tap.failed else 0


if __name__ == "__main__":
    sys.exit(main())
