"""Detector ``schema``: columns that vanished, came, changed their type or lost all their values.

Detects any difference from the last healthy batch; does not detect a column that keeps name and type and changes its
meaning. Value: 10 for a vanished or retyped column, 0.15 for a new one (which breaks no reader). Floor 0.1.
"""

from collections.abc import Iterator

from driftline.drift.batch import Batch, Measure
from driftline.drift.pool import Pool
from driftline.drift.reference import Reference, Span
from driftline.profile import Column

_BROKEN, _ADDED, _FLOOR = 10.0, 0.15, 0.1
_FEW = 20


def measure(batch: Batch, reference: Reference, pool: Pool | None) -> Iterator[Measure]:  # noqa: ARG001 - one signature
    """Yield one measure per column that differs."""
    for name, column in batch.profile.columns.items():
        span = reference.columns.get(name)
        if span is not None and _emptied(column, span):
            yield _measure(name, _BROKEN, f"Column {name} holds no value at all; it always held some.")
    if batch.fields is None or reference.fields is None or batch.fields == reference.fields:
        return
    before = {field.name: field.type for field in reference.fields}
    after = {field.name: field.type for field in batch.fields}
    for name, type_ in before.items():
        if name not in after:
            yield _measure(name, _BROKEN, f"Column {name} ({type_ or 'untyped'}) is gone.")
        elif type_ != after[name] and _real(name, batch):
            yield _measure(name, _BROKEN, f"Column {name} changed its type from {type_} to {after[name]}.")
    for name, type_ in after.items():
        if name not in before:
            yield _measure(name, _ADDED, f"Column {name} ({type_ or 'untyped'}) is new.")


def _emptied(column: Column, span: Span) -> bool:
    """Say whether a column that held values in every batch holds none in this one, of more than a few rows."""
    if column.nulls < column.rows or min(column.rows, len(span.nulls)) < _FEW:
        return False
    return all(share < 1.0 for _, share in span.nulls)


def _real(name: str, batch: Batch) -> bool:
    """Say whether the column holds values: an empty one often loses its type on the way without anybody's doing."""
    column = batch.profile.columns.get(name)
    return column is None or column.rows > column.nulls


def _measure(column: str, value: float, sentence: str) -> Measure:
    return Measure(
        detector="schema",
        column=column,
        kind="schema",
        value=value,
        floor=_FLOOR,
        statistic="columns",
        sentence=sentence,
    )
