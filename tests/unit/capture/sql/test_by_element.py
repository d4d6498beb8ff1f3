"""Parameters of lambdas that have the name of a table or a column. Expected edges: by running DuckDB 2.0.1.

In each query one column was changed after the other; what moved by value is behind the output, and the list itself.
"""

from collections.abc import Callable
from typing import Any

import pytest

Tell = Callable[..., list[Any]]
SCHEMA = {"t": ("a", "b", "l"), "u": ("k",)}
A, B, L = "t.a TRANSFORMATION", "t.b TRANSFORMATION", "t.l TRANSFORMATION"


@pytest.mark.parametrize(
    ("value", "edges"),
    [
        ("list_transform(l, a -> a + 1)", [L]),
        ("list_transform(l, lambda a: a + 1)", [L]),
        ("list_transform(l, a -> a + t.a)", [A, L]),
        ("list_transform(l, t -> t + 1)", [L]),
        ("list_transform(l, t -> t + t.a)", [A, L]),
        ("list_transform(l, t -> t + T.a)", [A, L]),
        ("list_transform(l, a -> list_transform([b], b -> b + a))", [B, L]),
        ("list_transform([{'p': b}], t -> t.p)", [B]),
        ("list_transform([{'a': b}], t -> (t).a)", [B]),
        ("list_transform([{'a': b}], t -> t['a'])", [B]),
        ("[t + t.a FOR t IN l]", [A, L]),
        ("[t.p FOR t IN [{'p': b}]]", [B]),
        ("list_reduce(l, (t, x) -> t + x + t.b)", [B, L]),
        ("list_filter(l, t -> t > t.a)", [A, L]),
        ("list_transform([1], z -> list_transform(l, t -> t.a + t))", [A, L]),
        ("(SELECT list_transform(l, t -> t + 1) FROM u)", [L]),
        ("(SELECT list_transform(l, t -> t + t.a))", [A, L]),
        ("(SELECT max(v) FROM (SELECT unnest(list_transform(l, t -> t + t.a)) AS v))",
         ["t.a AGGREGATION", "t.a JOIN", "t.l AGGREGATION", "t.l JOIN"]),
    ],
)  # fmt: skip
def test_what_begins_with_a_table_that_has_it_is_no_field_of_the_parameter(
    tell: Tell, value: str, edges: list[str]
) -> None:
    (one,) = tell(f"SELECT {value} AS z FROM t", "duckdb", SCHEMA)
    assert (one.columns, one.doubts) == ({"z": edges}, [])


def test_a_field_of_a_column_is_no_field_of_the_parameter_of_its_name(tell: Tell) -> None:
    (one,) = tell(
        "SELECT list_transform(l, s -> s.p + 1) AS z, list_transform(l, s -> s) AS y, [s.p FOR s IN l] AS w "
        "FROM (SELECT {'p': a} AS s, l FROM t)", "duckdb", SCHEMA,
    )  # fmt: skip
    assert one.columns == {"z": [A, L], "y": [L], "w": [A, L]}


def test_a_parameter_of_spark_goes_before_a_table(tell: Tell) -> None:
    """By hand: Spark resolves the variables of a lambda before columns (ResolveLambdaVariables)."""
    (one,) = tell("SELECT transform(l, t -> t.a) AS z FROM t", "spark", SCHEMA)
    assert one.columns == {"z": [L]}
