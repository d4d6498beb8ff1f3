"""What is recorded of one execution while it lasts; hooks find it as the run around them and add to it.

Enters: versions that were read and written, column edges, statements, parameters, gaps. Leaves: a ``Trace``, which the
run that this belongs to makes events of. Begins and ends nothing.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Literal

from driftline.capture.ground import fault
from driftline.capture.runs import as_text, collect
from driftline.capture.runs.columns import Bindable
from driftline.capture.runs.trace import Seen, Trace
from driftline.event.lineage import Dataset, Job, Touched

Moment = date | int | str  # a date or a datetime, microseconds since 1970 UTC, a text as of ISO 8601; UTC without zone


class Recording:
    """One execution, as it is recorded."""

    def __init__(self, job: Job, at: Moment | None = None) -> None:
        self._trace = Trace(run="", job=job, started_us=0)
        self._at = at
        self._templates: set[str] = set()
        self.over = False
        self.outer: Recording | None = None
        self.heard: list[tuple[Seen, Trace]] | None = None  # what was read under it, where nothing is around it
        self.inherited = False  # it was begun by the process that this one was forked from
        self.shared = False  # a process that was spawned was told to go on with it

    @property
    def id(self) -> str:
        """The run id, a UUIDv7 whose time is the run's event time; ``""`` where Driftline is switched off."""
        return self._trace.run

    @property
    def clock(self) -> Moment | None:
        """Event time of a replay; None = the wall clock."""
        return self._at

    @property
    def trace(self) -> Trace:
        """What it has collected so far."""
        return self._trace

    @property
    def job(self) -> Job:
        """The job that this is a run of."""
        return self._trace.job

    @property
    def opened(self) -> dict[tuple[str, str], int]:
        """Paths that Python opened so far, as (path, read or write), and when; ``opens`` adds to it."""
        return self._trace.opened

    def add(self, way: Literal["read", "write"], seen: Seen) -> Touched:
        """Record ``seen``, once per version; for hooks."""
        return collect.add(self._trace, way, seen)

    def attribute(self, opened: Iterable[tuple[str, str]]) -> None:
        """Say that these files belong to what was recorded."""
        self._trace.attributed.update(path for path, _ in opened)

    def attach(self, target: Touched, key: str, body: Mapping[str, Any]) -> None:
        """Attach a facet to a version that this run has read or written; ``body`` becomes JSON."""
        fault.attempt("attach", collect.attach, self._trace, target, key, body)

    def parameters(self, found: Mapping[str, Any]) -> None:
        """Record further parameters."""
        fault.attempt("parameters", lambda: self._trace.parameters.update(as_text.text_of(found)))

    def edges(self, dataset: Dataset, edges: Bindable, version: str | None = None) -> list[Seen]:
        """Attach column edges to the versions of ``dataset`` that this run has written, or to one; for hooks."""
        return list(collect.edges(self._trace, dataset, edges, version))

    def statement(self, text: str, template: str = "") -> None:
        """Record a statement; ``template`` is the part of it that counts as code. For hooks."""
        collect.statement(self._trace, text)
        if template and len(self._templates) < collect.TEMPLATES:
            self._templates.add(template)

    def gap(self, what: str) -> None:
        """Say in the event that something was not captured."""
        self._trace.gaps[what] = self._trace.gaps.get(what, 0) + 1

    def no_gap(self, what: str) -> None:
        """Take back, once, what ``gap`` has said."""
        left = self._trace.gaps.pop(what, 0) - 1
        if left > 0:
            self._trace.gaps[what] = left
