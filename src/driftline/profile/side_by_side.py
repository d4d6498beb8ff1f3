"""Columns of short tables measured together: numbers, times and booleans in one pass, texts in another.

Enters: a short ``Sheet``. Leaves: ``Column`` by place, of those columns that fit: doubles must hold their values, and
none may be infinite. The others are left to ``build``, which measures them one by one, to the same result.
"""

import itertools
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from driftline.profile import buffers, canonical, inputs, levels, numbers, texts
from driftline.profile.column import Column, Type
from driftline.profile.levels import EXACT, Levels
from driftline.profile.numbers import Counted
from driftline.profile.sheet import Sheet
from driftline.profile.words import Words


def measured(sheet: Sheet, wanted: Sequence[int], seed: int) -> dict[int, Column]:
    """Return those of the ``wanted`` columns that can be measured together."""
    filled = [place for place in wanted if sheet.lengths[place]]
    return _numbers(sheet, filled, seed) | _texts(sheet, filled, seed)


def _numbers(sheet: Sheet, wanted: Sequence[int], seed: int) -> dict[int, Column]:
    places, values, ends = sheet.numbers
    plain = dict(zip(places, itertools.pairwise(ends), strict=True))
    found: list[tuple[int, Type, NDArray[np.float64]]] = []
    for place in wanted:
        if place in plain:
            found.append((place, "number", values[slice(*plain[place])]))
        else:
            found += [(place, kind, line) for kind, line in _line(sheet.pieces[place])]
    out, kept = {}, []
    for place, kind, line in found:
        piece, rows = sheet.pieces[place], len(line)
        count = int(np.count_nonzero(line == line))
        nulls = rows - count if isinstance(piece, np.ndarray) else piece.null_count
        counted = Counted(kind, rows, rows - count, rows - count - nulls)
        if count:
            kept.append((place, counted, line, count))
        else:
            out[place] = Column(*counted)
    if kept:
        there, told, lines, present = zip(*kept, strict=True)
        columns = numbers.measured(told, _levels(lines, present), seed)
        out |= dict(zip(there, columns, strict=True))
    return out


def _levels(lines: Sequence[NDArray[np.float64]], present: Sequence[int]) -> Levels:
    ordered = np.concatenate(lines)
    bounds = np.cumsum([0, *map(len, lines)])
    for start, end in itertools.pairwise(bounds.tolist()):
        ordered[start:end].sort()
    return levels.of_lines(ordered, bounds, np.array(present))


def _line(values: Any) -> Iterator[tuple[Type, NDArray[np.float64]]]:
    """Yield the type and the doubles of times and booleans, NaN where none is; nothing where doubles will not do."""
    if isinstance(values, np.ndarray):
        if values.dtype.kind == "b":
            yield "boolean", values.astype(np.float64)
        return
    family = buffers.family(values.type)
    if family == "boolean":
        line = buffers.numbers(values).astype(np.float64)
    elif family == "time":
        line = _microseconds(values)
    else:
        return
    there = buffers.present(values)
    if there is not None:
        line[~there] = np.nan
    with np.errstate(invalid="ignore"):
        if not (np.abs(line) >= EXACT).any():
            yield "time" if family == "time" else "boolean", line


def _microseconds(values: pa.Array) -> NDArray[np.float64]:
    ticks, per_second = canonical.ticks_of(values)
    if per_second > 1_000_000:
        return buffers.numbers(inputs.microseconds(values)).astype(np.float64)
    line: NDArray[np.float64] = ticks.astype(np.float64)
    line *= 1_000_000 // per_second if per_second else canonical.DAY * 1_000_000
    return line


def _texts(sheet: Sheet, wanted: Sequence[int], seed: int) -> dict[int, Column]:
    places, found, _ = sheet.texts
    asked = set(wanted)
    here = [at for at, place in enumerate(places) if place in asked]
    if not here:
        return {}
    counts = [found.counts[start:end] for start, end in found.spans]
    if len(here) < len(places):
        found = Words([found.columns[at] for at in here], [counts[at] for at in here])
    counted = [
        Counted("text", rows, rows - int(np.add.reduce(counts[at])))
        for at, rows in zip(here, (sheet.lengths[places[at]] for at in here), strict=True)
    ]
    return dict(zip([places[at] for at in here], texts.measured(counted, found, seed), strict=True))
