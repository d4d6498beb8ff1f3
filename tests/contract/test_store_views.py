"""What every store promises about single executions, other names and what came or went."""

import msgspec

from driftline.event.lineage import (
    ColumnEdge,
    Dataset,
    Edge,
    Field,
    History,
    Job,
    RunShape,
    State,
    Touched,
    Version,
)
from driftline.graph import walk
from driftline.store import Store
from driftline.store.versions import Schemas
from driftline.store.walks import NOW

RAW, PATH, TABLE, OUT = (Dataset("f", name) for name in ("raw", "path/t", "db.t", "out"))
LOAD, USE = Job("j", "load"), Job("j", "use")


def run(id_: str, job: Job, start: int, end: int, source: Touched, target: Touched, column: str = "x") -> RunShape:
    a, b = Version(source.dataset, source.version), Version(target.dataset, target.version)
    return RunShape(
        run=id_, job=job, state="COMPLETE", started_us=start, ended_us=end, parent="p", code=id_,
        inputs=(source,), outputs=(target,), edges=(Edge(a, b, id_, "sql"),), informed=(b,),
        columns=(ColumnEdge(a.dataset, column, b.dataset, column, "DIRECT", "IDENTITY"),),
    )  # fmt: skip


def told(store: Store) -> None:
    fields = (Field("x", "int"),)
    load = Touched(dataset=PATH, version="1", aliases=(TABLE,), fields=fields)
    store.lineage.put_shape(run("r1", LOAD, 10, 15, Touched(dataset=RAW, version="1"), load))
    used = Touched(dataset=TABLE, version="1", fields=fields)
    store.lineage.put_shape(run("r2", USE, 20, 25, used, Touched(dataset=OUT, version="1", fields=fields)))
    more = (*fields, Field("y", "int"))
    store.lineage.put_shape(run("r3", USE, 30, 35, used, Touched(dataset=OUT, version="2", fields=more), "y"))


def job(store: Store, one: Job) -> int:
    found = store.lineage.lookup(one.node)
    assert found is not None
    return found.id


def test_the_last_execution_is_found_at_every_moment(store: Store) -> None:
    told(store)
    use = job(store, USE)
    seen = [store.views.last_runs([use], moment).get(use) for moment in (5, 25, 32, 35, NOW)]
    rows = store.walks.run_rows(one for one in seen if one)
    assert [rows[one][1] if one else "" for one in seen] == ["", "r2", "r2", "r3", "r3"]
    assert store.walks.run_rows(store.views.runs([use], 29).values()).popitem()[1][1] == "r2"
    steps = store.views.steps([seen[-1] or 0], NOW)
    assert [step.provenance for found in steps.values() for step in found] == ["sql"]
    assert len(store.views.touched([seen[-1] or 0], NOW)) == len(store.views.versions([seen[-1] or 0], NOW)) == 2
    assert len(store.views.traces([seen[-1] or 0], NOW)) == 1
    assert len(store.views.children(["p"])) == 3


def test_columns_and_versions_are_walked_through_other_names(store: Store) -> None:
    told(store)
    columns = walk.upstream(store, "datasetField:f:out:x", as_of_us=29)  # until r3 says y instead
    assert {node.label: node.depth for node in columns.nodes} == {
        "out.x": 0, "db.t.x": -1, "path/t.x": -1, "raw.x": -2,
    }  # fmt: skip
    versions = walk.upstream(store, "dataset:f:out#1")
    assert {node.id for node in versions.nodes if node.type == "VERSION"} == {
        "dataset:f:out#1", "dataset:f:db.t#1", "dataset:f:path/t#1", "dataset:f:raw#1",
    }  # fmt: skip
    down = walk.downstream(store, "dataset:f:raw#1", as_of_us=26)
    assert "dataset:f:out#1" in {node.id for node in down.nodes}


def test_what_came_or_went_is_found_by_its_target(store: Store) -> None:
    told(store)
    names = store.walks.nodes(store.views.changed("edge", 0, (16, NOW), 10))
    assert {row[3] for row in names.values()} == {"out"}
    assert len(store.views.changed("column", -(2**62), (29, NOW), 10)) == 2  # x went, y came
    assert len(store.views.changed("flow", 0, (16, NOW), 10)) == 2
    assert {row[3] for row in store.views.born((16, NOW), 10)} == {"out", "use"}
    assert {row[3] for row in store.views.named([OUT.node, USE.node])} == {"out", "use"}
    (out,) = [row[0] for row in store.views.named([OUT.node])]
    schemas = Schemas(store.blobs)
    known = [schemas.fields(store.views.schemas([out], moment)[out]) or () for moment in (24, 25, 35)]
    assert [[field.name for field in fields] for fields in known] == [[], ["x"], ["x", "y"]]
    assert [row[3] for row in store.views.nodes_after("JOB", 0, 10)] == ["load", "use"]
    assert store.views.said_since("JOB", 0, NOW, 10) == []
    assert store.walks.direct([out], "up", NOW) == []


def test_a_name_in_the_middle_that_has_no_such_column_or_version_leads_on(store: Store) -> None:
    """Two jobs know a table by two paths and neither by its own name, which both give as another name of theirs."""
    other = Dataset("f", "other/t")
    store.lineage.put_shape(
        run("r1", LOAD, 10, 15, Touched(dataset=RAW, version="1"), Touched(dataset=PATH, version="1", aliases=(TABLE,)))
    )
    used = Touched(dataset=other, version="1", aliases=(TABLE,))
    store.lineage.put_shape(run("r2", USE, 20, 25, used, Touched(dataset=OUT, version="1")))
    columns = walk.upstream(store, "datasetField:f:out:x")
    assert {node.label for node in columns.nodes} == {"out.x", "other/t.x", "path/t.x", "raw.x"}
    versions = walk.upstream(store, "dataset:f:out#1")
    assert {node.id for node in versions.nodes if node.type == "VERSION"} == {
        "dataset:f:out#1", "dataset:f:other/t#1", "dataset:f:path/t#1", "dataset:f:raw#1",
    }  # fmt: skip
    by_name = walk.upstream(store, TABLE.node, columns=True)  # which has no column of its own
    assert {node.label for node in by_name.nodes} == {"other/t.x", "path/t.x", "raw.x"}
    assert walk.upstream(store, "datasetField:f:out:x", as_of_us=9).nodes == ()


def test_the_versions_of_another_name_are_those_of_the_moment(store: Store) -> None:
    """A stream is first seen to write a table by two names, then by none."""
    shape = run(
        "r1", LOAD, 10, 0, Touched(dataset=RAW, version="1"), Touched(dataset=PATH, version="1", aliases=(TABLE,))
    )
    both = msgspec.structs.replace(shape, outputs=(*shape.outputs, Touched(dataset=TABLE, version="1")))
    none = msgspec.structs.replace(shape, outputs=(), edges=(), informed=(), columns=())
    store.lineage.put([History("run", (State(10, both), State(20, none)))])
    later = run(
        "r2", USE, 20, 25, Touched(dataset=RAW, version="1"), Touched(dataset=PATH, version="2", aliases=(TABLE,))
    )
    store.lineage.put([History("run", (State(12, later),))])
    then, now = (walk.upstream(store, "dataset:f:path/t#1", as_of_us=moment) for moment in (15, 25))
    assert "dataset:f:db.t#1" in {node.id for node in then.nodes}
    assert "dataset:f:db.t#1" not in {node.id for node in now.nodes}
