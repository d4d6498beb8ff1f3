"""Day 1: build (code 1) reads a and writes out with x. Day 3: build (code 2) reads a and b; out has y as well."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from driftline.errors import BadInput
from driftline.event.report import Difference

OUT = "dataset:lake:out"


def schema(**columns: str) -> dict[str, Any]:
    return {"schema": {"fields": [{"name": name, "type": type_} for name, type_ in columns.items()]}}


def copied(*pairs: tuple[str, str]) -> dict[str, Any]:
    step = [{"type": "DIRECT", "subtype": "IDENTITY"}]
    inputs = {
        column: {"inputFields": [{"namespace": "lake", "name": source, "field": column, "transformations": step}]}
        for source, column in pairs
    }
    return {"columnLineage": {"fields": inputs}}


@pytest.fixture
def told(town: Any, say: Any) -> Any:
    first = {"a": schema(x="int"), "out": {**schema(x="int", old="int"), **copied(("a", "x"))}}
    second = {"a": schema(x="int"), "out": {**schema(x="bigint", y="int"), **copied(("a", "x"), ("b", "y"))}}
    say("build", "01", "a", "out#1", code="1", on=first)
    say("build", "03", "a b", "out#2", code="2", on=second)
    say("far", "03", "p", "q")
    return town


def pairs(links: Any) -> set[tuple[str, str, str]]:
    return {(link.source.split(":", 2)[2], link.target.split(":", 2)[2], link.kind) for link in links}


def test_around_a_node_it_says_what_came_and_what_is_otherwise(told: Any) -> None:
    found = told.engine.diff(OUT, since_us=told.time(1, 0), until_us=told.time(3, 0))
    assert {node.label for node in found.came} == {"b"}
    assert found.went == ()
    assert ("b", "build", "READ") in pairs(found.links_came)
    assert ("b", "out", "DERIVED") in pairs(found.links_came)
    assert pairs(found.columns_came) == {("b:y", "out:y", "DIRECT:IDENTITY")}
    assert {(one.field, one.before, one.after) for one in found.fields} == {
        ("x", "int", "bigint"), ("old", "int", None), ("y", None, "int"),
    }  # fmt: skip
    assert [(one.node, one.before, one.after) for one in found.code] == [("job:flow:build", "1", "2")]
    assert (found.node, found.since_us, found.until_us) == (OUT, told.time(1, 0), told.time(3, 0))
    assert "1 node came" in found.sentence
    assert found.truncated is False


def test_turned_round_what_came_went(told: Any) -> None:
    found = told.engine.diff(OUT, since_us=told.time(3, 0), until_us=told.time(1, 0))
    assert ({node.label for node in found.went}, found.came) == ({"b"}, ())
    assert pairs(found.columns_went) == {("b:y", "out:y", "DIRECT:IDENTITY")}
    assert [(one.before, one.after) for one in found.code] == [("2", "1")]


def test_the_whole_graph_shows_what_is_far_from_any_node(told: Any) -> None:
    found = told.engine.diff(since_us=told.time(1, 0))
    assert {node.label for node in found.came} == {"b", "far", "p", "q"}
    assert {("p", "far", "READ"), ("far", "q", "WRITE"), ("p", "q", "DERIVED"), ("b", "out", "DERIVED")} <= pairs(
        found.links_came
    )
    assert pairs(found.columns_came) == {("b:y", "out:y", "DIRECT:IDENTITY")}
    assert {one.field for one in found.fields} == {"x", "old", "y"}
    assert [(one.before, one.after) for one in found.code] == [("1", "2")]
    assert found.until_us == 0  # now


def test_the_whole_graph_turned_round_lost_what_it_gained(told: Any) -> None:
    found = told.engine.diff(since_us=told.time(5, 0), until_us=told.time(1, 0))
    assert {node.label for node in found.went} == {"b", "far", "p", "q"}
    assert found.came == ()


def test_between_two_equal_moments_nothing_differs(told: Any) -> None:
    for node in ("", OUT):
        found = told.engine.diff(node, since_us=told.time(3, 0), until_us=told.time(3, 0))
        assert found.sentence == "Nothing differs."


def test_a_link_that_is_known_better_later_is_changed(town: Any, say: Any) -> None:
    better = {"columnLineage": {"fields": {"x": {"inputFields": [{"namespace": "lake", "name": "a", "field": "x"}]}}}}
    say("build", "01", "a", "out")
    say("build", "02", "a", "out", on={"out": better})
    for node in ("", OUT):
        found = town.engine.diff(node, since_us=town.time(0, 12), until_us=town.time(2, 0))
        changed = {one.before.kind: (one.before.provenance, one.after.provenance) for one in found.links_changed}
        assert changed["DERIVED"] == ("cartesian", "column")


def test_a_difference_that_was_cut_says_so(told: Any) -> None:
    assert told.engine.diff(since_us=told.time(1, 0), limit=1).truncated is True
    assert told.engine.diff(OUT, since_us=told.time(1, 0), limit=1).truncated is True


def test_a_difference_needs_its_first_moment(told: Any) -> None:
    with pytest.raises(BadInput, match="begin"):
        told.engine.diff(OUT, since_us=None)


def test_a_column_has_a_difference_of_columns(told: Any) -> None:
    found = told.engine.diff("datasetField:lake:out:y", since_us=told.time(1, 0))
    assert pairs(found.columns_came) == {("b:y", "out:y", "DIRECT:IDENTITY")}
    assert found.links_came == ()


runs = st.lists(
    st.tuples(
        st.sampled_from(["j", "k"]),
        st.integers(1, 5),
        st.sets(st.sampled_from("abc"), max_size=2),
        st.sampled_from("cde"),
    ),
    max_size=6,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(runs, st.integers(0, 5), st.integers(0, 5), st.booleans())
def test_the_difference_applied_to_the_graph_before_gives_the_graph_after(
    open_town: Any, told_of: Any, history: Any, first: int, last: int, around: bool
) -> None:
    town = open_town()
    town.engine.ingest_many(
        [
            told_of(job, f"{day:02d}", " ".join(sorted(reads)), writes, run=f"{at}")
            for at, (job, day, reads, writes) in enumerate(history)
        ]
    )
    moments = [town.time(day, 0) - 1 for day in (first, last)]
    everything = [f"dataset:lake:{name}" for name in "abcde"]
    node = "dataset:lake:c" if around and town.engine.search("c") else ""
    graphs = [
        [town.engine.lineage(one, depth=20, as_of_us=moment) for one in ([node] if node else everything)]
        for moment in moments
    ]
    before, after = ({link for graph in side for link in graph.edges} for side in graphs)
    found: Difference = town.engine.diff(node, since_us=moments[0], until_us=moments[1], depth=20)
    # around a node READ and WRITE links carry how their pair is known; of the whole graph they are facts of their own
    kinds = {"DERIVED"} if not node else {"DERIVED", "READ", "WRITE"}

    def only(links: Any) -> set[Any]:
        return {link for link in links if link.kind in kinds}

    held = only(before) - only(found.links_went) - only(one.before for one in found.links_changed)
    assert held | only(found.links_came) | only(one.after for one in found.links_changed) == only(after)
    town.engine.close()
