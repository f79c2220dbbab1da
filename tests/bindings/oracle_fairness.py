#!/usr/bin/python3
"""Fairness against its formulas restated over plain rows, against Wilson's intervals of statsmodels' kind from SciPy, and
by simulation: intervals must hold the truth as often as they say. Also the recorded drift vectors, where they are.

usage: oracle_fairness.py. Prints TAP.
"""
import json
import math
import pathlib
import random
import sys
import unittest

try:
    import mlops
except ImportError as missing:
    print(f"1..0 # SKIP {missing}")
    sys.exit(0)
try:
    import numpy as np
    from scipy import stats
except ImportError as missing:
    print(f"1..0 # SKIP {missing}")
    sys.exit(0)

from test_python import main

VECTORS = pathlib.Path(__file__).resolve().parents[2].parent / "shared" / "vectors" / "drift_open.json"


def quotient(a, b):
    return a / b if b else math.nan


def same(case, got, want):
    if got is None or (isinstance(got, float) and math.isnan(got)):
        case.assertTrue(math.isnan(want), f"nothing where {want} is")
    else:
        case.assertAlmostEqual(got, want, delta=1e-12 * max(1, abs(want)))


def rows_of(table):
    names = list(table.names) if hasattr(table, "names") else [table.name(i) for i in range(table.n_columns)]
    columns = {n: list(table[n]) for n in names}
    return [dict(zip(names, row)) for row in zip(*columns.values())]


def number(x):
    return math.nan if x is None else float(x)


class Rows:
    """Rows kept whole, and all measures by their definitions."""

    def __init__(self, groups, predictions, labels, threshold=0.5):
        self.rows = [(g, p >= threshold, y) for g, p, y in zip(groups, predictions, labels)
                     if not math.isnan(p) and g is not None]
        self.names = sorted({g for g, _, _ in self.rows}, key=lambda s: s.encode())

    def of(self, names):
        return [(d, y) for g, d, y in self.rows if g in names]

    @staticmethod
    def rate(which, rows):
        if which == "selection":
            return sum(d for d, _ in rows), len(rows)
        if which == "precision":
            return sum(d for d, y in rows if y == 1), sum(d for d, y in rows if y == y)
        if which == "accuracy":
            return sum(d == y for d, y in rows), sum(y == y for _, y in rows)
        label = 1 if which == "tpr" else 0
        below = [d for d, y in rows if y == label]
        return sum(below), len(below)

    def rates(self, which, least):
        found = {g: self.rate(which, self.of([g])) for g in self.names}
        return {g: k / n for g, (k, n) in found.items() if n >= least}

    def gap(self, which, least):
        r = self.rates(which, least).values()
        return max(r) - min(r) if len(r) > 1 else math.nan

    def ratio(self, which, least):
        r = self.rates(which, least).values()
        return quotient(min(r), max(r)) if len(r) > 1 else math.nan

    def overall(self, which, least):
        every, parts = quotient(*self.rate(which, self.of(self.names))), self.rates(which, least).values()
        if len(parts) < 2:
            return math.nan, math.nan
        gap = max(abs(r - every) for r in parts)
        return gap, min(min(r, every) / max(r, every) for r in parts) if every else math.nan

    def measures(self, least, privileged):
        out = {"demographic_parity_difference": self.gap("selection", least),
               "demographic_parity_ratio": self.ratio("selection", least),
               "equal_opportunity_difference": self.gap("tpr", least),
               "equal_opportunity_ratio": self.ratio("tpr", least),
               "predictive_parity_difference": self.gap("precision", least),
               "predictive_parity_ratio": self.ratio("precision", least),
               "accuracy_difference": self.gap("accuracy", least),
               "accuracy_ratio": self.ratio("accuracy", least)}
        gaps = [self.gap(w, least) for w in ("tpr", "fpr")]
        ratios = [self.ratio(w, least) for w in ("tpr", "fpr")]
        known = not any(map(math.isnan, gaps))
        out["equalized_odds_difference"] = max(gaps) if known else math.nan
        out["equalized_odds_difference_mean"] = sum(gaps) / 2
        known = not any(map(math.isnan, ratios))
        out["equalized_odds_ratio"] = min(ratios) if known else math.nan
        out["equalized_odds_ratio_mean"] = sum(ratios) / 2
        overall = {w: self.overall(w, least) for w in ("selection", "tpr", "fpr")}
        for name, whiches in (("demographic_parity", ["selection"]), ("equal_opportunity", ["tpr"]),
                              ("equalized_odds", ["tpr", "fpr"])):
            gaps, ratios = zip(*(overall[w] for w in whiches))
            out[name + "_difference_to_overall"] = math.nan if any(map(math.isnan, gaps)) else max(gaps)
            out[name + "_ratio_to_overall"] = math.nan if any(map(math.isnan, ratios)) else min(ratios)
        if privileged is None:
            privileged = max(self.names, key=lambda g: (len(self.of([g])), -self.names.index(g)))
        own, others = self.of([privileged]), self.of([g for g in self.names if g != privileged])

        def sides(which):
            (a, b), (c, d) = self.rate(which, others), self.rate(which, own)
            return (a / b, c / d) if b >= least and d >= least else (math.nan, math.nan)

        (s, t), (hit, own_hit), (bad, own_bad) = sides("selection"), sides("tpr"), sides("fpr")
        out["statistical_parity_difference"] = s - t
        out["disparate_impact"] = quotient(s, t)
        out["true_positive_rate_difference"] = hit - own_hit
        out["average_odds_difference"] = (hit - own_hit + bad - own_bad) / 2
        b = np.array([1 + d - y for _, d, y in self.rows if not math.isnan(y)], float)
        mu = b.mean() if len(b) else math.nan
        with np.errstate(divide="ignore", invalid="ignore"):
            out["theil_index"] = float(np.where(b > 0, b / mu * np.log(b / mu), 0).mean()) if mu > 0 else math.nan
        return out


def draw(rng, n, n_groups, labels=0.8):
    groups = [f"g{rng.randrange(n_groups) ** 2 % n_groups}" for _ in range(n)]
    predictions = [math.nan if rng.random() < .03 else round(rng.random(), 2) for _ in range(n)]
    truths = [float(rng.random() < .4) if rng.random() < labels else math.nan for _ in range(n)]
    return groups, predictions, truths


def count(groups, predictions, labels, **options):
    f = mlops.Fairness(**options)
    for g in sorted(set(groups)):
        at = [i for i, x in enumerate(groups) if x == g]
        f.add(g, [predictions[i] for i in at], [labels[i] for i in at])
    return f


class Fairness(unittest.TestCase):
    def test_measures_are_those_of_the_rows(self):
        rng = random.Random(1)
        for turn in range(300):
            n, least = rng.choice([3, 20, 200, 1000]), rng.choice([1, 5, 30])
            groups, predictions, labels = draw(rng, n, rng.choice([1, 2, 3, 7]), rng.choice([0, .5, 1]))
            threshold = rng.choice([0.5, 0.25, 0.0])
            rows = Rows(groups, predictions, labels, threshold)
            if not rows.names:
                continue
            privileged = rng.choice([None, rng.choice(rows.names)])
            f = count(groups, predictions, labels, threshold=threshold, rows_min=least, privileged=privileged)
            self.assertEqual(f.n_left_out, sum(map(math.isnan, predictions)))
            found = {r["measure"]: r for r in rows_of(f.measures())}
            want = rows.measures(least, privileged)
            self.assertEqual(set(found), set(want))
            for name, value in want.items():
                with self.subTest(turn=turn, measure=name):
                    same(self, found[name]["value"], value)
                    low, high = number(found[name]["low"]), number(found[name]["high"])
                    if not math.isnan(low):
                        self.assertLessEqual(low, value + 1e-12)
                    if not math.isnan(high):
                        self.assertGreaterEqual(high, value - 1e-12)

    def test_groups_and_wilson(self):
        rng = random.Random(2)
        groups, predictions, labels = draw(rng, 800, 5)
        rows = Rows(groups, predictions, labels)
        f = count(groups, predictions, labels, confidence=0.9)
        z = stats.norm.isf(0.05)
        for r in rows_of(f.groups()):
            mine = rows.of([r["group"]])
            self.assertEqual(r["n"], len(mine))
            self.assertEqual(r["n_labelled"], sum(not math.isnan(y) for _, y in mine))
            self.assertEqual(r["tp"], sum(d and y == 1 for d, y in mine))
            self.assertEqual(r["fn"], sum(not d and y == 1 for d, y in mine))
            self.assertEqual(r["fp"], sum(d and y == 0 for d, y in mine))
            self.assertEqual(r["tn"], sum(not d and y == 0 for d, y in mine))
            same(self, r["precision"], quotient(r["tp"], r["tp"] + r["fp"]))
            same(self, r["accuracy"], quotient(r["tp"] + r["tn"], r["n_labelled"]))
            same(self, r["base_rate"], quotient(r["tp"] + r["fn"], r["n_labelled"]))
            for which, name in (("selection", "selection"), ("tpr", "tpr"), ("fpr", "fpr")):
                k, n = rows.rate(which, mine)
                same(self, r["selection_rate" if which == "selection" else which], quotient(k, n))
                ends = stats.binomtest(int(k), n).proportion_ci(0.9, "wilson")  # solves (k/n - p)^2 = z^2 p (1 - p) / n
                same(self, r[name + "_low"], ends.low)
                same(self, r[name + "_high"], ends.high)
                if 0 < k < n:
                    for p in (r[name + "_low"], r[name + "_high"]):
                        self.assertAlmostEqual((k / n - p) ** 2, z * z * p * (1 - p) / n, delta=1e-12)

    def test_the_worse_of_two_rates_is_told(self):
        """Of a mean, too, the groups are those of the rate that is further apart."""
        f = mlops.Fairness(rows_min=1)
        f.add("a", [1, 1, 1, 1] + [1, 0, 0, 0, 0], [1] * 4 + [0] * 5)  # tpr 1, fpr 0.2
        f.add("b", [1, 1, 1, 0] + [1, 1, 1, 0, 0], [1] * 4 + [0] * 5)  # tpr 0.75, fpr 0.6
        found = {r["measure"]: r for r in rows_of(f.measures())}
        for name in ("equalized_odds_difference", "equalized_odds_ratio", "equalized_odds_difference_mean",
                     "equalized_odds_ratio_mean"):
            self.assertEqual((found[name]["group"], found[name]["against"]), ("a", "b"), name)

    def test_intervals_hold_the_truth(self):
        rng, turns = np.random.default_rng(3), 400
        rates = {"a": (300, .5, .6, .3), "b": (150, .4, .7, .2), "c": (60, .55, .65, .35)}  # rows, base, tpr, fpr
        selection = {g: b * t + (1 - b) * f for g, (_, b, t, f) in rates.items()}
        truth = {"demographic_parity_difference": max(selection.values()) - min(selection.values()),
                 "demographic_parity_ratio": min(selection.values()) / max(selection.values()),
                 "equal_opportunity_difference": .1, "equal_opportunity_ratio": 6 / 7,
                 "equalized_odds_difference": .15, "equalized_odds_ratio": 2 / 3.5,
                 "equalized_odds_difference_mean": .125, "equalized_odds_ratio_mean": (6 / 7 + 2 / 3.5) / 2}
        weights = [(150, "b"), (60, "c")]
        hit = [(150 * .4, .7), (60 * .55, .65)]
        bad = [(150 * .6, .2), (60 * .45, .35)]

        def pooled(parts):
            return sum(n * p for n, p in parts) / sum(n for n, _ in parts)
        others = pooled([(n, selection[g]) for n, g in weights])
        truth["statistical_parity_difference"] = others - selection["a"]
        truth["disparate_impact"] = others / selection["a"]
        truth["true_positive_rate_difference"] = pooled(hit) - .6
        truth["average_odds_difference"] = (pooled(hit) - .6 + pooled(bad) - .3) / 2
        missed = dict.fromkeys(truth, 0)
        for _ in range(turns):
            f = mlops.Fairness(rows_min=1, privileged="a")
            for g, (n, base, tpr, fpr) in rates.items():
                y = (rng.uniform(size=n) < base).astype(float)
                f.add(g, (rng.uniform(size=n) < np.where(y == 1, tpr, fpr)).astype(float), y)
            for r in rows_of(f.measures()):
                if r["measure"] in truth:
                    missed[r["measure"]] += not r["low"] <= truth[r["measure"]] <= r["high"]
        bound = stats.binom.isf(1e-4, turns, 0.05)  # of each by itself, one in 10,000 runs would fail
        for name, n in missed.items():
            self.assertLessEqual(n, bound, name)

    def test_tables_and_intersections(self):
        rng = random.Random(4)
        n = 500
        sex = [rng.choice(["F", "M", "", "x,y"]) for _ in range(n)]
        region = [rng.choice([1, 2, None]) for _ in range(n)]
        _, predictions, labels = draw(rng, n, 2)
        csv = "sex,region,score,label\n" + "".join(
            f'"{s}",{"" if r is None else r},{"" if math.isnan(p) else p},{"" if math.isnan(y) else int(y)}\n'
            for s, r, p, y in zip(sex, region, predictions, labels))
        table = mlops.Table.parse(csv)
        f = mlops.Fairness(rows_min=1)
        f.add_table(table, "sex,region", "score", "label")
        names = [None if r is None else ('"x,y"' if s == "x,y" else s if s else "") + f",{r}" for s, r in zip(sex, region)]
        found = {r["group"]: r["n"] for r in rows_of(f.groups())}
        want = {}
        for g, p in zip(names, predictions):
            if g is not None and not math.isnan(p):
                want[g] = want.get(g, 0) + 1
        self.assertEqual(found, {(k if not k.startswith(",") else '""' + k): v for k, v in want.items()} if
                         any(k.startswith('""') for k in found) else want)
        self.assertEqual(f.n_left_out, n - sum(want.values()))

    def test_parts_merge_to_the_bytes_of_the_whole(self):
        rng = random.Random(5)
        groups, predictions, labels = draw(rng, 900, 6)
        whole = count(groups, predictions, labels)
        parts = [count(groups[i:i + 100], predictions[i:i + 100], labels[i:i + 100]) for i in range(0, 900, 100)]
        rng.shuffle(parts)
        merged = mlops.Fairness.load(parts[0].save())
        for part in parts[1:]:
            merged.merge(part)
        self.assertEqual(merged.save(), whole.save())

    @unittest.skipUnless(VECTORS.exists(), "the recorded vectors are not here")
    def test_recorded_vectors(self):
        for case in json.loads(VECTORS.read_text())["classification"]:
            state, groups, scores, labels = case["seed"], [], [], []

            def u():
                nonlocal state
                state = (state + 0x9E3779B97F4A7C15) & (1 << 64) - 1
                z = ((state ^ state >> 30) * 0xBF58476D1CE4E5B9) & (1 << 64) - 1
                z = ((z ^ z >> 27) * 0x94D049BB133111EB) & (1 << 64) - 1
                return ((z ^ z >> 31) >> 11) * 2.0 ** -53
            for _ in range(case["n"]):
                u1, u2, u3 = u(), u(), u()
                scores.append(math.floor(u1 * 64) / 64)
                labels.append(float(u2 < 0.15 + 0.7 * u1))
                groups.append("0" if u3 < .3 else "1" if u3 < .8 else "2")
            f = count(groups, scores, labels, rows_min=1)
            for name, column in (("sel_rate", "selection_rate"), ("tpr", "tpr"), ("fpr", "fpr")):
                for r, want in zip(rows_of(f.groups()), case[name]):
                    same(self, r[column], want)
            found = {r["measure"]: r["value"] for r in rows_of(f.measures())}
            for name, measure in (("dp_diff", "demographic_parity_difference"), ("dp_ratio", "demographic_parity_ratio"),
                                  ("eo_diff", "equalized_odds_difference"), ("eo_ratio", "equalized_odds_ratio"),
                                  ("eopp_diff", "equal_opportunity_difference")):
                same(self, found[measure], case[name])


if __name__ == "__main__":
    sys.exit(main(sys.modules[__name__]))
