"""The files of one statement of DuckDB: each is looked at once before it runs. Expected values by hand."""

from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from pyarrow import parquet

import driftline
from driftline.capture.hooks.duckdb_files import Files
from driftline.capture.hooks.duckdb_text import Forms
from driftline.capture.runs import headers, observe
from driftline.testing import MemorySink


@pytest.fixture
def files(watched: MemorySink) -> Files:
    parquet.write_table(pa.table({"a": [1], "b": [2]}), "one.parquet")
    Path("text.csv").write_text("n,s\n1,x\n")
    return Files(Forms(lambda *_: []))


def test_the_columns_and_the_versions_are_those_of_one_look(
    files: Files, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    looks: list[str] = []

    def look(name: Any, *rest: Any) -> Any:
        looks.append(name)
        return observed(name, *rest)

    observed = observe.observe
    monkeypatch.setattr(observe, "observe", look)
    assert files.columns(["one.parquet"]) == files.columns(["one.parquet"]) == ("a", "b")
    (seen,) = files.take("one.parquet")
    assert looks == ["one.parquet"]
    state = Path("one.parquet").stat()
    assert (seen.path, seen.size, seen.modified_ns) == (
        str(tmp_path / "one.parquet"),
        state.st_size,
        state.st_mtime_ns,
    )
    (again,) = files.take("one.parquet")
    assert again is not seen
    assert looks == ["one.parquet", "one.parquet"]


def test_what_was_seen_before_a_statement_is_not_what_it_has_left(files: Files) -> None:
    assert files.columns(["one.parquet"]) == ("a", "b")
    files.begin()
    parquet.write_table(pa.table({"c": [1]}), "one.parquet")
    (seen,) = files.take("one.parquet")
    assert seen.size == Path("one.parquet").stat().st_size
    assert files.columns(["one.parquet"]) == ("c",)


def test_a_text_table_has_its_form_and_the_columns_of_it(files: Files) -> None:
    assert files.columns(["text.csv"]) == ("n", "s")
    assert [seen.form for seen in files.take("text.csv")] == [files.forms.read("text.csv", "text.csv")]


def test_several_files_have_the_columns_that_they_share(files: Files) -> None:
    parquet.write_table(pa.table({"a": [1], "b": [2]}), "two.parquet")
    parquet.write_table(pa.table({"a": [1]}), "three.parquet")
    assert files.columns(["one.parquet", "two.parquet"]) == ("a", "b")
    assert files.columns(["one.parquet", "three.parquet"]) is None
    assert files.columns(["t*.parquet"]) is None
    assert files.columns(["nothing.parquet"]) is None
    assert files.columns(["s3://lake/x.parquet"]) is None


def test_a_table_of_delta_has_the_columns_of_its_files(files: Files) -> None:
    Path("table/_delta_log").mkdir(parents=True)
    Path("table/_delta_log/00000000000000000000.json").write_text("{}")
    Path("one.parquet").rename("table/part-0.parquet")
    assert files.columns(["table"]) == headers.columns(["table"]) == ("a", "b")
    (seen,) = files.take("table")
    assert (seen.path, seen.touched.version) == ("", "delta:0")


def test_a_file_that_a_text_makes_and_reads_is_read_as_it_was_made(watched: MemorySink) -> None:
    with duckdb.connect() as connection, driftline.run("job") as run:
        connection.execute("copy (select 1 as old) to 'x.parquet'")
        connection.execute(
            "copy (select 2 as a, 3 as b) to 'x.parquet'; copy (select * from 'x.parquet') to 'y.parquet'"
        )
        assert {seen.touched.dataset.name for seen in run.trace.outputs} == {"x.parquet", "y.parquet"}
        assert run.trace.inputs == []
