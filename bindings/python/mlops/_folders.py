"""Folders as versions of a dataset, on all processors.

    first = s.data.add_folder("images", "cats")
    print(first.status("images").to_dicts())
    first.checkout("copy", include="*.png")
"""
import contextlib

from . import _ffi
from ._changes import changed
from ._streams import Draft


@contextlib.contextmanager
def on_all_processors(call):
    """What a call may use: a pool for as long as it takes, unless the caller has said which."""
    if call and call.get("executor") is not None:
        yield call
        return
    with _ffi.Pool(0) as pool:
        yield {**(call or {}), "executor": pool.executor}


class Folders:
    """What Datasets take of folders."""

    def add_folder(self, folder, dataset, *, prefix=None, message=None, author=None, branch=None, base=None,
                   metadata=None, call=None, **opts):
        """Commit what is in a folder, and return the Commit; that of the branch, if nothing has changed since.

        Afterwards the entries under the prefix (default: all) are the folder's files; tables stay tables, unless they
        can be read as such no more. Files that have not changed are not read. base: where a branch that is not there begins, default at "main"; "" for none. opts are those of
        Draft.add_folder(): include, exclude (globs: one text or a list), follow_links, skip_links, keep_missing.
        """
        about = {k: v for k, v in (("message", message), ("author", author), ("branch", branch), ("base", base),
                                   ("metadata", metadata)) if v is not None}

        def build(change):
            with Draft(change, dataset, **about) as draft:
                found = draft.add_folder(prefix, folder, call=call, **opts)
                changes = found.n_added or found.n_changed or found.n_removed
                return draft.commit() if changes or not self._has(dataset, branch) else None
        with on_all_processors(call) as call:
            commit = changed(self.store, build)
        return self[dataset, commit or branch]

    def _has(self, dataset, branch):
        try:
            _ffi.dataset_resolve(self.store, dataset, branch)
        except _ffi.NotFoundError:
            return False
        return True


class InFolders:
    """What a Commit has to do with folders."""

    def status(self, folder, prefix=None, *, call=None, **opts):
        """How a folder differs from it, as a Table: what Datasets.add_folder() would change. opts are the same."""
        with on_all_processors(call) as call:
            return _ffi.dataset_status(self.store, self.dataset, self.id, prefix, folder, call=call, **opts)

    def checkout(self, folder, *, call=None, **opts):
        """Write its entries below a folder. opts: include, exclude (globs: one text or a list); force=True replaces files that differ."""
        with on_all_processors(call) as call:
            try:
                _ffi.dataset_checkout(self.store, self.dataset, self.id, folder, call=call, **opts)
            except _ffi.Error as error:
                error.args = (str(error).replace("MLOPS_CHECKOUT_FORCE", "force=True"),)
                raise
