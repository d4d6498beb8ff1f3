"""Rows of a table, its columns side by side: numbers end to end as doubles, texts by their different values.

Enters: any table that ``inputs`` reads, or flat columns; several tables, whose columns then lie side by side as those
of one do. Leaves: ``Sheet``. What two measures need of the same rows is worked out once, when the first of them asks.
Only of a short sheet are columns laid side by side: what is longer is looked at one column at a time, as fresh memory
would cost more than is won. Never changes what it reads.
"""

import itertools
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
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
    """Columns of numbers as doubles, end to end: exact, below 2**53, none of them -0.0; NaN where none is."""

    places: list[int]  # of the columns in the sheet
    values: NDArray[np.float64]
    bounds: list[int]  # column k has ``values[bounds[k]:bounds[k + 1]]``


class Texts(NamedTuple):
    """Columns of texts by their different values."""

    places: list[int]  # of the columns in the sheet
    words: Words
    cells: list[
        tuple[NDArray[Any], Mask | None]
    ]  # per column: which of its words each row has, and which rows have one


class Part(NamedTuple):
    """One of the tables of a sheet."""

    rows: int
    start: int  # place of its first column
    end: int  # behind its last one


def cells(rows: int, columns: int) -> int:
    """Return what a table counts for, in cells."""
    return rows * max(columns, FEWEST)


class Sheet:
    """Rows of a table, or of several."""

    def __init__(self, tables: Sequence[tuple[int, Sequence[Input]]]) -> None:
        self.columns = [column for _, columns in tables for column in columns]
        self.lengths = [rows for rows, columns in tables for _ in columns]  # per column
        ends = list(itertools.accumulate((len(columns) for _, columns in tables), initial=0))
        self.tables = [
            Part(rows, start, end) for (rows, _), (start, end) in zip(tables, itertools.pairwise(ends), strict=True)
        ]
        self.rows = sum(table.rows for table in self.tables)
        self.cells = sum(cells(rows, len(columns)) for rows, columns in tables)
        self.short = self.cells <= SHORT

    @cached_property
    def pieces(self) -> list[Any]:
        """The columns, each as one numpy array or one flat Arrow array."""
        return [inputs.piece(one.values, 0, rows) for one, rows in zip(self.columns, self.lengths, strict=True)]

    @cached_property
    def _families(self) -> list[str]:
        """The family of each piece; of numpy arrays "number" and "boolean"."""
        return [
            ("number" if piece.dtype.kind in "fiu" else "boolean")
            if isinstance(piece, np.ndarray)
            else buffers.family(piece.type)
            for piece in self.pieces
        ]

    def part(self, start: int, end: int) -> "Sheet":
        """Return the rows from ``start`` to ``end`` of the only table."""
        if start == 0 and end == self.rows:
            return self
        cut = [column._replace(values=inputs.piece(column.values, start, end)) for column in self.columns]
        return Sheet([(end - start, cut)])

    @cached_property
    def numbers(self) -> Lines:
        """Columns of numbers that doubles hold exactly; those of a long sheet are not laid side by side."""
        plain = [place for place, family in enumerate(self._families) if family == "number"] if self.short else []
        found = _lines(plain, self)
        with np.errstate(invalid="ignore"):
            beyond = np.abs(found.values) >= EXACT
        if beyond.any():
            spans = zip(plain, itertools.pairwise(found.bounds), strict=True)
            found = _lines([place for place, (start, end) in spans if not beyond[start:end].any()], self)
        found.values[:] += 0.0  # no negative zero
        return found

    @cached_property
    def texts(self) -> Texts:
        """Columns of texts that hold any; those of a long sheet are not laid side by side."""
        places = [
            place
            for place, family in enumerate(self._families)
            if family == "text" and self.short and not self.columns[place].mixed and _is_text(self.pieces[place])
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
    return table if isinstance(table, Sheet) else Sheet([inputs.columns(table)])


def together(sheets: Sequence[Sheet]) -> Sheet:
    """Return all tables of ``sheets`` as one sheet."""
    if len(sheets) == 1:
        return sheets[0]
    return Sheet(
        [(part.rows, sheet.columns[part.start : part.end]) for sheet in sheets for part in sheet.tables]
    )  # fmt: skip


def groups(sheets: Sequence[Sheet]) -> Iterator[list[int]]:
    """Yield the places of those of ``sheets`` that are a short sheet ``together``, or else of one."""
    group: list[int] = []
    held = 0
    for place, sheet in enumerate(sheets):
        if group and held + sheet.cells > SHORT:
            yield group
            group, held = [], 0
        group.append(place)
        held += sheet.cells
    if group:
        yield group


def _lines(places: list[int], sheet: Sheet) -> Lines:
    bounds = list(itertools.accumulate((sheet.lengths[place] for place in places), initial=0))
    values = np.empty(bounds[-1])
    for place, (start, end) in zip(places, itertools.pairwise(bounds), strict=True):
        _fill(values[start:end], sheet.pieces[place])
    return Lines(places, values, bounds)


def _is_text(values: pa.Array) -> bool:
    """Whether texts hold any, and are few enough to be looked at beside others."""
    if values.null_count == len(values):
        return False
    data = values.buffers()[2]
    return data is None or data.size < _SHORT


def _fill(line: NDArray[np.float64], values: Any) -> None:
    if isinstance(values, np.ndarray):
        line[:] = values
        return
    line[:] = buffers.numbers(values)
    there = buffers.present(values)
    if there is not None:
        line[~there] = np.nan
