import base64
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from driftline.event import ids, openlineage
from driftline.event.lineage import Dataset, Edge, Field, Job, Touched, Version
from driftline.event.openlineage import Event
from driftline.graph.fold import fold, profiles

RUN = "01900000-0000-7000-8000-000000000001"
PARENT = "01900000-0000-7000-8000-000000000002"
A, B, OUT = Dataset("n", "a"), Dataset("n", "b"), Dataset("n", "out")


def event(state: str | None, second: int, **more: Any) -> Event:
    body = {
        "eventTime": f"2026-01-01T10:00:{second:02d}Z",
        "eventType": state,
        "run": {"runId": RUN, "facets": more.pop("run", {})},
        "job": {"namespace": "demo", "name": "build", "facets": more.pop("job", {})},
        **more,
    }
    return openlineage.decode(msgspec.json.encode({k: v for k, v in body.items() if v is not None}))


def part(name: str, facets: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    return {"namespace": "n", "name": name, "facets": facets or {}, **more}


def state(version: str, **more: Any) -> dict[str, Any]:
    return {"driftline_state": {"version": version, **more}}


def lineage(*sources: str) -> dict[str, Any]:
    inputs = [{"namespace": "n", "name": source, "field": "x"} for source in sources]
    return {"columnLineage": {"fields": {"x": {"inputFields": inputs}}}}


def at(second: int) -> int:
    return event("START", second).time_us


def edges(*events: Event) -> set[tuple[str, str, str]]:
    shape = fold(events)
    assert shape is not None
    return {(edge.source.dataset.name, edge.target.dataset.name, edge.provenance) for edge in shape.edges}


def test_a_start_without_datasets_and_a_complete_with_them_add_up() -> None:
    shape = fold([event("START", 1), event("COMPLETE", 5, inputs=[part("a")], outputs=[part("out")])])
    assert shape is not None
    assert (shape.run, shape.job, shape.state) == (RUN, Job("demo", "build"), "COMPLETE")
    assert (shape.started_us, shape.ended_us, shape.time_us) == (at(1), at(5), at(5))
    assert shape.inputs == (Touched(dataset=A),)
    assert shape.outputs == (Touched(dataset=OUT, version=f"run:{RUN}"),)
    assert shape.edges == (Edge(Version(A, ""), Version(OUT, f"run:{RUN}"), RUN, "cartesian", 0.8),)


def test_empty_lists_erase_nothing() -> None:
    shape = fold([event("START", 1, inputs=[part("a")]), event("COMPLETE", 2, inputs=[], outputs=[])])
    assert shape is not None
    assert [touched.dataset for touched in shape.inputs] == [A]


def test_a_start_after_the_complete_does_not_reopen_the_run() -> None:
    shape = fold([event("COMPLETE", 2), event("START", 3)])
    assert shape is not None
    assert (shape.state, shape.ended_us) == ("COMPLETE", at(2))


def test_a_complete_alone_has_no_start() -> None:
    shape = fold([event("COMPLETE", 2)])
    assert shape is not None
    assert (shape.started_us, shape.ended_us, shape.time_us) == (0, at(2), at(2))


def test_a_running_stream_shows_what_it_touches_before_it_ends() -> None:
    shape = fold([event("START", 1), event("RUNNING", 2, inputs=[part("a")]), event("RUNNING", 3, inputs=[part("b")])])
    assert shape is not None
    assert (shape.state, [touched.dataset for touched in shape.inputs]) == ("RUNNING", [A, B])


def test_a_later_facet_replaces_an_earlier_one_of_its_key_and_deleting_removes_it() -> None:
    old = {"schema": {"fields": [{"name": "x", "type": "int"}]}, **state("v1", rows=1)}
    new = {"schema": {"fields": [{"name": "y"}]}}
    gone = {"schema": {"_deleted": True}}
    first = fold([event("START", 1, outputs=[part("out", old)]), event("COMPLETE", 2, outputs=[part("out", new)])])
    assert first is not None
    assert first.outputs == (Touched(dataset=OUT, version="v1", rows=1, fields=(Field("y"),)),)
    second = fold([event("START", 1, outputs=[part("out", old)]), event("COMPLETE", 2, outputs=[part("out", gone)])])
    assert second is not None
    assert second.outputs[0].fields is None


def test_a_facet_that_cannot_be_read_loses_nothing_else() -> None:
    bad = event("COMPLETE", 1, outputs=[part("out", {"schema": {"fields": 5}, **state("v1")})], run={"parent": []})
    shape = fold([bad])
    assert shape is not None
    assert shape.outputs == (Touched(dataset=OUT, version="v1"),)


def test_a_parent_is_read_under_its_old_name_too() -> None:
    old = fold([event("START", 1, run={"parentRun": {"run": {"runId": PARENT}, "job": {"name": "p"}}})])
    new = fold([event("START", 1, run={"parent": {"run": {"runId": PARENT}}})])
    assert old is not None
    assert new is not None
    assert old.parent == new.parent == PARENT


def test_code_parameters_and_the_nominal_moment_are_read() -> None:
    ours = {"driftline_code": {"version": "c1", "parameters": {"b": "2", "a": "1"}, "attempt": 3}}
    ours["nominalTime"] = {"nominalStartTime": "2013-01-31T00:00:00Z"}
    shape = fold([event("START", 1, run=ours)])
    assert shape is not None
    assert (shape.code, shape.parameters, shape.attempt) == ("c1", {"a": "1", "b": "2"}, 3)
    assert shape.nominal_us == 1_359_590_400_000_000  # 2013-01-31 by hand: 15,736 days


def test_others_say_their_code_and_engine_by_standard_facets() -> None:
    located = {"sourceCodeLocation": {"type": "git", "url": "u", "version": "abc"}}
    shape = fold([event("START", 1, job=located, run={"processing_engine": {"name": "spark", "version": "3.4"}})])
    assert shape is not None
    assert (shape.code, shape.parameters) == ("abc", {"library.spark": "3.4"})
    assert fold([event("START", 1, run={"nominalTime": {"nominalStartTime": "soon"}})]) is not None


def test_column_lineage_decides_where_it_is_there_and_inputs_times_outputs_where_not() -> None:
    done = event("COMPLETE", 1, inputs=[part("a"), part("b")], outputs=[part("out", lineage("a")), part("other")])
    assert edges(done) == {("a", "out", "column"), ("a", "other", "cartesian"), ("b", "other", "cartesian")}


def test_a_dataset_that_only_column_lineage_names_is_an_input() -> None:
    done = event("COMPLETE", 1, inputs=[part("a")], outputs=[part("out", lineage("a", "b"))])
    shape = fold([done])
    assert shape is not None
    assert [touched.dataset for touched in shape.inputs] == [A, B]
    assert edges(done) == {("a", "out", "column"), ("b", "out", "column")}


def test_what_our_own_capture_saw_is_explicit() -> None:
    read = [part("a", state("a1")), part("b", state("b1"))]
    done = event("COMPLETE", 1, inputs=read, outputs=[part("out", state("o1"))])
    assert edges(done) == {("a", "out", "explicit"), ("b", "out", "explicit")}


def test_an_input_of_our_own_that_no_column_lineage_names_was_read_for_something() -> None:
    read = [part("a", state("a1")), part("b", state("b1")), part("c", state("c1"))]
    wrote = [part("out", {**state("o1"), **lineage("a")}), part("two", {**state("t1"), **lineage("b")})]
    assert edges(event("COMPLETE", 1, inputs=read, outputs=wrote)) == {
        ("a", "out", "explicit"),
        ("b", "two", "explicit"),
        ("c", "out", "explicit"),
        ("c", "two", "explicit"),
    }


def test_a_version_does_not_feed_itself() -> None:
    same = part("a", state("v1"))
    assert edges(event("COMPLETE", 1, inputs=[same], outputs=[same])) == set()


def test_profiles_are_found_by_the_hash_that_the_fold_names() -> None:
    data = b"dlp1 bytes"
    facet = {"driftline_profile": {"format": "dlp1", "data": base64.b64encode(data).decode()}, **state("v1")}
    done = event("COMPLETE", 1, outputs=[part("out", facet)])
    shape = fold([done])
    assert shape is not None
    assert shape.outputs[0].profile == ids.digest(data)
    assert profiles([done]) == {ids.digest(data): data}


def test_job_and_dataset_events_are_no_runs() -> None:
    static = b'{"eventTime":"2026-01-01T10:00:00Z","job":{"namespace":"n","name":"j"},"inputs":[]}'
    alone = b'{"eventTime":"2026-01-01T10:00:00Z","dataset":{"namespace":"n","name":"d","facets":{"schema":5}}}'
    events = [openlineage.decode(static), openlineage.decode(alone)]
    assert fold(events) is None
    assert fold([]) is None
    assert fold([*events, event("START", 1)]) is not None
    assert profiles(events) == {}


_names = st.sampled_from(["a", "b", "out"])
_facets = st.one_of(
    st.just({}),
    st.builds(state, st.sampled_from(["", "v1", "v2"]), rows=st.integers(0, 2), kind=st.sampled_from(["", "file"])),
    st.builds(lambda v: {"version": {"datasetVersion": v}}, st.sampled_from(["s1", "s2"])),
    st.builds(lambda *names: lineage(*names), _names, _names),
    st.sampled_from([{"schema": {"_deleted": True}}, {"schema": {"fields": [{"name": "x"}]}}, {"schema": 7}]),
)
_parts = st.lists(st.builds(part, _names, _facets), max_size=3)
_events = st.builds(
    lambda state_, second, inputs, outputs, code: event(
        state_, second, inputs=inputs, outputs=outputs, run={"driftline_code": {"version": code}}
    ),
    st.sampled_from(["START", "RUNNING", "COMPLETE", "FAIL", "OTHER", None]),
    st.integers(0, 3),
    _parts,
    _parts,
    st.sampled_from(["c1", "c2"]),
)


@given(st.lists(_events, min_size=1, max_size=6), st.data())
def test_any_order_and_repetition_of_a_set_of_events_folds_to_the_same_run(events: list[Event], data: Any) -> None:
    repeated = data.draw(st.lists(st.sampled_from(events), max_size=4))
    shuffled = data.draw(st.permutations([*events, *repeated]))
    assert fold(shuffled) == fold(events)
