"""The columns of what a run has written, each with what is known of where it comes from.

Enters: outputs with their edges, contents and the calls that wrote them. Leaves: the ``columnLineage`` of each. What
was declared or probed counts first; what nobody declared is told by the text of the code and by what the contents have
in common, which make each other surer; what the code does not tell, by values that were kept.
"""

import functools
from collections.abc import Collection, Iterable
from typing import Any

import msgspec

from driftline import hidden
from driftline.capture.ground import fault
from driftline.capture.program import openings
from driftline.capture.runs import columns, likeness, order, renamed
from driftline.capture.runs.columns import Bound
from driftline.capture.runs.composed import DROPPED, EMPTIED, Composed, Handed
from driftline.capture.runs.composed import elsewhere as without
from driftline.capture.runs.trace import Seen, Trace
from driftline.event.lineage import Dataset

_KEPT = "driftline.capture.runs.kept"  # loaded with the first output that needs it, as is
_CODE = "driftline.capture.explaining.code_edges"
_NOTHING: Bound = ({}, [])


class OutputColumns:
    """The columns of all outputs of a run, for one event."""

    def __init__(self, trace: Trace, folder: str, *, code: bool) -> None:
        self._trace = trace
        self._folder = folder
        self._code = code  # whether the text of the code may be read
        self._words: Any = None  # code_edges.Words, with the first output that needs them

    def of(self, seen: Seen, names: tuple[str, ...] | None) -> dict[str, Any] | None:
        """Return the body of the facet of an output with these columns; None where nothing is known."""
        try:
            return self._of(seen, names)
        except Exception as error:  # the fault rule: what is left of the run is told without them
            self._failed(error)
            return None

    def _failed(self, error: Exception) -> None:
        fault.failed("columns", error)
        self._trace.gaps["columns"] = self._trace.gaps.get("columns", 0) + 1

    def _of(self, seen: Seen, names: tuple[str, ...] | None) -> dict[str, Any] | None:
        trace = self._trace
        stated, guessed = self._declared(seen, names)
        composed = self._composed(seen, names, stated)
        found = [bound for _, bound in stated] if composed is None else [composed.stated()]
        elsewhere = found if composed is None else [without(seen.touched.dataset, found[0])]
        handed = any(visit.into for visit in seen.visits)
        waits = any(columns.awaited(edges) and edges.waits_for() for edges in seen.edges)
        own = columns.rootless(seen.edges, names, sure=True)
        further = _NOTHING  # of values that the program has put into a plan, which did not declare them
        planned = not waits and not handed and any(map(columns.planned, seen.edges))
        if not seen.rootless and (handed or not _explained(elsewhere, names, own)):
            code = _NOTHING
            if not waits:
                code = fault.attempt("code", self._by_code, seen, names) or _NOTHING
            if composed is not None and any(code[0].values()):
                code = composed.code(code[0])
            known = self._together(seen, elsewhere, guessed, code, waits=waits)
            further = columns.beyond(code, elsewhere)
            found = [*found, code, *known] if handed else [*found, *known]
        else:
            found += guessed
            if planned:
                further = columns.beyond(fault.attempt("code", self._by_code, seen, names) or _NOTHING, found)
        node = seen.touched.dataset.node
        told = columns.differences(node, found)
        for edges in seen.edges:
            if columns.differing(edges):
                told += fault.attempt("differences", edges.differing, node, names) or []
        trace.differences += [one for one in told if one not in trace.differences]
        return columns.facet(columns.together([*found, further] if planned else found))

    def _declared(
        self, seen: Seen, names: tuple[str, ...] | None
    ) -> tuple[list[tuple[columns.Bindable, Bound]], list[Bound]]:
        """What was said of an output, and what was said of a frame that may have been changed since."""
        trace = self._trace
        found: list[tuple[columns.Bindable, Bound]] = []
        guessed: list[Bound] = []
        inputs = functools.partial(self._read_before, seen)
        own = functools.partial(self._reread, seen)
        now, at_ns = renamed.of(trace), seen.fitted_ns or order.end_ns(seen)
        for edges in seen.edges:
            try:
                if columns.trained(edges):
                    fault.attempt("code", self._trained, edges)
                then = columns.called_then(names, edges, seen.edges)
                bound = now.bound(columns.bind(edges, then, inputs, own), now.ran_ns(edges, at_ns))
                if getattr(edges, "changeable", False):
                    guessed.append(bound)
                else:
                    found.append((edges, bound))
                if getattr(edges, "unknown", False) and not (columns.awaited(edges) and edges.waits_for()):
                    trace.gaps["frame columns"] = trace.gaps.get("frame columns", 0) + 1
            except Exception as error:  # the fault rule: columns that cannot be bound are a gap
                self._failed(error)
        return found, guessed

    def _composed(
        self, seen: Seen, names: tuple[str, ...] | None, stated: list[tuple[columns.Bindable, Bound]]
    ) -> Composed | None:
        """What the statements on a table have made of it; None where none is known to have changed it."""
        if not any(columns.changing(edges) for edges, _ in stated):
            return None
        own = seen.touched.dataset
        emptied, dropped = (self._trace.recalled.get(what, {}).get(own, ()) for what in (EMPTIED, DROPPED))
        return Composed(own, stated, emptied, self._handed(seen, names), dropped)

    def _handed(self, seen: Seen, names: tuple[str, ...] | None) -> Handed:
        """Return what tells of the rows that the code has handed over between two times."""
        told: dict[tuple[int, ...], Bound] = {}

        def between(since: int, until: int) -> Bound:
            visits = [visit for visit in seen.visits if since < visit.order < until]
            key = tuple(visit.order for visit in visits)
            if key not in told:
                part = msgspec.structs.replace(seen, visits=visits)
                then = columns.called_at(names, max((visit.order for visit in visits), default=until), seen.edges)
                told[key] = (fault.attempt("code", self._by_code, part, then) if visits else None) or _NOTHING
            return told[key]

        return between

    def _read_before(self, seen: Seen) -> dict[Dataset, tuple[str, ...]]:
        """What was read when an output was written, or fitted, where the run knows the order."""
        trace = self._trace
        at_ns = seen.fitted_ns or order.end_ns(seen)
        return _columns_of(one for one in trace.inputs if not trace.ordered or one.at_ns <= at_ns)

    def _reread(self, seen: Seen) -> dict[Dataset, tuple[str, ...]]:
        """What the run had written and read again when an output was written."""
        return _columns_of(order.reread(self._trace, seen))

    def _together(
        self, seen: Seen, found: list[Bound], guessed: list[Bound], code: Bound, *, waits: bool
    ) -> list[Bound]:
        """What is known of an output that was not declared whole."""
        trace = self._trace
        declared = _any(found)
        known: Bound = columns.together(guessed)
        if any(code[0].values()) or code[1]:
            known = columns.reconciled(code, known)
        if not declared and not _any(guessed) and seen.contents is not None:
            alike = likeness.of(trace)
            same = columns.identical(seen.contents, functools.partial(alike.holding, seen))
            known = columns.reconciled(known, same) if _any([known]) else same
            if not waits:
                told = {name for name, reaches in known[0].items() if any(map(columns.followed, reaches))}
                known = columns.reconciled(known, _kept(seen, alike, {*same[0], *told}))
        said = {name for fields, _ in found for name, reaches in fields.items() if reaches}
        return [*found, ({name: reaches for name, reaches in known[0].items() if name not in said}, known[1])]

    def _by_code(self, seen: Seen, names: tuple[str, ...] | None) -> Bound | None:
        """What the text of the code says of an output."""
        if not self._code or not (seen.visits or openings.written(seen.path)):
            return None
        found: Bound | None = self._said().of(seen, names)
        return found

    def _trained(self, edges: columns.Trained) -> None:
        """Have the edges of a model know what the code says of the data that it was fitted on."""
        if self._code and edges.fitted_at is not None:
            edges.told = self._said().of_fit(edges.fitted_at, edges.wanted())

    def _said(self) -> Any:
        if self._words is None:
            self._words = hidden.module(_CODE).Words(self._trace, self._folder)
        return self._words


def _kept(seen: Seen, alike: likeness.Likeness, known: Collection[str]) -> Bound:
    """Columns that are not ``known`` otherwise whose values are all among those of a source."""
    kept = hidden.module(_KEPT)
    others = alike.named(seen, kept.wanted(seen.contents, known))
    sources = [kept.Source(one.touched.dataset, one.contents, one.lineage) for one in others]
    found: Bound = kept.kept(seen.contents, sources, known, alike.profiled(seen)) if sources else _NOTHING
    return found


def _any(found: Iterable[Bound]) -> bool:
    return any(any(fields.values()) or rows for fields, rows in found)


def _explained(found: list[Bound], names: tuple[str, ...] | None, own: set[str]) -> bool:
    """Whether values are known to lead to each column of an output, but for its ``own``, to which none do."""
    if not _any(found) and not own:
        return False
    told = {name for fields, _ in found for name, reaches in fields.items() if any(map(columns.direct, reaches))}
    return names is None or (told | own).issuperset(names)


def _columns_of(read: Iterable[Seen]) -> dict[Dataset, tuple[str, ...]]:
    """What the run has read, with the columns as far as they are known."""
    known: dict[Dataset, tuple[str, ...]] = {}
    for seen in read:
        known[seen.touched.dataset] = known.get(seen.touched.dataset, ()) or tuple(
            one.name for one in seen.fields or ()
        )
    return known
