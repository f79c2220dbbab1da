"""Detectors as programs use them."""
from . import _ffi
from . import _runtime as _rt
from ._ffi import DetectorSignal


def _told(name, doc):
    return property(lambda self: getattr(self.summarize(), name), doc=doc)


@_rt.noun("detector")
class Detector(_ffi.Detector):
    __doc__ = _ffi.Detector.__doc__

    def __init__(self, kind="adwin", **opts):
        """kind: name of a kind, such as "adwin" or "ddm"; opts are its parameters, such as delta=0.002; those that are
        not given are the kind's own."""
        super().__init__(kind=kind, **opts)

    def signals(self, values):
        """Take values; what each made of it: 0 nothing, 1 a warning, 2 a change."""
        return super().add(values)

    def add(self, values):
        """Take values; the places of those at which a change was signalled, counted from the first value ever."""
        begun = self.n
        return [begun + i for i, signal in enumerate(self.signals(values)) if signal == DetectorSignal.CHANGE]

    def update(self, value):
        """Take one value; the signal: NONE, which is false, WARNING or CHANGE."""
        return DetectorSignal(int(super().add([value])[0]))

    n = _told("n", "All values, skipped ones among them.")
    n_changes = _told("n_changes", "Changes that were signalled.")
    signal = _told("signal", "At the newest value.")
    last_change = _told("last_change", "Place of the newest change; -1 if there is none.")
    last_warning = _told("last_warning", "Place where the newest row of warnings began; -1 if there is none.")

    def __repr__(self):
        if self.closed:
            return "<closed mlops.Detector>"
        return f"<mlops.Detector {self.n} values, {self.n_changes} changes>"
