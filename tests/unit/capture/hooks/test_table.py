"""What readers and writers are given becomes paths and addresses; content and buffers have no name."""

import io
from pathlib import Path
from typing import Any

import pytest

import driftline
from driftline.capture import measure
from driftline.capture.hooks import table
from driftline.testing import MemorySink


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ("a.csv", ["a.csv"]),
        (Path("a.csv"), ["a.csv"]),
        (["a.csv", Path("b.csv")], ["a.csv", "b.csv"]),
        ({"train": ["a"], "test": "b"}, ["a", "b"]),
        ("s3a://bucket/key", ["s3://bucket/key"]),
        ("https://user:word@example.org/x.csv?token=1", ["https://example.org/x.csv"]),
        ("memory://a/b", ["memory:///a/b"]),
        ("file:///a/b", ["/a/b"]),
        ('{"a": 1}', []),
        ("a,b\n1,2\n", []),
        ("<xml/>", []),
        (b"abc", []),
        (io.BytesIO(), []),
        (io.StringIO(), []),
        (None, []),
        (3, []),
    ],
)
def test_what_is_given_becomes_names(given: Any, found: list[str]) -> None:
    assert list(table.places(given)) == found


def test_an_open_file_is_its_path(tmp_path: Path) -> None:
    file = tmp_path / "x"
    for mode in ("w", "rb", "r"):
        with file.open(mode) as opened:
            assert list(table.places(opened)) == [str(file)]


def test_a_large_file_is_hashed_later_and_then_is_what_everybody_calls_it(
    watched: MemorySink, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measure, "BUDGET", 100_000)
    Path("x.bin").write_bytes(b"a" * 200_000)
    with driftline.run("job") as run:
        assert table.note(run, "read", "x.bin")
        (seen,) = run._trace.inputs
        assert (seen.touched.version[:5], seen.deferred) == ("stat:", True)
        assert seen.touched.attributes == {"identity": "path, size and time (not hashed in time)"}
    driftline.flush()
    (event,) = [one for one in watched.decoded() if one.job and one.job.name == "job"]
    assert measure.of_file("x.bin").version.encode() in bytes(event.inputs[0].facets["driftline_state"])
    assert run.inputs[0].attributes == {}


def test_one_that_has_changed_meanwhile_keeps_its_time_and_size(
    watched: MemorySink, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    budget = measure.Budget(0)
    monkeypatch.setattr(measure, "Budget", lambda: budget)
    Path("x.bin").write_bytes(b"a" * 200_000)
    with driftline.run("job") as run:
        table.note(run, "read", "x.bin")
        Path("x.bin").write_bytes(b"b" * 200_001)
    assert run.inputs[0].version.startswith("stat:")
    assert "identity" in run.inputs[0].attributes
