"""What questions about lineage and first pages of lists cost, on graphs of growing size.

By default in some two minutes, on a graph of 40,000 nodes with 100,000 events beside it; with ``--full`` on the sizes
that the targets are for: 300,000 nodes, 1,000,000 edges, 10,000,000 events (some 15 minutes, 9 GB).

The graph comes through the store's own interface. Of the events a sample is ingested; the others are copies of its rows
(``bulk``). The peer: the reference server answers its lineage question with recursive SQL, which was measured apart
from this run. The floor: a breadth-first walk over a dictionary of lists in memory, loaded beforehand.
"""

import argparse
import random
import sqlite3
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import bulk
import graphs
import pages
from driftline.config import Settings
from driftline.engine.engine import Engine
from driftline.event.lineage import History
from driftline.graph import walk
from driftline.store import Store, open_store
from driftline.store.store import FILE
from driftline.store.walks import NOW

ASKED = 200
FEWER = 60  # of questions that take long
TOGETHER = 500
PIPELINE = 1_000  # jobs of one of the small pipelines
LAYERS = 20  # of the large one
FAN_IN = 7
#: Jobs and pipelines of a graph, and the milliseconds that the reference server's own SQL took (PostgreSQL 15).
REFERENCE = ((1_000, 10, "2,200"), (7_000, 70, "12,700"), (2_000, 1, "65,000"), (10_000, 1, "cancelled at 90,000"))


def put(store: Store, histories: Iterable[History]) -> None:
    """Write executions, some hundred to a transaction."""
    waiting = iter(histories)
    while batch := list(islice(waiting, TOGETHER)):
        store.lineage.put(batch)


def timed(ask: Callable[[str], Any], names: Sequence[str]) -> tuple[float, float, float]:
    """Return the median and the 99th percentile of the wall milliseconds per question, and the median of the CPU's."""
    wall, cpu = [], []
    for name in names:
        begun, worked = time.perf_counter(), time.thread_time()
        ask(name)
        cpu.append((time.thread_time() - worked) * 1_000)
        wall.append((time.perf_counter() - begun) * 1_000)
    return statistics.median(wall), statistics.quantiles(wall, n=100, method="inclusive")[98], statistics.median(cpu)


def head(columns: str) -> None:
    """Print the head of a table."""
    names = columns.split(", ")
    print(f"\n| {' | '.join(names)} |\n| --- |{' ---: |' * (len(names) - 1)}", flush=True)


def row(text: str, size: object, found: tuple[float, float, float], last: str) -> None:
    """Print a row of one."""
    shown = f"{size:,}" if isinstance(size, int) else size
    print(f"| {text} | {shown} | {found[0]:.2f} | {found[1]:.2f} | {found[2]:.2f} | {last} |", flush=True)


def peers() -> None:
    """Ask as the reference server is asked: depth 20, one dataset of the last layer."""
    head("graph, nodes found, median ms, p99 ms, CPU ms, reference server")
    for jobs, pipelines, reference in REFERENCE:
        with tempfile.TemporaryDirectory() as folder:
            store = open_store(folder)
            put(store, graphs.layered(jobs, pipelines))
            ends = [f"dataset:file:p0/l9_{place}" for place in range(min(10, jobs // pipelines // 10))] * 3
            ask = partial(_far, store)
            size = len(ask(ends[0]).nodes)
            store.walks.whole.load()
            text = f"{jobs:,} jobs in {pipelines} pipeline{'s' if pipelines > 1 else ''}"
            row(text, size, timed(ask, ends), reference)
            store.close()


def _far(store: Store, end: str) -> Any:
    return walk.upstream(store, end, 20, limit=100_000)


def grow(folder: Path, jobs: int, amount: int) -> None:
    """Write the large graph, and events beside it."""
    begun = time.process_time()
    engine = Engine.open(Settings(home=str(folder)))
    store = engine.house.store
    apart = jobs * 6 // 10 // PIPELINE * PIPELINE
    put(store, graphs.layered(apart, apart // PIPELINE, fan_in=FAN_IN))
    one = graphs.layered(jobs - apart, 1, layers=LAYERS, fan_in=FAN_IN, seed=3, prefix="big", first=apart)
    put(store, one)
    taken = time.process_time() - begun
    engine.ingest_many(bulk.sample())
    store.index.catch_up()
    engine.close()
    bulk.fill(folder, amount)
    raw = sqlite3.connect(folder / FILE)
    tables = ("node", "edge", "flow", "event_log", "run")
    held = {table: raw.execute(f"select count(*) from {table}").fetchone()[0] for table in tables}
    raw.close()
    size = sum(file.stat().st_size for file in folder.rglob("*.db*")) / 1e6
    print("\n" + ", ".join(f"{name} {amount:,}" for name, amount in held.items()), end="")
    print(f"; the graph was written in {taken:,.0f} CPU s, {size:,.0f} MB in all", flush=True)


def ask_graph(store: Store, folder: Path, jobs: int) -> None:
    """Ask about a part of the graph, then about the whole of it."""
    pipelines = jobs * 6 // 10 // PIPELINE
    chance = random.Random(1)
    ends = [f"dataset:file:p{chance.randrange(pipelines)}/l9_{chance.randrange(100)}" for _ in range(ASKED)]
    last = [f"dataset:file:big0/l{LAYERS - 1}_{place}" for place in range(12)]
    first = [f"dataset:file:big0/source_{place}" for place in range(12)]
    then = graphs.START_US + jobs * graphs.MINUTE_US  # when all of it had happened
    few: dict[str, tuple[Callable[[str], Any], str, list[str]]] = {
        "depth 5, upstream": (lambda end: walk.upstream(store, end, 5), "50", ends),
        "depth 5, as of a moment": (
            lambda end: walk.upstream(store, end, 5, as_of_us=then),
            "twice the one above",
            ends,
        ),
        "depth 5, versions": (lambda end: walk.upstream(store, f"{end}#1", 5), "50", ends),
        "depth 5, columns": (lambda end: walk.upstream(store, end, 5, columns=True), "100", ends),
        "depth 20, upstream, asked of the database": (lambda end: _far(store, end), "", ends[:FEWER]),
    }
    much: dict[str, tuple[Callable[[str], Any], str, list[str]]] = {
        "depth 20, upstream": (lambda end: _far(store, end), "", ends[:FEWER]),
        "closure, ids": (lambda end: closure(store, end, NOW), "500", last),
        "closure, ids, as of a moment": (lambda end: closure(store, end, then), "twice the one above", last),
        "closure, names and links": (lambda end: walk.upstream(store, end, 100, limit=1_000_000), "", last),
        "closure, names and links, as of": (
            lambda end: walk.upstream(store, end, 100, as_of_us=then, limit=1_000_000),
            "",
            last,
        ),
        "closure downstream, names and links": (
            lambda end: walk.downstream(store, end, 100, limit=1_000_000),
            "",
            first,
        ),
    }
    head("question, nodes found, median ms, p99 ms, CPU ms, target ms at full size")
    for text, (ask, target, names) in few.items():
        row(text, _size(ask(names[0])), timed(ask, names), target)
    begun = time.perf_counter()
    store.walks.whole.load()
    loaded = time.perf_counter() - begun
    for text, (ask, target, names) in much.items():
        row(text, _size(ask(names[0])), timed(ask, names), target)
    floor(store, folder, last)
    print(f"\nThe graph was loaded into memory in {loaded:.1f} s, while questions were answered without it.")


def closure(store: Store, end: str, as_of_us: int) -> int:
    """Return how many datasets are upstream of one."""
    found = store.lineage.lookup(end)
    assert found is not None
    return len(store.walks.flows(found.id, False, "up", 1_000, as_of_us, 10_000_000).far)


def floor(store: Store, folder: Path, ends: Sequence[str]) -> None:
    """Walk over a dictionary of lists."""
    edges: dict[int, list[int]] = defaultdict(list)
    raw = sqlite3.connect(folder / FILE)
    for target, source in raw.execute("select target, source from edge"):
        edges[target].append(source)
    raw.close()

    def breadth_first(end: str) -> int:
        found = store.lineage.lookup(end)
        assert found is not None
        seen, waiting = {found.id}, [found.id]
        while waiting:
            waiting = [source for target in waiting for source in edges[target] if source not in seen]
            waiting = list(dict.fromkeys(waiting))
            seen.update(waiting)
        return len(seen)

    row("floor: the same ids over lists in memory", breadth_first(ends[0]), timed(breadth_first, ends), "")


def _size(found: Any) -> int:
    return found if isinstance(found, int) else len(found.nodes)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--full", action="store_true", help="at the sizes that the targets are for")
    parser.add_argument("--folder", type=Path, help="where a store is kept, and asked again if it is there")
    asked = parser.parse_args()
    jobs, amount = (150_000, 10_000_000) if asked.full else (20_000, 100_000)
    peers()
    with tempfile.TemporaryDirectory() as temporary:
        folder = asked.folder or Path(temporary)
        if not (folder / FILE).exists():
            grow(folder, jobs, amount)
        with Engine.open(Settings(home=str(folder))) as engine:
            ask_graph(engine.house.store, folder, jobs)
            head("first page, entries, median ms, p99 ms, CPU ms, target ms at full size")
            for text, ask in pages.first(engine).items():
                found = ask()
                row(text, pages.size(found), timed(lambda _name, ask=ask: pages.encoded(ask()), [""] * 30), "50")  # type: ignore[misc]


if __name__ == "__main__":
    main()
