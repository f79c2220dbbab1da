"""Taking data out of every version that there ever was.

    s.data.erase("letters", paths="erika.txt", reason="request 4711", by="dpo")
    s.data.erase(where=("customer", 4711), reason="request 4712", by="dpo", dry_run=True)
    s.data.erase()  # goes on with what was cut short, or came with a pull
    s.data.certificate(1)["entries"]
"""
import decimal
import json
import numbers

from . import _ffi
from ._remote import _list


class Erases:
    """What the datasets of a store have for erasing."""

    def erase(self, dataset=None, *, paths=None, where=None, **opts):
        """Erase entries, or the rows of tables that have a value; returns what was found and done.

        dataset: whose commits are looked through; default all. paths: globs of entries, one text or a list. where: a
        column and a value, or a condition such as "age < 18 and consent == 'no'", whose rows go; default: entries go
        whole. reason, by: why, and on whose word; dry_run=True counts alone. Without paths and where it goes on with
        what was begun. n_unread of what is returned counts files that were not, or not all, searched for rows. Raises BusyError while others collect garbage: call it again.
        """
        if isinstance(where, str):
            opts.update(where=where)
        elif where is not None:
            column, value = where
            opts.update(column=column, value=_spelled(value))
        if paths is not None:
            opts.update(paths=_list(paths))
        return _ffi.dataset_erase(self.store, dataset, **opts)

    def erasures(self):
        """All erasures, the oldest first, as a Table."""
        return _ffi.erase_list(self.store)

    def certificate(self, number):
        """What was erased, when, by whom and why, and what could not be reached; without the data."""
        return json.loads(_ffi.erase_certificate(self.store, number))


def _spelled(value):
    """A value as tables spell it; one of NumPy is taken for what it holds."""
    if getattr(value, "shape", None) == () and hasattr(value, "item"):
        value = value.item()
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, numbers.Integral):
        return str(int(value))
    if isinstance(value, float):
        value = float(value)
    elif not isinstance(value, decimal.Decimal):
        raise TypeError(f"where: a value is a text, a bool or a number, not {type(value).__name__}")
    if value != value:
        raise ValueError("where: NaN is equal to no value")
    return repr(value) if isinstance(value, float) else str(value)
