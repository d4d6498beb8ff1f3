"""Assignments of MySQL, of which each sees what those before it have set. Expected edges by hand, as each test says."""

from collections.abc import Callable
from typing import Any

import pytest

Tell = Callable[..., list[Any]]
SCHEMA = {"t": ("a", "b", "c", "k"), "u": ("k", "x", "y"), "s": ("k", "v", "w")}


@pytest.mark.parametrize(
    ("name", "sets", "columns"),
    [
        ("mysql", "a = b, b = a", {"a": ["t.b IDENTITY"], "b": ["t.b IDENTITY"]}),
        ("postgres", "a = b, b = a", {"a": ["t.b IDENTITY"], "b": ["t.a IDENTITY"]}),
        ("mysql", "t.a = t.a + t.c, b = t.a * 2",
         {"a": ["t.a TRANSFORMATION", "t.c TRANSFORMATION"], "b": ["t.a TRANSFORMATION", "t.c TRANSFORMATION"]}),
        ("mysql", "a = (SELECT max(x) FROM u), b = a", {"a": ["u.x AGGREGATION"], "b": ["u.x AGGREGATION"]}),
        ("mysql", "a = c, b = (SELECT max(a) FROM v)", {"a": ["t.c IDENTITY"], "b": ["v.a AGGREGATION"]}),
        ("mysql", "a = c, b = (SELECT u.x FROM u WHERE u.x = t.a)",
         {"a": ["t.c IDENTITY"], "b": ["t.c FILTER", "u.x FILTER", "u.x IDENTITY"]}),
        ("mysql", "a = c, b = (SELECT u.x FROM u WHERE u.x = a)",
         {"a": ["t.c IDENTITY"], "b": ["t.c FILTER", "u.x FILTER", "u.x IDENTITY"]}),
        ("mysql", "a = (SELECT x FROM u WHERE x = b), b = c, c = a + b",
         {"a": ["t.b FILTER", "u.x FILTER", "u.x IDENTITY"], "b": ["t.c IDENTITY"],
          "c": ["t.b FILTER", "t.c TRANSFORMATION", "u.x FILTER", "u.x TRANSFORMATION"]}),
        ("mysql", "a = c, b = (SELECT max(t.a) FROM v AS t)", {"a": ["t.c IDENTITY"], "b": ["v.a AGGREGATION"]}),
        ("mysql", "a = c, b = (SELECT x FROM u WHERE EXISTS (SELECT 1 FROM v WHERE v.a = t.a))",
         {"a": ["t.c IDENTITY"], "b": ["t.c FILTER", "u.x IDENTITY", "v.a FILTER"]}),
        ("postgres", "a = c, b = (SELECT u.x FROM u WHERE u.x = t.a)",
         {"a": ["t.c IDENTITY"], "b": ["t.a FILTER", "u.x FILTER", "u.x IDENTITY"]}),
    ],
)  # fmt: skip
def test_mysql_sets_one_column_after_the_other(tell: Tell, name: str, sets: str, columns: dict[str, list[str]]) -> None:
    """By hand: MySQL Reference Manual, "UPDATE Statement", on col2 = col1; other databases set all at once."""
    (one,) = tell(f"UPDATE t SET {sets}", name, {"t": ("a", "b", "c"), "u": ("x",), "v": ("a",)})
    assert one.columns == columns


@pytest.mark.parametrize(
    ("sets", "b"),
    [
        ("a = c, b = (SELECT x FROM u WHERE u.k = t.a)", ["t.c FILTER", "u.k FILTER", "u.x IDENTITY"]),
        ("a = c, b = (SELECT max(a) FROM u)", ["u.a AGGREGATION"]),
        ("a = c, b = a + d", ["t.c TRANSFORMATION", "t.d TRANSFORMATION"]),
        ("a = c, c = d, b = t.a + t.c", ["t.c TRANSFORMATION", "t.d TRANSFORMATION"]),
    ],
)
def test_mysql_sets_columns_in_turn_where_no_schema_is_known(tell: Tell, sets: str, b: list[str]) -> None:
    """By hand: a name without its table is of the table next to it, as in any query within another one."""
    (one,) = tell(f"UPDATE t SET {sets}", "mysql")
    assert (one.columns["b"], one.doubts) == (b, [])


@pytest.mark.parametrize("schema", [{"t": ("a", "b", "c", "d")}, None])
@pytest.mark.parametrize("name", ["a", "t.a"])
def test_a_part_of_an_object_that_is_set_before_is_of_its_own_expression(tell: Tell, schema: Any, name: str) -> None:
    """By hand: ``$.p`` of what a has been set to is b."""
    (one,) = tell(f"UPDATE t SET a = JSON_OBJECT('p', b, 'q', c), d = {name}->>'$.p'", "mysql", schema)
    assert one.columns["d"] == ["t.b TRANSFORMATION"]


def test_a_variable_hides_the_column_of_its_name_that_is_set_before(tell: Tell) -> None:
    """By hand: MySQL Reference Manual, "Local Variable Scope and Resolution": the name is the variable's."""
    block = "DECLARE a INT; SELECT x INTO a FROM u; UPDATE t SET t.a = c, k = a;"
    *_, one = tell(f"CREATE PROCEDURE p() BEGIN {block} END", "mysql")
    assert one.columns["k"] == ["u.x IDENTITY"]


def test_many_columns_that_are_set_in_turn_are_of_the_first(tell: Tell) -> None:
    """By hand: each is the one before and one more, so all of them are of the first."""
    sets = ", ".join(f"c{number + 1} = c{number} + 1" for number in range(300))
    (one,) = tell(f"UPDATE t SET {sets}", "mysql", {"t": tuple(f"c{number}" for number in range(301))})
    assert one.columns["c300"] == ["t.c0 TRANSFORMATION"]


@pytest.mark.parametrize(
    ("sets", "columns"),
    [
        ("t.a = u.x, t.b = t.a", {"a": ["u.x IDENTITY"], "b": ["t.a IDENTITY 0.5", "u.x IDENTITY 0.5"]}),
        ("a = x, b = t.a + c",
         {"a": ["u.x IDENTITY"], "b": ["t.a TRANSFORMATION 0.5", "t.c TRANSFORMATION", "u.x TRANSFORMATION 0.5"]}),
        ("t.k = u.x, t.b = u.k", {"k": ["u.x IDENTITY"], "b": ["u.k IDENTITY"]}),
        ("t.a = u.x, t.b = (SELECT max(a) FROM v)", {"a": ["u.x IDENTITY"], "b": ["v.a AGGREGATION"]}),
        ("t.a = u.x, t.b = t.a, t.c = t.b",
         {"a": ["u.x IDENTITY"], "b": ["t.a IDENTITY 0.5", "u.x IDENTITY 0.5"],
          "c": ["t.a IDENTITY 0.25", "t.b IDENTITY 0.5", "u.x IDENTITY 0.25"]}),
        ("t.a = u.x, t.b = (SELECT max(v.a) FROM v WHERE v.a = t.a)",
         {"a": ["u.x IDENTITY"], "b": ["t.a FILTER 0.5", "u.x FILTER 0.5", "v.a AGGREGATION", "v.a FILTER"]}),
    ],
)  # fmt: skip
def test_in_which_order_mysql_sets_columns_of_joined_tables_is_not_promised(
    tell: Tell, sets: str, columns: dict[str, list[str]]
) -> None:
    """By hand: MySQL Reference Manual, "UPDATE Statement": "there is no guarantee" of an order for several tables."""
    (one,) = tell(f"UPDATE t JOIN u ON t.k = u.k SET {sets}", "mysql", {**SCHEMA, "v": ("a",)})
    assert one.columns == columns


def test_what_hardly_any_order_gives_is_left_out(tell: Tell) -> None:
    """By hand: each is the one before as it was, or as that one is; what a hundredth speaks for is no edge."""
    sets = ", ".join(f"t.c{number + 1} = t.c{number}" for number in range(20))
    (one,) = tell(f"UPDATE t JOIN u ON t.k = u.k SET t.c0 = u.x, {sets}", "mysql")
    assert one.columns["c3"] == ["t.c0 IDENTITY 0.12", "t.c1 IDENTITY 0.25", "t.c2 IDENTITY 0.5", "u.x IDENTITY 0.12"]
    assert "t.c19 IDENTITY 0.5" in one.columns["c20"]
    assert len(one.columns["c20"]) < 10


@pytest.mark.parametrize(
    ("sql", "b"),
    [
        ("(k, a, b) VALUES (1, 2, (SELECT x FROM u)) AS n ON DUPLICATE KEY UPDATE a = n.b + c, b = a",
         ["t.c TRANSFORMATION", "u.x IDENTITY", "u.x TRANSFORMATION"]),
        ("(k, a, b) SELECT k, x, y FROM u ON DUPLICATE KEY UPDATE a = VALUES(a), b = t.a",
         ["u.x IDENTITY", "u.y IDENTITY"]),
        ("(k, a, b) SELECT k, x, y FROM u ON DUPLICATE KEY UPDATE a = u.x, b = VALUES(a)",
         ["u.x IDENTITY", "u.y IDENTITY"]),
        ("(k, a, b) SELECT k, x, y FROM u ON DUPLICATE KEY UPDATE b = a, a = u.x", ["t.a IDENTITY", "u.y IDENTITY"]),
        ("(k, a, b) VALUES (1, 2, 3) ON DUPLICATE KEY UPDATE a = c, a = t.k + 1, b = a", ["t.k TRANSFORMATION"]),
        ("(k, a, b) VALUES (1, 2, 3) ON DUPLICATE KEY UPDATE a = c, b = (SELECT u.x FROM u WHERE u.y = t.a)",
         ["t.c FILTER", "u.x IDENTITY", "u.y FILTER"]),
    ],
)  # fmt: skip
def test_on_duplicate_key_update_sets_one_column_after_the_other(tell: Tell, sql: str, b: list[str]) -> None:
    """By hand: MySQL assigns from left to right here as in an UPDATE of one table."""
    (one,) = tell(f"INSERT INTO t {sql}", "mysql", SCHEMA)
    assert one.columns["b"] == b


@pytest.mark.parametrize(
    ("sets", "columns"),
    [
        ("NEW.a = NEW.c + 1, NEW.b = NEW.a", {"a": ["t.c TRANSFORMATION"], "b": ["t.c TRANSFORMATION"]}),
        ("NEW.a = NEW.c, new.b = new.a", {"a": ["t.c IDENTITY"], "b": ["t.c IDENTITY"]}),
        ("NEW.a = 1, NEW.b = NEW.a", {"a": [], "b": []}),
        ("NEW.a = NEW.c, NEW.b = (SELECT x FROM u WHERE k = NEW.a)",
         {"a": ["t.c IDENTITY"], "b": ["t.c FILTER", "u.k FILTER", "u.x IDENTITY"]}),
        ("NEW.b = NEW.a, NEW.a = NEW.c", {"b": ["t.a IDENTITY"], "a": ["t.c IDENTITY"]}),
    ],
)  # fmt: skip
@pytest.mark.parametrize("schema", [{"t": ("a", "b", "c"), "u": ("k", "x")}, {"u": ("k", "x")}])
def test_a_trigger_sets_the_columns_of_its_row_in_turn(
    tell: Tell, sets: str, columns: dict[str, list[str]], schema: Any
) -> None:
    """By hand: in a stored program of MySQL each assignment of SET is an instruction, one after the other."""
    (one,) = tell(f"CREATE TRIGGER x BEFORE INSERT ON t FOR EACH ROW SET {sets}", "mysql", schema)
    assert one.columns == columns


def test_a_trigger_does_not_change_the_row_as_it_was(tell: Tell) -> None:
    """By hand: OLD.a stays what it was, whatever NEW.a is set to."""
    (one,) = tell("CREATE TRIGGER x BEFORE UPDATE ON t FOR EACH ROW SET NEW.a = NEW.c, NEW.b = OLD.a", "mysql")
    assert one.columns == {"a": ["t.c IDENTITY"], "b": ["t.a IDENTITY"]}
