"""What statements of many dialects do, with edges worked out by hand from what each statement means."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlglot

from driftline.capture.sql import dialect, statement
from driftline.capture.sql.script import Script

SQLGLOT = tuple(map(int, sqlglot.__version__.split(".")[:2]))
SCHEMA = {"t": ("a", "b", "c", "k"), "u": ("k", "x", "y"), "s": ("k", "v", "w")}

# dialect, statement, target, columns, rows
CASES: list[tuple[str, str, str | None, dict[str, list[str]], list[str]]] = [
    ("postgres", "CREATE TABLE n AS SELECT a AS p FROM t WHERE b = 1", "n", {"p": ["t.a IDENTITY"]}, ["t.b FILTER"]),
    ("snowflake", "CREATE VIEW n (p, q) AS (SELECT a, b + c FROM t)", "n",
     {"p": ["t.a IDENTITY"], "q": ["t.b TRANSFORMATION", "t.c TRANSFORMATION"]}, []),
    ("clickhouse", "CREATE MATERIALIZED VIEW mv TO n AS SELECT a FROM t", "n", {"a": ["t.a IDENTITY"]}, []),
    ("snowflake", "CREATE TABLE n CLONE u", "n",
     {"k": ["u.k IDENTITY"], "x": ["u.x IDENTITY"], "y": ["u.y IDENTITY"]}, []),
    ("tsql", "SELECT a INTO n FROM t", "n", {"a": ["t.a IDENTITY"]}, []),
    ("databricks", "CREATE TABLE n (p string, q string) AS SELECT a, b FROM t", "n",
     {"p": ["t.a IDENTITY"], "q": ["t.b IDENTITY"]}, []),
    # without a list of columns an INSERT goes by the place in the target's schema
    ("postgres", "INSERT INTO u SELECT a, b, c FROM t", "u",
     {"k": ["t.a IDENTITY"], "x": ["t.b IDENTITY"], "y": ["t.c IDENTITY"]}, []),
    ("mysql", "INSERT INTO u (y, k) SELECT a, b FROM t", "u", {"y": ["t.a IDENTITY"], "k": ["t.b IDENTITY"]}, []),
    ("postgres", "INSERT INTO u (k) WITH q AS (SELECT a FROM t) SELECT a FROM q", "u", {"k": ["t.a IDENTITY"]}, []),
    ("bigquery", "WITH q AS (SELECT a FROM t) SELECT a FROM q", None, {"a": ["t.a IDENTITY"]}, []),
    ("hive", "INSERT OVERWRITE TABLE u PARTITION (k = '1', y) SELECT a, b FROM t", "u",
     {"x": ["t.a IDENTITY"], "y": ["t.b IDENTITY"]}, []),
    ("postgres", "INSERT INTO u (k) VALUES ((SELECT max(a) FROM t)), ((SELECT v FROM s WHERE w = 1))", "u",
     {"k": ["s.v IDENTITY", "s.w FILTER", "t.a AGGREGATION"]}, []),
    ("postgres", "INSERT INTO u (k, x) SELECT k, a FROM t ON CONFLICT (k) DO UPDATE SET y = excluded.x + u.y", "u",
     {"k": ["t.k IDENTITY"], "x": ["t.a IDENTITY"], "y": ["t.a TRANSFORMATION", "u.y TRANSFORMATION"]},
     ["t.k JOIN"]),
    ("sqlite", "INSERT INTO u (k, x) SELECT k, a FROM t WHERE true ON CONFLICT (k) DO UPDATE SET x = x + 1", "u",
     {"k": ["t.k IDENTITY"], "x": ["t.a IDENTITY", "u.x TRANSFORMATION"]}, ["t.k JOIN"]),
    ("postgres", "INSERT INTO u AS o (k, x) SELECT k, a FROM t ON CONFLICT (k) DO UPDATE SET x = o.y + x", "u",
     {"k": ["t.k IDENTITY"], "x": ["t.a IDENTITY", "u.x TRANSFORMATION", "u.y TRANSFORMATION"]}, ["t.k JOIN"]),
    ("sqlite", "INSERT INTO u (k, x) SELECT k, a FROM t WHERE true ON CONFLICT (k) DO UPDATE SET x = excluded.x "
     "WHERE u.y IS NULL", "u", {"k": ["t.k IDENTITY"], "x": ["t.a IDENTITY", "u.y CONDITIONAL"]}, ["t.k JOIN"]),
    ("duckdb", "INSERT INTO u (k) SELECT k FROM t ON CONFLICT (k) DO UPDATE SET (x, y) = (1, u.x) "
     "WHERE y > excluded.k", "u", {"k": ["t.k IDENTITY"], "x": ["t.k CONDITIONAL", "u.y CONDITIONAL"],
     "y": ["t.k CONDITIONAL", "u.x IDENTITY", "u.y CONDITIONAL"]}, ["t.k JOIN"]),
    ("sqlite", "INSERT INTO u (k, x) SELECT c, a FROM t WHERE b > 1 ON CONFLICT (k) DO NOTHING", "u",
     {"k": ["t.c IDENTITY"], "x": ["t.a IDENTITY"]}, ["t.b FILTER", "t.c JOIN"]),
    ("mysql", "INSERT INTO u (k, x) SELECT k, a FROM t ON DUPLICATE KEY UPDATE y = VALUES(x)", "u",
     {"k": ["t.k IDENTITY"], "x": ["t.a IDENTITY"], "y": ["t.a IDENTITY"]}, []),
    # MySQL's manual, "INSERT ... ON DUPLICATE KEY UPDATE Statement": columns of the tables of its SELECT may be named
    ("mysql", "INSERT INTO u (k, x) SELECT k, a FROM t AS o ON DUPLICATE KEY UPDATE y = o.b, x = u.x + VALUES(x)", "u",
     {"k": ["t.k IDENTITY"], "x": ["t.a IDENTITY", "t.a TRANSFORMATION", "u.x TRANSFORMATION"], "y": ["t.b IDENTITY"]},
     []),
    # likewise: a name alone that the SELECT has, too, is an error, so it is the column of the table
    ("mysql", "INSERT INTO n (k, x) SELECT k, a FROM m ON DUPLICATE KEY UPDATE x = VALUES(x) + x, y = y + z", "n",
     {"k": ["m.k IDENTITY"], "x": ["m.a IDENTITY", "m.a TRANSFORMATION", "n.x TRANSFORMATION"],
      "y": ["m.z TRANSFORMATION 0.5", "n.y TRANSFORMATION", "n.z TRANSFORMATION 0.5"]}, []),
    ("mysql", "INSERT INTO n (k, x) SELECT k, a FROM m AS new ON DUPLICATE KEY UPDATE x = new.b + x", "n",
     {"k": ["m.k IDENTITY"], "x": ["m.a IDENTITY", "m.b TRANSFORMATION", "n.x TRANSFORMATION"]}, []),
    ("mysql", "INSERT INTO n (k, x) SELECT * FROM (SELECT k, a + 1 AS c FROM m) AS q ON DUPLICATE KEY UPDATE x = q.c, "
     "y = q.k + n.y", "n", {"k": ["m.k IDENTITY"], "x": ["m.a TRANSFORMATION"],
     "y": ["m.k TRANSFORMATION", "n.y TRANSFORMATION"]}, []),
    ("mysql", "INSERT INTO n (k, x) VALUES (1, (SELECT a FROM m)) AS q ON DUPLICATE KEY UPDATE x = x + q.x", "n",
     {"k": [], "x": ["m.a IDENTITY", "m.a TRANSFORMATION", "n.x TRANSFORMATION"]}, []),
    ("mysql", "INSERT INTO n (k, x) VALUES (1, (SELECT a FROM m)) AS q(c, d) ON DUPLICATE KEY UPDATE x = x+d, y = q.d",
     "n", {"k": [], "x": ["m.a IDENTITY", "m.a TRANSFORMATION", "n.x TRANSFORMATION"], "y": ["m.a IDENTITY"]}, []),
    ("postgres", "UPDATE u SET x = s.v, y = 1 FROM s WHERE s.k = u.k", "u", {"x": ["s.v IDENTITY"], "y": []},
     ["s.k FILTER", "u.k FILTER"]),
    ("postgres", "UPDATE u SET (x, y) = ROW(s.v, s.w) FROM s", "u", {"x": ["s.v IDENTITY"], "y": ["s.w IDENTITY"]}, []),
    ("postgres", "UPDATE u SET (x, y) = f(s.v) FROM s", "u",
     {"x": ["s.v TRANSFORMATION"], "y": ["s.v TRANSFORMATION"]}, []),
    ("tsql", "UPDATE q SET q.a = s.v FROM t q JOIN s ON q.k = s.k", "t", {"a": ["s.v IDENTITY"]},
     ["s.k JOIN", "t.k JOIN"]),
    ("tsql", "UPDATE q SET q.a += s.v FROM t q JOIN s ON q.k = s.k", "t",
     {"a": ["s.v TRANSFORMATION", "t.a TRANSFORMATION"]}, ["s.k JOIN", "t.k JOIN"]),
    ("mysql", "UPDATE t JOIN u ON t.k = u.k SET u.x = t.a WHERE t.b = 1", "u", {"x": ["t.a IDENTITY"]},
     ["t.b FILTER", "t.k JOIN", "u.k JOIN"]),
    ("oracle", "UPDATE t SET (a, b) = (SELECT x, y FROM u WHERE u.k = t.k)", "t",
     {"a": ["t.k FILTER", "u.k FILTER", "u.x IDENTITY"], "b": ["t.k FILTER", "u.k FILTER", "u.y IDENTITY"]}, []),
    ("postgres", "WITH q AS (SELECT v, k FROM s) UPDATE u SET x = q.v FROM q WHERE q.k = u.k", "u",
     {"x": ["s.v IDENTITY"]}, ["s.k FILTER", "u.k FILTER"]),
    ("postgres", "DELETE FROM u USING s WHERE s.k = u.k AND s.v > 1", "u", {},
     ["s.k FILTER", "s.v FILTER", "u.k FILTER"]),
    ("tsql", "DELETE q FROM t AS q JOIN s ON s.k = q.k", "t", {}, ["s.k JOIN", "t.k JOIN"]),
    ("snowflake", "MERGE INTO u USING s ON u.k = s.k WHEN MATCHED AND s.w > 1 THEN UPDATE SET x = s.v "
     "WHEN NOT MATCHED THEN INSERT (k, y) VALUES (s.k, s.v + 1)", "u",
     {"x": ["s.v IDENTITY", "s.w CONDITIONAL"], "k": ["s.k IDENTITY"], "y": ["s.v TRANSFORMATION"]},
     ["s.k JOIN", "u.k JOIN"]),
    ("snowflake", "MERGE INTO u USING s ON u.k = s.k WHEN NOT MATCHED THEN INSERT VALUES (s.k, s.v, 0)", "u",
     {"k": ["s.k IDENTITY"], "x": ["s.v IDENTITY"], "y": []}, ["s.k JOIN", "u.k JOIN"]),
    ("databricks", "MERGE INTO u USING s ON u.k = s.k WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *",
     "u", {"k": ["s.k IDENTITY"], "v": ["s.v IDENTITY"], "w": ["s.w IDENTITY"]}, ["s.k JOIN", "u.k JOIN"]),
    ("bigquery", "MERGE u USING s ON u.k = s.k WHEN NOT MATCHED THEN INSERT ROW", "u",
     {"k": ["s.k IDENTITY"], "v": ["s.v IDENTITY"], "w": ["s.w IDENTITY"]}, ["s.k JOIN", "u.k JOIN"]),
    ("snowflake", "MERGE INTO u USING s ON u.k = s.k WHEN MATCHED AND s.v = 0 THEN DELETE", "u", {},
     ["s.k JOIN", "s.v FILTER", "u.k JOIN"]),
    ("spark", "CACHE TABLE n AS SELECT a FROM t", "n", {"a": ["t.a IDENTITY"]}, []),
    ("databricks", "INSERT OVERWRITE DIRECTORY 'hdfs://out' SELECT a FROM t", "hdfs://out",
     {"a": ["t.a IDENTITY"]}, []),
    ("redshift", "UNLOAD ('SELECT a FROM t WHERE b = 1') TO 's3://out/'", "s3://out/", {"a": ["t.a IDENTITY"]},
     ["t.b FILTER"]),
    ("postgres", "COPY u (k, x) FROM 's3://in/file.csv'", "u", {"*": ["s3://in/file.csv.*"]}, []),
    ("snowflake", "COPY INTO @stage FROM t", "@stage",
     {"a": ["t.a IDENTITY"], "b": ["t.b IDENTITY"], "c": ["t.c IDENTITY"], "k": ["t.k IDENTITY"]}, []),
    ("postgres", "ALTER TABLE u RENAME TO n", "n",
     {"k": ["u.k IDENTITY"], "x": ["u.x IDENTITY"], "y": ["u.y IDENTITY"]}, []),
]  # fmt: skip

Tell = Callable[..., list[Any]]


@pytest.mark.parametrize(("name", "sql", "target", "columns", "rows"), CASES, ids=[case[1][:70] for case in CASES])
def test_a_statement_has_its_target_and_the_edges_worked_out_by_hand(
    tell: Tell, name: str, sql: str, target: str | None, columns: dict[str, list[str]], rows: list[str]
) -> None:
    (one,) = tell(sql, name, SCHEMA)
    assert (one.target, one.columns, one.rows, one.problem) == (target, columns, rows, "")


def test_one_source_may_feed_several_targets(tell: Tell) -> None:
    several = tell(
        "FROM t INSERT OVERWRITE TABLE u SELECT k, a, b WHERE c = 1 INSERT INTO TABLE s SELECT k, b, c", "hive", SCHEMA
    )
    assert [(one.target, one.columns, one.rows) for one in several] == [
        ("u", {"k": ["t.k IDENTITY"], "x": ["t.a IDENTITY"], "y": ["t.b IDENTITY"]}, ["t.c FILTER"]),
        ("s", {"k": ["t.k IDENTITY"], "v": ["t.b IDENTITY"], "w": ["t.c IDENTITY"]}, []),
    ]
    first, second = tell("INSERT ALL WHEN a > 1 THEN INTO u (x) VALUES (b) ELSE INTO s SELECT a, b, c FROM t",
                         "snowflake", SCHEMA)  # fmt: skip
    assert (first.target, first.columns, first.rows) == ("u", {"x": ["t.b IDENTITY"]}, ["t.a FILTER"])
    assert second.target == "s"


def test_two_tables_that_change_places_feed_each_other(tell: Tell) -> None:
    found = tell("ALTER TABLE u SWAP WITH s", "snowflake", SCHEMA)
    assert [(one.target, sorted(one.columns)) for one in found] == [("u", ["k", "v", "w"]), ("s", ["k", "x", "y"])]


def test_a_merge_reads_its_target_only_where_it_says_so(tell: Tell) -> None:
    from driftline.capture.sql import dialect, statement
    from driftline.capture.sql.script import Script

    def reads(sql: str) -> list[str]:
        script = Script(dialect.of("snowflake"), lambda source: SCHEMA.get(source.names[0]))
        (one,) = statement.read(sql, script)
        return [source.names[0] for source in one.reads]

    when = "ON u.k = q.k WHEN MATCHED THEN UPDATE SET x = q.v"
    assert reads(f"MERGE INTO u USING s q {when}") == ["s"]
    assert reads(f"MERGE INTO u USING (SELECT u.k, s.v FROM u JOIN s ON s.k = u.k) q {when}") == ["u", "s"]


FILES = [
    ("bigquery", "LOAD DATA INTO d.t (a INT64, b STRING) FROM FILES (format = 'CSV', uris = ['gs://in/x.csv'])",
     "d.t", {"*": ["gs://in/x.csv.*"]}),
    ("hive", "LOAD DATA INPATH '/in/x' INTO TABLE t", "t", {"*": ["/in/x.*"]}),
    ("bigquery", "EXPORT DATA OPTIONS (uri = 'gs://out/*.csv', format = 'CSV') AS SELECT a, b + 1 AS c FROM d.t",
     "gs://out/*.csv", {"a": ["d.t.a IDENTITY"], "c": ["d.t.b TRANSFORMATION"]}),
    ("athena", "UNLOAD (SELECT a FROM t) TO 's3://out/' WITH (format = 'PARQUET')", "s3://out/",
     {"a": ["t.a IDENTITY"]}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "sql", "target", "columns"), FILES, ids=[case[1][:40] for case in FILES])
def test_files_are_loaded_into_tables_and_written_from_queries(
    tell: Tell, name: str, sql: str, target: str, columns: dict[str, list[str]]
) -> None:
    (one,) = tell(sql, name)
    assert (one.target, one.columns, one.problem) == (target, columns, "")


def test_a_mysql_update_may_change_several_tables(tell: Tell) -> None:
    first, second = tell("UPDATE t JOIN u ON t.k = u.k SET t.a = u.x, u.y = t.b WHERE t.c = 1", "mysql", SCHEMA)
    rows = ["t.c FILTER", "t.k JOIN", "u.k JOIN"]
    assert (first.target, first.columns, first.rows) == ("t", {"a": ["u.x IDENTITY"]}, rows)
    assert (second.target, second.columns, second.rows) == ("u", {"y": ["t.b IDENTITY"]}, rows)


def test_each_table_of_an_update_is_read_by_the_others() -> None:
    script = Script(dialect.of("mysql"), lambda _: None)
    found = list(statement.read("UPDATE t JOIN u ON t.k = u.k JOIN s USING (k) SET t.a = u.x, u.y = t.b", script))
    read = [{source.names[0] for source in one.reads} for one in found]
    assert read == [{"u", "s"}, {"t", "s"}]


def test_a_model_has_the_columns_of_its_query(tell: Tell) -> None:
    (one,) = tell("CREATE OR REPLACE MODEL m OPTIONS (model_type = 'linear_reg') AS SELECT a, b FROM t", "bigquery")
    assert (one.target, one.columns) == ("m", {"a": ["t.a IDENTITY"], "b": ["t.b IDENTITY"]})


def test_what_is_left_for_else_depends_on_the_conditions_before(tell: Tell) -> None:
    whens = "WHEN a > 1 THEN INTO x (p) VALUES (b) WHEN c > 1 THEN INTO y (q) VALUES (b) ELSE INTO z (r) VALUES (b)"
    every = [one.rows for one in tell(f"INSERT ALL {whens} SELECT a, b, c FROM t", "snowflake")]
    assert every == [["t.a FILTER"], ["t.c FILTER"], ["t.a FILTER", "t.c FILTER"]]
    first = [one.rows for one in tell(f"INSERT FIRST {whens} SELECT a, b, c FROM t", "snowflake")]
    assert first == [["t.a FILTER"], ["t.a FILTER", "t.c FILTER"], ["t.a FILTER", "t.c FILTER"]]


def test_a_merge_by_equal_names_compares_both_sides(tell: Tell) -> None:
    (one,) = tell("MERGE INTO m USING s USING (k) WHEN MATCHED THEN UPDATE SET v = s.v", "duckdb")
    assert (one.columns, one.rows) == ({"v": ["s.v IDENTITY"]}, ["m.k JOIN", "s.k JOIN"])


def test_a_select_into_a_variable_writes_no_table(tell: Tell) -> None:
    body = "DECLARE v int; BEGIN SELECT a INTO v FROM t; INSERT INTO m (x) SELECT b FROM u WHERE c = v; END"
    query, insert = tell(f"CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ {body} $$", "postgres")
    assert (query.target, insert.target, insert.rows) == (None, "m", ["t.a FILTER", "u.c FILTER"])
    (alone,) = tell("BEGIN SELECT max(a) INTO v_a FROM t; END;", "oracle")
    assert (alone.target, alone.columns) == (None, {"max(a)": ["t.a AGGREGATION"]})


def test_a_text_that_a_block_executes_is_read(tell: Tell) -> None:
    block = "BEGIN INSERT INTO n (a) SELECT b FROM u; EXECUTE IMMEDIATE 'INSERT INTO o (c) SELECT d FROM v'; END;"
    assert [(one.target, one.columns) for one in tell(block, "oracle")] == [
        ("n", {"a": ["u.b IDENTITY"]}), ("o", {"c": ["v.d IDENTITY"]}),
    ]  # fmt: skip


def test_columns_that_nobody_can_name_are_a_gap_of_what_writes_them() -> None:
    def gaps(sql: str) -> tuple[str, ...]:
        script = Script(dialect.of("duckdb"), lambda source: None)
        return next(iter(statement.read(sql, script))).gaps

    assert gaps("CREATE TABLE n AS SELECT * FROM t") == ()  # told once the columns of n are known
    assert gaps("CREATE TABLE n AS SELECT * FROM t, u") == ("sql columns",)
    assert gaps("SELECT * FROM t, u") == ()


def test_several_inserts_share_the_common_table_expressions_before_them(tell: Tell) -> None:
    first, second = tell(
        "WITH q AS (SELECT t.a, u.x FROM t JOIN u ON t.k = u.k) FROM q "
        "INSERT OVERWRITE TABLE m SELECT a * 2, x INSERT INTO TABLE n SELECT sum(a), x GROUP BY x",
        "hive",
        {**SCHEMA, "m": ("p", "q"), "n": ("p", "q")},
    )
    joined = ["t.k JOIN", "u.k JOIN"]
    assert (first.columns, first.rows) == ({"p": ["t.a TRANSFORMATION"], "q": ["u.x IDENTITY"]}, joined)
    assert (second.columns, second.rows) == (
        {"p": ["t.a AGGREGATION"], "q": ["u.x IDENTITY"]}, [*joined, "u.x GROUP_BY"],
    )  # fmt: skip


@pytest.mark.parametrize("name", ["hive", "mysql", "tsql", "snowflake"])
def test_a_view_that_is_altered_is_made_anew(tell: Tell, name: str) -> None:
    first, second = tell("ALTER VIEW v AS SELECT a, b + c AS d FROM t; INSERT INTO u SELECT k, a, d FROM v, s", name,
                         {**SCHEMA, "s": ("k",)})  # fmt: skip
    assert (first.target, first.columns) == (
        "v", {"a": ["t.a IDENTITY"], "d": ["t.b TRANSFORMATION", "t.c TRANSFORMATION"]},
    )  # fmt: skip
    assert second.columns == {"k": ["s.k IDENTITY"], "x": ["v.a IDENTITY"], "y": ["v.d IDENTITY"]}


def test_the_columns_of_an_altered_view_are_called_as_they_are_listed(tell: Tell) -> None:
    (one,) = tell("ALTER VIEW v (p, q) AS SELECT a, b FROM t WHERE c = 1", "mysql", SCHEMA)
    assert (one.columns, one.rows) == ({"p": ["t.a IDENTITY"], "q": ["t.b IDENTITY"]}, ["t.c FILTER"])


def test_rows_of_several_tables_are_deleted_at_once(tell: Tell) -> None:
    first, second = tell("DELETE x, s FROM t AS x JOIN s ON s.k = x.k WHERE s.v > 1", "mysql", SCHEMA)
    assert (first.target, second.target) == ("t", "s")
    assert first.rows == second.rows == ["s.k JOIN", "s.v FILTER", "t.k JOIN"]


def test_a_target_whose_name_is_not_written_is_in_doubt(tell: Tell) -> None:
    (one,) = tell("INSERT INTO IDENTIFIER($name) SELECT a FROM t", "snowflake", SCHEMA)
    assert (one.target, len(one.doubts)) == (None, 1)


def test_a_partition_of_oracle_has_a_name_and_is_no_column(tell: Tell) -> None:
    (one,) = tell("INSERT INTO u PARTITION (p1) (k, x) SELECT a, b FROM t", "oracle", SCHEMA)
    assert (one.columns, one.doubts) == ({"k": ["t.a IDENTITY"], "x": ["t.b IDENTITY"]}, [])


@pytest.mark.xfail(SQLGLOT < (30, 30), reason="sqlglot cannot parse these options before 30.30", strict=True)
def test_who_reads_a_temporary_view_over_files_reads_these(tell: Tell) -> None:
    said = "CREATE TEMPORARY VIEW v USING csv OPTIONS (path '/d/x.csv'); SELECT a FROM v"
    made, read = tell(said, "spark", through=True)
    assert (made.target, made.columns) == ("v", {"*": ["/d/x.csv.*"]})
    assert read.columns == {"a": ["/d/x.csv.a IDENTITY"]}


def test_a_table_that_is_made_without_columns_has_some_that_nobody_knows(tell: Tell) -> None:
    _, read = tell("CREATE TABLE n USING delta LOCATION '/n'; SELECT a FROM n", "databricks")
    assert (read.columns, read.doubts) == ({"a": ["n.a IDENTITY"]}, [])


@pytest.mark.parametrize(
    ("name", "sql"),
    [
        ("postgres", "UPDATE t SET a = DEFAULT"),
        ("databricks", "MERGE INTO t USING s ON t.k = s.k WHEN MATCHED THEN UPDATE SET t.a = DEFAULT"),
    ],
)
def test_what_a_column_has_by_default_comes_from_no_column(tell: Tell, name: str, sql: str) -> None:
    (one,) = tell(sql, name)
    assert (one.columns, one.doubts) == ({"a": []}, [])


def test_a_variable_that_an_update_sets_is_no_column_and_the_column_beside_it_is(tell: Tell) -> None:
    (one,) = tell("UPDATE t SET @v = a = b + 1, @w = c, d = e", "tsql")
    assert one.columns == {"a": ["t.b TRANSFORMATION"], "d": ["t.e IDENTITY"]}


def test_what_a_trigger_sets_in_its_row_is_set_in_its_table(tell: Tell) -> None:
    one, other = tell(
        "CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW BEGIN "
        "SET NEW.x = (SELECT p FROM q WHERE k = NEW.id); SET NEW.y = NEW.z + 1; END",
        "mysql",
        {"q": ("p", "k"), "t": ("id", "x", "y", "z")},
    )
    assert (one.target, one.columns) == ("t", {"x": ["q.k FILTER", "q.p IDENTITY", "t.id FILTER"]})
    assert (other.target, other.columns) == ("t", {"y": ["t.z TRANSFORMATION"]})


@pytest.mark.parametrize("body", ["SET NEW.x = NEW.a, NEW.y = 1", "BEGIN SET NEW.x = NEW.a, NEW.y = (SELECT 1); END"])
def test_a_trigger_may_set_several_columns_and_copy_one(tell: Tell, body: str) -> None:
    (one,) = tell(f"CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW {body}", "mysql")
    assert (one.target, one.columns) == ("t", {"x": ["t.a IDENTITY"], "y": []})
