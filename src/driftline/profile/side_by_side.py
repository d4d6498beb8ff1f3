"""Columns of a short table measured together: numbers, times and booleans in one pass, texts in another.

Enters: a short ``Sheet``. Leaves: ``Column`` by place, of those columns that fit: doubles must hold their values, and
none may be infinite. The others are left to ``build``, which measures them one by one, to the same result.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from driftline.profile import buffers, canonical, inputs, levels, numbers, texts
from driftline.profile.column import Column, Type
from driftline.profile.levels import EXACT
from driftline.profile.numbers import Counted
from driftline.profile.sheet import Sheet
from driftline.profile.words import Words


def measured(sheet: Sheet, wanted: Sequence[int], seed: int) -> dict[int, Column]:
    """Return those of the ``wanted`` columns that can be measured together."""
    if not sheet.rows:
        return {}
    return _numbers(sheet, wanted, seed) | _texts(sheet, wanted, seed)


def _numbers(sheet: Sheet, wanted: Sequence[int], seed: int) -> dict[int, Column]:
    plain = dict(zip(sheet.numbers.places, sheet.numbers.values, strict=True))
    found: list[tuple[int, Type, NDArray[np.float64]]] = []
    for place in wanted:
        if place in plain:
            found.append((place, "number", plain[place]))
        else:
            found += [(place, kind, line) for kind, line in _line(sheet.pieces[place])]
    if not found:
        return {}
    lines = np.array([line for *_, line in found])
    lines.sort(axis=1)
    present = np.count_nonzero(lines == lines, axis=1)
    counted = []
    for (place, kind, _), there in zip(found, present.tolist(), strict=True):
        piece, missing = sheet.pieces[place], sheet.rows - there
        nulls = missing if isinstance(piece, np.ndarray) else piece.null_count
        counted.append(Counted(kind, sheet.rows, missing, missing - nulls))
    full = np.flatnonzero(present)
    out = {place: Column(*one) for (place, *_), one in zip(found, counted, strict=True)}
    if len(full):
        columns = numbers.measured([counted[at] for at in full], levels.of_lines(lines[full], present[full]), seed)
        out |= {found[at][0]: column for at, column in zip(full, columns, strict=True)}
    return out


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
    here = [at for at, place in enumerate(places) if place in wanted]
    if not here:
        return {}
    counts = [found.counts[start:end] for start, end in found.spans]
    if len(here) < len(places):
        found = Words([found.columns[at] for at in here], [counts[at] for at in here])
    nulls = [sheet.rows - int(np.add.reduce(counts[at])) for at in here]
    counted = [Counted("text", sheet.rows, missing) for missing in nulls]
    return dict(zip([places[at] for at in here], texts.measured(counted, found, seed), strict=True))
