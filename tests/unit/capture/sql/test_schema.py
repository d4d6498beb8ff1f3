"""Schemas as people write them down. Expected values by hand."""

import pytest

from driftline.capture.sql.names import Name
from driftline.capture.sql.relation import Source
from driftline.capture.sql.schema import Schema
from driftline.errors import BadInput


def name(text: str) -> Name:
    parts = tuple(text.split("."))
    return Name(parts, tuple(part.lower() for part in parts))


@pytest.mark.parametrize(
    "given",
    [
        {"mart.orders": {"id": "int", "total": "num"}},
        {"mart": {"orders": {"id": "int", "total": "num"}}},
        {"mart": {"orders": ["id", "total"]}},
        {"mart": {"orders": {"columns": {"id": "int", "total": None}}}},
        {"mart": {"orders": {"id": {"type": "int"}, "total": {"type": "num"}}}},
        {"mart": {"orders": [{"name": "id", "type": "int"}, {"name": "total"}]}},
        [{"schema": "mart", "name": "orders", "columns": ["id", "total"]}],
        {'"mart"."orders"': ["id", "total"]},
    ],
)
def test_every_way_to_write_a_table_gives_the_same_columns(given: object) -> None:
    schema = Schema(given)
    assert schema.named_as(name("mart.orders")) == "mart.orders"
    assert schema.columns(Source("table", ("mart.orders",))) == ("id", "total")


def test_a_table_is_found_with_fewer_or_more_qualifiers_as_long_as_one_is_meant() -> None:
    schema = Schema({"prod": {"mart": {"orders": ["id"]}, "raw": {"orders": ["id"], "Users": ["id"]}}})
    assert schema.named_as(name("mart.orders")) == "prod.mart.orders"
    assert schema.named_as(name("users")) == "prod.raw.Users"
    assert schema.named_as(name("host.prod.raw.users")) == "prod.raw.Users"
    assert schema.named_as(name("orders")) is None  # two of that name
    assert schema.named_as(name("dev.mart.orders")) is None


def test_shards_of_one_table_share_their_schema() -> None:
    schema = Schema({"p.d.events_yyyymmdd": ["id"]})
    assert schema.named_as(name("p.d.events_*")) == "p.d.events_yyyymmdd"


@pytest.mark.parametrize("given", ["text", {"t": 7}, [7], {"t": [{"type": "int"}]}])
def test_what_is_no_schema_is_refused_with_a_sentence(given: object) -> None:
    with pytest.raises(BadInput):
        Schema(given)


def test_a_table_that_is_named_twice_and_a_column_without_a_name_are_told_with_the_table() -> None:
    twice = [{"name": "s.t", "columns": ["a"]}, {"schema": "s", "name": "t", "columns": ["b"]}]
    with pytest.raises(BadInput, match=r"s\.t twice"):
        Schema(twice)
    assert len(Schema([twice[0], twice[0]])) == 1
    with pytest.raises(BadInput, match=r"column of s\.t "):
        Schema({"s": {"t": [{"name": "a"}, {"type": "int"}]}})


def test_a_table_without_columns_is_not_known() -> None:
    schema = Schema({"t": {}})
    assert schema.named_as(name("t")) is None
    assert len(schema) == 0
