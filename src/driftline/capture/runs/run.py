"""A run: one execution of a piece of the user's code, with everything that it reads and writes.

Enters: a ``with`` block, and what happens inside it (hooks and the user's own ``read``, ``write`` and
``columns``). Leaves: one COMPLETE, FAIL or ABORT (Ctrl-C) event when the block ends; a START event as well if the
block lasts longer than a second, or was asked for with ``announce=True``, so that long runs are seen while they last
and short ones cost one event. Never raises, never swallows what the block raises, never changes what it is given.
"""

import os
import sys
from collections.abc import Iterable, Mapping
from contextvars import Token
from datetime import date
from types import CodeType, TracebackType
from typing import TYPE_CHECKING, Any, Literal, Self

from driftline import clock, later
from driftline.capture.ground import fault
from driftline.capture.program import code as code_versions
from driftline.capture.program import sites
from driftline.capture.runs import as_text, collect, emit, observe, offspring, order, progress, standing, transactions
from driftline.capture.runs import documents as contained
from driftline.capture.runs.around import current_run, enclosing, moment_us, process, replayed
from driftline.capture.runs.columns import Bindable
from driftline.capture.runs.recording import Moment, Recording
from driftline.capture.runs.trace import Seen, died
from driftline.capture.sending import client
from driftline.capture.sending.client import Client
from driftline.event import ids
from driftline.event.lineage import Dataset, Job, Touched

if TYPE_CHECKING:
    from driftline.capture.frames import origin, passed
else:  # a run that reads nothing does without
    origin = later.module("driftline.capture.frames.origin")
    passed = later.module("driftline.capture.frames.passed")

_ANNOUNCE_US = 1_000_000  # a run that is open for longer is announced
Target = Touched | str | os.PathLike[str]
open_runs: "dict[int, Run]" = {}  # begun and not ended, in this process


class Run(Recording):
    """One execution, as ``driftline.run`` returns it; use it as a context manager."""

    def __init__(
        self,
        job: str,
        *,
        nominal: str | date | None = None,
        params: Mapping[str, Any] | None = None,
        code: str | CodeType = "",
        namespace: str | None = None,
        at: Moment | None = None,
        announce: bool = False,
    ) -> None:
        super().__init__(Job("default", ""), at)
        self._client = client.current()
        self._announce = announce
        self._announced = False
        self._token: Token[Recording | None] | None = None
        self._opened_us = 0
        self._forks = -1  # of this process, as it began
        self._code = code
        fault.attempt("run", self._name, job, namespace)
        if self._client is not None:
            fault.attempt("run", self._begin, nominal, params, namespace)

    def _name(self, job: str, namespace: str | None) -> None:
        self._trace.job = Job(namespace or "default", str(job))

    def _begin(self, nominal: str | date | None, params: Mapping[str, Any] | None, namespace: str | None) -> None:
        assert self._client is not None
        trace = self._trace
        if self._at is None:
            self._at = replayed()
        trace.started_us = moment_us(self._at)
        trace.run = ids.uuid7(trace.started_us)
        trace.job = Job(namespace or self._client.settings.namespace, trace.job.name)
        if nominal is not None:
            text = nominal if isinstance(nominal, str) else nominal.isoformat()
            trace.nominal = clock.iso(clock.parse(text))
        trace.parameters = as_text.text_of(params or {})

    @property
    def inputs(self) -> tuple[Touched, ...]:
        """What was read so far, in order."""
        return fault.attempt("run", self._settled, self._trace.inputs) or ()

    @property
    def outputs(self) -> tuple[Touched, ...]:
        """What was written so far, in order."""
        return fault.attempt("run", lambda: self._settled(order.apart(self._trace.outputs))) or ()

    def _settled(self, found: list[Seen]) -> tuple[Touched, ...]:
        for seen in found:
            fault.attempt("contents", emit.settle, seen)
        return tuple(seen.touched for seen in found)

    def read(
        self,
        name: Target,
        *,
        namespace: str = "",
        version: str = "",
        kind: str = "",
        data: Any = None,
        partition: str = "",
        attributes: Mapping[str, Any] | None = None,
    ) -> Touched:
        """Record that this run reads a version, and return it.

        Args:
            name: a path, an address, a plain name, or what an earlier ``read`` or ``write`` returned.
            namespace: of the dataset, where the name alone does not say it.
            version: the store's own pointer to the state; default: the hash of the file's bytes or of ``data``.
            kind: table, file, documents, index, model, prompt or predictions; default: found from the data.
            data: the content, if it is in memory; a table is fingerprinted and profiled.
            partition: nominal slice, such as 2013-01-31; default: found from the path.
            attributes: what people want to see beside it.
        """
        given = (namespace, version, kind, partition, attributes or {})
        return fault.attempt("read", self._touch, "read", name, given, data) or observe.named(name, namespace)

    def write(
        self,
        name: Target,
        *,
        namespace: str = "",
        version: str = "",
        kind: str = "",
        data: Any = None,
        partition: str = "",
        attributes: Mapping[str, Any] | None = None,
    ) -> Touched:
        """Record that this run writes a version, and return it; the arguments are those of ``read``."""
        given = (namespace, version, kind, partition, attributes or {})
        return fault.attempt("write", self._touch, "write", name, given, data) or observe.named(name, namespace)

    def _touch(
        self,
        way: Literal["read", "write"],
        name: Target,
        said: tuple[str, str, str, str, Mapping[str, Any]],
        data: Any,
    ) -> Touched | None:
        if self._client is None:
            return None
        found = fault.attempt(way, observe.observe, name, data, observe.Given(*said), self._client.folder)
        if found is None:
            self.gap(way)
        elif data is not None:
            fault.attempt("code", self._visited, way, found)
            fault.attempt("columns", self._noted, way, data, found)
            fault.attempt("passed", self._passed_on, way, data, found)
        touched = [self.add(way, seen) for seen in found or ()]
        return touched[0] if len(touched) == 1 else observe.summary(touched) if touched else None

    def _noted(self, way: Literal["read", "write"], data: Any, found: list[Seen]) -> None:
        assert self._client is not None
        origin.noted(way, data, found, self._client.folder)

    def _passed_on(self, way: Literal["read", "write"], data: Any, found: list[Seen]) -> None:
        passed.noted(self, way, data, found)

    def _heard(self, seen: Seen) -> None:
        passed.heard(self, seen)

    @staticmethod
    def _visited(way: Literal["read", "write"], found: list[Seen]) -> None:
        if way == "read":
            fields = next((seen.touched.fields for seen in found if seen.touched.fields), None)
            sites.read((seen.touched.dataset for seen in found), fields)
        visit = sites.visit() if way == "write" else None
        if visit is not None:
            for seen in found:
                seen.visits = [visit]

    def add(self, way: Literal["read", "write"], seen: Seen) -> Touched:
        """Record ``seen``, once per version; for hooks."""
        if self.inherited and self._client is not None:
            fault.attempt("offspring", offspring.forget, self._client.home, self._trace)
        touched = super().add(way, seen)
        if way == "read":
            fault.attempt("passed", self._heard, seen)
        if self.inherited:
            self._hand_over(way, seen)
        return touched

    def documents(self, target: Touched, documents: Iterable[Any], *, source: Target | None = None) -> None:
        """Say which documents or chunks a version holds, and where they came from; may be called once per batch.

        Args:
            target: a collection or an index, as ``read`` or ``write`` of this run returned it.
            documents: rows as ``driftline.capture.runs.documents`` describes them; chunks are known by their content.
            source: what those came from that do not say so themselves, as ``read`` returned it.
        """
        if self._client is not None:
            fault.attempt("documents", contained.attach, self._trace, target, documents, source)

    def _hand_over(self, way: Literal["read", "write"], seen: Seen) -> None:
        """Leave ``seen`` to the process that began this run, and will end it."""
        if self._client is not None:
            fault.attempt("offspring", offspring.before_exit, self.finish)
            fault.attempt("offspring", offspring.leave, self._client.home, self.id, way, seen)

    def columns(
        self,
        target: Target,
        sources: Mapping[str, Iterable[str] | str],
        *,
        subtype: str = "TRANSFORMATION",
        namespace: str = "",
    ) -> None:
        """State which columns reach which: ``{"out_col": ["source.col", …]}``.

        Args:
            target: an output of this run, as ``write`` returned it or by name.
            sources: per output column, source columns as ``dataset.column``; a dataset is an input of this run, by its
                name or the last part of it, else any dataset.
            subtype: IDENTITY, TRANSFORMATION or AGGREGATION (direct), or JOIN, GROUP_BY, FILTER, SORT, WINDOW or
                CONDITIONAL (indirect).
            namespace: of the target, where its name alone does not say it.
        """
        if self._client is not None:
            fault.attempt("columns", self._columns, target, sources, subtype, namespace)

    def _columns(
        self, target: Target, sources: Mapping[str, Iterable[str] | str], subtype: str, namespace: str
    ) -> None:
        assert self._client is not None
        folder = self._client.folder
        dataset = observe.name_of(target, namespace, folder)
        self.edges(dataset, collect.declared(self._trace, sources, subtype, folder))

    def edges(self, dataset: Dataset, edges: Bindable, version: str | None = None) -> list[Seen]:
        """Attach column edges to the versions of ``dataset`` that this run has written, or to one; for hooks."""
        found = super().edges(dataset, edges, version)
        for seen in found if self.inherited else ():
            self._hand_over("write", seen)
        return found

    def announce(self) -> None:
        """Send START once the run has been open for long, later what is new; called by the sender."""
        if self._announced and self._client is not None and self._at is None and not self.inherited:
            progress.say(self, self._client, self._opened_us)
        elif not self._announced and self._client is not None and not self.over:
            open_us = clock.now_us() - self._opened_us
            if self._announce or open_us > _ANNOUNCE_US:
                self._announced = True
                self._client.event(emit.started(self._trace))

    def __enter__(self) -> Self:
        self.begin()
        return self

    def begin(self) -> None:
        """Become the current run of this context, as a child of the one that is; ``with`` does this."""
        if self._client is not None:
            fault.attempt("run", self._enter)

    def _enter(self) -> None:
        assert self._client is not None
        parent = self.outer = enclosing()
        if parent is not None and parent.id:
            self._trace.parent, self._trace.parent_job = parent.id, parent.job
        self._opened_us, self._forks = clock.now_us(), offspring.forks()
        open_runs[id(self)] = self
        process.opened = True
        self._become_current()
        if self._announce:
            self.announce()
        self._client.sender.watch(self)

    def _become_current(self) -> None:
        self.resume()

    def resume(self) -> None:
        """Become the current run of this context."""
        self._token = current_run.set(self)

    def suspend(self) -> None:
        """Let the former run of this context be current again."""
        token, self._token = self._token, None
        if token is None:
            return
        try:
            current_run.reset(token)
        except ValueError:  # the block ends in another context than it began in, as generators may
            if current_run.get() is self:
                current_run.set(None)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._client is not None:
            fault.attempt("run", self.suspend)
            self.finish(error)

    def finish(self, error: BaseException | None) -> None:
        """Send the last event; once."""
        if self._client is None or self.over:
            return
        self.over = True
        fault.attempt("run", self._close, self._client)
        fault.attempt("run", self._finish, self._client, error)

    def _close(self, owner: Client) -> None:
        open_runs.pop(id(self), None)
        owner.sender.unwatch(self)

    @classmethod
    def taken_over(cls, run: str, job: Job) -> Self:
        """Return, in a child process, the run that its parent has begun and will end."""
        made = cls(job.name, code="taken over", namespace=job.namespace)
        made._trace.run = run
        made.inherited = True
        sites.tell(_place_of)
        open_runs[id(made)] = made
        return made

    def inherit(self) -> None:
        """Be the same run in a child process: what it collects is left to the parent, which sends it."""
        self.inherited = True
        sites.tell(_place_of)
        trace = self._trace
        trace.inputs, trace.outputs, trace.statements, trace.gaps = [], [], [], {}
        trace.opened, trace.again, trace.attributed = {}, {}, set()

    def _finish(self, owner: Client, error: BaseException | None) -> None:
        trace = self._trace
        transactions.settle(self, lost=error is not None or trace.ordered)
        if self.inherited:
            offspring.leave_rest(owner.home, trace)
            return
        if self.shared or offspring.forked(self._forks):  # else nobody can have left anything
            offspring.collect(owner.home, trace)
        fault.attempt("standing", standing.take, trace)
        trace.ended_us = clock.now_us() if self._at is None else trace.started_us
        trace.code = self._version()
        died(trace, error)
        self._tell(owner)

    def _tell(self, owner: Client) -> None:
        tally = owner.sender.delivery.tally
        lost = tally.take()
        self._trace.gaps.update(lost)
        owner.event(emit.Ended(self._trace, owner.profiled, owner.folder, owner.home, owner.event))
        if lost:
            owner.sender.landed(lambda: tally.told(lost))

    def _version(self) -> str:
        base = self._code if isinstance(self._code, str) else code_versions.version(self._code)
        if isinstance(self._code, str) or not self._templates:
            return base
        return f"src:{ids.digest(base, *sorted(self._templates))[:16]}"


def _place_of(visit: sites.Visit, one: sites.Read | str) -> None:
    """In a child process: leave where in the code something was read or opened to the process that began the run."""
    found = enclosing()
    if isinstance(found, Run) and found.inherited and found._client is not None:
        fault.attempt("offspring", offspring.before_exit, found.finish)
        fault.attempt("offspring", offspring.leave_place, found._client.home, found.id, visit, one)


def run(
    job: str,
    *,
    nominal: str | date | None = None,
    params: Mapping[str, Any] | None = None,
    code: str | None = None,
    namespace: str | None = None,
    at: Moment | None = None,
    announce: bool = False,
) -> Run:
    """Return a run of ``job``, to be used in a ``with`` statement.

    Args:
        job: its name, such as build_features.
        nominal: the moment or day that the run is for.
        params: parameters, recorded as text; values whose names look secret are left out.
        code: version of the code; default: a hash of the source of the calling function or script, and of the SQL that
            the run writes with.
        namespace: of the job; default ``settings.namespace``.
        at: event time of the whole run (a datetime, a date such as 2026-01-31, or microseconds since 1970 UTC), for
            replays; default: that of the run around it, else the clock.
        announce: send a START event at once; else only a run that lasts longer than a second sends one.
    """
    caller = sys._getframe(1).f_code
    return Run(
        job,
        nominal=nominal,
        params=params,
        code=caller if code is None else code,
        namespace=namespace,
        at=at,
        announce=announce,
    )
