"""DuckDB's text tables: the form that each has. Expected: the columns that DuckDB itself gives."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

import driftline
from driftline.capture.hooks.duckdb_text import Forms
from driftline.capture.tables.form import Form
from driftline.testing import MemorySink


@pytest.fixture
def connection(watched: MemorySink) -> Iterator[duckdb.DuckDBPyConnection]:
    Path("bare.csv").write_text("1,x\n2,y\n")
    Path("headed.csv").write_text("n,s\n1,x\n2,y\n")
    Path("texts.csv").write_text("n,s\na,x\nb,y\n")
    Path("years.csv").write_text("name,2023\nx,1\ny,2\n")
    with duckdb.connect() as made:
        yield made


def parts(sink: MemorySink) -> dict[str, dict[str, Any]]:
    assert driftline.flush()
    event = json.loads(sink.raw[-1])
    return {part["name"]: part["facets"] for part in (*event["inputs"], *event["outputs"])}


def shape(facets: dict[str, Any]) -> tuple[list[str], int]:
    return [field["name"] for field in facets["schema"]["fields"]], facets["driftline_state"]["rows"]


@pytest.mark.parametrize(
    "source",
    [
        "'bare.csv'",
        "'headed.csv'",
        "'texts.csv'",
        "'years.csv'",
        "read_csv('headed.csv', header = false)",
        "read_csv('headed.csv', header := true)",
        "read_csv(['bare.csv'], names = ['a', 'b'], delim = ',')",
        "read_csv('bare.csv', columns = {'a': 'INT', 'b': 'VARCHAR'})",
        "read_csv('headed.csv', skip = 1)",
        "read_csv('headed.csv', header = 0)",
        "read_csv('bare.csv', header = 'false')",
        "read_csv('bare.csv', header = false, names = ['a'])",
        "read_csv('bare.csv', auto_detect = false, columns = {'a': 'INT', 'b': 'VARCHAR'})",
    ],
)
def test_a_statement_reads_a_text_table_with_the_columns_that_duckdb_finds(
    watched: MemorySink, connection: duckdb.DuckDBPyConnection, source: str
) -> None:
    with driftline.run("job"):
        found = connection.execute(f"select * from {source}")
        expected = ([name for name, *_ in found.description], len(found.fetchall()))
        connection.execute(f"copy (from {source}) to 'out.parquet'")
    (read, facets), (_, written) = parts(watched).items()
    assert read.endswith(".csv")
    assert shape(facets) == expected
    lineage = written["columnLineage"]["fields"]
    assert {name: [one["field"] for one in said["inputFields"]] for name, said in lineage.items()} == {
        name: [name] for name in expected[0]
    }


def test_readers_and_writers_of_relations_say_it_as_well(
    watched: MemorySink, connection: duckdb.DuckDBPyConnection
) -> None:
    with driftline.run("job"):
        connection.read_csv("bare.csv", header=False, names=["a", "b"], dtype={"a": "VARCHAR"}).write_csv(
            "out.csv", header=False, sep=";"
        )
    found = parts(watched)
    assert shape(found["bare.csv"]) == shape(found["out.csv"]) == (["a", "b"], 2)
    assert [field["type"] for field in found["bare.csv"]["schema"]["fields"]] == ["string", "string"]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("(header false)", (["n", "s"], 2)),
        ("(format csv, header false, delimiter ';')", (["n", "s"], 2)),
        ("(header)", (["n", "s"], 2)),
        ("with (header true, delim '|')", (["n", "s"], 2)),
        ("", (["n", "s"], 2)),
    ],
)
def test_a_copy_has_the_columns_of_its_query_with_or_without_a_header(
    watched: MemorySink, connection: duckdb.DuckDBPyConnection, options: str, expected: Any
) -> None:
    with driftline.run("job"):
        connection.execute(f"copy (select n, s from 'headed.csv') to 'out.csv' {options}")
    assert shape(parts(watched)["out.csv"]) == expected


def test_duckdb_is_asked_only_where_a_first_line_may_be_a_row(tmp_path: Path) -> None:
    asked: list[Any] = []

    def ask(query: str, given: Any) -> list[Any]:
        asked.append(given)
        return [(False,)]

    for name, text in (("a.csv", "n,s\n1,x\n"), ("b.csv", "1;x\n"), ("c.csv", "n,2024-01-01\n"), ("d.csv", "a,\n")):
        (tmp_path / name).write_text(text)
    forms = Forms(ask)
    a, b = str(tmp_path / "a.csv"), str(tmp_path / "b.csv")
    assert forms.read(a, a) == Form(guess=True)
    assert asked == []
    assert forms.read(b, b) == forms.read(b, b) == Form(guess=True, bare="duckdb")
    assert asked == [[b, ";", 0]]
    for name in ("c.csv", "d.csv"):
        forms.read(str(tmp_path / name), str(tmp_path / name))
    assert len(asked) == 3
    assert forms.read("x.parquet", "x.parquet") is None


@pytest.mark.parametrize(
    ("first", "second", "written"),
    [
        ("copy t to 'a.csv' (delimiter ';')", "copy t to 'a.csv' (delimiter '|')", "|"),
        ("copy t to 'b.csv' (header)", "copy t to 'a.csv' (header)", ","),
        ("copy t to 'b.csv' (format csv, delim '|', header)", "copy t to 'a.csv' (format csv, delim '|', header)", "|"),
    ],
)
def test_a_statement_that_differs_in_its_texts_alone_says_what_it_says_itself(
    first: str, second: str, written: str
) -> None:
    Forms(lambda *_: [], first)
    form = Forms(lambda *_: [], second).written("a.csv", lambda: None)
    assert form is not None
    assert form.delimiter == written


def test_numbers_of_one_statement_are_not_those_of_another(tmp_path: Path) -> None:
    path = str(tmp_path / "a.csv")
    Path(path).write_text("x\ny\nn,s\n1,x\n")
    for skip in (1, 2):
        form = Forms(lambda *_: [], f"select * from read_csv('{path}', skip = {skip}, header = true)").read(path, path)
        assert form is not None
        assert form.skip == skip


def test_a_file_that_is_read_as_parquet_by_its_name_is_no_text_in_any_statement(tmp_path: Path) -> None:
    for name in ("a.parquet", "b.parquet"):
        forms = Forms(lambda *_: [], f"copy (select * from '{name}') to '{name}.csv' (format parquet)")
        assert forms.read(name, name) is None
        assert forms.written(f"{name}.csv", lambda: ("a",)) is None
