"""Steps that are probed, from the call to the event, with real child processes."""

import contextlib
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pandas as pd
import pytest

import driftline
from driftline.capture.explaining import probing
from driftline.capture.ground import fault
from driftline.capture.probe import cache
from driftline.event import facets
from driftline.event.facets import ColumnLineageFacet, DifferencesFacet, GapsFacet
from driftline.event.openlineage import Event
from driftline.testing import MemorySink

FACTOR = 3
CALLS: list[int] = []
SHARED: dict[str, Any] = {"handle": threading.Lock()}
N = 120
ORDERS = pd.DataFrame({
    "uid": np.arange(N) * 7 % 30, "amount": np.arange(N) * 1.7 % 13, "state": ["ok", "bad", "ok"] * (N // 3),
})  # fmt: skip
USERS = pd.DataFrame({"uid": range(30), "country": ["de", "fr", "us"] * 10})


def scaled(values: Any) -> Any:
    return values * FACTOR


def features(orders: pd.DataFrame, users: pd.DataFrame) -> pd.DataFrame:
    kept = orders[orders.state == "ok"].merge(users, on="uid")
    kept["revenue"] = scaled(kept.amount)
    return kept.groupby("country", as_index=False)["revenue"].sum()


def counted(orders: pd.DataFrame) -> pd.DataFrame:
    CALLS.append(len(orders))
    return orders[["amount"]]


def noisy(orders: pd.DataFrame) -> pd.DataFrame:
    return orders.assign(x=np.random.default_rng().random(len(orders)))


def writing(orders: pd.DataFrame) -> pd.DataFrame:
    Path("written-by-step.txt").write_text("x")
    return orders[["amount"]]


def hiding(orders: pd.DataFrame) -> pd.DataFrame:
    with contextlib.suppress(OSError):
        Path("written-by-step.txt").write_text("x")
    return orders[["amount"]]


def writing_in_another_language(orders: pd.DataFrame) -> pd.DataFrame:
    import pyarrow as pa
    from pyarrow import parquet

    parquet.write_table(pa.table({"a": [1]}), "precious.parquet")
    return orders[["amount"]]


def connecting(orders: pd.DataFrame) -> pd.DataFrame:
    import socket

    with socket.socket() as made:
        made.settimeout(0.1)
        made.connect(("127.0.0.1", 9))
    return orders[["amount"]]


def starting(orders: pd.DataFrame) -> pd.DataFrame:
    import subprocess

    subprocess.run([sys.executable, "-c", ""], check=True)
    return orders[["amount"]]


def sleeping(orders: pd.DataFrame) -> pd.DataFrame:
    time.sleep(60)
    return orders[["amount"]]


def crashing(orders: pd.DataFrame) -> pd.DataFrame:
    os._exit(3)


def spinning(orders: pd.DataFrame) -> pd.DataFrame:
    while True:
        pass


def with_lock(orders: pd.DataFrame) -> pd.DataFrame:
    with SHARED["handle"]:
        return orders[["amount"]]


def printing(orders: pd.DataFrame) -> pd.DataFrame:
    print("chatter " * 1_000)
    sys.stderr.write("more")
    return orders[["amount"]]


def reading(orders: pd.DataFrame) -> pd.DataFrame:
    return orders[["amount"]] * float(Path("factor.txt").read_text())


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sink: MemorySink) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(
        "driftline.capture.runs.run._ANNOUNCE_US", 3_600_000_000
    )  # no run is announced, however slow this is
    cache.forget()
    ORDERS.to_parquet("orders.parquet")
    USERS.to_parquet("users.parquet")
    (tmp_path / "factor.txt").write_text("2")
    yield tmp_path
    cache.forget()


PURE: list[tuple[Callable[..., Any], set[str]]] = [
    (counted, {"orders.amount IDENTITY"}),
    (printing, {"orders.amount IDENTITY"}),
    (reading, {"orders.amount TRANSFORMATION"}),
]


def test_a_function_with_helpers_and_constants_of_the_script_is_probed(here: Path) -> None:
    report = driftline.probe(features, ORDERS, users=USERS)
    assert report.reason == ""
    assert {(f"{one.argument}.{one.column}", one.target, one.subtype) for one in report.influences} == {
        ("orders.amount", "revenue", "AGGREGATION"),
        ("orders.state", "", "FILTER"),
        ("orders.uid", "", "JOIN"),
        ("users.uid", "", "JOIN"),
        ("users.country", "country", "IDENTITY"),
        ("users.country", "", "GROUP_BY"),
    }
    assert "audit hook" in report.fence
    assert "limits" in report.fence


@pytest.mark.parametrize(("function", "expected"), PURE, ids=[case[0].__name__ for case in PURE])
def test_what_only_computes_is_probed(function: Callable[..., Any], expected: set[str], here: Path) -> None:
    report = driftline.probe(function, ORDERS)
    assert report.reason == ""
    assert {f"{one.argument}.{one.column} {one.subtype}" for one in report.influences} == expected
    assert bool(report.reads) == (function is reading)
    assert CALLS == []


IMPURE: list[tuple[Callable[..., Any], str]] = [
    (noisy, "two runs on the same data differ"),
    (writing, "it is not pure: writing written-by-step.txt"),
    (hiding, "it is not pure: writing written-by-step.txt"),
    (connecting, "it is not pure: socket.connect"),
    (starting, "it is not pure: subprocess.Popen"),
    (crashing, "it ended its process (code 3)"),
    (with_lock, "SHARED cannot be carried"),
]


@pytest.mark.parametrize(("function", "reason"), IMPURE, ids=[case[0].__name__ for case in IMPURE])
def test_what_does_more_than_compute_is_not_probeable_and_does_nothing(
    function: Callable[..., Any], reason: str, here: Path
) -> None:
    before = sorted(here.iterdir())
    report = driftline.probe(function, ORDERS)
    assert report.reason.startswith(reason)
    assert report.influences == ()
    assert sorted(here.iterdir()) == before


def test_what_writes_without_python_is_refused_by_the_kernel(here: Path) -> None:
    if not any(part.startswith("landlock") for part in driftline.probe(printing, ORDERS).fence):
        pytest.skip("this kernel has no Landlock")
    (here / "precious.parquet").write_bytes(b"precious")
    assert driftline.probe(writing_in_another_language, ORDERS).reason
    assert (here / "precious.parquet").read_bytes() == b"precious"


@pytest.mark.parametrize("function", [sleeping, spinning])
def test_what_does_not_end_is_ended(function: Callable[..., Any], here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("driftline.capture.probe.background._MARGIN", 0.5)
    begin = time.monotonic()
    report = driftline.probe(function, ORDERS, seconds=0.5)
    assert report.reason.startswith(("it did not end", "it ended its process"))
    assert time.monotonic() - begin < 20


def test_what_takes_no_table_or_something_else_is_not_probeable() -> None:
    assert driftline.probe(len, "abc").reason
    assert driftline.probe(lambda x: x, 3).reason == "none of its arguments is a table"
    assert driftline.probe(lambda x, y: x, ORDERS, object()).reason == "its argument y is of class object"


def events(sink: MemorySink, job: str) -> list[Event]:
    return [event for event in sink.decoded() if event.job and event.job.name == job]


def lineage(event: Event, name: str) -> ColumnLineageFacet | None:
    (part,) = [output for output in event.outputs if output.name == name]
    return facets.unpack(part.facets, "columnLineage", ColumnLineageFacet)


def flat(found: ColumnLineageFacet) -> set[tuple[str, str, str, str, float]]:
    return {
        (column, f"{source.name}.{source.field}", how.subtype, how.provenance, how.confidence)
        for column, sources in {**{k: v.input_fields for k, v in found.fields.items()}, "": found.dataset}.items()
        for source in sources
        for how in source.transformations
    }


def gaps(event: Event) -> dict[str, int]:
    found = facets.unpack(event.run.facets if event.run else {}, "driftline_gaps", GapsFacet)
    return found.gaps if found else {}


SURE = 0.855  # 0.9 of the probe, 0.95 because pandas frames may be changed in place
EXPECTED = {
    ("revenue", "orders.parquet.amount", "AGGREGATION", "probed", SURE),
    ("country", "users.parquet.country", "IDENTITY", "probed", SURE),
    ("", "orders.parquet.state", "FILTER", "probed", SURE),
    ("", "orders.parquet.uid", "JOIN", "probed", SURE),
    ("", "users.parquet.uid", "JOIN", "probed", SURE),
    ("", "users.parquet.country", "GROUP_BY", "probed", SURE),
}


def pipeline(step: Callable[..., Any]) -> None:
    with driftline.run("prepare"):
        made = step(pd.read_parquet("orders.parquet"), pd.read_parquet("users.parquet"))
        made.to_parquet("features.parquet")


def test_what_a_step_returns_has_edges_once_the_probe_is_answered(here: Path, sink: MemorySink) -> None:
    driftline.watch()
    pipeline(driftline.step(probe=True)(features))
    assert driftline.flush(60)
    first, last = events(sink, "prepare")
    assert (first.event_type, last.event_type) == ("COMPLETE", "OTHER")
    assert gaps(first) == {"probes pending": 1}
    assert gaps(last) == {}
    found = lineage(last, "features.parquet")
    assert found is not None
    assert flat(found) == EXPECTED
    assert fault.counts() == {}


def test_a_step_that_is_known_costs_no_probe(here: Path, sink: MemorySink, monkeypatch: pytest.MonkeyPatch) -> None:
    driftline.watch()
    step = driftline.step(probe=True)(features)
    pipeline(step)
    assert driftline.flush(60)
    cache.forget()  # another process finds it on disk
    monkeypatch.setattr(probing.background, "put", lambda job: pytest.fail("probed again"))
    pipeline(step)
    assert driftline.flush(60)
    (event,) = events(sink, "prepare")[2:]
    found = lineage(event, "features.parquet")
    assert event.event_type == "COMPLETE"
    assert found is not None
    assert flat(found) == EXPECTED


def test_the_function_is_called_once_with_its_arguments_and_returns_what_it_returns(here: Path) -> None:
    CALLS.clear()
    step = driftline.step(probe=True)(counted)
    frame = ORDERS.copy()
    result = step(frame)
    assert driftline.flush(60)
    assert CALLS == [N]
    assert result.equals(ORDERS[["amount"]])
    assert frame.equals(ORDERS)
    CALLS.clear()

    @driftline.step(probe=True)
    def failing(orders: pd.DataFrame) -> pd.DataFrame:
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        failing(frame)


def test_what_is_not_pure_is_a_gap_of_the_step(here: Path, sink: MemorySink) -> None:
    driftline.step(probe=True)(noisy)(ORDERS)
    assert driftline.flush(60)
    last = events(sink, "noisy")[-1]
    assert gaps(last) == {"not probeable: two runs on the same data differ": 1}


def test_steps_are_probed_only_where_that_is_asked_for(
    here: Path, sink: MemorySink, monkeypatch: pytest.MonkeyPatch
) -> None:
    put: list[Any] = []
    monkeypatch.setattr(probing.background, "put", lambda job: put.append(job) or True)
    driftline.step(features)(ORDERS, USERS)
    assert put == []
    driftline.step(probe=True)(features)(ORDERS, USERS)
    assert len(put) == 1
    owner = probing.client.current()
    assert owner is not None
    for setting, asked, expected in (("off", True, 0), ("steps", None, 1), ("steps", False, 0)):
        put.clear()
        owner.settings = msgspec.structs.replace(owner.settings, probe=setting)
        driftline.step(probe=asked)(features)(ORDERS, USERS)
        assert len(put) == expected


def test_what_is_observed_and_was_not_declared_is_added_and_shown(here: Path, sink: MemorySink) -> None:
    pl = pytest.importorskip("polars")
    driftline.watch()

    @driftline.step(probe=True)
    def hidden(orders: Any) -> Any:
        scale = 2.0 if orders["state"].to_list()[0] == "ok" else 3.0  # no expression tells of this
        return orders.select("uid", x=pl.col("amount") * scale)

    with driftline.run("prepare"):
        hidden(pl.read_parquet("orders.parquet")).write_parquet("out.parquet")
    assert driftline.flush(60)
    last = events(sink, "prepare")[-1]
    found = lineage(last, "out.parquet")
    assert found is not None
    known = {one[:3]: one[3:] for one in flat(found)}
    assert known["uid", "orders.parquet.uid", "IDENTITY"] == ("", 1.0)
    assert known["x", "orders.parquet.amount", "TRANSFORMATION"] == ("", 1.0)
    hit = [(one, how) for one, how in known.items() if one[1] == "orders.parquet.state"]
    assert {(one[2], how[0]) for one, how in hit} == {("TRANSFORMATION", "probed"), ("CONDITIONAL", "code")}
    told = facets.unpack(last.run.facets if last.run else {}, "driftline_differences", DifferencesFacet)
    assert told is not None
    assert {(one.field, one.declared) for one in told.differences} == {("state", ())}
    assert all(one.observed for one in told.differences)


def test_a_probe_in_which_something_of_ours_fails_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def pack(_: object) -> bytes:
        raise MemoryError

    monkeypatch.setattr(probing.ship, "pack", pack)
    assert driftline.probe(scaled, ORDERS).reason == "it cannot be probed: something in Driftline failed"
