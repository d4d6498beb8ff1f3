"""Outputs to which no value of a column comes; what each is made of is read off its expression."""

import pytest

from driftline.capture.sql import dialect, rootless, statement
from driftline.capture.sql.bound import made
from driftline.capture.sql.script import Script

SCHEMA = {"t": ("a", "b"), "u": ("a", "k")}
MADE = {
    "nothing": (
        "count(*)", "now()", "current_timestamp", "row_number() over (order by a)", "null",
        "exists (select 'x' from u)",
        "rank() over (partition by a order by b)", "(select count(*) from u)", "case a when 1 then null end",
        "count(*) filter (where a > 1)",
    ),
    "literals": (
        "'x'", "-1", "cast('1' as int)", "1 + count(*)", "true", "upper('x') || 'y'", "(select 7)", "date '2020-01-01'",
        "case when a > 1 then 'x' else 'y' end", "now() + interval '1 day'",
    ),
    "": (
        "a", "count(a)", "a + 1", "case when a > 1 then b else 'y' end", "(select k from u)", "?", "1 + ?", ":x",
        "mine()", "mine('x')", "case when a > 1 then ? else 'y' end", "nowhere", "t.nowhere", "sum(a) over ()",
        "(select * from u)",
    ),
}  # fmt: skip
KNOWN = [(expression, made_of) for made_of, each in MADE.items() for expression in each]


def told(sql: str, name: str = "duckdb", columns: tuple[str, ...] | None = None) -> dict[str, str]:
    *_, one = statement.read(sql, Script(dialect.of(name), lambda source: SCHEMA.get(source.names[0])))
    assert one.lineage is not None
    return dict(made(one.lineage, columns))


@pytest.mark.parametrize(("expression", "expected"), KNOWN)
def test_an_expression_is_made_of_what_its_value_is_made_of(expression: str, expected: str) -> None:
    assert told(f"create table x as select {expression} as v from t") == ({"v": expected} if expected else {})


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("select n, k, a, k || 'x' as l from (select count(*) as n, 'k' as k, a from t group by a)",
         {"n": "nothing", "k": "literals", "l": "literals"}),
        ("with c as (select 'z' as k, 1 as n union all select 'w', count(*) from t) select c.k, c.n from c",
         {"k": "literals", "n": "literals"}),
        ("select 'x' as v union all select b from t", {}),
        ("select count(*) as v from t union all select ? from t", {}),
        ("with recursive c as (select 1 as n union all select n + 1 from c) select n from c", {"n": "literals"}),
        ("select * from (select 'x' as v, a from t)", {"v": "literals"}),
        ("select s.v from (select 'x' from t) as s(v)", {"v": "literals"}),
        ("insert into t values (1, 'x'), (2, a)", {"a": "literals"}),
        ("insert into t (b, a) values (now(), 7)", {"b": "nothing", "a": "literals"}),
        ("insert into t values (?, 'x')", {"b": "literals"}),
        ("insert into t values ('k', 'x') on conflict (a) do update set b = ?", {"a": "literals"}),
        ("insert into t values ('k', 'x') on conflict (a) do update set b = t.b", {"a": "literals"}),
        ("insert into t select count(*), b from t", {"a": "nothing"}),
        ("insert into t select *, 'x' from (select 1)", {"a": "literals", "b": "literals"}),
        ("create function f() returns int as 'select 1'; select f() as v, 'x' as w from t", {"w": "literals"}),
    ],
)  # fmt: skip
def test_it_is_followed_through_queries_and_comes_to_columns_by_place(sql: str, expected: dict[str, str]) -> None:
    assert told(sql) == expected


def test_columns_of_a_target_that_are_known_are_named_as_there() -> None:
    assert told("create table x as select 'x', count(*) from t") == {}
    assert told("create table x as select 'x', count(*) from t", columns=("p", "q")) == {
        "p": "literals",
        "q": "nothing",
    }
    assert told("insert into t select *, 'x' from nobody") == {}


def test_of_queries_inside_of_each_other_nothing_is_said() -> None:
    """Each would be read once more, and so again and again."""
    assert told("select (select (select count(*) from t)) as v from t") == {}
    assert told("select (select count(*) from t) as v from t") == {"v": "nothing"}


def test_parts_are_one_if_all_are_known() -> None:
    assert rootless.together(("nothing", "literals", "nothing")) == "literals"
    assert rootless.together(("literals", "")) == ""
    assert rootless.together(()) == "nothing"
