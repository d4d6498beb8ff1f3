"""What takes apart a list that an expression builds. Expected parts by hand, as the manual of each dialect counts."""

import pytest
import sqlglot

from driftline.capture.sql import taken_apart


@pytest.mark.parametrize(
    ("dialect", "text", "part"),
    [
        ("duckdb", "[a, b][2]", "b"),
        ("duckdb", "[a, b][-1]", "b"),
        ("postgres", "(ARRAY[a, b])[2]", "b"),
        ("bigquery", "[a, b][OFFSET(0)]", "a"),
        ("bigquery", "[a, b][ORDINAL(2)]", "b"),
        ("snowflake", "ARRAY_CONSTRUCT(a, b)[1]", "b"),
        ("trino", "element_at(ARRAY[a, b], -1)", "b"),
    ],
)
def test_an_element_by_its_place(dialect: str, text: str, part: str) -> None:
    node = sqlglot.parse_one(text, dialect=dialect)

    assert taken_apart.picked(dialect, node).sql() == part


@pytest.mark.parametrize(
    ("dialect", "text"),
    [
        ("duckdb", "[a, b][3]"),
        ("duckdb", "[a, b][k]"),
        ("duckdb", "[x + 1 FOR x IN l][1]"),
        ("postgres", "(ARRAY[a, b])[-1]"),  # no part of an array of PostgreSQL
        ("mysql", "l"),
    ],
)
def test_what_no_place_tells_stays_as_it_stands(dialect: str, text: str) -> None:
    node = sqlglot.parse_one(text, dialect=dialect)

    assert taken_apart.picked(dialect, node) is node


def test_a_list_each_of_whose_elements_is_made_into_another_one() -> None:
    node = sqlglot.parse_one("[x + 1 FOR x IN [a, b]]", dialect="duckdb")
    made = taken_apart.changed("duckdb", node)

    assert made is not None
    assert made[0].sql() == "ARRAY(a, b)"
    assert node.expressions[0].this.parent is node.expressions[0]  # the tree is as it was
    assert taken_apart.changed("duckdb", sqlglot.parse_one("[x FOR x IN l IF x > 1]", dialect="duckdb")) is None
