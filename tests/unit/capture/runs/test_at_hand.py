"""Tables in memory are measured later, as they were; expected contents are those of the same rows measured at once."""

import gc
import threading
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import driftline
from driftline.capture.runs import at_hand
from driftline.capture.runs.at_hand import Table
from driftline.capture.runs.trace import Seen
from driftline.capture.tables import contents, measure
from driftline.event.lineage import Dataset, Touched
from driftline.testing import MemorySink

ROWS = {"n": [1, 2, 3], "s": ["x", "y", "z"]}
FRAMES = [pd.DataFrame(ROWS), pl.DataFrame(ROWS), pa.table(ROWS), pa.table(ROWS).to_batches()[0]]
EXPECTED = contents.of_arrow(pa.table(ROWS)).fingerprint


def taken(data: Any, **arguments: Any) -> Table:
    found = at_hand.take(data, **arguments)
    assert isinstance(found, Table)
    return found


@pytest.mark.parametrize("frame", FRAMES, ids=["pandas", "polars", "arrow", "batch"])
def test_every_kind_of_frame_is_measured(frame: Any) -> None:
    found = taken(frame)
    assert found.contents().fingerprint == EXPECTED
    assert found.name() == EXPECTED
    assert not at_hand._waiting


def change_pandas(frame: pd.DataFrame) -> None:
    frame.loc[0, "n"] = 99
    frame["more"] = 1
    frame.pop("s")


def change_polars(frame: pl.DataFrame) -> None:
    frame[0, "n"] = 99
    frame.insert_column(0, pl.Series("more", [1, 1, 1]))


@pytest.mark.parametrize(
    ("frame", "change"), [(pd.DataFrame(ROWS), change_pandas), (pl.DataFrame(ROWS), change_polars)]
)
def test_what_the_user_changes_afterwards_is_not_seen(frame: Any, change: Any) -> None:
    found = taken(frame)
    change(frame)
    assert found.contents().fingerprint == EXPECTED
    assert 99 in frame["n"].to_list()


def test_a_table_out_of_a_database_is_named_by_its_rows_whatever_their_order() -> None:
    table = pa.table({"n": range(200_000)})
    one, two = taken(table, ordered=False), taken(table.slice(5).take(list(range(199_995))), ordered=False)
    turned = taken(pa.concat_tables([table.slice(100), table.slice(0, 100)]), ordered=False)
    assert one.name() == turned.name() != two.name()
    assert one.name().startswith("t4-")
    assert one.contents().fingerprint != turned.contents().fingerprint


def test_what_has_more_cells_than_the_setting_says_is_not_kept_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measure.level, "cells", 5)
    assert at_hand.take(pa.table(ROWS)) == "not measured: 6 cells are more than table_cells"
    monkeypatch.setattr(measure.level, "cells", 6)
    held = [taken(pa.table(ROWS)) for _ in range(4)]
    assert at_hand.take(pa.table(ROWS)) == "not measured: too many tables waited"
    held[0].contents()
    held[1].drop()
    assert isinstance(at_hand.take(pa.table(ROWS)), Table)


def test_what_is_no_table_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    assert at_hand.take({"n": [1]}) == ""
    assert at_hand.take(pd.Series([1])) == ""
    assert at_hand.take(None) == ""
    monkeypatch.setattr(measure.level, "contents", False)
    assert at_hand.take(pa.table(ROWS)) == ""


def test_a_pandas_without_copy_on_write_is_measured_at_once_or_not_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(at_hand, "_copied_on_write", lambda: False)
    frame = pd.DataFrame(ROWS)
    found = taken(frame)
    frame.loc[0, "n"] = 99
    assert found.contents().fingerprint == EXPECTED
    monkeypatch.setattr(at_hand, "_SMALL", 5)
    assert at_hand.take(frame) == "not measured: without copy-on-write the table may change"


def test_a_panic_of_a_library_is_a_failure_like_any_other() -> None:
    class Panic(BaseException):
        pass

    def fail(_: Any) -> Any:
        raise Panic("out of range")

    found = taken(pa.table(ROWS), shape=fail)
    assert found.work() == []
    for _ in range(2):
        with pytest.raises(RuntimeError, match="Panic: out of range"):
            found.contents()
    assert not at_hand._waiting


def test_forgetting_does_not_wait_for_the_measuring(monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slow(data: Any) -> Any:
        begun.set()
        go_on.wait(5)
        return data

    found = taken(pa.table(ROWS), shape=slow)
    thread = threading.Thread(target=found.work)
    thread.start()
    assert begun.wait(5)
    found.drop()
    go_on.set()
    thread.join()
    assert not at_hand._waiting


def test_it_is_measured_on_the_senders_thread(sink: MemorySink, monkeypatch: pytest.MonkeyPatch) -> None:
    threads: list[str] = []
    original = contents.of_data

    def noted(*args: Any, **kwargs: Any) -> Any:
        threads.append(threading.current_thread().name)
        return original(*args, **kwargs)

    monkeypatch.setattr(contents, "of_data", noted)
    put = driftline.capture.sending.client.current().sender.put
    with driftline.run("job") as run:
        seen = Seen(touched=Touched(dataset=Dataset("db", "t"), kind="table"))
        at_hand.hold(seen, pa.table(ROWS), ordered=False)
        at_hand.add(run, "read", seen, put)
    driftline.flush()
    assert threads == ["driftline-sender"]
    (event,) = sink.decoded()
    (read,) = event.inputs
    assert {"driftline_state", "schema", "driftline_fingerprint", "driftline_profile"} <= read.facets.keys()
    assert b'"version":"t4-1:' in bytes(read.facets["driftline_state"])


def test_a_table_that_nobody_asks_for_any_more_takes_no_room() -> None:
    found = taken(pa.table(ROWS))
    assert sum(at_hand._waiting.values()) == 6
    del found
    gc.collect()
    assert not at_hand._waiting
