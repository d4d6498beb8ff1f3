"""The command as people and machines use it. Expected values by hand."""

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner, Result

from driftline.cli.main import group
from driftline.errors import BadInput

SCRIPT = """CREATE TEMP TABLE recent AS SELECT id, amount FROM raw.orders WHERE day > '2024';
INSERT INTO mart.orders SELECT sum(r.amount) AS total FROM recent r;
"""


def sql_lineage(*words: str, **options: Any) -> Result:
    return CliRunner().invoke(group, ["sql-lineage", *words], **options)


def records(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "daily.sql"
    path.write_text(SCRIPT)
    return path


def test_one_json_object_is_printed_per_statement(tmp_path: Path, file: Path) -> None:
    schema = tmp_path / "schema.json"
    schema.write_text('{"mart": {"orders": {"amount": "num"}}}')
    result = sql_lineage(str(file), "--dialect", "postgres", "--schema", str(schema), "--json")
    assert result.exit_code == 0
    first, second = records(result)
    assert (first["kind"], first["target"], second["kind"], second["target"]) == (
        "CREATE TABLE", "recent", "INSERT", "mart.orders",
    )  # fmt: skip
    source = {"table": "raw.orders", "type": "DIRECT", "subtype": "AGGREGATION", "confidence": 1.0}
    assert second["columns"] == [{"name": "amount", "sources": [{**source, "column": "amount"}]}]
    assert second["dataset"] == [{**source, "column": "day", "type": "INDIRECT", "subtype": "FILTER"}]
    kept = records(sql_lineage(str(file), "-d", "postgres", "--json", "--keep-temporary"))
    assert kept[1]["reads"] == ["recent"]


def test_people_get_a_table(file: Path) -> None:
    result = sql_lineage(str(file), "-d", "postgres")
    assert result.exit_code == 0
    assert "1. CREATE TABLE → recent  (line 1)" in result.stdout
    assert "amount     raw.orders.amount (identity)" in result.stdout
    assert result.stdout.endswith("2 statements.\n")


def test_standard_input_is_read_for_a_dash() -> None:
    (one,) = records(sql_lineage("-", "--json", input="select a from t"))
    assert one["reads"] == ["t"]


def test_a_statement_that_cannot_be_parsed_is_told_the_others_go_on_and_the_exit_code_says_so(tmp_path: Path) -> None:
    file = tmp_path / "x.sql"
    file.write_text("SELECT a FROM t; SELECT a FROM u WHERE ((; SELECT b FROM v")
    result = sql_lineage(str(file), "--json")
    assert result.exit_code == 65
    assert [one["problem"] is None for one in records(result)] == [True, False, True]
    assert records(result)[1]["reads"] == ["u"]
    assert "3 statements; 1 could not be parsed or followed." in sql_lineage(str(file)).stdout


def test_files_of_a_folder_know_the_tables_that_files_before_them_made(tmp_path: Path) -> None:
    (tmp_path / "a.sql").write_text("CREATE TABLE m AS SELECT a, b FROM t; CREATE TEMP TABLE x AS SELECT 1 AS a")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "b.sql").write_text("{{ config(materialized='table') }} SELECT * FROM {{ ref('m') }}")
    found = records(sql_lineage(str(tmp_path), "-d", "postgres", "--json"))
    assert [(one["file"], one["statement"]) for one in found] == [("a.sql", 1), ("a.sql", 2), ("sub/b.sql", 1)]
    assert [column["name"] for column in found[2]["columns"]] == ["a", "b"]


def test_a_dbt_manifest_gives_its_models_with_the_columns_of_the_catalog(tmp_path: Path) -> None:
    def model(name: str, sql: str, *depends: str) -> dict[str, Any]:
        return {"resource_type": "model", "database": "prod", "schema": "mart", "alias": name, "name": name,
                "original_file_path": f"models/{name}.sql", "compiled_code": sql,
                "depends_on": {"nodes": list(depends)}}  # fmt: skip

    manifest = {
        "metadata": {"adapter_type": "postgres"},
        "nodes": {
            "model.p.last": model("last", 'SELECT * FROM "prod"."mart"."first"', "model.p.first"),
            "model.p.first": model("first", 'SELECT *, a AS z FROM "prod"."raw"."t"', "source.p.raw.t"),
        },
        "sources": {"source.p.raw.t": {"resource_type": "source", "database": "prod", "schema": "raw", "name": "t"}},
    }
    catalog = {"nodes": {}, "sources": {"source.p.raw.t": {"columns": {"a": {"name": "a", "index": 1},
                                                                      "b": {"name": "b", "index": 2}}}}}  # fmt: skip
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    (tmp_path / "catalog.json").write_text(json.dumps(catalog))
    first, last = records(sql_lineage(str(tmp_path / "manifest.json"), "--json"))
    assert (first["target"], first["kind"], first["file"]) == ("prod.mart.first", "MODEL", "models/first.sql")
    assert [column["name"] for column in last["columns"]] == ["a", "b", "z"]
    assert last["columns"][2]["sources"][0]["table"] == "prod.mart.first"


def test_a_database_at_hand_gives_columns_and_a_second_opinion(tmp_path: Path, file: Path) -> None:
    path = tmp_path / "x.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE t (a INT, b INT)")
    (one,) = records(sql_lineage("-", "--database", str(path), "--json", input="SELECT *, a + b AS c FROM t"))
    assert [column["name"] for column in one["columns"]] == ["a", "b", "c"]
    assert one["unknown"] == []
    assert sql_lineage("-", "--database", str(file), input="SELECT 1").exit_code != 0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["nowhere.sql"], "There is no such file: nowhere.sql"),
        (["-", "--dialect", "cobol"], "no dialect of SQL is called 'cobol'"),
        (["-", "--schema", "nowhere.json"], "There is no such file: nowhere.json"),
    ],
)
def test_refusals_are_sentences(words: list[str], message: str) -> None:
    result = sql_lineage(*words, input="SELECT 1")
    assert message in str(result.exception)


def test_other_json_is_no_manifest_and_broken_json_is_said_to_be(tmp_path: Path) -> None:
    other = tmp_path / "other.json"
    other.write_text("{}")
    assert "is no dbt manifest" in str(sql_lineage(str(other)).exception)
    other.write_text("{")
    assert "is not JSON" in str(sql_lineage(str(other)).exception)
    assert "there are no .sql files" in str(sql_lineage(str(tmp_path)).exception)


@pytest.mark.parametrize("words", ["hello world", "selec foo;", "a + b", "x.y"])
def test_words_that_are_no_statement_are_a_problem(tmp_path: Path, words: str) -> None:
    file = tmp_path / "x.sql"
    file.write_text(words)
    result = sql_lineage(str(file), "--json")
    assert result.exit_code == 65
    assert [one["problem"] for one in records(result)] == ["cannot be parsed"]


def test_calls_and_dynamic_sql_are_shown_as_written_and_counted(tmp_path: Path) -> None:
    file = tmp_path / "load.sql"
    file.write_text(
        "BEGIN CATCH\n  INSERT INTO e (x) SELECT a FROM t;\nEND CATCH\nEXEC dbo.LoadIt 'Now'\nGO\nEXEC (@Sql)\n"
    )
    result = sql_lineage(str(file), "--dialect", "tsql")
    assert result.exit_code == 65
    assert "1. INSERT → e  (line 2)" in result.stdout
    assert "runs a procedure, which is not followed: EXEC dbo.LoadIt 'Now'" in result.stdout
    assert "dynamic SQL, which is not followed: EXEC (@Sql)" in result.stdout
    assert "3 statements; 2 could not be parsed or followed." in result.stdout


GUIDE = Path(__file__).parents[3] / "docs" / "guide" / "sql-lineage.md"


def test_the_schema_of_the_guide_fits_the_statements_of_the_guide(tmp_path: Path) -> None:
    text = GUIDE.read_text("utf-8")
    (tmp_path / "daily.sql").write_text(text.partition("$ cat daily.sql\n")[2].partition("\n\n")[0])
    (tmp_path / "S.json").write_text(text.partition("```json\n")[2].partition("```")[0])
    words = [str(tmp_path / "daily.sql"), "-d", "postgres", "--schema", str(tmp_path / "S.json"), "--json"]
    create, insert = records(sql_lineage(*words))
    assert [one.get("unknown", []) for one in (create, insert)] == [[], []]
    assert [one["name"] for one in insert["columns"]] == ["name", "total"]
    assert {source["confidence"] for one in insert["columns"] for source in one["sources"]} == {1.0}


@pytest.mark.parametrize(
    "given",
    [
        "SELECT müll FROM t\r\n".encode(),
        "SELECT müll FROM t".encode("utf-8-sig"),
        "SELECT müll FROM t".encode("utf-16"),
        b"\xfe\xff" + "SELECT müll FROM t".encode("utf-16-be"),
        "SELECT müll FROM t".encode("latin-1"),
    ],
)
def test_a_text_is_read_in_the_encoding_that_it_has(tmp_path: Path, given: bytes) -> None:
    path = tmp_path / "a.sql"
    path.write_bytes(given)
    for result in (sql_lineage(str(path), "--json"), sql_lineage("-", "--json", input=given)):
        (one,) = records(result)
        assert (result.exit_code, one["problem"], one["columns"][0]["name"]) == (0, None, "müll")


def test_files_of_a_folder_may_end_in_capitals(tmp_path: Path) -> None:
    (tmp_path / "A.SQL").write_text("SELECT a FROM t")
    (one,) = records(sql_lineage(str(tmp_path), "--json"))
    assert one["file"] == "A.SQL"


def test_a_file_of_a_folder_that_may_not_be_read_does_not_keep_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in "abc":
        (tmp_path / f"{name}.sql").write_text("SELECT a FROM t")
    read = Path.read_bytes

    def refused(path: Path) -> bytes:
        if path.name == "b.sql":
            raise PermissionError(13, "Permission denied")
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", refused)
    result = sql_lineage(str(tmp_path), "--json")
    assert result.exit_code == 65
    first, second, third = records(result)
    assert (first["problem"], third["problem"]) == (None, None)
    assert second["file"] == "b.sql"
    assert second["problem"].endswith("b.sql may not be read: Permission denied")
    assert isinstance(sql_lineage(str(tmp_path / "b.sql")).exception, BadInput)


def test_a_file_that_is_no_text_does_not_write_to_the_terminal_what_it_would_obey(tmp_path: Path) -> None:
    (tmp_path / "a.sql").write_bytes(b"\x1b[2J\x00\x07 SELECT ( FROM")
    result = sql_lineage(str(tmp_path))
    assert result.exit_code == 65
    assert not set("\x1b\x00\x07") & set(result.output)


def test_hidden_files_of_a_folder_are_left_out(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    for name in ("a.sql", ".a.sql", "._a.sql", ".git/b.sql"):
        (tmp_path / name).write_text("SELECT a FROM t")
    assert [one["file"] for one in records(sql_lineage(str(tmp_path), "--json"))] == ["a.sql"]


def test_a_schema_that_is_a_folder_or_names_a_table_twice_is_refused_with_a_sentence(
    tmp_path: Path, file: Path
) -> None:
    assert "is a folder, no JSON file" in str(sql_lineage(str(file), "--schema", str(tmp_path)).exception)
    schema = tmp_path / "schema.json"
    schema.write_text('{"s": {"t": ["a"], "t": ["b"]}}')
    assert "the schema names t twice" in str(sql_lineage(str(file), "--schema", str(schema)).exception)
