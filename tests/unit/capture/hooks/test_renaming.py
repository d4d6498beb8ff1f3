"""Names that a text gives to tables and columns after it has used them; expected columns are read off the texts."""

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

import driftline
from driftline.capture.hooks import renaming
from driftline.capture.sql import known
from driftline.capture.sql.relation import Source
from driftline.testing import MemorySink

MADE = "create table s (a, b); create table t (x, y); create table n (p, q); insert into s values (1, 2)"


def lineage(watched: MemorySink, folder: Path, text: str) -> dict[str, list[tuple[str, float]]]:
    """The sources of all columns that a text writes, with how sure they are."""
    connection = sqlite3.connect(folder / "x.db")
    connection.executescript(MADE)
    with driftline.run("job"):
        connection.executescript(text)
    connection.close()
    assert driftline.flush(timeout=20)
    found: dict[str, list[tuple[str, float]]] = {}
    for output in (one for event in watched.decoded() for one in event.outputs if event.job.name == "job"):
        for column, told in json.loads(bytes(output.facets["columnLineage"]))["fields"].items():
            found[f"{output.name}.{column}"] = sorted(
                (f"{one['name']}.{one['field']}", way.get("confidence", 1.0))
                for one in told["inputFields"]
                for way in one["transformations"]
            )
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("insert into t select a, b from s; alter table t rename to u",
         {"t.x": ["s.a"], "t.y": ["s.b"], "u.x": ["t.x"], "u.y": ["t.y"]}),
        ("insert into t select a, b from s; alter table t rename column x to z",
         {"t.z": ["s.a", "t.x"], "t.y": ["s.b"]}),  # the table may have had rows before
        ("insert into t select * from s; alter table s rename column a to c",
         {"t.x": ["s.a"], "t.y": ["s.b"], "s.c": ["s.a"]}),
        ("insert into t select a, b from s; alter table t rename x to z; alter table T rename Z to v",
         {"t.v": ["s.a", "t.x"], "t.y": ["s.b"]}),
        ("""insert into t select a, b from s; alter table t rename to o; alter table n rename p to r;
            alter table n rename to t; create table rep as select * from t""",
         {"t.x": ["s.a"], "t.y": ["s.b"], "o.x": ["t.x"], "o.y": ["t.y"], "t.r": ["n.r"], "t.q": ["n.q"],
          "rep.r": ["t.r"], "rep.q": ["t.q"]}),
    ],
)  # fmt: skip
def test_what_is_renamed_later_in_a_text_is_meant_by_its_name_of_before(
    watched: MemorySink, tmp_path: Path, text: str, expected: dict[str, list[str]]
) -> None:
    found = lineage(watched, tmp_path, text)
    told = {name: found.get(name) for name in expected}
    assert told == {name: [(source, 1.0) for source in sources] for name, sources in expected.items()}
    assert not {"t.a", "t.b"} & found.keys()


def _before(text: str) -> Callable[[str], tuple[str, ...] | None]:
    """What the columns were of a table that ``_NOW`` has, by the statements of a text."""
    analysis = known.analyse(text, lambda source, spelled: _NOW.get(source.names[0]), "sqlite")
    assert analysis is not None
    before = renaming.before(analysis.statements)
    assert before is not None
    ask = before.asking(lambda source, spelled: _NOW.get(source.names[0]))
    return lambda name: ask(Source("table", (name,)), str)


_NOW = {"u": ("Z", "y"), "s": ("a", "b")}


def test_a_name_that_no_table_had_has_no_columns() -> None:
    ask = _before("insert into t select a, b from s; alter table t rename x to Z; alter table t rename to u")
    assert [ask("t"), ask("u"), ask("s")] == [("x", "y"), None, ("a", "b")]


def test_a_text_that_renames_nothing_after_another_statement_is_asked_for_once() -> None:
    for text in ("alter table t rename to u", "alter table t rename to u; insert into u select a, b from s"):
        analysis = known.analyse(text, lambda source, spelled: None, "sqlite")
        assert analysis is not None
        assert renaming.before(analysis.statements) is None
