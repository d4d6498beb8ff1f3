"""Functions that WITH of ClickHouse names. Expected edges by hand: what the body makes of the arguments."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlglot

from driftline.capture.sql import lambdas

Tell = Callable[..., list[Any]]
SCHEMA = {"t": ("a", "b", "k"), "u": ("c",)}
A, B, K, L, M = (f"t.{name} TRANSFORMATION" for name in "abklm")


@pytest.mark.parametrize(
    ("sql", "columns"),
    [
        ("WITH (x -> x + a) AS f SELECT f(b) AS z FROM t", {"z": [A, B]}),
        ("WITH x -> x + a AS f SELECT f(b) FROM t", {"f(b)": [A, B]}),
        ("WITH (x, y) -> y AS f SELECT f(b, k) AS z FROM t", {"z": ["t.k IDENTITY"]}),
        ("WITH () -> a AS f SELECT f() AS z FROM t", {"z": ["t.a IDENTITY"]}),
        ("WITH (x -> x + a) AS f SELECT arrayMap(f, [b]) AS z, arraySum(f, [k]) AS s FROM t",
         {"z": [A, B], "s": [A, K]}),
        ("WITH (x -> x + a) AS f, b * 2 AS v SELECT f(v) AS z FROM t", {"z": [A, B]}),
        ("WITH (x -> x + a) AS f, (y -> f(y) * k) AS g SELECT g(b) AS z, f(f(b)) FROM t",
         {"z": [A, B, K], "f(f(b))": [A, B]}),
        ("WITH (x -> x > 1 ? a : k) AS f SELECT f(b) AS z FROM t",
         {"z": ["t.a IDENTITY", "t.b CONDITIONAL", "t.k IDENTITY"]}),
        ("WITH (x -> x + a) AS f SELECT z FROM (WITH (x -> x * k) AS f SELECT f(b) AS z FROM t)", {"z": [B, K]}),
        ("SELECT (a AS z) + b AS y, z, z * k AS w FROM t", {"y": [A, B], "z": ["t.a IDENTITY"], "w": [A, K]}),
        ("SELECT (a AS a) + b AS y, a FROM t", {"y": [A, B], "a": ["t.a IDENTITY"]}),
        ("SELECT k AS z, (b AS c) > 1 AS big, (SELECT c FROM u) AS w FROM t WHERE z > 1",
         {"z": ["t.k IDENTITY"], "big": [B], "w": ["u.c IDENTITY"]}),
        ("SELECT e FROM t ARRAY JOIN a AS e", {"e": [A]}),
        ("INSERT INTO r WITH (x -> x + a) AS f SELECT f(b) AS z FROM t", {"z": [A, B]}),
        ("WITH 5 AS n, (SELECT max(k) FROM t) AS m SELECT a + n + m AS z FROM t", {"z": [A, "t.k AGGREGATION"]}),
    ],
)  # fmt: skip
def test_a_call_is_what_the_function_makes_of_its_arguments(
    tell: Tell, sql: str, columns: dict[str, list[str]]
) -> None:
    (one,) = tell(sql, "clickhouse", SCHEMA)

    assert (one.columns, one.doubts) == (columns, [])


@pytest.mark.parametrize(
    ("sql", "z"),
    [
        ("WITH (x -> arrayMap(a -> a + x, l)) AS f SELECT f(a) AS z FROM t", [A, L]),
        ("WITH (x -> arrayMap(a -> arrayMap(a -> a + x, [a]), l)) AS f SELECT f(a) AS z FROM t", [A, L]),
        ("WITH (x -> arrayMap(a -> a + x, l)) AS f SELECT arrayMap(k -> f(a + k), m) AS z FROM t", [A, L, M]),
        ("WITH (x -> x + 1) AS f, (y -> arrayMap(a -> a + f(y), l)) AS g SELECT g(a) AS z FROM t", [A, L]),
        ("WITH (a -> a + 1) AS f, (y -> arrayMap(f, [y])) AS g SELECT g(a) AS z FROM t", [A]),
        ("WITH (x -> x + a) AS f SELECT arrayMap(a -> f(a), l) AS z FROM t", [L]),
        ("WITH (x -> x + a) AS f SELECT arrayMap(a -> arrayMap(f, l), m) AS z FROM t", [L, M]),
        ("WITH a + 1 AS v SELECT arrayMap(x -> x + v, l) AS z FROM t", [A, L]),
        ("WITH a + 1 AS v SELECT arrayMap(a -> a + v, l) AS z FROM t", [L]),
        ("WITH a + 1 AS v SELECT arrayMap(a -> arrayMap(x -> x + v, m), l) AS z FROM t", [L, M]),
        ("WITH a + 1 AS v, v + b AS w SELECT arrayMap(a -> a + w, l) AS z FROM t", [B, L]),
        ("WITH a + b AS v SELECT arrayMap((a, y) -> a + v, l, m) AS z FROM t", [B, L, M]),
        ("WITH t.a + 1 AS v SELECT arrayMap(a -> a + v, l) AS z FROM t", [A, L]),
        ("WITH (SELECT max(c) FROM u) AS v SELECT arrayMap(c -> c + v, l) AS z FROM t", [L, "u.c AGGREGATION"]),
        ("SELECT a + b AS v, arrayMap(a -> a + v, l) AS z FROM t", [B, L]),
        ("SELECT (a + b AS v) + 1 AS y, arrayMap(a -> a + v, l) AS z FROM t", [B, L]),
        ("SELECT (a AS v) + 1 AS y, arrayMap(x -> x + v, l) AS z FROM t", [A, L]),
        ("SELECT arrayMap(x -> (x + a AS v) * v, l) AS z FROM t", [A, L]),
        ("SELECT (a AS v) + 1 AS y, arrayMap(v -> v + 1, l) AS z FROM t", [L]),
        ("SELECT b AS a, a + 1 AS v, arrayMap(a -> a + v, l) AS z FROM t", [L]),
        ("SELECT arrayMap(a -> a + v, l) AS z FROM (SELECT a + 1 AS v, l FROM t)", [A, L]),
    ],
)
def test_a_parameter_hides_what_has_its_name_where_clickhouse_says_so(tell: Tell, sql: str, z: list[str]) -> None:
    """By the values that ClickHouse 26.9 gives: what has a name is worked out where the name stands."""
    (one,) = tell(sql, "clickhouse", {"t": ("a", "b", "k", "l", "m"), "u": ("c",)})

    assert (one.columns["z"], one.doubts) == (z, [])


def test_names_that_stand_for_each_other_end_somewhere(tell: Tell) -> None:
    (one,) = tell("SELECT (w + a AS v) + (v AS w), arrayMap(a -> v + w, l) AS z FROM t", "clickhouse", SCHEMA)

    assert (one.problem, "z" in one.columns) == ("", True)


@pytest.mark.parametrize("parameter", ["x", "a"])
def test_many_names_that_stand_for_each_other_are_followed_once(
    tell: Tell, growth: Callable[..., float], parameter: str
) -> None:
    def read(text: str) -> None:
        number = len(text) // 6
        values = ", ".join(f"v{place} + 1 AS v{place + 1}" for place in range(number))
        outputs = ", ".join(f"arrayMap({parameter} -> {parameter} + v{place}, l)" for place in range(number))
        tell(f"WITH a AS v0, {values} SELECT {outputs} FROM t", "clickhouse", {"t": ("a", "l")})

    assert growth(read, "v + 1,", 600) < 24


def test_functions_of_functions_end_somewhere() -> None:
    """Each of 30 calls its argument twice: written out it would be a thousand million nodes."""
    nested = "b"
    for _ in range(30):
        nested = f"f({nested})"
    tree = sqlglot.parse_one(f"WITH (x -> x + x) AS f SELECT {nested} FROM t", dialect="clickhouse")

    assert sum(1 for _ in lambdas.written_out(tree).walk()) < 50_000


def test_many_functions_take_as_long_as_they_are(tell: Tell, growth: Callable[..., float]) -> None:
    def read(text: str) -> None:
        tell(f"WITH {text}1 AS n SELECT f(a) AS b FROM t", "clickhouse")

    assert growth(read, "(x -> x + 1) AS f, ", 1_000) < 24
