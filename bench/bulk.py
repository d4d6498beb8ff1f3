"""Ten million events beside a graph, without folding each of them.

A sample of real events is ingested as any sender's are. Their rows (skeletons with facets kept apart) are then copied
into ``event_log`` under new places, times, hashes and run ids, two to a run; each run gets its row in ``run`` and its
version in ``version``, as the fold writes them, and both are added up. A fifth of the runs belong to forty busy jobs.
What is not copied: what runs touched (``touch``, ``trace``).
"""

import os
import random
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import events
from driftline.event import ids
from driftline.store.store import FILE

SAMPLE = 100  # runs whose events are copied
TOGETHER = 50_000
BUSY = 40
SECOND_US = 1_000_000
LOG = (
    "insert into event_log (seq, event_us, hash, owner, kind, received_us, status, packed, body) "
    "values (?, ?, ?, ?, 0, ?, 0, ?, ?)"
)
RAN = (
    "insert into run (id, run, attempt, job_id, state, time_us, settled, parent, body) "
    "values (?, ?, 1, ?, 'COMPLETE', ?, 1, '', ?)"
)
WROTE = (
    "insert into version (id, dataset_id, version, time_us, run_id, best, body, since_us, slice, profile, schema_id, "
    "filled) values (?, ?, ?, ?, ?, ?, ?, ?, '', '', 0, '')"
)
COUNT = (
    "insert into tally (name, amount) values ('events accepted', :amount) "
    "on conflict (name) do update set amount = tally.amount + excluded.amount"
)
ADDED = (
    "insert into node_amount (node_id, runs, versions, state) values (?, ?, ?, ?) on conflict (node_id) do update set "
    "runs = node_amount.runs + excluded.runs, versions = node_amount.versions + excluded.versions, "
    "state = excluded.state"
)


def fill(folder: Path, amount: int, seed: int = 11) -> None:
    """Copy ``amount`` events into the store in ``folder``, which holds a graph and no other process has open."""
    raw = sqlite3.connect(folder / FILE, isolation_level=None)
    for setting in ("synchronous = off", "cache_size = -400000", "wal_autocheckpoint = 100000"):
        raw.execute(f"pragma {setting}")
    chance = random.Random(seed)
    runs = list(_runs(raw, amount // 2, chance))
    _insert(raw, LOG, _log(raw, runs))
    _insert(raw, RAN, _ran(raw, runs))
    _insert(raw, WROTE, _wrote(raw, runs))
    jobs, datasets = Counter(job for _, job, _, _ in runs), Counter(dataset for _, _, dataset, _ in runs)
    _insert(raw, ADDED, ((job, more, 0, "COMPLETE") for job, more in jobs.items()))
    _insert(raw, ADDED, ((dataset, 0, more, "") for dataset, more in datasets.items()))
    raw.execute(COUNT, {"amount": 2 * len(runs)})
    raw.execute("pragma wal_checkpoint(truncate)")
    raw.close()


def _runs(raw: sqlite3.Connection, amount: int, chance: random.Random) -> Iterator[tuple[str, int, int, int]]:
    """Yield run id, job, dataset that it wrote and moment of each run, in the order of time."""
    pairs = raw.execute("select source, target from flow where source in (select id from node where type = 'JOB')")
    wrote = list({job: (job, dataset) for job, dataset in pairs}.values())
    moment = raw.execute("select max(event_us) from event_log").fetchone()[0]
    for _ in range(amount):
        moment += SECOND_US
        run = ids.uuid7(moment, os.urandom)
        job, dataset = wrote[chance.randrange(BUSY)] if chance.random() < 0.2 else chance.choice(wrote)
        yield run, job, dataset, moment


def _log(raw: sqlite3.Connection, runs: Iterable[tuple[str, int, int, int]]) -> Iterator[tuple[Any, ...]]:
    sample = raw.execute("select packed, body from event_log where kind = 0 order by seq").fetchall()
    seq = raw.execute("select max(seq) from event_log").fetchone()[0]
    for number, (run, _, _, moment) in enumerate(runs):
        owner = bytes.fromhex(run.replace("-", ""))
        for state in range(2):
            seq += 1
            packed, body = sample[(2 * number + state) % len(sample)]
            event_us = moment + state * SECOND_US // 2
            yield seq, event_us, os.urandom(16), owner, event_us, packed, body


def _ran(raw: sqlite3.Connection, runs: Iterable[tuple[str, int, int, int]]) -> Iterator[tuple[Any, ...]]:
    last, body = raw.execute("select id, body from run order by id desc limit 1").fetchone()
    for number, (run, job, _, moment) in enumerate(runs, last + 1):
        yield number, run, job, moment, body


def _wrote(raw: sqlite3.Connection, runs: list[tuple[str, int, int, int]]) -> Iterator[tuple[Any, ...]]:
    last, body = raw.execute("select id, body from version where version <> '' order by id desc limit 1").fetchone()
    run_id = raw.execute("select max(id) from run").fetchone()[0] - len(runs)
    for number, (run, _, dataset, moment) in enumerate(runs, 1):
        best = f"1{moment:016d}{run}"
        yield last + number, dataset, f"v{number}", moment, run_id + number, best, body, moment


def _insert(raw: sqlite3.Connection, statement: str, rows: Iterator[tuple[Any, ...]]) -> None:
    while batch := list(islice(rows, TOGETHER)):
        raw.execute("begin immediate")
        raw.executemany(statement, batch)
        raw.execute("commit")


def sample() -> list[bytes]:
    """Return the real events that are copied, to be ingested first."""
    return events.runs(SAMPLE)
