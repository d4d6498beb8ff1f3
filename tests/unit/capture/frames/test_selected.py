"""Frames that SELECTs gave; what is behind each column was worked out by hand."""

from driftline.capture.frames import node, selected
from driftline.capture.frames.node import FrameEdges
from driftline.capture.frames.selected import Selected
from driftline.capture.sql.known import analyse
from driftline.capture.sql.relation import Source
from driftline.event.lineage import Dataset

T, U = Dataset("db", "t"), Dataset("db", "u")
SCHEMAS = {"t": ("id", "a", "b"), "u": ("id", "d")}


def made(sql: str, *columns: str, labels: tuple[str, ...] = (), known: bool = True) -> Selected:
    found = analyse(sql, lambda source, spelled: SCHEMAS[source.names[0]] if known else None, "sqlite")
    assert found is not None
    (one,) = found.statements
    assert one.lineage is not None
    datasets = {source: (Dataset("db", source.names[0]),) for source in one.reads}
    return selected.of(one.lineage, datasets, found.spelled, columns, labels)


def edges(one: node.Node) -> FrameEdges:
    return FrameEdges(one, lambda source: (Dataset(*source.names),), lambda source: None)


def told(one: node.Node, columns: tuple[str, ...] | None = None) -> dict[str, list[tuple[str, str, str, float]]]:
    fields, rows = edges(one).bind(columns)
    return {
        name: [(reach.name, reach.field, reach.subtype, reach.confidence) for reach in found]
        for name, found in {**fields, "": rows}.items()
    }


SQL = "SELECT a, b * 2 AS c, d FROM t JOIN u ON t.id = u.id WHERE b > 1"
ROWS = [("t", "b", "FILTER", 1.0), ("t", "id", "JOIN", 1.0), ("u", "id", "JOIN", 1.0)]
SAID = {
    "a": [("t", "a", "IDENTITY", 1.0)], "c": [("t", "b", "TRANSFORMATION", 1.0)], "d": [("u", "d", "IDENTITY", 1.0)],
    "": ROWS,
}  # fmt: skip


def test_the_columns_of_the_statement_are_those_of_the_frame() -> None:
    found = made(SQL, "a", "c", "d")
    assert told(found) == SAID
    assert set(node.sources(found)) == {Source("table", ("db", "t")), Source("table", ("db", "u"))}


def test_an_output_without_a_name_goes_by_its_place_and_a_star_by_names() -> None:
    assert told(made("SELECT a, b + 1 FROM t", "a", "b + 1"))["b + 1"] == [("t", "b", "TRANSFORMATION", 1.0)]
    assert told(made("SELECT * FROM t", "id", "a", "b"))["a"] == [("t", "a", "IDENTITY", 1.0)]
    unknown = made("SELECT * FROM t", "x", "y", known=False)
    assert told(unknown)["y"] == [("t", "y", "IDENTITY", 1.0)]


def test_columns_that_became_the_index_go_by_their_names() -> None:
    """By their places, ``d`` would be ``a``."""
    assert told(made(SQL, "a", "c", labels=("d",)), ("d", "a", "c")) == SAID


def test_columns_of_two_tables_of_which_nothing_is_known_are_unknown_not_guessed() -> None:
    found = edges(made("SELECT * FROM t, u", "x", "y", known=False))
    assert found.bind(None)[0] == {}
    assert found.unknown


def test_a_frame_that_may_have_been_changed_is_less_sure_and_may_have_other_sources() -> None:
    found = edges(selected.changeable(made("SELECT a FROM t", "a")))
    assert {name: [one.confidence for one in reaches] for name, reaches in found.bind(("a", "new"))[0].items()} == {
        "a": [0.95]
    }
    assert found.datasets == {Source("table", ("db", "t")): (T,), None: ()}
    assert not found.unknown


def test_what_sorts_rows_tells_only_their_order_where_none_are_left_out() -> None:
    assert made("SELECT a FROM t ORDER BY b", "a").ordered
    assert not made("SELECT a FROM t ORDER BY b LIMIT 1", "a").ordered
