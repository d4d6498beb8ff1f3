"""ConnectorX, alone and below Polars: what a query reads in Rust is recorded as what a driver of Python reads."""

import sqlite3
from pathlib import Path

import pytest
from tests.recorded import names

import driftline
from driftline.testing import MemorySink

connectorx = pytest.importorskip("connectorx")
pytestmark = pytest.mark.filterwarnings("ignore")  # it calls what pandas is about to give up


@pytest.fixture
def uri(tmp_path: Path) -> str:
    connection = sqlite3.connect(tmp_path / "shop.db")
    connection.execute("create table orders as select 1 as id, 2 as amount")
    connection.commit()
    connection.close()
    return f"sqlite://{tmp_path / 'shop.db'}"


def test_a_query_reads_its_tables(watched: MemorySink, uri: str) -> None:
    with driftline.run("job") as run:
        assert connectorx.read_sql(uri, "select * from orders")["amount"].tolist() == [2]
    assert names(run) == (["orders"], [])
    assert run.inputs[0].dataset.namespace == "sqlite://shop.db"


def test_queries_of_one_frame_are_all_recorded(watched: MemorySink, uri: str) -> None:
    asked = ["select id from orders", "select amount as id from orders"]
    with driftline.run("job") as run:
        assert sorted(connectorx.read_sql(uri, asked)["id"].tolist()) == [1, 2]
    assert names(run) == (["orders"], [])


def test_a_query_of_polars_reads_its_tables(watched: MemorySink, uri: str) -> None:
    import polars as pl

    with driftline.run("job") as run:
        assert pl.read_database_uri("select amount from orders", uri)["amount"].to_list() == [2]
    assert [(one.dataset.namespace, one.dataset.name) for one in run.inputs] == [("sqlite://shop.db", "orders")]


def test_a_database_that_is_not_there_is_an_error_as_before(watched: MemorySink, tmp_path: Path) -> None:
    with driftline.run("job") as run, pytest.raises(RuntimeError):
        connectorx.read_sql(f"sqlite://{tmp_path}/none/none.db", "select 1")
    assert names(run) == ([], [])
