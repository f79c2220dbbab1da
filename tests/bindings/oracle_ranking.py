#!/usr/bin/python3
"""The order of the rows of queries against scikit-learn, and against every order of equal scores.

usage: oracle_ranking.py. Prints TAP.
"""
import itertools
import math
import sys
import unittest

try:
    import mlops
except ImportError as missing:
    print(f"1..0 # SKIP {missing}")
    sys.exit(0)
try:
    import numpy as np
    from sklearn.metrics import ndcg_score
except ImportError as missing:
    print(f"1..0 # SKIP {missing}")
    sys.exit(0)

from test_python import main

NAMES = ("ndcg", "map", "mrr", "precision_at_k", "recall_at_k", "hit_rate")


def in_order(relevance, k, exponential):
    """All metrics of one query whose rows stand in this order."""
    r, n = np.asarray(relevance, float), len(relevance)
    limit, all_relevant = min(k or n, n), int((r > 0).sum())
    gain = 2 ** r - 1 if exponential else r
    discount = 1 / np.log2(np.arange(n) + 2)
    ideal = (np.sort(gain)[::-1] * discount)[:limit].sum()
    hit = (r > 0)[:limit]
    precisions = np.cumsum(hit) / (np.arange(limit) + 1)
    first = np.flatnonzero(hit)
    return np.array([(gain * discount)[:limit].sum() / ideal, (precisions * hit).sum() / min(all_relevant, limit),
                     1 / (first[0] + 1) if len(first) else 0, hit.sum() / (k or n), hit.sum() / all_relevant,
                     float(len(first) > 0)])


def over_orders(scores, relevance, k, exponential):
    """The mean over all orders of rows with equal scores."""
    blocks = [np.flatnonzero(scores == s) for s in np.unique(scores)[::-1]]
    found = [in_order(relevance[np.concatenate(order)], k, exponential)
             for order in itertools.product(*[[list(p) for p in itertools.permutations(b)] for b in blocks])]
    return np.mean(found, 0)


def draw(rng, n, ties):
    scores = rng.integers(0, ties, n) / 4 if ties else rng.normal(size=n)
    relevance = rng.integers(0, 4, n) * (rng.uniform(size=n) < 0.5)
    if not relevance.any():
        relevance[rng.integers(n)] = 1
    return scores.astype(float), relevance.astype(float)


def values(m):
    return np.array([getattr(m, name) for name in NAMES])


class Ranking(unittest.TestCase):
    def near(self, got, want, within=1e-12):
        self.assertLess(np.abs(np.asarray(got) - np.asarray(want)).max(), within)

    def test_one_query_is_the_mean_over_orders(self):
        rng = np.random.default_rng(1)
        for _ in range(150):
            n = int(rng.integers(1, 7))
            scores, relevance = draw(rng, n, int(rng.integers(1, 4)))
            for k in (0, 1, 3, 9):
                for exponential in (False, True):
                    m = mlops.metric_ranking(scores, relevance, np.zeros(n, int), k=k, exponential=exponential)
                    self.near(values(m), over_orders(scores, relevance, k, exponential))
                    m = mlops.metric_ranking(scores, relevance, np.zeros(n, int), k=k, exponential=exponential,
                                             in_order=True)
                    self.near(values(m), in_order(relevance[np.argsort(-scores, kind="stable")], k, exponential))

    def test_scikit_learn(self):
        rng = np.random.default_rng(2)
        for n in (2, 31, 33, 500):
            for ties in (0, 3, 40):
                scores, relevance = draw(rng, n, ties)
                for k in (None, 1, 10):
                    m = mlops.metric_ranking(scores, relevance, np.full(n, -7), k=k)
                    self.near(m.ndcg, ndcg_score([relevance], [scores], k=k))
                    m = mlops.metric_ranking(scores, relevance, np.full(n, -7), k=k, exponential=True)
                    self.near(m.ndcg, ndcg_score([2 ** relevance - 1], [scores], k=k))

    def queries(self, rng, n_queries):
        parts = [draw(rng, int(rng.integers(1, 60)), int(rng.integers(0, 5))) for _ in range(n_queries)]
        for at in range(0, n_queries, 7):
            parts[at][1][:] = 0
        ids = np.concatenate([np.full(len(s), 3 * i) for i, (s, _) in enumerate(parts)])
        return parts, np.concatenate([s for s, _ in parts]), np.concatenate([r for _, r in parts]), ids

    def test_queries_count_by_their_weight(self):
        rng = np.random.default_rng(3)
        parts, scores, relevance, ids = self.queries(rng, 60)
        weight = rng.uniform(0.1, 2, 60) * (rng.uniform(size=60) < 0.9)
        for w in (None, weight):
            m = mlops.metric_ranking(scores, relevance, ids, k=5, weights=None if w is None else w[ids // 3])
            kept = [i for i, (_, r) in enumerate(parts) if r.any() and (w is None or w[i] > 0)]
            each = [values(mlops.metric_ranking(*parts[i], np.zeros(len(parts[i][0]), int), k=5)) for i in kept]
            self.near(values(m), np.average(each, axis=0, weights=None if w is None else w[kept]))
            self.assertEqual(m.n, len(kept))
            self.assertEqual(m.n_nan, sum(not r.any() and (w is None or w[i] > 0) for i, (_, r) in enumerate(parts)))

    def test_sums_are_those_of_rows_in_any_parts(self):
        rng = np.random.default_rng(5)
        for k, options in ((0, {}), (5, {"exponential": True}), (3, {"in_order": True})):
            parts, scores, relevance, ids = self.queries(rng, 80)
            weight = np.round(rng.uniform(0.1, 2, 80) * 2 ** 20) / 2 ** 20 * (rng.uniform(size=80) < 0.9)
            for w in (None, weight[ids // 3]):
                whole = mlops.RankingPerformance(k=k, **options)
                whole.add(scores, relevance, ids, w)
                m, rows = whole.metrics(), mlops.metric_ranking(scores, relevance, ids, k=k, weights=w, **options)
                self.near(values(m), values(rows))
                self.assertEqual((m.n, m.n_nan), (rows.n, rows.n_nan))
                merged = mlops.RankingPerformance(k=k, **options)
                for i in rng.permutation(80):
                    at, part = ids == 3 * i, mlops.RankingPerformance(k=k, **options)
                    part.add(scores[at], relevance[at], ids[at], None if w is None else w[at])
                    merged.merge(mlops.RankingPerformance.load(part.save()))
                self.assertEqual(merged.save(), whole.save())
        data = bytearray(whole.save())
        for at in range(8 * len(data)):
            data[at // 8] ^= 1 << at % 8
            with self.assertRaises((mlops.CorruptError, mlops.UnsupportedError)):
                mlops.RankingPerformance.load(bytes(data))
            data[at // 8] ^= 1 << at % 8
        with self.assertRaisesRegex(mlops.InvalidError, "k and flags"):
            whole.merge(mlops.RankingPerformance(k=4, in_order=True))
        with self.assertRaisesRegex(mlops.InvalidError, "row 1, counted from 0: the relevance"):
            whole.add([1, 2], [1, -1], [0, 0])
        with self.assertRaisesRegex(mlops.InvalidError, "k=? is below 0"):
            mlops.RankingPerformance(k=-1)
        self.assertEqual(bytes(data), whole.save())

    def test_no_order_of_rows_shows(self):
        rng = np.random.default_rng(4)
        parts, scores, relevance, ids = self.queries(rng, 40)
        m = values(mlops.metric_ranking(scores, relevance, ids))
        order = np.concatenate([rng.permutation(np.flatnonzero(ids == i)) for i in rng.permutation(np.unique(ids))])
        again = values(mlops.metric_ranking(scores[order], relevance[order], ids[order]))
        self.assertEqual(m.tobytes(), again.tobytes())

    def test_bands_of_chunks(self):
        """NannyML's StandardDeviationThreshold: mean and three deviations over chunks, within what can be."""
        rng = np.random.default_rng(6)
        for metric, values, least, most in (("auc", rng.normal(0.8, 0.03, 10), 0, 1), ("auc", rng.normal(0.99, 0.01, 9), 0, 1),
                                            ("mae", rng.normal(5, 4, 12), 0, math.inf), ("mcc", [-0.9, 0.9], -1, 1),
                                            ("bias", [-5, 5.5], -math.inf, math.inf), ("r2", [-4, 0.5], -math.inf, 1),
                                            ("tp", [100, 300], 0, math.inf), ("ece", [0.5, 0.9], 0, 1),
                                            ("log_loss", [0.5, 2], 0, math.inf)):
            got = mlops.metric_band(metric, list(values) + [math.nan], 3)
            reach = 3 * np.std(values)
            self.near(got, (max(least, np.mean(values) - reach), min(most, np.mean(values) + reach)))
        for values, multiple in (([], 3), ([math.nan], 3), ([1], -1)):
            with self.assertRaises(mlops.InvalidError):
                mlops.metric_band("auc", values, multiple)

    def test_refusals(self):
        for scores, relevance, what in (([math.nan], [1], "row 0, counted from 0: the score"),
                                        ([1, 2], [1, -1], "row 1, counted from 0: the relevance"),
                                        ([1], [math.nan], "the relevance"), ([1, 2], [0, 0], "none of 1 queries")):
            with self.assertRaisesRegex(mlops.InvalidError, what):
                mlops.metric_ranking(scores, relevance, np.zeros(len(scores), int))
        for queries, row in (([1, 2, 1, 2], 2), ([5, 2 ** 62, 2 ** 62 + 1, 2 ** 62], 3), ([3, 3, 1, 3], 3)):
            for judge in (mlops.metric_ranking, mlops.RankingPerformance().add):
                with self.assertRaisesRegex(mlops.InvalidError, f"row {row}, counted from 0: its query"):
                    judge([0.1, 0.2, 0.3, 0.4], [1, 0, 1, 0], queries)
        self.assertEqual(mlops.metric_ranking([0.1, 0.2, 0.3, 0.4], [1, 0, 1, 0], [7, -2, 9, 1]).n, 2)
        with self.assertRaisesRegex(mlops.InvalidError, "512"):
            mlops.metric_ranking([1], [513], [0], exponential=True)


if __name__ == "__main__":
    sys.exit(main(sys.modules[__name__]))
