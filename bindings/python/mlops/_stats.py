"""Two samples and two histograms, compared."""
from . import _ffi
from . import _runtime as _rt
from ._ffi import InvalidError, StatsMeasure


def _bits(measures):
    """Of names, members, or "all"; a number is taken as it is."""
    if measures is None or isinstance(measures, int):
        return measures
    if measures == "all":
        measures = list(StatsMeasure)
    if isinstance(measures, str):
        measures = [measures]
    bits = 0
    for measure in measures:
        bits |= _rt.choice(StatsMeasure, measure)
    return bits


def stats_compare(x, y, *, measures=None, **opts):
    return _ffi.stats_compare(x, y, measures=_bits(measures), **opts)


def stats_compare_columns(x, x_column, y, y_column, *, measures=None, **opts):
    return _ffi.stats_compare_columns(x, x_column, y, y_column, measures=_bits(measures), **opts)


def stats_compare_counts(x, y):
    try:
        return _ffi.stats_compare_counts(x, y)
    except InvalidError:  # the verb says no more than that
        for name, counts in ("x", x), ("y", y):
            total = sum(map(int, counts))
            for i, count in enumerate(counts):
                if count < 0:
                    raise InvalidError(f"{name}[{i}] is {count}, below 0") from None
            if not 0 < total <= 2 ** 53:
                raise InvalidError(f"{name} sums up to {total}; 1 to 2^53 can be compared") from None
        raise


NAMES = ", ".join(repr(measure.name.lower()) for measure in StatsMeasure)
for _verb in stats_compare, stats_compare_columns, stats_compare_counts:
    _verb.__doc__ = getattr(_ffi, _verb.__name__).__doc__.replace(
        "bits of mlops_stats_measure; default 0", f"a list of {NAMES}, or 'all'; default none")
