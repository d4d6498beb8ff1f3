import random
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.estates import grow

from driftline.store import Store, open_store, spread, walks, whole
from driftline.store.connection import Connection
from driftline.store.walks import NOW


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(str(tmp_path))
    grow(opened, random.Random(3), 80)
    yield opened
    opened.close()


def rows(store: Store) -> list[tuple[int, ...]]:
    """Return the edges that the store holds in memory, each as its first five columns."""
    graph = store.walks.whole.graph()
    assert graph is not None
    edges = graph[0]
    columns = (edges.target, edges.source, edges.via, edges.since, edges.until)
    return [tuple(row) for row in zip(*(column.tolist() for column in columns), strict=True)]


def kept(store: Store) -> list[tuple[int, ...]]:
    """Return the same as the database holds it."""
    return [tuple(row[:5]) for row in store._connection.rows("edges_whole")]


def test_what_is_loaded_is_what_is_stored_and_follows_it(store: Store) -> None:
    assert store.walks.whole.load()
    assert rows(store) == kept(store) != []
    chance = random.Random(4)
    for turn in range(1, 6):
        grow(store, chance, 5, begin=turn * 100)
        assert rows(store) == kept(store)


def test_what_another_process_writes_is_seen(store: Store, tmp_path: Path) -> None:
    other = open_store(str(tmp_path))
    assert other.walks.whole.load()
    before = rows(other)
    grow(store, random.Random(5), 20, begin=500)
    assert rows(other) == kept(store) != before
    other.close()


def test_a_graph_is_read_anew_when_what_moved_is_not_known_any_more(store: Store, monkeypatch: Any) -> None:
    assert store.walks.whole.load()
    monkeypatch.setattr(whole, "KEPT", 10)
    grow(store, random.Random(6), 30, begin=600)
    assert store.walks.whole.graph() is None
    assert store.walks.whole.load()
    assert rows(store) == kept(store)


def test_a_graph_of_which_much_moved_is_read_anew(store: Store, monkeypatch: Any) -> None:
    assert store.walks.whole.load()
    monkeypatch.setattr(whole, "MOST_MOVED", 1)
    grow(store, random.Random(6), 30, begin=600)
    assert store.walks.whole.graph() is None


def test_within_a_transaction_and_without_a_file_the_store_is_asked(store: Store) -> None:
    assert store.walks.whole.load()
    with store.transaction():
        assert store.walks.whole.graph() is None
    assert store.walks.whole.graph() is not None
    memory = open_store(":memory:")
    assert not memory.walks.whole.load()
    memory.close()


def test_what_is_undone_was_not_moved(store: Store) -> None:
    assert store.walks.whole.load()
    before = rows(store)

    def fail() -> None:
        with store.transaction():
            grow(store, random.Random(7), 5, begin=700)
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert rows(store) == kept(store) == before


def test_a_graph_that_is_too_large_is_left_to_the_store(store: Store, monkeypatch: Any) -> None:
    monkeypatch.setattr(whole, "MOST_ROWS", -1)
    assert not store.walks.whole.load()
    monkeypatch.undo()
    assert not store.walks.whole.load()


def test_a_walk_that_met_much_has_the_graph_loaded(store: Store, monkeypatch: Any) -> None:
    store.walks.flows(1, False, "down", 20, NOW, 1_000)
    assert store.walks.whole._loading is None
    monkeypatch.setattr(walks, "WIDE", 2)
    monkeypatch.setattr(walks, "NARROW", 2)
    met = [store.walks.flows(place, False, way, 20, NOW, 1_000) for place in range(1, 15) for way in ("up", "down")]
    assert store.walks.whole.load()
    again = [store.walks.flows(place, False, way, 20, NOW, 1_000) for place in range(1, 15) for way in ("up", "down")]
    assert [one.far for one in again] == [one.far for one in met]
    assert any(isinstance(one, spread.Wide) for one in again)


def test_closing_the_store_ends_the_loading(store: Store, monkeypatch: Any) -> None:
    begun = threading.Event()

    def slow(self: Connection, statement: str, /, **values: Any) -> Iterator[Any]:
        begun.set()
        while True:
            time.sleep(0.0001)
            yield (1, 1, 0, 0, 1, 0, "", 0.0)

    monkeypatch.setattr(type(store._connection), "stream", slow)
    store.walks.whole.begin()
    assert begun.wait(5)
    store.close()
    assert store.walks.whole._loading is not None
    assert not store.walks.whole._loading.is_alive()


def test_places_that_moved_are_told_once_each_in_order(store: Store) -> None:
    connection = store._connection
    with store.transaction():
        whole.moved(connection, {5, 3})
        whole.moved(connection, set())
    (body,) = connection.rows("moved_since", after=0)[-1]
    assert np.frombuffer(body, dtype="<i8").tolist() == [3, 5]


def test_words_on_what_moved_are_kept_up_to_a_number(store: Store, monkeypatch: Any) -> None:
    monkeypatch.setattr(whole, "KEPT", 10)
    for place in range(40):
        whole.moved(store._connection, {place + 1})
    first, last = store._connection.rows("moved_span")[0]
    assert last - first <= 10


def test_postgresql_is_held_and_followed_likewise(postgres: Any, monkeypatch: Any) -> None:
    url = postgres.new_url()
    ours, theirs = open_store(url), open_store(url)
    grow(theirs, random.Random(8), 40)
    assert ours.walks.whole.load()
    assert rows(ours) == kept(ours) != []
    grow(theirs, random.Random(9), 10, begin=800)
    assert rows(ours) == kept(ours)
    asked = [(place, way) for place in range(1, 15) for way in ("up", "down")]
    expected = [theirs.walks.flows(place, False, way, 20, NOW, 1_000) for place, way in asked]
    monkeypatch.setattr(walks, "NARROW", 0)
    found = [ours.walks.flows(place, False, way, 20, NOW, 1_000) for place, way in asked]
    assert [one.far for one in found] == [one.far for one in expected]
    assert [sorted(one.lines) for one in found] == [sorted(one.lines) for one in expected]
    ours.close()
    theirs.close()
