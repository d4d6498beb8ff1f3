"""What is set aside and dropped; the statements of the first test are those of dbt-duckdb's second run of a table."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from tests.recorded import names

import driftline
from driftline.capture.hooks import duckdb_export, duckdb_renames, duckdb_scope
from driftline.testing import MemorySink

duckdb = pytest.importorskip("duckdb")


@pytest.fixture
def shop(watched: MemorySink) -> Iterator[Any]:
    with duckdb.connect("shop.db") as connection:
        connection.execute("create table raw (id int); create table customers as select * from raw")
        yield connection


@pytest.mark.parametrize("dropped_inside", [True, False])
def test_what_dbt_sets_aside_and_drops_is_no_output(shop: Any, dropped_inside: bool) -> None:
    ends = ['drop table if exists "shop"."main"."customers__dbt_backup" cascade', "commit"]
    with driftline.run("dbt") as run:
        for text in (
            "begin",
            'create table "shop"."main"."customers__dbt_tmp" as (select id from raw)',
            'alter table "shop"."main"."customers" rename to "customers__dbt_backup"',
            'alter table "shop"."main"."customers__dbt_tmp" rename to "customers"',
            *(ends if dropped_inside else reversed(ends)),
        ):
            shop.execute(text)
    assert names(run) == (["raw"], ["customers"])


def test_a_drop_that_is_rolled_back_ends_nothing(shop: Any) -> None:
    with driftline.run("job") as run:
        shop.execute("alter table customers rename to old")
        shop.execute("begin")
        shop.execute("drop table old")
        shop.execute("rollback")
    assert names(run) == (["customers"], ["old"])


@pytest.mark.parametrize("use", ["create table customers as select * from old", "select * from old"])
def test_what_something_else_stands_on_stays(shop: Any, use: str) -> None:
    with driftline.run("job") as run:
        shop.execute("alter table customers rename to old")
        shop.execute(use)
        shop.execute("drop table old")
    assert "old" in names(run)[1]


def test_a_table_that_was_made_and_dropped_stays_and_a_drop_that_fails_is_nothing(shop: Any) -> None:
    with driftline.run("job") as run:
        shop.execute("create table part as select * from raw")
        shop.execute("drop table part")
        with pytest.raises(duckdb.Error):
            shop.execute("drop table nowhere")
    assert names(run) == (["raw"], ["part"])


def columns(watched: MemorySink, name: str) -> dict[str, set[tuple[str, str, float]]]:
    """Table and column behind each column of ``name``, and how sure that is."""
    assert driftline.flush()
    events = [json.loads(raw) for raw in watched.raw]
    *_, output = [one for event in events for one in event.get("outputs", ()) if one["name"] == name]
    return {
        column: {
            (one["name"], one["field"], one["transformations"][0].get("confidence", 1)) for one in part["inputFields"]
        }
        for column, part in output["facets"]["columnLineage"]["fields"].items()
    }


@pytest.mark.parametrize("inside", [False, True])
@pytest.mark.parametrize("word", ["rename", "rename column"])
def test_a_column_that_has_another_name_goes_on_to_its_sources(
    shop: Any, watched: MemorySink, word: str, inside: bool
) -> None:
    with driftline.run("job"):
        shop.execute("create table part as select id as s, 1 as one from raw")
        shop.execute("begin" if inside else "select 1")
        shop.execute(f"alter table part {word} s to total")
        shop.execute("create table fin as select total from part")
        shop.execute("commit" if inside else "select 1")
    assert columns(watched, "part") == {"total": {("raw", "id", 1)}}
    assert columns(watched, "fin") == {"total": {("part", "total", 1)}}


def test_a_column_of_an_earlier_run_that_has_another_name_comes_from_what_it_was(
    shop: Any, watched: MemorySink
) -> None:
    with driftline.run("job") as run:
        shop.execute("alter table customers rename column id to number")
    assert names(run) == (["customers"], ["customers"])
    assert columns(watched, "customers") == {"number": {("customers", "id", 1)}}


def test_a_new_name_that_is_taken_back_is_none(shop: Any, watched: MemorySink) -> None:
    with driftline.run("job"):
        for text in ("begin", "alter table customers rename id to number", "rollback"):
            shop.execute(text)
        shop.execute("create table fin as select id from customers")
    assert columns(watched, "fin") == {"id": {("customers", "id", 1)}}


def test_a_table_of_which_a_column_has_another_name_is_not_set_aside(shop: Any) -> None:
    with driftline.run("job") as run:
        shop.execute("create table part as select * from raw")
        shop.execute("alter table part rename id to number")
        shop.execute("drop table part")
    assert names(run) == (["raw"], ["part"])


def test_comments_before_a_statement_are_passed_over_once() -> None:
    """Each comment more took twice as long where one may be taken for the beginning of the next."""
    text = "/* a */ " * 22 + "select 1"
    begun = time.thread_time()
    assert duckdb_renames.recorder(None, text, lambda name: pytest.fail(name)) is None
    assert duckdb_export.folder(text) == ""
    assert not any(
        pattern.match(text)
        for name, pattern in vars(duckdb_scope).items()
        if name in {"_MOVES", "_MAKES", "_CREATES", "_DROPS", "_RENAMES", "_RENAMES_COLUMN", "_ALTERS", "_ENDS"}
    )
    assert time.thread_time() - begun < 0.3
