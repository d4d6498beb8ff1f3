"""What every store promises about lineage."""

from collections.abc import Callable
from typing import Any

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from driftline.event import ids, names
from driftline.event.lineage import ColumnEdge, Dataset, Edge, Field, Job, RunShape, Touched, Version
from driftline.graph import walk
from driftline.store import Store, open_store

DAY = 86_400_000_000
START = 1_357_000_000_000_000  # 2013-01-01, about
FLIGHTS, PLANES, FEATURES, ANSWERS = (Dataset("file", name) for name in ("flights", "planes", "features", "answers"))
BUILD, DESK = Job("demo", "build"), Job("demo", "desk")
COLUMNS = (
    ColumnEdge(FLIGHTS, "carrier", FEATURES, "", "INDIRECT", "JOIN"),
    ColumnEdge(FLIGHTS, "delay", FEATURES, "delay", "DIRECT", "IDENTITY"),
    ColumnEdge(PLANES, "seats", FEATURES, "seats", "DIRECT", "IDENTITY"),
)


def at(day: int, minute: int = 0) -> int:
    """Return an event time."""
    return START + day * DAY + minute * 60_000_000


def run_id(day: int, job: int = 1) -> str:
    """Return the run id of a job's run of a day."""
    return f"0190{job:04d}-0000-7000-8000-{day:012d}"


def part(dataset: Dataset, day: int, rows: int = 100, **more: object) -> Touched:
    """Return the version of a day."""
    fields = (Field("delay", "int64"), Field("carrier", "text"))
    said = {"kind": "file", "partition": f"day-{day:03d}", "rows": rows, "fields": fields, **more}
    return Touched(dataset=dataset, version=f"v{day:03d}", **said)


def shape(
    day: int,
    inputs: tuple[Touched, ...],
    outputs: tuple[Touched, ...],
    *,
    job: Job = BUILD,
    minute: int = 0,
    columns: tuple[ColumnEdge, ...] = (),
    **more: object,
) -> RunShape:
    """Return a finished run that fed every input into every output."""
    run = run_id(day, 1 if job == BUILD else 2)
    edges = tuple(
        Edge(Version(a.dataset, a.version), Version(b.dataset, b.version), run, "explicit")
        for a in inputs
        for b in outputs
    )
    said = {
        "run": run,
        "job": job,
        "informed": tuple(Version(one.dataset, one.version) for one in outputs),
        "state": "COMPLETE",
        "started_us": at(day, minute) - 1,
        "ended_us": at(day, minute),
        "inputs": inputs,
        "outputs": outputs,
        "edges": edges,
        "columns": columns,
        **more,
    }
    return RunShape(**said)


def build(day: int, **more: object) -> RunShape:
    """Return the feature job's run of a day: that day's flights and the one list of planes."""
    planes = Touched(dataset=PLANES, version="v1", kind="file", rows=9)
    said = {"columns": COLUMNS, **more}
    return shape(day, (part(FLIGHTS, day), planes), (part(FEATURES, day, 90),), **said)


def desk(day: int) -> RunShape:
    """Return the desk's run of a day, an hour later."""
    answers = Touched(dataset=ANSWERS, version=f"v{day:03d}", kind="predictions")
    return shape(day, (part(FEATURES, day, 90),), (answers,), job=DESK, minute=60)


def flows(store: Store, node: str, as_of_us: int | None = None) -> set[tuple[str, str]]:
    found = walk.upstream(store, node, 20, as_of_us=as_of_us)
    return {(link.source, link.target) for link in found.edges if link.kind in ("READ", "WRITE")}


def sources(store: Store, version: Version, as_of_us: int | None = None) -> set[str]:
    found = walk.upstream(store, version.node, 20, as_of_us=as_of_us)
    return {node.id.rpartition(":")[2] for node in found.nodes if node.type == "VERSION" and node.depth}


def columns(store: Store, dataset: Dataset, column: str, as_of_us: int | None = None) -> set[tuple[str, str, str]]:
    """Return the column links above a column, or above every column of a dataset (``""``)."""
    node = names.column_id(dataset.namespace, dataset.name, column) if column else dataset.node
    found = walk.upstream(store, node, 20, as_of_us=as_of_us, columns=True)
    labels = {node.id: node.label for node in found.nodes}
    return {(labels[link.source], labels[link.target], link.kind) for link in found.edges}


def everything(store: Store) -> dict[str, Any]:
    """All that can be asked of a store that holds some of the runs of days 0 to 4."""
    told: dict[str, Any] = {"counts": store.lineage.counts(), "page": store.lineage.datasets()}
    for dataset in (FLIGHTS, PLANES, FEATURES, ANSWERS):
        told[dataset.name] = store.lineage.versions(dataset)
        told[dataset.name, "schema"] = store.lineage.fields(dataset)
        for version in told[dataset.name]:
            about = Version(dataset, version.version)
            told[about] = store.lineage.touched(about), store.lineage.writers(about), store.lineage.readers(about)
        for moment in (None, *(at(day, 30) for day in range(5))):
            if store.lineage.lookup(dataset.node):
                told[dataset, moment] = flows(store, dataset.node, as_of_us=moment)
                told[dataset, moment, "columns"] = columns(store, dataset, "", moment)
                for version in told[dataset.name]:
                    told[version.node, moment] = sources(store, Version(dataset, version.version), moment)
    for job in (BUILD, DESK):
        told[job.name] = [store.lineage.previous_run(job, at(day)) for day in range(6)]
    return told


def test_a_run_comes_back_as_it_was_put(store: Store) -> None:
    store.lineage.put_shape(build(0))
    assert store.lineage.run(run_id(0)) == build(0)
    assert store.lineage.run("unheard of") is None


def test_a_run_put_twice_is_nothing_new(store: Store) -> None:
    store.lineage.put_shape(build(0))
    before, digest = everything(store), store.canonical.digest()
    store.lineage.put_shape(build(0))
    assert (everything(store), store.canonical.digest()) == (before, digest)


def test_the_previous_run_is_the_last_that_came_to_a_good_end(store: Store) -> None:
    for day in range(3):
        store.lineage.put_shape(build(day))
    store.lineage.put_shape(build(3, state="FAIL"))
    before = store.lineage.previous_run(BUILD, at(4))
    assert before == build(2)
    assert store.lineage.previous_run(BUILD, at(0)) is None
    assert store.lineage.previous_run(DESK, at(4)) is None
    assert [run.run for run in store.lineage.runs(BUILD, 2)] == [run_id(3), run_id(2)]


def test_versions_are_listed_newest_first_up_to_a_moment(store: Store) -> None:
    for day in (2, 0, 1):
        store.lineage.put_shape(build(day))
    assert [version.version for version in store.lineage.versions(FEATURES)] == ["v002", "v001", "v000"]
    assert [v.version for v in store.lineage.versions(FEATURES, 1, before_us=at(2))] == ["v001"]
    assert [v.version for v in store.lineage.versions(FEATURES, partition="day-001")] == ["v001"]
    newest = store.lineage.versions(FEATURES)[0]
    assert (newest.run, newest.job, newest.time_us) == (run_id(2), BUILD.node, at(2))
    assert (newest.rows, newest.partition, newest.node) == (90, "day-002", "dataset:file:features#v002")


def test_an_input_from_outside_came_into_being_when_it_was_first_read(store: Store) -> None:
    for day in (1, 0, 2):
        store.lineage.put_shape(build(day))
    (planes,) = store.lineage.versions(PLANES)
    assert (planes.time_us, planes.run, planes.job) == (at(0), "", "")


def test_a_version_that_a_run_wrote_wins_over_one_only_read(store: Store) -> None:
    store.lineage.put_shape(desk(0))  # reads features of day 0, which nobody wrote yet
    assert store.lineage.versions(FEATURES)[0].time_us == at(0, 60)
    store.lineage.put_shape(build(0))
    (features,) = store.lineage.versions(FEATURES)
    assert (features.time_us, features.run) == (at(0), run_id(0))


def test_the_same_content_written_twice_is_one_version_and_two_writes(store: Store) -> None:
    same = part(FEATURES, 0)
    store.lineage.put_shape(shape(0, (), (same,)))
    store.lineage.put_shape(shape(1, (), (same,)))
    (version,) = store.lineage.versions(FEATURES)
    assert (version.time_us, version.run) == (at(0), run_id(0))
    assert store.lineage.writers(Version(FEATURES, "v000")) == [run_id(0), run_id(1)]


def test_what_one_run_left_open_is_filled_from_another(store: Store) -> None:
    bare = Touched(dataset=FEATURES, version="v000")
    rich = part(FEATURES, 0, rows=7, profile="p")
    store.lineage.put_shape(shape(0, (), (bare,)))
    store.lineage.put_shape(shape(1, (rich,), (part(ANSWERS, 1),)))
    held = store.lineage.touched(Version(FEATURES, "v000"))
    assert held is not None
    assert (held.rows, held.profile, held.fields) == (7, "p", rich.fields)
    assert store.lineage.fields(FEATURES) == rich.fields


def test_a_run_that_no_longer_says_an_edge_closes_it(store: Store) -> None:
    store.lineage.put_shape(build(0))
    kept = shape(0, (part(FLIGHTS, 0),), (part(FEATURES, 0, 90),), columns=COLUMNS[:2])
    store.lineage.put_shape(kept)
    assert sources(store, Version(FEATURES, "v000")) == {"flights#v000"}
    assert flows(store, FEATURES.node) == {(FLIGHTS.node, BUILD.node), (BUILD.node, FEATURES.node)}
    assert columns(store, FEATURES, "seats") == {("flights.carrier", "features.seats", "INDIRECT:JOIN")}
    assert store.lineage.versions(PLANES) == []
    assert store.lineage.run(run_id(0)) == kept


def test_an_edge_that_is_said_again_is_open_again(store: Store, open_new: Callable[[], Store]) -> None:
    store.lineage.put_shape(build(0))
    store.lineage.put_shape(shape(0, (), ()))
    store.lineage.put_shape(build(0))
    other = open_new()
    other.lineage.put_shape(build(0))
    assert everything(store) == everything(other)


def test_versions_keep_their_edges_when_the_job_reads_other_data_later(store: Store) -> None:
    store.lineage.put_shape(build(0))
    store.lineage.put_shape(shape(1, (part(FLIGHTS, 1),), (part(FEATURES, 1),)))
    assert sources(store, Version(FEATURES, "v000")) == {"flights#v000", "planes#v1"}
    assert sources(store, Version(FEATURES, "v001")) == {"flights#v001"}


def test_a_walk_as_of_a_moment_sees_only_what_there_was(store: Store) -> None:
    store.lineage.put_shape(shape(0, (part(FLIGHTS, 0),), (part(FEATURES, 0),)))
    store.lineage.put_shape(build(2))
    assert (PLANES.node, BUILD.node) not in flows(store, FEATURES.node, as_of_us=at(1))
    assert (PLANES.node, BUILD.node) in flows(store, FEATURES.node, as_of_us=at(2))
    assert flows(store, FEATURES.node, as_of_us=at(0) - 1) == set()


def test_column_edges_hold_until_a_run_leaves_them_out(store: Store) -> None:
    store.lineage.put_shape(build(0))
    store.lineage.put_shape(build(2, columns=COLUMNS[:2]))
    store.lineage.put_shape(build(4))
    seats = {("planes.seats", "features.seats", "DIRECT:IDENTITY")}
    assert [bool(seats & columns(store, FEATURES, "seats", at(day))) for day in range(5)] == [
        True, True, False, False, True,
    ]  # fmt: skip


def test_what_shapes_a_row_set_shapes_each_of_its_columns(store: Store) -> None:
    store.lineage.put_shape(build(0))
    assert columns(store, FEATURES, "delay") == {
        ("flights.delay", "features.delay", "DIRECT:IDENTITY"),
        ("flights.carrier", "features.delay", "INDIRECT:JOIN"),
    }


def test_a_run_without_column_lineage_does_not_end_what_is_known(store: Store) -> None:
    store.lineage.put_shape(build(0))
    store.lineage.put_shape(build(1, columns=()))
    assert columns(store, FEATURES, "seats", at(2)) != set()


def test_names_are_found_by_id_by_name_by_ending_and_by_column(store: Store) -> None:
    deep = Dataset("file", "feed/day/flights:raw#2")
    store.lineage.put_shape(shape(9, (Touched(dataset=deep, version="a#b", fields=(Field("x.y", "int"),)),), ()))
    store.lineage.put_shape(build(0))
    find = store.lineage.find
    assert find("dataset:file:features") == ["dataset:file:features"]
    assert find("Features") == ["dataset:file:features"]
    assert find("flights:raw#2") == [deep.node]
    assert find("features.delay") == ["datasetField:file:features:delay"]
    assert find("flights:raw#2.x.y") == [f"datasetField:file:{deep.name}:x.y"]
    assert find(f"{deep.node}#a#b") == [f"{deep.node}#a#b"]
    assert find("features#v0") == ["dataset:file:features#v000"]
    assert find(f"run:{run_id(0)}") == [f"run:{run_id(0)}"]
    assert find("nothing") == []
    assert find("") == []
    assert find("100%_") == []


def test_a_node_id_is_read_against_what_is_known(store: Store) -> None:
    deep = Dataset("s3://lake:9000", "a:b")
    store.lineage.put_shape(shape(0, (Touched(dataset=deep, version="1:2", fields=(Field("c:d"),)),), ()))
    version = store.lineage.lookup("dataset:s3://lake:9000:a:b#1:2")
    column = store.lineage.lookup("datasetField:s3://lake:9000:a:b:c:d")
    assert version is not None
    assert column is not None
    assert (version.dataset, version.version, version.type) == (deep, "1:2", "VERSION")
    assert (column.dataset, column.column, column.type) == (deep, "c:d", "FIELD")
    assert store.lineage.lookup("dataset:s3://lake:9000:a") is None


def test_the_catalogue_is_paged_and_searched(store: Store) -> None:
    store.lineage.put_shape(build(0))
    store.lineage.put_shape(desk(0))
    page, total = store.lineage.datasets(limit=2)
    assert ([line.dataset.name for line in page], total) == (["answers", "features"], 4)
    assert [line.dataset.name for line in store.lineage.datasets(2, 2)[0]] == ["flights", "planes"]
    (features,), total = store.lineage.datasets(query="EATU")
    assert (features.versions, features.latest, features.rows, features.updated_us, total) == (1, "v000", 90, at(0), 1)
    assert store.lineage.datasets(query="_")[1] == 0
    assert [found.node for found in store.lineage.search("fea")] == [FEATURES.node]
    assert store.lineage.counts() == {"datasets": 4, "jobs": 2, "runs": 2, "versions": 4}


def test_a_profile_is_found_through_the_history_of_its_dataset(store: Store) -> None:
    for day in range(3):
        data = b"profile %d" % day
        store.profiles.put([data])
        store.lineage.put_shape(shape(day, (), (part(FEATURES, day, profile=ids.content(data)),)))
    assert store.profiles.history(FEATURES, at(2), 5) == [
        ("v001", "day-001", at(1), b"profile 1"),
        ("v000", "day-000", at(0), b"profile 0"),
    ]
    assert store.profiles.history(PLANES) == []


def test_a_run_that_is_undone_leaves_nothing(store: Store) -> None:
    try:
        with store.transaction():
            store.lineage.put_shape(build(0))
            raise KeyError
    except KeyError:
        pass
    assert store.lineage.counts() == {"datasets": 0, "jobs": 0, "runs": 0, "versions": 0}
    store.lineage.put_shape(build(0))
    assert store.lineage.run(run_id(0)) == build(0)


def _stages(day: int) -> list[RunShape]:
    """How a run grows while its events come in: started, half known, finished; or wrongly known at first."""
    done = build(day, columns=COLUMNS if day % 2 else COLUMNS[:2])
    bare = msgspec.structs.replace(done, state="START", ended_us=0, inputs=(), outputs=(), edges=(), columns=())
    wrong = build(day, columns=(ColumnEdge(FLIGHTS, "other", FEATURES, "delay"),))
    wrong = msgspec.structs.replace(wrong, ended_us=at(day, 5), outputs=(part(FEATURES, day, 1),))
    return [bare, wrong, done]


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.permutations([(day, job) for day in range(4) for job in range(2)]), st.lists(st.integers(0, 2), min_size=8))
def test_the_order_in_which_runs_are_heard_of_plays_no_part(order: list[tuple[int, int]], stages: list[int]) -> None:
    """The reference is a store that heard each run once, finished, in order of time."""
    straight, crooked = open_store(":memory:"), open_store(":memory:")
    try:
        for day in range(4):
            straight.lineage.put_shape(_stages(day)[-1])
            straight.lineage.put_shape(desk(day))
        for (day, job), stage in zip(order, stages, strict=False):
            if job == 0:
                for shape_ in _stages(day)[stage:-1]:
                    crooked.lineage.put_shape(shape_)
        for day, job in order:
            crooked.lineage.put_shape(desk(day) if job else _stages(day)[-1])
        assert everything(crooked) == everything(straight)
    finally:
        straight.close()
        crooked.close()


def test_the_datasets_of_which_a_facet_stands_are_found_the_last_one_that_was_spoken_of_first(store: Store) -> None:
    for day, name in enumerate(("b", "a", "c")):
        key, facet = ("DATASET", "file", name), "schema" if name == "c" else "driftline_documents"
        written = Touched(dataset=Dataset("file", name), version="1")
        store.lineage.describe({key: {facet: ((at(day), 0, b"e"), b"{}")}}, {key: (at(day), at(day))})
        store.lineage.put_shape(shape(day, (), (written,)))
    assert [one.name for one in store.lineage.with_facet("driftline_documents", 9)] == ["a", "b"]
    assert [one.name for one in store.lineage.with_facet("driftline_documents", 1)] == ["a"]
    assert store.lineage.with_facet("driftline_document_", 9) == []
