"""Remotes: a dataset that travels between stores, over a folder that both see.

    s.data.push("tx", "/mnt/share")
    other.data.pull("tx", "/mnt/share", depth=1, paths=["*.csv"])
    mlops.Share.directory("/mnt/share").refs()
"""
import contextlib
import os

from . import _ffi
from . import _runtime as _rt


def _list(names):
    """One text of names and globs as the library parses it; those that it would part are quoted."""
    if names is None or isinstance(names, str):
        return names
    return ",".join('"' + str(n).replace('"', '""') + '"' if any(c in str(n) for c in ',"') else str(n) for n in names)


def _opts(opts, *lists):
    return {k: _list(v) if k in lists else v for k, v in opts.items() if v is not None}


@contextlib.contextmanager
def _remote_of(where):
    """A Remote, that of a Share, or that of the folder at a path for as long as it is used."""
    if isinstance(where, _ffi.Share):
        yield where.remote
    elif isinstance(where, (str, bytes, os.PathLike)):
        with _ffi.Share.directory(where) as share:
            yield share.remote
    else:
        yield where


@_rt.noun("share")
class Share(_ffi.Share):
    __doc__ = _ffi.Share.__doc__

    def refs(self):
        """Branches and tags of all datasets, as a Table."""
        return _ffi.remote_refs(self.remote)

    def gc(self, **opts):
        """Delete what no branch or tag leads to any more. opts are those of remote_gc(), such as dry=True."""
        return _ffi.remote_gc(self.remote, **opts)


class Travels:
    """What the datasets of a store have for remotes: a folder's path, a Share, or a Remote of the program's own."""

    def push(self, dataset, remote, *, branches=None, tags=None, expected=None, **opts):
        """Send what the remote lacks, and move its branches and tags; returns what travelled.

        branches, tags: names or globs, one text or a list; default all but what was pulled with a prefix. expected: the
        commit that the branch has at the remote, which need not lead to ours. Raises ConflictError where a branch would
        not move forward.
        """
        opts.update(branches=branches, tags=tags, expected=getattr(expected, "id", expected))
        with _remote_of(remote) as r:
            return _ffi.dataset_push(self.store, r, dataset, **_opts(opts, "branches", "tags"))

    def pull(self, dataset, remote, *, branches=None, tags=None, prefix=None, paths=None, depth=None, force=False, **opts):
        """Bring what the store lacks, and move its branches and tags; returns what travelled.

        prefix: in front of their names here, such as "origin/". paths: globs of the entries that are wanted. depth: so
        many commits of each line. force: branches here go to where the remote's are, whatever they had. Raises
        ConflictError where both sides have gone on.
        """
        opts.update(branches=branches, tags=tags, prefix=prefix, paths=paths, depth=depth, force=force)
        if isinstance(remote, (str, bytes, os.PathLike)) and not os.path.isdir(remote):  # opening it would make it
            raise _ffi.NotFoundError(f"there is no remote: {os.fsdecode(remote)!r} is no folder")
        with _remote_of(remote) as r:
            return _ffi.dataset_pull(self.store, r, dataset, **_opts(opts, "branches", "tags", "paths"))
