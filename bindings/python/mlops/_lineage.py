"""What was made of what.

    s.lineage.upstream("models:/fraud@champion")
    s.lineage.downstream(s.data["tx", "may"], history=False)
    s.lineage.link("s3://raw/2026/05.parquet", s.data["tx"])
"""
from . import _ffi
from ._changes import changed


def uri_of(thing):
    """The text that names a thing: what has a uri, or is one."""
    return getattr(thing, "uri", thing)


class Lineage:
    """Links between commits, runs, versions of models, and what the store does not know. A thing is a Commit, a Run, a
    Version, or a text: "datasets:/NAME@REF", "runs:/ID", "models:/NAME/VERSION", "s3://BUCKET/KEY"."""

    def __init__(self, store):
        self.store = store

    def upstream(self, thing, depth=0, history=True, **opts):
        """What it was made of, what that was made of, and so on, as a Table; depth is how far, 0 all the way.
        history=False does not follow a dataset's own earlier and later commits. opts: n_max."""
        return _ffi.lineage_upstream(self.store, uri_of(thing), depth=depth, no_history=not history, **opts)

    def downstream(self, thing, depth=0, history=True, **opts):
        """What was made of it, what was made of that, and so on, as a Table; as upstream()."""
        return _ffi.lineage_downstream(self.store, uri_of(thing), depth=depth, no_history=not history, **opts)

    def link(self, source, made, **opts):
        """Say that something was made of a source. opts: relation, a word for how; keep=True: commits that the link names
        are no garbage."""
        changed(self.store, lambda change: _ffi.lineage_link(change, uri_of(source), uri_of(made), **opts))

    def unlink(self, source, made, relation=None):
        """Take a link back."""
        changed(self.store, lambda change: _ffi.lineage_unlink(change, uri_of(source), uri_of(made), relation))


class Linked:
    """What the store of a commit or a version tells of its lineage."""

    @property
    def uri(self):
        """What lineage calls it: "datasets:/NAME/COMMIT", "models:/NAME/VERSION"."""
        return self._uri.format(self)

    def upstream(self, **opts):
        """What it was made of, as a Table; opts are those of Lineage.upstream()."""
        return Lineage(self.store).upstream(self, **opts)

    def downstream(self, **opts):
        """What was made of it, as a Table; opts are those of Lineage.upstream()."""
        return Lineage(self.store).downstream(self, **opts)
