"""What OpenLineage producers really do, one test each, named after what it is: twenty traps for a reader of events.

Each was seen in the specification, in issues of other servers or in recordings of real emitters. What is expected was
worked out by hand from the specification; every store is put through all of them.
"""

import itertools
import json
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from driftline import clock
from driftline.engine.engine import Engine
from driftline.event.lineage import RunShape
from driftline.store import Store

Body = dict[str, Any]
Told = Callable[..., Engine]
RUN, OTHER_RUN, PARENT = (f"01900000-0000-7000-8000-00000000000{number}" for number in (1, 2, 3))
STREAM = {"processingType": "STREAMING", "integration": "FLINK"}
X_FROM = {"namespace": "n", "field": "x", "transformations": [{"type": "DIRECT", "subtype": "IDENTITY"}]}


def facets(**held: Body) -> Body:
    return {key: {"_producer": "p", "_schemaURL": "s", **body} for key, body in held.items()}


def part(name: str, **held: Body) -> Body:
    return {"namespace": "n", "name": name, "facets": facets(**held)}


def columns(*sources: str) -> Body:
    return {"fields": {"x": {"inputFields": [{**X_FROM, "name": source} for source in sources]}}}


def event(second: int, state: str | None = "COMPLETE", run: str = RUN, job: str = "j", **more: Any) -> Body:
    body: Body = {
        "eventTime": f"2026-01-01T00:00:{second:02d}Z",
        "producer": "p",
        "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
        "eventType": state,
        "run": {"runId": run, "facets": facets(**more.pop("on_run", {}))},
        "job": {"namespace": "n", "name": job, "facets": facets(**more.pop("on_job", {}))},
        "inputs": more.pop("inputs", []),
        "outputs": more.pop("outputs", []),
        **more,
    }
    return {key: value for key, value in body.items() if value is not None}


def moment(second: int) -> int:
    return clock.parse(f"2026-01-01T00:00:{second:02d}Z")


def shape(engine: Engine, run: str = RUN, attempt: int = 1) -> RunShape:
    found = engine.house.store.lineage.run(run, attempt)
    assert found is not None
    return found


def links(engine: Engine, node: str, *kinds: str, **asked: Any) -> set[tuple[str, str]]:
    """Return the links of some kinds around a node, without the types and the namespace."""
    graph = engine.lineage(node, **asked)
    wanted = kinds or ("READ", "WRITE")
    return {
        (link.source.rpartition("n:")[2], link.target.rpartition("n:")[2])
        for link in graph.edges
        if link.kind in wanted
    }


FLOW = {("a", "j"), ("j", "b")}


def test_01_a_start_without_datasets_and_a_complete_with_them_add_up_and_empty_lists_erase_nothing(told: Told) -> None:
    start, complete = event(1, "START", inputs=[part("a")]), event(3, outputs=[part("b")])
    engine = told(start, event(2, "RUNNING"), complete, event(4, "OTHER", inputs=[], outputs=[]))
    assert links(engine, "dataset:n:b") == FLOW


def test_02_a_facet_replaces_its_predecessor_entirely_and_a_deleted_one_is_gone(told: Told) -> None:
    words, by = {"documentation": {"description": "one"}}, {"ownership": {"owners": [{"name": "ann"}]}}
    first = event(1, "START", outputs=[part("b", columnLineage=columns("a"), **words, **by)])
    second = event(2, "RUNNING", outputs=[part("b", columnLineage=columns("c"), documentation={"description": "two"})])
    engine = told(first, second)
    assert links(engine, "dataset:n:b", "DERIVED") == {("c", "b")}
    held = engine.facets("dataset:n:b").facets
    assert json.loads(bytes(held["documentation"]))["description"] == "two"
    assert "ownership" in held
    engine = told(event(3, outputs=[part("b", columnLineage={"_deleted": True}, ownership={"_deleted": True})]))
    assert links(engine, "dataset:n:b", "DERIVED") == set()
    assert "ownership" not in engine.facets("dataset:n:b").facets


def test_03_shuffled_repeated_a_start_after_the_end_or_a_complete_alone_one_final_state(
    open_new: Callable[[], Store], tell: Callable[[Store, Sequence[Body]], Engine]
) -> None:
    events = [event(1, "START", inputs=[part("a")]), event(2, "RUNNING"), event(3, outputs=[part("b")])]
    alone = event(4, run=OTHER_RUN, job="dag")
    digests = set()
    for order in itertools.permutations(range(3)):
        engine = tell(open_new(), [*(events[place] for place in (*order, order[0])), alone])
        digests.add(engine.house.store.canonical.digest())
        assert (shape(engine).state, shape(engine).started_us, shape(engine).ended_us) == (
            "COMPLETE",
            moment(1),
            moment(3),
        )
        assert (shape(engine, OTHER_RUN).state, shape(engine, OTHER_RUN).started_us) == ("COMPLETE", 0)
    assert len(digests) == 1


def test_04_a_run_id_that_returns_is_another_attempt(told: Told) -> None:
    again = [event(3, "START"), event(4, inputs=[part("c")], outputs=[part("b")])]
    engine = told(event(1, "START"), event(2, inputs=[part("a")], outputs=[part("b")]), *again)
    first, second = shape(engine), shape(engine, attempt=2)
    assert [one.dataset.name for one in (*first.inputs, *second.inputs)] == ["a", "c"]
    assert [one.version for one in (*first.outputs, *second.outputs)] == [f"run:{RUN}", f"run:{RUN}:2"]


def test_05_several_starts_and_jobs_may_share_a_run(told: Told) -> None:
    """Spark says START twice and tells of its SQL and of its jobs under one run id."""
    sql = [event(1, "START", inputs=[part("a")]), event(2, "START"), event(5, outputs=[part("b")])]
    jobs = [event(3, "START", job="rdd", inputs=[part("c")]), event(4, job="rdd", outputs=[part("d")])]
    engine = told(*sql, *jobs)
    assert links(engine, "dataset:n:b") == FLOW
    assert links(engine, "dataset:n:d") == {("c", "rdd"), ("rdd", "d")}


def test_06_a_stream_shows_its_lineage_while_it_runs(told: Told) -> None:
    engine = told(event(1, "RUNNING", inputs=[part("a")], outputs=[part("b")], on_job={"jobType": STREAM}))
    assert (shape(engine).state, shape(engine).ended_us) == ("RUNNING", 0)
    assert links(engine, "dataset:n:b") == links(engine, "dataset:n:b", view="last") == FLOW


@pytest.mark.parametrize("key", ["eventContentMode", "eventCompleteness"])
def test_06_a_snapshot_of_a_stream_replaces_the_one_before(told: Told, key: str) -> None:
    whole = {**STREAM, "emissionPattern": {"eventTrigger": "PERIODIC", key: "COMPLETE_SNAPSHOT"}}
    first = event(1, "RUNNING", inputs=[part("c")], outputs=[part("b")], on_job={"jobType": whole})
    engine = told(first, event(2, "RUNNING", inputs=[part("a")], outputs=[part("b")], on_job={"jobType": whole}))
    assert links(engine, "dataset:n:b") == FLOW
    assert links(engine, "dataset:n:b", as_of_us=moment(1)) == {("c", "j"), ("j", "b")}


def above(run: str, job: str, root: str = "") -> Body:
    found: Body = {"run": {"runId": run}, "job": {"namespace": "n", "name": job}}
    return {**found, "root": {"run": {"runId": OTHER_RUN}, "job": {"namespace": "n", "name": root}}} if root else found


def test_07_parents_nest_and_one_that_never_arrives_is_a_stub(told: Told) -> None:
    task = event(1, inputs=[part("a")], outputs=[part("b")], on_run={"parent": above(PARENT, "dag", "app")})
    engine = told(task)
    assert links(engine, "dataset:n:b", roll_up="parent") == {("a", "dag"), ("dag", "b")}
    assert links(engine, "dataset:n:b", roll_up="root") == {("a", "app"), ("app", "b")}
    assert engine.resolve("job:n:dag") == "job:n:dag"
    engine = told(event(2, run=PARENT, job="dag"))  # it arrives after all
    assert links(engine, "dataset:n:b", roll_up="parent") == {("a", "dag"), ("dag", "b")}


def test_08_the_old_name_of_a_parent_and_the_old_address_of_a_schema_are_read(told: Told) -> None:
    old = "https://openlineage.io/spec/1-0-0/OpenLineage.json#/definitions/RunEvent"
    task = event(1, outputs=[part("b")], on_run={"parentRun": above(PARENT, "dag")}, schemaURL=old)
    engine = told(task)
    assert (shape(engine).parent, shape(engine).parent_job and shape(engine).parent_job.name) == (PARENT, "dag")


def test_09_a_dataset_of_many_names_is_one_whichever_an_event_uses_and_until_it_is_taken_back(told: Told) -> None:
    names = {"identifiers": [{"namespace": "n", "name": "t", "type": "TABLE"}]}
    write = event(1, inputs=[part("raw")], outputs=[part("path/t", symlinks=names)])
    engine = told(write, event(2, run=OTHER_RUN, job="use", inputs=[part("t")], outputs=[part("mart")]))
    way = {("raw", "j"), ("j", "path/t"), ("t", "use"), ("use", "mart")}
    assert links(engine, "dataset:n:mart", depth=10) == links(engine, "dataset:n:raw", depth=10) == way
    gone = {"eventTime": "2026-01-01T00:00:09Z", "dataset": part("path/t", symlinks={"_deleted": True})}
    engine = told({**gone, "producer": "p", "schemaURL": "s"})
    assert links(engine, "dataset:n:mart", depth=10) == {("t", "use"), ("use", "mart")}
    assert links(engine, "dataset:n:mart", depth=10, as_of_us=moment(8)) == way


def life(second: int, deed: str, name: str = "b", **more: Any) -> Body:
    held = {"lifecycleStateChange": {"lifecycleStateChange": deed, **more}}
    return event(second, run=f"01900000-0000-7000-8000-{second:012d}", job=deed.lower(), outputs=[part(name, **held)])


def test_10_renamed_dropped_truncated_and_overwritten_datasets_keep_their_past(told: Told) -> None:
    renamed = life(2, "RENAME", "c", previousIdentifier={"namespace": "n", "name": "b"})
    used = event(3, run=OTHER_RUN, job="use", inputs=[part("c")], outputs=[part("d")])
    engine = told(event(1, inputs=[part("a")], outputs=[part("b")]), renamed, used)
    way = {("a", "b"), ("c", "d")}
    assert links(engine, "dataset:n:d", "DERIVED") == way
    assert links(engine, "dataset:n:d", "ALIAS") >= {("b", "c")}
    assert links(engine, "dataset:n:b", "ALIAS", as_of_us=moment(1)) == set()
    engine = told(*(life(second, deed, "c") for second, deed in ((5, "OVERWRITE"), (6, "TRUNCATE"), (7, "DROP"))))
    assert links(engine, "dataset:n:d", "DERIVED") == way
    store = engine.house.store
    deeds = [store.lineage.run(f"01900000-0000-7000-8000-{second:012d}") for second in (5, 6, 7)]
    assert [one.outputs[0].lifecycle for one in deeds if one] == ["OVERWRITE", "TRUNCATE", "DROP"]


def test_11_a_version_is_the_stores_own_or_minted_for_each_write(told: Told) -> None:
    own = event(1, outputs=[part("ice", version={"datasetVersion": "snap-1"}), part("plain")])
    engine = told(own, event(2, run=OTHER_RUN, outputs=[part("plain")]))
    assert [one.version for one in shape(engine).outputs] == ["snap-1", f"run:{RUN}"]
    assert [one.version for one in shape(engine, OTHER_RUN).outputs] == [f"run:{OTHER_RUN}"]


def test_12_assertions_stand_on_the_dataset_or_on_the_input_and_count_once(told: Told) -> None:
    body = {"assertions": [{"assertion": "not_null", "success": True, "column": "x"}]}
    twice = {**part("a", dataQualityAssertions=body), "inputFacets": facets(dataQualityAssertions=body)}
    once = {**part("c"), "inputFacets": facets(dataQualityAssertions=body)}
    held = told(event(1, inputs=[twice, part("b", dataQualityAssertions=body), once])).facets(f"run:{RUN}")
    found = {node: [key for key in said if key == "dataQualityAssertions"] for node, said in held.inputs.items()}
    assert found == {f"dataset:n:{name}": ["dataQualityAssertions"] for name in "abc"}


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        ({"eventTime": "2026-01-01T00:00:01"}, "eventTime"),
        ({"eventTime": "2026-01-01T00:00:01.123456789Z"}, "eventTime"),
        ({"schemaURL": None}, "schemaURL"),
        ({"run": {"runId": "scheduled__2026-01-01"}}, "run.runId"),
    ],
)
def test_13_a_time_without_zone_a_missing_schema_or_a_strange_run_id_is_repaired_and_told(
    told: Told, wrong: Body, place: str
) -> None:
    body = {**event(1, inputs=[part("a")], outputs=[part("b")]), **wrong}
    engine = told({key: value for key, value in body.items() if value is not None})
    (entry,) = engine.house.store.log.read()
    assert place in engine.receipt(entry.id).repairs
    assert links(engine, "dataset:n:b") == FLOW


def test_13_what_cannot_be_repaired_is_kept_in_quarantine_with_the_reason(told: Told) -> None:
    engine = told()
    receipt = engine.ingest(json.dumps({**event(1), "eventTime": "soon"}).encode())
    assert (receipt.status, "soon" in receipt.reason) == ("quarantined", True)


def test_14_an_event_of_23_megabytes_is_taken_whole(told: Told) -> None:
    plan = {"plan": "p" * 23_000_000}
    engine = told(event(1, inputs=[part("a")], outputs=[part("b")], on_run={"spark.logicalPlan": plan}))
    assert links(engine, "dataset:n:b") == FLOW
    (entry,) = engine.house.store.log.read()
    assert len(entry.raw) > 23_000_000


def test_15_a_job_that_only_reads_or_only_writes_has_its_one_side(told: Told) -> None:
    engine = told(event(1, inputs=[part("a")]), event(2, run=OTHER_RUN, job="make", outputs=[part("b")]))
    assert links(engine, "dataset:n:a") == links(engine, "job:n:j") == {("a", "j")}
    assert links(engine, "dataset:n:b") == links(engine, "job:n:make") == {("make", "b")}


def test_16_a_job_without_datasets_is_known_and_says_that_nothing_is_known_of_it(told: Told) -> None:
    engine = told(event(1, "START"), event(2))
    graph = engine.lineage("job:n:j")
    assert ([node.id for node in graph.nodes], graph.edges) == (["job:n:j"], ())


def test_17_a_job_that_reads_other_files_in_each_run_has_read_them_all(told: Told) -> None:
    runs = [f"01900000-0000-7000-8000-00000000010{number}" for number in (1, 2, 3)]
    daily = [
        event(second, run=run, inputs=[part(f"f{second}")], outputs=[part("b"), part(f"o{second}")])
        for second, run in enumerate(runs, 1)
    ]
    engine = told(*daily)
    assert links(engine, "dataset:n:b", "DERIVED") >= {("f1", "b"), ("f2", "b"), ("f3", "b")}
    assert links(engine, "dataset:n:o1", "DERIVED", down=False) == {("f1", "o1")}  # and no run crosses another
    assert links(engine, "dataset:n:b", "DERIVED", down=False, view="last") == {("f3", "b")}


def test_18_a_dataset_that_only_column_lineage_names_is_an_input(told: Told) -> None:
    """A dbt build does not name its seeds as inputs."""
    engine = told(event(1, inputs=[part("a")], outputs=[part("b", columnLineage=columns("a", "seed"))]))
    assert links(engine, "dataset:n:b") == FLOW | {("seed", "j")}
    assert links(engine, "dataset:n:b", "DERIVED") == {("a", "b"), ("seed", "b")}


def test_19_secrets_in_the_environment_and_in_spark_properties_are_never_kept(told: Told) -> None:
    environment = {"environmentVariables": [{"name": "DB_PASSWORD", "value": "hunter2"}]}
    spark = {"properties": {"spark.hadoop.fs.s3a.secret.key": "hunter2", "spark.master": "local"}}
    engine = told(event(1, on_run={"environmentVariables": environment, "spark_properties": spark}))
    (entry,) = engine.house.store.log.read()
    assert b"hunter2" not in entry.raw
    assert b'"local"' in entry.raw


def test_20_when_it_happened_when_it_was_due_and_when_it_was_heard_are_kept_apart(told: Told) -> None:
    due = {"nominalTime": {"nominalStartTime": "2025-12-31T00:00:00Z"}}
    before = clock.now_us()
    engine = told(event(1, "START", on_run=due), event(2))
    found = shape(engine)
    assert (found.started_us, found.ended_us) == (moment(1), moment(2))
    assert found.nominal_us == clock.parse("2025-12-31T00:00:00Z")
    assert all(entry.received_us >= before > entry.event_us for entry in engine.house.store.log.read())
