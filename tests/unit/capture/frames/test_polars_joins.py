"""Joins; those of real frames are compared with SQL in ``hooks/test_polars_plan``."""

from driftline.capture.frames.polars_joins import JOINS
from driftline.capture.frames.polars_rules import Taken
from driftline.capture.frames.shape import Shape, of_source
from driftline.capture.sql.relation import Source

T = of_source(Source("table", ("n", "t")), ["k", "a"])
U = of_source(Source("table", ("n", "u")), ["k", "a", "w"])


def joined(name: str, *args: object, left: Shape = T, right: Shape = U, **kwargs: object) -> dict[str, set[str]]:
    shape = JOINS[name](left, [right], Taken(args, kwargs))
    found = {column: {f"{one.source.names[1]}.{one.column} {one.kind[1]}" for one in edges}
             for column, edges in shape.columns.items()}  # fmt: skip
    return {**found, "": {f"{one.source.names[1]}.{one.column} {one.kind[1]}" for one in shape.rows}}


ROWS = {"t.k JOIN", "u.k JOIN"}


def test_the_key_is_that_of_the_side_that_is_kept() -> None:
    assert joined("join", "k")["k"] == {"t.k IDENTITY"}
    assert joined("join", "k", how="right")["k"] == {"u.k IDENTITY"}
    assert joined("join", "k", how="full", coalesce=True)["k"] == {"t.k IDENTITY", "u.k IDENTITY"}
    assert joined("join", "k", how="full")["k_right"] == {"u.k IDENTITY"}


def test_a_name_that_both_sides_have_gets_a_suffix() -> None:
    assert joined("join", "k", suffix="_u") == {
        "k": {"t.k IDENTITY"}, "a": {"t.a IDENTITY"}, "a_u": {"u.a IDENTITY"}, "w": {"u.w IDENTITY"}, "": ROWS,
    }  # fmt: skip
    assert joined("join", left_on="a", right_on="w")["k_right"] == {"u.k IDENTITY"}


def test_a_semi_join_only_filters_and_a_cross_join_has_no_key() -> None:
    assert joined("join", "k", how="semi") == {
        "k": {"t.k IDENTITY"},
        "a": {"t.a IDENTITY"},
        "": {"t.k FILTER", "u.k FILTER"},
    }
    assert joined("join", how="cross")[""] == set()


def test_the_nearest_row_is_found_by_key_and_groups() -> None:
    assert joined("join_asof", on="k", by="a")[""] == {"t.k JOIN", "u.k JOIN", "t.a JOIN", "u.a JOIN"}


def test_an_update_has_both_values() -> None:
    assert joined("update", "k")["a"] == {"t.a IDENTITY", "u.a IDENTITY"}


def test_two_sources_of_unknown_columns_cannot_be_told_apart() -> None:
    unknown = of_source(Source("table", ("n", "v")), None)
    shape = JOINS["join"](unknown, [of_source(Source("table", ("n", "w")), None)], Taken(("k",), {}))
    assert shape.unknown
    one = JOINS["join"](T, [unknown], Taken(("k",), {}))
    assert [edge.source.names[1] for edge in one.find("x") or ()] == ["v"]
