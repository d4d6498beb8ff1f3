"""Outputs and the columns of the target that they come to. Expected edges by hand."""

import pytest

from driftline.capture.sql.bound import Lineage, bind, placed
from driftline.capture.sql.relation import IDENTITY, NONE, Edge, Edges, Item, Output, Source, Star

T, U = Source("table", ("t",)), Source("table", ("u",))
A, B = (Output(name, frozenset((Edge(T, name, IDENTITY),)), name) for name in "ab")
STAR = Star(U, frozenset())


def told(found: dict[str, Edges]) -> dict[str, list[str]]:
    return {
        name: sorted(f"{edge.source.names[0]}.{edge.column} {edge.confidence:g}" for edge in edges)
        for name, edges in found.items()
    }


@pytest.mark.parametrize(
    ("items", "into", "expected"),
    [
        ((A, B), ("x", "y"), {"x": ["t.a 1"], "y": ["t.b 1"]}),
        ((A, B), ("x", "y", "z"), {"x": ["t.a 0.5"], "y": ["t.b 0.5"]}),  # the others have a default, or it fails
        ((A, STAR, B), ("x", "y", "z", "w"), {"x": ["t.a 1"], "y": ["u.y 0.5"], "z": ["u.z 0.5"], "w": ["t.b 1"]}),
        ((STAR, STAR, B), ("x", "y"), {"x": ["u.x 0.5"], "y": ["t.b 0.5"]}),
    ],
)
def test_outputs_come_to_the_columns_of_the_target_by_place(
    items: tuple[Item, ...], into: tuple[str, ...], expected: dict[str, list[str]]
) -> None:
    assert told(dict(placed(items, into))) == expected


@pytest.mark.parametrize(
    ("lineage", "columns", "expected"),
    [
        (Lineage((A, B), NONE), None, {"a": ["t.a 1"], "b": ["t.b 1"]}),
        (Lineage((A, B), NONE), ("x", "y"), {"x": ["t.a 1"], "y": ["t.b 1"]}),
        (Lineage((A, B), NONE, ("x", "y")), None, {"x": ["t.a 1"], "y": ["t.b 1"]}),
        (Lineage((A, B), NONE, ()), None, {"a": ["t.a 0.9"], "b": ["t.b 0.9"]}),
        (Lineage((A, B), NONE, ()), ("x", "y"), {"x": ["t.a 1"], "y": ["t.b 1"]}),
        (Lineage((A, STAR), NONE), ("a", "p", "q"), {"a": ["t.a 1"], "p": ["u.p 1"], "q": ["u.q 1"]}),
        (Lineage((Output("", A.edges), B), NONE), None, {"b": ["t.b 1"]}),
    ],
)
def test_edges_are_bound_to_the_columns_that_are_known(
    lineage: Lineage, columns: tuple[str, ...] | None, expected: dict[str, list[str]]
) -> None:
    found, rows = bind(lineage, columns)
    assert (told(found), rows) == (expected, NONE)
