"""The rules of explicit lineage and the precedence of edges, one test each, named after what it says.

The events are those of the guide to the facet, made smaller; what is expected is what the guide says of them:
https://github.com/OpenLineage/OpenLineage, proposals/explicit_lineage_facet.
"""

from collections.abc import Callable
from typing import Any

from driftline import clock
from driftline.engine.engine import Engine
from driftline.event.lineage import Dataset

Body = dict[str, Any]
Told = Callable[..., Engine]
Edge = tuple[str, str, str]


def dataset(name: str, **more: Any) -> Body:
    return {"type": "DATASET", "namespace": "n", "name": name, **more}


def job(name: str, **more: Any) -> Body:
    return {"type": "JOB", "namespace": "n", "name": name, **more}


def facets(**held: Body) -> Body:
    return {key: {"_producer": "p", "_schemaURL": "s", **body} for key, body in held.items()}


def part(name: str, **held: Body) -> Body:
    return {"namespace": "n", "name": name, "facets": facets(**held)}


def entries(*said: Body) -> Body:
    return {"lineage": {"entries": list(said)}}


def event(second: int, reads: str = "", writes: str = "", run: bool = True, **more: Any) -> Body:
    """Return the event of a job that reads and writes datasets of one letter each, or has these ``outputs``."""
    ran = {"eventType": "COMPLETE", "run": {"runId": "01900000-0000-7000-8000-000000000001"}}
    on_job = {"namespace": "n", "name": "own", "facets": facets(**more.pop("on_job", {}))}
    return {
        "eventTime": f"2026-01-01T00:00:{second:02d}Z",
        "producer": "p",
        "schemaURL": "s",
        **(ran if run else {}),
        "job": on_job,
        "inputs": [part(name) for name in reads],
        "outputs": more.get("outputs", [part(name) for name in writes]),
    }


def told_of(second: int, name: str, **held: Body) -> Body:
    """Return an event of a dataset."""
    return {
        "eventTime": f"2026-01-01T00:00:{second:02d}Z",
        "producer": "p",
        "schemaURL": "s",
        "dataset": part(name, **held),
    }


def everything(engine: Engine, *, columns: bool = False, kinds: tuple[str, ...] = ()) -> set[Edge]:
    """Return all links of a store: from, to, provenance; of datasets and jobs without the sums of READ and WRITE."""
    store = engine.house.store
    nodes = [
        store.lineage.find(f"{type_.lower()}:{space}:{name}")[0]
        for type_, space, name, *_ in store.canonical.facts("node")
    ]
    found = set()
    for node in nodes:
        if columns and node.startswith("job:"):
            continue
        for link in engine.lineage(node, columns=columns).edges:
            if not kinds or link.kind in kinds:
                found.add((link.source.split(":n:")[1], link.target.split(":n:")[1], link.provenance))
    return found


def derived(engine: Engine) -> set[Edge]:
    return everything(engine, kinds=("DERIVED",))


def touched(engine: Engine) -> set[tuple[str, str]]:
    return {edge[:2] for edge in everything(engine, kinds=("READ", "WRITE"))}


COLUMNS = {"fields": {"x": {"inputFields": [{"namespace": "n", "name": "b", "field": "y"}]}}}


def test_rule_1_where_the_facet_is_present_it_is_the_whole_truth(told: Told) -> None:
    """No product, and no edges of column lineage."""
    lineage = entries(dataset("c", inputs=[dataset("a")]), dataset("d", inputs=[dataset("b")]))
    engine = told(event(1, "ab", outputs=[part("c", columnLineage=COLUMNS), part("d")], on_job=lineage))
    assert derived(engine) == {("a", "c", "explicit"), ("b", "d", "explicit")}
    assert everything(engine, columns=True) == set()


def test_rule_1_holds_for_the_event_that_carries_the_facet(told: Told) -> None:
    """Another event of the run, without it, is read as ever; what both speak of is as the facet says."""
    lineage = entries(dataset("c", inputs=[dataset("a")]))
    engine = told(event(1, "xb", "yc"), event(2, "ab", "c", on_job=lineage))
    assert derived(engine) == {("a", "c", "explicit"), ("x", "y", "cartesian"), ("b", "y", "cartesian")}


def test_rule_2_what_no_entry_reads_or_describes_stays_with_the_events_job(told: Told) -> None:
    engine = told(event(1, "ab", "cd", on_job=entries(dataset("c", inputs=[dataset("a")]))))
    assert touched(engine) == {("a", "own"), ("b", "own"), ("own", "c"), ("own", "d")}
    assert derived(engine) == {("a", "c", "explicit")}


def test_rule_3_without_the_facet_column_lineage_counts_and_else_the_product(told: Told) -> None:
    engine = told(event(1, "ab", outputs=[part("c", columnLineage=COLUMNS), part("d")]))
    assert derived(engine) == {("b", "c", "column"), ("a", "d", "cartesian"), ("b", "d", "cartesian")}


def test_rule_4_an_empty_list_says_that_there_is_no_source(told: Told) -> None:
    engine = told(event(1, "a", "c", on_job=entries(dataset("c", inputs=[]))))
    assert derived(engine) == set()
    assert touched(engine) == {("a", "own"), ("own", "c")}


def test_rule_5_a_job_without_a_name_is_the_events_own_and_restates_nothing(told: Told) -> None:
    own = {"type": "JOB", "transformations": [{"type": "DIRECT", "subtype": "AGGREGATION"}]}
    lineage = entries(
        dataset("c", inputs=[], fields={"total": {"inputs": [own]}}), {"type": "JOB", "inputs": [dataset("a")]}
    )
    engine = told(event(1, "a", "c", on_job=lineage))
    assert touched(engine) == {("a", "own"), ("own", "c")}
    assert derived(engine) == set()


def test_rule_5_what_a_job_of_another_name_reads_is_not_read_by_the_events_own(told: Told) -> None:
    engine = told(event(1, "", "c", on_job=entries(job("other", inputs=[dataset("z")]))))
    assert touched(engine) == {("z", "other"), ("own", "c")}


def test_rule_6_a_source_without_a_column_and_a_column_of_the_whole_dataset(told: Told) -> None:
    group = dataset("a", field="g", transformations=[{"type": "INDIRECT", "subtype": "GROUP_BY"}])
    fields = {"c1": {"inputs": [dataset("a", field="x")]}, "c2": {"inputs": [dataset("a")]}}
    engine = told(event(1, "a", "c", on_job=entries(dataset("c", inputs=[dataset("a"), group], fields=fields))))
    assert derived(engine) == {("a", "c", "explicit")}
    assert everything(engine, columns=True) == {
        ("a:x", "c:c1", "explicit"),
        ("a", "c:c2", "explicit"),  # which column of a is not known, and that is said
        ("a:g", "c", "explicit"),
        ("a:g", "c:c1", "explicit"),
        ("a:g", "c:c2", "explicit"),
    }


def test_rule_7_jobs_feed_jobs_and_datasets_without_a_dataset_between(told: Told) -> None:
    lineage = entries(job("b.t1", inputs=[job("a.t3")]), dataset("c", inputs=[job("a.t3")]))
    engine = told(event(1, "", "c", on_job=lineage))
    assert derived(engine) == {("a.t3", "b.t1", "explicit")}
    assert touched(engine) == {("a.t3", "c"), ("own", "c")}


def test_rule_7_what_a_job_waits_for_is_no_lineage(told: Told) -> None:
    waits = {"upstream": [{"job": {"namespace": "n", "name": "before"}}], "trigger_rule": "all_success"}
    body = event(1, "a", "c")
    body["run"]["facets"] = facets(jobDependencies=waits)
    engine = told(body)
    assert touched(engine) == {("a", "own"), ("own", "c")}
    assert derived(engine) == {("a", "c", "cartesian")}


def test_on_a_run_the_facet_adds_up_and_can_be_taken_back(told: Told) -> None:
    one, two = entries(dataset("c", inputs=[dataset("a")])), entries(dataset("c", inputs=[dataset("b")]))
    engine = told(event(1, "ab", "c", on_job=one), event(2, "ab", "c", on_job=two))
    assert derived(engine) == {("a", "c", "explicit"), ("b", "c", "explicit")}
    engine = told(event(3, on_job={"lineage": {"_deleted": True}}))
    assert derived(engine) == {("a", "c", "cartesian"), ("b", "c", "cartesian")}


def test_on_a_job_event_the_newest_replaces_all_but_one_about_something_else_nothing(told: Told) -> None:
    one, two = entries(dataset("c", inputs=[dataset("a")])), entries(dataset("d", inputs=[dataset("b")]))
    engine = told(event(1, "a", "c", run=False, on_job=one))
    engine = told(event(2, run=False, on_job={"documentation": {"description": "what it does"}}))
    assert derived(engine) == {("a", "c", "explicit")}
    engine = told(event(3, "b", "d", run=False, on_job=two))
    assert derived(engine) == {("b", "d", "explicit")}
    assert touched(engine) == {("b", "own"), ("own", "d")}


def test_on_a_dataset_event_the_newest_replaces_all_but_one_about_something_else_nothing(told: Told) -> None:
    engine = told(told_of(1, "v", lineage={"inputs": [dataset("a"), dataset("b")]}, columnLineage=COLUMNS))
    engine = told(told_of(2, "v", documentation={"description": "a view"}))
    assert derived(engine) == {("a", "v", "explicit"), ("b", "v", "explicit")}
    engine = told(told_of(3, "v", lineage={"inputs": [dataset("d")]}))
    assert derived(engine) == {("d", "v", "explicit")}
    engine = told(told_of(4, "v", lineage={"_deleted": True}))
    assert derived(engine) == {("b", "v", "column")}  # the column lineage of the first event stands


def around(engine: Engine, node: str, **more: Any) -> set[tuple[str, int]]:
    """Return the nodes of an answer with their distance."""
    kinds = {"dataset": "dataset:n:", "job": "job:n:"}
    found = engine.lineage(f"{kinds['job' if node in JOBS else 'dataset']}{node}", **more).nodes
    return {(one.id.split(":n:")[1], one.depth) for one in found}


JOBS = ("own", "feeder", "first", "after")


def test_rule_7_a_job_that_feeds_the_writer_is_upstream_of_what_that_wrote(told: Told) -> None:
    """First and a feed feeder, which feeds own, which read z and wrote c (from nothing) and d, and feeds after."""
    said = entries(
        dataset("c", inputs=[]),
        job("own", inputs=[job("feeder")]),
        job("feeder", inputs=[job("first"), dataset("a")]),
        job("after", inputs=[job("own")]),
    )
    engine = told(event(1, "z", "cd", on_job=said))
    up = {("c", 0), ("own", -1), ("feeder", -2), ("first", -3), ("a", -3)}
    assert around(engine, "c", down=False) == up  # z is no source of c
    assert around(engine, "c", down=False, depth=2) == {("c", 0), ("own", -1), ("feeder", -2)}
    assert around(engine, "c", down=False, view="last") == up
    down = {("feeder", 0), ("own", 1), ("after", 2), ("c", 2), ("d", 2)}
    assert around(engine, "feeder", up=False) == down
    assert around(engine, "feeder", up=False, view="last") == down
    assert around(engine, "z", up=False) == {("z", 0), ("own", 1), ("after", 2)}
    assert {(one.source, one.target) for one in engine.path("job:n:first", "dataset:n:c").edges if not one.via} == {
        ("job:n:first", "job:n:feeder"),
        ("job:n:feeder", "job:n:own"),
        ("job:n:own", "dataset:n:c"),
    }


def links(engine: Engine, node: str, **more: Any) -> set[Edge]:
    """Return READ and WRITE links of an answer: from, to, how it is known; all of them are certain."""
    found = [one for one in engine.lineage(node, **more).edges if one.kind in ("READ", "WRITE")]
    assert {one.confidence for one in found} == {1.0}
    return {(one.source.split(":n:")[1], one.target.split(":n:")[1], one.provenance) for one in found}


def test_that_a_run_read_and_wrote_is_certain_from_wherever_it_is_seen(told: Told) -> None:
    """a is listed, b is named by column lineage alone until a later run lists it; what fed d is a guess."""
    engine = told(event(1, "a", outputs=[part("c", columnLineage=COLUMNS), part("d")]))
    known = {("a", "own", "explicit"), ("b", "own", "column"), ("own", "c", "explicit"), ("own", "d", "explicit")}
    for node in ("dataset:n:a", "dataset:n:b", "dataset:n:c", "dataset:n:d", "job:n:own"):
        for more in ({}, {"view": "last"}):
            assert links(engine, node, **more) <= known
    assert links(engine, "job:n:own") == known
    assert links(engine, "dataset:n:d", down=False) == {edge for edge in known if edge[1] != "c"}
    guess = {one.kind: one for one in engine.lineage("dataset:n:d", down=False).edges if one.source == "dataset:n:a"}
    assert (guess["DERIVED"].provenance, guess["DERIVED"].confidence) == ("cartesian", 0.5)
    before = clock.parse("2026-01-01T00:00:01Z")
    later = event(2, "b", "c")
    later["run"]["runId"] = "01900000-0000-7000-8000-000000000002"
    engine = told(later)
    assert ("b", "own", "explicit") in links(engine, "dataset:n:b")
    assert ("b", "own", "column") in links(engine, "dataset:n:b", as_of_us=before)
    difference = engine.diff("job:n:own", since_us=before, until_us=None)
    assert ("dataset:n:b", "job:n:own") in {(one.after.source, one.after.target) for one in difference.links_changed}


def test_of_versions_what_a_run_lists_is_certain_and_what_fed_what_a_guess(told: Told) -> None:
    engine = told(event(1, "a", "c"))
    (version,) = engine.house.store.lineage.versions(Dataset("n", "c"), 1)
    (run,) = (one for one in engine.lineage(version.node, down=False, depth=1).nodes if one.type == "RUN")
    assert run.depth == -1
    said = {(one.kind, one.provenance, one.confidence) for one in engine.lineage(version.node, down=False).edges}
    assert said == {("READ", "explicit", 1.0), ("WRITE", "explicit", 1.0), ("DERIVED", "cartesian", 0.8)}


def test_rule_4_an_answer_tells_what_has_no_source_from_what_has_none_that_is_known(told: Told) -> None:
    lineage = entries(dataset("c", inputs=[]), dataset("x", inputs=[dataset("a")]), job("feeder", inputs=[]))
    engine = told(event(1, "", "cdx", on_job=lineage), told_of(1, "view", lineage={"inputs": []}))

    def stated(node: str, **more: Any) -> str:
        (found,) = (one for one in engine.lineage(node, **more).nodes if one.id == node)
        return found.no_upstream

    assert stated("dataset:n:c") == stated("dataset:n:c", up=False) == stated("job:n:feeder") == "job:n:own"
    assert stated("dataset:n:c", view="last") == "job:n:own"
    assert stated("dataset:n:view") == "dataset:n:view"
    assert {stated(f"dataset:n:{name}") for name in "dxa"} == {""}
    told(event(2, "", "c", on_job=entries(dataset("c", inputs=[dataset("a")]))))  # in the same run: then it has one
    assert stated("dataset:n:c") == ""
    assert stated("dataset:n:c", as_of_us=clock.parse("2026-01-01T00:00:01Z")) == "job:n:own"


def test_rule_6_a_column_that_the_job_reads_shapes_what_its_dataset_is_a_source_of(told: Told) -> None:
    """a fed c, so that its column f shapes c; that it shapes d, of which b alone is the source, nobody says."""
    by_day = dataset("a", field="f", transformations=[{"type": "INDIRECT", "subtype": "FILTER"}])
    said = entries(
        job("own", inputs=[by_day, dataset("z", field="g")]),
        dataset("c", inputs=[dataset("a")]),
        dataset("d", inputs=[dataset("b")]),
        job("other", inputs=[by_day]),
    )
    engine = told(event(1, "ab", "cd", on_job=said))
    assert everything(engine, columns=True) == {("a:f", "c", "explicit")}
    assert everything(engine, columns=True, kinds=("INDIRECT:FILTER",)) == {("a:f", "c", "explicit")}
    assert ("z", "own") in touched(engine)  # its column is kept with the event alone
    assert derived(engine) == {("a", "c", "explicit"), ("b", "d", "explicit")}
