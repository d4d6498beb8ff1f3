"""The product as a story: what happens when events arrive.

An event is kept raw before anything else looks at it. What its run's events add up to becomes versions and edges; what
people changed becomes changes; what moved in the data becomes findings; a finding that reaches people becomes an
incident with ranked causes; an incident becomes one message; and what must not reach anybody is told to the guards.
"""

import logging
from collections.abc import Container, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from driftline import later
from driftline.engine import accept, announce, failure, fold, incidents, quarantine, queries, remember, windows
from driftline.engine.house import House
from driftline.errors import StoreUnusable
from driftline.event.answer import Answer
from driftline.event.finding import Incident
from driftline.event.lineage import RunShape
from driftline.event.report import Receipt
from driftline.graph import changes

if TYPE_CHECKING:
    from driftline.engine import compare
else:
    compare = later.module("driftline.engine.compare")  # with numpy, for those who record profiles

TOGETHER = 500  # events that are folded in one transaction
INBOX = 20_000  # answers that wait before they are moved to Parquet

Told = tuple[bool, incidents.Paged | None, list[Incident]]  # whether a quarantine spread, news, what is over


def ingest(house: House, batch: Sequence[bytes], noted: Container[int] | None = None) -> list[Receipt]:
    """Take OpenLineage events; returns when everything that follows from them is durable."""
    receipts = accept.events(house, batch, noted=noted)
    while follow(house):
        pass
    return receipts


def record(house: House, answers: Sequence[Answer]) -> int:
    """Take answers, with the windows of predictions that they open, durable on return; return how many are new."""
    with house.lock:
        new = house.store.ledger.append(answers)
        house.store.ledger.compact(at_least=INBOX)
    opened = windows.events(house, answers)
    if opened:
        ingest(house, opened)
    return new


def catch_up(house: House) -> None:
    """Work out what waits at this moment, where the store may be written, so that what is asked next sees it.

    What comes meanwhile is left to whoever took it. Where another process holds the store too long, the question is
    answered without; a warning says so.
    """
    if house.store.read_only:
        return
    try:
        for _ in range(0, house.store.log.backlog(), TOGETHER):
            follow(house)
    except StoreUnusable as error:
        logger = logging.getLogger("driftline")
        logger.warning("driftline: what was recorded just now is not looked at (%s)", error.message)


def follow(house: House, limit: int = TOGETHER) -> int:
    """Work out what follows from events that wait; return how many they were."""
    if not house.store.log.waiting(1):
        return 0
    with _alone(house):
        waiting = house.store.log.waiting(limit)
        folded = fold.waiting(house, waiting)
        told = _told(house, [run for run in folded.runs if run.state != "START"])  # which tells little yet
        house.store.log.done(waiting)
    for spread, paged, resolved in told:
        if spread:
            quarantine.publish(house)
        announce.deliver(house, paged, resolved)
    return len(waiting)


def _told(house: House, runs: Sequence[RunShape]) -> list[Told]:
    """Tell what follows from runs; one like no other is logged, and holds up none of the others."""
    try:
        with house.store.transaction():
            told = [_tell(house, run) for run in runs]
            _keep(house)
            return told
    except fold.UNLIKELY:
        remember.anew(house)
    told = []
    for run in runs:
        try:
            with house.store.transaction():
                one = _tell(house, run)
                _keep(house)
            told.append(one)
        except fold.UNLIKELY:
            remember.anew(house)
            logging.getLogger("driftline").exception("nothing but lineage follows from run %s", run.run)
    return told


def _tell(house: House, run: RunShape) -> Told:
    before = house.store.lineage.previous_run(run.job, run.time_us)

    deeds = changes.between(before, run, queries.differing(house, before, run))
    house.store.incidents.put_changes(deeds)

    judged = compare.batches(house, run) if _measured(run) else []
    findings = (compare.findings(judged) if judged else []) + failure.findings(house, run, before)
    house.store.incidents.put_findings(findings)

    paged = incidents.explain(house, findings)
    announce.enqueue(house, paged)
    spread = quarantine.follow(house, run, paged)

    if judged:
        compare.admit(house, judged)
    resolved = incidents.recover(house, judged)
    announce.close(house, resolved)
    return spread, paged, resolved


def _measured(run: RunShape) -> bool:
    return any(touched.profile for touched in (*run.inputs, *run.outputs))


def _keep(house: House) -> None:
    if house.changed:
        compare.keep(house)


@contextmanager
def _alone(house: House) -> Iterator[None]:
    """Fold alone; what another process folded since is read anew; what is undone is forgotten."""
    with house.lock, remember.unless_undone(house), house.store.transaction():
        if house.store.take_turn():
            remember.anew(house)
        yield
