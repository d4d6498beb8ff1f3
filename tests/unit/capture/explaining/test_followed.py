"""A program is followed once, as long as its text and what is known of its reads stay the same."""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import CodeType
from typing import Any

import pytest

from driftline.capture.explaining import followed
from driftline.capture.explaining.followed import Program
from driftline.capture.ground import fault
from driftline.capture.program import sites
from driftline.capture.program.sites import Read, Way
from driftline.capture.script.reading import Came
from driftline.capture.script.statements import Statements
from driftline.event.lineage import Dataset, Field

TEXT = 'import pandas as pd\ndf = pd.read_csv("in.csv")\ndf["c"] = df.a + df.b\ndf.to_csv("out.csv")\n'
FIELDS = (Field("a", "int64"), Field("b", "int64"))
Made = Callable[[str], dict[int, Way]]


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    followed._held.clear()
    sites._reads.clear()
    sites._Kept.looked_up = -1
    yield
    sites._reads.clear()
    sites._Kept.looked_up = -1


@pytest.fixture
def script(tmp_path: Path) -> Made:
    """Return a function that writes a script and returns the ways to its calls, by the line that they end in."""

    def made(text: str) -> dict[int, Way]:
        file = tmp_path / "script.py"
        file.write_text(text)
        os.utime(file, (time.time() - 10_000,) * 2)
        code = compile(text, str(file), "exec")
        return dict(calls(code))

    return made


def calls(code: CodeType) -> Iterator[tuple[int, Way]]:
    for place, position in enumerate(code.co_positions()):
        if position[1] is not None and code.co_code[place * 2]:
            yield position[1], Way((code,), (place * 2,))


def last(ways: dict[int, Way], line: int, text: str) -> Way:
    """The way to the call that a line ends with."""
    end = len(text.splitlines()[line - 1])
    (code,) = ways[line].codes
    places = [
        place * 2 for place, one in enumerate(code.co_positions()) if one[1] == line and one[3] == end and one[2] != end
    ]
    return Way((code,), (places[0],))


def known(way: Way, fields: tuple[Field, ...] | None = FIELDS) -> None:
    sites._reads.setdefault(way, {}).setdefault(1, []).append(Read(1, 1, (Dataset("file", "in.csv"),), fields))
    sites._Kept.looked_up = -1


def test_a_call_was_given_columns_that_come_from_what_was_read(script: Made) -> None:
    ways = script(TEXT)
    read, write = last(ways, 2, TEXT), last(ways, 4, TEXT)
    known(read)
    table = Program([write], lambda _: None).given(write)
    assert table is not None
    assert table.closed
    assert table.of("c") == {Came(read.path(), name, subtype="TRANSFORMATION") for name in "ab"}


def test_it_is_followed_once_until_columns_change(script: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    followed_so_often: list[Any] = []
    original = followed.follow
    monkeypatch.setattr(followed, "follow", lambda *given: followed_so_often.append(1) or original(*given))
    ways = script(TEXT)
    read, write = last(ways, 2, TEXT), last(ways, 4, TEXT)
    known(read)
    for _ in range(3):
        assert Program([write], lambda _: None).given(write) is not None
    assert len(followed_so_often) == 1
    known(read, (Field("z"),))  # another file, read by the same call
    table = Program([write], lambda _: None).given(write)
    assert table is not None
    assert set(table.columns) == {"a", "b", "z", "c"}
    assert len(followed_so_often) == 2


def test_a_report_looks_once_whether_what_was_followed_still_holds(
    script: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[Any] = []
    original = followed.Outside.stands
    monkeypatch.setattr(followed.Outside, "stands", lambda *given: looked.append(1) or original(*given))
    ways = script(TEXT)
    read, write = last(ways, 2, TEXT), last(ways, 4, TEXT)
    known(read)
    assert Program([write], lambda _: None).given(write) is not None
    told = Program([write], lambda _: None)
    found = [told.given(write) for _ in range(1_500)]  # files that one call has written
    assert len(looked) == 1
    assert found[0] is not None
    assert all(one is found[0] for one in found)
    assert told.in_turn(write, 0, 1) == found[0]
    assert len(looked) == 1


def test_columns_that_the_frame_did_not_tell_are_asked_of_the_file(script: Made) -> None:
    ways = script(TEXT)
    read, write = last(ways, 2, TEXT), last(ways, 4, TEXT)
    known(read, None)
    table = Program([write], lambda one: (Field("q"),)).given(write)
    assert table is not None
    assert "q" in table.columns


@pytest.mark.parametrize(("header", "sure"), [("q;r", False), ("q,r", True)])
def test_cells_of_a_file_that_has_something_else_between_them_are_no_columns(
    script: Made, tmp_path: Path, header: str, sure: bool
) -> None:
    text = (
        'import pandas as pd\nfile = open("in.csv")\nrows = [{"x": line.split(",")[0]} for line in file]\n'
        'pd.DataFrame(rows).to_csv("out.csv")\n'
    )
    (tmp_path / "in.csv").write_text(f"{header}\n")
    ways = script(text)
    read, write = last(ways, 2, text), last(ways, 4, text)
    sites._reads[read] = {1: [Read(1, 1, (), None, None, str(tmp_path / "in.csv"))]}
    sites._Kept.looked_up = -1
    table = Program([write], lambda _: (Field("q"), Field("r"))).given(write)
    assert table is not None
    assert {one.column for one in table.of("x")} == ({"q"} if sure else {""})  # or of all of the file
    assert {one.confidence > 0.5 for one in table.of("x")} == {sure}


def test_a_text_that_is_not_known_tells_nothing() -> None:
    code = compile(TEXT, "nowhere.py", "exec")
    write = Way((code,), (0,))
    assert Program([write], lambda _: None).given(write) is None


def test_a_process_that_has_followed_for_too_long_follows_no_more(
    script: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    ways = script(TEXT)
    read, write = last(ways, 2, TEXT), last(ways, 4, TEXT)
    known(read)
    monkeypatch.setattr(followed._Spent, "seconds", followed.ALLOWED + followed.SHARE * 1e9)
    assert Program([write], lambda _: None).given(write) is None
    monkeypatch.setattr(followed._Spent, "seconds", 0.0)
    assert Program([write], lambda _: None).given(write) is not None
    assert followed._Spent.seconds > 0


def test_a_fault_of_the_follower_itself_is_counted_and_what_it_found_until_then_is_not_sure(
    script: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    ways = script(TEXT)
    read, write = last(ways, 2, TEXT), last(ways, 4, TEXT)
    known(read)
    before = fault.counts().get("code", 0)

    def broken(self: Statements, body: Any, scope: Any) -> str:
        original(self, body[:-1], scope)
        raise KeyError("ours")

    original = Statements.execute
    monkeypatch.setattr(Statements, "execute", broken)
    assert Program([write], lambda _: None).given(write) is None
    assert fault.counts()["code"] == before + 1
