"""Small files that are measured together have the contents that each has alone, and what fails fails alone."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from driftline.capture.ground import fault
from driftline.capture.runs import together
from driftline.capture.runs.trace import Seen
from driftline.capture.tables import contents, formats, measure, measured, remembered
from driftline.event.lineage import Dataset, Touched


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(measured, "at_hand", {})
    monkeypatch.setattr(contents, "_columns", {})
    monkeypatch.setattr(measure.level, "remembered", 0)
    fault.reset()
    yield
    fault.reset()


def written(path: Path, table: pa.Table) -> Seen:
    pq.write_table(table, path)
    return seen(path)


def seen(path: Path) -> Seen:
    state = measure.of_file(str(path))
    touched = Touched(dataset=Dataset("file", path.name), version=state.version)
    return Seen(touched=touched, path=str(path), size=state.size, modified_ns=state.modified_ns)


def tables() -> list[pa.Table]:
    return [
        pa.table({"n": list(range(rows)), "s": [f"k{row % 3}" for row in range(rows)], "f": [0.5] * rows})
        for rows in (0, 1, 5, 900)
    ]


def found(one: Seen) -> Any:
    return formats.of_file(one.path, one.touched.version, one.size, one.modified_ns)


def known(one: Seen) -> bool:
    return measured.key(one.touched.version) in measured.at_hand


def never() -> bool:
    return False


def refuses(*_: Any, **__: Any) -> Any:
    raise AssertionError("it was measured already")


def test_files_that_were_measured_together_are_not_read_again_and_have_the_same_contents(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = [written(tmp_path / f"{place}.parquet", table) for place, table in enumerate(tables())]
    alone = [found(one) for one in waiting]
    monkeypatch.setattr(measured, "at_hand", {})
    monkeypatch.setattr(contents, "_columns", {})
    together.measure_all(waiting, never)
    monkeypatch.setattr(formats, "_read", refuses)
    assert [found(one) for one in waiting] == alone


def test_no_more_is_measured_ahead_than_is_still_at_hand_in_its_turn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert together.MOST <= measured._CACHE // 2
    monkeypatch.setattr(measured, "_CACHE", 6)
    monkeypatch.setattr(together, "MOST", 3)
    waiting = [written(tmp_path / f"{place}.parquet", pa.table({"n": [place, 1]})) for place in range(10)]
    together.measure_all(waiting, never)
    assert [known(one) for one in waiting] == [True] * 3 + [False] * 7
    read = formats._read
    again: list[str] = []
    monkeypatch.setattr(formats, "_read", lambda path, *rest: (again.append(path), read(path, *rest))[1])
    for one in waiting:
        found(one)
    assert again == [one.path for one in waiting[3:]]


def test_a_file_that_fails_fails_alone_and_in_its_turn(tmp_path: Path) -> None:
    good = [written(tmp_path / f"{place}.parquet", table) for place, table in enumerate(tables())]
    broken, gone, changed = (written(tmp_path / f"{name}.parquet", tables()[2].append_column(name, [[1] * 5]))
                             for name in ("broken", "gone", "changed"))  # fmt: skip
    (tmp_path / "broken.parquet").write_bytes(b"PAR1 no more")
    os.utime(tmp_path / "broken.parquet", ns=(1, 1))
    broken = seen(tmp_path / "broken.parquet")
    (tmp_path / "gone.parquet").unlink()
    pq.write_table(tables()[3], tmp_path / "changed.parquet")
    together.measure_all([broken, good[0], gone, *good[1:], changed], never)
    assert [known(one) for one in good] == [True] * 4
    assert not any(known(one) for one in (broken, gone, changed))
    with pytest.raises(pa.ArrowInvalid):
        found(broken)
    for one in (gone, changed):
        with pytest.raises(FileNotFoundError):
            found(one)
    assert not fault.counts()


def test_a_table_that_cannot_be_measured_leaves_the_others_to_their_turns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = [written(tmp_path / f"{place}.parquet", table) for place, table in enumerate(tables())]
    with monkeypatch.context() as patch:
        patch.setattr(contents, "of_tables", refuses)
        together.measure_all(waiting, never)
    assert not any(known(one) for one in waiting)
    assert all(found(one) is not None for one in waiting)


def test_what_is_large_of_another_format_or_not_settled_is_left_to_its_turn(tmp_path: Path) -> None:
    plain = [written(tmp_path / f"{place}.parquet", table) for place, table in enumerate(tables()[1:3])]
    text = tmp_path / "t.csv"
    text.write_text("a,b\n1,2\n")
    long = written(tmp_path / "long.parquet", pa.table({"n": pa.array([1] * 20_000)}))  # 8 bytes of it, as it is coded
    large = msgspec.structs.replace(written(tmp_path / "l.parquet", pa.table({"x": [1]})), size=together.SMALL + 1)
    open_ = msgspec.structs.replace(written(tmp_path / "o.parquet", pa.table({"x": [2]})), pending=True)
    others = [seen(text), long, large, open_]
    together.measure_all([*plain, *others], never)
    assert [known(one) for one in (*plain, *others)] == [True] * 2 + [False] * 4


def test_what_is_held_at_a_time_is_bounded_and_nothing_is_measured_once_somebody_wants_it_to_stop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = [written(tmp_path / f"{place}.parquet", table) for place, table in enumerate(tables())]
    sizes: list[int] = []
    of_tables = contents.of_tables

    def counting(held: list[pa.Table]) -> list[contents.Contents]:
        sizes.append(sum(table.nbytes for table in held))
        return of_tables(held)

    monkeypatch.setattr(contents, "of_tables", counting)
    together.measure_all(waiting, lambda: True)
    assert sizes == []
    monkeypatch.setattr(together, "ROOM", 0)
    together.measure_all(waiting, never)
    assert len(sizes) == 3  # no bytes and 20, 100 and 18,000 of them: what is beyond the room is measured at once
    assert all(known(one) for one in waiting)


def test_another_process_need_not_measure_what_took_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    waiting = [written(tmp_path / f"{place}.parquet", table) for place, table in enumerate(tables())]
    monkeypatch.setattr(measure.level, "home", str(tmp_path / "home"))
    monkeypatch.setattr(measure.level, "remembered", 1 << 20)
    monkeypatch.setattr(remembered._Held, "shelf", None)
    monkeypatch.setattr(measured, "_WORTH_NS", -1)
    together.measure_all(waiting, never)
    alone = [found(one) for one in waiting]
    monkeypatch.setattr(measured, "at_hand", {})  # as in another process
    monkeypatch.setattr(contents, "of_tables", refuses)
    together.measure_all(waiting, never)
    assert [found(one) for one in waiting] == alone


def test_a_file_that_was_replaced_by_one_of_the_same_size_and_time_is_left_to_its_turn(tmp_path: Path) -> None:
    """Written twice in one tick of the clock, or by who sets its time back: the bytes that were read decide."""
    first, second = (pa.table({"n": [number, 5]}) for number in (1, 2))
    waiting = [written(tmp_path / "0.parquet", first), written(tmp_path / "1.parquet", tables()[3])]
    pq.write_table(second, waiting[0].path)
    os.utime(waiting[0].path, ns=(waiting[0].modified_ns, waiting[0].modified_ns))
    assert measure.state(waiting[0].path) == (waiting[0].size, waiting[0].modified_ns)
    together.measure_all(waiting, never)
    assert [known(one) for one in waiting] == [False, True]
