"""Sketches as programs use them: arrays and texts by one verb, frequent values as a list.

Thin over the generated classes; Kll needs nothing beyond them.
"""
from . import _ffi
from . import _runtime as _rt


def _texts(values):
    """The texts that are meant, one, many or none at all; None if they are numbers."""
    if isinstance(values, str):
        return [values]
    return list(values) if isinstance(next(iter(values), ""), str) else None


def _whole(values):
    kind = getattr(getattr(values, "dtype", None), "kind", None)
    if kind is not None:
        return kind in "iub"
    return all(isinstance(v, int) for v in values)


@_rt.noun("hll")
class Hll(_ffi.Hll):
    __doc__ = _ffi.Hll.__doc__

    def add(self, values):
        """Add values: a text, or an array, Series or list of texts or numbers. Whole numbers of an integer type are
        other values than floats: 1 is not 1.0."""
        texts = _texts(values)
        if texts is None:
            return self.add_i64(values) if _whole(values) else super().add(values)
        for text in texts:
            self.add_text(text)

    def estimate(self, errors=0.0):
        return super().estimate(errors)

    estimate.__doc__ = _ffi.Hll.estimate.__doc__


@_rt.noun("items")
class Items(_ffi.Items):
    __doc__ = _ffi.Items.__doc__

    def add(self, values):
        """Count values: whole numbers, or in a sketch with text_max a text or many of them."""
        texts = _texts(values)
        if texts is None:
            return super().add(values)
        for text in texts:
            self.add_text(text)

    def add_text(self, text, times=1):
        super().add_text(text, times)

    add_text.__doc__ = _ffi.Items.add_text.__doc__

    def frequent(self, kind="certain", threshold=0):
        """The frequent values as a list of ItemsRow, the most frequent first.

        kind: "certain", none in the list is wrong; "possible", none is missing in it
        threshold: how often frequent values are there more than; at the least summarize().error
        """
        return [self.at(i) for i in range(super().frequent(kind, threshold))]

    def find(self, value):
        return self.find_text(value) if isinstance(value, str) else super().find(value)

    find.__doc__ = _ffi.Items.find.__doc__

    @classmethod
    def load(cls, bytes, text_max=0):
        return super().load(bytes, text_max)

    load.__func__.__doc__ = _ffi.Items.load.__doc__
