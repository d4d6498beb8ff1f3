"""By hand: a table goes from A to B and back to A; the return is a change, and the time between belongs to B."""

from pathlib import Path
from typing import Any

import msgspec

from driftline import clock
from driftline.config import Settings
from driftline.engine.engine import Engine
from driftline.event.answer import Answer, Source
from driftline.event.lineage import Dataset, Version

DAY = "2024-01-0{}T00:00:00Z"


def ran(day: int, source: str, made: str) -> bytes:
    """A run of a day that reads a version of ``raw`` and writes one of ``table``."""
    sides: list[list[dict[str, Any]]] = [
        [{"namespace": "n", "name": name, "facets": {"driftline_state": {"version": version, "fingerprint": version}}}]
        for name, version in (("raw", source), ("table", made))
    ]
    run = {"runId": f"00000000-0000-0000-0000-{day:012d}"}
    body = {"eventType": "COMPLETE", "eventTime": DAY.format(day), "run": run}
    return msgspec.json.encode(
        {**body, "job": {"namespace": "etl", "name": "make"}, "inputs": sides[0], "outputs": sides[1]}
    )


def told(home: Path) -> Engine:
    """A on the first and third day, B on the second; an answer half a day after each."""
    engine = Engine.open(Settings(home=str(home), console=False))
    engine.ingest_many([ran(day, f"xxh3:{raw}", f"xxh3:t{raw}") for day, raw in ((1, "a"), (2, "b"), (3, "a"))])
    for day, made in ((1, "a"), (2, "b"), (3, "a")):
        source = Source("features", Version(Dataset("n", "table"), f"xxh3:t{made}"))
        moment = clock.parse(DAY.format(day)) + 43_200_000_000
        engine.house.store.ledger.append([Answer(id=f"0{day}", time_us=moment, endpoint="desk", sources=(source,))])
    return engine


def test_what_came_back_is_told_as_a_change(tmp_path: Path) -> None:
    with told(tmp_path) as engine:
        data = {change.node: change for change in engine.why("03").data}
    raw = data["dataset:n:raw"]
    assert (raw.before, raw.after, raw.returned) == ("xxh3:b", "xxh3:a", True)
    assert raw.at_us == clock.parse(DAY.format(3))


def test_a_difference_up_to_now_ends_at_what_is_there_now(tmp_path: Path) -> None:
    with told(tmp_path) as engine:
        found = engine.diff("dataset:n:raw", since_us=clock.parse(DAY.format(2))).data
    assert {(one.before, one.after) for one in found if one.node == "dataset:n:raw"} == {("xxh3:b", "xxh3:a")}
