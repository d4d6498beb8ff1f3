from collections.abc import Callable

import pytest
from tests.unit.capture.script.conftest import told

from driftline.capture.script import queries
from driftline.capture.script.follow import Followed
from driftline.capture.script.memory import Memory
from driftline.capture.script.values import Const, Thing

Wrote = Callable[..., dict[str, str]]


def test_a_query_over_frames_gives_what_its_select_says(wrote: Wrote) -> None:
    text = """
        import duckdb
        out = duckdb.sql('''
            SELECT u.name, sum(o.a * o.b) AS spent, count(*) AS n
            FROM orders o JOIN users u ON o.k = u.k WHERE o.s <> 'x' GROUP BY u.name
        ''').df()
        out.to_csv("o")
    """
    assert wrote(text) == {
        "name": "name",
        "spent": "a aggregation, b aggregation",
        "n": "",
        "rows": "k join, name group_by, s filter",
    }


def test_what_was_done_to_a_frame_before_the_query_is_behind_it(wrote: Wrote) -> None:
    text = """
        import duckdb
        big = orders[orders.a > 3].assign(c=orders.a + orders.b)
        con = duckdb.connect()
        con.execute("SELECT k, c + 1 AS d FROM big").fetchdf().to_csv("o")
    """
    assert wrote(text) == {"k": "k", "d": "a transformation, b transformation", "rows": "a filter"}


def test_a_star_is_all_columns_of_the_frame(wrote: Wrote) -> None:
    text = """
        import duckdb
        duckdb.query("SELECT * FROM users").to_df().to_csv("o")
    """
    assert wrote(text) == {"k": "k", "name": "name", "age": "age"}


@pytest.mark.parametrize(
    "text", ["SELECT 1", "SELECT a FROM 'orders.csv'", "orders orders", "SELECT a FROM orders; SELECT b FROM orders"]
)
def test_a_query_that_names_no_frame_or_is_not_understood_says_nothing(text: str) -> None:
    memory = Memory()
    assert queries.asked(memory, Const(text), lambda name: None) is None
    assert queries.asked(memory, Thing(), lambda name: Const(name)) is None


def test_a_frame_is_known_by_the_name_that_it_was_registered_under(wrote: Wrote) -> None:
    text = """
        import duckdb
        con = duckdb.connect()
        con.register("V", orders)
        con.execute("SELECT k, a * 2 AS d FROM v").df().to_csv("o")
    """
    assert wrote(text) == {"k": "k", "d": "a transformation"}


def test_a_query_that_puts_frames_into_a_table_was_given_what_it_selects(follows: Callable[..., Followed]) -> None:
    found = follows("""
        import duckdb
        con = duckdb.connect()
        con.execute("CREATE TABLE t AS SELECT k, a + b AS s FROM orders WHERE a > 3")
        con.execute("INSERT INTO t (s, k) SELECT b, k FROM orders")
    """)
    tables = {path[-1].line: found.given(path) for path in found.paths()}
    made, put = (tables[line] for line in sorted(tables)[-2:])
    assert made is not None
    assert put is not None
    assert told(made) == {"k": "k", "s": "a transformation, b transformation", "rows": "a filter"}
    assert told(put) == {"s": "b", "k": "k"}
