#!/usr/bin/python3
"""Hold anomaly scores to scikit-learn, through a reader and a writer of their bytes that are made here from the format.

scikit-learn's own isolation trees, written as our bytes, score as it says; of ours, each leaf tells the rows that are
left in it, and their scores are those of the paper's formula. Distances, residuals and p-values are those of its
estimators on the very rows that were learnt from, which a SplitMix64 of this file tells. Prints TAP.
"""
import struct
import sys
import warnings
import zlib

try:
    import mlops
    import numpy as np
    from sklearn.cluster import KMeans
    from sklearn.covariance import EmpiricalCovariance
    from sklearn.decomposition import PCA
    from sklearn.ensemble import IsolationForest
    from sklearn.ensemble._iforest import _average_path_length
    from sklearn.metrics import pairwise_distances, roc_auc_score
    from sklearn.neighbors import NearestNeighbors
    from sklearn.preprocessing import StandardScaler
except ImportError as missing:
    print(f"1..0 # SKIP {missing}")
    sys.exit(0)

warnings.filterwarnings("ignore")
FOREST, MAHALANOBIS, KNN, KMEANS, PCA_KIND = range(5)
HEADER = struct.Struct("<4sI7I3q")
LEAF = 0xFFFF
MASK = (1 << 64) - 1
number = failed = 0


def point(good, title):
    global number, failed
    number += 1
    failed += not good
    print(f"{'ok' if good else 'not ok'} {number} - {title}")


def near(ours, theirs, within):
    return np.allclose(np.asarray(ours, "f8"), theirs, rtol=within, atol=within)


# ---- bytes ----

def read_learning(data):
    """What stands in the bytes of one that still learns."""
    assert zlib.crc32(data[:-4]) == struct.unpack("<I", data[-4:])[0]
    head = struct.Struct("<4sI8I3qQd")
    magic, version, kind, _, d, n_held, n_rows, _, _, _, n, skipped, n_fit, _, _ = head.unpack_from(data)
    assert (magic, version) == (b"MLAL", 1)
    n_sums = d * (d + 1) // 2 if kind in (MAHALANOBIS, PCA_KIND) else d
    sums = np.frombuffer(data, "<f8", d + n_sums, head.size)
    rows = np.frombuffer(data[:-4], "<f4", -1, head.size + sums.nbytes).reshape(-1, d)
    held = min(n - skipped - n_fit, n_held)
    return dict(n_fit=n_fit, mean=sums[:d], sums=sums[d:], held=rows[:held], kept=rows[held:], n_kept=min(n_fit, n_rows))


def read(data):
    """What stands in the bytes, as a dict."""
    assert zlib.crc32(data[:-4]) == struct.unpack("<I", data[-4:])[0]
    magic, version, kind, flags, d, held, parts, part, nodes, *counts = HEADER.unpack_from(data)
    assert (magic, version) == (b"MLAN", 1)
    floats = np.frombuffer(data[HEADER.size:-4], "<f4")
    out = dict(kind=kind, flags=flags, d=d, parts=parts, part=part, counts=counts, mean=floats[:d], scale=floats[d:2 * d],
               model=floats[2 * d:len(floats) - held], held=floats[len(floats) - held:])
    if kind == FOREST:
        out["starts"] = out["model"][:parts].view("<u4")
        out["nodes"] = out["model"][parts:].view([("feature", "<u2"), ("right", "<u2"), ("value", "<f4")])
        assert len(out["nodes"]) == nodes
    return out


def write_forest(d, trees, tree_rows):
    """A forest of [(feature, right, value)] as bytes, with one row held back."""
    nodes = [node for tree in trees for node in tree]
    starts = np.cumsum([0] + [len(tree) for tree in trees[:-1]])
    data = HEADER.pack(b"MLAN", 1, FOREST, 0, d, 1, len(trees), tree_rows, len(nodes), 2 * tree_rows, 0, tree_rows)
    data += bytes(8 * d) + starts.astype("<u4").tobytes() + b"".join(struct.pack("<HHf", *n) for n in nodes) + bytes(4)
    return data + struct.pack("<I", zlib.crc32(data))


def preorder(tree, node=0, depth=0):
    """Nodes of a tree of scikit-learn, each right child behind all of the left ones. A cut goes to the next float32
    below it: rows of float32 go the same way."""
    if tree.children_left[node] < 0:
        return [(LEAF, 0, depth + _average_path_length(np.array([tree.n_node_samples[node]]))[0])]
    left = preorder(tree, tree.children_left[node], depth + 1)
    right = preorder(tree, tree.children_right[node], depth + 1)
    cut = np.float32(tree.threshold[node])
    if cut > tree.threshold[node]:
        cut = np.nextafter(cut, np.float32(-np.inf))
    move = lambda nodes, by: [(f, r + by if f != LEAF else 0, v) for f, r, v in nodes]
    return [(tree.feature[node], 1 + len(left), cut)] + move(left, 1) + move(right, 1 + len(left))


# ---- rows ----

def draws(seed):
    while True:
        seed = (seed + 0x9E3779B97F4A7C15) & MASK
        x = (seed ^ seed >> 30) * 0xBF58476D1CE4E5B9 & MASK
        x = (x ^ x >> 27) * 0x94D049BB133111EB & MASK
        yield x ^ x >> 31


def halves(rows, seed):
    """Rows learnt from and rows held back, while there is room for all of them."""
    words, fit, held = draws(seed), [], []
    for i in range(0, len(rows) - 1, 2):
        first, second = (held, fit) if next(words) % 2 else (fit, held)
        first.append(rows[i])
        second.append(rows[i + 1])
    return np.array(fit), np.array(held)


rng = np.random.default_rng(17)


def cloud(n, d, spread=1.0):
    mix = np.random.default_rng(d).normal(size=(d, d))
    return (spread * rng.normal(size=(n, d)) @ mix * np.logspace(-2, 2, d) + 10).astype("f4")


def learn(kind, rows, seed=5, **opts):
    a = mlops.Anomaly(kind, n_features=rows.shape[1], seed=seed, **opts)
    a.add(rows)
    a.freeze()
    return a


# ---- kinds ----

def forest():
    for n, d, opts in (1000, 6, {}), (100, 3, {}), (600, 12, dict(max_samples=64, n_estimators=30)):
        rows, new = cloud(n, d), np.r_[cloud(300, d), cloud(100, d, 5)]
        theirs = IsolationForest(random_state=n, **opts).fit(rows)
        data = write_forest(d, [preorder(e.tree_) for e in theirs.estimators_], theirs.max_samples_)
        a = mlops.Anomaly.load(data)
        point(near(a.score(new), -theirs.score_samples(new), 1e-6) and a.save() == data,
              f"scikit-learn's forest of {len(theirs.estimators_)} trees scores as it says")
    rows = cloud(1500, 6)
    a = learn("forest", rows, n_trees=40, tree_rows=100, n_rows=700)
    state, new, depths = read(a.save()), np.r_[cloud(200, 6), cloud(50, 6, 5)], 0
    lengths = _average_path_length(np.arange(101))
    ends = list(state["starts"][1:]) + [len(state["nodes"])]
    total = np.zeros(len(new))
    whole = True
    for start, end in zip(state["starts"], ends):
        tree, left = state["nodes"][start:end], 0
        depth = {0: 0}
        for i, (feature, right, value) in enumerate(tree):
            if feature == LEAF:
                n = int(np.abs(lengths[1:] - (value - depth[i])).argmin()) + 1
                whole &= abs(depth[i] + lengths[n] - value) < 1e-5 and (n == 1 or depth[i] == 7)
                left += n
            else:
                depth[i + 1] = depth[right] = depth[i] + 1
        whole &= left == 100 and len(depth) == len(tree)
        for k, x in enumerate(new):
            i = 0
            while tree[i][0] != LEAF:
                i = i + 1 if x[tree[i][0]] <= tree[i][2] else tree[i][1]
            total[k] += tree[i][2]
    point(whole, "each tree has its rows in its leaves, no deeper than log2 of them")
    point(near(a.score(new), 2 ** (-total / 40 / lengths[100]), 1e-6), "scores of our forest are the paper's formula")


def auc():
    """Outliers of some sorts: as well told as by scikit-learn's forest, on the mean of some clouds."""
    ours, theirs = [], []
    for i in range(8):
        rows, usual, odd = cloud(2000, 8), cloud(1000, 8), cloud(100, 8, 3)
        if i % 2:  # of the same spread, but each by itself
            odd = usual.mean(0) + rng.standard_t(2, (100, 8)) * usual.std(0)
        new, labels = np.r_[usual, odd].astype("f4"), np.r_[np.zeros(1000), np.ones(100)]
        ours.append(roc_auc_score(labels, learn("forest", rows, seed=i).score(new)))
        theirs.append(roc_auc_score(labels, -IsolationForest(random_state=i).fit(rows).score_samples(new)))
    ours, theirs = np.mean(ours), np.mean(theirs)
    point(ours > theirs - 0.01, f"AUC of the forest {ours:.4f}, scikit-learn's {theirs:.4f}")


def held_scores(a, held, title):
    """Scores of the rows held back, in order, and p-values from their ranks."""
    kept, new = np.sort(a.score(held)), cloud(200, held.shape[1], 2)
    scores = np.asarray(a.score(new))
    p = (1 + (kept[None] >= scores[:, None]).sum(1)) / (1 + len(kept))
    point(np.array_equal(kept, read(a.save())["held"]) and np.array_equal(a.p_values(scores), p), f"{title}: p-values")


def mahalanobis():
    for d in 1, 5, 20:
        rows, new = cloud(900, d), cloud(200, d, 2)
        fit, held = halves(rows, 5)
        a = learn("mahalanobis", rows, ridge=1e-9)
        theirs = EmpiricalCovariance().fit(fit.astype("f8")).mahalanobis(new.astype("f8")) ** 0.5
        point(near(a.score(new), theirs, 2e-4), f"Mahalanobis' distance of {d} features")
        held_scores(a, held, f"mahalanobis, {d} features")


def scaled(fit, raw):
    if raw:
        return lambda x: x.astype("f8") - fit.astype("f8").mean(0)
    return StandardScaler().fit(fit.astype("f8")).transform


def knn():
    for d, raw in (4, False), (9, False), (9, True):
        rows, new = cloud(400, d), cloud(200, d, 2)
        fit, held = halves(rows, 5)
        to = scaled(fit, raw)
        a = learn("knn", rows, n_rows=200, n_neighbors=7, raw=raw)
        theirs = NearestNeighbors(n_neighbors=7, algorithm="brute").fit(to(fit)).kneighbors(to(new))[0][:, -1]
        point(near(a.score(new), theirs, 1e-4), f"distance to the 7th nearest of {d} features{', raw' * raw}")
        held_scores(a, held, f"knn, {d} features{', raw' * raw}")


def kmeans():
    for d, raw in (3, False), (8, True):
        middles = rng.normal(size=(6, d)) * 20
        make = lambda n: (middles[rng.integers(6, size=n)] + rng.normal(size=(n, d))).astype("f4")
        rows, new = make(1000), make(200)
        fit, held = halves(rows, 5)
        to = scaled(fit, raw)
        a = learn("kmeans", rows, n_clusters=6, raw=raw)
        centers = read(a.save())["model"].reshape(6, d)
        point(near(a.score(new), pairwise_distances(to(new), centers).min(1), 1e-4), f"distance to a center, {d} features")
        inertia = (pairwise_distances(to(fit), centers).min(1) ** 2).sum()
        theirs = KMeans(6, n_init=10, random_state=0).fit(to(fit)).inertia_
        point(inertia < 1.001 * theirs, f"centers as good as the best of ten: {inertia:.1f}, {theirs:.1f}")
        held_scores(a, held, f"kmeans, {d} features")


def learning():
    """What is saved before it is frozen: rows that were learnt from and held back, and the sums over them."""
    names = ["forest", "mahalanobis", "knn", "kmeans", "pca"]
    for kind, opts in ((FOREST, {}), (MAHALANOBIS, {}), (KNN, {"n_rows": 256}), (KMEANS, {}), (PCA_KIND, {})):
        rows = cloud(500, 4).astype("f4")
        a = mlops.Anomaly(names[kind], n_features=4, seed=9, **opts)
        a.add(rows)
        fit, held = halves(rows, 9)
        told = read_learning(a.save())
        off = fit.astype("f8") - fit.mean(0, dtype="f8")
        products = off.T @ off
        sums = products[np.tril_indices(4)] if kind in (MAHALANOBIS, PCA_KIND) else products.diagonal()
        good = told["n_fit"] == 250 and np.array_equal(told["held"], held) and near(told["sums"], sums, 1e-10)
        kept = fit if kind in (FOREST, KNN, KMEANS) else fit[:0]
        good &= near(told["mean"], fit.mean(0, dtype="f8"), 1e-12) and np.array_equal(told["kept"], kept)
        again = mlops.Anomaly.load(a.save())
        for one in (a, again):
            one.add(rows[:100] + np.float32(0.5))
            one.freeze()
        point(good and again.save() == a.save(), f"{names[kind]}: what is saved while it learns, and goes on")


def pca():
    for d, k, raw in (2, 1, False), (10, 4, False), (10, 3, True), (40, 20, False):
        rows, new = cloud(1000, d), cloud(200, d, 2)
        fit, held = halves(rows, 5)
        to = scaled(fit, raw)
        a = learn("pca", rows, n_components=k, raw=raw)
        theirs = PCA(k, svd_solver="full").fit(to(fit))
        left = to(new) - theirs.inverse_transform(theirs.transform(to(new)))
        point(near(a.score(new), (left ** 2).sum(1) ** 0.5, 2e-4), f"residual of {k} of {d} components{', raw' * raw}")
        held_scores(a, held, f"pca, {k} of {d}{', raw' * raw}")


for part in forest, auc, mahalanobis, knn, kmeans, learning, pca:
    part()
print(f"1..{number}")
sys.exit(1 if failed else 0)
