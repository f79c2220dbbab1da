"""Parts of tables: what a commit's rows were divided into.

    with mlops.Change(s) as change, mlops.Draft(change, "tx") as draft:
        draft.add_csv("tx.csv", "tx.csv", row_id="id")
        draft.divide("tx.csv", by="groups", column="user")
        draft.commit()
        change.commit()
    for train, test in s.data["tx"].folds(): ...
"""
from . import _ffi
from . import _runtime as _rt


class Parts:
    """What a Commit has for tables that are divided."""

    def part(self, name, path=None):
        """The rows of a part: "train", "validation", "test", or what its parts are called; "fold0", "train0"."""
        return _ffi.dataset_part(self.store, self.dataset, self.id, path, name)

    def parts(self, path=None):
        """The names of its parts with their shares and numbers of rows, as a Table."""
        return _ffi.dataset_parts(self.store, self.dataset, self.id, path)

    def leaked(self, part="test", source="train", commit=None, columns=None, path=None):
        """Rows of a part that stand in another one too, of this commit or of another, as Table.overlap() has them: found by
        hash, confirmed by comparison, of all columns or of some."""
        rows, others = self.part(part, path), (commit or self).part(source, path)
        return _rt.classes["table"].overlap(rows, others, **({} if columns is None else {"columns": columns}))

    def folds(self, path=None):
        """Pairs of tables, rows to train and rows of the fold, for each of its folds."""
        names = [str(name) for name in self.parts(path)["part"] if str(name).startswith("fold")]
        for i in range(len(names)):
            yield self.part(f"train{i}", path), self.part(f"fold{i}", path)
