"""Tables that statements read and write; what they are called, ``test_addresses`` says."""

import json
import pickle
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from tests.postgres_server import PostgresServer

import driftline
from driftline.capture.hooks import addresses, database, earlier
from driftline.testing import MemorySink

sa = pytest.importorskip("sqlalchemy")


@pytest.fixture(autouse=True)
def _another_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """What another test has written is not known here."""
    monkeypatch.setattr(earlier, "newest", {})


@pytest.mark.parametrize(
    "text",
    [
        "insert into t select a from s where a > %s",
        "insert into t select a from s where a > %(low)s",
        "insert into t select a from s where a > :low",
        "insert into t select a from s where a > $1",
        "insert into t select a from s where a > ? and b = 'it''s %s :low'",
    ],
)
def test_placeholders_of_every_style_are_understood(watched: MemorySink, text: str) -> None:
    place = addresses.Place("postgres://db:5432", "postgres", "shop", "public")
    with driftline.run("job") as run:
        assert database.statement(run, place, text)
    assert [one.dataset.name for one in run.inputs] == ["shop.public.s"]
    assert [one.dataset.name for one in run.outputs] == ["shop.public.t"]


def test_catalogs_are_nobody_s_data(watched: MemorySink) -> None:
    place = addresses.Place("postgres://db:5432", "postgres", "shop", "public")
    with driftline.run("job") as run:
        database.statement(run, place, "select relname from pg_catalog.pg_class")
        database.statement(run, place, "select 1")
    assert run.inputs == ()
    assert run._trace.statements == []


@pytest.mark.parametrize(
    "name",
    ["sqlite_master", "sqlite_schema", "sqlite_temp_master", "sqlite_temp_schema", "sqlite_sequence", "sqlite_stat1",
     "main.sqlite_master", "SQLITE_MASTER"],
)  # fmt: skip
def test_names_that_sqlite_keeps_for_itself_are_its_catalog(watched: MemorySink, name: str) -> None:
    """https://sqlite.org/fileformat2.html#intschema: names that begin with ``sqlite_`` are internal."""
    with driftline.run("job") as run:
        database.statement(run, addresses.Place("sqlite://shop.db", "sqlite"), f"select name from {name}")
    assert run.inputs == ()
    assert run._trace.statements == []


def test_a_table_of_another_database_may_be_called_like_one_of_sqlite_s(watched: MemorySink) -> None:
    with driftline.run("job") as run:
        database.statement(run, addresses.Place("mysql://db:3306", "mysql", "shop"), "select k from sqlite_imports")
    assert [one.dataset.name for one in run.inputs] == ["shop.sqlite_imports"]


def test_a_table_that_sqlalchemy_has_looked_for_is_the_only_one_that_was_read(
    watched: MemorySink, tmp_path: Path
) -> None:
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'shop.db'}")
    with engine.begin() as connection:
        connection.execute(sa.text("create table orders (id integer primary key autoincrement, amount real)"))
    with driftline.run("job") as run:
        pd.read_sql_table("orders", engine)
    engine.dispose()
    assert [one.dataset.name for one in run.inputs] == ["orders"]


@pytest.mark.parametrize("text", ["replace into final select id, v from stage", "REPLACE INTO final (id) VALUES (7)"])
def test_replacing_rows_of_a_table_writes_it(watched: MemorySink, text: str) -> None:
    connection = sqlite3.connect(":memory:")
    connection.executescript("create table stage (id, v); create table final (id integer primary key, v)")
    with driftline.run("job") as run:
        connection.execute(text)
        connection.commit()
    connection.close()
    assert [one.dataset.name for one in run.outputs] == ["final"]
    assert [one.dataset.name for one in run.inputs] == (["stage"] if "stage" in text else [])


@pytest.mark.parametrize(
    ("scheme", "text", "read", "written"),
    [
        ("mysql", 'insert into `big` (id) select `id` from `orders` where `note` = "it" and id > %s', "orders", "big"),
        ("mssql", "select [id] into [big] from [orders] where id > ?", "orders", "big"),
        ("postgres", "insert into big (id) select id::int from orders where tags ->> 'a' = %s", "orders", "big"),
        ("sqlite", "insert or replace into big (id) select id from orders where id > :low", "orders", "big"),
        ("unheard-of", "insert into big (id) select id from orders", "orders", "big"),
    ],
)
def test_every_database_speaks_its_own_dialect(
    watched: MemorySink, scheme: str, text: str, read: str, written: str
) -> None:
    place = addresses.Place(f"{scheme}://db", scheme)
    with driftline.run("job") as run:
        database.statement(run, place, text)
    assert [one.dataset.name for one in run.inputs] == [read]
    assert [one.dataset.name for one in run.outputs] == [written]
    driftline.flush()
    (event,) = [one for one in watched.decoded() if one.inputs or one.outputs]
    assert b'"id":{"inputFields"' in bytes(event.outputs[0].facets["columnLineage"])


def test_a_call_of_a_procedure_is_a_gap(watched: MemorySink) -> None:
    place = addresses.Place("postgres://db:5432", "postgres", "shop", "public")
    with driftline.run("job") as run:
        database.statement(run, place, "call refresh_totals('secret')")
        database.statement(run, place, "vacuum t")  # which touches no data
    assert run.trace.gaps == {"sql not followed: call refresh_totals('…')": 1}


@pytest.mark.parametrize("text", ["BEGIN etl.load_day(:1); END;", "{call etl.load_day(?)}", "CALL etl.load_day(:1)"])
def test_a_call_in_a_block_of_oracle_is_a_gap_that_names_the_procedure(watched: MemorySink, text: str) -> None:
    place = addresses.Place("oracle://db:1521", "oracle", "shop")
    with driftline.run("job") as run:
        database.statement(run, place, text)
    (gap,) = run.trace.gaps
    assert gap.startswith("sql not followed: ")
    assert "etl.load_day" in gap


def test_a_statement_that_is_not_understood_is_a_gap_by_its_beginning(watched: MemorySink) -> None:
    place = addresses.Place("postgres://db:5432", "postgres", "shop", "public")
    with driftline.run("job") as run:
        database.statement(run, place, "insert into t select from from where 'secret' = (" + "x" * 100)
    (gap,) = run.trace.gaps
    assert gap.startswith("sql not parsed: insert into t select from from where ")
    assert "secret" not in gap
    assert len(gap) < 90


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(tmp_path / "shop.db")
    connection.executescript("""
        create table orders (id int, amount int, paid int); insert into orders values (1, 20, 1), (2, 30, 1);
        create table users (id int, age int); insert into users values (1, 40), (2, 50);
    """)
    yield connection
    connection.close()


SQL = "select amount * 2 as double, age from orders join users on orders.id = users.id where paid = 1"


def lineage_of(watched: MemorySink, name: str) -> dict[str, list[str]]:
    assert driftline.flush(timeout=20)
    (output,) = (one for event in watched.decoded() for one in event.outputs if one.name == name)
    found = json.loads(bytes(output.facets["columnLineage"]))
    fields = {name: column["inputFields"] for name, column in found["fields"].items()}
    return {
        name: sorted(f"{one['name']}.{one['field']}" for one in sources)
        for name, sources in {**fields, "": found.get("dataset", [])}.items()
    }


@pytest.mark.parametrize("reader", ["read_sql", "read_sql_query"])
@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_the_columns_of_a_query_are_behind_those_of_the_file_that_its_frame_is_written_to(
    shop: sqlite3.Connection, watched: MemorySink, reader: str, ending: str
) -> None:
    """By hand: what is selected is behind its column, what the join and the condition look at shapes the rows."""
    with driftline.run("export"):
        frame = getattr(pd, reader)(SQL, shop)
        getattr(frame, f"to_{ending}")(f"out.{ending}")
    assert lineage_of(watched, f"out.{ending}") == {
        "double": ["orders.amount"], "age": ["users.age"], "": ["orders.id", "orders.paid", "users.id"],
    }  # fmt: skip


def test_a_query_over_a_connection_of_sqlalchemy_tells_the_same(
    shop: sqlite3.Connection, watched: MemorySink, tmp_path: Path
) -> None:
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'shop.db'}")
    with driftline.run("export"), engine.connect() as connection:
        pd.read_sql(sa.text(SQL), connection).to_parquet("out.parquet")
    engine.dispose()
    found = lineage_of(watched, "out.parquet")
    assert (found["double"], found["age"]) == (["orders.amount"], ["users.age"])


def test_a_file_that_was_made_of_a_query_and_of_more_is_not_said_to_come_from_the_query_alone(
    shop: sqlite3.Connection, watched: MemorySink
) -> None:
    Path("more.csv").write_text("bonus\n1\n2\n")
    with driftline.run("export"):
        frame = pd.read_sql(SQL, shop)
        frame["bonus"] = pd.read_csv("more.csv")["bonus"]
        frame.to_parquet("out.parquet")
    assert lineage_of(watched, "out.parquet")["age"] == ["users.age"]
    (event,) = (one for one in watched.decoded() if one.outputs)
    assert {one.name for one in event.inputs} == {"more.csv", "orders", "users"}
    told = json.loads(bytes(event.job.facets["lineage"])) if "lineage" in event.job.facets else {"lineage": []}
    for entry in told["lineage"]:
        assert {one["name"] for one in entry["inputs"]} >= {"more.csv", "orders", "users"}


def test_a_model_that_was_trained_on_a_query_has_its_features_from_the_tables(
    shop: sqlite3.Connection, watched: MemorySink
) -> None:
    from sklearn.linear_model import LinearRegression

    with driftline.run("train"), open("model.pkl", "wb") as file:
        frame = pd.read_sql(SQL, shop)
        pickle.dump(LinearRegression().fit(frame[["double"]], frame["age"]), file)
    found = lineage_of(watched, "model.pkl")
    assert found["double"] == ["orders.amount"]
    assert "users.age" in found[""]


def test_a_part_of_the_columns_is_not_what_a_table_of_a_server_has(
    watched: MemorySink, postgres: PostgresServer
) -> None:
    url = postgres.new_url()
    engine = sa.create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        connection.execute(sa.text("create table t as select 1 as id, 2 as price, 'x' as note"))
    with driftline.run("part") as part:
        assert list(pd.read_sql_table("t", engine, columns=["id", "price"]).columns) == ["id", "price"]
        pd.read_sql("t", engine, columns=["id"])
    with driftline.run("whole") as whole:
        pd.read_sql_table("t", engine)
    engine.dispose()
    assert [one.fields for one in part.inputs] == [None]
    assert [[field.name for field in one.fields or ()] for one in whole.inputs] == [["id", "price", "note"]]


def test_a_driver_that_does_not_describe_what_it_gave_costs_no_statement(watched: MemorySink) -> None:
    def raising() -> None:
        raise ValueError("closed")

    place = addresses.Place("postgres://db:5432", "postgres", "shop", "public")
    with driftline.run("job") as run:
        for number in range(5):
            database.statement(run, place, f"select a from t{number}", told=database.Told(raising))
    assert len(run.inputs) == 5


@pytest.fixture
def again(shop: sqlite3.Connection, watched: MemorySink, tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """A connection to the shop that is made while it is watched."""
    connection = sqlite3.connect(tmp_path / "shop.db")
    yield connection
    connection.close()


def test_a_column_that_has_another_name_goes_on_to_its_sources(again: sqlite3.Connection, watched: MemorySink) -> None:
    """By hand: the table has two columns throughout, of which one is called differently in the end."""
    with driftline.run("job"):
        again.execute("create table part as select id, amount as s from orders")
        again.execute("alter table part rename column s to total")
        again.execute("create table fin as select total from part")
    assert lineage_of(watched, "part") == {"id": ["orders.id"], "total": ["orders.amount"], "": []}
    assert lineage_of(watched, "fin") == {"total": ["part.total"], "": []}


def test_a_name_that_was_read_before_it_changed_keeps_its_sources(
    again: sqlite3.Connection, watched: MemorySink
) -> None:
    with driftline.run("job"):
        again.execute("create table part as select amount as s from orders")
        again.execute("create table early as select s from part")
        again.execute("alter table part rename s to total")
    assert lineage_of(watched, "part") == {"s": ["orders.amount"], "total": ["orders.amount"], "": []}


def test_a_column_that_only_another_run_has_renamed_comes_from_what_it_was(
    again: sqlite3.Connection, watched: MemorySink
) -> None:
    with driftline.run("job") as run:
        again.execute("alter table users rename age to years")
    assert lineage_of(watched, "users") == {"years": ["users.age"], "": []}
    assert [one.dataset.name for one in run.inputs] == ["users"]


def test_a_column_that_takes_the_place_of_another_has_its_own_sources_alone(
    again: sqlite3.Connection, watched: MemorySink
) -> None:
    with driftline.run("job"):
        for text in (
            "create table part (id, x)",
            "insert into part select id, amount from orders",
            "alter table part add column y",
            "update part set y = id",
            "alter table part drop column x",
            "alter table part rename y to x",
        ):
            again.execute(text)
    assert lineage_of(watched, "part") == {"id": ["orders.id"], "x": ["orders.id"], "": []}


@pytest.mark.parametrize("listed", ["", "(k, v)"])
def test_a_generated_column_is_read_like_others_and_filled_by_nobody(
    again: sqlite3.Connection, watched: MemorySink, listed: str
) -> None:
    """By hand, of https://www.sqlite.org/gencol.html."""
    with driftline.run("job"):
        again.execute("create table g (t int generated always as (v * 2) virtual, k int, v int)")
        again.execute(f"insert into g {listed} select id, amount from orders")
        again.execute("create table some as select k, t from g where t > 1")
        again.execute("create table every as select * from g")
        again.commit()
    assert lineage_of(watched, "g") == {"k": ["orders.id"], "v": ["orders.amount"], "": []}
    assert lineage_of(watched, "some") == {"k": ["g.k"], "t": ["g.t"], "": ["g.t"]}
    assert lineage_of(watched, "every") == {"t": ["g.t"], "k": ["g.k"], "v": ["g.v"], "": []}


@pytest.mark.parametrize("library", ["sqlite3", "duckdb"])
def test_counts_and_constants_are_no_columns_of_unknown_origin(script: Callable[..., Any], library: str) -> None:
    """By hand: ``g`` has none, ``h`` has the one that the code puts into the text, ``c`` has no source at all."""
    (event,) = script(
        f"import driftline\ndriftline.watch('job')\nimport {library}\ncon = {library}.connect('x.db')\n"
        "con.execute('create table s (a int, b text)')\n"
        "con.execute(\"insert into s values (1, 'x'), (2, 'y')\")\n"
        "n = len(con.execute('select a from s').fetchall())\n"
        "con.execute(\"create table g as select b, count(*) as n, 'x' as src, current_timestamp as t, \"\n"
        "            \"case b when 'x' then 1 else 2 end as c from s group by b\")\n"
        'con.execute(f"create table h as select a, count(*) over () as n, {n} as m from s")\n'
        "con.execute(\"create table c as select 1 as one, 'x' as two\")\n"
        "con.commit()\n"
    )
    gaps = event["run"]["facets"].get("driftline_gaps", {"gaps": {}})["gaps"]
    assert gaps == {"columns of unknown origin: h": 1}
    stated = [one["name"] for one in event["outputs"] if one["facets"].get("lineage", {}).get("inputs") == []]
    assert stated == ["s", "c"]
