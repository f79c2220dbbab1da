"""Anomaly scores as programs use them."""
from . import _ffi
from . import _runtime as _rt


@_rt.noun("anomaly")
class Anomaly(_ffi.Anomaly):
    __doc__ = _ffi.Anomaly.__doc__

    def __init__(self, kind="forest", **opts):
        """kind: name of a kind, such as "forest" or "mahalanobis"; opts are n_features and its parameters; those that
        are not given are the kind's own."""
        super().__init__(kind=kind, **opts)

    def alarms(self, rows, rate=0.01):
        """The places of the rows that score beyond threshold(rate)."""
        limit = self.threshold(rate)
        return [i for i, score in enumerate(self.score(rows)) if score > limit]

    is_frozen = property(lambda self: bool(self.summarize().is_frozen), doc="Whether it scores: until then it learns.")

    def __repr__(self):
        if self.closed:
            return "<closed mlops.Anomaly>"
        told = self.summarize()
        state = "frozen after" if told.is_frozen else "learning,"
        return f"<mlops.Anomaly {told.kind.name.lower()} {state} {told.n} rows>"
