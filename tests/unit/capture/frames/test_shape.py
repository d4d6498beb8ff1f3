from driftline.capture.frames.shape import NOTHING, Shape, of_source, united
from driftline.capture.sql.relation import FILTER, IDENTITY, NONE, TRANSFORMATION, Edge, Source

T, U = Source("table", ("n", "t")), Source("table", ("n", "u"))


def edge(source: Source, column: str) -> frozenset[Edge]:
    return frozenset((Edge(source, column, IDENTITY),))


def test_a_source_has_its_columns_or_any_column() -> None:
    assert of_source(T, ["a"]).find("a") == edge(T, "a")
    assert of_source(T, ["a"]).find("b") is None
    unknown = of_source(T, None)
    assert unknown.find("b") == edge(T, "b")
    assert unknown._replace(without=frozenset("b")).find("b") is None
    assert not unknown.closed


def test_columns_of_something_unknown_are_said_to_have_nothing_behind_them() -> None:
    assert NOTHING.find("a") == NONE
    assert Shape(rest=edge(T, "v")).find("x") == edge(T, "v")


def test_a_step_for_every_column_changes_kinds() -> None:
    shape = of_source(T, ["a"]).every(TRANSFORMATION)
    assert shape.find("a") == frozenset((Edge(T, "a", TRANSFORMATION),))
    assert of_source(T, None).every(TRANSFORMATION).unknown


def test_frames_below_each_other_meet_by_name() -> None:
    shape = united([of_source(T, ["a", "b"]).shaped(edge(T, "b"), FILTER), of_source(U, ["a"])])
    assert shape.find("a") == edge(T, "a") | edge(U, "a")
    assert shape.rows == frozenset((Edge(T, "b", FILTER),))
    assert united([of_source(T, None), of_source(U, None)]).unknown


def test_columns_that_were_read_under_other_names_are_those_of_the_source() -> None:
    shape = of_source(T, ["x", "b"], {"x": "a"})
    assert (shape.find("x"), shape.find("b"), shape.find("a")) == (edge(T, "a"), edge(T, "b"), None)
