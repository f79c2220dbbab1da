#!/usr/bin/python3
"""Drift of rows as a whole against NumPy and scikit-learn, on one thread, by processor time.

OpenBLAS is told which kernels to take where the processor has AVX-512: version 0.3.21 takes newer ones for a Prescott.

usage: run_multivariate.py BUILD [--quick]
"""
import os
import pathlib
import sys
import time

build, root = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(__file__).resolve().parents[2]
os.environ.update(MLOPS_LIBRARY=str(build / "libmlops.so"), OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
cpu = pathlib.Path("/proc/cpuinfo")
if cpu.exists() and " avx512bw " in cpu.read_text():
    os.environ.setdefault("OPENBLAS_CORETYPE", "SkylakeX")
sys.path[:0] = [str(root / "bindings/python"), str(root / "bench")]
try:
    import mlops
    import numpy as np
    import report
    from scipy.spatial import distance
    from sklearn.decomposition import PCA
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import StratifiedKFold
except ImportError as missing:
    print(f"drift of rows as a whole: left out, {missing}", file=sys.stderr)
    sys.exit(0)

REPEATS = 1 if "--quick" in sys.argv else 5


def seconds(work):
    """Of each of the runs."""
    taken = []
    for _ in range(REPEATS):
        begun = time.process_time()
        work()
        taken.append(time.process_time() - begun)
    return taken


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


def fourier_of_numpy(x, y, n_frequencies=512):
    some = np.vstack([x, y])[::(len(x) + len(y)) // 1024]
    bandwidth = np.sqrt(.5 * np.median(distance.pdist(some, "sqeuclidean")))
    directions = np.random.default_rng(1).normal(size=(x.shape[1], n_frequencies)) / bandwidth
    means = []
    for rows in (x, y):
        turns = rows @ directions
        means.append(np.concatenate([np.cos(turns).mean(axis=0), np.sin(turns).mean(axis=0)]))
    return ((means[0] - means[1]) ** 2).sum() / n_frequencies


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
    for name, n, d, ours, peer, whose in (
            ("mmd", 1000, 20, lambda x, y: here.mmd(x, y, method="exact"), lambda x, y: mmd_of_numpy(x, y, 1000),
             "numpy, 1,000 permutations"),
            ("mmd", 2000, 384, lambda x, y: here.mmd(x, y, method="exact"), lambda x, y: mmd_of_numpy(x, y, 1000),
             "numpy, 1,000 permutations"),
            ("mmd_fourier", 100000, 20, lambda x, y: here.mmd(x, y, method="fourier"), fourier_of_numpy,
             "numpy, without bounds"),
            ("pca", 20000, 50, lambda x, y: here.pca(x, y, preset="nannyml"), pca_of_sklearn, "scikit-learn"),
            ("pca", 5000, 768, lambda x, y: here.pca(x, y, preset="nannyml"), pca_of_sklearn, "scikit-learn"),
            ("classifier", 2000, 10, here.classify, auc_of_sklearn, "scikit-learn"),
            ("classifier", 20000, 20, here.classify, auc_of_sklearn, "scikit-learn")):
        x, y = rng.normal(size=(n, d)), rng.normal(size=(n, d)) + .05
        mine = seconds(lambda: ours(x, y))
        theirs = seconds(lambda: peer(x, y)) if peer else None
        report.line("drift", f"{name}_{n}x{d}", "time", mine, "s", f"{n:,} rows a side of {d} columns", whose, theirs,
                    better="lower")


if __name__ == "__main__":
    main()
