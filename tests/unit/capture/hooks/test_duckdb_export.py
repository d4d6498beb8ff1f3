"""A whole database in a folder of files; what is in there was put in by the test."""

import json
from pathlib import Path

import pytest
from tests.recorded import names

import driftline
from driftline.capture.hooks import duckdb_export
from driftline.capture.tables import measure
from driftline.testing import MemorySink

duckdb = pytest.importorskip("duckdb")
MADE = """
    create table orders (id int, amount int); insert into orders values (1, 20); create schema s;
    create table s."it's" (c int); create view v as select * from orders;
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("EXPORT DATABASE 'out' (FORMAT parquet)", "out"),
        ("-- daily\nexport database shop to 'it''s'", "it's"),
        ("import database 'out'", ""),
        ("select 'export database ''x'''", ""),
    ],
)
def test_the_folder_stands_in_the_statement(text: str, expected: str) -> None:
    assert duckdb_export.folder(text) == expected


def test_what_duckdb_noted_down_of_a_folder_says_which_table_went_where(tmp_path: Path) -> None:
    connection = duckdb.connect()
    connection.execute(MADE)
    connection.execute(f"export database '{tmp_path / 'out'}' (format csv, delimiter '|')")
    found = sorted(duckdb_export.copies(str(tmp_path / "out")))
    assert [one.partition(" (")[0] for one in found] == [
        f"COPY orders TO '{tmp_path}/out/orders.csv'", f"COPY s.\"it's\" TO '{tmp_path}/out/s_it_s.csv'",
    ]  # fmt: skip


@pytest.mark.parametrize("ending", ["parquet", "csv"])
def test_the_files_of_an_exported_database_come_from_its_tables(watched: MemorySink, ending: str) -> None:
    connection = duckdb.connect("shop.db")
    connection.execute(MADE)
    with driftline.run("export") as run:
        connection.execute(f"export database 'out' (format {ending})")
    connection.close()
    assert names(run) == (["orders", "s.it's"], [f"out/orders.{ending}", f"out/s_it_s.{ending}"])
    versions = {one.dataset.name: one.version for one in run.outputs}
    assert versions[f"out/orders.{ending}"] == measure.of_file(f"out/orders.{ending}").version
    assert driftline.flush(timeout=20)
    (event,) = (one for one in watched.decoded() if one.outputs)
    (orders,) = (one for one in event.outputs if one.name == f"out/orders.{ending}")
    fields = json.loads(bytes(orders.facets["columnLineage"]))["fields"]
    assert {name: [(one["name"], one["field"]) for one in it["inputFields"]] for name, it in fields.items()} == {
        "id": [("orders", "id")], "amount": [("orders", "amount")],
    }  # fmt: skip
    sql = json.loads(bytes(event.job.facets["sql"]))["query"]
    assert "export database" in sql
    assert "COPY" not in sql


def test_a_folder_that_is_elsewhere_is_a_gap_and_a_failure_is_nothing(watched: MemorySink) -> None:
    connection = duckdb.connect()
    with driftline.run("export") as run:
        with pytest.raises(duckdb.Error):
            connection.execute("export database 'out' (format nonsense)")
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(duckdb_export, "_LOAD", "gone.sql")
            connection.execute("export database 'out'")
    connection.close()
    assert names(run) == ([], [])
    assert run.trace.gaps == {duckdb_export.ELSEWHERE: 1}
