"""Rows of a table, its columns side by side: numbers as the lines of one matrix, texts by their different values.

Enters: any table that ``inputs`` reads, or flat columns. Leaves: ``Sheet``. What two measures need of the same rows is
worked out once, when the first of them asks. Only of a short sheet are columns laid side by side: what is longer is
looked at one column at a time, as fresh memory would cost more than is won. Never changes what it reads.
"""

from collections.abc import Sequence
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from driftline.profile import buffers, inputs
from driftline.profile.buffers import Mask
from driftline.profile.inputs import Input
from driftline.profile.levels import EXACT
from driftline.profile.words import Words

SHORT = 1 << 17  # cells of a short sheet
FEWEST = 8  # columns that are worth laying side by side, unless they are shorter than they would be then
_SHORT = 1 << 20  # bytes of a column of texts that is looked at beside others


class Lines(NamedTuple):
    """Columns of numbers as doubles, one a line: exact, below 2**53, none of them -0.0; NaN where none is."""

    places: list[int]  # of the columns in the sheet
    values: NDArray[np.float64]


class Texts(NamedTuple):
    """Columns of texts by their different values."""

    places: list[int]  # of the columns in the sheet
    words: Words
    cells: list[
        tuple[NDArray[Any], Mask | None]
    ]  # per column: which of its words each row has, and which rows have one


class Sheet:
    """Rows of a table."""

    def __init__(self, rows: int, columns: Sequence[Input]) -> None:
        self.rows = rows
        self.columns = columns
        self.short = rows * max(len(columns), FEWEST) <= SHORT

    @cached_property
    def pieces(self) -> list[Any]:
        """The columns, each as one numpy array or one flat Arrow array."""
        return [inputs.piece(column.values, 0, self.rows) for column in self.columns]

    def part(self, start: int, end: int) -> "Sheet":
        """Return the rows from ``start`` to ``end``."""
        if start == 0 and end == self.rows:
            return self
        cut = [column._replace(values=inputs.piece(column.values, start, end)) for column in self.columns]
        return Sheet(end - start, cut)

    @cached_property
    def numbers(self) -> Lines:
        """Columns of numbers that doubles hold exactly; those of a long sheet are not laid side by side."""
        if not self.short:
            return Lines([], np.empty((0, self.rows)))
        plain = [place for place, piece in enumerate(self.pieces) if _is_plain(piece)]
        values = np.empty((len(plain), self.rows))
        for line, place in zip(values, plain, strict=True):
            _fill(line, self.pieces[place])
        with np.errstate(invalid="ignore"):
            held = ~np.any(np.abs(values) >= EXACT, axis=1)
        if not held.all():
            plain, values = [place for place, one in zip(plain, held.tolist(), strict=True) if one], values[held]
        values += 0.0  # no negative zero
        return Lines(plain, values)

    @cached_property
    def texts(self) -> Texts:
        """Columns of texts that hold any; those of a long sheet are not laid side by side."""
        places = [
            place
            for place, column in enumerate(self.columns)
            if self.short and not column.mixed and _is_text(self.pieces[place])
        ]
        encoded = [self.pieces[place].dictionary_encode() for place in places]
        cells = [(buffers.numbers(one.indices), buffers.present(one.indices)) for one in encoded]
        found = [one.dictionary for one in encoded]
        counts = [
            np.bincount(at if there is None else at[there], minlength=len(levels))
            for (at, there), levels in zip(cells, found, strict=True)
        ]
        return Texts(places, Words(found, counts), cells)


def of(table: Any) -> Sheet:
    """Return all rows of ``table``, which may be a sheet.

    Raises:
        BadInput: not a table, or columns of different lengths.
    """
    return table if isinstance(table, Sheet) else Sheet(*inputs.columns(table))


def _is_plain(values: Any) -> bool:
    if isinstance(values, np.ndarray):
        return values.dtype.kind in "fiu"
    return buffers.family(values.type) == "number"


def _is_text(values: Any) -> bool:
    if isinstance(values, np.ndarray) or buffers.family(values.type) != "text":
        return False
    return bool(values.null_count < len(values) and values.nbytes < _SHORT)


def _fill(line: NDArray[np.float64], values: Any) -> None:
    if isinstance(values, np.ndarray):
        line[:] = values
        return
    line[:] = buffers.numbers(values)
    there = buffers.present(values)
    if there is not None:
        line[~there] = np.nan
