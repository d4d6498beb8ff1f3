"""Copies of what a served model is given and returns, taken down when it is called.

Enters: rows of features in any of the forms that models take, and what was predicted of them. Leaves: copies of the
first rows, cheap ones, which are read later, on the sender's thread. What the program does with its own arrays and
tables afterwards is not in them.
"""

from collections.abc import Mapping
from typing import Any

from driftline.capture.answering.predictions import BLOCK, FEATURES, listable
from driftline.capture.answering.values import taken

ROWS = 1_000  # answers recorded per call; the rest is counted as ``unrecorded rows``
_CELLS = 100_000  # of a sparse matrix that is put in order of its rows
_WORKS = ("compute", "to_spark", "execute")  # methods of tables that are yet to be worked out, as of Dask and Spark
_arrays: set[type] = set()  # numpy's, once one was seen: its name is slow to ask for


class Given:
    """A copy of what a model was given, of which nobody knows yet how many rows it answers."""

    __slots__ = ("_taken", "rows")

    def __init__(self, given: Any) -> None:
        self.rows = rows_of(given)
        self._taken = copied(given, self.rows)

    def of(self, rows: int) -> Any:
        """Return the copy, where it has so many rows; else None."""
        return self._taken if rows == self.rows else None


def rows_of(given: Any) -> int:
    """Return of how many rows an input is, which is one where it is a text, a mapping, or the messages of a chat."""
    if isinstance(given, list | tuple):
        messages = any(isinstance(one, Mapping) and "role" in one for one in given)
        return 1 if messages else len(given)
    shape = None if _to_be_worked_out(given) else getattr(given, "shape", None)
    return int(shape[0]) if shape and not isinstance(given, str | Mapping) else 1


def _to_be_worked_out(held: Any) -> bool:
    """Whether asking for the number of rows may take as long as all that the program does with them."""
    return any(hasattr(type(held), name) for name in _WORKS)


def last(result: Any) -> Any:
    """Return what is recorded of an array: of each row the last value, of that the beginning; all of anything else."""
    axes = len(result.shape) if _is_array(type(result)) or hasattr(result, "detach") else 0
    return result[:, -1:, *[slice(FEATURES)] * (axes - 2)] if axes > 1 else result


def _is_array(kind: type) -> bool:
    if kind in _arrays:
        return True
    found = kind.__module__ == "numpy" and kind.__name__ == "ndarray"
    if found:
        _arrays.add(kind)
    return found


def result_of(result: Any) -> Any:
    """Return a copy of what is recorded of a result, so that what the user does with it later does not count."""
    kind = type(result)
    if kind is list:
        return result[:ROWS]
    if _is_array(kind) and len(result.shape):
        return _block(last(result[:ROWS]))
    if isinstance(result, tuple | list):
        return list(result[:ROWS])
    if hasattr(result, "to_pylist") or (getattr(result, "shape", None) and listable(result)):
        return _copy(last((result.iloc if hasattr(result, "iloc") else result)[:ROWS]))
    return result


def copied(given: Any, rows: int) -> Any:
    """Return a copy of what is recorded of the input; None where it has no rows of features."""
    kind = type(given)
    if _is_array(kind):
        shape = given.shape
        if len(shape) != 2 or shape[0] != rows:
            return None
        return _block(given if rows <= ROWS and shape[1] <= FEATURES else given[:ROWS, :FEATURES])
    if isinstance(given, Mapping):
        return taken(given) if rows == 1 else None
    if _to_be_worked_out(given):
        return None
    if hasattr(given, "iloc") and hasattr(given, "columns"):
        small = len(given) <= ROWS and len(given.columns) <= FEATURES
        return None if len(given) != rows else given.copy() if small else given.iloc[:ROWS, :FEATURES].copy()
    if hasattr(given, "tocsr"):  # a sparse matrix, as texts become; it has no length
        ready = getattr(given, "format", "") == "csr" or given.nnz <= _CELLS
        return given.tocsr()[:ROWS].copy() if ready and given.ndim == 2 and given.shape[0] == rows else None
    if len(getattr(given, "shape", "")) == 2 and listable(given):  # a frame of Polars, a table of Arrow, a tensor
        if given.shape[0] != rows:
            return None
        few = given.select(given.column_names[:FEATURES]) if hasattr(given, "column_names") else None
        return _copy(given[:ROWS, :FEATURES]) if few is None else few[:ROWS]
    if isinstance(given, list | tuple) and rows == len(given):
        return [tuple(row[:FEATURES]) if isinstance(row, list | tuple) else () for row in given[:ROWS]]
    return None


def _copy(part: Any) -> Any:
    """Return a copy of a part of a table or an array; what has no way to be copied cannot change."""
    part = part.detach() if hasattr(part, "detach") else part  # a tensor, without what it was made of
    for name in ("copy", "clone"):
        if callable(made := getattr(part, name, None)):
            return made()
    return part


def _block(array: Any) -> Any:
    """Return a copy of an array of numpy's: numbers as they lie in memory, which takes a third of the time."""
    kind = array.dtype
    return (BLOCK, array.tobytes(), kind, array.shape) if kind.kind in "fiub" else array.copy()
