"""What ``drawn.flows`` makes of the store's own walk is the reference: answers have to be equal to the last field."""

import random
from pathlib import Path
from typing import Any

import pytest
from tests.estates import DATASETS, JOBS, MOMENTS, grow

from driftline.event.lineage import Subgraph
from driftline.graph import walk, wide
from driftline.store import Store, facts, open_store, walks
from driftline.store.spread import Wide

NODES = [*(one.node for one in DATASETS), *(f"job:n:{one.name}" for one in JOBS)]


def ask(store: Store, node: str, direction: str, depth: int, moment: int | None, limit: int) -> Subgraph:
    step = walk.upstream if direction == "up" else walk.downstream
    return step(store, node, depth, as_of_us=moment, limit=limit)


@pytest.mark.parametrize("seed", range(12))
def test_an_answer_from_memory_is_the_answer_of_the_store(seed: int, tmp_path: Path, monkeypatch: Any) -> None:
    chance = random.Random(seed)
    monkeypatch.setattr(facts, "WIDE", chance.choice((2, 4, 10_000)))  # small: runs meet in hubs
    store = open_store(str(tmp_path))
    grow(store, chance, 60)
    compared = truncated = hubs = 0
    for turn in range(4):
        if turn:
            grow(store, chance, 6, begin=turn * 100)  # the graph in memory has to follow
        for _ in range(40):
            node, direction = chance.choice(NODES), chance.choice(("up", "down"))
            depth, moment = chance.choice((1, 2, 3, 5, 20)), chance.choice((None, chance.randrange(MOMENTS + 5)))
            limit = chance.choice((3, 6, 10, 1_000))
            expected = ask(store, node, direction, depth, moment, limit)
            monkeypatch.setattr(walks, "NARROW", 0)
            assert store.walks.whole.load()
            found = ask(store, node, direction, depth, moment, limit)
            monkeypatch.setattr(walks, "NARROW", 1_000_000)
            assert found == expected, (node, direction, depth, moment, limit)
            compared += len(expected.nodes) > 1
            truncated += expected.truncated
            hubs += any(row[1] == "HUB" for row in store.walks.nodes(range(1, 60)).values())
    store.close()
    assert compared > 80
    assert truncated > 10
    assert hubs or facts.WIDE == 10_000


def test_a_walk_that_meets_little_is_not_taken_from_memory(tmp_path: Path) -> None:
    store = open_store(str(tmp_path))
    grow(store, random.Random(1), 30)
    store.walks.whole.load()
    assert not isinstance(store.walks.flows(1, False, "up", 20, walks.NOW, 100_000), Wide)
    store.close()


def test_more_nodes_than_a_link_can_number_are_drawn_one_by_one(tmp_path: Path, monkeypatch: Any) -> None:
    store = open_store(str(tmp_path))
    grow(store, random.Random(2), 60)
    expected = [ask(store, node, way, 20, None, 10_000) for node in NODES for way in ("up", "down")]
    store.walks.whole.load()
    monkeypatch.setattr(walks, "NARROW", 0)
    monkeypatch.setattr(wide, "MOST", 0)
    assert [ask(store, node, way, 20, None, 10_000) for node in NODES for way in ("up", "down")] == expected
    store.close()
