from collections.abc import Callable

import pytest

Wrote = Callable[..., dict[str, str]]


@pytest.mark.parametrize(
    "rows",
    [
        "[{'x': k, 'y': age} for k, _, age in con.execute(\"users\")]",
        "[{'x': r[0], 'y': r['age']} for r in con.execute(\"users\").fetchall()]",
        "[{'x': r['k'], 'y': r[2]} for r in [con.execute(\"users\").fetchone()]]",
        "[{'x': d['k'], 'y': d['age']} for d in map(dict, con.execute(\"users\"))]",
    ],
)
def test_rows_of_a_query_have_their_columns_by_place_and_by_name(wrote: Wrote, rows: str) -> None:
    text = f'import sqlite3\ncon = sqlite3.connect("x.db")\nout = {rows}\npd.DataFrame(out).to_csv("o")\n'
    assert wrote(text) == {"x": "k", "y": "age"}


@pytest.mark.parametrize("rows", ["cur", "cur.fetchall()", "iter(cur)", "cur.fetchmany(3)"])
def test_a_cursor_gives_the_rows_of_what_it_executed(wrote: Wrote, rows: str) -> None:
    text = f"""
        import sqlite3
        cur = sqlite3.connect("x.db").cursor()
        cur.execute("users")
        pd.DataFrame([[k, age] for k, _, age in {rows}], columns=["x", "y"]).to_csv("o")
    """
    assert wrote(text) == {"x": "k", "y": "age"}
