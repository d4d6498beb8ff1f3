"""What a reader or writer is given becomes versions: hashed now or later, whole or in part, new or known."""

import json
import pickle
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

import driftline
from driftline import profile
from driftline.capture.hooks import table
from driftline.capture.tables import measure
from driftline.testing import MemorySink


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


FRAME = pd.DataFrame({"a": [1, 2, 3], "b": ["x", "y", None]})


def told(sink: MemorySink) -> dict[str, Any]:
    """Return what the last event says of its one dataset, with the state's own fields."""
    driftline.flush()
    event = sink.decoded()[-1]
    (part,) = (*event.inputs, *event.outputs)
    return {**part.facets, **json.loads(bytes(part.facets["driftline_state"]))}


def write_pickle() -> None:
    FRAME.to_pickle("x.pkl")


def write_with_pickle() -> None:
    with open("x.pkl", "wb") as file:
        pickle.dump(FRAME, file)


def write_avro() -> None:
    pl.from_pandas(FRAME).write_avro("x.avro")


def read_pickle() -> None:
    pd.read_pickle("x.pkl")


def read_with_pickle() -> None:
    with open("x.pkl", "rb") as file:
        pickle.load(file)


def read_avro() -> None:
    pl.read_avro("x.avro")


@pytest.mark.parametrize(
    ("write", "read"), [(write_pickle, read_pickle), (write_with_pickle, read_with_pickle), (write_avro, read_avro)]
)
def test_frames_in_files_that_are_not_read_are_measured_where_they_are_at_hand(
    watched: MemorySink, write: Callable[[], None], read: Callable[[], None]
) -> None:
    expected = profile.fingerprint(FRAME).value
    for act in (write, read):
        with driftline.run("job"):
            act()
        found = told(watched)
        assert (found["fingerprint"], found["rows"]) == (expected, 3)
        assert found["version"].startswith("xxh3:")  # the file is named by its bytes all the same


def test_a_file_that_holds_no_table_has_the_hash_of_its_bytes_for_a_fingerprint(
    watched: MemorySink, tmp_path: Path
) -> None:
    (tmp_path / "notes.txt").write_text("no table")
    with driftline.run("job") as run:
        run.read("notes.txt")
    found = told(watched)
    assert found["fingerprint"] == found["version"]
    assert found["fingerprint"].startswith("xxh3:")
    assert "driftline_profile" not in found


def a_delta_table(commits: int) -> None:
    """A table as Delta lays it out: files beside a log of commits."""
    log = Path("t/_delta_log")
    log.mkdir(parents=True)
    FRAME.to_parquet("t/part-0.parquet")
    for number in range(commits):
        (log / f"{number:020d}.json").write_text("{}")


def test_a_table_that_is_named_by_its_path_has_a_fingerprint_beside_its_pointer(watched: MemorySink) -> None:
    a_delta_table(3)
    with driftline.run("job"):
        pd.read_parquet("t")
    found, expected = told(watched), profile.fingerprint(FRAME, rows=True)
    assert (found["version"], found["kind"]) == ("delta:2", "table")
    assert (found["fingerprint"], found["rows"]) == (expected.value, 3)
    assert {"schema", "driftline_fingerprint", "driftline_profile"} <= found.keys()


def test_a_part_of_it_says_nothing_of_all_of_it(watched: MemorySink) -> None:
    a_delta_table(1)
    with driftline.run("job"):
        pd.read_parquet("t", columns=["a"])
    found = told(watched)
    assert found["version"] == "delta:0"
    assert not {"fingerprint", "rows", "driftline_profile"} & found.keys()


def test_an_object_at_an_address_has_a_fingerprint(watched: MemorySink) -> None:
    expected = profile.fingerprint(FRAME).value
    with driftline.run("write"):
        FRAME.to_parquet("memory://bucket/table.parquet")
    assert told(watched)["fingerprint"] == expected
    with driftline.run("read"):
        pd.read_parquet("memory://bucket/table.parquet")
    assert told(watched)["fingerprint"] == expected
    with driftline.run("read some"):
        pd.read_parquet("memory://bucket/table.parquet", columns=["a"])
    assert "fingerprint" not in told(watched)


@pytest.mark.parametrize(
    ("options", "columns", "schema"),
    [
        ({"columns": ["a"]}, ["a"], []),
        ({"filters": [("a", ">", 1)]}, ["a", "b"], ["a", "b"]),
    ],
)
def test_what_was_read_in_part_tells_where_its_columns_go_and_not_what_all_of_it_holds(
    watched: MemorySink, options: dict[str, Any], columns: list[str], schema: list[str]
) -> None:
    frame = pd.DataFrame({"a": [1.5, 2.5, 9.25, 7.75], "b": ["x", "y", "z", "w"]})
    frame.to_parquet("memory://bucket/some.parquet")
    with driftline.run("job"):
        pd.read_parquet("memory://bucket/some.parquet", **options).to_csv("out.csv", index=False)
    assert driftline.flush()
    event = json.loads(watched.raw[-1])
    (read,), (written,) = event["inputs"], event["outputs"]
    assert not {"driftline_fingerprint", "driftline_profile"} & read["facets"].keys()
    assert not {"fingerprint", "rows"} & read["facets"]["driftline_state"].keys()
    assert "only some" in read["facets"]["driftline_state"]["attributes"]["contents"]
    assert [one["name"] for one in read["facets"].get("schema", {"fields": []})["fields"]] == schema
    sources = {
        name: [(one["name"], one["field"]) for one in found["inputFields"]]
        for name, found in written["facets"]["columnLineage"]["fields"].items()
    }
    assert sources == {name: [("bucket/some.parquet", name)] for name in columns}


# --- partitioned folders: expected names are the folders that the code names ----------------------------------------

PARTED = pd.DataFrame({"p": ["a", "a", "b"], "x": [1, 2, 3]})
PARTED_TABLE = pa.Table.from_pandas(PARTED)
Act = Callable[[], Any]


def parts(found: tuple[Any, ...]) -> set[tuple[str, str]]:
    return {(one.dataset.name, one.partition) for one in found}


@pytest.mark.parametrize(
    ("write", "read"),
    [
        (lambda: PARTED.to_parquet("lake/o", partition_cols=["p"]), lambda: pd.read_parquet("lake/o")),
        (
            lambda: ds.write_dataset(PARTED_TABLE, "lake/o", format="parquet", partitioning=["p"]),
            lambda: ds.dataset("lake/o"),
        ),
        (lambda: pq.write_to_dataset(PARTED_TABLE, "lake/o", partition_cols=["p"]), lambda: pq.read_table("lake/o")),
        (
            lambda: duckdb.execute("copy (select 'a' as p, 1 as x union all select 'b', 2) to 'lake/o' "
                                   "(format parquet, partition_by (p))"),
            lambda: duckdb.execute("select * from 'lake/o/*/*.parquet'").fetchall(),
        ),
        (
            lambda: pl.DataFrame({"p": ["a", "b"], "x": [1, 2]}).write_parquet("lake/o", partition_by=["p"]),
            lambda: pl.scan_parquet("lake/o").collect(),
        ),
    ],
)  # fmt: skip
def test_a_partitioned_folder_is_one_dataset(watched: MemorySink, tmp_path: Path, write: Act, read: Act) -> None:
    Path("lake").mkdir()
    with driftline.run("write") as one:
        write()
    assert parts(one.outputs) == {("lake/o", "a"), ("lake/o", "b")}
    with driftline.run("read") as other:
        read()
    assert parts(other.inputs) == parts(one.outputs)
    assert {found.version for found in other.inputs} == {found.version for found in one.outputs}


def test_a_second_write_counts_only_what_is_new(watched: MemorySink, tmp_path: Path) -> None:
    with driftline.run("first") as first:
        PARTED.to_parquet("pq", partition_cols=["p"])
    time.sleep(0.1)  # more than the coarsest clock of files
    with driftline.run("second") as second:
        PARTED.assign(x=9).to_parquet("pq", partition_cols=["p"])
    assert parts(first.outputs) == parts(second.outputs) == {("pq", "a"), ("pq", "b")}
    assert not {one.version for one in first.outputs} & {one.version for one in second.outputs}


def test_named_files_in_a_folder_stay_datasets_of_their_own(watched: MemorySink, tmp_path: Path) -> None:
    Path("raw").mkdir()
    for name in ("orders.parquet", "customers.parquet", "2013-01-31.parquet"):
        pq.write_table(PARTED_TABLE, f"raw/{name}")
    with driftline.run("job") as run:
        run.read("raw")
    assert parts(run.inputs) == {("raw/orders.parquet", ""), ("raw/customers.parquet", ""), ("raw", "2013-01-31")}


def test_a_table_in_a_tape_archive_has_the_columns_of_the_frame(watched: MemorySink, tmp_path: Path) -> None:
    """The archive's own header is no name of a column: by hand, one column of two rows."""
    frame = pd.DataFrame({"a": [1, 2]})
    with driftline.run("job"):
        frame.to_csv(tmp_path / "x.tar.gz", index=False)
        frame.to_csv(tmp_path / "y.csv", index=False, compression="tar")
    driftline.flush()
    outputs = json.loads(watched.raw[-1])["outputs"]
    assert len(outputs) == 2
    for one in outputs:
        assert [field["name"] for field in one["facets"]["schema"]["fields"]] == ["a"]
        assert one["facets"]["driftline_state"]["rows"] == 2


ASKED = """
import sys
if sys.argv[1:]:
    import driftline; driftline.watch("job")
import pandas as pd
asked = 0
class Own:
    def __init__(self, path): self.path = path
    def __fspath__(self):
        global asked
        asked += 1
        return self.path
frame = pd.DataFrame({"a": [1, 2]})
frame.to_csv(Own("a.csv"), index=False)
frame.to_json(Own("a.json"))
frame.to_pickle(Own("a.pkl"))
pd.read_csv(Own("a.csv")); pd.read_json(Own("a.json")); pd.read_pickle(Own("a.pkl"))
print(asked)
"""


FETCHED = """
import driftline
driftline.watch("watched")
import pyarrow.parquet as pq
import pandas as pd
class Own:
    def __fspath__(self):
        open("settings.ini").close()
        return "a.parquet"
READ(Own())
"""


@pytest.mark.parametrize("read", ["pq.read_table", "pd.read_parquet"])
def test_what_a_path_opens_to_fetch_its_file_is_not_taken_for_it(
    script: Callable[..., list[dict[str, Any]]], tmp_path: Path, read: str
) -> None:
    pd.DataFrame({"a": [1, 2]}).to_parquet(tmp_path / "a.parquet")
    (tmp_path / "settings.ini").write_text("key = value")
    (event,) = script(FETCHED.replace("READ", read))
    (table,) = [part for part in event["inputs"] if part["name"] == "a.parquet"]
    assert [field["name"] for field in table["facets"]["schema"]["fields"]] == ["a"]


def test_a_path_of_the_program_s_own_is_asked_as_often_as_without_hooks(
    script: Callable[..., list[dict[str, Any]]], tmp_path: Path
) -> None:
    bare = subprocess.run([sys.executable, "-c", ASKED], cwd=tmp_path, capture_output=True, text=True, check=True)
    counted = ASKED.replace("print(asked)", 'open("asked.txt", "w").write(str(asked))')
    (event,) = [one for one in script(counted, "watched") if one["eventType"] == "COMPLETE"]
    assert (tmp_path / "asked.txt").read_text() == bare.stdout.strip()
    assert [part["name"] for part in event["outputs"]][:3] == ["a.csv", "a.json", "a.pkl"]
