"""What is set aside and dropped; the statements of the first test are those of dbt-duckdb's second run of a table."""

from collections.abc import Iterator
from typing import Any

import pytest
from tests.recorded import names

import driftline
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
    assert names(run) == (["raw"], ["customers", "customers__dbt_tmp"])


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
