"""The engine: what a command, a server or a notebook holds in its hand.

Enters: events and answers; questions. Leaves: receipts and reports. It owns the store and lets go of it with ``close``.
Everything it does is done by the steps beside it; this file only opens, hands over and closes.
"""

from collections.abc import Sequence
from types import TracebackType
from typing import Self

import msgspec

from driftline.alert.outbox import Outbox
from driftline.config import Settings
from driftline.engine import accept, announce, costs, ingest, quarantine, questions, remember, reports
from driftline.engine.catalogue import Catalogue
from driftline.engine.house import House
from driftline.event.answer import Answer
from driftline.event.finding import Incident
from driftline.event.label import Carried, Tag
from driftline.event.lineage import Node, Subgraph
from driftline.event.report import (
    DatasetReport,
    DatasetSummary,
    Explanation,
    Impact,
    IncidentReport,
    Overview,
    Quarantine,
    Receipt,
)
from driftline.store import open_store

INBOX = 20_000  # answers that wait before they are moved to Parquet


class Engine:
    """Driftline on one store."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.catalogue = Catalogue(house)

    @classmethod
    def open(cls, settings: Settings) -> "Engine":
        """Open or create the store of ``settings``.

        Raises:
            StoreTooNew: a newer Driftline wrote it; nothing was changed.
            StoreUnusable: it cannot be opened.
        """
        store = open_store(settings.location, home=settings.home)
        house = House(settings, store, Outbox(store, settings))
        remember.everything(house)
        return cls(house)

    def take_charge(self) -> None:
        """Tell every guard of this home the mode and the quarantines in force; for processes that write."""
        with self.house.lock:
            quarantine.publish(self.house)
        self.house.outbox.deliver(self.house.now())

    def deliver(self) -> int:
        """Send messages that are due, such as those whose channel failed before; return how many were told."""
        return self.house.outbox.deliver(self.house.now())

    def ingest(self, raw: bytes) -> Receipt:
        """Take one OpenLineage event; durable when it returns. Never raises for a bad event: its receipt says why."""
        return self.ingest_many([raw])[0]

    def ingest_many(self, batch: Sequence[bytes]) -> list[Receipt]:
        """Take several events in order, with everything that follows from them; one receipt each."""
        return ingest.ingest(self.house, batch)

    def accept(self, batch: Sequence[bytes]) -> list[Receipt]:
        """Take events, durable when it returns; what follows from them is left to ``follow``."""
        return accept.events(self.house, batch)

    def follow(self) -> int:
        """Work out what follows from events that wait, some hundred at a time; return how many they were."""
        return ingest.follow(self.house)

    def record(self, answers: Sequence[Answer]) -> int:
        """Take answers; durable when it returns. Returns how many were new."""
        with self.house.lock:
            new = self.house.store.ledger.append(answers)
            self.house.store.ledger.compact(at_least=INBOX)
        return new

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
    ) -> Subgraph:
        """Return what lies up to ``depth`` hops up- and downstream of ``node``, as it was at ``as_of_us``."""
        return questions.lineage(self.house, node, up=up, down=down, depth=depth, columns=columns, as_of_us=as_of_us)

    def resolve(self, text: str) -> str:
        """Return the node id that a person means by ``text``.

        Raises:
            NotFound: nothing by that name; the message lists near ones.
            Ambiguous: several; the message lists them.
        """
        return questions.resolve(self.house, text)

    def search(self, text: str, limit: int = 20) -> list[Node]:
        """Return nodes whose name contains ``text``, the nearest first."""
        return questions.search(self.house, text, limit)

    def datasets(self, *, query: str = "", limit: int = 50, offset: int = 0) -> tuple[list[DatasetSummary], int]:
        """Return a page of the catalogue and its length."""
        return questions.datasets(self.house, query, limit, offset)

    def dataset(self, node: str) -> DatasetReport:
        """Return schema, versions, columns and findings of a dataset."""
        return questions.dataset(self.house, node)

    def answers(self, *, endpoint: str = "", limit: int = 50, before: str = "") -> list[Answer]:
        """Return answers, newest first, those before the answer ``before`` only."""
        return list(self.house.store.ledger.list(endpoint=endpoint, limit=limit, before_id=before))

    def answer(self, id: str) -> Answer:  # noqa: A002 - the record's own field
        """Return one answer."""
        return reports.one_answer(self.house, id)

    def why(self, id: str) -> Explanation:  # noqa: A002 - the record's own field
        """Return what an answer stood on, what moved there and which incident it belongs to."""
        return reports.why(self.house, id)

    def impact(self, node: str) -> Impact:
        """Return everything downstream of ``node``, with the answers and the money that stood on it."""
        return reports.impact(self.house, node)

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
