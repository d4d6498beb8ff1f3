"""Statements that are others by another name. Expected words and edges by hand from the manuals of the dialects."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlglot

from driftline.capture.sql import words
from driftline.capture.sql.translate import translated

Tell = Callable[..., list[Any]]


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("CREATE STREAM IF NOT EXISTS a.s COPY GRANTS ON TABLE b.t AT (OFFSET => 1)",
         "CREATE VIEW a . s AS SELECT * FROM b . t"),
        ("CREATE OR REPLACE STREAM s ON VIEW v", "CREATE VIEW s AS SELECT * FROM v"),
        ("CREATE OR REPLACE PUBLIC SYNONYM a.y FOR b.t", "CREATE VIEW a . y AS SELECT * FROM b . t"),
        ("CREATE TABLE a.x AS CLONE OF y", "CREATE TABLE a . x CLONE y"),
        ("CREATE PIPE p AS COPY INTO t FROM s", "COPY INTO t FROM s"),
        ("ALTER TABLE a EXCHANGE PARTITION (d = 1) WITH TABLE b", "INSERT INTO a SELECT * FROM b"),
        ("COPY INTO d.t FROM @s FILE_FORMAT = d.f FORCE = TRUE", "COPY INTO d . t FROM @ s FORCE = TRUE"),
        ("COPY INTO d.t FROM @s FILE_FORMAT = (TYPE = CSV)", None),
        ("LOAD DATA LOCAL INFILE 'x.csv' REPLACE INTO TABLE d.t (a, b)", "LOAD DATA INPATH x.csv INTO TABLE d . t"),
        ("ALTER TABLE IF EXISTS x.a SET SCHEMA b", "ALTER TABLE IF EXISTS x . a RENAME TO b . a"),
        ("CREATE STREAM s ON STAGE g", None),
        ("SELECT 1", None),
        # tables that change their names, or places, or whose rows another table gets
        ("RENAME TABLE a TO b, c.d TO c.e", "ALTER TABLE a RENAME TO b; ALTER TABLE c . d RENAME TO c . e"),
        ("RENAME a TO b", "ALTER TABLE a RENAME TO b"),
        ("ALTER TABLE a, b RENAME TO c, d", "ALTER TABLE a RENAME TO c; ALTER TABLE b RENAME TO d"),
        ("ALTER SCHEMA x TRANSFER y.t", "ALTER TABLE y . t RENAME TO x . t"),
        ("EXEC sp_rename 'x.a', 'b'", "ALTER TABLE x . a RENAME TO x . b"),
        ("EXEC sp_rename 'x.a.c', 'd', 'COLUMN'", "ALTER TABLE x . a RENAME COLUMN c TO d"),
        ("EXEC sp_rename 'x.a.c', 'd', 'INDEX'", None),
        ("ALTER TABLE a CHANGE COLUMN x y INT COMMENT 'c', CHANGE z w DECIMAL(1, 2)",
         "ALTER TABLE a RENAME COLUMN x TO y; ALTER TABLE a RENAME COLUMN z TO w"),
        ("ALTER TABLE a CHANGE x y INT, ADD COLUMN z INT", None),
        ("ALTER TABLE a CHANGE x y INT, CHANGE y x INT", None),  # at once
        ("ALTER TABLE a RENAME COLUMN x TO y, RENAME COLUMN y TO z",
         "ALTER TABLE a RENAME COLUMN y TO z; ALTER TABLE a RENAME COLUMN x TO y"),
        ("EXCHANGE TABLES a AND x.b", "ALTER TABLE a SWAP WITH x . b"),
        ("ALTER TABLE a SWITCH PARTITION 1 TO x.b PARTITION 2", "INSERT INTO x . b SELECT * FROM a"),
        ("ALTER TABLE a ATTACH PARTITION x.b FOR VALUES FROM (1) TO (2)", "INSERT INTO a SELECT * FROM x . b"),
        ("INSERT INTO a TABLE b ORDER BY c", "INSERT INTO a SELECT * FROM b ORDER BY c"),
        ("ALTER TABLE a APPEND FROM b FILLEXTRA", "INSERT INTO a SELECT * FROM b"),
        ("ALTER TABLE a REPLACE PARTITION 1 FROM b", "INSERT INTO a SELECT * FROM b"),
        ("ALTER TABLE a MOVE PARTITION 1 TO TABLE b", "INSERT INTO b SELECT * FROM a"),
        ("ALTER TABLE a ATTACH PARTITION b FOR VALUES IN (1)", "INSERT INTO a SELECT * FROM b"),
        ("ALTER TABLE a ATTACH PARTITION b DEFAULT", "INSERT INTO a SELECT * FROM b"),
        ("ALTER TABLE a ADD COLUMN b INT", None),
        # changes by other words
        ("ALTER TABLE a ON CLUSTER k UPDATE x = y IN PARTITION 3 WHERE z", "UPDATE a SET x = y WHERE z"),
        ("ALTER TABLE a DELETE WHERE z", "DELETE FROM a WHERE z"),
        ("UPD a FROM b SET x = b.y WHERE z", "UPDATE a FROM b AS b SET x = b . y WHERE z"),
        ("UPDATE a FROM b c SET x = c.y", "UPDATE a FROM b c SET x = c . y"),
        ("UPDATE a SET x = 1", None),
        ("MERGE INTO a USING b ON c REMOVE DUPLICATES", "MERGE INTO a USING b ON c WHEN NOT MATCHED THEN INSERT *"),
        ("APPLY CHANGES INTO a FROM STREAM(b) KEYS (k) SEQUENCE BY s COLUMNS * EXCEPT (o) STORED AS SCD TYPE 1",
         "INSERT INTO a SELECT * EXCEPT ( o ) FROM STREAM ( b )"),
        ("CREATE FLOW f AS AUTO CDC INTO a FROM STREAM b KEYS (k) SEQUENCE BY s COLUMNS (x, y)",
         "INSERT INTO a SELECT x , y FROM STREAM b"),
        ("INSERT INTO a (x) TABLE b.c", "INSERT INTO a ( x ) SELECT * FROM b . c"),
        ("INSERT INTO TABLE a SELECT x FROM b", None),
        ("EXPORT TABLE a.b TO 'p'", "INSERT OVERWRITE DIRECTORY p SELECT * FROM a . b"),
        ("IMPORT EXTERNAL TABLE a FROM 'p'", "LOAD DATA INPATH p INTO TABLE a"),
        ("FROM a |> SET x = f(y, z), w = 1 |> WHERE x",
         "FROM a |> SELECT * REPLACE ( f ( y , z ) AS x , 1 AS w ) |> WHERE x"),
        ("FROM a |> DROP x, y", "FROM a |> SELECT * EXCEPT ( x , y )"),
        ("FROM a |> RENAME x AS y", "FROM a |> SELECT * RENAME ( x AS y )"),
        ("FROM a |> WHERE x", None),
    ],
)  # fmt: skip
def test_a_statement_is_said_by_those_that_come_to_the_same(sql: str, said: str | None) -> None:
    grammar = sqlglot.Dialect.get_or_raise("bigquery" if "|>" in sql else "snowflake")
    found = translated(words.split(grammar, sql, 1, frozenset(["RENAME", "EXCHANGE", "EXPORT", "EXEC"])))
    assert (None if found is None else "; ".join(" ".join(token.text for token in one) for one in found)) == said


@pytest.mark.parametrize(
    ("name", "sql"),
    [
        ("tsql", "EXEC sp_rename 'x.a', 'b'"),
        ("tsql", "ALTER TABLE a SWITCH PARTITION 1 TO b"),
        ("tsql", "ALTER SCHEMA a TRANSFER OBJECT::b.c"),
        ("tsql", "SELECT a FROM OPENROWSET(BULK 'f', FORMAT = 'x') WITH (a int) AS b"),
        ("clickhouse", "ALTER TABLE a UPDATE b = c IN PARTITION d WHERE e"),
        ("databricks", "APPLY CHANGES INTO a FROM b KEYS (c) COLUMNS * EXCEPT (d)"),
        ("hive", "EXPORT TABLE a TO 'b'; IMPORT TABLE c FROM 'd'"),
        ("teradata", "LOCKING TABLE a FOR ACCESS SELECT b (NAMED c), d (TITLE 'e') FROM a"),
        ("teradata", "UPD a FROM b SET c = d WHERE e"),
        ("oracle", "CREATE TABLE a NOLOGGING AS SELECT b FROM c LOG ERRORS INTO d ('e') REJECT LIMIT 1"),
        ("postgres", "ALTER TABLE a ATTACH PARTITION b FOR VALUES IN (1)"),
        ("bigquery", "FROM a |> SET b = c, d = e |> DROP f |> RENAME g AS h"),
    ],
)
def test_a_statement_may_be_cut_off_anywhere(tell: Tell, name: str, sql: str) -> None:
    for end in range(1, len(sql)):
        tell(sql[:end], name)  # raises nothing
    assert [one.problem for one in tell(sql, name) if one.problem] == []


def test_tables_that_are_swapped_by_renaming_lead_on_to_what_they_were(tell: Tell) -> None:
    known = {"t": ("a",), "new": ("a",)}
    old, new = tell("RENAME TABLE t TO old, new TO t", "mysql", known)
    assert (old.target, old.columns) == ("old", {"a": ["t.a IDENTITY"]})
    assert (new.target, new.columns) == ("t", {"a": ["new.a IDENTITY"]})


def test_tables_of_clickhouse_that_change_places_feed_each_other(tell: Tell) -> None:
    known = {"a": ("x",), "b": ("x",)}
    found = tell("EXCHANGE TABLES a AND b", "clickhouse", known)
    assert [(one.target, one.columns["x"]) for one in found] == [("a", ["b.x IDENTITY"]), ("b", ["a.x IDENTITY"])]


def test_a_mutation_of_clickhouse_is_an_update(tell: Tell) -> None:
    (one,) = tell("ALTER TABLE t UPDATE v = v + w WHERE id IN (SELECT id FROM s)", "clickhouse")
    assert (one.target, one.columns) == ("t", {"v": ["t.v TRANSFORMATION", "t.w TRANSFORMATION"]})
    assert one.rows == ["s.id FILTER", "t.id FILTER"]


def test_steps_of_a_pipe_change_columns_one_after_the_other(tell: Tell) -> None:
    (one,) = tell(
        "FROM o |> SET amt = amt * rate |> DROP secret |> RENAME amt AS amount |> AS q |> SELECT q.amount, name",
        "bigquery",
        {"o": ("amt", "rate", "secret", "name")},
    )
    both = ["o.amt TRANSFORMATION", "o.rate TRANSFORMATION"]
    assert (one.columns, one.problem) == ({"amount": both, "name": ["o.name IDENTITY"]}, "")


@pytest.mark.parametrize("word", ["UPD", "UPDATE"])
def test_an_update_of_teradata_names_its_source_first(tell: Tell, word: str) -> None:
    (one,) = tell(f"{word} t FROM s SET v = s.v WHERE t.id = s.id", "teradata")
    assert (one.target, one.columns, one.rows) == ("t", {"v": ["s.v IDENTITY"]}, ["s.id FILTER", "t.id FILTER"])


def test_rows_that_a_merge_of_redshift_brings_are_those_of_its_source(tell: Tell) -> None:
    (one,) = tell("MERGE INTO t USING s ON t.id = s.id REMOVE DUPLICATES", "redshift", {"s": ("id", "v")})
    assert (one.target, one.rows) == ("t", ["s.id JOIN", "t.id JOIN"])
    assert one.columns == {"id": ["s.id IDENTITY"], "v": ["s.v IDENTITY"]}


def test_what_stands_behind_a_statement_of_tsql_is_read_as_well(tell: Tell) -> None:
    switched, loaded, inserted = tell(
        "ALTER TABLE a SWITCH TO b; BULK INSERT c FROM 'f.csv' WITH (FIELDTERMINATOR = ',') "
        "INSERT INTO d (x) SELECT y FROM e",
        "tsql",
    )
    assert (switched.target, loaded.target, inserted.target) == ("b", "c", "d")
    assert loaded.columns == {"*": ["f.csv.*"]}
    assert inserted.columns == {"x": ["e.y IDENTITY"]}
    renamed, inserted = tell("EXEC sp_rename 'a', 'b' INSERT INTO d (x) SELECT y FROM e", "tsql")
    assert (renamed.target, inserted.target) == ("b", "d")


def test_partitions_that_are_exchanged_go_both_ways_and_those_of_hive_one(tell: Tell) -> None:
    schema = {"p": ("a",), "s": ("a",)}
    for name in ("mysql", "oracle"):
        found = tell("ALTER TABLE p EXCHANGE PARTITION p0 WITH TABLE s", name, schema)
        assert [(one.target, one.columns) for one in found] == [
            ("p", {"a": ["s.a IDENTITY"]}),
            ("s", {"a": ["p.a IDENTITY"]}),
        ]
    (one,) = tell("ALTER TABLE p EXCHANGE PARTITION (d = '1') WITH TABLE s", "hive", schema)
    assert (one.target, one.columns) == ("p", {"a": ["s.a IDENTITY"]})


def test_pipes_of_bigquery_may_stand_behind_create_and_insert(tell: Tell) -> None:
    schema = {"t": ("a", "b", "c")}
    (one,) = tell("CREATE TABLE m AS FROM t |> SET b = a + 1 |> DROP c", "bigquery", schema)
    assert (one.target, one.columns) == ("m", {"a": ["t.a IDENTITY"], "b": ["t.a TRANSFORMATION"]})
    (one,) = tell("INSERT INTO m (x, y) FROM t |> DROP c", "bigquery", schema)
    assert (one.target, one.columns) == ("m", {"x": ["t.a IDENTITY"], "y": ["t.b IDENTITY"]})


def test_partitions_that_two_tables_swap_or_one_gets_are_rows_of_the_other(tell: Tell) -> None:
    schema = {"p": ("a",), "q": ("a",)}
    found = tell("SELECT SWAP_PARTITIONS_BETWEEN_TABLES('p', 1, '2', 'q')", "postgres", schema)
    assert [(one.target, one.columns) for one in found] == [
        ("q", {"a": ["p.a IDENTITY"]}),
        ("p", {"a": ["q.a IDENTITY"]}),
    ]
    (one,) = tell("SELECT move_partitions_to_table('p', '1', '2', 'q')", "postgres", schema)
    assert (one.target, one.columns) == ("q", {"a": ["p.a IDENTITY"]})
    (one,) = tell("SELECT move_partitions_to_table('', '1', '2', '')", "postgres", schema)
    assert one.target is None
