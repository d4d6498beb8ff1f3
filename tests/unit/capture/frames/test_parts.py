"""Structs and lists that are taken apart again; the expected edges are worked out by hand."""

from driftline.capture.frames import parts
from driftline.capture.frames import polars_rules as rules
from driftline.capture.frames.parts import Parts
from driftline.capture.frames.polars_rules import Taken
from driftline.capture.frames.shape import Shape
from driftline.capture.sql.relation import AGGREGATION, IDENTITY, Edge, Edges, Source

T = Source("table", ("n", "t"))
A: Edges = frozenset((Edge(T, "a", IDENTITY),))
B: Edges = frozenset((Edge(T, "b", IDENTITY),))


def told(edges: Edges) -> set[str]:
    return {f"{edge.column} {edge.kind[1]} {edge.confidence}" for edge in edges}


def test_a_field_has_its_own_edges_and_the_struct_those_of_all() -> None:
    made = parts.struct({"x": A, "y": B})
    assert told(made) == {"a TRANSFORMATION 1.0", "b TRANSFORMATION 1.0"}
    assert told(parts.field(made, "x")) == {"a IDENTITY 1.0"}
    assert told(parts.field(parts.through(made, AGGREGATION), "y")) == {"b AGGREGATION 1.0"}
    assert told(parts.field(parts.renamed(made, ["p", "q"]), "q")) == {"b IDENTITY 1.0"}


def test_a_part_of_what_is_no_longer_known_is_not_sure_unless_there_is_one_column() -> None:
    both = {"a TRANSFORMATION 0.5", "b TRANSFORMATION 0.5"}
    assert told(parts.field(parts.struct({"x": A, "y": B}) | A, "x")) == both
    assert told(parts.element(parts.whole(A | B))) == both
    assert told(parts.element(parts.whole(A))) == {"a TRANSFORMATION 1.0"}
    assert told(parts.element(A | B)) == {"a TRANSFORMATION 1.0", "b TRANSFORMATION 1.0"}


def test_fields_of_a_struct_become_columns_again() -> None:
    frame = Shape({"s": parts.struct({"x": A, "y": B}), "z": A})
    found = rules.RULES["unnest"](frame, [], Taken(("s",), {}))
    assert {name: told(edges) for name, edges in found.columns.items()} == {
        "z": {"a IDENTITY 1.0"}, "x": {"a IDENTITY 1.0"}, "y": {"b IDENTITY 1.0"},
    }  # fmt: skip
    assert found.closed
    lost = rules.RULES["unnest"](Shape({"s": A | B}), [], Taken(("s",), {}))
    assert told(lost.find("x") or frozenset()) == {"a TRANSFORMATION 0.5", "b TRANSFORMATION 0.5"}
    assert not isinstance(lost.rest, Parts)
