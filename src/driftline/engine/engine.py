"""The engine: what a command, a server or a notebook holds in its hand.

Enters: events and answers; questions. Leaves: receipts and reports. It owns the store and lets go of it with ``close``.
Everything it does is done by the steps beside it; this file only opens, hands over and closes.
"""

from collections.abc import Container, Sequence
from types import TracebackType
from typing import Self

import msgspec

from driftline.config import Settings
from driftline.engine import (
    accept,
    announce,
    answered,
    costs,
    desk,
    differences,
    facets,
    ingest,
    moments,
    opening,
    quarantine,
    questions,
    remember,
    reports,
    selection,
    shape,
    spooled,
)
from driftline.engine.catalogue import Catalogue
from driftline.engine.house import House
from driftline.engine.shape import Question
from driftline.event.answer import Answer
from driftline.event.finding import Incident
from driftline.event.kept import Facets, HeldEvent, Replayed
from driftline.event.label import Carried, Tag
from driftline.event.lineage import Moment, Node, RollUp, Subgraph
from driftline.event.mapping import Mapping
from driftline.event.report import (
    DatasetReport,
    DatasetSummary,
    Difference,
    Explanation,
    Impact,
    IncidentReport,
    Overview,
    Quarantine,
    Receipt,
    Selected,
)
from driftline.graph import walk

TOGETHER = ingest.TOGETHER


class Engine:
    """Driftline on one store."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.catalogue = Catalogue(house)

    @classmethod
    def open(cls, settings: Settings, *, create: bool = True) -> "Engine":
        """Open the store of ``settings``; one that does not exist is made where ``create`` says so.

        Raises:
            StoreTooNew: a newer Driftline wrote it; nothing was changed.
            StoreUnusable: it cannot be opened, or there is none.
        """
        return cls(opening.house(settings, create=create))

    def take_charge(self) -> None:
        """Tell every guard of this home the mode and the quarantines in force; for processes that write.

        Raises:
            StoreUnusable: the store may only be read here.
        """
        opening.take_charge(self.house)

    def deliver(self) -> int:
        """Send messages that are due, such as those whose channel failed before; return how many were told."""
        return self.house.outbox.deliver(self.house.now())

    def ingest(self, raw: bytes) -> Receipt:
        """Take one OpenLineage event; durable when it returns. Never raises for a bad event: its receipt says why."""
        return self.ingest_many([raw])[0]

    def ingest_many(self, batch: Sequence[bytes], *, noted: Container[int] | None = None) -> list[Receipt]:
        """Take several events in order, with everything that follows from them; one receipt each.

        ``noted`` are the places in ``batch`` whose receipts are to be complete; None = all.
        """
        return ingest.ingest(self.house, batch, noted)

    def accept(self, batch: Sequence[bytes], *, noted: Container[int] | None = None) -> list[Receipt]:
        """Take events, durable when it returns; what follows from them is left to ``follow``."""
        return accept.events(self.house, batch, noted=noted)

    def refuse(self, raw: bytes, reason: str) -> Receipt:
        """Keep what is no event at all in quarantine, durable when it returns."""
        return accept.refused(self.house, raw, reason)

    def follow(self, limit: int = TOGETHER) -> int:
        """Work out what follows from up to ``limit`` events that wait; return how many they were."""
        return ingest.follow(self.house, limit)

    def catch_up(self) -> None:
        """Work out what waits now, where the store may be written; for whoever asks beside a process that records."""
        spooled.take(self.house)
        ingest.catch_up(self.house)

    def backlog(self) -> int:
        """Return how many events wait for what follows from them."""
        return self.house.store.log.backlog()

    def receipt(self, id: str) -> Receipt:  # noqa: A002 - the record's own field
        """Return the receipt of an event, as it would be given today.

        Raises:
            NotFound: there is no such event.
        """
        return desk.receipt(self.house, id)

    def event(self, id: str) -> bytes:  # noqa: A002 - the record's own field
        """Return one event as it came."""
        return desk.raw(self.house, id)

    def held_events(self, limit: int = 100) -> list[HeldEvent]:
        """Return the events in quarantine, newest first."""
        return desk.held(self.house, limit)

    def replay(self, rules: Mapping | None = None, ids: Sequence[str] = (), *, rehearse: bool = False) -> Replayed:
        """Try events in quarantine again, as this version reads them and as ``rules`` mend them.

        Raises:
            BadInput: an id is not in quarantine.
        """
        return desk.replay(self.house, rules, ids, rehearse=rehearse)

    def discard(self, ids: Sequence[str] = ()) -> int:
        """Give up events in quarantine (none named: all); return how many. They stay in the log.

        Raises:
            BadInput: an id is not in quarantine.
        """
        return desk.discard(self.house, ids)

    def facets(self, node: str, name: str = "") -> Facets:
        """Return the facets of a dataset, a job or a run that stand, byte for byte.

        Raises:
            NotFound: there is no such node, or it has no facet called ``name``.
        """
        return facets.of(self.house, node, name)

    def record(self, answers: Sequence[Answer]) -> int:
        """Take answers; durable when it returns. Returns how many were new."""
        return ingest.record(self.house, answers)

    def incidents(self, *, state: str = "", limit: int = 50, offset: int = 0) -> tuple[list[Incident], int]:
        """Return incidents, newest first, and how many there are in all."""
        return reports.incidents(self.house, state, limit, offset)

    def incident(self, id: str) -> IncidentReport:  # noqa: A002 - the record's own field
        """Return everything about one incident; a unique beginning of its id is enough.

        Raises:
            NotFound, Ambiguous: no or several incidents begin so.
        """
        return reports.incident(self.house, id)

    def resolve_incident(self, id: str) -> Incident:  # noqa: A002 - the record's own field
        """Close an incident and lift its quarantines."""
        house = self.house
        with house.lock, remember.unless_undone(house), house.store.transaction():
            incident = reports.one_incident(house, id)
            for entry in tuple(house.quarantined):
                if entry.incident == incident.id:
                    quarantine.release(house, entry.id, "incident resolved")
            incident = msgspec.structs.replace(incident, state="resolved", money=costs.count(house, incident))
            house.store.incidents.put(incident)
            announce.post(house, incident)
        self.house.outbox.deliver(self.house.now())
        self.house.tell("incident", [incident.id])
        return incident

    def lineage(
        self,
        node: str,
        *,
        up: bool = True,
        down: bool = True,
        depth: int = 5,
        columns: bool = False,
        as_of_us: int | None = None,
        view: str = "union",
        roll_up: RollUp = "task",
        hide_inner: bool = False,
        limit: int = shape.LIMIT,
    ) -> Subgraph:
        """Return what lies up to ``depth`` hops up- and downstream of ``node``, as it was at ``as_of_us``.

        Args:
            node: where to begin; ``""`` with the view of one run: that run.
            up: what it came from.
            down: what came from it.
            depth: links to walk.
            columns: walk from column to column.
            as_of_us: the moment; ``moment`` turns what people write into one.
            view: ``union`` over all runs, ``last``: what the last run of each job did, or the id of one run.
            roll_up: jobs as they are (task), or as those on whose behalf they ran: their parent, the root of all.
            hide_inner: leave out datasets that one job alone writes and reads.
            limit: nodes in each direction, jobs among them; a graph that was cut says so.
        """
        asked = Question(
            node=node,
            up=up,
            down=down,
            depth=depth,
            columns=columns,
            as_of_us=as_of_us,
            view=view,
            roll_up=roll_up,
            hide_inner=hide_inner,
            limit=limit,
        )
        return questions.lineage(self.house, asked)

    def path(self, start: str, end: str, *, as_of_us: int | None = None, columns: bool = False) -> Subgraph:
        """Return one shortest way from ``start`` down to ``end``, nodes in order; empty where there is none."""
        found = walk.path(self.house.store, start, end, as_of_us=as_of_us, columns=columns)
        return questions.marked(self.house, found)

    def diff(
        self, node: str = "", *, since_us: int, until_us: int | None = None, depth: int = 5, limit: int = shape.LIMIT
    ) -> Difference:
        """Return what came, went and changed between two moments, around ``node`` or (``""``) in the whole graph."""
        return differences.between(self.house, node, since_us, until_us, depth=depth, limit=limit)

    def select(self, selector: str, *, exclude: str = "", as_of_us: int | None = None, limit: int = 10_000) -> Selected:
        """Return the datasets that a selector in dbt's syntax selects, by name.

        Raises:
            BadInput: it cannot be read.
        """
        return selection.nodes(self.house, selector, exclude, as_of_us, limit)

    def near(self, word: str) -> str:
        """Return what a word of a selector that fits nothing may have meant, in words; ``""`` where nothing is near."""
        return selection.near(self.house, word)

    def among(
        self, selector: str, *, exclude: str = "", as_of_us: int | None = None, limit: int = shape.LIMIT
    ) -> Subgraph:
        """Return the datasets that a selector selects and what leads from one of them to another."""
        return questions.marked(self.house, selection.graph(self.house, selector, exclude, as_of_us, limit))

    def moment(self, said: Moment) -> int | None:
        """Return the moment that is meant: a time, a run, a version, an answer; None for now.

        Raises:
            BadInput, NotFound, Ambiguous: it is none, it is not known, it is several.
        """
        return moments.resolve(self.house, said)

    def resolve(self, text: str) -> str:
        """Return the node id that a person means by ``text``.

        Raises:
            NotFound: nothing by that name; the message lists near ones.
            Ambiguous: several; the message lists them.
        """
        return questions.resolve(self.house, text)

    def also(self, text: str, node: str) -> list[str]:
        """Return what else goes by the name ``text``, which was understood as ``node``; nothing for a node id."""
        return self.house.store.lineage.also(text, node)

    def search(self, text: str, limit: int = 20) -> list[Node]:
        """Return nodes whose name contains ``text``, the nearest first."""
        return questions.search(self.house, text, limit)

    def datasets(self, *, query: str = "", limit: int = 50, offset: int = 0) -> tuple[list[DatasetSummary], int]:
        """Return a page of the catalogue and its length."""
        return questions.datasets(self.house, query, limit, offset)

    def dataset(self, node: str) -> DatasetReport:
        """Return schema, versions, columns and findings of a dataset."""
        return questions.dataset(self.house, node)

    def answers(
        self,
        *,
        endpoint: str = "",
        document: str = "",
        node: str = "",
        since_us: int | None = None,
        until_us: int | None = None,
        limit: int = 50,
        before: str = "",
    ) -> list[Answer]:
        """Return answers, newest first.

        Args:
            endpoint: of this deployment only.
            document: only those that retrieved it: a content hash, an id, or the id of what chunks are part of.
            node: only those that stood on this version, or on any version of this dataset.
            since_us: event time from which on.
            until_us: event time before which.
            limit: at most so many.
            before: id of an answer: only older ones.
        """
        return answered.found(self.house, endpoint, document, node, since_us, until_us, limit, before)

    def answer(self, id: str) -> Answer:  # noqa: A002 - the record's own field
        """Return one answer."""
        return reports.one_answer(self.house, id)

    def why(self, id: str) -> Explanation:  # noqa: A002 - the record's own field
        """Return what an answer stood on, what moved there and which incident it belongs to."""
        return reports.why(self.house, id)

    def impact(self, node: str) -> Impact:
        """Return everything downstream of ``node``, with the answers and the money that stood on it."""
        return reports.impact(self.house, node)

    def touched_by(self, text: str) -> Impact:
        """Return the impact of what ``text`` names: a node, or (``document:…``, or nothing else) a document or chunk.

        Raises:
            NotFound, Ambiguous: it names nothing, or several nodes.
        """
        return answered.impact(self.house, text)

    def tag(self, node: str, tag: str, by: str = "") -> Tag:
        """Put a tag on a node; ``catalogue`` takes its value, its expiry and all else that can be said of a node."""
        return self.catalogue.tag(node, tag, by=by)

    def untag(self, node: str, tag: str, by: str = "") -> None:
        """Take a tag away that people put on a node."""
        self.catalogue.untag(node, tag, by=by)

    def tags(self, node: str, *, as_of_us: int | None = None) -> list[Carried]:
        """Return the tags that count for a node: its own first, then those that it inherits, with their way."""
        return self.catalogue.tags(node, as_of_us=as_of_us)

    def quarantines(self, *, active: bool = True) -> list[Quarantine]:
        """Return quarantines, newest first."""
        return self.house.store.quarantines.list(active=active)

    def quarantine(self, node: str, reason: str, incident: str = "") -> Quarantine:
        """Put a dataset or a version under quarantine and tell every guard."""
        with self.house.lock:
            entry = quarantine.add(self.house, self.resolve(node), reason, incident=incident)
            quarantine.publish(self.house)
        return entry

    def release(self, id: str, by: str) -> Quarantine:  # noqa: A002 - the record's own field
        """Lift a quarantine and tell every guard."""
        with self.house.lock:
            return quarantine.release(self.house, id, by)

    def say(self, sort: str, name: str, words: dict[str, str]) -> None:
        """Keep what people say of a tag, a namespace or a source (``sort``)."""
        with self.house.lock, self.house.store.transaction():
            self.house.store.marks.say(sort, name, words)

    def overview(self) -> Overview:
        """Return what is being watched, in numbers."""
        return reports.overview(self.house)

    def close(self) -> None:
        """Let go of the store."""
        self.house.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
