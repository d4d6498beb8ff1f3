"""By hand: a table goes from A to B and back to A; the return is a change, and the time between belongs to B."""

from pathlib import Path
from typing import Any

import msgspec

from driftline import clock
from driftline.config import Settings
from driftline.engine.engine import Engine
from driftline.event.answer import Answer, Source
from driftline.event.lineage import Dataset, Version
from driftline.event.report import DataChange

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


def read_and_made(engine: Engine, day: int, reads: list[tuple[str, str, str]]) -> list[DataChange]:
    """Tell of a run that reads these (name, version, slice) and writes ``table``; return what an answer on it shows."""
    parts = [
        {"namespace": "n", "name": name, "facets": {"driftline_state": {"version": version, "partition": slice_}}}
        for name, version, slice_ in [*reads, ("table", f"xxh3:t{day}", "")]
    ]
    body = {"eventType": "COMPLETE", "eventTime": DAY.format(day), "job": {"namespace": "etl", "name": "make"}}
    run = {"runId": f"00000000-0000-0000-0000-{day:012d}"}
    engine.ingest_many([msgspec.json.encode({**body, "run": run, "inputs": parts[:-1], "outputs": parts[-1:]})])
    source = Source("features", Version(Dataset("n", "table"), f"xxh3:t{day}"))
    moment = clock.parse(DAY.format(day)) + 1
    engine.house.store.ledger.append([Answer(id=f"{day:02d}", time_us=moment, endpoint="desk", sources=(source,))])
    return [one for one in engine.why(f"{day:02d}").data if one.node != "dataset:n:table"]


def test_what_a_run_reads_besides_or_no_longer_is_told(tmp_path: Path) -> None:
    raw, rates = ("raw", "xxh3:a", ""), ("rates", "xxh3:r", "")
    with Engine.open(Settings(home=str(tmp_path), console=False)) as engine:
        assert read_and_made(engine, 1, [raw]) == []
        (came,) = read_and_made(engine, 2, [raw, rates])
        assert (came.node, came.verdict, came.before, came.after) == ("dataset:n:rates", "came", "", "xxh3:r")
        assert (came.at_us, came.sentence) == (clock.parse(DAY.format(2)), "It was not read the time before.")
        (went,) = read_and_made(engine, 3, [raw])
        assert (went.node, went.verdict, went.before, went.after) == ("dataset:n:rates", "went", "xxh3:r", "")
        assert read_and_made(engine, 4, [raw]) == []
        assert read_and_made(engine, 5, [("other", "xxh3:o", "")]) == []  # nothing in common: another thing was made


def test_a_slice_that_came_or_went_or_lost_a_file_is_told(tmp_path: Path) -> None:
    jan, feb, more = (("feed", f"xxh3:{name}", slice_) for name, slice_ in (("j", "jan"), ("f", "feb"), ("g", "feb")))
    with Engine.open(Settings(home=str(tmp_path), console=False)) as engine:
        assert read_and_made(engine, 1, [jan]) == []
        (came,) = read_and_made(engine, 2, [jan, feb, more][:2])
        assert (came.partition, came.verdict, came.after) == ("feb", "came", "xxh3:f")
        (file,) = read_and_made(engine, 3, [jan, feb, more])
        assert (file.partition, file.verdict, file.after) == ("feb", "came", "xxh3:g")
        assert file.sentence == "A file of the partition came."
        (file,) = read_and_made(engine, 4, [jan, more])
        assert (file.partition, file.verdict, file.before) == ("feb", "went", "xxh3:f")
        (went,) = read_and_made(engine, 5, [more])
        assert (went.partition, went.verdict, went.sentence) == ("jan", "went", "The partition went.")


def test_equal_partitions_each_find_what_they_held(tmp_path: Path) -> None:
    """By hand: February takes the bytes of January, which stay where they are; then both are emptied."""
    jan, feb = ("feed", "xxh3:j", "jan"), ("feed", "xxh3:f", "feb")
    same, none = ("feed", "xxh3:j", "feb"), [("feed", "xxh3:0", "jan"), ("feed", "xxh3:0", "feb")]
    with Engine.open(Settings(home=str(tmp_path), console=False)) as engine:
        assert read_and_made(engine, 1, [jan, feb]) == []
        found = read_and_made(engine, 2, [jan, same])
        assert [(one.partition, one.before, one.after) for one in found] == [("feb", "xxh3:f", "xxh3:j")]
        found = sorted(read_and_made(engine, 3, none), key=lambda one: one.partition)
        assert [(one.partition, one.before, one.after) for one in found] == [
            ("feb", "xxh3:j", "xxh3:0"),
            ("jan", "xxh3:j", "xxh3:0"),
        ]
