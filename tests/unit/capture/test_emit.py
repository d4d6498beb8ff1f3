"""What the last event of a run tells of files that it wrote and removed itself."""

import tempfile
from pathlib import Path

import pytest

import driftline
from driftline.event import facets
from driftline.event.facets import GapsFacet
from driftline.testing import MemorySink


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
