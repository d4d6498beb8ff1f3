"""``->`` inside of calls: a part of a JSON value, or a function. Expected edges by hand."""

from collections.abc import Callable
from typing import Any

import pytest

Tell = Callable[..., list[Any]]


@pytest.mark.parametrize(
    ("name", "value", "sources"),
    [
        ("postgres", "jsonb_array_elements(j->'items')->>'sku'", ["j"]),
        ("postgres", "json_build_object('a', j->'b', 'c', k->d)", ["d", "j", "k"]),
        ("postgres", "coalesce(j->'a', k->'b'->'c')->>'a'", ["j", "k"]),
        ("mysql", "json_extract(concat(j->'$.a'), '$.b')", ["j"]),
        ("sqlite", "upper(j->0)", ["j"]),
        ("duckdb", "unnest(j->'$.items')->>'sku'", ["j"]),
        ("duckdb", "coalesce(k, j->'a')", ["j", "k"]),
        ("duckdb", "json_keys(j->k)", ["j", "k"]),
        ("duckdb", "list_transform(l, x -> x + k)", ["k", "l"]),
        ("duckdb", "list_transform(l, x -> 'c')", ["l"]),
        ("", "f(j->'a')", ["j"]),
        ("", "f(l, x -> x + k)", ["k", "l"]),
    ],
)
def test_an_arrow_in_a_call_takes_a_part_of_a_value_unless_it_is_a_function(
    tell: Tell, name: str, value: str, sources: list[str]
) -> None:
    (one,) = tell(f"SELECT {value} AS v FROM t", name)
    assert (one.columns, one.problem) == ({"v": [f"t.{column} TRANSFORMATION" for column in sources]}, "")


def test_a_part_of_a_value_can_be_gathered_in_an_order_and_stand_in_from(tell: Tell) -> None:
    (one,) = tell("SELECT e->>'x' AS v FROM t, jsonb_array_elements(j->'items') e", "postgres")
    assert one.columns == {"v": ["t.j TRANSFORMATION"]}
    (one,) = tell("SELECT array_agg(j->'a' ORDER BY j) AS v FROM t", "postgres")  # the parser would not take it
    assert one.problem == ""


def test_the_name_before_an_arrow_in_a_chained_call_is_that_of_an_element(tell: Tell) -> None:
    (one,) = tell("SELECT l.list_transform(j -> j + k) AS v FROM t", "duckdb")
    assert "t.j TRANSFORMATION" not in one.columns["v"]
    assert "t.k TRANSFORMATION" in one.columns["v"]
