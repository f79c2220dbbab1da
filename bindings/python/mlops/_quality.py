"""Expectations as programs use them: of DataFrames and whatever else table() takes.

Thin over the generated class: rows become a Table. DatasetExpectations are those that a store keeps.
"""
from . import _ffi
from . import _runtime as _rt
from ._changes import changed
from ._tables import table
from ._values import time_ns


def _opts(reference=None, as_of=None, **opts):
    """Options of the verbs that hold rows against expectations: as_of may be a datetime, reference rows."""
    if reference is not None and not isinstance(reference, _ffi.Reference):
        reference = _ffi.Reference(table(reference), exact=True)
    if as_of is not None:
        opts["as_of_ns"] = time_ns(as_of, "as_of")
    return {"reference": reference, **opts}


@_rt.noun("expectations")
class Expectations(_ffi.Expectations):
    __doc__ = _ffi.Expectations.__doc__

    @classmethod
    def infer(cls, rows, **opts):
        return super().infer(table(rows), **opts)

    infer.__func__.__doc__ = _ffi.Expectations.infer.__doc__

    def bind(self, name, rows):
        return super().bind(name, table(rows))

    bind.__doc__ = _ffi.Expectations.bind.__doc__

    def validate(self, rows, **opts):
        """Hold rows against each expectation; the report is a Table, with a row for each.

        rows: a DataFrame, or anything else that mlops.table() takes
        reference: a Reference, or rows, every one of which drift() and drifted() compare with
        as_of: the time that age_of() counts back from: a datetime, or nanoseconds since 1970
        n_rows_max: failing rows that the report names for each; default 5
        """
        return super().validate(table(rows), **_opts(**opts))

    def rows(self, id, rows, **opts):
        """Numbers, from 0, of all rows that fail the expectation of this id. opts are those of validate()."""
        return super().rows(id, table(rows), **_opts(**opts))["row"]

    def __len__(self):
        return self.n

    def __str__(self):
        return self.text

    def __repr__(self):
        return "<closed mlops.Expectations>" if self.closed else f"<mlops.Expectations {self.n}>"


class DatasetExpectations:
    """What a store keeps for a table of a dataset, and what its commits are held against."""

    def __init__(self, store, dataset):
        self.store, self.dataset = store, dataset

    def set(self, path, expectations):
        """Keep expectations for the table at a path: a text or Expectations; None takes them away. From then on a commit in
        which the table breaks one of severity "error" is refused."""
        if isinstance(expectations, str):
            expectations = Expectations.parse(expectations)
        changed(self.store, lambda change: _ffi.dataset_expect(change, self.dataset, path, expectations))

    def __getitem__(self, path):
        """The Expectations of the table at a path."""
        return _ffi.dataset_expectations(self.store, self.dataset, path)

    def validate(self, path, ref=None, against=None):
        """The report, as Expectations.validate() gives it, of the table at a path in a commit; against is a ref whose
        profile drift() compares with, default the commit's first parent."""
        return _ffi.dataset_validate(self.store, self.dataset, ref, path, against)

    def list(self):
        """What commits were held against, as a Table."""
        return _ffi.dataset_validations(self.store, self.dataset)
