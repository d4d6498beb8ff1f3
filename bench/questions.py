"""What questions about lineage cost on graphs of growing size, and on one of 300,000 nodes and a million edges.

The peer: the reference server answers its lineage question with recursive SQL; docs/benchmarks.md gives what that SQL
took on graphs of such shapes. The floor: a breadth-first walk over a dictionary of lists in memory, loaded beforehand.
"""

import argparse
import random
import sqlite3
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import graphs
from driftline.graph import walk
from driftline.store import Store, open_store
from driftline.store.store import FILE
from driftline.store.walks import NOW

ASKED = 200
TOGETHER = 500


def filled(folder: Path, **shape: Any) -> Store:
    """Return a store that holds a layered graph."""
    store = open_store(str(folder))
    waiting = graphs.layered(**shape)
    while batch := list(islice(waiting, TOGETHER)):
        store.lineage.put(batch)
    return store


def timed(ask: Callable[[str], Any], names: Sequence[str]) -> tuple[float, float]:
    """Return the median and the 99th percentile of the wall milliseconds per question."""
    taken = []
    for name in names:
        begun = time.perf_counter()
        ask(name)
        taken.append((time.perf_counter() - begun) * 1_000)
    return statistics.median(taken), statistics.quantiles(taken, n=100)[98] if len(taken) > 1 else taken[0]


def row(text: str, found: tuple[float, float], size: str = "") -> None:
    print(f"| {text} | {size} | {found[0]:.2f} | {found[1]:.2f} |")


def peers() -> None:
    print("\nAs the reference server is asked: depth 20, one dataset of the last layer\n")
    print("| graph | nodes found | median ms | p99 ms |\n| --- | ---: | ---: | ---: |")
    for jobs, pipelines in ((1_000, 10), (7_000, 70), (2_000, 1), (10_000, 1)):
        with tempfile.TemporaryDirectory() as folder:
            store = filled(Path(folder), jobs=jobs, pipelines=pipelines)
            ends = [f"dataset:file:p0/l9_{place}" for place in range(min(10, jobs // pipelines // 10))]
            ask = partial(_far, store)
            found, size = timed(ask, ends), len(ask(ends[0]).nodes)
            row(f"{jobs:,} jobs in {pipelines} pipeline{'s' if pipelines > 1 else ''}", found, f"{size:,}")
            store.close()


def _far(store: Store, end: str) -> Any:
    return walk.upstream(store, end, 20, limit=100_000)


def large(jobs: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        begun = time.process_time()
        store = filled(Path(folder), jobs=jobs, pipelines=jobs // 1_000, layers=10)
        one = graphs.layered(jobs // 8, 1, layers=25, fan_in=4, seed=3)
        while batch := list(islice(one, TOGETHER)):
            store.lineage.put([_apart(history) for history in batch])
        counts = store.lineage.counts()
        size = sum(file.stat().st_size for file in Path(folder).rglob("*.db*")) / 1e6
        nodes, taken = counts["datasets"] + counts["jobs"], time.process_time() - begun
        print(f"\n{nodes:,} nodes, written in {taken:.0f} CPU s, {size:,.0f} MB\n")
        print("| question | nodes found | median ms | p99 ms |\n| --- | ---: | ---: | ---: |")
        chance = random.Random(1)
        ends = [f"dataset:file:p{chance.randrange(jobs // 1_000)}/l9_{chance.randrange(100)}" for _ in range(ASKED)]
        lately = graphs.START_US + jobs * graphs.MINUTE_US  # when all of it had happened
        ask = {
            "depth 5, upstream": lambda end: walk.upstream(store, end, 5),
            "depth 5, as of a moment": lambda end: walk.upstream(store, end, 5, as_of_us=lately),
            "depth 5, versions": lambda end: walk.upstream(store, end + "#1", 5),
            "depth 5, columns": lambda end: walk.upstream(store, end, 5, columns=True),
            "depth 20, upstream": lambda end: walk.upstream(store, end, 20, limit=100_000),
            "first page of datasets": lambda _end: store.lineage.datasets(50, 0),
            "search by name": lambda end: store.lineage.search(end[-12:], 20),
        }
        for text, question in ask.items():
            row(text, timed(question, ends), f"{_size(question(ends[0])):,}")
        last = [f"dataset:file:big/l24_{place}" for place in range(5)]
        row(
            "closure, from one dataset",
            timed(lambda end: walk.upstream(store, end, 100, limit=1_000_000), last),
            f"{_size(walk.upstream(store, last[0], 100, limit=1_000_000)):,}",
        )
        row("closure, ids only", timed(lambda end: closure(store, end), last), f"{closure(store, last[0]):,}")
        floor(store, Path(folder), last)
        store.close()


def closure(store: Store, end: str) -> int:
    found = store.lineage.lookup(end)
    assert found is not None
    return len(store.walks.flows(found.id, False, "up", 1_000, NOW, 10_000_000).far)


def floor(store: Store, folder: Path, ends: Sequence[str]) -> None:
    edges: dict[int, list[int]] = defaultdict(list)
    raw = sqlite3.connect(folder / FILE)
    for target, source in raw.execute("select target, source from edge"):
        edges[target].append(source)
    raw.close()

    def breadth_first(end: str) -> None:
        found = store.lineage.lookup(end)
        assert found is not None
        seen, waiting = {found.id}, [found.id]
        while waiting:
            waiting = [source for target in waiting for source in edges[target] if source not in seen]
            seen.update(waiting)

    row("floor: the same closure over lists in memory", timed(breadth_first, ends))


def _apart(history: Any) -> Any:
    """Return an execution of the large pipeline under names of its own."""
    import msgspec

    text = msgspec.json.encode(history).replace(b'"p0/', b'"big/').replace(b'"p0.', b'"big.')
    shape = msgspec.json.decode(text, type=type(history))
    run = shape.shape.run[:-4] + "ffff"
    states = tuple(
        msgspec.structs.replace(
            state,
            shape=msgspec.structs.replace(
                state.shape, run=run, edges=tuple(msgspec.structs.replace(edge, run=run) for edge in state.shape.edges)
            ),
        )
        for state in shape.states
    )
    return msgspec.structs.replace(shape, states=states)


def _size(found: Any) -> int:
    return len(found.nodes) if hasattr(found, "nodes") else len(found[0]) if isinstance(found, tuple) else len(found)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=120_000, help="jobs of the large graph")
    peers()
    large(parser.parse_args().jobs)
