"""Which name a state gets: its own pointer where it has one, else the hash of its bytes or of its content."""

import json
import os
import shutil
import threading
import time
from pathlib import Path

import duckdb
import msgspec
import pandas as pd
import pytest

import driftline as dl
from driftline.capture.ground import fault, place
from driftline.capture.runs.observe import Given, files, located, name_of, observe, of_file, still_open
from driftline.capture.tables import measure, native
from driftline.event.lineage import Dataset
from driftline.testing import MemorySink

TABLES = Path(__file__).parents[3] / "fixtures" / "tables"


def test_a_table_with_a_log_of_its_own_is_one_version_named_by_it(tmp_path: Path) -> None:
    shutil.copytree(TABLES / "delta", tmp_path / "lake" / "t")
    (tmp_path / "lake" / "t" / "part-0.parquet").write_bytes(b"not read")
    for given in (str(tmp_path / "lake" / "t"), tmp_path / "lake" / "t"):
        (seen,) = observe(given, None, Given(), str(tmp_path))
        touched = seen.touched
        assert (touched.dataset, touched.version, touched.kind) == (Dataset("file", "lake/t"), "delta:3", "table")
        assert touched.attributes == {"pointer": "delta"}
        assert seen.path == ""


def test_the_frame_that_was_read_from_such_a_table_is_fingerprinted_beside_the_pointer(tmp_path: Path) -> None:
    shutil.copytree(TABLES / "iceberg", tmp_path / "t")
    (seen,) = observe(str(tmp_path / "t"), pd.DataFrame({"a": [1]}), Given(), str(tmp_path))
    assert seen.touched.version.startswith("iceberg:")
    assert seen.touched.fingerprint.startswith("t2-2:")
    assert len(seen.touched.attributes["table"]) == 36


def test_what_the_user_calls_a_version_stands(tmp_path: Path) -> None:
    shutil.copytree(TABLES / "delta", tmp_path / "t")
    (seen,) = observe(str(tmp_path / "t"), None, Given(version="mine"), str(tmp_path))
    assert seen.touched.version == "mine"


def test_an_address_that_names_a_state_has_it_as_its_version() -> None:
    (seen,) = observe("models:/churn/3", None, Given(), "/nowhere")
    assert seen.touched.version == "mlflow:3"
    (seen,) = observe("models:/churn@champion", None, Given(), "/nowhere")
    assert seen.touched.version == ""


def test_a_file_stays_named_by_its_bytes_and_says_what_dvc_calls_it(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("a\n1\n")
    (tmp_path / "x.csv.dvc").write_text("outs:\n- md5: 0123456789abcdef0123456789abcdef\n  size: 4\n  path: x.csv\n")
    (seen,) = observe(str(tmp_path / "x.csv"), None, Given(), str(tmp_path))
    assert seen.touched.version.startswith("xxh3:")
    assert seen.touched.attributes == {"pointer": "dvc:md5:0123456789abcdef0123456789abcdef"}


def test_metadata_that_cannot_be_read_name_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: str) -> None:
        raise PermissionError(path)

    monkeypatch.setattr("driftline.capture.tables.native.native", refuse)
    (tmp_path / "folder").mkdir()
    (seen,) = observe(str(tmp_path / "folder"), None, Given(), str(tmp_path))
    assert seen.touched.version == ""


def test_names_and_files_of_a_path(tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "1.csv").write_text("a\n")
    assert files(str(tmp_path / "d")) == files(str(tmp_path / "d" / "*.csv")) == [str(tmp_path / "d" / "1.csv")]
    assert files("s3://bucket/key") == []
    assert name_of("churn", "ns", str(tmp_path)) == Dataset("ns", "churn")


def test_a_run_sends_the_hashes_by_column_and_rows(sink: MemorySink, tmp_path: Path) -> None:
    pd.DataFrame({"a": [1, 2], "b": ["x", "y"]}).to_parquet(tmp_path / "x.parquet")
    with dl.run("load") as run:
        run.read(tmp_path / "x.parquet")
        run.write("out", data=pd.DataFrame({"a": [1, 2]}))
    dl.flush()
    event = msgspec.json.decode(sink.raw[-1])
    (read,), (wrote,) = event["inputs"], event["outputs"]
    facet = read["facets"]["driftline_fingerprint"]
    assert list(facet["columns"]) == ["a", "b"]
    assert facet["rows"] == 2
    assert facet["value"] == read["facets"]["driftline_state"]["fingerprint"]
    assert facet["rowSet"]["total"].startswith("t4-1:")
    assert wrote["facets"]["driftline_fingerprint"]["columns"]["a"] == facet["columns"]["a"]


def test_a_file_that_is_changed_while_it_is_read_goes_by_no_hash(watched: MemorySink, tmp_path: Path) -> None:
    """What was read is the first text; what can be hashed when the reader comes back is the second one."""
    file = tmp_path / "x.csv"
    file.write_text("a\n1\n")

    def slow(cell: str) -> str:
        time.sleep(0.02)  # several ticks of the clock by which files are dated
        file.write_text("a,b\n2,3\n")
        return cell

    with dl.run("changed"):
        assert pd.read_csv(file, converters={"a": slow}).a.tolist() == ["1"]
    with dl.run("calm") as calm:
        pd.read_csv(file)
    dl.flush()
    told = {event.job.name: event for event in watched.decoded()}
    (read,) = told["changed"].inputs
    state = json.loads(bytes(read.facets["driftline_state"]))
    assert state["version"].startswith(measure.STAT)
    assert state["attributes"]["identity"] == "path, size and time (changed while it was read)"
    assert [field["name"] for field in json.loads(bytes(read.facets["schema"]))["fields"]] == ["a"]
    assert calm.inputs[0].version == measure.of_bytes(b"a,b\n2,3\n")


def test_a_time_that_is_still_to_come_tells_nothing(watched: MemorySink, tmp_path: Path) -> None:
    """As a server of files has it whose clock is ahead."""
    file = tmp_path / "x.csv"
    file.write_text("a\n1\n")
    os.utime(file, (time.time() + 60, time.time() + 60))
    with dl.run("job") as run:
        pd.read_csv(file)
    assert run.inputs[0].version == measure.of_bytes(b"a\n1\n")


def test_a_file_beside_which_something_cannot_be_read_is_named_by_its_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a ``dvc.lock`` of somebody else."""
    (tmp_path / "x.csv").write_text("a\n1\n")
    (tmp_path / "dvc.lock").write_text("stages: {}")

    def refused(*_: object) -> None:
        raise PermissionError("dvc.lock")

    monkeypatch.setattr(native, "_outs", refused)
    (seen,) = observe(tmp_path / "x.csv", None, Given(), str(tmp_path))
    assert (seen.touched.version, seen.touched.attributes) == (measure.of_bytes(b"a\n1\n"), {})


def test_a_file_that_is_still_open_is_named_as_it_will_be_and_not_read(tmp_path: Path) -> None:
    path = tmp_path / "2013-01-31.csv"
    with path.open("w") as file:
        file.write("x\n")
        file.flush()
        before = measure._hashes.copy()
        found = still_open(str(path), Given(kind="table"), str(tmp_path.parent))
        (known,) = observe(path, None, Given(kind="table"), str(tmp_path.parent))
    assert found is not None
    assert (found.pending, found.touched.version, found.touched.bytes) == (True, "", 2)
    assert (found.touched.dataset, found.touched.partition) == (known.touched.dataset, "2013-01-31")
    assert (found.path, found.size, found.modified_ns) == (known.path, known.size, known.modified_ns)
    assert measure._hashes == before
    assert still_open(str(tmp_path), Given(), str(tmp_path)) is None


def test_a_file_is_called_the_same_by_either_way_however_it_is_reached(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``place.place`` asks for every link on the way each time; what is known for a moment must say the same."""
    monkeypatch.chdir(tmp_path)
    for name in ("v1", "v2"):
        Path(name).mkdir()
        Path(name, "f.csv").write_text(name)
    Path("latest.csv").symlink_to("v1/f.csv")
    Path("current").symlink_to("v1")
    ways = ["v1/f.csv", "current/f.csv", "latest.csv", "v1/../v2/f.csv", str(tmp_path / "current" / "f.csv")]

    def check() -> list[str]:
        for way in ways:
            spot = place.place(way, str(tmp_path)).located
            touched = of_file(str(tmp_path / way), Given(), str(tmp_path)).touched
            assert (touched.dataset.namespace, touched.dataset.name) == (spot.namespace, spot.name)
            assert located(way, str(tmp_path)) == spot
            assert touched.version == measure.of_file(way).version
        return [located(way, str(tmp_path)).name for way in ways]

    assert check() == ["v1/f.csv", "v1/f.csv", "v1/f.csv", "v2/f.csv", "v1/f.csv"]
    Path("current").unlink()
    Path("current").symlink_to("v2")  # at once, as a deployment does
    Path("latest.csv").unlink()
    Path("latest.csv").symlink_to("v2/f.csv")
    assert check() == ["v1/f.csv", "v2/f.csv", "v2/f.csv", "v2/f.csv", "v2/f.csv"]
    Path("v1").rename("old")
    Path("v2").rename("v1")  # another folder by the same name
    Path("old").rename("v2")
    assert check() == ["v1/f.csv", "v2/f.csv", "v2/f.csv", "v2/f.csv", "v2/f.csv"]


def test_a_file_whose_name_is_not_utf_8_is_told_and_so_is_everything_beside_it(
    watched: MemorySink, tmp_path: Path
) -> None:
    with dl.run("copy") as run:
        pd.DataFrame({"a": [1]}).to_csv("x.csv", index=False)
        run.gap("half: \ud800")
        Path(os.fsdecode(b"caf\xe9.csv")).write_bytes(Path("x.csv").read_bytes())
    assert dl.flush(30)
    assert fault.counts() == {}
    (told,) = [one for one in watched.decoded() if one.event_type == "COMPLETE"]
    assert {one.name for one in told.outputs} == {"x.csv", "caf\\udce9.csv"}
    assert told.run is not None
    assert b'"half: \\\\ud800"' in bytes(told.run.facets["driftline_gaps"])


def test_a_pipe_is_an_input_that_is_not_measured_and_nobody_else_opens_it(watched: MemorySink, tmp_path: Path) -> None:
    """As without us: each write is read by one reader, of which a second one would have found nothing."""
    os.mkfifo("pipe.csv")
    opened: list[int] = []

    def feed() -> None:
        with Path("pipe.csv").open("w") as file:
            opened.append(1)
            file.write("a,b\n1,2\n")

    said = "read_csv('pipe.csv', header = true, columns = {'a': 'int', 'b': 'int'}, delim = ',', auto_detect = false)"
    with dl.run("pandas"):
        for _ in range(4):
            threading.Thread(target=feed, daemon=True).start()
            assert pd.read_csv("pipe.csv").b.tolist() == [2]
    with dl.run("duckdb"):
        threading.Thread(target=feed, daemon=True).start()
        assert duckdb.sql(f"select b from {said}").fetchall() == [(2,)]
    assert dl.flush(30)
    assert (fault.counts(), len(opened)) == ({}, 5)
    for event in [one for one in watched.decoded() if one.event_type == "COMPLETE"]:
        (read,) = event.inputs
        assert read.name == "pipe.csv"
        state = json.loads(bytes(read.facets["driftline_state"]))
        assert state["attributes"]["identity"] == "a pipe, a device or a socket"
    assert event.run is not None
    assert json.loads(bytes(event.run.facets["driftline_gaps"]))["gaps"] == {
        "not measured: pipe.csv (a pipe, a device or a socket)": 1
    }
