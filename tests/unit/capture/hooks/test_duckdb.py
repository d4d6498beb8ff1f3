"""DuckDB as it was, and recorded while a run is active. Expected values by hand."""

import inspect
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

import driftline
from driftline.capture.ground import fault
from driftline.capture.sql import plan
from driftline.capture.watching import watch
from driftline.testing import MemorySink

MODULE_FRAME = pd.DataFrame({"v": [1, 2, 3]})


@pytest.fixture
def connection(sink: MemorySink) -> Iterator[duckdb.DuckDBPyConnection]:
    driftline.watch()
    with duckdb.connect() as made:
        yield made


def ended(sink: MemorySink) -> list[dict[str, Any]]:
    """The last events of all runs: one that lasts a second, as on a busy machine, has told before that it began."""
    assert driftline.flush()
    return [event for raw in sink.raw if (event := json.loads(raw))["eventType"] == "COMPLETE"]


def edges(sink: MemorySink, name: str) -> dict[str, list[str]]:
    """The column edges of the output ``name``, and those of its rows under ``""``."""
    found: dict[str, list[str]] = {}
    for event in ended(sink):
        for part in event.get("outputs", ()):
            facet = part["facets"].get("columnLineage", {"fields": {}})
            if part["name"] == name:
                given = {key: value["inputFields"] for key, value in facet["fields"].items()}
                for column, inputs in {**given, "": facet.get("dataset", [])}.items():
                    ways = [(one, way["subtype"]) for one in inputs for way in one["transformations"]]
                    found[column] = sorted(f"{one['name']}.{one['field']} {way}" for one, way in ways)
    return found


def test_a_daily_copy_is_recorded_with_files_versions_and_columns(
    sink: MemorySink, connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    for folder in ("feed/flights", "feed/weather", "features"):
        (tmp_path / folder).mkdir(parents=True)
    for day in ("2013-01-01", "2013-01-02"):
        flights, weather = f"{tmp_path}/feed/flights/{day}.parquet", f"{tmp_path}/feed/weather/{day}.parquet"
        connection.execute(
            f"COPY (SELECT range AS id, range * 2.0 AS delay, range % 3 AS origin FROM range(9)) TO '{flights}'"
        )
        connection.execute(f"COPY (SELECT range AS origin, 20.0 AS temp FROM range(3)) TO '{weather}'")
        with driftline.run("features", nominal=day) as run:
            connection.execute(
                f"COPY (SELECT f.*, delay / 60 AS hours, w.temp FROM read_parquet('{flights}') f "
                f"LEFT JOIN '{weather}' w ON f.origin = w.origin WHERE delay >= 2) "
                f"TO '{tmp_path}/features/{day}.parquet' (FORMAT parquet)"
            )
        assert [(one.dataset.name, one.partition) for one in run.inputs] == [
            ("feed/flights", day),
            ("feed/weather", day),
        ]
        assert [(one.dataset.name, one.partition) for one in run.outputs] == [("features", day)]
    assert edges(sink, "features") == {
        "id": ["feed/flights.id IDENTITY"],
        "delay": ["feed/flights.delay IDENTITY"],
        "origin": ["feed/flights.origin IDENTITY"],
        "hours": ["feed/flights.delay TRANSFORMATION"],
        "temp": ["feed/weather.temp IDENTITY"],
        "": ["feed/flights.delay FILTER", "feed/flights.origin JOIN", "feed/weather.origin JOIN"],
    }
    events = ended(sink)
    codes = {event["run"]["facets"]["driftline_code"]["version"] for event in events}
    assert len(codes) == 1  # the days differ, the code does not
    assert events[0]["outputs"][0]["facets"]["driftline_state"]["rows"] == 8
    assert "LEFT JOIN" in events[0]["job"]["facets"]["sql"]["query"]


def test_frames_among_the_callers_variables_are_still_found(
    sink: MemorySink, connection: duckdb.DuckDBPyConnection
) -> None:
    frame = pd.DataFrame({"v": [4, 5]})

    def inside(values: Any) -> Any:
        return connection.sql("SELECT sum(v) FROM values_here").fetchall() if values is None else None

    for active in (False, True):
        context = driftline.run("job") if active else None
        if context is not None:
            context.__enter__()
        assert connection.execute("SELECT sum(v) FROM frame").fetchall() == [(9,)]
        assert connection.sql("SELECT sum(v) FROM frame").fetchall() == [(9,)]
        assert connection.query("SELECT sum(v) FROM MODULE_FRAME").fetchall() == [(6,)]
        assert duckdb.sql("SELECT sum(v) FROM frame").fetchall() == [(9,)]
        with pytest.raises(duckdb.CatalogException, match="values_here"):
            inside(None)
        if context is not None:
            context.__exit__(None, None, None)
            assert context.inputs == ()  # a frame is no dataset
    assert fault.counts() == {}
    del frame


def test_a_statement_that_fails_is_called_once_and_records_only_the_files_it_read(
    sink: MemorySink, connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    connection.execute("CREATE SEQUENCE counted")
    file = tmp_path / "x.csv"
    file.write_text("a\n1\n")
    with driftline.run("job") as run:
        with pytest.raises(duckdb.Error) as caught:
            connection.execute(f"SELECT error('user') FROM '{file}'")
        assert "user" in str(caught.value)
        assert connection.execute("SELECT nextval('counted')").fetchone() == (1,)
        assert connection.execute("SELECT nextval('counted')").fetchone() == (2,)
    assert [touched.dataset.name for touched in run.inputs] == ["x.csv"]
    assert run.outputs == ()


def test_tables_link_the_statements_that_write_and_read_them(
    sink: MemorySink, connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    (tmp_path / "in.csv").write_text("a,b\n1,2\n")
    with driftline.run("load") as load:
        connection.execute(f"CREATE TEMP TABLE made AS SELECT a, b * 2 AS double FROM '{tmp_path}/in.csv'")
    with driftline.run("export") as export:
        connection.execute(f"COPY made TO '{tmp_path}/out.csv'")
    assert [one.dataset.node for one in load.outputs] == ["dataset:duckdb://memory/load:temp.made"]
    assert export.inputs == load.outputs
    assert edges(sink, "temp.made") == {"a": ["in.csv.a IDENTITY"], "double": ["in.csv.b TRANSFORMATION"], "": []}
    assert edges(sink, "out.csv") == {
        "a": ["temp.made.a IDENTITY"], "double": ["temp.made.double IDENTITY"], "": [],
    }  # fmt: skip


def test_tables_of_a_database_file_are_named_by_it(sink: MemorySink, tmp_path: Path) -> None:
    driftline.watch()
    with duckdb.connect(tmp_path / "warehouse.db") as connection:
        connection.execute("CREATE TABLE first (a INT, b INT)")
        with driftline.run("job") as run:
            connection.execute("INSERT INTO first SELECT 1, 2")
            connection.execute("CREATE TABLE second AS SELECT * FROM first")
    assert [one.dataset.node for one in run.outputs] == [
        "dataset:duckdb://warehouse.db:first",
        "dataset:duckdb://warehouse.db:second",
    ]
    assert edges(sink, "second") == {"a": ["first.a IDENTITY"], "b": ["first.b IDENTITY"], "": []} or run.inputs == ()


def test_a_table_is_the_same_however_far_its_name_is_spelled_and_whoever_opens_its_file(
    sink: MemorySink, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    driftline.watch()
    with driftline.run("load"), duckdb.connect("shop.db") as own:
        own.execute("CREATE TABLE orders (id INT)")
        own.execute('INSERT INTO "shop"."main"."orders" SELECT range FROM range(3)')
    with driftline.run("copy") as copy, duckdb.connect("mart.db") as mart:
        mart.execute("ATTACH 'shop.db' AS s")
        mart.execute("CREATE TABLE mart.main.orders AS SELECT id, id * 2 AS twice FROM s.orders")
    assert [(one.dataset.namespace, one.dataset.name) for one in copy.inputs] == [("duckdb://shop.db", "orders")]
    assert [(one.dataset.namespace, one.dataset.name) for one in copy.outputs] == [("duckdb://mart.db", "orders")]
    named = {part["name"] for event in ended(sink) for part in event["outputs"]}
    assert named == {"orders"}
    assert edges(sink, "orders")["twice"] == ["orders.id TRANSFORMATION"]


def test_a_pending_result_is_not_disturbed(sink: MemorySink, connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("CREATE TABLE many AS SELECT range AS n FROM range(5000)")
    with driftline.run("job"):
        connection.execute("SELECT * FROM many")
        assert connection.fetchone() == (0,)
        assert connection.fetchone() == (1,)
        assert len(connection.fetchall()) == 4998


def test_relations_that_write_are_recorded(
    sink: MemorySink, connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    (tmp_path / "in.csv").write_text("a,b\n1,2\n")
    with driftline.run("job") as run:
        relation = connection.sql(f"SELECT a + b AS s FROM '{tmp_path}/in.csv'")
        assert relation is not None
        relation.write_parquet(str(tmp_path / "out.parquet"))
        connection.read_csv(str(tmp_path / "in.csv"))
    assert [one.dataset.name for one in run.inputs] == ["in.csv"]
    assert [one.dataset.name for one in run.outputs] == ["out.parquet"]
    assert edges(sink, "out.parquet")["s"] == ["in.csv.a TRANSFORMATION", "in.csv.b TRANSFORMATION"]


def test_a_file_that_a_statement_reads_and_overwrites_is_read_as_it_was(
    sink: MemorySink, connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    file = tmp_path / "x.parquet"
    connection.execute(f"COPY (SELECT 1 AS a) TO '{file}'")
    with driftline.run("before") as before:
        version = before.read(file).version
    with driftline.run("job") as run:
        connection.execute(f"COPY (SELECT a + 1 AS a FROM (SELECT * FROM read_parquet('{file}')) s) TO '{file}'")
    assert [one.version for one in run.inputs] == [version]
    assert run.outputs[0].version != version


def test_a_partitioned_write_is_recorded_as_the_files_it_made(
    sink: MemorySink, connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    with driftline.run("job") as run:
        connection.execute(
            "COPY (SELECT range AS n, range % 2 AS side FROM range(4)) "
            f"TO '{tmp_path}/parts' (FORMAT parquet, PARTITION_BY (side))"
        )
    assert {one.dataset.name for one in run.outputs} == {"parts"}
    assert [one.partition for one in run.outputs] == ["0", "1"]


def test_our_own_failure_leaves_the_statement_alone(
    sink: MemorySink, connection: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def broken(*_: object, **__: object) -> Any:
        raise RuntimeError("on purpose")

    monkeypatch.setattr("driftline.capture.sql.known.analyse", broken)
    with driftline.run("job") as run:
        for number in range(5):
            assert connection.execute(f"SELECT {number}").fetchall() == [(number,)]
    assert fault.counts() == {"hook DuckDBPyConnection.execute": 3}
    assert run.inputs == ()


def test_methods_look_as_before_and_come_back(sink: MemorySink) -> None:
    watch.unwatch()
    owners: list[tuple[Any, str]] = [
        (duckdb.DuckDBPyConnection, "execute"),
        (duckdb.DuckDBPyConnection, "sql"),
        (duckdb, "sql"),
        (duckdb.DuckDBPyRelation, "write_parquet"),
    ]

    def looks() -> list[Any]:
        found: list[Any] = []
        for owner, name in owners:
            value = getattr(owner, name)
            try:
                signature: object = inspect.signature(value)
            except ValueError as error:
                signature = type(error)
            found.append((value.__name__, value.__doc__, signature))
        return found

    before, originals = looks(), [owner.__dict__[name] for owner, name in owners]
    driftline.watch()
    assert looks() == before
    assert all(owner.__dict__[name] is not original for (owner, name), original in zip(owners, originals, strict=True))
    watch.unwatch()
    assert all(owner.__dict__[name] is original for (owner, name), original in zip(owners, originals, strict=True))


def differences(sink: MemorySink) -> list[dict[str, Any]]:
    facets = [event["run"]["facets"] for event in ended(sink)]
    return [one for facet in facets for one in facet.get("driftline_differences", {}).get("differences", [])]


def sure(sink: MemorySink, name: str, column: str) -> dict[str, float]:
    """The sources of a column by value, with their confidence."""
    parts = [part for event in ended(sink) for part in event["outputs"] if part["name"] == name]
    inputs = parts[-1]["facets"]["columnLineage"]["fields"][column]["inputFields"]
    return {f"{one['name']}.{one['field']}": one["transformations"][0].get("confidence", 1.0) for one in inputs}


def test_a_name_that_may_mean_two_files_is_two_edges_that_are_half_sure(
    sink: MemorySink, connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    (tmp_path / "a.json").write_text('{"k": 1, "v": 2}\n')
    (tmp_path / "b.json").write_text('{"k": 1, "w": 3}\n')
    with driftline.run("join"):
        connection.execute(
            f"COPY (SELECT p.k, w AS weight FROM '{tmp_path}/a.json' p JOIN '{tmp_path}/b.json' q ON p.k = q.k) "
            f"TO '{tmp_path}/out.parquet'"
        )
    assert sure(sink, "out.parquet", "weight") == {"a.json.w": 0.5, "b.json.w": 0.5}
    assert sure(sink, "out.parquet", "k") == {"a.json.k": 1.0}


def test_a_name_that_parsing_alone_cannot_tell_is_told_by_the_plan(
    sink: MemorySink, connection: duckdb.DuckDBPyConnection
) -> None:
    connection.execute("CREATE TABLE p AS SELECT 1 AS k, 2 AS v; CREATE SCHEMA s; CREATE TABLE s.p AS SELECT 3 AS w")
    connection.execute("CREATE TABLE q AS SELECT 1 AS k, 5 AS w")
    with driftline.run("join"):  # two tables are called p: the catalog is not asked which columns are meant
        connection.execute("CREATE TABLE m AS SELECT w FROM p JOIN q ON p.k = q.k")
    assert sure(sink, "m", "w") == {"q.w": 1.0}
    assert differences(sink) == []


def test_where_parsing_and_the_plan_differ_both_are_told(
    sink: MemorySink, connection: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection.execute("CREATE TABLE t AS SELECT 1 AS a, 2 AS b, 3 AS c")
    original = plan.serialised

    def misread(connection: Any, sql: str, *rest: Any) -> str | None:
        return original(connection, sql.replace("a + b", "a + c"), *rest)

    monkeypatch.setattr(plan, "serialised", misread)
    with driftline.run("sum"):
        connection.execute("CREATE TABLE m AS SELECT a + b AS s FROM t")
    assert sure(sink, "m", "s") == {"t.a": 1.0, "t.b": 0.7, "t.c": 0.5}
    space = "dataset:duckdb://memory/sum"
    edge = {"output": f"{space}:m", "column": "s", "source": f"{space}:t", "by": "plan"}
    assert differences(sink) == [
        {**edge, "field": "b", "declared": ["DIRECT:TRANSFORMATION"]},
        {**edge, "field": "c", "observed": ["DIRECT:TRANSFORMATION"]},
    ]


def test_the_second_opinion_leaves_results_transactions_and_files_alone(sink: MemorySink, tmp_path: Path) -> None:
    driftline.watch()
    path = str(tmp_path / "own.duckdb")
    with duckdb.connect(path) as mine, driftline.run("own"):
        mine.execute("CREATE TABLE t AS SELECT range AS a FROM range(5); CREATE TABLE m (a BIGINT)")
        mine.execute("BEGIN")
        mine.execute("INSERT INTO m SELECT a FROM t")
        mine.execute("CREATE TABLE n AS SELECT a + 1 AS b FROM t")  # unseen by others: no opinion, no error
        mine.execute("INSERT INTO n SELECT a FROM m")
        mine.execute("ROLLBACK")
        assert mine.execute("SELECT count(*) FROM m").fetchall() == [(0,)]
        mine.execute("CREATE SEQUENCE numbers")
        mine.execute("CREATE TABLE numbered AS SELECT nextval('numbers') AS n FROM t")
        assert mine.execute("SELECT min(n), max(n) FROM numbered").fetchall() == [(1, 5)]
    with duckdb.connect(path, read_only=True) as other:  # a cursor that was left open would hinder this
        assert other.execute("SELECT count(*) FROM numbered").fetchall() == [(5,)]
    assert fault.counts() == {}


def test_a_relation_whose_query_ends_in_a_comment_is_written_with_its_columns(sink: MemorySink, tmp_path: Path) -> None:
    driftline.watch()
    (tmp_path / "orders.csv").write_text("id,amount\n1,2\n")
    with driftline.run("job") as run:
        duckdb.sql(f"select id from '{tmp_path}/orders.csv' -- c").write_parquet(f"{tmp_path}/a.parquet")
    assert [one.dataset.name for one in run.outputs] == ["a.parquet"]
    assert edges(sink, "a.parquet") == {"id": ["orders.csv.id IDENTITY"], "": []}
    assert run.trace.gaps == {}


def test_a_registered_name_is_a_frame_and_no_table(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("v\n1\n")
    with driftline.run("job") as run:
        connection.register("given", pd.read_csv(tmp_path / "a.csv"))
        connection.execute("create table made as select * from given")
    assert [one.dataset.name for one in run.inputs] == ["a.csv"]
    assert [one.dataset.name for one in run.outputs] == ["made"]
