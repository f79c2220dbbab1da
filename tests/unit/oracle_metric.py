#!/usr/bin/python3
"""Hold lib/metric to scikit-learn, and to whole numbers and fractions.

usage: oracle_metric.py DUMP_METRIC

Values agree to 1e-12; counts, AUC and KS without weights are those of fractions, rounded once, and so are plain
means; without weights the order of the rows changes no bit. Prints TAP.
"""
import math
import struct
import subprocess
import sys
import warnings
from decimal import Decimal, getcontext
from fractions import Fraction

try:
    import numpy as np
    import sklearn
    from sklearn import metrics as sk
except ImportError as missing:
    print(f"1..0 # SKIP {missing}")
    sys.exit(0)

import oracle_stats
from oracle_stats import Tap

warnings.simplefilter("ignore")
getcontext().prec = 60
SKIP_NAN, SET_THRESHOLD, ONE_VS_REST = 1, 2, 4
PROBABILITY, MARGIN, RANK = 0, 1, 2
COUNTS = "status n n_nan n_classes constant_labels weight".split()
NAMES = ("auc average_precision ks log_loss brier ece accuracy balanced_accuracy precision recall specificity f1 "
         "f1_macro f1_weighted mcc prevalence positive_rate tp fp tn fn mae mse rmse r2 median_ae max_error mape bias "
         "poisson_deviance mce ece_adaptive precision_macro precision_weighted recall_macro auc_macro auc_weighted "
         "top_k_accuracy msle rmsle pinball ndcg map mrr precision_at_k recall_at_k hit_rate f_beta f_beta_macro "
         "f_beta_weighted kappa ece_classwise smape explained_variance").split()
EPSILON = 2.0 ** -52


class Dump:
    """The library behind a pipe."""

    def __init__(self, path):
        self.process = subprocess.Popen([path], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def read(self, n):
        return np.frombuffer(self.process.stdout.read(8 * n), "<f8")

    def judge(self, request, predictions, labels, weights=None, flags=0, scale=0, n_bins=0, threshold=None, beta=0.0):
        predictions = np.ascontiguousarray(predictions, "<f8")
        k = predictions.shape[1] if predictions.ndim == 2 else 1
        flags |= 0 if threshold is None else SET_THRESHOLD
        words = [request, flags, scale, n_bins, len(predictions), k, 0 if weights is None else len(weights)]
        arrays = [np.array([threshold or 0.0, beta]), predictions, np.asarray(labels, "<i8" if request == 2 else "<f8")]
        arrays += [] if weights is None else [np.asarray(weights, "<f8")]
        self.process.stdin.write(struct.pack(f"<{len(words)}q", *words) + b"".join(a.tobytes() for a in arrays))
        self.process.stdin.flush()
        got = dict(zip(COUNTS + NAMES, self.read(len(COUNTS + NAMES))))
        if request == 2:
            got["confusion"] = self.read(k * k).reshape(k, k)
        return got

    def binary(self, scores, labels, weights=None, **rest):
        return self.judge(1, scores, labels, weights, **rest)

    def classes(self, probabilities, labels, weights=None, **rest):
        return self.judge(2, probabilities, labels, weights, **rest)

    def regression(self, predictions, labels, weights=None, **rest):
        return self.judge(3, predictions, labels, weights, **rest)

    def sort(self, pairs):
        pairs = np.asarray(pairs, "<f8")
        self.process.stdin.write(struct.pack("<2q", 4, len(pairs)) + pairs.tobytes())
        self.process.stdin.flush()
        return self.read(2 * len(pairs)).reshape(-1, 2)


def off(got, want):
    """Relative error, absolute below 1e-3."""
    return oracle_stats.off(got, want, floor=1e-3)


def same(got, want):
    return 0.0 if got == want or (got != got and want != want) else math.inf


def undefined(found, defined):
    return found if defined else math.nan


# ---- binary ----

def rank_exactly(scores, labels):
    """AUC and KS as fractions, rounded once."""
    x, y = np.sort(scores[labels == 1]), np.sort(scores[labels == 0])
    n, m = len(x), len(y)
    if n == 0 or m == 0:
        return math.nan, math.nan
    below, upto = np.searchsorted(y, x, "left"), np.searchsorted(y, x, "right")
    area = Fraction(int(below.sum()) + int(upto.sum()), 2 * n * m)
    at = np.unique(scores)
    above = [(n - np.searchsorted(x, t, "left"), m - np.searchsorted(y, t, "left")) for t in at]
    return float(area), float(max(abs(Fraction(int(a), n) - Fraction(int(b), m)) for a, b in above))


def loss_of(p, label):
    p = min(max(p, EPSILON), 1 - EPSILON)
    return -math.log(p) if label else -math.log1p(-p)


def probabilities_exactly(p, labels, n_bins):
    """log_loss, brier and ece of sums without error, each term rounded once."""
    n, error = len(p), np.where(labels == 1, 1 - p, p)
    brier = float(sum(map(Fraction, error * error), Fraction(0)) / n)
    bins = np.minimum(np.floor(p * n_bins), n_bins - 1)
    gaps = [abs(math.fsum(np.where(labels == 1, error, -error)[bins == b])) for b in np.unique(bins)]
    worst = max(gap / (bins == b).sum() for gap, b in zip(gaps, np.unique(bins)))
    loss = math.fsum(loss_of(float(v), label) for v, label in zip(p, labels)) / n
    return loss, brier, math.fsum(gaps) / n, worst


def adaptive_exactly(p, labels, n_groups):
    """Groups end at the first score where they hold their share of the rows."""
    gaps, gap, done = [], Fraction(0), 0
    for score in np.unique(p):
        at = p == score
        before, done = done, done + int(at.sum())
        gap += int(at.sum()) * Fraction(float(score)) - int(labels[at].sum())
        if before * n_groups // len(p) < done * n_groups // len(p):
            gaps.append(abs(gap))
            gap = Fraction(0)
    return float(sum(gaps) / len(p))


def expected_of_counts(tp, fp, tn, fn):
    def ratio(a, b):
        return float(a / b) if b else math.nan
    product = (tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)
    recall, specificity = ratio(tp, tp + fn), ratio(tn, tn + fp)
    return {"tp": float(tp), "fp": float(fp), "tn": float(tn), "fn": float(fn), "recall": recall,
            "specificity": specificity, "balanced_accuracy": (recall + specificity) / 2,
            "precision": ratio(tp, tp + fp), "f1": ratio(2 * tp, 2 * tp + fp + fn),
            "f_beta": ratio(2 * tp, 2 * tp + fp + fn),
            "kappa": ratio(2 * (tp * tn - fp * fn), (tp + fp) * (fp + tn) + (tp + fn) * (fn + tn)),
            "accuracy": ratio(tp + tn, tp + fp + tn + fn), "prevalence": ratio(tp + fn, tp + fp + tn + fn),
            "positive_rate": ratio(tp + fp, tp + fp + tn + fn),
            "mcc": float(tp * tn - fp * fn) / math.sqrt(product) if product else math.nan}


def samples(rng):
    """(name, probabilities, labels)"""
    for n in (1, 2, 3, 7, 50, 333, 5000, 40000):
        for base in (.01, .3, .5, .97):
            y = (rng.uniform(size=n) < base).astype(float)
            p = 1 / (1 + np.exp(-(rng.normal(size=n) + 1.5 * y - 1)))
            yield f"{n} smooth", p, y
            yield f"{n} ties", np.round(p, 1), y
            yield f"{n} float32", p.astype("f4").astype("f8"), y
            yield f"{n} extreme", np.where(rng.uniform(size=n) < .5, np.round(p), p * 10.0 ** -rng.integers(0, 300, n)), y
    yield "one score", np.full(1000, .5), (np.arange(1000) % 3 == 0).astype(float)
    yield "perfect", np.array([1e-9, 1e-12, 0, 1, 1 - 1e-9]), np.array([0, 0, 0, 1, 1.0])
    yield "worst", np.array([1, 1 - 1e-9, 0, 1e-300]), np.array([0, 0, 1, 1.0])


def check_binary(dump, tap, rng):
    exact, counted, means, peer, moved = [], [], [], [], []
    for name, p, y in samples(rng):
        got = dump.binary(p, y)
        area, gap = rank_exactly(p, y)
        exact += [(same(got["auc"], area), name), (same(got["ks"], gap), name), (same(got["n"], len(p)), name)]
        at, positive = p >= .5, y == 1
        want = expected_of_counts(*(int(s.sum()) for s in (at & positive, at & ~positive, ~at & ~positive, ~at & positive)))
        counted += [(off(got[key], value), (name, key)) for key, value in want.items()]
        loss, brier, ece, mce = probabilities_exactly(p, y, 10)
        if len(p) <= 333:
            means.append((abs(got["ece_adaptive"] - adaptive_exactly(p, y, 10)), (name, "ece_adaptive")))
        means.append((abs(got["mce"] - mce), (name, "mce")))
        exact.append((same(got["brier"], brier), (name, "brier")))
        means += [(abs(got["log_loss"] - loss) / loss, (name, "log_loss")), (abs(got["ece"] - ece), (name, "ece"))]
        both = 0 < y.sum() < len(y)
        peer += [(off(got["auc"], undefined(sk.roc_auc_score(y, p) if both else 0, both)), (name, "auc")),
                 (off(got["average_precision"], undefined(sk.average_precision_score(y, p), y.any())), (name, "ap")),
                 (off(got["log_loss"], sk.log_loss(y, p, labels=[0, 1])), (name, "log_loss")),
                 (off(got["brier"], sk.brier_score_loss(y, p, pos_label=1)), (name, "brier")),
                 (off(got["accuracy"], sk.accuracy_score(y, at)), (name, "accuracy")),
                 (off(got["f1"], undefined(sk.f1_score(y, at), (at | positive).any())), (name, "f1")),
                 (off(got["kappa"], sk.cohen_kappa_score(y, at)), (name, "kappa")),
                 (off(dump.binary(p, y, beta=.3)["f_beta"],
                      undefined(sk.fbeta_score(y, at, beta=.3), (at | positive).any())), (name, "f_beta")),
                 (off(got["mcc"], undefined(sk.matthews_corrcoef(y, at), both and 0 < at.sum() < len(y))), (name, "mcc"))]
        order = rng.permutation(len(p))
        again = dump.binary(p[order], y[order])
        moved += [(same(again[key], got[key]), (name, key)) for key in got]
    tap.group("AUC, KS and Brier are fractions rounded once", exact, 0)
    tap.group("counts, and what follows from them", counted, 1e-15)
    tap.group("log loss and calibration error", means, 1e-15)
    tap.group("binary against scikit-learn", peer, 1e-12)
    tap.group("binary: the order of the rows changes no bit", moved, 0)


def check_weights(dump, tap, rng):
    peer, whole, repeated = [], [], []
    for name, p, y in samples(rng):
        w = rng.exponential(size=len(p)) * (rng.uniform(size=len(p)) < .9)
        used = w > 0
        if not used.any():
            continue
        got, both = dump.binary(p, y, w), 0 < y[used].sum() < used.sum()
        want = {"auc": undefined(sk.roc_auc_score(y, p, sample_weight=w) if both else 0, both),
                "average_precision": undefined(sk.average_precision_score(y, p, sample_weight=w), y[used].any()),
                "log_loss": sk.log_loss(y, p, sample_weight=w, labels=[0, 1]),
                "brier": sk.brier_score_loss(y, p, sample_weight=w, pos_label=1),
                "accuracy": sk.accuracy_score(y, p >= .5, sample_weight=w), "weight": math.fsum(w), "n": used.sum()}
        if both:
            want["recall"] = sk.recall_score(y, p >= .5, sample_weight=w)
            fpr, tpr, _ = sk.roc_curve(y, p, sample_weight=w)
            want["ks"] = np.abs(fpr - tpr).max()
        peer += [(off(got[key], value), (name, key)) for key, value in want.items()]
        w = rng.integers(0, 4, len(p))
        if w.sum():
            got, want = dump.binary(p, y, w), dump.binary(np.repeat(p, w), np.repeat(y, w))
            whole += [(off(got[key], want[key]), (name, key)) for key in got if key != "n"]
        got, want = dump.binary(p, y, np.ones(len(p))), dump.binary(p, y)
        repeated += [(off(got[key], want[key]), (name, key)) for key in got]
    tap.group("binary with weights against scikit-learn", peer, 1e-12)
    tap.group("whole weights are rows repeated", whole, 1e-14)
    tap.group("weights of 1 are none", repeated, 1e-14)


def check_scales(dump, tap, rng):
    exact, margins, thresholds = [], [], []
    for n in (1, 20, 999, 20000):
        y = (rng.uniform(size=n) < .4).astype(float)
        z = rng.normal(size=n) * 5 + y
        z = np.where(rng.uniform(size=n) < .1, rng.choice([-math.inf, math.inf, 0.0, -0.0, 1e300, -1e300, 50, -50], n), z)
        for scale in (MARGIN, RANK):
            got, (area, gap) = dump.binary(z, y, scale=scale), rank_exactly(z, y)
            exact += [(same(got["auc"], area), n), (same(got["ks"], gap), n)]
            exact.append((same(got["tp"], ((z >= 0) & (y == 1)).sum()), (n, "threshold 0")))
            if scale == RANK:
                exact += [(same(got[key], math.nan), key) for key in ("log_loss", "brier", "ece")]
        with np.errstate(over="ignore"):
            p = 1 / (1 + np.exp(-z))
        got, (loss, brier, ece, _) = dump.binary(z, y, scale=MARGIN), probabilities_exactly(p, y, 10)
        margins += [(off(got["log_loss"], loss), n), (off(got["brier"], brier), n)]
        thresholds += [(same(dump.binary(z, y, scale=RANK, threshold=t)["tp"], ((z >= t) & (y == 1)).sum()), t)
                       for t in (-math.inf, -1.5, 0.0, 3.0, math.inf)]
        p = np.round(p, 3)
        for n_bins in (1, 2, 7, 15, 1000):
            ece = probabilities_exactly(p, y, n_bins)[2]
            margins.append((abs(dump.binary(p, y, n_bins=n_bins)["ece"] - ece), (n, n_bins)))
    tap.group("margins and ranks, infinite ones too", exact, 0)
    tap.group("margins made probabilities; bins of the calibration error", margins, 1e-14)
    tap.group("thresholds", thresholds, 0)


def check_missing(dump, tap, rng):
    errors = []
    for n in (30, 3000):
        y, p = (rng.uniform(size=n) < .5).astype(float), rng.uniform(size=n)
        w = rng.uniform(size=n)
        gone = rng.uniform(size=n) < .2
        some = np.where(gone & (rng.uniform(size=n) < .5), math.nan, p)
        none = np.where(gone & (some == some), math.nan, y)
        for weights in (None, w):
            kept = None if weights is None else weights[~gone]
            for judge in (dump.binary, dump.regression):
                got, want = judge(some, none, weights, flags=SKIP_NAN), judge(p[~gone], y[~gone], kept)
                errors += [(off(got[key], want[key]), key) for key in got if key != "n_nan"]
                errors.append((same(got["n_nan"], gone.sum()), "n_nan"))
                errors.append((same(judge(some, none, weights)["status"], -1), "refused"))
    for bad in ([1.5], [-.1], [math.inf]):
        errors.append((same(dump.binary(bad, [1.0])["status"], -1), bad))
    for bad in (.5, 2.0, -1.0, math.inf):
        errors.append((same(dump.binary([.5], [bad])["status"], -1), bad))
    errors += [(same(dump.binary([], [])["status"], -1), "no rows"),
               (same(dump.regression([math.inf], [1.0])["status"], -1), "infinite"),
               (same(dump.binary([.5, .6], [0, 1], [1.0, -1.0])["status"], -1), "weight below 0"),
               (same(dump.binary([.5, .6], [0, 1], [0.0, 0.0])["status"], -1), "no weight"),
               (same(dump.binary([.5, .6], [0, 1], [1.0])["status"], -1), "too few weights")]
    tap.group("missing rows, and rows that are refused", errors, 1e-15)


# ---- classes ----

def check_classes(dump, tap, rng):
    counted, peer, moved = [], [], []
    for n in (1, 2, 30, 2000):
        for k in (2, 3, 10, 40):
            y = rng.integers(0, max(2, k - 1), n)  # one class may never be a label
            p = rng.dirichlet(np.ones(k) * .4, n)
            p = np.where(rng.uniform(size=(n, 1)) < .4, np.eye(k)[(y + rng.integers(0, 2, n)) % k] * .5 + p * .5, p)
            p = np.round(p * 1024) / 1024  # ties, zeros and ones; sums to 1 within k / 2048
            p[:, 0] += 1 - p.sum(1)
            p = np.clip(p, 0, 1)
            p = np.where(np.abs(p.sum(1, keepdims=True) - 1) < 1e-4, p, 1 / k)
            for w in (None, rng.exponential(size=n)):
                got, best = dump.classes(p, y, w, beta=2.0), p.argmax(1)
                table = sk.confusion_matrix(y, best, labels=np.arange(k), sample_weight=w)
                counted += [(float(np.abs(got["confusion"] - table).max()), (n, k)), (same(got["n_classes"], k), k),
                            (same(got["constant_labels"], len(set(y)) == 1), (n, k))]
                held = np.clip(p[np.arange(n), y], EPSILON, 1 - EPSILON)
                loss = np.average([-math.log(v) for v in held], weights=w)
                want = {"accuracy": sk.accuracy_score(y, best, sample_weight=w), "log_loss": loss,
                        "balanced_accuracy": sk.balanced_accuracy_score(y, best, sample_weight=w),
                        "f1_macro": sk.f1_score(y, best, average="macro", sample_weight=w),
                        "f1_weighted": sk.f1_score(y, best, average="weighted", sample_weight=w),
                        "precision_macro": sk.precision_score(y, best, average="macro", sample_weight=w),
                        "precision_weighted": sk.precision_score(y, best, average="weighted", sample_weight=w),
                        "f_beta_macro": sk.fbeta_score(y, best, beta=2, average="macro", sample_weight=w),
                        "f_beta_weighted": sk.fbeta_score(y, best, beta=2, average="weighted", sample_weight=w),
                        "kappa": sk.cohen_kappa_score(y, best, sample_weight=w),
                        "recall_macro": sk.recall_score(y, best, average="macro", sample_weight=w),
                        "mcc": undefined(sk.matthews_corrcoef(y, best, sample_weight=w), len(set(y)) > 1 < len(set(best))),
                        "brier": np.average(((p - np.eye(k)[y]) ** 2).sum(1), weights=w)}
                order = np.argsort(-p, axis=1, kind="stable")  # the first of equal probabilities ahead
                want["top_k_accuracy"] = np.average((order[:, :3] == y[:, None]).any(1), weights=w)
                ranked = dump.classes(p, y, w, flags=ONE_VS_REST)
                ones = [c for c in range(k) if 0 < (y == c).sum() < n]
                areas = [sk.roc_auc_score(y == c, p[:, c], sample_weight=w) for c in ones]
                sizes = [(y == c).sum() if w is None else w[y == c].sum() for c in ones]
                peer += [(off(ranked["auc_macro"], np.mean(areas) if ones else math.nan), (n, k, "auc_macro")),
                         (off(ranked["auc_weighted"], np.average(areas, weights=sizes) if ones else math.nan), (n, k)),
                         (same(got["auc_macro"], math.nan), "not asked for"),
                         (same(got["ece"], math.nan), "not asked for")]
                one = dump.binary(p.max(1), y == best, w)
                peer += [(off(ranked[key], one[key]), (n, k, key)) for key in ("ece", "mce", "ece_adaptive")]
                each = [dump.binary(p[:, c], y == c, w)["ece"] for c in range(k)]
                peer.append((off(ranked["ece_classwise"], np.mean(each)), (n, k, "ece_classwise")))
                peer += [(off(got[key], value), (n, k, key)) for key, value in want.items()]
                peer.append((off(got["log_loss"], sk.log_loss(y, p, sample_weight=w, labels=np.arange(k))), "peer"))
                order = rng.permutation(n)
                again = dump.classes(p[order], y[order], None if w is None else w[order], beta=2.0)
                moved += [(same(again[key], got[key]), (n, k, key)) for key in COUNTS + NAMES]
    two = rng.uniform(size=500)
    y = (rng.uniform(size=500) < two).astype(int)
    a, b = dump.classes(np.stack([1 - two, two], 1), y), dump.binary(two, y)
    peer += [(off(a[key], b[key]), key) for key in ("accuracy", "balanced_accuracy", "log_loss")]
    got = dump.classes([[.5, .5], [math.nan, 1], [.1, .9]], [0, 1, -1], flags=SKIP_NAN)
    counted += [(same(got["n"], 1), "n"), (same(got["n_nan"], 2), "n_nan"), (same(got["accuracy"], 1), "first of a tie")]
    for p, label in (([.5, .4], 0), ([1.2, -.2], 0), ([.5, .5], 2), ([math.nan, 1], 0), ([.5, .5], -1)):
        counted.append((same(dump.classes([p], [label])["status"], -1), (p, label)))
    tap.group("confusion matrices, missing rows and refusals", counted, 1e-12)
    tap.group("classes against scikit-learn", peer, 1e-12)
    tap.group("classes: the order of the rows changes no bit, with weights too", moved, 0)


# ---- regression ----

def poisson_exactly(y, p):
    """The mean deviance in 60 digits."""
    terms = [2 * (b - a + (a * (a / b).ln() if a else 0)) for a, b in zip(map(Decimal, y), map(Decimal, p))]
    return float(sum(terms) / len(terms))


def squared_logs_exactly(y, p):
    return float(sum(((1 + a) / (1 + b)).ln() ** 2 for a, b in zip(map(Decimal, y), map(Decimal, p))) / len(y))


def check_regression(dump, tap, rng):
    exact, peer, moved = [], [], []
    for n in (1, 2, 3, 30, 999, 5000):
        for kind in ("normal", "counts", "scales", "far", "perfect"):
            y = {"normal": rng.normal(size=n), "counts": rng.poisson(2, n) * 1.0, "far": 1e9 + rng.normal(size=n),
                 "scales": 10.0 ** rng.uniform(-30, 30, n), "perfect": rng.normal(size=n)}[kind]
            p = y if kind == "perfect" else np.abs(y * rng.uniform(.9, 1.1, n) + rng.normal(size=n) * 1e-3)
            got, error = dump.regression(p, y), p - y
            for key, terms in (("mae", np.abs(error)), ("mse", error * error), ("bias", error)):
                exact.append((same(got[key], float(sum(map(Fraction, terms), Fraction(0)) / n)), (n, kind, key)))
            exact += [(same(got["max_error"], np.abs(error).max()), (n, kind)),
                      (same(got["median_ae"], np.median(np.abs(error))), (n, kind))]
            if n < 1000 and (y >= 0).all() and (p > 0).all():
                want = poisson_exactly(y, p)
                exact.append((float(not abs(got["poisson_deviance"] - want) <= 1e-14 * want), (n, kind, "poisson")))
                want = squared_logs_exactly(y, p)
                exact.append((float(not abs(got["msle"] - want) <= 1e-14 * want), (n, kind, "msle")))
            for w in (None, rng.integers(1, 64, n) / 32):
                got = dump.regression(p, y, w)
                want = {"mae": sk.mean_absolute_error(y, p, sample_weight=w), "mse": sk.mean_squared_error(y, p, sample_weight=w),
                        "rmse": sk.mean_squared_error(y, p, sample_weight=w, squared=False),
                        "r2": undefined(sk.r2_score(y, p, sample_weight=w), len(set(y)) > 1),
                        "median_ae": sk.median_absolute_error(y, p, sample_weight=w), "max_error": sk.max_error(y, p),
                        "smape": np.average(2 * np.abs(p - y) / np.maximum(np.abs(p) + np.abs(y), 1e-300), weights=w),
                        "explained_variance": undefined(sk.explained_variance_score(y, p, sample_weight=w), len(set(y)) > 1),
                        "mape": sk.mean_absolute_percentage_error(y, p, sample_weight=w),
                        "pinball": sk.mean_pinball_loss(y, p, sample_weight=w, alpha=.5)}
                logs = (y >= 0).all() and (p >= 0).all()
                want["msle"] = sk.mean_squared_log_error(y, p, sample_weight=w) if logs else math.nan
                want["rmsle"] = math.sqrt(want["msle"]) if logs else math.nan
                if logs and kind != "counts":  # scikit-learn's logarithms lie so close that their difference has few digits
                    del want["msle"], want["rmsle"]
                if kind == "counts" and (p > 0).all():  # elsewhere scikit-learn's terms cancel
                    want["poisson_deviance"] = sk.mean_poisson_deviance(y, p, sample_weight=w)
                peer += [(off(got[key], value), (n, kind, key, w is None)) for key, value in want.items()]
                if (y < 0).any():
                    peer.append((same(got["poisson_deviance"], math.nan), "undefined"))
                order = rng.permutation(n)
                again = dump.regression(p[order], y[order], None if w is None else w[order])
                moved += [(same(again[key], got[key]), (n, kind, key)) for key in got]
    tap.group("means and medians of errors, rounded once", exact, 0)
    tap.group("regression against scikit-learn", peer, 1e-12)
    tap.group("regression: the order of the rows changes no bit, with whole weights too", moved, 0)


def check_sums(dump, tap, rng):
    """Sums over the whole range of doubles; the mean is that of fractions, whatever cancels."""
    errors = []
    for n in (1, 2, 3, 10, 1023, 1024, 1025, 5000):
        for span in (1, 60, 300, 1000):
            x = rng.choice([-1.0, 1.0], n) * 2.0 ** rng.uniform(-min(span, 1070), min(span, 1000), n)
            x = np.concatenate([x, -x[: n // 2], [5e-324, -5e-324, 0.0]])
            got = dump.regression(x, np.zeros(len(x)))
            errors.append((same(got["bias"], float(sum(map(Fraction, x), Fraction(0)) / len(x))), (n, span)))
    errors.append((same(dump.regression([1.7e308] * 4096, [0.0] * 4096)["bias"], 1.7e308), "beyond the largest"))
    errors.append((same(dump.regression([1.7e308], [-1.7e308])["mae"], math.inf), "an error that is no double"))
    errors.append((same(dump.regression([1e200, 0], [0, 1.0])["mse"], math.inf), "a square that is no double"))
    tap.group("sums of any size are exact", errors, 0)


def check_sort(dump, tap, rng):
    errors = []
    for n in (0, 1, 2, 50, 5000, 100000):
        for kind, x in (("normal", rng.normal(size=n)), ("ties", rng.integers(-3, 4, n) * 1.0),
                        ("ends", rng.choice([-math.inf, -1e-300, -0.0, 0.0, 5e-324, 1e308, math.inf], n))):
            pairs = np.stack([x, np.arange(n)], 1)
            want = pairs[np.argsort(x, kind="stable")]
            errors.append((0 if np.array_equal(dump.sort(pairs), want) else math.inf, (kind, n)))
    tap.group("sorting with weights keeps the order of equals", errors, 0)


def main():
    dump, tap, rng = Dump(sys.argv[1]), Tap(), np.random.default_rng(20240607)
    print(f"# scikit-learn {sklearn.__version__}, NumPy {np.__version__}")
    check_binary(dump, tap, rng)
    check_weights(dump, tap, rng)
    check_scales(dump, tap, rng)
    check_missing(dump, tap, rng)
    check_classes(dump, tap, rng)
    check_regression(dump, tap, rng)
    check_sums(dump, tap, rng)
    check_sort(dump, tap, rng)
    print(f"1..{tap.n}")
    return 1 if tap.failed else 0


if __name__ == "__main__":
    sys.exit(main())
