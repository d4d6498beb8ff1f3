"""What a dataset looks like while it is well.

Enters: batches that were found healthy, oldest first. Leaves: a small record with, per column, the range and the levels
ever seen, recent null shares, and per detector the largest moves seen while well (``Tail``). The seasonal policy is
simple and stated: distributions are compared with the pool of the last eight weeks of healthy batches, renewed each
seventh; volumes and null shares with the usual value of the last eight weeks *and* of the same weekdays, whichever is
nearer. Columns whose alarm belongs to an incident are held out, so a fault does not become the new normal; a move that
concerns nobody does.
Source of the tail estimate: Weissman 1978, doi 10.1080/01621459.1978.10480104.
"""

import bisect
import math
import operator
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from statistics import median

import msgspec

from driftline.drift.batch import Batch, Measure
from driftline.event.lineage import Field

WINDOW = 56  # batches that the pool and the usual values reach back
REFRESH = 7  # batches between two renewals of the pool
YOUNG = (1, 3)  # while there are few batches, also after so many
TOP = 12  # largest moves kept per series
LEVELS = 512  # a column with more levels than this has no fixed vocabulary
_SHAPE_FLOOR = 0.25  # no tail is believed to be lighter than a fourth-power one


class Tail(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The largest values of a series seen while well; every value counts as at least the detector's floor."""

    count: int = 0
    top: tuple[float, ...] = ()  # descending

    def add(self, value: float) -> "Tail":
        """Return the tail with one more value."""
        if len(self.top) == TOP and value <= self.top[-1]:
            return Tail(self.count + 1, self.top)
        return Tail(self.count + 1, tuple(sorted((*self.top, value), reverse=True)[:TOP]))

    def size(self, value: float, floor: float) -> float:
        """Return ``value`` in units of the largest move seen while well."""
        return value / max(self.top[0] if self.top else 0.0, floor)

    def p_value(self, value: float, floor: float) -> float:
        """Return the chance of ``value`` or more in one healthy batch.

        Within what was seen: the rank among healthy batches, (1 + larger ones) / (1 + batches). Beyond: the tail of the
        largest values extrapolated as a power law (Weissman), never lighter than a fourth power.
        """
        if not self.top or value <= max(self.top[0], floor):
            return (1 + bisect.bisect_right(self.top, -value, key=operator.neg)) / (1 + self.count)
        tops = [max(seen, floor) for seen in self.top]
        base = tops[-1]
        shape = max(_SHAPE_FLOOR, sum(math.log(seen / base) for seen in tops) / len(tops))
        return float(min(1.0, len(tops) / (1 + self.count)) * (value / base) ** (-1.0 / shape))


class Span(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What one column has looked like: null shares by weekday, range, levels."""

    nulls: tuple[tuple[int, float], ...] = ()  # (weekday, share), oldest first
    low: float | None = None
    high: float | None = None
    seen: int = 0  # values that the range rests on
    levels: frozenset[str] | None = frozenset()  # None = too many to be a vocabulary


class Reference(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that a new batch of a dataset is compared with. Serialisable but for the pool."""

    batches: int = 0
    fields: tuple[Field, ...] | None = None
    rows: tuple[tuple[int, int], ...] = ()  # (weekday, rows), oldest first
    columns: dict[str, Span] = {}
    tails: dict[str, Tail] = {}  # by Measure.key
    ratios: dict[str, tuple[float, ...]] = {}  # rows out per row in, by input node
    members: tuple[str, ...] = ()  # versions in the pool window, oldest first

    @property
    def due(self) -> bool:
        """Whether the pool has to be renewed before the next comparison."""
        return self.batches in YOUNG or self.batches % REFRESH == 0


def usual(history: Sequence[tuple[int, float]], weekday: int, current: float) -> float:
    """Return the usual value nearest to ``current``: the median of all, or of the same weekday."""
    values = [value for _, value in history]
    if min(values) == max(values):  # as most columns have it
        return values[0]
    every = median(values)
    same = [value for day, value in history if day == weekday]
    candidates = [every, median(same)] if len(same) >= 3 else [every]
    return min(candidates, key=lambda value: abs(value - current))


def admit(
    reference: Reference, batch: Batch, measures: Iterable[Measure], held: AbstractSet[str] = frozenset()
) -> Reference:
    """Return the reference with one more batch, but for the columns in ``held`` (``""``: the batch as a whole)."""
    tails = dict(reference.tails)
    for measure in measures:
        if math.isfinite(measure.value) and measure.column not in held:
            tails[measure.key] = tails.get(measure.key, Tail()).add(measure.value)
    weekday = batch.weekday
    whole = "" not in held
    ratios = {
        node: (*reference.ratios.get(node, ())[-WINDOW + 1 :], batch.profile.rows / rows)
        for node, rows in batch.feeds.items()
        if rows > 0 and whole
    }
    rows = (*reference.rows[-WINDOW + 1 :], (weekday, batch.profile.rows)) if whole else reference.rows
    return Reference(
        batches=reference.batches + 1,
        fields=_schema(reference.fields, batch.fields, held),
        rows=rows,
        columns=_spans(reference.columns, batch, held),
        tails=tails,
        ratios=reference.ratios | ratios,
        members=(*reference.members[-WINDOW + 1 :], batch.version),
    )


def _schema(
    known: tuple[Field, ...] | None, current: tuple[Field, ...] | None, held: AbstractSet[str]
) -> tuple[Field, ...] | None:
    """Return the schema that later batches are held to: that of the batch, but for the columns in ``held``."""
    if current is None or known is None:
        return current if known is None else known
    before = {field.name: field for field in known}
    kept = [before.get(field.name, field) if field.name in held else field for field in current]
    lost = [field for field in known if field.name in held and field.name not in {one.name for one in current}]
    return (*kept, *lost)


def _spans(spans: dict[str, Span], batch: Batch, held: AbstractSet[str]) -> dict[str, Span]:
    out, weekday = dict(spans), batch.weekday
    for name, column in batch.profile.columns.items():
        if name in held:
            continue
        span = spans.get(name, Span())
        nulls = span.nulls
        if column.rows:
            nulls = (*nulls[-WINDOW + 1 :], (weekday, column.null_share))
        low, high, seen, levels = span.low, span.high, span.seen, span.levels
        if column.minimum is not None and column.maximum is not None:
            low = column.minimum if low is None else min(low, column.minimum)
            high = column.maximum if high is None else max(high, column.maximum)
        seen += column.rows - column.nulls
        if column.type == "text" and levels is not None:
            levels = vocabulary(batch.view.levels(name), levels)
        out[name] = Span(nulls, low, high, seen, levels)
    return out


def vocabulary(levels: dict[str, int] | None, known: frozenset[str]) -> frozenset[str] | None:
    """Return the levels known so far, or None where they are too many to be a vocabulary."""
    if levels is None:
        return None
    union = known if known.issuperset(levels) else known.union(levels)
    return union if len(union) <= LEVELS else None
