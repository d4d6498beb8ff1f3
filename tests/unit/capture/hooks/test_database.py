"""Names of databases and tables, as OpenLineage writes them: https://openlineage.io/docs/spec/naming."""

import pytest

import driftline
from driftline.capture.hooks import database
from driftline.event.lineage import Dataset
from driftline.testing import MemorySink

sa = pytest.importorskip("sqlalchemy")


@pytest.mark.parametrize(
    ("url", "table", "dataset"),
    [
        ("postgresql+psycopg://u:p@db.example.org/shop", "orders",
         Dataset("postgres://db.example.org:5432", "shop.public.orders")),
        ("postgresql://db:6543/shop", "sales.Orders", Dataset("postgres://db:6543", "shop.sales.orders")),
        ("mysql+pymysql://u:p@db/shop", "orders", Dataset("mysql://db:3306", "shop.orders")),
        ("mssql+pyodbc://db/shop", "Orders", Dataset("mssql://db:1433", "shop.dbo.Orders")),
        ("snowflake://u:p@acme/SHOP/PUBLIC", "ORDERS", Dataset("snowflake://acme", "SHOP.PUBLIC.ORDERS")),
        ("bigquery://project/shop", "orders", Dataset("bigquery", "project.shop.orders")),
        ("trino://u@db/hive/shop", "orders", Dataset("trino://db:8080", "hive.shop.orders")),
        ("sqlite:///shop.db", "main.Orders", Dataset("sqlite://shop.db", "orders")),
        ("sqlite://", "orders", Dataset("sqlite://memory", "orders")),
    ],
)  # fmt: skip
def test_a_table_is_named_by_its_address(watched: MemorySink, url: str, table: str, dataset: Dataset) -> None:
    place = database._of_url(sa.engine.make_url(url))
    assert place is not None
    assert place.table(table) == dataset


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
    place = database.Place("postgres://db:5432", "postgres", "shop", "public")
    with driftline.run("job") as run:
        assert database.statement(run, place, text)
    assert [one.dataset.name for one in run.inputs] == ["shop.public.s"]
    assert [one.dataset.name for one in run.outputs] == ["shop.public.t"]


def test_catalogs_are_nobody_s_data(watched: MemorySink) -> None:
    place = database.Place("postgres://db:5432", "postgres", "shop", "public")
    with driftline.run("job") as run:
        database.statement(run, place, "select relname from pg_catalog.pg_class")
        database.statement(run, place, "select 1")
    assert run.inputs == ()
    assert run._trace.statements == []


def test_what_is_no_database_has_no_place(watched: MemorySink) -> None:
    assert database.place_of(None) is None
    assert database.place_of(object()) is None
    assert database.place_of("no address") is None


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
    place = database.Place(f"{scheme}://db", scheme)
    with driftline.run("job") as run:
        database.statement(run, place, text)
    assert [one.dataset.name for one in run.inputs] == [read]
    assert [one.dataset.name for one in run.outputs] == [written]
    driftline.flush()
    (event,) = [one for one in watched.decoded() if one.job and one.job.name == "job"]
    assert b'"id":{"inputFields"' in bytes(event.outputs[0].facets["columnLineage"])
