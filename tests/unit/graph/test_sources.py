from typing import Any

from driftline.event.facets import pack
from driftline.event.lineage import Dataset, Job, Place, Tie, Version
from driftline.event.openlineage import DatasetPart, Event, JobPart
from driftline.graph import datasets
from driftline.graph.datasets import READ, WRITE
from driftline.graph.sources import Found, of_dataset, of_run

OWN, OUT = Job("n", "own"), Dataset("n", "out")
GUESS = {"transformations": [{"type": "INDIRECT", "provenance": "cartesian", "confidence": 0.5}]}


def part(name: str, **facets: dict[str, Any]) -> DatasetPart:
    return DatasetPart("n", name, {key: pack(key, body) for key, body in facets.items()})


def named(name: str, **more: str) -> dict[str, str]:
    return {"type": "DATASET", "namespace": "n", "name": name, **more}


def columns(*sources: str) -> dict[str, Any]:
    return {"fields": {"x": {"inputFields": [named(source, field="x") for source in sources]}}}


def run(reads: list[DatasetPart], writes: list[DatasetPart], *entries: dict[str, Any]) -> Found:
    return of(event(reads, writes, *entries))


def event(reads: list[DatasetPart], writes: list[DatasetPart], *entries: dict[str, Any]) -> Event:
    on_job = {"lineage": pack("lineage", {"entries": list(entries)})} if entries else {}
    job = JobPart(OWN.namespace, OWN.name, on_job)
    return Event("2026-01-01T00:00:00Z", job=job, inputs=tuple(reads), outputs=tuple(writes))


def of(*told: Event) -> Found:
    inputs = datasets.gather([one.inputs for one in told], READ)
    outputs = datasets.gather([one.outputs for one in told], WRITE, minted="m")
    return of_run("r", OWN, told, inputs, outputs, "m")


def edges(found: Found) -> set[tuple[str, str, str]]:
    return {(edge.source.dataset.name, edge.target.dataset.name, edge.provenance) for edge in found.edges}


def test_without_better_knowledge_nothing_is_written_down_pair_by_pair() -> None:
    found = run([part("a"), part("b")], [part("out"), part("two")])
    assert (found.edges, found.informed, found.columns, found.ties) == ((), (), (), ())
    assert [one.dataset.name for one in (*found.inputs, *found.outputs)] == ["a", "b", "out", "two"]


def test_column_lineage_informs_the_output_that_has_it_and_no_other() -> None:
    found = run([part("a"), part("b")], [part("out", columnLineage=columns("a")), part("two")])
    assert edges(found) == {("a", "out", "column")}
    assert found.informed == (Version(OUT, "m"),)


def test_a_dataset_that_only_column_lineage_names_is_an_input() -> None:
    found = run([part("a")], [part("out", columnLineage=columns("a", "b"))])
    assert [one.dataset.name for one in found.inputs] == ["a", "b"]
    assert edges(found) == {("a", "out", "column"), ("b", "out", "column")}


def test_explicit_lineage_is_the_whole_truth_of_its_event() -> None:
    """Column lineage plays no part; what no entry reads or describes stays with the job."""
    found = run(
        [part("a"), part("unread")],
        [part("out", columnLineage=columns("unread")), part("bare")],
        {**named("out"), "inputs": [named("a")]},
    )
    assert edges(found) == {("a", "out", "explicit")}
    assert found.columns == ()
    assert {version.dataset.name for version in found.informed} == {"bare", "out"}
    assert [one.dataset.name for one in (*found.inputs, *found.outputs)] == ["a", "unread", "bare", "out"]


def test_datasets_that_only_explicit_lineage_names_are_inputs_and_outputs() -> None:
    found = run([], [], {**named("out"), "inputs": [named("a")]})
    assert [one.dataset.name for one in found.inputs] == ["a"]
    assert [(one.dataset.name, one.version) for one in found.outputs] == [("out", "m")]
    assert edges(found) == {("a", "out", "explicit")}


def test_the_explicit_lineage_of_an_output_counts_as_that_of_its_job() -> None:
    found = run([part("a"), part("b")], [part("out", lineage={"inputs": [named("a")]})])
    assert edges(found) == {("a", "out", "explicit")}
    more = run([part("a"), part("b")], [part("out", lineage={"inputs": [named("a")]}), part("two")])
    assert edges(more) == {("a", "out", "explicit"), ("a", "two", "cartesian"), ("b", "two", "cartesian")}


def test_events_of_a_run_that_carry_no_explicit_lineage_are_read_as_if_there_were_none() -> None:
    """Each event by the rules of the guide: x and y by the product, s and t by columns, a and c by the facet."""
    found = of(
        event([part("x")], [part("y")]),
        event([], [part("t", columnLineage=columns("s"))]),
        event([part("a"), part("dangling")], [part("c"), part("bare")], {**named("c"), "inputs": [named("a")]}),
    )
    assert edges(found) == {("x", "y", "cartesian"), ("s", "t", "column"), ("a", "c", "explicit")}
    assert {one.dataset.name for one in found.informed} == {"y", "t", "c", "bare"}
    assert {edge.confidence for edge in found.edges if edge.provenance == "cartesian"} == {0.5}


def test_what_an_event_without_explicit_lineage_guesses_gives_way_to_one_with_it() -> None:
    entry = {**named("out"), "inputs": [named("a")]}
    both = [part("a"), part("b")], [part("out")]
    assert edges(of(event(*both), event(*both, entry))) == {("a", "out", "explicit")}


def test_what_another_job_is_said_to_read_is_no_input_of_the_events_own() -> None:
    found = run([], [part("out")], {"type": "JOB", "namespace": "n", "name": "other", "inputs": [named("z")]})
    assert found.inputs == ()
    assert found.ties == (Tie(Place("DATASET", "n", "z"), Place("JOB", "n", "other")),)


def test_that_our_own_capture_saw_a_run_read_and_write_is_not_more_than_a_guess() -> None:
    """Without better knowledge nothing is written down pair by pair: the product of the run stands for it."""
    ours = {"driftline_state": {"version": "v"}}
    found = run([part("a", **ours)], [part("out", **ours)])
    assert (found.edges, found.informed) == ((), ())


def weakly(source: str, confidence: float) -> dict[str, Any]:
    way = {"type": "DIRECT", "provenance": "identical content", "confidence": confidence}
    return {"fields": {"x": {"inputFields": [named(source, field="x") | {"transformations": [way]}]}}}


def test_a_column_link_that_is_less_sure_than_a_guess_makes_no_certain_pair() -> None:
    ours = {"driftline_state": {"version": "v"}}
    found = run([part("a", **ours), part("b", **ours)], [part("out", columnLineage=weakly("a", 0.5), **ours)])
    assert (found.edges, found.informed) == ((), ())
    sure = run([part("a", **ours), part("b", **ours)], [part("out", columnLineage=weakly("a", 0.9), **ours)])
    assert {(edge.source.dataset.name, edge.provenance, edge.confidence) for edge in sure.edges} == {
        ("a", "column", 1.0),
        ("b", "cartesian", 0.8),
    }


def test_a_source_that_explicit_lineage_itself_calls_a_guess_is_one() -> None:
    guess = {"transformations": [{"type": "INDIRECT", "provenance": "cartesian", "confidence": 0.5}]}
    inputs = [{**named("a"), **guess}, named("b")]
    found = run([part("a"), part("b")], [part("out")], {**named("out"), "inputs": inputs})
    assert {(edge.source.dataset.name, edge.provenance, edge.confidence) for edge in found.edges} == {
        ("a", "cartesian", 0.8),
        ("b", "explicit", 1.0),
    }
    by_column = {"x": {"inputs": [named("a", field="x")]}}
    surer = run([part("a")], [part("out")], {**named("out"), "inputs": [{**named("a"), **guess}], "fields": by_column})
    assert edges(surer) == {("a", "out", "explicit")}


def test_an_input_of_our_own_that_no_column_lineage_names_was_read_for_something() -> None:
    ours = {"driftline_state": {"version": "v"}}
    found = run([part("a", **ours), part("c", **ours)], [part("out", columnLineage=columns("a"), **ours)])
    assert edges(found) == {("a", "out", "column"), ("c", "out", "cartesian")}


def test_nothing_feeds_itself() -> None:
    ours = {"driftline_state": {"version": "v"}}
    assert run([part("out", **ours)], [part("out", **ours)]).edges == ()
    assert run([], [part("out", lineage={"inputs": [named("out")]})]).edges != ()  # an older state of it


def told(**facets: dict[str, Any]) -> Found:
    return of_dataset(datasets.gather([(part("out", **facets),)], READ), OUT)


def test_a_dataset_event_ties_a_view_to_what_it_is_made_of() -> None:
    own, a = Place("DATASET", "n", "out"), Place("DATASET", "n", "a")
    assert told(columnLineage=columns("a", "out")).ties == (Tie(a, own, "column"),)
    assert told(lineage={"inputs": [named("a")]}, columnLineage=columns("b")).ties == (Tie(a, own, "explicit"),)
    assert told(lineage={"inputs": []}, columnLineage=columns("b")).ties == (Tie(own, own, "explicit"),)
    found = told()
    assert (found.ties, found.columns, found.outputs) == ((), (), ())
    assert [one.dataset for one in found.inputs] == [OUT]


def test_values_that_were_kept_make_a_guess_likely_and_never_certain() -> None:
    def kept(name: str, confidence: float) -> dict[str, Any]:
        way = {"type": "DIRECT", "subtype": "IDENTITY", "provenance": "kept values", "confidence": confidence}
        return {"fields": {"x": {"inputs": [{**named(name, field="x"), "transformations": [way]}]}}}

    guess = {"transformations": [{"type": "INDIRECT", "provenance": "cartesian", "confidence": 0.5}]}
    entry = {**named("out"), "inputs": [{**named("a"), **guess}, {**named("b"), **guess}], **kept("a", 0.8)}
    found = run([part("a"), part("b")], [part("out"), part("two")], entry)
    into = {(edge.source.dataset.name, edge.provenance, edge.confidence) for edge in found.edges}
    assert into == {("a", "cartesian", 0.8), ("b", "cartesian", 0.5)}
    assert [edge.confidence for edge in found.columns] == [0.8]


def slices(name: str, *days: str) -> list[DatasetPart]:
    return [part(name, driftline_state={"version": f"{name}{day}", "partition": day}) for day in days]


def state(name: str, version: str, after_ns: int, partition: str = "") -> DatasetPart:
    return part(name, driftline_state={"version": version, "after_ns": after_ns, "partition": partition})


def pairs(found: Found) -> set[tuple[str, str]]:
    def spelt(version: Version) -> str:
        return f"{version.dataset.name}{version.version}"

    return {(spelt(edge.source), spelt(edge.target)) for edge in found.edges}


def test_a_state_that_was_read_after_another_was_written_did_not_feed_it() -> None:
    """By hand: a0 is read, b1 written and read, a1 written and read, b2 written; a and b each feed both."""
    reads = [state("a", "0", 1), state("b", "1", 3), state("a", "1", 5)]
    writes = [state("b", "1", 2), state("a", "1", 4), state("b", "2", 6)]
    both = [{**named(name), **GUESS} for name in "ab"]
    found = run(reads, writes, *({**named(name), "inputs": both} for name in "ab"))
    assert pairs(found) == {("a0", "b1"), ("a0", "a1"), ("b1", "a1"), ("a1", "b2"), ("b1", "b2")}


def test_what_the_run_did_not_write_itself_may_have_been_kept_since_it_was_read_first() -> None:
    """By hand: a was written by somebody else between two readings, x after both; of b two slices were read."""
    reads = [state("a", "0", 1), state("a", "1", 2), state("b", "0", 3, "one"), state("b", "1", 4, "two")]
    writes = [state("x", "0", 5), state("b", "2", 6, "one")]
    names = [{**named(name), **GUESS} for name in "ab"]
    found = run(reads, writes, {**named("x"), "inputs": names}, {**named("b"), "inputs": []})
    assert pairs(found) == {("a0", "x0"), ("a1", "x0"), ("b0", "x0"), ("b1", "x0")}


def test_of_several_versions_on_both_sides_those_of_one_slice_belong_together_and_others_are_a_guess() -> None:
    """By hand: two days were read and written one by one; which day made which is known by their names only."""
    entry = named("out", inputs=[named("a")])
    for found in (
        run(slices("a", "1", "2"), slices("out", "1", "2"), {**entry, "fields": {}}),
        run(
            slices("a", "1", "2"),
            [DatasetPart("n", "out", {**one.facets, "columnLineage": pack("columnLineage", columns("a"))})
             for one in slices("out", "1", "2")],
        ),
    ):  # fmt: skip
        sure = {(edge.source.version, edge.target.version) for edge in found.edges if edge.provenance != "cartesian"}
        guessed = {(edge.source.version, edge.target.version, edge.confidence) for edge in found.edges} - {
            (*pair, 1.0) for pair in sure
        }
        assert sure == {("a1", "out1"), ("a2", "out2")}
        assert guessed == {("a1", "out2", 0.5), ("a2", "out1", 0.5)}
    (one,) = run(slices("a", "1"), slices("out", "2"), {**entry, "fields": {}}).edges
    assert (one.provenance, one.confidence) == ("explicit", 1.0)


def test_what_has_columns_in_one_output_may_have_fed_another_that_is_not_explained() -> None:
    """b is copied, and merged into out, whose column y nobody explains; nothing can lead into done but a."""
    seen = {"version": "1", "kind": "file"}
    schema = {"fields": [{"name": name, "type": "int"} for name in ("x", "y")]}
    reads = [part(name, driftline_state=seen) for name in ("a", "b")]
    writes = [
        part("copy", driftline_state=seen, columnLineage=columns("b")),
        part("done", driftline_state=seen, columnLineage=columns("a"), schema={"fields": schema["fields"][:1]}),
        part("out", driftline_state=seen, columnLineage=columns("a"), schema=schema),
    ]
    assert edges(run(reads, writes)) == {
        ("b", "copy", "column"), ("a", "done", "column"), ("a", "out", "column"), ("b", "out", "cartesian"),
    }  # fmt: skip
