"""Keeping a store well: is it what its log says, its digest, out and in again, smaller, and no older than wanted.

Enters: a house, and callbacks that show progress. Leaves: reports. Whatever follows from the log can be worked out anew
from it; retention removes runs whole, and never one that a live model version came from.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import TypeVar

from driftline.alert.outbox import Outbox
from driftline.engine import accept, ingest, retention
from driftline.engine.house import House
from driftline.event.kept import Checked, Pruned
from driftline.store import open_store
from driftline.store.store import MEMORY

T = TypeVar("T")
Progress = Callable[[int], object]
TOGETHER = 500
LIVE = ("model", "deployment", "index", "prompt", "predictions")  # kinds of datasets whose newest version is live
NAMED = ("node", "job_parent")  # what was once named stays known when its events are pruned


def quietly(_done: int) -> None:
    """Show no progress."""


def digest(house: House) -> str:
    """Return the digest over what follows from the events: equal for equal sets of events, on either engine."""
    settle(house)
    return house.store.canonical.digest()


def settle(house: House) -> None:
    """Work out what follows from events that still wait."""
    while ingest.follow(house):
        pass


def check(house: House, progress: Progress = quietly) -> Checked:
    """Work everything out anew from the log, beside the store, and compare."""
    settle(house)
    store = open_store(MEMORY)
    beside = House(house.settings, store, Outbox(store, house.settings), house.now)
    try:
        events = 0
        for batch in _batches(raw for raw in export(house)):
            take(beside, batch)
            events += len(batch)
            progress(len(batch))
        mine, theirs = house.store.canonical.digests(), store.canonical.digests()
    finally:
        store.close()
    pruned = house.store.state.get("pruned") is not None
    differ = tuple(table for table in mine if mine[table] != theirs[table] and not (pruned and table in NAMED))
    return Checked(events=events, differ=differ, digest=house.store.canonical.digest(), pruned=pruned)


def export(house: House, after: int = 0) -> Iterator[bytes]:
    """Yield every event that was taken, in the order in which they came, as they came."""
    for entry in house.store.log.read(after):
        if entry.status == "accepted":
            yield entry.raw


def take(house: House, batch: list[bytes]) -> dict[str, int]:
    """Read the past in: lineage follows from it, but no findings; return how many events had which status."""
    counts: dict[str, int] = {}
    for receipt in accept.events(house, batch, quiet=True, noted=()):
        counts[receipt.status] = counts.get(receipt.status, 0) + 1
    settle(house)
    return counts


def compact(house: House) -> tuple[int, int]:
    """Give back room that is not used; return the bytes before and after (0 where the engine does not tell)."""
    with house.lock:
        house.store.ledger.compact()
        house.store.ledger.renew()
        house.store.ledger.index(wholly=True)
        before = house.store.size()
        house.store.tidy()
        return before, house.store.size()


def prune(house: House, before_us: int, *, rehearse: bool = False, progress: Progress = quietly) -> Pruned:
    """Remove the events, versions and edges of runs that ended before a moment.

    A run stays where a live version came from it, however far back: the newest versions of models, indexes, prompts,
    deployments and windows of predictions, and all of them that came into being since.
    """
    kept: set[str] = set()
    heard = -1  # events that were taken when ``kept`` was worked out
    runs = events = spared = 0
    for batch in _batches(house.store.lineage.runs_before(before_us)):
        settle(house)
        with house.lock, house.store.transaction():
            if not rehearse:
                house.store.take_turn()
            if house.store.log.counts()["accepted"] != heard:  # what came meanwhile may stand on an old run
                kept = retention.needed(house.store, house.store.lineage.live_versions(LIVE, before_us))
            gone = [run for run in batch if run not in kept]
            if rehearse:
                events += house.store.log.amount(gone)
            else:
                house.store.lineage.drop(gone)
                events += house.store.log.drop(gone)
                house.store.state.put("pruned", str(before_us).encode())
            heard = house.store.log.counts()["accepted"]
        runs += len(gone)
        spared += len(batch) - len(gone)
        progress(len(batch))
    if runs and not rehearse:
        with house.lock:
            house.store.index.review()
    return Pruned(runs=runs, events=events, spared=spared, rehearsed=rehearse)


def _batches(found: Iterable[T]) -> Iterator[list[T]]:
    waiting = iter(found)
    while batch := list(islice(waiting, TOGETHER)):
        yield batch
