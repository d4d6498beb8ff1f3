"""Column lineage of statements, with edges worked out by hand from what each statement means.

An edge is written ``source.column KIND``; the schemas of t, u and w below are known, those of files are not unless a
test says so. The row set's edges (joins, filters, groups, order) are the second list.
"""

from collections.abc import Callable, Iterable
from random import Random
from typing import Any

import duckdb
import pytest

from driftline.capture.sql import known
from driftline.capture.sql.bound import bind
from driftline.capture.sql.relation import Edge, Source

SCHEMAS = {"t": ("a", "b", "c", "k"), "u": ("k", "x", "y"), "w": ("k", "z")}


def columns_of(source: Source, spelled: object) -> tuple[str, ...] | None:
    return SCHEMAS.get(source.names[0].lower()) if source.kind == "table" else None


def lineage(sql: str, columns: tuple[str, ...] | None = None) -> tuple[dict[str, list[str]], list[str]]:
    analysis = known.analyse(sql, columns_of)
    assert analysis is not None
    (one,) = analysis.statements
    assert one.lineage is not None

    def written(edges: Iterable[Edge]) -> list[str]:
        return sorted(f"{analysis.spelled(e.source.names[0])}.{e.column} {e.kind[1]}" for e in edges)

    fields, rows = bind(one.lineage, columns)
    return {analysis.spelled(name): written(edges) for name, edges in fields.items()}, written(rows)


CASES: list[tuple[str, dict[str, list[str]], list[str]]] = [
    ("SELECT a, b AS other FROM t", {"a": ["t.a IDENTITY"], "other": ["t.b IDENTITY"]}, []),
    ("SELECT a + b AS s FROM t", {"s": ["t.a TRANSFORMATION", "t.b TRANSFORMATION"]}, []),
    ("SELECT CAST(a AS DOUBLE) AS d FROM t", {"d": ["t.a TRANSFORMATION"]}, []),
    ("SELECT a FROM t WHERE b > 0 AND c IS NULL", {"a": ["t.a IDENTITY"]}, ["t.b FILTER", "t.c FILTER"]),
    ("SELECT k, sum(a) AS s FROM t GROUP BY k", {"k": ["t.k IDENTITY"], "s": ["t.a AGGREGATION"]}, ["t.k GROUP_BY"]),
    (
        "SELECT k, sum(a * b) AS s FROM t GROUP BY 1 HAVING max(c) > 2 ORDER BY 2 DESC",
        {"k": ["t.k IDENTITY"], "s": ["t.a AGGREGATION", "t.b AGGREGATION"]},
        ["t.a SORT", "t.b SORT", "t.c FILTER", "t.k GROUP_BY"],
    ),
    ("SELECT k, min(a) AS m FROM t GROUP BY ALL", {"k": ["t.k IDENTITY"], "m": ["t.a AGGREGATION"]}, ["t.k GROUP_BY"]),
    (
        "SELECT t.a, u.x FROM t JOIN u ON t.k = u.k",
        {"a": ["t.a IDENTITY"], "x": ["u.x IDENTITY"]},
        ["t.k JOIN", "u.k JOIN"],
    ),
    (
        "SELECT k, a, x FROM t LEFT JOIN u USING (k)",
        {"k": ["t.k IDENTITY"], "a": ["t.a IDENTITY"], "x": ["u.x IDENTITY"]},
        ["t.k JOIN", "u.k JOIN"],
    ),
    ("SELECT k FROM t RIGHT JOIN u USING (k)", {"k": ["u.k IDENTITY"]}, ["t.k JOIN", "u.k JOIN"]),
    ("SELECT k FROM t FULL JOIN u USING (k)", {"k": ["t.k IDENTITY", "u.k IDENTITY"]}, ["t.k JOIN", "u.k JOIN"]),
    (
        "SELECT * FROM u NATURAL JOIN w",
        {"k": ["u.k IDENTITY"], "x": ["u.x IDENTITY"], "y": ["u.y IDENTITY"], "z": ["w.z IDENTITY"]},
        ["u.k JOIN", "w.k JOIN"],
    ),
    (
        "SELECT CASE WHEN a > 180 THEN b ELSE c END AS v FROM t",
        {"v": ["t.a CONDITIONAL", "t.b IDENTITY", "t.c IDENTITY"]},
        [],
    ),
    (
        "SELECT CASE k WHEN 1 THEN a END AS v, if(b > 0, c, 0) AS i FROM t",
        {"v": ["t.a IDENTITY", "t.k CONDITIONAL"], "i": ["t.b CONDITIONAL", "t.c IDENTITY"]},
        [],
    ),
    ("SELECT coalesce(a, b) AS v FROM t", {"v": ["t.a TRANSFORMATION", "t.b TRANSFORMATION"]}, []),
    ("SELECT nullif(a, b) AS v FROM t", {"v": ["t.a CONDITIONAL", "t.a TRANSFORMATION", "t.b CONDITIONAL"]}, []),
    (
        "SELECT sum(a) OVER (PARTITION BY k ORDER BY c) AS r FROM t",
        {"r": ["t.a AGGREGATION", "t.c WINDOW", "t.k WINDOW"]},
        [],
    ),
    (
        "SELECT lag(a) OVER recent AS before FROM t WINDOW recent AS (PARTITION BY k ORDER BY c)",
        {"before": ["t.a TRANSFORMATION", "t.c WINDOW", "t.k WINDOW"]},
        [],
    ),
    (
        "SELECT a FROM t QUALIFY row_number() OVER (PARTITION BY k ORDER BY c) = 1",
        {"a": ["t.a IDENTITY"]},
        ["t.c FILTER", "t.k FILTER"],
    ),
    (
        "SELECT sum(a) FILTER (WHERE b > 0) AS s, count(*) AS n FROM t",
        {"s": ["t.a AGGREGATION", "t.b CONDITIONAL"]},
        [],
    ),
    (
        "WITH p AS (SELECT k, a * 2 AS d FROM t WHERE b > 0), q AS (SELECT k, avg(d) AS m FROM p GROUP BY k) "
        "SELECT q.m, u.x FROM q JOIN u ON q.k = u.k",
        {"m": ["t.a AGGREGATION"], "x": ["u.x IDENTITY"]},
        ["t.b FILTER", "t.k GROUP_BY", "t.k JOIN", "u.k JOIN"],
    ),
    ("WITH p(first, second) AS (SELECT a, b FROM t) SELECT second FROM p", {"second": ["t.b IDENTITY"]}, []),
    (
        "WITH RECURSIVE r AS (SELECT k, x FROM u UNION ALL SELECT k, x + 1 FROM r WHERE x < 5) SELECT x FROM r",
        {"x": ["u.x IDENTITY", "u.x TRANSFORMATION"]},
        ["u.x FILTER"],
    ),
    (
        "SELECT s.d FROM (SELECT a + 1 AS d, k FROM t) s WHERE s.k = 1",
        {"d": ["t.a TRANSFORMATION"]},
        ["t.k FILTER"],
    ),
    (
        "SELECT k, a FROM t UNION ALL SELECT k, x FROM u",
        {"k": ["t.k IDENTITY", "u.k IDENTITY"], "a": ["t.a IDENTITY", "u.x IDENTITY"]},
        [],
    ),
    (
        "SELECT x, k FROM u UNION ALL BY NAME SELECT k, a AS x FROM t",
        {"x": ["t.a IDENTITY", "u.x IDENTITY"], "k": ["t.k IDENTITY", "u.k IDENTITY"]},
        [],
    ),
    ("SELECT k FROM t EXCEPT SELECT k FROM u", {"k": ["t.k IDENTITY"]}, ["u.k FILTER"]),
    ("SELECT DISTINCT a FROM t", {"a": ["t.a IDENTITY"]}, ["t.a GROUP_BY"]),
    (
        "SELECT a FROM t WHERE k IN (SELECT k FROM u WHERE y = 1)",
        {"a": ["t.a IDENTITY"]},
        ["t.k FILTER", "u.k FILTER", "u.y FILTER"],
    ),
    (
        "SELECT a, (SELECT max(x) FROM u WHERE u.k = t.k) AS m FROM t",
        {"a": ["t.a IDENTITY"], "m": ["t.k FILTER", "u.k FILTER", "u.x AGGREGATION"]},
        [],
    ),
    (
        "SELECT a FROM t WHERE EXISTS (SELECT 1 FROM u WHERE u.k = t.k)",
        {"a": ["t.a IDENTITY"]},
        ["t.k FILTER", "u.k FILTER"],
    ),
    (
        "SELECT * EXCLUDE (b, c) REPLACE (a / 60 AS a) FROM t",
        {"a": ["t.a TRANSFORMATION"], "k": ["t.k IDENTITY"]},
        [],
    ),
    (
        "SELECT a + 1 AS n, n * b AS m FROM t",
        {"n": ["t.a TRANSFORMATION"], "m": ["t.a TRANSFORMATION", "t.b TRANSFORMATION"]},
        [],
    ),
    (
        "SELECT v.z FROM t, LATERAL (SELECT t.a + w.z AS z FROM w) v",
        {"z": ["t.a TRANSFORMATION", "w.z TRANSFORMATION"]},
        [],
    ),
    ("SELECT list_transform(b, e -> e + a) AS l FROM t", {"l": ["t.a TRANSFORMATION", "t.b TRANSFORMATION"]}, []),
    ("SELECT c.street.number AS n FROM t", {"n": ["t.c TRANSFORMATION"]}, []),
    ("FROM t SELECT a", {"a": ["t.a IDENTITY"]}, []),
    ("CREATE TABLE made AS SELECT a FROM t", {"a": ["t.a IDENTITY"]}, []),
    ("CREATE OR REPLACE VIEW seen (first) AS SELECT a FROM t", {"first": ["t.a IDENTITY"]}, []),
    ("INSERT INTO u SELECT k, a, b FROM t", {"k": ["t.k IDENTITY"], "x": ["t.a IDENTITY"], "y": ["t.b IDENTITY"]}, []),
    ("INSERT INTO u (y, k) SELECT a, k FROM t", {"y": ["t.a IDENTITY"], "k": ["t.k IDENTITY"]}, []),
    ("INSERT INTO u BY NAME SELECT a AS y, k FROM t", {"y": ["t.a IDENTITY"], "k": ["t.k IDENTITY"]}, []),
    (
        "UPDATE t SET a = b + u.x FROM u WHERE t.k = u.k",
        {"a": ["t.b TRANSFORMATION", "u.x TRANSFORMATION"]},
        ["t.k FILTER", "u.k FILTER"],
    ),
    (
        "COPY (SELECT f.id, f.delay / 60 AS hours, w.temp FROM read_parquet('feed/flights/2013-01-31.parquet') f "
        "LEFT JOIN 'feed/weather/2013-01-31.parquet' w ON f.origin = w.origin WHERE f.delay >= 0) "
        "TO 'features/2013-01-31.parquet' (FORMAT parquet)",
        {
            "id": ["feed/flights/2013-01-31.parquet.id IDENTITY"],
            "hours": ["feed/flights/2013-01-31.parquet.delay TRANSFORMATION"],
            "temp": ["feed/weather/2013-01-31.parquet.temp IDENTITY"],
        },
        [
            "feed/flights/2013-01-31.parquet.delay FILTER",
            "feed/flights/2013-01-31.parquet.origin JOIN",
            "feed/weather/2013-01-31.parquet.origin JOIN",
        ],
    ),
]


@pytest.mark.parametrize(("sql", "fields", "rows"), CASES, ids=[case[0][:60] for case in CASES])
def test_a_statement_has_the_edges_worked_out_by_hand(sql: str, fields: dict[str, list[str]], rows: list[str]) -> None:
    assert lineage(sql) == (fields, rows)


def test_a_star_over_an_unknown_file_takes_the_columns_that_the_output_turned_out_to_have() -> None:
    fields, rows = lineage("COPY (SELECT *, a + 1 AS n FROM 'x.parquet') TO 'y.parquet'", ("a", "b", "n"))
    assert fields == {
        "a": ["x.parquet.a IDENTITY"],
        "b": ["x.parquet.b IDENTITY"],
        "n": ["x.parquet.a TRANSFORMATION"],
    }
    assert rows == []


def test_outputs_without_a_name_are_named_by_their_place_in_the_output() -> None:
    sql = "COPY (SELECT a, sum(b), sum(c) FROM t GROUP BY a) TO 'y.parquet'"
    assert lineage(sql, ("a", "sum(b)", "sum(c)"))[0] == {
        "a": ["t.a IDENTITY"],
        "sum(b)": ["t.b AGGREGATION"],
        "sum(c)": ["t.c AGGREGATION"],
    }
    assert lineage(sql)[0] == {"a": ["t.a IDENTITY"]}


DOUBTFUL = [
    # either could have it
    ("SELECT v FROM 'x.parquet' p JOIN 'y.parquet' q ON p.k = q.k", {("x.parquet", "v", 0.5), ("y.parquet", "v", 0.5)}),
    ("SELECT nothing AS v FROM t", {("t", "nothing", 0.3)}),  # the schema is known, and it is not there
    ("SELECT nothing AS v FROM t JOIN u ON t.k = u.k", {("t", "nothing", 0.15), ("u", "nothing", 0.15)}),
    ("SELECT other.a AS v FROM 'x.parquet' p", {("x.parquet", "other", 0.9)}),  # no relation of that name: a struct
    ("SELECT a + 1 AS x, x * 2 AS v FROM 'f.parquet'", {("f.parquet", "a", 0.8)}),  # or a column that is called x
    ("SELECT (SELECT max(z) FROM 'x.parquet' WHERE b = 1) AS v FROM w", {("x.parquet", "z", 0.5), ("w", "z", 0.5)}),
]


@pytest.mark.parametrize(("sql", "expected"), DOUBTFUL, ids=[case[0][:60] for case in DOUBTFUL])
def test_a_name_that_cannot_be_told_gives_edges_of_less_confidence_and_a_gap(
    sql: str, expected: set[tuple[str, str, float]]
) -> None:
    analysis = known.analyse(sql, columns_of)
    assert analysis is not None
    (one,) = analysis.statements
    assert one.gaps == ("sql columns",)
    assert one.doubts
    assert one.lineage is not None
    fields, _ = bind(one.lineage, None)
    direct = [edge for edge in fields["v"] if edge.kind[0] == "DIRECT"]
    assert {(analysis.spelled(e.source.names[0]), e.column, e.confidence) for e in direct} == expected


def test_columns_chosen_by_a_pattern_are_a_gap_with_their_source() -> None:
    analysis = known.analyse("SELECT COLUMNS(lambda c: length(c) > 1) FROM t", columns_of)
    assert analysis is not None
    (one,) = analysis.statements
    assert one.gaps == ("sql columns",)
    assert [doubt.candidates for doubt in one.doubts] == [((Source("table", ("t",)), "*"),)]


def test_two_outputs_of_one_name_keep_both_their_sources() -> None:
    assert lineage("SELECT a AS v, b AS v FROM t")[0] == {"v": ["t.a IDENTITY", "t.b IDENTITY"]}


def test_wide_statements_take_one_pass() -> None:
    import time

    columns = ", ".join(f"sum(c{n}) OVER (PARTITION BY k) AS c{n}" for n in range(200))
    inner = ", ".join(f"c{n}" for n in range(200))
    sql = f"WITH p AS (SELECT k, {inner} FROM 'wide.parquet'), q AS (SELECT * FROM p) SELECT {columns} FROM q"
    start = time.process_time()
    fields, _ = lineage(sql)
    assert fields["c7"] == ["wide.parquet.c7 AGGREGATION", "wide.parquet.k WINDOW"]
    assert len(fields) == 200
    assert time.process_time() - start < 3  # measured 0.4 s; one walk per column takes more than 10


def _answer(connection: duckdb.DuckDBPyConnection, sql: str) -> dict[str, list[str]]:
    cursor = connection.execute(sql)
    assert cursor.description is not None
    names = [column[0] for column in cursor.description]
    rows = cursor.fetchall()
    return {name: sorted(str(row[place]) for row in rows) for place, name in enumerate(names)}


QUERIES = [
    sql
    for sql, _, _ in CASES
    if sql.startswith(("SELECT", "WITH", "FROM")) and "street" not in sql and "list_transform" not in sql  # other types
]


@pytest.mark.parametrize("sql", QUERIES, ids=[sql[:60] for sql in QUERIES])
def test_what_moves_when_a_source_column_is_changed_has_an_edge(sql: str) -> None:
    # The oracle is the database itself: a column is changed in two ways, and every output whose values move was
    # influenced by it. No parser is consulted; silence proves nothing, so only one direction is asserted.
    fields, rows = lineage(sql)
    random = Random(7)
    with duckdb.connect() as connection:
        for table, names in SCHEMAS.items():
            columns = ", ".join(f"{name} INT" for name in names)
            connection.execute(f"CREATE TABLE {table} ({columns})")
            for row in range(24):
                values = ", ".join(str(row % 6 if name == "k" else random.randrange(-3, 9)) for name in names)
                connection.execute(f"INSERT INTO {table} VALUES ({values})")
        before = _answer(connection, sql)
        for table, names in SCHEMAS.items():
            for name in names:
                for change in (f"{name} * 3 + 1", f"-{name}"):
                    connection.execute(f"CREATE TABLE kept AS FROM {table}; UPDATE {table} SET {name} = {change}")
                    after = _answer(connection, sql)
                    connection.execute(f"DELETE FROM {table}; INSERT INTO {table} FROM kept; DROP TABLE kept")
                    for output in before:
                        if before[output] != after[output]:
                            assert any(edge.startswith(f"{table}.{name} ") for edge in (*fields.get(output, ()), *rows))


def test_what_nvl2_looks_at_is_a_condition_and_what_it_gives_goes_on_as_it_is(tell: Callable[..., list[Any]]) -> None:
    (one,) = tell("SELECT nvl2(a, b, c + 1) AS v FROM t", "oracle")
    assert one.columns == {"v": ["t.a CONDITIONAL", "t.b IDENTITY", "t.c TRANSFORMATION"]}


def test_a_method_of_a_column_has_that_column_and_a_function_of_a_schema_has_its_arguments(
    tell: Callable[..., list[Any]],
) -> None:
    (one,) = tell(
        "SELECT t.note.value('(/a)[1]', 'int') AS v, note.query('/b') AS q, dbo.upper(name) AS f, db.dbo.f(name) AS g, "
        "n.part.value('@id', 'int') AS p FROM t CROSS APPLY note.nodes('/a/b') AS n(part) WHERE t.note.exist('/c') = 1",
        "tsql",
        {"t": ("note", "name")},
    )
    note = ["t.note TRANSFORMATION"]
    assert one.columns == {
        "v": note, "q": note, "f": ["t.name TRANSFORMATION"], "g": ["t.name TRANSFORMATION"], "p": note,
    }  # fmt: skip
    assert one.rows == ["t.note FILTER", "t.note JOIN"]
    assert one.doubts == []


def test_the_next_number_of_a_sequence_comes_from_no_table(tell: Callable[..., list[Any]]) -> None:
    for name in ("snowflake", "oracle"):
        (one,) = tell("INSERT INTO u (k, x, y) SELECT s.seq.nextval, seq.CURRVAL, a FROM t", name)
        assert (one.columns, one.doubts) == ({"k": [], "x": [], "y": ["t.a IDENTITY"]}, [])


def test_with_of_clickhouse_gives_values_a_name(tell: Callable[..., list[Any]]) -> None:
    said = (
        "WITH (SELECT max(d) FROM u) AS latest, x + 1 AS y, y * 2 AS z, q AS (SELECT k FROM w) "
        "SELECT a, z FROM t JOIN q USING (k) WHERE d = latest"
    )
    (one,) = tell(said, "clickhouse", {"t": ("a", "d", "k", "x"), "u": ("d",), "w": ("k",)})
    assert one.columns == {"a": ["t.a IDENTITY"], "z": ["t.x TRANSFORMATION"]}
    assert one.rows == ["t.d FILTER", "t.k JOIN", "u.d FILTER", "w.k JOIN"]
    assert one.doubts == []


def test_a_named_value_is_seen_by_the_queries_inside(tell: Callable[..., list[Any]]) -> None:
    (one,) = tell("WITH b + 1 AS c SELECT * FROM (SELECT c, a FROM t)", "clickhouse", {"t": ("a", "b")})
    assert (one.columns, one.doubts) == ({"c": ["t.b TRANSFORMATION"], "a": ["t.a IDENTITY"]}, [])


def test_what_rows_are_limited_by_shapes_them(tell: Callable[..., list[Any]]) -> None:
    (one,) = tell("SELECT a FROM t LIMIT 1 BY b", "clickhouse")
    assert (one.columns, one.rows) == ({"a": ["t.a IDENTITY"]}, ["t.b GROUP_BY"])
    (one,) = tell("SELECT a FROM t LIMIT (SELECT n FROM u) OFFSET (SELECT max(m) FROM u)", "postgres")
    assert (one.columns, one.rows) == ({"a": ["t.a IDENTITY"]}, ["u.m FILTER", "u.n FILTER"])
    (one,) = tell("SELECT a FROM t UNION SELECT b FROM s LIMIT (SELECT n FROM u)", "duckdb")
    assert one.rows == ["u.n FILTER"]
    (one,) = tell("SELECT a FROM t LIMIT n", "postgres")  # n is no column
    assert (one.rows, one.doubts) == ([], [])
