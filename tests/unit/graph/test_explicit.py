"""The rules of the ``lineage`` facet, one by one; what is expected was written down from its specification."""

from typing import Any

from driftline.event.facets import pack
from driftline.event.lineage import Dataset, Job, Place, Tie
from driftline.event.openlineage import Event, Facets, JobPart
from driftline.graph.explicit import Said, nothing, on_dataset, on_job, parted

OWN = Job("n", "own")
A, B, OUT = (Dataset("n", name) for name in ("a", "b", "out"))


def dataset(name: str, **more: Any) -> dict[str, Any]:
    return {"type": "DATASET", "namespace": "n", "name": name, **more}


def job(name: str, **more: Any) -> dict[str, Any]:
    return {"type": "JOB", "namespace": "n", "name": name, **more}


def facet(*entries: dict[str, Any]) -> Facets:
    return {"lineage": pack("lineage", {"entries": list(entries)})}


def said(*entries: dict[str, Any]) -> Said:
    found = on_job([facet(*entries)], OWN)
    assert found is not None
    return found


def place(type_: Any, name: str) -> Place:
    return Place(type_, "n", name)


def columns(found: Said) -> set[tuple[str, str, str, str]]:
    return {(edge.source.name, edge.source_column, edge.target_column, edge.type) for edge in found.columns}


def test_without_the_facet_nothing_is_said_and_with_an_empty_one_something() -> None:
    assert on_job([{}, {"sql": pack("sql", {"query": "q"})}], OWN) is None
    assert on_job([facet()], OWN) == nothing()
    assert on_dataset({}, OUT) is None


def test_an_entry_names_the_sources_of_its_target() -> None:
    found = said(dataset("out", inputs=[dataset("a"), dataset("b")]))
    assert (found.targets, found.ties, found.columns) == ({OUT: {A, B}}, set(), set())
    assert found.sources == {A, B}


def test_an_empty_list_is_known_to_have_no_source() -> None:
    assert said(dataset("out", inputs=[])).targets == {OUT: set()}
    assert said(dataset("out", inputs=None)).targets == {OUT: set()}


def test_facets_of_several_events_of_a_run_add_up() -> None:
    found = on_job(
        [facet(dataset("out", inputs=[dataset("a")])), {}, facet(dataset("out", inputs=[dataset("b")]))], OWN
    )
    assert found is not None
    assert found.targets == {OUT: {A, B}}


def test_columns_are_sources_of_the_dataset_too() -> None:
    found = said(dataset("out", fields={"c": {"inputs": [dataset("a", field="x")]}, "d": {"inputs": [dataset("b")]}}))
    assert found.targets == {OUT: {A, B}}
    assert columns(found) == {("a", "x", "c", "DIRECT"), ("b", "", "d", "DIRECT")}  # b: which column is not known


def test_a_column_at_the_level_of_the_dataset_shapes_its_rows() -> None:
    step = {"type": "INDIRECT", "subtype": "GROUP_BY"}
    found = said(dataset("out", inputs=[dataset("a", field="g", transformations=[step])]))
    assert columns(found) == {("a", "g", "", "INDIRECT")}


def test_the_jobs_own_name_is_detail_and_no_source() -> None:
    own = {"type": "JOB"}
    found = said(dataset("out", inputs=[own, job("own")], fields={"c": {"inputs": [own]}}))
    assert (found.targets, found.ties) == ({OUT: set()}, set())


def test_another_job_feeds_a_dataset_directly() -> None:
    assert said(dataset("out", inputs=[job("other")])).ties == {Tie(place("JOB", "other"), place("DATASET", "out"))}


def test_a_job_may_be_fed_by_datasets_and_by_jobs() -> None:
    found = said(job("b.t1", inputs=[job("a.t3"), dataset("a")]))
    assert found.ties == {
        Tie(place("JOB", "a.t3"), place("JOB", "b.t1")),
        Tie(place("DATASET", "a"), place("JOB", "b.t1")),
    }
    assert (found.targets, found.sources) == ({}, set())  # the event's own job reads nothing of that


def test_a_job_without_a_name_is_the_events_own() -> None:
    found = said({"type": "JOB", "inputs": [dataset("a")]})
    assert (found.ties, found.sources) == ({Tie(place("DATASET", "a"), place("JOB", "own"))}, {A})
    assert said(job("own", inputs=[dataset("a")])).sources == {A}
    assert said({"type": "JOB", "inputs": [{"type": "JOB"}, job("own")]}).ties == set()  # nothing feeds itself


def test_a_facet_that_the_specification_does_not_allow_is_none() -> None:
    # its receipt names it; the run is then read as if it had none
    assert (
        on_job([{"lineage": pack("lineage", {"entries": [{"type": "DATASET", "inputs": [dataset("a")]}]})}], OWN)
        is None
    )


def test_the_facet_of_a_dataset_is_one_entry_about_it() -> None:
    held = {
        "lineage": pack("lineage", {"inputs": [dataset("a")], "fields": {"c": {"inputs": [dataset("b", field="x")]}}})
    }
    found = on_dataset(held, OUT)
    assert found is not None
    assert (found.targets, columns(found)) == ({OUT: {A, B}}, {("b", "x", "c", "DIRECT")})


def event(*facets: dict[str, Any]) -> list[Event]:
    return [Event("2026-01-01T00:00:00Z", job=JobPart("n", "own", held)) for held in facets]


def test_events_with_the_facet_are_told_from_those_without_and_a_deletion_ends_it() -> None:
    with_, without, gone = event(facet(), {}, {"lineage": pack("lineage", {"_deleted": True})})
    assert parted([with_, without]) == ([with_], [without])
    assert parted([with_, gone, without]) == ([], [with_, gone, without])
    (again,) = event(facet(dataset("out")))
    assert parted([with_, gone, again]) == ([again], [with_, gone])


def test_a_pair_is_a_guess_only_as_long_as_nothing_better_is_said_of_it() -> None:
    guess = {"transformations": [{"type": "INDIRECT", "provenance": "cartesian", "confidence": 0.5}]}
    weak = {"transformations": [{"type": "DIRECT", "provenance": "identical content", "confidence": 0.5}]}
    found = said(dataset("out", inputs=[{**dataset("a"), **guess}, {**dataset("b"), "field": "x", **weak}]))
    assert found.guesses == {(A, OUT), (B, OUT)}
    assert said(dataset("out", inputs=[{**dataset("a"), **guess}, dataset("a")])).guesses == set()
