"""Keeping a store well: is it what its log says, its digest, out and in again, smaller, and no older than wanted.

Enters: a house, and callbacks that show progress. Leaves: reports. Whatever follows from the log can be worked out anew
from it; retention removes runs whole, and never one that a live model version came from.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import TypeVar

from driftline.alert.outbox import Outbox
from driftline.engine import accept, ingest
from driftline.engine.house import House
from driftline.event.kept import Checked, Pruned
from driftline.store import open_store
from driftline.store.store import MEMORY
from driftline.store.walks import NOW

T = TypeVar("T")
Progress = Callable[[int], object]
TOGETHER = 500
LIVE = ("model", "deployment", "index", "prompt")  # kinds of datasets whose newest version is live
NAMED = ("node", "job_parent")  # what was once named stays known when its events are pruned
_FAR = 1_000  # steps from a live version to what it came from
_WIDE = 1_000_000


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
        before = house.store.size()
        house.store.tidy()
        return before, house.store.size()


def prune(house: House, before_us: int, *, rehearse: bool = False, progress: Progress = quietly) -> Pruned:
    """Remove the events, versions and edges of runs that ended before a moment.

    A run stays where a live version came from it, however far back: the newest versions of models, indexes, prompts and
    deployments, and all of them that came into being since.
    """
    settle(house)
    kept = _needed(house, before_us)
    runs = events = spared = 0
    for batch in _batches(house.store.lineage.runs_before(before_us)):
        gone = [run for run in batch if run not in kept]
        spared += len(batch) - len(gone)
        runs += len(gone)
        if rehearse:
            events += house.store.log.amount(gone)
        else:
            with house.lock, house.store.transaction():
                house.store.take_turn()
                house.store.lineage.drop(gone)
                events += house.store.log.drop(gone)
                house.store.state.put("pruned", str(before_us).encode())
        progress(len(batch))
    return Pruned(runs=runs, events=events, spared=spared, rehearsed=rehearse)


def _needed(house: House, since_us: int) -> set[str]:
    """Return the run ids that lie upstream of a live version."""
    through: set[int] = set()
    for start in house.store.lineage.live_versions(LIVE, since_us):
        walked = house.store.walks.versions(start, "up", _FAR, NOW, _WIDE)
        through |= {line.via for line in walked.lines if line.via}
        through |= {-place for place in walked.far if place < 0}
    return {row[1] for row in house.store.walks.run_rows(through).values()}


def _batches(found: Iterable[T]) -> Iterator[list[T]]:
    waiting = iter(found)
    while batch := list(islice(waiting, TOGETHER)):
        yield batch
