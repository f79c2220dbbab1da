"""Changes of a store, as the classes of its nouns make them."""
from . import _ffi
from ._ffi import ConflictError


class changing:
    """A change that is committed at the end of its block, unless an error ends it."""

    def __init__(self, store, **opts):
        self.change = _ffi.Change(store, **opts)

    def __enter__(self):
        return self.change

    def __exit__(self, kind, value, trace):
        try:
            if kind is None:
                self.change.commit()
        finally:
            self.change.close()


TRIES = 10


def changed(store, build, moved=None, **opts):
    """Commits what build(change) makes of a change, which is built again if somebody else was faster: where build meets
    conflicts of its own, moved() tells."""
    for tries in range(TRIES, 0, -1):
        try:
            with changing(store, **opts) as change:
                return build(change)
        except ConflictError:
            if tries == 1 or (moved and not moved()):
                raise
