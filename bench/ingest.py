"""What taking an event costs, from bytes to folded lineage, beside the floors that nothing can go below.

The floors: the same bytes inserted into SQLite with the same durability and as many per transaction, and the same
bytes decoded by json. The events are of runs that read three datasets and write one, with schema and column lineage.
"""

import json
import sqlite3
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

import ratios
from driftline import clock
from driftline.config import Settings
from driftline.engine.engine import Engine
from driftline.event import ids, openlineage

RUNS = 1000
TOGETHER = 100
COLUMNS = [f"column_{number}" for number in range(12)]
START_US = 1_357_000_000_000_000
HOUR_US = 3_600_000_000


def dataset(name: str, version: str, **facets: Any) -> dict[str, Any]:
    schema = {"fields": [{"name": column, "type": "DOUBLE"} for column in COLUMNS]}
    state = {"version": version, "kind": "file", "rows": 1000}
    stated = {"schema": schema, "driftline_state": state, **facets}
    common = {"_producer": openlineage.PRODUCER, "_schemaURL": openlineage.PRODUCER}
    return {"namespace": "file", "name": name, "facets": {key: common | facet for key, facet in stated.items()}}


def events() -> list[bytes]:
    """Return the COMPLETE events of ``RUNS`` runs of ten jobs."""
    made = []
    for number in range(RUNS):
        moment = START_US + number * HOUR_US
        job = number % 10
        sources = [f"feed/{job}/{part}" for part in range(3)]
        fields = {c: {"inputFields": [{"namespace": "file", "name": s, "field": c} for s in sources]} for c in COLUMNS}
        event = {
            "eventTime": clock.iso(moment),
            "eventType": "COMPLETE",
            "producer": openlineage.PRODUCER,
            "schemaURL": openlineage.SCHEMA + "RunEvent",
            "run": {"runId": ids.uuid7(moment, bytes), "facets": {}},
            "job": {"namespace": "bench", "name": f"job_{job}", "facets": {}},
            "inputs": [dataset(name, f"v{number}") for name in sources],
            "outputs": [dataset(f"made/{job}", f"v{number}", columnLineage={"fields": fields})],
        }
        made.append(msgspec.json.encode(event))
    return made


def into_engine(raw: list[bytes], folder: Path) -> Callable[[], Any]:
    engine = Engine.open(Settings(home=str(Path(tempfile.mkdtemp(dir=folder)))))

    def work() -> None:
        for place in range(0, len(raw), TOGETHER):
            engine.ingest_many(raw[place : place + TOGETHER])
        engine.close()

    return work


def into_sqlite(raw: list[bytes], folder: Path) -> Callable[[], Any]:
    connection = sqlite3.connect(Path(tempfile.mkdtemp(dir=folder)) / "floor.db", isolation_level=None)
    connection.execute("pragma journal_mode = wal")
    connection.execute("pragma synchronous = normal")
    connection.execute("create table log (seq integer primary key, raw blob not null)")

    def work() -> None:
        for place in range(0, len(raw), TOGETHER):
            connection.execute("begin immediate")
            rows = [(body,) for body in raw[place : place + TOGETHER]]
            connection.executemany("insert into log (raw) values (?)", rows)
            connection.execute("commit")
        connection.close()

    return work


def main() -> None:
    """Measure and print."""
    raw = events()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        work: dict[str, Callable[[], Callable[[], Any]]] = {
            "SQLite insert of the same bytes": lambda: into_sqlite(raw, folder),
            "json.loads": lambda: lambda: [json.loads(body) for body in raw],
            "openlineage.decode (ours)": lambda: lambda: [openlineage.decode(body) for body in raw],
            "engine.ingest_many": lambda: into_engine(raw, folder),
        }
        taken = {name: 1e6 * ratios.of_call(prepare) / len(raw) for name, prepare in work.items()}
    size = sum(map(len, raw)) / len(raw)
    title = f"Ingest, {len(raw)} events of {size:.0f} bytes, {TOGETHER} at a time"
    ratios.show(title, "CPU µs per event", taken, floor="SQLite insert of the same bytes")


if __name__ == "__main__":
    main()
