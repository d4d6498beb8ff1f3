"""Tables of Lance and LanceDB. What each call reads and writes is said in the documentation of both."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tests.recorded import names

import driftline
from driftline.testing import MemorySink

WORDS = [{"id": 1, "word": "a"}, {"id": 2, "word": "b"}]


@pytest.fixture
def lance() -> Any:
    return pytest.importorskip("lance", reason="could not import 'lance', which pylance brings")


@pytest.fixture
def base(watched: MemorySink) -> Any:  # which goes to a folder of its own first
    return pytest.importorskip("lancedb").connect("base")


def versions(act: Callable[[], object]) -> tuple[list[str], list[str]]:
    with driftline.run("job") as run:
        act()
    return [one.version for one in run.inputs], [one.version for one in run.outputs]


def test_tables_of_lance(lance: Any, watched: MemorySink, tmp_path: Path) -> None:
    import pyarrow as pa

    with driftline.run("write") as one:
        lance.write_dataset(pa.table({"a": [1, 2]}), "a.lance")
    with driftline.run("read") as other:
        assert lance.dataset("a.lance").to_table()["a"].to_pylist() == [1, 2]
    assert (names(one), names(other)) == (([], ["a.lance"]), (["a.lance"], []))
    assert one.outputs[0].version == other.inputs[0].version
    with driftline.run("append") as one:
        lance.write_dataset(pa.table({"a": [3]}), "a.lance", mode="append")
    assert names(one)[1] == ["a.lance"]
    assert one.outputs[0].version != other.inputs[0].version


def test_tables_of_lancedb(base: Any, watched: MemorySink, tmp_path: Path) -> None:
    with driftline.run("write") as one:
        made = base.create_table("words", [{"vector": [1.0, 2.0], "word": "a"}])
    with driftline.run("read") as other:
        assert base.open_table("words").count_rows() == 1
    with driftline.run("add") as third:
        made.add([{"vector": [1.0, 3.0], "word": "b"}])
    assert (names(one), names(other)) == (([], ["base/words.lance"]), (["base/words.lance"], []))
    assert one.outputs[0].version == other.inputs[0].version == "lance:1"
    assert [written.version for written in third.outputs] == ["lance:2"]


def test_a_table_that_may_be_there_is_made_or_opened(base: Any, watched: MemorySink) -> None:
    assert versions(lambda: base.create_table("words", WORDS, exist_ok=True)) == ([], ["lance:1"])
    assert versions(lambda: base.create_table("words", WORDS, exist_ok=True)) == (["lance:1"], [])
    assert versions(lambda: base.create_table("words", WORDS, None, "create", True)) == (["lance:1"], [])
    assert versions(lambda: base.create_table("words", WORDS, mode="overwrite")) == ([], ["lance:2"])


def test_what_changes_a_table_of_lancedb_where_it_is_has_read_it(base: Any, watched: MemorySink) -> None:
    words = base.create_table("words", WORDS)

    def merged() -> None:
        made = words.merge_insert("id").when_matched_update_all().when_not_matched_insert_all()
        made.execute([{"id": 3, "word": "c"}])

    assert versions(merged) == (["lance:1"], ["lance:2"])
    assert versions(lambda: words.delete("id = 3")) == (["lance:2"], ["lance:3"])
    assert versions(lambda: words.update(where="id = 1", values={"word": "z"})) == (["lance:3"], ["lance:4"])
    assert versions(lambda: words.add_columns({"twice": "id * 2"})) == (["lance:4"], ["lance:5"])
    assert versions(lambda: words.add([{"id": 4, "word": "d", "twice": 8}])) == ([], ["lance:6"])
    assert words.count_rows() == 3


def test_what_changes_an_open_table_of_lance_is_told(lance: Any, watched: MemorySink, tmp_path: Path) -> None:
    import pyarrow as pa

    data = lance.write_dataset(pa.table({"a": [1, 2]}), "a.lance")
    assert versions(lambda: data.insert(pa.table({"a": [3]}))) == ([], ["lance:2"])
    assert versions(lambda: data.delete("a = 1")) == (["lance:2"], ["lance:3"])
    assert versions(lambda: data.update({"a": "a + 1"})) == (["lance:3"], ["lance:4"])

    def merged() -> None:
        data.merge_insert("a").when_not_matched_insert_all().execute(pa.table({"a": [7]}))

    assert versions(merged) == (["lance:4"], ["lance:5"])
    assert versions(lambda: lance.write_dataset(pa.table({"a": [8]}), data, mode="append")) == ([], ["lance:6"])


class Far:
    """A table of LanceDB that is far away."""

    uri = "db://far/words"

    @property
    def version(self) -> int:
        raise AssertionError("it was asked")

    def delete(self, where: str) -> None:
        """Delete rows."""


Far.__module__ = "lancedb.remote"


def test_a_table_that_is_far_away_is_not_asked_for_its_version(watched: MemorySink, tmp_path: Path) -> None:
    from driftline.capture.hooks import lance as hooks

    put = hooks.install(SimpleNamespace(__name__="lancedb.table", LanceTable=Far))
    with driftline.run("job") as run:
        Far().delete("id = 1")
    for one in put:
        one.undo()
    assert names(run) == ([], ["words"])
    assert run.trace.gaps == {}
