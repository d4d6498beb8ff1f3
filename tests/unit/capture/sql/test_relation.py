"""How kinds of edges add up, and what relations offer. Expected values by hand."""

import pytest

from driftline.capture.sql import relation as rel
from driftline.capture.sql.relation import Edge, Output, Relation, Source, Star, Unknown

T, U = Source("table", ("t",)), Source("table", ("u",))


@pytest.mark.parametrize(
    ("inner", "outer", "expected"),
    [
        (rel.IDENTITY, rel.TRANSFORMATION, rel.TRANSFORMATION),
        (rel.AGGREGATION, rel.TRANSFORMATION, rel.AGGREGATION),
        (rel.TRANSFORMATION, rel.AGGREGATION, rel.AGGREGATION),
        (rel.FILTER, rel.AGGREGATION, rel.FILTER),  # once indirect, always indirect
        (rel.IDENTITY, rel.JOIN, rel.JOIN),
        (rel.WINDOW, rel.FILTER, rel.FILTER),
    ],
)
def test_the_stronger_direct_step_stays_and_indirect_is_for_good(
    inner: rel.Kind, outer: rel.Kind, expected: rel.Kind
) -> None:
    assert rel.step(inner, outer) == expected


def test_edges_that_a_step_does_not_change_are_the_same_objects() -> None:
    summed, shaped = Edge(T, "a", rel.AGGREGATION, 0.5, "probed"), Edge(T, "b", rel.FILTER)
    same = frozenset((summed, shaped))
    assert rel.through(same, rel.TRANSFORMATION) is same
    changed = rel.through(same, rel.JOIN)
    assert changed == {Edge(T, "a", rel.JOIN, 0.5, "probed"), Edge(T, "b", rel.JOIN)}
    assert rel.both(same, rel.NONE) is rel.both(rel.NONE, same) is same
    assert rel.both(frozenset((summed,)), frozenset((shaped,))) == same
    assert rel.both(rel.NONE, rel.NONE) == rel.NONE


def test_a_star_has_every_name_but_the_excepted_ones() -> None:
    star = Relation((Star(T, frozenset(("b",))),))
    found = star.find("a", "A")
    assert found is not None
    assert (found.edges, found.certain) == (frozenset((Edge(T, "A", rel.IDENTITY),)), False)
    assert star.find("b", "b") is None


def test_stars_and_unknown_columns_share_the_confidence() -> None:
    both = Relation((Star(T, frozenset()), Star(U, frozenset())))
    found = both.find("a", "a")
    assert found is not None
    assert {(edge.source, edge.confidence) for edge in found.edges} == {(T, 0.5), (U, 0.5)}
    vague = Relation((Output("x", rel.NONE, "x"), Unknown(frozenset((T,)))))
    found = vague.find("a", "a")
    assert found is not None
    assert {(edge.source, edge.confidence) for edge in found.edges} == {(T, 0.5)}


def test_sources_of_a_union_meet_in_one_name() -> None:
    united = Relation((Star(T, frozenset(), (U,)),))
    found = united.find("a", "a")
    assert found is not None
    assert {(edge.source, edge.confidence) for edge in found.edges} == {(T, 1.0), (U, 0.9)}


def test_renaming_columns_that_are_not_known_hedges() -> None:
    renamed = Relation((Star(T, frozenset()),)).renamed([("p", "p")])
    assert renamed.items[0] == Output("p", frozenset((Edge(T, "*", rel.IDENTITY, 0.5),)), "p")
