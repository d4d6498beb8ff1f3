from hypothesis import given
from hypothesis import strategies as st

from driftline.event.lineage import Field, Link, Node
from driftline.event.report import Difference, FieldChange
from driftline.graph import difference


def node(name: str, depth: int = 0) -> Node:
    return Node(id=name, type="DATASET", label=name, depth=depth)


def link(source: str, target: str, provenance: str = "sql", sure: float = 1.0, via: str = "") -> Link:
    return Link(source=source, target=target, kind="DERIVED", provenance=provenance, confidence=sure, via=via)


def test_nodes_come_and_go_by_their_ids_wherever_they_lie() -> None:
    came, went = difference.nodes([node("a"), node("b", 1)], [node("b", 2), node("c")])
    assert (came, went) == ((node("c"),), (node("a"),))


def test_a_link_known_otherwise_is_changed_and_neither_came_nor_went() -> None:
    before, after = [link("a", "b", "cartesian", 0.5)], [link("a", "b", "sql")]
    came, went, changed = difference.links(before, after)
    assert (came, went) == ((), ())
    assert [(one.before, one.after) for one in changed] == [(before[0], after[0])]


def test_the_same_pair_through_another_job_is_another_link() -> None:
    came, went, changed = difference.links([link("a", "b", via="j")], [link("a", "b", via="k")])
    assert (came, went, changed) == ((link("a", "b", via="k"),), (link("a", "b", via="j"),), ())


def test_fields_come_go_and_change_their_type() -> None:
    before = {"d": (Field("kept", "int"), Field("gone", "int"), Field("wider", "int")), "new": ()}
    after = {"d": (Field("kept", "int"), Field("wider", "bigint"), Field("fresh"))}
    assert difference.fields(before, after) == (
        FieldChange(node="d", field="fresh", before=None, after=""),
        FieldChange(node="d", field="gone", before="int", after=None),
        FieldChange(node="d", field="wider", before="int", after="bigint"),
    )


def test_a_type_that_is_not_known_is_no_other_type() -> None:
    assert difference.fields({"d": (Field("a"), Field("b", "int"))}, {"d": (Field("a", "int"), Field("b"))}) == ()


def test_code_that_one_side_does_not_know_is_no_difference() -> None:
    found = difference.code({"a": "1", "b": "1", "c": ""}, {"a": "2", "b": "1", "c": "2", "d": "1"})
    assert [(one.node, one.before, one.after) for one in found] == [("a", "1", "2")]


def test_the_sentence_counts_what_differs() -> None:
    found = Difference(since_us=1, came=(node("a"), node("b")), went=(node("c"),), links_went=(link("c", "a"),))
    assert difference.sentence(found) == "2 nodes came, 1 node went; 1 link went."
    assert difference.sentence(Difference(since_us=1)) == "Nothing differs."


def test_the_sentence_tells_columns_that_came_and_went_from_those_of_another_type() -> None:
    names = (("a", None, "int"), ("b", None, ""), ("c", "int", None), ("d", "int", "text"))
    fields = tuple(FieldChange(node="d", field=name, before=old, after=new) for name, old, new in names)
    said = difference.sentence(Difference(since_us=1, fields=fields))
    assert said == "2 columns came, 1 column went; 1 column is of another type."


def test_other_sql_is_told_apart_from_other_code() -> None:
    code = difference.code({"job:n:a": "1", "job:n:b": "1"}, {"job:n:a": "2", "job:n:b": "2"}, {"job:n:a": "'x' went"})
    assert [difference.ran(one) for one in code] == ["a ran other SQL: 'x' went.", "b ran other code."]
    said = difference.sentence(Difference(since_us=1, code=code))
    assert said == "1 job ran other code; 1 job ran other SQL."


graphs = st.dictionaries(
    st.tuples(st.sampled_from("abcd"), st.sampled_from("abcd"), st.sampled_from(["", "j", "k"])),
    st.tuples(st.sampled_from(["sql", "cartesian"]), st.sampled_from([0.5, 1.0])),
).map(lambda said: [link(a, b, how, sure, via) for (a, b, via), (how, sure) in said.items()])


@given(graphs, graphs)
def test_the_difference_applied_to_the_graph_before_gives_the_graph_after(
    before: list[Link], after: list[Link]
) -> None:
    came, went, changed = difference.links(before, after)
    held = set(before) - set(went) - {one.before for one in changed}
    assert not held & set(came)
    assert held | set(came) | {one.after for one in changed} == set(after)
    ends = [{node(place) for one in side for place in (one.source, one.target)} for side in (before, after)]
    new, gone = difference.nodes(*ends)
    assert (ends[0] - set(gone)) | set(new) == ends[1]
