import base64
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from driftline.event import ids, openlineage
from driftline.event.lineage import Dataset, Field, Job, Place, RunShape, Tie, Touched, Version
from driftline.event.openlineage import Event
from driftline.graph import fold as module
from driftline.graph.fold import fold, measures, owner

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


def whole(*events: Event) -> RunShape:
    """Return the only execution of a set of events, as it stands."""
    (history,) = fold(events)
    return history.shape


def edges(*events: Event) -> set[tuple[str, str, str]]:
    """Return what fed what: what is known, and inputs times outputs for every output of which it is not."""
    shape = whole(*events)
    found = {(edge.source.dataset.name, edge.target.dataset.name, edge.provenance) for edge in shape.edges}
    guessed = [one.dataset for one in shape.outputs if Version(one.dataset, one.version) not in shape.informed]
    pairs = {(one.dataset.name, output.name, "cartesian") for output in guessed for one in shape.inputs}
    return found | {pair for pair in pairs if pair[0] != pair[1]}


def test_a_start_without_datasets_and_a_complete_with_them_add_up() -> None:
    shape = whole(event("START", 1), event("COMPLETE", 5, inputs=[part("a")], outputs=[part("out")]))
    assert (shape.run, shape.job, shape.state) == (RUN, Job("demo", "build"), "COMPLETE")
    assert (shape.started_us, shape.ended_us, shape.time_us) == (at(1), at(5), at(5))
    assert shape.inputs == (Touched(dataset=A),)
    assert shape.outputs == (Touched(dataset=OUT, version=f"run:{RUN}"),)
    assert (shape.edges, shape.informed) == ((), ())  # inputs times outputs is not written down


def test_empty_lists_erase_nothing() -> None:
    shape = whole(event("START", 1, inputs=[part("a")]), event("COMPLETE", 2, inputs=[], outputs=[]))
    assert [touched.dataset for touched in shape.inputs] == [A]


def test_a_start_after_the_complete_does_not_reopen_the_run() -> None:
    shape = whole(event("COMPLETE", 2), event("START", 1))
    assert (shape.state, shape.ended_us) == ("COMPLETE", at(2))
    shape = whole(event("COMPLETE", 2), event("START", 2))  # no later than its end: the same attempt
    assert (shape.state, shape.ended_us) == ("COMPLETE", at(2))


def test_a_complete_alone_has_no_start() -> None:
    shape = whole(event("COMPLETE", 2))
    assert (shape.started_us, shape.ended_us, shape.time_us) == (0, at(2), at(2))


def test_a_complete_alone_may_say_when_its_run_began() -> None:
    """By hand: 1.000250 s; a time that is none, or after the event, says nothing, and a START says it better."""

    def began(time: str) -> Event:
        return event("COMPLETE", 2, run={"driftline_start": {"time": time}})

    told = "2026-01-01T10:00:01.000250Z"
    assert whole(began(told)).started_us == at(1) + 250
    assert whole(event("START", 0), began(told)).started_us == at(0)
    for time in ("", "soon", "2026-01-01T10:00:03Z"):
        assert whole(began(time)).started_us == 0
    run = ids.uuid7(at(1) + 250)
    ours = msgspec.structs.replace(began("soon"), producer=openlineage.PRODUCER)
    assert ours.run is not None
    ours = msgspec.structs.replace(ours, run=msgspec.structs.replace(ours.run, run_id=run))
    assert whole(ours).started_us == at(1)  # as its id has it, to the millisecond


def test_what_is_added_after_the_end_says_nothing_of_the_begin() -> None:
    shape = whole(event("COMPLETE", 5), event("OTHER", 6, outputs=[part("out", lineage("in"))]))
    assert (shape.state, shape.started_us, shape.ended_us) == ("COMPLETE", 0, at(5))
    assert [edge.source_column for edge in shape.columns] != []


def test_a_running_stream_shows_what_it_touches_before_it_ends() -> None:
    shape = whole(event("START", 1), event("RUNNING", 2, inputs=[part("a")]), event("RUNNING", 3, inputs=[part("b")]))
    assert (shape.state, [touched.dataset for touched in shape.inputs]) == ("RUNNING", [A, B])


def test_a_later_facet_replaces_an_earlier_one_of_its_key_and_deleting_removes_it() -> None:
    old = {"schema": {"fields": [{"name": "x", "type": "int"}]}, **state("v1", rows=1)}
    new = {"schema": {"fields": [{"name": "y"}]}}
    gone = {"schema": {"_deleted": True}}
    first = whole(event("START", 1, outputs=[part("out", old)]), event("COMPLETE", 2, outputs=[part("out", new)]))
    assert first.outputs == (Touched(dataset=OUT, version="v1", rows=1, fields=(Field("y"),)),)
    second = whole(event("START", 1, outputs=[part("out", old)]), event("COMPLETE", 2, outputs=[part("out", gone)]))
    assert second.outputs[0].fields is None


def test_a_parent_is_read_under_its_old_name_too() -> None:
    old = whole(event("START", 1, run={"parentRun": {"run": {"runId": PARENT}, "job": {"name": "p"}}}))
    new = whole(event("START", 1, run={"parent": {"run": {"runId": PARENT}}}))
    assert old.parent == new.parent == PARENT


def test_a_parent_names_its_job_and_the_outermost_run_with_its_job() -> None:
    facet = {
        "run": {"runId": PARENT},
        "job": {"namespace": "n", "name": "task"},
        "root": {"run": {"runId": RUN}, "job": {"namespace": "n", "name": "dag"}},
    }
    shape = whole(event("START", 1, run={"parent": facet}))
    assert (shape.parent, shape.parent_job) == (PARENT, Job("n", "task"))
    assert (shape.root, shape.root_job) == (RUN, Job("n", "dag"))
    alone = whole(event("START", 1, run={"parent": {key: facet[key] for key in ("run", "job")}}))
    assert (alone.root, alone.root_job) == (PARENT, Job("n", "task"))


def test_code_parameters_and_the_nominal_moment_are_read() -> None:
    ours = {"driftline_code": {"version": "c1", "parameters": {"b": "2", "a": "1"}, "attempt": 3}}
    ours["nominalTime"] = {"nominalStartTime": "2013-01-31T00:00:00Z"}
    shape = whole(event("START", 1, run=ours))
    assert (shape.code, shape.parameters) == ("c1", {"a": "1", "b": "2"})
    assert shape.attempt == 1  # attempts are counted by the events, not by what a run says of itself
    assert shape.nominal_us == 1_359_590_400_000_000  # 2013-01-31 by hand: 15,736 days


def test_others_say_their_code_and_engine_by_standard_facets() -> None:
    located = {"sourceCodeLocation": {"type": "git", "url": "u", "version": "abc"}}
    shape = whole(event("START", 1, job=located, run={"processing_engine": {"name": "spark", "version": "3.4"}}))
    assert (shape.code, shape.parameters) == ("abc", {"library.spark": "3.4"})
    assert whole(event("START", 1, run={"nominalTime": {"nominalStartTime": "soon"}})).nominal_us == 0


def test_column_lineage_decides_where_it_is_there_and_inputs_times_outputs_where_not() -> None:
    done = event("COMPLETE", 1, inputs=[part("a"), part("b")], outputs=[part("out", lineage("a")), part("other")])
    assert edges(done) == {("a", "out", "column"), ("a", "other", "cartesian"), ("b", "other", "cartesian")}


def test_a_dataset_that_only_column_lineage_names_is_an_input() -> None:
    done = event("COMPLETE", 1, inputs=[part("a")], outputs=[part("out", lineage("a", "b"))])
    shape = whole(done)
    assert [touched.dataset for touched in shape.inputs] == [A, B]
    assert edges(done) == {("a", "out", "column"), ("b", "out", "column")}


def test_that_our_own_capture_saw_reading_and_writing_is_a_guess_as_with_any_other() -> None:
    read = [part("a", state("a1")), part("b", state("b1"))]
    done = event("COMPLETE", 1, inputs=read, outputs=[part("out", state("o1"))])
    assert edges(done) == {("a", "out", "cartesian"), ("b", "out", "cartesian")}


def test_an_input_of_our_own_that_no_column_lineage_names_was_read_for_something() -> None:
    read = [part("a", state("a1")), part("b", state("b1")), part("c", state("c1"))]
    wrote = [part("out", {**state("o1"), **lineage("a")}), part("two", {**state("t1"), **lineage("b")})]
    assert edges(event("COMPLETE", 1, inputs=read, outputs=wrote)) == {
        ("a", "out", "column"),
        ("b", "two", "column"),
        ("c", "out", "cartesian"),
        ("c", "two", "cartesian"),
    }


def test_a_version_does_not_feed_itself() -> None:
    same = part("a", state("v1"))
    assert edges(event("COMPLETE", 1, inputs=[same], outputs=[same])) == set()


def test_profiles_are_found_by_the_hash_that_the_fold_names() -> None:
    data = b"dlp1 bytes"
    facet = {"driftline_profile": {"format": "dlp1", "data": base64.b64encode(data).decode()}, **state("v1")}
    done = event("COMPLETE", 1, outputs=[part("out", facet)])
    shape = whole(done)
    assert shape.outputs[0].profile == ids.content(data)
    assert measures([done]) == [data]


def static(second: int, **more: Any) -> Event:
    body = {"eventTime": f"2026-01-01T10:00:{second:02d}Z", **more}
    return openlineage.decode(msgspec.json.encode(body))


def test_a_job_event_is_a_history_without_an_attempt() -> None:
    job = {"namespace": "demo", "name": "build", "facets": {"sourceCodeLocation": {"url": "u", "version": "abc"}}}
    (history,) = fold([static(1, job=job, inputs=[part("a")], outputs=[part("out")])])
    assert (history.kind, history.key) == ("job", ("job:demo:build", 0))
    assert (history.shape.job, history.shape.code) == (Job("demo", "build"), "abc")
    assert [one.dataset for one in (*history.shape.inputs, *history.shape.outputs)] == [A, OUT]


def test_a_later_job_event_replaces_the_one_before_it() -> None:
    job = {"namespace": "demo", "name": "build"}
    first, second = static(1, job=job, inputs=[part("a")]), static(2, job=job, inputs=[part("b")])
    (history,) = fold([second, first])
    assert [(state.since_us, state.shape.inputs[0].dataset) for state in history.states] == [(at(1), A), (at(2), B)]


def test_a_job_event_that_names_no_dataset_leaves_the_picture_as_it_is() -> None:
    entry = {"type": "DATASET", "namespace": "n", "name": "out", "inputs": []}
    job = {"namespace": "demo", "name": "build", "facets": {"lineage": {"entries": [entry]}}}
    words = {"namespace": "demo", "name": "build", "facets": {"documentation": {"description": "d"}}}
    (history,) = fold([static(1, job=job, inputs=[part("a")], outputs=[part("out")]), static(2, job=words)])
    assert [one.dataset for one in (*history.shape.inputs, *history.shape.outputs)] == [A, OUT]
    assert history.shape.informed == (Version(OUT, ""),)
    bare = {"namespace": "demo", "name": "build", "facets": {"lineage": {"_deleted": True}}}
    (history,) = fold([static(1, job=job, inputs=[part("a")], outputs=[part("out")]), static(3, job=bare)])
    assert ([one.dataset for one in history.shape.inputs], history.shape.informed) == ([A], ())


def test_a_dataset_event_about_something_else_leaves_the_view_as_it_is() -> None:
    view, words = static(1, dataset=part("out", lineage("a"))), static(2, dataset=part("out", {"documentation": {}}))
    (history,) = fold([words, view])
    assert [one.source.name for one in history.shape.ties] == ["a"]
    other = static(3, dataset=part("out", lineage("b")))
    (history,) = fold([view, words, other])
    assert [one.source.name for one in history.shape.ties] == ["b"]  # of one key the newest replaces all
    gone = static(4, dataset=part("out", {"columnLineage": {"_deleted": True}}))
    assert fold([view, words, gone])[0].shape.ties == ()


def test_a_renaming_stands_whatever_is_done_to_the_dataset_afterwards() -> None:
    def life(second: int, deed: str, **more: Any) -> Event:
        return static(second, dataset=part("out", {"lifecycleStateChange": {"lifecycleStateChange": deed, **more}}))

    old = {"namespace": "n", "name": "a"}
    events = [life(1, "RENAME", previousIdentifier=old), life(2, "TRUNCATE"), life(3, "DROP")]
    (history,) = fold(events)
    assert [one.shape.inputs[0].formerly for one in history.states] == [(A,)] * 3
    assert [one.shape.inputs[0].lifecycle for one in history.states] == ["RENAME", "TRUNCATE", "DROP"]


def test_a_dataset_event_says_of_a_view_what_it_is_made_of() -> None:
    (history,) = fold([static(1, dataset=part("out", lineage("a")))])
    tie = Tie(Place("DATASET", "n", "a"), Place("DATASET", "n", "out"), "column")
    assert (history.kind, history.shape.ties) == ("dataset", (tie,))
    assert (history.shape.job.node, history.shape.outputs) == (module.NOBODY.node, ())


def test_nothing_folds_to_nothing() -> None:
    assert fold([]) == ()
    assert measures([static(1, dataset=part("out"))]) == []


def test_an_owner_is_a_run_a_job_or_a_dataset() -> None:
    assert owner(event("START", 1)) == (RUN, 0)
    assert owner(static(1, job={"namespace": "n", "name": "j"})) == ("job:n:j", 1)
    assert owner(static(1, dataset=part("out"))) == ("dataset:n:out", 2)


def test_a_start_after_an_end_is_a_new_attempt_and_other_jobs_are_executions_of_their_own() -> None:
    other = static(3, run={"runId": RUN}, job={"namespace": "demo", "name": "other"}, eventType="START")
    found = fold([event("START", 1), event("FAIL", 2), event("START", 5), event("COMPLETE", 6), other])
    assert [(one.shape.job.name, one.shape.attempt, one.shape.state) for one in found] == [
        ("build", 1, "FAIL"),
        ("other", 2, "START"),
        ("build", 3, "COMPLETE"),
    ]


def test_versions_that_a_later_attempt_writes_have_names_of_their_own() -> None:
    events = [event(state_, second, outputs=[part("out")]) for second, state_ in enumerate(("START", "FAIL") * 2, 1)]
    first, second = fold(events)
    assert [one.shape.outputs[0].version for one in (first, second)] == [f"run:{RUN}", f"run:{RUN}:2"]


def moments(*events: Event) -> list[tuple[int, list[str]]]:
    """Return from which second on which datasets were read."""
    (history,) = fold(events)
    return [((s.since_us - at(0)) // 1_000_000, [one.dataset.name for one in s.shape.inputs]) for s in history.states]


def test_a_history_holds_the_states_in_between() -> None:
    start, more = event("START", 1, inputs=[part("a")]), event("RUNNING", 3, inputs=[part("b")])
    assert moments(event("COMPLETE", 5), more, start) == [(1, ["a"]), (3, ["a", "b"])]


def test_where_each_event_is_the_whole_picture_a_dataset_may_come_again() -> None:
    pattern = {"eventTrigger": "PERIODIC", "eventContentMode": "COMPLETE_SNAPSHOT"}
    whole_ = {"jobType": {"processingType": "STREAMING", "integration": "FLINK", "emissionPattern": pattern}}
    names_ = ("a", "b", "a")
    told = [event("RUNNING", second, inputs=[part(name)], job=whole_) for second, name in enumerate(names_, 1)]
    assert moments(*told) == [(1, ["a"]), (2, ["b"]), (3, ["a"])]


def test_of_whole_pictures_the_last_ones_explicit_lineage_counts() -> None:
    pattern = {"eventTrigger": "PERIODIC", "eventContentMode": "COMPLETE_SNAPSHOT"}
    whole_ = {"jobType": {"processingType": "STREAMING", "integration": "FLINK", "emissionPattern": pattern}}

    def shows(second: int, source: str) -> Event:
        entry = {
            "type": "DATASET",
            "namespace": "n",
            "name": "out",
            "inputs": [{"type": "DATASET", **part(source)}],
        }
        job = {**whole_, "lineage": {"entries": [entry]}}
        return event("RUNNING", second, inputs=[part(source)], outputs=[part("out")], job=job)

    (history,) = fold([shows(1, "a"), shows(2, "b"), shows(3, "a")])
    assert [[edge.source.dataset.name for edge in one.shape.edges] for one in history.states] == [["a"], ["b"], ["a"]]


def test_a_facet_that_goes_back_to_what_it_was_is_news_again() -> None:
    names_ = ("a", "b", "a")
    told = [event("RUNNING", n, outputs=[part("out", lineage(name))]) for n, name in enumerate(names_, 1)]
    (history,) = fold(told)
    assert [[edge.source.dataset.name for edge in state_.shape.edges] for state_ in history.states] == [
        ["a"],
        ["b"],
        ["a"],
    ]


def test_events_that_say_the_same_again_are_one_state() -> None:
    assert len(moments(*[event("RUNNING", second, inputs=[part("a")]) for second in range(1, 9)])) == 1


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


@given(st.lists(_events, min_size=1, max_size=6), st.integers(0, 3))
def test_what_a_history_says_of_a_moment_is_what_the_events_until_then_say(events: list[Event], second: int) -> None:
    def known(shape: RunShape) -> object:
        inputs, outputs = (
            {Version(one.dataset, one.version) for one in side} for side in (shape.inputs, shape.outputs)
        )
        return inputs, outputs, set(shape.informed), set(shape.edges), set(shape.columns), set(shape.ties)

    until = [one for one in events if one.time_us <= at(second)]
    then = [[state_.shape for state_ in one.states if state_.since_us <= at(second)] for one in fold(events)]
    assert [known(shapes[-1]) for shapes in then if shapes] == [known(one.shape) for one in fold(until)]
