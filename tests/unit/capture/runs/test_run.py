"""Runs become OpenLineage events that say what was read and written. Expected values by hand."""

import json
import os
import pickle
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import xxhash

import driftline
from driftline import profile, testing
from driftline.capture.ground import fault
from driftline.capture.program import sites
from driftline.capture.runs import offspring
from driftline.capture.runs import run as runs
from driftline.event import facets
from driftline.event.lineage import Dataset, Job, Touched
from driftline.event.openlineage import DatasetPart
from driftline.testing import MemorySink

DAY_US = 1_359_590_400_000_000  # 2013-01-31T00:00:00Z


def state(part: DatasetPart) -> facets.StateFacet:
    found = facets.unpack(part.facets, "driftline_state", facets.StateFacet)
    assert found is not None
    return found


def lineage(part: DatasetPart) -> dict[str, list[str]]:
    facet = json.loads(bytes(part.facets["columnLineage"]))
    return {
        name: sorted(
            f"{one['name']}.{one['field']} {t['subtype']}"
            for one in found["inputFields"]
            for t in one["transformations"]
        )
        for name, found in facet["fields"].items()
    }


def test_a_run_is_one_complete_event_with_code_parameters_and_nominal_time(sink: MemorySink) -> None:
    with driftline.run("build", nominal="2013-01-31", params={"window": 7, "api_token": "x"}, code="v7") as run:
        pass
    assert driftline.flush()
    (event,) = sink.decoded()
    assert event.event_type == "COMPLETE"
    assert event.job is not None
    assert event.run is not None
    assert (event.job.namespace, event.job.name, event.run.run_id) == ("default", "build", run.id)
    code = facets.unpack(event.run.facets, "driftline_code", facets.CodeFacet)
    assert code == facets.CodeFacet(version="v7", parameters={"window": "7", "api_token": "***"})
    nominal = facets.unpack(event.run.facets, "nominalTime", facets.NominalTimeFacet)
    assert nominal == facets.NominalTimeFacet("2013-01-31T00:00:00Z")


def test_a_replay_has_its_own_clock(sink: MemorySink) -> None:
    with driftline.run("build", at=datetime(2013, 1, 31, tzinfo=UTC)) as run:
        time.sleep(0.01)
    with driftline.run("build", at=DAY_US):
        pass
    driftline.flush()
    assert [event.time_us for event in sink.decoded()] == [DAY_US, DAY_US]
    assert run.id.startswith(f"{DAY_US // 1000:012x}"[:8])
    assert int(run.id.replace("-", "")[:12], 16) == DAY_US // 1000


def test_what_happens_inside_a_replay_has_its_clock(sink: MemorySink) -> None:
    inner = driftline.step(lambda: None)
    with driftline.run("build", at=DAY_US):
        inner()
        with driftline.answer("desk"):
            pass
    driftline.flush()
    assert [event.time_us for event in sink.decoded()] == [DAY_US, DAY_US]
    assert [answer.time_us for answer in sink.recorded] == [DAY_US]


def test_the_exception_of_a_run_passes_through_and_is_told(sink: MemorySink) -> None:
    thrown = ValueError("no such day")
    with pytest.raises(ValueError, match="no such day") as caught, driftline.run("build"):
        raise thrown
    assert caught.value is thrown
    driftline.flush()
    (event,) = sink.decoded()
    assert event.event_type == "FAIL"
    assert event.run is not None
    assert json.loads(bytes(event.run.facets["errorMessage"]))["message"] == "ValueError: no such day"


@pytest.mark.parametrize(
    ("thrown", "state"),
    [(KeyboardInterrupt(), "ABORT"), (SystemExit(2), "FAIL"), (SystemExit(0), "COMPLETE"), (SystemExit(), "COMPLETE")],
)
def test_what_a_program_wants_to_end_with_is_no_failure(sink: MemorySink, thrown: BaseException, state: str) -> None:
    with pytest.raises(type(thrown)) as caught, driftline.run("build"):
        raise thrown
    assert caught.value is thrown
    driftline.flush()
    assert [event.event_type for event in sink.decoded()] == [state]


def test_files_are_versions_of_their_folder_named_by_their_bytes(sink: MemorySink, tmp_path: Path) -> None:
    file = tmp_path / "feed" / "flights" / "2013-01-31.csv"
    file.parent.mkdir(parents=True)
    file.write_text("a,b\n1,x\n2,y\n")
    with driftline.run("load") as run:
        touched = run.read(file)
        again = run.read(str(file))
    assert touched.dataset == Dataset("file", "feed/flights")
    assert (touched.partition, touched.kind, touched.bytes) == ("2013-01-31", "file", 12)
    assert touched.version == "xxh3:" + xxhash.xxh3_64_hexdigest(file.read_bytes())
    assert again == touched
    assert run.inputs == (touched,)
    driftline.flush()
    (event,) = sink.decoded()
    (part,) = event.inputs
    assert state(part).rows == 2
    schema = facets.unpack(part.facets, "schema", facets.SchemaFacet)
    assert schema is not None
    assert [field.name for field in schema.fields] == ["a", "b"]
    sent = facets.unpack(part.facets, "driftline_profile", facets.ProfileFacet)
    assert sent is not None
    assert sent.format == "dlp1"
    assert profile.decode(sent.data).rows == 2


def test_a_profile_is_sent_once_per_version(sink: MemorySink, tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_text("a\n1\n")
    for _ in range(2):
        with driftline.run("load") as run:
            run.read(file)
    driftline.flush()
    assert [("driftline_profile" in event.inputs[0].facets) for event in sink.decoded()] == [True, False]


def test_a_file_that_changes_before_it_is_measured_keeps_its_version_and_has_no_profile(
    sink: MemorySink, tmp_path: Path
) -> None:
    file = tmp_path / "x.csv"
    file.write_text("a\n1001\n")
    with driftline.run("load") as run:
        version = run.read(file).version
        file.write_text("a\n1\n2\n3\n")
    driftline.flush()
    (event,) = sink.decoded()
    assert state(event.inputs[0]).version == version
    assert "driftline_profile" not in event.inputs[0].facets


def test_a_folder_is_read_as_its_files(sink: MemorySink, tmp_path: Path) -> None:
    folder = tmp_path / "days"
    folder.mkdir()
    for day in (1, 2):
        (folder / f"2013-01-0{day}.csv").write_text(f"a\n{day}\n")
    with driftline.run("load") as run:
        touched = run.read(folder)
    assert [one.partition for one in run.inputs] == ["2013-01-01", "2013-01-02"]
    assert {one.dataset.name for one in run.inputs} == {"days"}
    assert touched.attributes == {"versions": "2"}


def test_a_table_in_memory_is_named_by_its_content_and_profiled_at_once(sink: MemorySink) -> None:
    data: dict[str, list[Any]] = {"delay": [1.0, 2.0, None], "carrier": ["AA", "UA", "AA"]}
    with driftline.run("build") as run:
        first = run.write("features", data=data, partition="2013-01-31")
        data["delay"][0] = 5.0
        second = run.write("features", data=data, partition="2013-02-01")
    assert first.rows == 3
    assert first.fields is not None
    assert [field.name for field in first.fields] == ["delay", "carrier"]
    assert first.version != second.version
    driftline.flush()
    (event,) = sink.decoded()
    assert [state(part).partition for part in event.outputs] == ["2013-01-31", "2013-02-01"]
    assert all("driftline_profile" in part.facets for part in event.outputs)


def test_models_documents_and_prompts_have_kinds_of_their_own(sink: MemorySink) -> None:
    class Model:
        def predict(self, rows: list[int]) -> list[int]:
            return rows

    documents = [{"id": "a", "text": "Refunds are paid after 180 minutes."}, {"id": "b", "text": "Or not."}]
    with driftline.run("train") as run:
        model = run.write("eligibility", data=Model(), attributes={"auc": 0.9})
        corpus = run.write("policies", data=documents)
        prompt = run.write("desk-prompt", data="Be kind.")
    assert (model.kind, corpus.kind, prompt.kind) == ("model", "documents", "prompt")
    assert model.attributes["identity"] == "repr"  # a class inside a function cannot be pickled, and that is said
    assert model.attributes["auc"] == "0.9"
    assert corpus.attributes == {"documents": "2"}
    assert corpus.rows == 2
    driftline.flush()


def test_columns_are_stated_by_the_last_part_of_a_dataset_name(sink: MemorySink) -> None:
    with driftline.run("build") as run:
        run.read("feed/flights", version="1")
        target = run.write("features", version="2")
        run.columns(target, {"delay_h": ["flights.arr_delay"]})
        run.columns("features", {"delay_h": "flights.carrier"}, subtype="FILTER")
    driftline.flush()
    (event,) = sink.decoded()
    assert lineage(event.outputs[0]) == {
        "delay_h": ["feed/flights.arr_delay TRANSFORMATION", "feed/flights.carrier FILTER"]
    }


def test_columns_that_are_handed_on_unchanged_are_found_by_their_content(sink: MemorySink) -> None:
    values = [float(n * n % 101) for n in range(100)]
    alike = {"a": values, "same": [1.0] * 100}
    with driftline.run("build") as run:
        changed = [*values[1:], 0.5]
        run.read("source", data={**alike, "b": values[::-1], "n": list(range(100))})
        run.write("target", data={**alike, "moved": values[::-1], "m": list(range(100)), "new": changed})
    driftline.flush()
    (event,) = sink.decoded()
    # constants and row numbers match by accident, so a column of one value and a counter under another name say nothing
    assert lineage(event.outputs[0]) == {"a": ["source.a IDENTITY"], "moved": ["source.b IDENTITY"]}


def test_what_a_run_made_itself_is_no_input_of_it(sink: MemorySink) -> None:
    with driftline.run("build") as run:
        made = run.write("features", version="1")
        assert run.read(made) == made
        run.read("features", version="0")
    assert [one.version for one in run.inputs] == ["0"]


def test_a_run_inside_a_run_names_its_parent(sink: MemorySink) -> None:
    with driftline.run("outer") as outer, driftline.run("inner"):
        pass
    driftline.flush()
    inner = sink.decoded()[0]
    assert inner.run is not None
    parent = facets.unpack(inner.run.facets, "parent", facets.ParentFacet)
    assert parent is not None
    assert parent.run.run_id == outer.id


def test_only_long_runs_and_those_that_ask_send_a_start(sink: MemorySink, monkeypatch: pytest.MonkeyPatch) -> None:
    with driftline.run("short"):
        pass
    with driftline.run("asked", announce=True):
        pass
    monkeypatch.setattr(runs, "_ANNOUNCE_US", 1)
    monkeypatch.setattr("driftline.capture.sending.sender.TICK_SECONDS", 0.01)
    with driftline.run("long"):
        until = time.monotonic() + 5
        while not any(b'"long"' in raw for raw in sink.raw) and time.monotonic() < until:
            time.sleep(0.01)
            driftline.flush()
    driftline.flush()
    said = [(event.job.name, event.event_type) for event in sink.decoded() if event.job]
    assert said == [
        ("short", "COMPLETE"),
        ("asked", "START"),
        ("asked", "COMPLETE"),
        ("long", "START"),
        ("long", "COMPLETE"),
    ]


def build(statement: str) -> None:
    with driftline.run("build") as run:
        run.statement(statement, statement)


def test_the_code_version_covers_the_caller_and_the_sql_that_it_runs(sink: MemorySink) -> None:
    build("LEFT JOIN")
    build("LEFT JOIN")
    build("INNER JOIN")
    driftline.flush()
    versions = []
    for event in sink.decoded():
        assert event.run is not None
        found = facets.unpack(event.run.facets, "driftline_code", facets.CodeFacet)
        assert found is not None
        versions.append(found.version)
    assert versions[0] == versions[1] != versions[2]
    assert versions[0].startswith("src:")


def test_a_run_that_cannot_observe_something_says_so_and_goes_on(
    sink: MemorySink, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "secret.csv"
    file.write_text("a\n1\n")
    none = tmp_path / "none.csv"
    original = runs.observe.observe

    def fails(data: Any, *more: Any, **named: Any) -> Any:
        if data == none:
            raise OSError("the disk is gone")
        return original(data, *more, **named)

    monkeypatch.setattr(runs.observe, "observe", fails)
    with driftline.run("load") as run:
        touched = run.read(none)
        run.read(file)
    assert touched == Touched(dataset=Dataset("file", str(none)))
    driftline.flush()
    (event,) = sink.decoded()
    assert event.run is not None
    assert json.loads(bytes(event.run.facets["driftline_gaps"]))["gaps"] == {"read": 1}
    assert [part.name for part in event.inputs] == ["secret.csv"]


def test_a_pipe_is_an_input_that_nothing_is_read_of(sink: MemorySink, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    with driftline.run("load") as run:
        touched = run.read(tmp_path / "pipe.csv")  # no regular file: reading it would wait for ever
    assert touched.attributes == {"identity": "a pipe, a device or a socket"}
    driftline.flush()
    (event,) = sink.decoded()
    assert event.run is not None
    gaps = json.loads(bytes(event.run.facets["driftline_gaps"]))["gaps"]
    assert gaps == {"not measured: pipe.csv (a pipe, a device or a socket)": 1}
    assert [part.name for part in event.inputs] == ["pipe.csv"]


def test_a_child_whose_end_cannot_be_heard_of_still_leaves_where_it_read(
    sink: MemorySink, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(finish: object) -> None:
        raise KeyError("multiprocessing.util")

    left: list[str] = []
    monkeypatch.setattr(offspring, "before_exit", fails)
    monkeypatch.setattr(offspring, "leave_place", lambda home, run, visit, one: left.append(f"{run} {one}"))
    monkeypatch.setattr(sites._Kept, "told", None)
    child = runs.Run.taken_over("0198c2c4-0000-7000-8000-000000000001", Job("default", "job"))
    child.resume()
    try:
        runs._place_of(sites.Visit(sites.Way((), ()), 1, 0), "a.csv")
    finally:
        child.suspend()
        runs.open_runs.pop(id(child))
    assert left == ["0198c2c4-0000-7000-8000-000000000001 a.csv"]
    assert fault.counts() == {"offspring": 1}
    fault.reset()


def test_switched_off_a_run_does_nothing_at_all(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    memory = MemorySink()
    with testing.use_sink(memory, home=str(tmp_path), enabled=False), driftline.run("build") as run:
        touched = run.write("features", data=object())
        run.columns(touched, {"a": ["b.c"]})
        assert runs.current_run.get() is None
    assert touched == Touched(dataset=Dataset("file", "features"))
    assert (run.id, run.inputs, run.outputs, memory.raw) == ("", (), (), [])
    assert list(tmp_path.iterdir()) == []


def test_a_touched_version_can_be_pickled(sink: MemorySink) -> None:
    with driftline.run("build") as run:
        touched = run.write("features", version="1")
    assert pickle.loads(pickle.dumps(touched)) == touched


COST = """
import time, driftline
from driftline.testing import MemorySink, use_sink
def build(runs):
    for _ in range(runs):
        with driftline.run("build", nominal="2013-01-31", params={"a": 1}) as run:
            run.read("feed/flights", version="1")
            run.write("features", version="2")
    driftline.flush()
with use_sink(MemorySink()):
    build(1)
    start = time.process_time()
    build(200)
    print((time.process_time() - start) / 200)
"""


def test_a_run_costs_less_than_a_millisecond_of_our_own() -> None:
    """In a process of its own, as threads of other tests count; what the first run loads is not counted."""
    done = subprocess.run([sys.executable, "-c", COST], check=True, capture_output=True, timeout=60)
    assert float(done.stdout) < 1e-3  # measured 70 microseconds
