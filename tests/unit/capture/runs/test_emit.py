"""What the last event of a run tells of its begin, and of files that it wrote and removed itself."""

import tempfile
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import driftline
from driftline.capture.ground import fault
from driftline.capture.runs import emit, together
from driftline.capture.tables import formats
from driftline.event import facets
from driftline.event.facets import GapsFacet, StartFacet
from driftline.testing import MemorySink


@pytest.mark.parametrize(
    ("at", "told"), [(1_700_000_000_000_250, "2023-11-14T22:13:20.000250Z"), (1_700_000_000_000_000, "")]
)
def test_a_run_that_tells_of_its_end_alone_says_when_it_began_where_its_id_does_not(
    sink: MemorySink, at: int, told: str
) -> None:
    with driftline.run("job", at=at):
        pass
    assert driftline.flush()
    (event,) = sink.decoded()
    assert event.run is not None
    found = facets.unpack(event.run.facets, "driftline_start", StartFacet)
    assert (found.time if found else "") == told


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder that ``tempfile`` makes its files in."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def test_temporary_files_that_are_gone_and_that_nobody_read_are_counted_and_not_named(
    watched: MemorySink, tmp_path: Path, temporary: Path
) -> None:
    """As the cache of a pipeline has it; one that stays, one that was read, and one that a person named are told."""
    import pandas as pd

    frame = pd.DataFrame({"a": [1, 2, 3]})
    with driftline.run("job"):
        gone, stays, read = (Path(tempfile.mkdtemp()) / name for name in ("gone.csv", "stays.csv", "read.csv"))
        for path in (gone, stays, read, temporary / "mine.csv", tmp_path / "out.csv"):
            frame.to_csv(path)
        pd.read_csv(read)
        for path in (gone, read, temporary / "mine.csv"):
            path.unlink()
    assert driftline.flush()
    (event,) = [one for one in watched.decoded() if one.outputs]
    assert sorted(one.name.rpartition("/")[2] for one in event.outputs) == [
        "mine.csv",
        "out.csv",
        "read.csv",
        "stays.csv",
    ]
    assert event.run is not None
    found = facets.unpack(event.run.facets, "driftline_gaps", GapsFacet)
    assert found is not None
    assert found.gaps["temporary files that were written and removed"] == 1


def test_what_a_thread_adds_to_a_run_that_has_ended_does_not_cost_its_event(
    sink: MemorySink, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a pool does whose last task is not waited for: the event is being made on another thread by then."""
    with driftline.run("job") as run:
        run.write("first", version="1")
        real = emit._dataset

        def meanwhile(*args: Any) -> Any:
            run.write("late", version="1")
            run.gap("late")
            return real(*args)

        monkeypatch.setattr(emit, "_dataset", meanwhile)
    assert driftline.flush()
    (event,) = sink.decoded()
    assert [one.name for one in event.outputs] == ["first"]
    assert driftline.capture.sending.client.status()["lost"] == 0


def test_all_small_files_of_one_event_are_measured_together(
    watched: MemorySink, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nine files, three at a time; the first three were looked at with other events. None is measured one by one."""
    import pandas as pd

    alone: list[str] = []
    monkeypatch.setattr(emit, "_AT_ONCE", 3)
    monkeypatch.setattr(together, "MOST", 3)
    monkeypatch.setattr(formats, "_read", lambda path, *_: alone.append(path))
    with driftline.run("job"):
        for number in range(9):
            pd.DataFrame({"n": [number, 5]}).to_parquet(f"{number}.parquet")
    assert driftline.flush()
    (event,) = [one for one in watched.decoded() if one.outputs]
    assert [alone, sum("driftline_profile" in one.facets for one in event.outputs)] == [[], 9]


@pytest.mark.parametrize("step", ["order.lasting", "order.staying", "emit._measure_all", "likeness.forget"])
def test_a_run_whose_end_cannot_be_told_in_full_is_told_by_what_it_touched(
    step: str, watched: MemorySink, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise RuntimeError("on purpose")

    monkeypatch.setattr(f"driftline.capture.runs.{step}", fails)
    pd.DataFrame({"a": [1]}).to_csv("in.csv")
    with driftline.run("job"):
        pd.read_csv("in.csv").to_csv("out.csv")
    assert driftline.flush()
    event = [one for one in watched.decoded() if one.job and one.job.name == "job"][-1]
    assert event.event_type == "COMPLETE"
    assert ([one.name for one in event.inputs], [one.name for one in event.outputs]) == (["in.csv"], ["out.csv"])
    found = facets.unpack(event.run.facets, "driftline_gaps", GapsFacet)
    assert found is not None
    assert "the end of the run could be told in part only" in found.gaps
    assert fault.counts()["end of a run"] == 1
