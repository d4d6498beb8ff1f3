from collections.abc import Callable

from driftline.capture.script import tables
from driftline.capture.script.reading import FURTHER, NOTHING, Came, Table
from driftline.capture.script.site import Site

READ = (Site("s.py", 1, 1),)
SCHEMA = {"a": "int", "b": "int"}


def came(name: str) -> frozenset[Came]:
    return frozenset({Came(READ, name)})


def test_an_open_table_keeps_the_rest_under_its_own_names() -> None:
    table = tables.renamed(tables.without(tables.read(READ, None), ["b"]), {"a": "x"})
    assert table.columns == {"x": came("a")}
    assert [table.of(name) for name in ("a", "b", "c")] == [NOTHING, NOTHING, came("c")]


def test_columns_are_renamed_in_place_and_numbered() -> None:
    table = tables.read(READ, SCHEMA)
    assert list(tables.renamed(table, {"a": "z"}).columns) == ["z", "b"]
    numbered = tables.numbered(table, ["x", "y"])
    assert numbered is not None
    assert numbered.columns == {"x": came("a"), "y": came("b")}
    assert tables.numbered(table, ["x"]) is None


def test_either_of_two_tables_has_the_columns_of_both() -> None:
    a, b = tables.read(READ, {"a": "int"}), tables.read(READ, {"b": "int"})
    both = tables.either(a, b)
    assert (both.columns, both.closed) == ({"a": came("a"), "b": came("b")}, True)
    assert tables.either(a, tables.read(READ, None)).columns["a"] == came("a")


def test_groups_have_their_keys_as_index_and_back_as_columns() -> None:
    table = tables.grouped(Table({"n": came("b")}, closed=True), {"a": came("a")})
    assert {one.subtype for one in table.rows} == {"GROUP_BY"}
    assert tables.reset(table).columns == {"a": came("a"), "n": came("b")}
    assert tables.reset(tables.grouped(table, {tables.SOME: came("a")})).of("whatever") == came("a")


def test_longer_names_of_unknown_columns_are_known_by_their_beginning() -> None:
    table = tables.prefixed(tables.read(READ, None), "p_")
    assert {one.column for one in table.of("p_x")} == {""}
    assert table.of("x") == NOTHING


def test_tables_meet_by_their_indexes_where_those_differ() -> None:
    assert tables.alignment({"k": came("k")}, {"k": came("k")}) == NOTHING
    assert tables.alignment({"k": came("k")}, {}) == NOTHING
    decides = tables.alignment({"k": came("k")}, {"m": came("m")})
    assert {(one.column, one.subtype) for one in decides} == {("k", "JOIN"), ("m", "JOIN")}


def test_side_by_side_it_is_not_sure_of_which_table_a_column_without_a_known_name_is() -> None:
    first, second = (Table({}, spread=frozenset({Came((), name)})) for name in "ab")
    assert {(one.column, one.confidence) for one in tables.beside([first, second]).spread} == {("a", 0.5), ("b", 0.5)}
    assert {(one.column, one.confidence) for one in tables.beside([first, Table({})]).spread} == {("a", 0.9)}


def test_what_was_rows_and_becomes_columns_again_is_a_hedge(wrote: Callable[..., dict[str, str]]) -> None:
    """By hand: column b of a table that is turned twice comes from b alone, which is not told by its name."""
    assert wrote('df.T.to_csv("o")\n')["..."] == "a, b"
    assert wrote('df.T.T.to_csv("o")\n')["..."] == "a transformation ?, b transformation ?"
    text = """
        pivot = orders.pivot_table(index="k", columns="s", values="a", aggfunc="sum")
        pivot.T.to_csv("o")
    """
    assert wrote(text)["..."] == "a aggregation, k group_by, s group_by"


def test_a_read_may_have_columns_beside_those_that_are_known() -> None:
    table = tables.read(READ, {"a": "", FURTHER: ""})
    assert (set(table.columns), table.closed) == ({"a"}, False)
    assert {(one.read, one.column) for one in table.of("b")} == {(READ, "b")}
    assert tables.read(READ, {"a": ""}).of("b") == NOTHING
