"""Names of databases and tables, as OpenLineage writes them: https://openlineage.io/docs/spec/naming."""

import gc
import sys
from types import SimpleNamespace
from typing import Any

import pytest

from driftline.capture.hooks import addresses
from driftline.event.lineage import Dataset
from driftline.testing import MemorySink

sa = pytest.importorskip("sqlalchemy")


@pytest.mark.parametrize(
    ("url", "table", "dataset"),
    [
        ("postgresql+psycopg://u:p@db.example.org/shop", "orders",
         Dataset("postgres://db.example.org:5432", "shop.public.orders")),
        ("postgresql://db:6543/shop", "sales.Orders", Dataset("postgres://db:6543", "shop.sales.Orders")),
        ("postgresql://db/shop?options=-csearch_path%3DSales,public", "orders",
         Dataset("postgres://db:5432", "shop.sales.orders")),
        ("postgresql://db/shop?options=-c%20search_path%3D%24user", "orders",
         Dataset("postgres://db:5432", "shop.public.orders")),
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
    place = addresses._of_url(sa.engine.make_url(url))
    assert place is not None
    assert place.table(table) == dataset


def test_what_is_no_database_has_no_place(watched: MemorySink) -> None:
    assert addresses.place_of(None) is None
    assert addresses.place_of(object()) is None
    assert addresses.place_of("no address") is None


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("postgresql://u:p%40ss@db.example.org/shop", ("postgres://db.example.org:5432", "postgres", "shop", "public")),
        ("mysql://u:p@db:3307/my%20shop?ssl=1", ("mysql://db:3307", "mysql", "my shop", "")),
        ("sqlite:///shop.db", None),  # libraries differ in what that means
        ("nonsense", None),
    ],
)
def test_an_address_is_understood_without_sqlalchemy_as_polars_hands_it_to_others(
    address: str, place: tuple[str, str, str, str] | None, monkeypatch: pytest.MonkeyPatch, sink: MemorySink
) -> None:
    known = addresses.place_of(address)
    monkeypatch.delitem(sys.modules, "sqlalchemy")
    assert addresses.place_of(address) == (place and addresses.Place(*place))
    assert place is None or known == addresses.Place(*place)


def test_connections_that_the_user_s_class_takes_for_equal_are_several() -> None:
    def made(host: str, *, hashed: bool) -> Any:
        info = SimpleNamespace(host=host, port=5432, dbname="d")
        members = {"__module__": "psycopg.own", "info": info, "__eq__": lambda *_: True}
        return type("Own", (), members | ({"__hash__": lambda _: 1} if hashed else {}))()

    connections = [made(host, hashed=hashed) for host in ("one", "two") for hashed in (True, False)]
    for _ in range(2):
        places = [addresses.place_of(one) for one in connections]
        assert [one and one.namespace[11:] for one in places] == ["one:5432", "one:5432", "two:5432", "two:5432"]
    gc.collect()
    known = len(addresses._servers)
    connections.clear()
    gc.collect()
    assert len(addresses._servers) == known - 4
