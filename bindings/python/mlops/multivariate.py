"""Have rows changed as a whole, where each column by itself may look the same?

    found = mlops.multivariate.mmd(train_embeddings, live_embeddings)
    print(found.verdict, found.effect, found.p_value)
    if mlops.multivariate.classify(train, live).verdict == mlops.DriftVerdict.YES:
        print(mlops.multivariate.features(train, live)["feature"][:5])

reference and current are either two 2-D arrays of numbers, such as embeddings, or anything that mlops.table() takes,
whose columns are bound by name. columns, ignore and scale ("standard", "none") are those of Multivariate.tables().
"""
from . import _runtime as _rt
from ._ffi import DriftPreset, Imprint, MmdMethod, Multivariate, MultivariateScale
from ._tables import table

__all__ = ["chunks", "classify", "features", "imprint", "mmd", "pca", "residuals", "samples", "save", "windows"]


def _is_matrix(rows):
    np = _rt.numpy()
    return np is not None and isinstance(rows, np.ndarray) and rows.ndim == 2


def samples(reference, current, columns=None, ignore=None, scale=None):
    """The two samples, for more than one comparison: a Multivariate."""
    scale = None if scale is None else _rt.choice(MultivariateScale, scale)
    if _is_matrix(reference) and _is_matrix(current) and columns is None and ignore is None:
        single = reference.dtype == current.dtype == _rt.numpy().float32
        return (Multivariate.rows if single else Multivariate.rows_f64)(reference, current, scale=scale)
    return Multivariate.tables(table(reference), table(current), columns=columns, ignore=ignore, scale=scale)


def mmd(reference, current, *, columns=None, ignore=None, scale=None, method="auto", **opts):
    """Maximum mean discrepancy with a Gaussian kernel.

    method: "auto", "exact", "fourier" or "alibi"; opts are those of Multivariate.mmd(), such as tolerance=0.1.
    """
    with samples(reference, current, columns, ignore, scale) as both:
        return both.mmd(method=_rt.choice(MmdMethod, method), **opts)


def pca(reference, current, *, columns=None, ignore=None, scale=None, preset="native", **opts):
    """How far rows lie from the principal components of the reference.

    preset: "native" or "nannyml"; opts are those of Multivariate.pca(), such as variance=0.9.
    """
    with samples(reference, current, columns, ignore, scale) as both:
        return both.pca(preset=_rt.choice(DriftPreset, preset), **opts)


def chunks(reference, current, *, columns=None, ignore=None, scale=None, preset="native", **opts):
    """The errors behind pca() of consecutive rows, with thresholds: a Table."""
    with samples(reference, current, columns, ignore, scale) as both:
        return both.chunks(preset=_rt.choice(DriftPreset, preset), **opts)


def residuals(reference, current, *, columns=None, ignore=None, scale=None, preset="native", **opts):
    """By which columns the errors of pca() have grown: a Table of feature, reference, current and share."""
    with samples(reference, current, columns, ignore, scale) as both:
        return both.residuals(preset=_rt.choice(DriftPreset, preset), **opts)


def classify(reference, current, *, columns=None, ignore=None, scale=None, **opts):
    """The AUC of boosted trees that tell current rows from those of the reference: effect.

    opts are those of Multivariate.classify(), such as tolerance=0.6.
    """
    with samples(reference, current, columns, ignore, scale) as both:
        return both.classify(**opts)


def features(reference, current, *, columns=None, ignore=None, scale=None, **opts):
    """What classify() tells rows apart by: a Table of feature and gain, the largest first."""
    with samples(reference, current, columns, ignore, scale) as both:
        return both.features(**opts)


def save(reference, current, path, *, columns=None, ignore=None, scale=None, **opts):
    """Compare in all three ways and write a report: HTML, or JSON if path ends in ".json".

    opts are those of Multivariate.save(): skip_mmd, skip_pca or skip_classify leave one out, mmd={"tolerance": 0.1} says how.
    """
    with samples(reference, current, columns, ignore, scale) as both:
        both.save(path, **opts)


def imprint(reference, *, scale=None, **opts):
    """What rows of an array leave behind: an Imprint of some KiB, to hold later rows against without them.

    opts are those of Imprint.fit(), such as n_frequencies=256. Imprint.save() gives bytes, Imprint.load() takes them.
    """
    with samples(reference, reference[:0], scale=scale) as both:
        return Imprint.fit(both, **opts)


def windows(kept, rows, n_rows=None, **opts):
    """rows of an array against an Imprint: the result of all, or of each n_rows of them a row of a Table.

    opts are those of Imprint.mmd(), such as tolerance=0.1.
    """
    with samples(rows[:0], rows) as both:
        return kept.mmd(both, **opts) if n_rows is None else kept.windows(both, n_rows, **opts)
