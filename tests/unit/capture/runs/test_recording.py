"""What a recording collects, by hand."""

import pytest

from driftline.capture.runs import collect
from driftline.capture.runs.recording import Recording
from driftline.capture.runs.trace import Seen
from driftline.event.lineage import Dataset, Job, Touched


def seen(name: str, version: str = "1") -> Seen:
    return Seen(touched=Touched(dataset=Dataset("n", name), version=version))


def test_a_recording_begins_empty_and_lasts() -> None:
    one = Recording(Job("n", "job"), at=5)
    assert (one.id, one.job, one.clock, one.over, one.outer) == ("", Job("n", "job"), 5, False, None)
    assert (one.trace.inputs, one.trace.outputs) == ([], [])


def test_a_version_is_recorded_once() -> None:
    one = Recording(Job("n", "job"))
    for _ in range(2):
        one.add("read", seen("a"))
        one.add("write", seen("b"))
    assert [found.touched.dataset.name for found in (*one.trace.inputs, *one.trace.outputs)] == ["a", "b"]


def test_gaps_are_counted_and_statements_and_parameters_kept() -> None:
    one = Recording(Job("n", "job"))
    for what in ("x", "x", "x", "y"):
        one.gap(what)
    for what in ("x", "y", "z"):
        one.no_gap(what)
    one.statement("SELECT 1", template="SELECT ?")
    one.statement("SELECT 1")
    one.parameters({"rate": 0.5, "password": "p"})
    assert one.trace.gaps == {"x": 2}
    assert one.trace.statements == ["SELECT 1"]
    assert one.trace.parameters == {"rate": "0.5", "password": "***"}


def test_what_is_attributed_and_attached_belongs_to_the_trace() -> None:
    one = Recording(Job("n", "job"))
    touched = one.add("read", seen("a"))
    one.attribute([("p", "read")])
    one.attach(touched, "note", {"text": "t"})
    assert one.trace.attributed == {"p"}
    assert one.trace.inputs[0].facets == {"note": {"text": "t"}}


def test_only_so_many_statements_count_as_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collect, "TEMPLATES", 2)
    found = Recording(Job("default", "j"))
    for number in range(4):
        found.statement(f"select {number}", f"select {number}")
    assert found._templates == {"select 0", "select 1"}
