#!/usr/bin/python3
"""Drift of rows as a whole against NumPy and scikit-learn, on one thread, by processor time, in the same run.

usage: OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MLOPS_LIBRARY=... PYTHONPATH=bindings/python run_multivariate.py
"""
import time

import mlops
import numpy as np
from scipy.spatial import distance
from sklearn.decomposition import PCA
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold

REPEATS = 3


def seconds(work):
    best = float("inf")
    for _ in range(REPEATS):
        begun = time.process_time()
        work()
        best = min(best, time.process_time() - begun)
    return best


def mmd_of_numpy(x, y, n_permutations):
    rows = np.vstack([x, y])
    squares = distance.cdist(rows, rows, "sqeuclidean")
    kernel = np.exp(-squares / np.median(squares[np.triu_indices(len(rows), 1)]))
    rng, n, m = np.random.default_rng(1), len(x), len(y)
    sides = np.zeros((n_permutations + 1, n + m))
    for side in sides:
        side[rng.permutation(n + m)[:n]] = 1
    within = ((sides @ kernel) * sides).sum(axis=1)
    across = sides @ kernel.sum(axis=1) - within
    return within / n ** 2 + (kernel.sum() - 2 * across - within) / m ** 2 - 2 * across / (n * m)


def pca_of_sklearn(x, y):
    model = PCA(.65).fit(x)
    return [np.linalg.norm(rows - model.inverse_transform(model.transform(rows)), axis=1).mean() for rows in (x, y)]


def auc_of_sklearn(x, y):
    rows, labels = np.vstack([x, y]), np.r_[np.zeros(len(x)), np.ones(len(y))]
    found = []
    for train, test in StratifiedKFold(5, shuffle=True, random_state=1).split(rows, labels):
        model = HistGradientBoostingClassifier(max_iter=100, max_depth=4, early_stopping=False)
        found.append(roc_auc_score(labels[test], model.fit(rows[train], labels[train]).decision_function(rows[test])))
    return np.mean(found)


def main():
    rng = np.random.default_rng(1)
    here = mlops.multivariate
    for name, n, d, ours, peer in (
            ("mmd, 1,000 permutations", 1000, 20, lambda x, y: here.mmd(x, y, method="exact"),
             lambda x, y: mmd_of_numpy(x, y, 1000)),
            ("mmd, 1,000 permutations", 2000, 384, lambda x, y: here.mmd(x, y, method="exact"),
             lambda x, y: mmd_of_numpy(x, y, 1000)),
            ("mmd by features", 100000, 20, lambda x, y: here.mmd(x, y, method="fourier"), None),
            ("pca", 20000, 50, lambda x, y: here.pca(x, y, preset="nannyml"), pca_of_sklearn),
            ("pca", 5000, 768, lambda x, y: here.pca(x, y, preset="nannyml"), pca_of_sklearn),
            ("classifier", 2000, 10, here.classify, auc_of_sklearn),
            ("classifier", 20000, 20, here.classify, auc_of_sklearn)):
        x, y = rng.normal(size=(n, d)), rng.normal(size=(n, d)) + .05
        a = seconds(lambda: ours(x, y))
        b = seconds(lambda: peer(x, y)) if peer else float("nan")
        print(f"{name:26} {n:7} x {d:<4} {a:8.3f} s   peer {b:8.3f} s   ratio {b / a:6.2f}", flush=True)


if __name__ == "__main__":
    main()
