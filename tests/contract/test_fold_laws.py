"""The laws of the memory: it is a function of the set of events, and of any moment it says what it said then.

Sets of events are made by ``tests.events``. What is held is compared by the canonical digest; what is answered, by
walking from every dataset, job, column and version in both directions.
"""

import random
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.events import histories, moment, seeded

from driftline import clock
from driftline.alert.outbox import Outbox
from driftline.config import Settings
from driftline.engine.engine import Engine
from driftline.engine.house import House
from driftline.event.lineage import Subgraph
from driftline.graph import walk
from driftline.store import Store, open_store

DAWN = clock.parse("2026-01-01T00:00:00Z")
DEPTH = 6
FAST, SLOW = (
    settings(max_examples=examples, suppress_health_check=[HealthCheck.function_scoped_fixture]) for examples in (60, 8)
)
Answer = tuple[set[str], set[tuple[str, str, str, str, float]]]


@pytest.fixture
def ingest(tmp_path: Path) -> Callable[[Store, Sequence[bytes], Sequence[int]], Store]:
    """Return a function that lets a store take events in batches of some sizes."""
    quiet = Settings(home=str(tmp_path / "house"), console=False)

    def take(store: Store, events: Sequence[bytes], sizes: Sequence[int] = (1_000,)) -> Store:
        engine, at, turn = Engine(House(quiet, store, Outbox(store, quiet))), 0, 0
        while at < len(events):
            size = sizes[turn % len(sizes)]
            receipts = engine.ingest_many(events[at : at + size])
            assert {receipt.status for receipt in receipts} <= {"accepted", "merged"}
            at, turn = at + size, turn + 1
        return store

    return take


Ingest = Callable[..., Store]


def facts(store: Store) -> dict[str, list[str]]:
    """Return everything that the digest is taken over, to be read when two differ."""
    canonical = store.canonical
    return {table: sorted(map(repr, canonical.facts(table))) for table in canonical.digests()}


def same(one: Store, other: Store) -> None:
    if one.canonical.digest() != other.canonical.digest():
        assert facts(one) == facts(other)
        raise AssertionError("the digests differ, though the facts do not")


@FAST
@given(histories(12), st.data())
def test_order_repetition_and_batches_play_no_part(ingest: Ingest, events: list[bytes], data: st.DataObject) -> None:
    repeated = data.draw(st.lists(st.sampled_from(events), max_size=4))
    shuffled = data.draw(st.permutations([*events, *repeated]))
    sizes = data.draw(st.lists(st.integers(1, 4), min_size=1, max_size=3))
    one, other = open_store(":memory:"), open_store(":memory:")
    try:
        same(ingest(one, events), ingest(other, shuffled, sizes))
        same(ingest(one, shuffled), other)  # sent again, it changes nothing
    finally:
        one.close()
        other.close()


@pytest.mark.parametrize("seed", range(3))
def test_every_store_gives_the_same_digest_for_the_same_set(
    ingest: Ingest, open_new: Callable[[], Store], seed: int
) -> None:
    """SQLite in memory is the reference for the other stores."""
    events = seeded(seed, 40)
    reference = ingest(open_store(":memory:"), events)
    chance = random.Random(seed)
    shuffled = chance.sample([*events, *events[::3]], len(events) + len(events[::3]))
    same(ingest(open_new(), shuffled, [1, 5, 2]), reference)
    reference.close()


@pytest.mark.parametrize("seed", range(10, 13))
def test_an_export_of_the_log_read_in_another_order_gives_the_same_digest(
    ingest: Ingest, open_new: Callable[[], Store], seed: int
) -> None:
    first = ingest(open_new(), seeded(seed, 40), [3])
    exported = [entry.raw for entry in first.log.read()]
    random.Random(seed).shuffle(exported)
    same(first, ingest(open_new(), exported, [7, 1]))


def starts(store: Store) -> list[tuple[str, bool]]:
    """Return every node to walk from, and whether its columns are walked."""
    facts_ = store.canonical.facts
    nodes = [store.lineage.find(f"{type_.lower()}:{space}:{name}")[0] for type_, space, name, *_ in facts_("node")]
    data = [node for node in nodes if node.startswith("dataset:")]
    columns = {
        f"datasetField:{node.removeprefix('dataset:')}:{column}"
        for ends in ((0, 1), (2, 3))
        for row in facts_("column_edge")
        for node, column in [(row[ends[0]], row[ends[1]])]
        if column
    }
    versions = {f"{row[0]}#{row[1]}" for row in facts_("version") if row[1]}
    touched = {f"{row[3]}#{row[4]}" for row in facts_("touch") if row[4]}
    plain = [*nodes, *sorted(columns), *sorted(versions | touched)]
    return [*((node, False) for node in plain), *((node, True) for node in data)]


def answers(store: Store, places: Iterable[tuple[str, bool]], as_of_us: int | None = None) -> dict[object, Answer]:
    """Return what walks up and down answer: nodes, and links with how they are known."""

    def said(graph: Subgraph) -> Answer:
        assert not graph.truncated
        links = {(one.source, one.target, one.kind, one.provenance, one.confidence) for one in graph.edges}
        return {node.id for node in graph.nodes}, links

    return {
        (node, columns, step.__name__): said(step(store, node, DEPTH, as_of_us=as_of_us, columns=columns))
        for node, columns in places
        for step in (walk.upstream, walk.downstream)
    }


def as_of(ingest: Ingest, whole: Store, fresh: Callable[[], Store], events: list[bytes]) -> None:
    ingest(whole, events)
    places = starts(whole)
    for second in sorted({moment(raw) for raw in events}):
        until = fresh()
        ingest(until, [raw for raw in events if moment(raw) <= second])
        then = answers(whole, places, DAWN + second * 1_000_000)
        assert then == answers(until, places)
        until.close()


@FAST
@given(histories(8))
def test_as_of_a_moment_is_what_a_store_says_that_holds_the_events_until_then(
    ingest: Ingest, events: list[bytes]
) -> None:
    whole = open_store(":memory:")
    try:
        as_of(ingest, whole, lambda: open_store(":memory:"), events)
    finally:
        whole.close()


@pytest.mark.parametrize("seed", range(20, 22))
def test_every_store_knows_what_it_said_at_a_moment(ingest: Ingest, open_new: Callable[[], Store], seed: int) -> None:
    """The reference is a store in memory that holds the events until then."""
    as_of(ingest, open_new(), lambda: open_store(":memory:"), seeded(seed, 25))
