"""Rows that cursors and results give; what they come from is read off the scripts.

``execute("orders")`` stands for a SELECT that gave the columns oid, k, a, b, s; ``users`` for k, name, age; ``objects``
for the objects User (k, age) and Order (a), and a plain total. PEP 249 says what cursors do.
"""

from collections.abc import Callable
from typing import Any

import pytest

Wrote = Callable[..., dict[str, str]]
START = 'import sqlite3\nfrom contextlib import closing\ncon = sqlite3.connect("x.db")\n'


@pytest.mark.parametrize(
    "fetch",
    [
        'rows = con.execute("orders").fetchall()',
        'rows = con.execute("orders")',
        'cur = con.cursor()\ncur.execute("orders")\nrows = cur.fetchall()',
        'cur = con.cursor()\ncur.execute("orders")\nrows = cur',
        'cur = con.cursor().execute("orders")\nrows = cur.fetchmany(10)',
        'with closing(con.cursor()) as cur:\n    cur.execute("orders")\n    rows = list(cur)',
        'with engine.connect() as con:\n    rows = con.execute("orders").all()',
        'rows = con.execute("orders").mappings().all()',
    ],
)
def test_fetched_rows_have_the_columns_of_the_select(wrote: Wrote, fetch: str) -> None:
    text = START + fetch + '\npd.DataFrame([(row[0], row[2] * row["b"]) for row in rows], columns=["x", "y"]).to_csv()'
    assert wrote(text) == {"x": "oid", "y": "a transformation, b transformation"}


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("{'x': row.a, 'y': row._mapping['k']}", {"x": "a", "y": "k"}),
        ("{'x': row[2], 'y': row['k']}", {"x": "a", "y": "k"}),
        ("dict(zip(['q', 'x'], row))", {"q": "oid", "x": "k"}),
        ("{'x': dict(row)['a'], 'y': row._asdict()['k']}", {"x": "a", "y": "k"}),
        ("{name: row[name] for name in row.keys()}", {"oid": "oid", "k": "k", "a": "a", "b": "b", "s": "s"}),
        ("dict(row)", {"oid": "oid", "k": "k", "a": "a", "b": "b", "s": "s"}),
    ],
)
def test_a_row_has_fields_by_place_and_by_name(wrote: Wrote, row: str, told: dict[str, str]) -> None:
    assert wrote(f'{START}pd.DataFrame([{row} for row in con.execute("orders")]).to_csv()') == told


def test_a_row_is_unpacked_and_one_row_is_one_row(wrote: Wrote) -> None:
    text = START + (
        'k, name, age = con.execute("users").fetchone()\n'
        'least = con.execute("one").fetchone()[0]\n'
        'pd.DataFrame([{"n": name, "d": age - least}]).to_csv()\n'
    )
    assert wrote(text) == {"n": "name", "d": "a transformation, age transformation"}


def test_names_of_columns_are_those_of_the_description(wrote: Wrote) -> None:
    text = START + (
        'cur = con.execute("users")\n'
        "names = [column[0] for column in cur.description]\n"
        "pd.DataFrame(cur.fetchall(), columns=names).to_csv()\n"
    )
    assert wrote(text) == {"k": "k", "name": "name", "age": "age"}


def test_rows_that_are_tuples_are_renamed_by_place(wrote: Wrote) -> None:
    rows = 'pd.DataFrame(con.execute("users").fetchall(), columns=["age", "k", "name"]).to_csv()'
    assert wrote(START + rows) == {"age": "k", "k": "name", "name": "age"}


def test_a_cursor_forgets_a_result_when_it_executes_something_else(wrote: Wrote) -> None:
    text = START + (
        "cur = con.cursor()\n"
        'cur.execute("orders")\n'
        'cur.execute("INSERT INTO t VALUES (1)")\n'
        'pd.DataFrame([{"x": row[0], "y": df.a.sum()} for row in cur]).to_csv()\n'
    )
    assert "x" not in wrote(text) or not wrote(text)["x"]


def test_two_cursors_and_a_connection_keep_their_results_apart(wrote: Wrote) -> None:
    text = START + (
        "one, two = con.cursor(), con.cursor()\n"
        'one.execute("orders")\n'
        'two.execute("users")\n'
        "names = {k: name for k, name, age in two}\n"
        'pd.DataFrame([{"n": names[row[1]], "a": row[2]} for row in one]).to_csv()\n'
    )
    assert wrote(text) == {"n": "k join, name", "a": "a"}


def test_a_cursor_of_a_connection_that_is_handed_in_holds_its_result(wrote: Wrote) -> None:
    text = (
        "def load(con):\n"
        "    cur = con.cursor()\n"
        '    cur.execute("users")\n'
        "    return [(row[1], row[2]) for row in cur]\n"
        'pd.DataFrame(load(settings.connection), columns=["n", "y"]).to_csv()\n'
    )
    assert wrote(text) == {"n": "name", "y": "age"}


def test_a_session_gives_objects_by_their_attributes(wrote: Wrote) -> None:
    text = (
        'rows = [{"a": user.age, "o": order.a, "t": total} for user, order, total in session.execute("objects")]\n'
        'more = [{"a": row[0].age, "o": row.Order.a, "t": row.total} for row in session.execute("objects").all()]\n'
        "pd.DataFrame(rows + more).to_csv()\n"
    )
    assert wrote(text) == {"a": "User\0age", "o": "Order\0a", "t": "total"}


def test_scalars_are_the_first_of_each_row(wrote: Wrote) -> None:
    text = (
        'rows = [{"k": user.k} for user in session.scalars("objects")]\n'
        'rows += [{"k": user.k} for user in session.execute("objects").scalars().all()]\n'
        'rows += [{"k": session.scalar("one")}]\n'
        'rows += [{"k": one} for one in session.scalars("one").all()] + [{"k": session.scalars("one").first()}]\n'
        "pd.DataFrame(rows).to_csv()\n"
    )
    assert wrote(text) == {"k": "User\0k, a"}


def test_of_several_plain_columns_it_is_not_said_which_one_a_scalar_is(wrote: Wrote) -> None:
    told = wrote('pd.DataFrame([{"n": user.name, "k": user} for user in session.scalars("users")]).to_csv()')
    assert told == {"n": "name", "k": "age, k, name"}


def test_a_result_that_nobody_knows_is_left_to_the_other_rules(wrote: Wrote) -> None:
    assert wrote('pd.DataFrame([{"x": one} for one in api.query("?").all()] + [{"x": df.a.sum()}]).to_csv()') == {
        "x": "a aggregation"
    }


def test_rows_are_written_to_a_copy(follows: Callable[..., Any]) -> None:
    text = START + (
        "cur = con.cursor()\n"
        'with cur.copy("COPY t (a, b) FROM STDIN") as copy:\n'
        "    for one, two in df.itertuples(index=False):\n"
        "        copy.write_row((two, one * 2))\n"
    )
    found = follows(text)
    (table,) = [
        one for path in found.paths() if (one := found.given(path)) and list(map(str, one.columns)) == ["0", "1"]
    ]
    assert [{came.column for came in cames} for cames in table.columns.values()] == [{"b"}, {"a"}]
