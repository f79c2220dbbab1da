#!/usr/bin/python3
"""Fairness against its formulas restated over plain rows, with and without weights, against scikit-learn by group with
its sample_weight, against Wilson's intervals of statsmodels' kind from SciPy, and by simulation: intervals must hold the
truth as often as they say. Also the recorded drift vectors, where they are.

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
    from sklearn import metrics
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

    def __init__(self, groups, predictions, labels, threshold=0.5, weights=None):
        weights = weights or [1] * len(groups)
        self.rows = [(g, p >= threshold, y, w) for g, p, y, w in zip(groups, predictions, labels, weights)
                     if not math.isnan(p) and g is not None and w]
        self.names = sorted({g for g, _, _, _ in self.rows}, key=lambda s: s.encode())

    def of(self, names):
        return [(d, y, w) for g, d, y, w in self.rows if g in names]

    @staticmethod
    def below(which, rows):
        """The rows that stand below a rate: whether they stand above it, too, and their weights."""
        if which == "selection":
            return [(d, w) for d, _, w in rows]
        if which == "precision":
            return [(y, w) for d, y, w in rows if d and y == y]
        if which == "accuracy":
            return [(d == y, w) for d, y, w in rows if y == y]
        return [(d, w) for d, y, w in rows if y == (which == "tpr")]

    @staticmethod
    def rate(which, rows):
        below = Rows.below(which, rows)
        return quotient(sum(w for hit, w in below if hit), sum(w for _, w in below)), len(below)

    def rates(self, which, least):
        found = {g: self.rate(which, self.of([g])) for g in self.names}
        return {g: rate for g, (rate, n) in found.items() if n >= least}

    def gap(self, which, least):
        r = self.rates(which, least).values()
        return max(r) - min(r) if len(r) > 1 else math.nan

    def ratio(self, which, least):
        r = self.rates(which, least).values()
        return quotient(min(r), max(r)) if len(r) > 1 else math.nan

    def overall(self, which, least):
        every, parts = self.rate(which, self.of(self.names))[0], self.rates(which, least).values()
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
            privileged = max(self.names, key=lambda g: (sum(w for _, _, w in self.of([g])), -self.names.index(g)))
        own, others = self.of([privileged]), self.of([g for g in self.names if g != privileged])

        def sides(which):
            (a, b), (c, d) = self.rate(which, others), self.rate(which, own)
            return (a, c) if b >= least and d >= least else (math.nan, math.nan)

        (s, t), (hit, own_hit), (bad, own_bad) = sides("selection"), sides("tpr"), sides("fpr")
        out["statistical_parity_difference"] = s - t
        out["disparate_impact"] = quotient(s, t)
        out["true_positive_rate_difference"] = hit - own_hit
        out["average_odds_difference"] = (hit - own_hit + bad - own_bad) / 2
        labelled = [(1 + d - y, w) for _, d, y, w in self.rows if not math.isnan(y)]
        b, w = np.array(labelled, float).reshape(-1, 2).T
        mu = np.average(b, weights=w) if len(b) else math.nan
        with np.errstate(divide="ignore", invalid="ignore"):
            terms = np.where(b > 0, b / mu * np.log(b / mu), 0)
        out["theil_index"] = float(np.average(terms, weights=w)) if mu > 0 else math.nan
        return out


def draw(rng, n, n_groups, labels=0.8):
    groups = [f"g{rng.randrange(n_groups) ** 2 % n_groups}" for _ in range(n)]
    predictions = [math.nan if rng.random() < .03 else round(rng.random(), 2) for _ in range(n)]
    truths = [float(rng.random() < .4) if rng.random() < labels else math.nan for _ in range(n)]
    return groups, predictions, truths


def weigh(rng, n):
    """Weights that are kept as they are, some of them 0."""
    return [rng.choice([0, 1, rng.randrange(1, 1 << 23) / (1 << 20)]) for _ in range(n)]


def count(groups, predictions, labels, weights=None, **options):
    f = mlops.Fairness(**options)
    for g in sorted(set(groups)):
        at = [i for i, x in enumerate(groups) if x == g]
        f.add(g, [predictions[i] for i in at], [labels[i] for i in at], weights and [weights[i] for i in at])
    return f


def tell(f):
    """All that is told of groups and measures, by name."""
    return {r["group"]: r for r in rows_of(f.groups())}, {r["measure"]: r for r in rows_of(f.measures())}


class Fairness(unittest.TestCase):
    def test_measures_are_those_of_the_rows(self):
        rng = random.Random(1)
        for turn in range(300):
            n, least = rng.choice([3, 20, 200, 1000]), rng.choice([1, 5, 30])
            groups, predictions, labels = draw(rng, n, rng.choice([1, 2, 3, 7]), rng.choice([0, .5, 1]))
            threshold, weights = rng.choice([0.5, 0.25, 0.0]), rng.choice([None, weigh(rng, n)])
            rows = Rows(groups, predictions, labels, threshold, weights)
            if not rows.names:
                continue
            privileged = rng.choice([None, rng.choice(rows.names)])
            f = count(groups, predictions, labels, weights, threshold=threshold, rows_min=least, privileged=privileged)
            missing = [math.isnan(p) and w != 0 for p, w in zip(predictions, weights or [1] * n)]
            self.assertEqual(f.n_left_out, sum(missing))
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
            self.assertEqual(r["n_labelled"], sum(not math.isnan(y) for _, y, _ in mine))
            self.assertEqual(r["tp"], sum(d and y == 1 for d, y, _ in mine))
            self.assertEqual(r["fn"], sum(not d and y == 1 for d, y, _ in mine))
            self.assertEqual(r["fp"], sum(d and y == 0 for d, y, _ in mine))
            self.assertEqual(r["tn"], sum(not d and y == 0 for d, y, _ in mine))
            self.assertEqual((r["weight"], r["n_effective"]), (len(mine), len(mine)))
            same(self, r["precision"], quotient(r["tp"], r["tp"] + r["fp"]))
            same(self, r["accuracy"], quotient(r["tp"] + r["tn"], r["n_labelled"]))
            same(self, r["base_rate"], quotient(r["tp"] + r["fn"], r["n_labelled"]))
            for which, name in (("selection", "selection"), ("tpr", "tpr"), ("fpr", "fpr")):
                n = len(rows.below(which, mine))
                k = sum(hit for hit, _ in rows.below(which, mine))
                same(self, r["selection_rate" if which == "selection" else which], quotient(k, n))
                ends = stats.binomtest(int(k), n).proportion_ci(0.9, "wilson")  # solves (k/n - p)^2 = z^2 p (1 - p) / n
                same(self, r[name + "_low"], ends.low)
                same(self, r[name + "_high"], ends.high)
                if 0 < k < n:
                    for p in (r[name + "_low"], r[name + "_high"]):
                        self.assertAlmostEqual((k / n - p) ** 2, z * z * p * (1 - p) / n, delta=1e-12)

    def test_groups_are_those_of_scikit_learn(self):
        """With its sample_weight; intervals have as many rows as Kish says of those that stand below."""
        rng = random.Random(6)
        groups, predictions, labels = draw(rng, 900, 3, 1)
        labels, weights = [y if rng.random() < .9 else math.nan for y in labels], weigh(rng, 900)
        f = count(groups, predictions, labels, weights, confidence=0.9)
        z = stats.norm.isf(0.05)
        for r in rows_of(f.groups()):
            p, y, w = np.array([(p, y, w) for g, p, y, w in zip(groups, predictions, labels, weights)
                                if g == r["group"] and p == p and w]).T
            d, known = p >= .5, y == y
            truth, decided, mass = y[known], d[known], w[known]
            self.assertEqual((r["n"], r["n_labelled"], r["weight"]), (len(w), len(truth), w.sum()))
            self.assertEqual((r["tp"], r["fp"]), (sum(truth[decided]), sum(1 - truth[decided])))
            want = {"selection_rate": np.average(d, weights=w), "base_rate": np.average(truth, weights=mass),
                    "tpr": metrics.recall_score(truth, decided, sample_weight=mass),
                    "fpr": 1 - metrics.recall_score(truth, decided, pos_label=0, sample_weight=mass),
                    "precision": metrics.precision_score(truth, decided, sample_weight=mass),
                    "accuracy": metrics.accuracy_score(truth, decided, sample_weight=mass),
                    "n_effective": w.sum() ** 2 / (w ** 2).sum()}
            for name, value in want.items():
                same(self, r[name], value)
            for name, rate, of in (("selection", "selection_rate", w), ("tpr", "tpr", mass[truth == 1]),
                                   ("fpr", "fpr", mass[truth == 0])):
                c = z * z * (of ** 2).sum() / of.sum() ** 2  # Wilson: (rate - p)^2 = c p (1 - p)
                low, high = sorted(np.roots([1 + c, -2 * r[rate] - c, r[rate] ** 2]))
                same(self, r[name + "_low"], low)
                same(self, r[name + "_high"], high)

    def test_weights_are_rows_repeated(self):
        """To the last digit of what is estimated; intervals and counts of rows know better."""
        rng = random.Random(7)
        for _ in range(30):
            groups, predictions, labels = draw(rng, 200, 4)
            times = [rng.choice([0, 1, 2, 5]) for _ in groups]
            repeated = [sum(([x] * t for x, t in zip(of, times)), []) for of in (groups, predictions, labels)]
            (g1, m1), (g2, m2) = (tell(f) for f in (count(groups, predictions, labels, times, rows_min=1),
                                                    count(*repeated, rows_min=1)))
            self.assertEqual({k: (r["value"], r["group"], r["against"]) for k, r in m1.items()},
                             {k: (r["value"], r["group"], r["against"]) for k, r in m2.items()})
            estimates = ("base_rate", "selection_rate", "tpr", "fpr", "precision", "accuracy", "weight")
            self.assertEqual({k: [r[e] for e in estimates] for k, r in g1.items()},
                             {k: [r[e] for e in estimates] for k, r in g2.items()})
            self.assertEqual({k: r["weight"] for k, r in g1.items()}, {k: r["n"] for k, r in g2.items()})

    def test_weights_are_relative(self):
        rng = random.Random(8)
        groups, predictions, labels = draw(rng, 600, 4)
        weights = weigh(rng, 600)
        told = tell(count(groups, predictions, labels, weights))
        for scale in (3, 1 << 16):
            scaled = tell(count(groups, predictions, labels, [w * scale for w in weights]))
            for one, other in zip(told, scaled):
                self.assertEqual(set(one), set(other))
                for key, row in one.items():
                    for name, value in row.items():
                        if isinstance(value, float):
                            same(self, other[key][name], value * (scale if name == "weight" else 1))
                        else:
                            self.assertEqual(other[key][name], value)

    def test_small_groups_are_told_by_rows(self):
        """30 rows are enough, whatever they weigh, and 29 are not."""
        f = mlops.Fairness()
        f.add("a", [1.0] * 30, weights=[2 ** -20] * 30)
        f.add("b", [0.0] * 30)
        f.add("c", [1.0] * 29, weights=[1000.0] * 29)
        parity = {r["measure"]: r for r in rows_of(f.measures())}["demographic_parity_difference"]
        self.assertEqual((parity["value"], parity["n_groups"], parity["group"], parity["against"]), (1, 2, "b", "a"))

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
        missed = {(name, weighted): 0 for name in truth for weighted in (False, True)}
        for turn in range(2 * turns):
            f, weighted = mlops.Fairness(rows_min=1, privileged="a"), turn % 2 == 1
            for g, (n, base, tpr, fpr) in rates.items():
                y = (rng.uniform(size=n) < base).astype(float)
                f.add(g, (rng.uniform(size=n) < np.where(y == 1, tpr, fpr)).astype(float), y,
                      rng.choice([.25, 4], n) if weighted else None)
            for r in rows_of(f.measures()):
                if r["measure"] in truth:
                    missed[r["measure"], weighted] += not r["low"] <= truth[r["measure"]] <= r["high"]
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
        weights = weigh(rng, n)
        csv = "group,score,label,weight\n" + "".join(
            f'"{s}",{"" if math.isnan(p) else p},{"" if math.isnan(y) else int(y)},{w}\n'
            for s, p, y, w in zip(sex, predictions, labels, weights))
        f = mlops.Fairness()
        f.add_table(mlops.Table.parse(csv, types="group=string"), "group", "score", "label", "weight")
        named = [i for i, s in enumerate(sex) if s]
        want = count(*([of[i] for i in named] for of in (sex, predictions, labels, weights)))
        self.assertEqual(rows_of(f.groups()), rows_of(want.groups()))
        self.assertEqual(f.n_left_out, want.n_left_out + sum(not s and w > 0 for s, w in zip(sex, weights)))

    def test_parts_merge_to_the_bytes_of_the_whole(self):
        rng = random.Random(5)
        groups, predictions, labels = draw(rng, 900, 6)
        for weights in (None, weigh(rng, 900)):
            whole = count(groups, predictions, labels, weights).save()
            order = rng.sample(range(900), 900)
            columns = [of and [of[i] for i in order] for of in (groups, predictions, labels, weights)]
            self.assertEqual(count(*columns).save(), whole)
            parts = [count(*(of and of[i:i + 100] for of in columns)).save() for i in range(0, 900, 100)]
            while len(parts) > 1:  # any two of them, either way round
                a, b = (mlops.Fairness.load(parts.pop(rng.randrange(len(parts)))) for _ in range(2))
                a.merge(b)
                parts.append(a.save())
            self.assertEqual(parts[0], whole)

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
