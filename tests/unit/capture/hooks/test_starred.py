"""Columns behind the stars of a SELECT; a server's numbers of tables are written by hand: 1 is t, 2 is u, 0 is none."""

import pytest

from driftline.capture.hooks import starred
from driftline.capture.sql.relation import Output, Source, Star

T, U = Source("table", ("t",)), Source("table", ("u",))
STAR_T, STAR_U, ONE = Star(T, frozenset()), Star(U, frozenset()), Output("x", frozenset())


def test_each_star_stands_for_the_columns_of_its_table_in_order() -> None:
    names = ["a", "b", "c", "x"]
    assert starred.columns("select", [STAR_T, STAR_U, ONE], names, [1, 1, 2, 0]) == {T: ("a", "b"), U: ("c",)}
    assert starred.columns("select", [STAR_U, ONE, STAR_T], names, [2, 0, 1, 1]) == {U: ("a",), T: ("c", "x")}


@pytest.mark.parametrize(
    ("text", "items", "tables"),
    [
        ("select * from t join u using (a)", [STAR_T, STAR_U], [1, 1, 2, 2]),
        ("select * from t natural join u", [STAR_T, STAR_U], [1, 1, 2, 2]),
        ("select * from t a, t b", [STAR_T, STAR_U], [1, 1, 1, 1]),  # a table with itself
        ("select t.*, t.a, u.*", [STAR_T, ONE, STAR_U], [1, 1, 1, 2]),  # where the first star ends is not known
        ("select t.*, t.a, u.*", [STAR_T, ONE, STAR_U], [1, 1, 2, 2]),  # it could end one column before
        ("select *", [STAR_T, STAR_U], [1, 1, 0, 0]),
        ("select *", [STAR_T, STAR_T], [1, 1, 2, 2]),
        ("select *", [STAR_T, STAR_U], [1, 2]),
        ("select *", [STAR_T], [1, 1, 2, 2]),
    ],
)
def test_what_fits_in_no_way_or_in_several_is_not_told(text: str, items: list[Star], tables: list[int]) -> None:
    assert starred.columns(text, items, ["a", "b", "c", "d"], tables) == {}


def test_a_star_that_is_all_stands_for_all_columns() -> None:
    assert starred.alone([STAR_T], ["a", "b"]) == {T: ("a", "b")}
    assert starred.alone([STAR_T, STAR_U], ["a", "b"]) == {}
    assert starred.alone([ONE], ["x"]) == {}
    assert starred.alone([Star(T, frozenset(["c"]))], ["a", "b"]) == {}  # not all of t
    assert starred.alone([Star(T, frozenset(), (U,))], ["a", "b"]) == {}  # UNION: the names are those of t
    assert starred.alone([STAR_T], []) == {}
