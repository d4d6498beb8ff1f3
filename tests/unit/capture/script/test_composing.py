"""Statements that a script puts together; expected origins are read off the scripts."""

from collections.abc import Callable

import pytest
from tests.unit.capture.script.conftest import words

from driftline.capture.script.composing import COMPOSED
from driftline.capture.script.follow import Followed

Follows = Callable[..., Followed]
INSERTS = [
    """con.execute(f"INSERT INTO t (x, y) VALUES ('{r.a}', {r.b})")""",
    """con.execute("insert into t values ('%s', %d)" % (r.a, r.b))""",
    """con.execute("insert into t values ({}, {})".format(r.a, r.b))""",
    """con.execute("insert into t values (" + r.a + ", '" + r.b + "')")""",
    """con.execute("insert into t values (" + ", ".join([r.a, r.b]) + ");")""",
    """con.exec_driver_sql(f"replace into t values ({r.a}, {r.b}) on conflict do nothing")""",
    """con.execute(text(f"insert into t values ({r.a}, {r.b})"))""",
]


def told(follows: Follows, call: str) -> dict[str, str]:
    found = follows(f"from sqlalchemy import text\nfor r in orders.itertuples():\n    {call}\n")
    table = found.argument(max((path for path in found.paths() if path[-1].line == 8), key=lambda path: path[-1]), 0)
    assert table is not None
    out = {name.removeprefix(COMPOSED): words(cames) for name, cames in table.columns.items()}
    return out | ({"...": words(table.spread)} if table.spread else {})


@pytest.mark.parametrize("call", INSERTS)
def test_each_value_of_an_insert_is_told_by_its_place(follows: Follows, call: str) -> None:
    assert told(follows, call) == {"0": "a", "1": "b", "...": "a transformation ?, b transformation ?"}


def test_what_the_statement_makes_of_values_is_changed_and_what_is_spelled_out_comes_from_nowhere(
    follows: Follows,
) -> None:
    call = """con.execute(f"insert into t values (upper('{r.a}'), 'x, {r.a} {r.b}', 7, '(', {r.b})")"""
    found = told(follows, call)
    assert found["0"] == "a transformation"
    assert found["1"] == "a transformation, b transformation"
    assert (found["2"], found["3"], found["4"]) == ("", "", "b")


def test_an_update_is_told_by_its_columns_and_by_what_it_looks_for(follows: Follows) -> None:
    call = """con.execute(f'update t set "X" = {r.a}, y = y + {r.b} where k = {r.k}')"""
    found = told(follows, call)
    assert (found["x"], found["y"], found["\0where"]) == ("a", "b transformation", "k transformation")
    assert told(follows, """con.execute(f"delete from t where k = {r.k}")""")["\0where"] == "k transformation"


def test_the_where_of_an_update_is_neither_in_a_text_nor_in_brackets(follows: Follows) -> None:
    call = """con.execute(f"update t set x = 'where {r.a}', y = (select u from v where w = {r.b}) WHERE k = {r.k}")"""
    found = told(follows, call)
    assert (found["x"], found["y"], found["\0where"]) == ("a transformation", "b transformation", "k transformation")
    assert "\0where" in told(follows, """con.execute(f"update t set x = {r.a}")""")


def test_a_row_of_a_database_has_a_value_for_each_place_of_a_template(follows: Follows) -> None:
    call = """con.execute("insert into t values ('%s', %s, '%s')" % con.execute("users").fetchone())"""
    found = told(follows, call)
    assert (found["0"], found["1"], found["2"]) == ("k", "name", "age")


@pytest.mark.parametrize(
    "call",
    [
        """con.execute(f"insert into t select {r.a}, {r.b}")""",
        """con.execute(f"insert into t select y, x from (values ({r.a}, {r.b})) as v (x, y)")""",
        """con.executescript(f"insert into t values ({r.a}); insert into u values ({r.b})")""",
        """con.execute("insert into t values " + ", ".join(str((one.a, one.b)) for one in orders.itertuples()))""",
    ],
)
def test_where_the_text_does_not_show_which_column_it_is_any_may_be_meant(follows: Follows, call: str) -> None:
    assert told(follows, call) == {"...": "a transformation ?, b transformation ?"}


@pytest.mark.parametrize(
    "values",
    [
        'f"({r.a}, {r.b}), ({r.a}, 2)"',
        '", ".join(f"({one.a}, {one.b})" for one in orders.itertuples() if one.k)',
        '",".join(["(\'%s\', %d)" % (one.a, one.b) for one in orders.itertuples() if one.k])',
    ],
)
def test_rows_that_are_joined_are_alike(follows: Follows, values: str) -> None:
    found = told(follows, f'con.execute("insert into t values " + {values})')
    assert found == {"0": "a", "1": "b", "...": "a transformation ?, b transformation ?"}


def test_values_that_are_spelled_out_are_known_to_come_from_nowhere(follows: Follows) -> None:
    assert told(follows, 'con.execute("insert into t values (1, 2)")') == {}
    found = follows('con.execute("select 1")\n')
    assert [path for path in found.paths() if found.argument(path, 0) is not None and path[-1].line > 5] == []


def test_what_is_handed_over_beside_a_text_counts_alone(follows: Follows) -> None:
    found = follows('for r in orders.itertuples():\n    con.execute(f"insert into t_{r.k} values (?)", (r.a,))\n')
    assert [path for path in found.paths() if found.argument(path, 0) is not None and path[-1].line == 7] == []
