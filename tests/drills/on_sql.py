"""Statements of all kinds on databases, as users write them: with DuckDB, SQLite and SQLAlchemy."""

import sqlite3
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import sqlalchemy
from tests.drills.kit import Custom, Kit, frame

MADE = (
    "CREATE TABLE t (a INTEGER, b INTEGER, c VARCHAR, k INTEGER PRIMARY KEY)",
    "CREATE TABLE u (k INTEGER PRIMARY KEY, x INTEGER, y INTEGER)",
    "INSERT INTO t SELECT i % 3, i, 'n' || i % 2, i FROM range(9) r(i)",
    "INSERT INTO u (k, x) SELECT k, a FROM t WHERE b > 2",
)
QUERIES = (
    "SELECT * EXCLUDE (c) REPLACE (a + 1 AS a), COLUMNS('^[ab]$') FROM t ORDER BY k LIMIT 2",
    "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 4) SELECT n, x FROM r JOIN u ON n = k",
    "SELECT k, sum(b) OVER w AS s, row_number() OVER (PARTITION BY a ORDER BY b) n FROM t WINDOW w AS (ORDER BY k) "
    "QUALIFY n < 3 ORDER BY 1",
    "SELECT CASE WHEN a > 1 THEN b WHEN c = 'n1' THEN k ELSE 0 END AS z, count(*) FILTER (WHERE b > 1) "
    "FROM t GROUP BY 1",
    "SELECT k FROM t INTERSECT SELECT k FROM u EXCEPT SELECT x FROM u ORDER BY 1",
    "SELECT a, b FROM t UNION BY NAME SELECT x AS b, y AS z FROM u ORDER BY ALL LIMIT 3",
    "SELECT s.p, l[1].q, list_transform([a, b], lambda e: e + a) FROM (SELECT {'p': a, 'q': b} AS s, "
    "[{'q': k}] AS l, a, b FROM t) ORDER BY 1, 2 LIMIT 2",
    "PIVOT t ON c USING sum(a) GROUP BY k ORDER BY k LIMIT 2",
    "UNPIVOT (SELECT a, b, k FROM t) ON a, b INTO NAME n VALUE v ORDER BY ALL LIMIT 2",
    "SELECT * FROM (SELECT a, c FROM t) PIVOT (count(*) AS n FOR c IN ('n0', 'n1')) ORDER BY a",
    "SELECT k, e FROM t, UNNEST([a, b]) AS q(e) WHERE EXISTS (SELECT 1 FROM u WHERE u.k = t.k AND u.x = t.a) "
    "ORDER BY 1",
    "SELECT t.k, (SELECT max(x) FROM u WHERE u.k <= t.k) AS m FROM t NATURAL JOIN u ORDER BY 1",
    "SELECT k, z FROM t SEMI JOIN u USING (k), LATERAL (SELECT t.a + 1 AS z) q WHERE k IN (SELECT k FROM u) ORDER BY 1",
    "SELECT count(*), c FROM t LEFT JOIN u ON t.k = u.k AND u.x > 0 GROUP BY ROLLUP (c) HAVING count(*) > 1 "
    "ORDER BY ALL",
    "SELECT t.k, q.x FROM t LEFT JOIN (SELECT k, max(x) AS x FROM u GROUP BY k) q ON (t.k = q.k AND q.k IS NOT NULL) "
    "ORDER BY 1",
    "SELECT if(a > 1, b, k) AS i, a || c || b || 'z' AS z, s.* FROM (SELECT *, {'p': a} AS s FROM t) "
    "ORDER BY ALL LIMIT 2",
    "SELECT * LIKE 'a%' FROM t ORDER BY ALL LIMIT 1",
    "FROM (VALUES (1, 'x'), (2, 'y')) v(i, s) SELECT s, i ORDER BY 2",
    "WITH q AS MATERIALIZED (SELECT k, max(a) m FROM t GROUP BY k) SELECT q1.m, q2.k FROM q q1 JOIN q q2 USING (k) "
    "ORDER BY 2",
    "SELECT t.*, u.x AS \"X y\" FROM t CROSS JOIN u ORDER BY t.k, u.k LIMIT 1",
)  # fmt: skip
CHANGES = (
    "UPDATE t SET b = u.x, a = t.a + 1 FROM u WHERE u.k = t.k",
    "INSERT INTO u BY NAME SELECT 90 + k AS k, b AS y FROM t",
    "INSERT INTO u (k, x) SELECT k, 7 FROM t ON CONFLICT (k) DO UPDATE SET y = excluded.x + u.x",
    "MERGE INTO u USING (SELECT k, a FROM t) s ON u.k = s.k WHEN MATCHED AND s.a > 1 THEN UPDATE SET x = s.a "
    "WHEN MATCHED AND s.a = 0 THEN DELETE WHEN NOT MATCHED THEN INSERT (k, x) VALUES (s.k, s.a)",
    "DELETE FROM u USING t WHERE t.k = u.k AND t.a = 2",
    "CREATE TEMP TABLE tmp AS SELECT k, x FROM u; INSERT INTO tmp SELECT a, b FROM t; "
    "UPDATE tmp SET x = 0 WHERE k = 1; "
    "CREATE OR REPLACE VIEW v (p, q) AS SELECT k, x FROM tmp; CREATE TABLE w AS FROM v",
    "ALTER TABLE w RENAME TO ww; CREATE TABLE www AS SELECT p FROM ww; DROP TABLE ww; TRUNCATE www",
    "CREATE SCHEMA s; CREATE TABLE s.t (p INTEGER, q VARCHAR); INSERT INTO s.t VALUES (1, 'a'), (2, 'b')",
    "CREATE MACRO plus(i) AS i + 1; CREATE SEQUENCE seq; SET threads = 1",
)  # fmt: skip


def _asked(queries: tuple[str, ...]) -> tuple[Any, list[Any]]:
    con = duckdb.connect(":memory:", config={"threads": 1})
    for one in MADE:
        con.execute(one)
    found = [con.execute(one).fetchall() for one in queries]
    for number, one in enumerate(queries):
        con.execute(f"CREATE TABLE made_{number} AS {one}") if "REPLACE" not in one else None
    return con, found


def duckdb_queries(kit: Kit) -> Any:
    con, found = _asked(QUERIES[:7])
    pq.write_table(pa.table({"k": [1, 2], "v": [3, 4]}), kit.folder / "v.parquet")
    joined = con.sql(
        f"SELECT v, s FROM '{kit.folder / 'v.parquet'}' p JOIN (SELECT k, sum(a) s FROM t GROUP BY k) USING (k) "
        "ORDER BY v"
    )
    con.execute("COPY joined TO ? (FORMAT parquet)", [str(kit.folder / "j.parquet")])
    return found, joined.fetchall()


def duckdb_turns(kit: Kit) -> Any:
    return _asked(QUERIES[7:13])[1]


def duckdb_joins(kit: Kit) -> Any:
    return _asked(QUERIES[13:])[1]


def duckdb_changes(kit: Kit) -> Any:
    con = duckdb.connect(str(kit.folder / "own.duckdb"), config={"threads": 1})
    for one in (*MADE, *CHANGES):
        con.execute(one)
    con.executemany("INSERT INTO s.t VALUES (?, ?)", [[3, "c"], [4, "d"]])
    con.begin()
    con.execute("INSERT INTO s.t VALUES (9, 'lost')")
    con.rollback()
    con.execute("BEGIN; INSERT INTO s.t VALUES (5, 'kept'); COMMIT")
    con.execute("BEGIN; INSERT INTO s.t SELECT k, c FROM t; ROLLBACK; UPDATE s.t SET p = 0 WHERE p = 5")
    con.execute("SELECT 1; UNPIVOT (FROM t) ON a, b INTO NAME n VALUE v")
    con.execute(f"COPY s.t TO '{kit.folder / 'rows.csv'}'; COPY s.t FROM '{kit.folder / 'rows.csv'}'")
    bad = kit.caught(lambda: con.execute("INSERT INTO s.t SELECT nope FROM t"))
    con.register("given", frame())
    counted = con.execute("SELECT count(*), min(id) FROM given").fetchall()
    out = [con.execute(f"FROM {name} ORDER BY ALL").fetchall() for name in ("t", "u", "s.t", "tmp", "v")]
    con.close()
    return out, bad, counted


def duckdb_relations(kit: Kit) -> Any:
    con = duckdb.connect(":memory:", config={"threads": 1})
    frame().to_csv(kit.folder / "a.csv", index=False)
    read = con.read_csv(str(kit.folder / "a.csv"))
    made = read.filter("id > 3").project("id, x, g").order("id").limit(20)
    made.aggregate("g, count(*) AS n").order("g").create("sums")
    made.write_parquet(str(kit.folder / "r.parquet"))
    made.to_csv(str(kit.folder / "r.csv"))
    con.execute("CREATE TABLE more (g VARCHAR, n BIGINT)")
    con.table("sums").insert_into("more")
    con.sql("FROM sums").create_view("seen")
    rows = con.read_parquet(str(kit.folder / "r.parquet")).set_alias("p").join(made.set_alias("m"), "p.id = m.id")
    both = con.table("sums").union(con.view("seen")).distinct().order("g")
    values = con.values([1, 2]).fetchall(), con.from_df(frame()).limit(1).fetchall()
    duckdb.sql("CREATE OR REPLACE TABLE drilled AS SELECT 1 AS one")
    there = duckdb.table("drilled").fetchall(), duckdb.read_csv(str(kit.folder / "r.csv")).count("*").fetchall()
    duckdb.register("framed", frame())
    duckdb.sql("INSERT INTO drilled SELECT id FROM framed")
    duckdb.execute("BEGIN")
    duckdb.execute("DROP TABLE drilled")
    duckdb.commit()
    bad = kit.caught(lambda: con.table("nowhere"))
    return rows.fetchall()[:3], both.fetchall(), values, there, con.table("more").fetchall(), bad[0]


def sqlite_transactions(kit: Kit) -> Any:
    con = sqlite3.connect(kit.folder / "t.db")
    con.execute("CREATE TABLE t (n INTEGER PRIMARY KEY, s TEXT)")
    con.execute("INSERT INTO t VALUES (1, 'a'), (2, 'b')")
    con.commit()
    con.execute("INSERT INTO t (n, s) SELECT n + 10, s FROM t")
    con.rollback()
    con.execute("BEGIN")
    con.execute("SAVEPOINT one")
    con.execute("INSERT INTO t VALUES (3, 'kept')")
    con.execute("SAVEPOINT two")
    con.execute("INSERT INTO t VALUES (4, 'lost')")
    con.execute("ROLLBACK TO two")
    con.execute("RELEASE one")
    con.execute("INSERT INTO t VALUES (3, 'again') ON CONFLICT (n) DO UPDATE SET s = excluded.s || t.s")
    con.execute("COMMIT")
    con.executescript(
        "BEGIN; INSERT INTO t VALUES (8, 'x'); ROLLBACK; UPDATE t SET s = 'z' WHERE n = 1; "
        "CREATE VIEW v AS SELECT n FROM t"
    )
    bad = kit.caught(lambda: con.execute("INSERT INTO t VALUES (1, 'twice')"))
    failed = kit.caught(lambda: _failing(con))
    heard: list[str] = []
    con.set_trace_callback(heard.append)
    rows = (
        pd.read_sql("SELECT * FROM v ORDER BY n", con).n.tolist(),
        con.execute("SELECT * FROM t ORDER BY n").fetchall(),
    )
    con.set_trace_callback(None)
    polars = pl.read_database("SELECT n FROM v ORDER BY n", con).rows()
    con.execute("INSERT INTO t VALUES (77, 'open')")
    con.close()
    memory = sqlite3.connect("file:drill?mode=memory&cache=shared", uri=True)
    memory.execute("CREATE TABLE m AS SELECT 1 AS one")
    left = memory.execute("SELECT * FROM m").fetchall()
    memory.close()
    return rows, bad[:2], failed[:2], heard, left, polars


def _failing(con: sqlite3.Connection) -> None:
    with con:
        con.execute("INSERT INTO t VALUES (55, 'lost')")
        raise Custom(5)


def alchemy_transactions(kit: Kit) -> Any:
    engine = sqlalchemy.create_engine(f"sqlite:///{kit.folder / 'x.db'}")
    frame().to_sql("f", engine, index=True, index_label="row")
    with engine.connect() as con:
        con.execute(sqlalchemy.text("CREATE TABLE g AS SELECT g, count(*) AS n FROM f GROUP BY g"))
        con.commit()
        con.execute(sqlalchemy.text("UPDATE g SET n = 0"))
        con.rollback()
        with con.begin_nested() as inner:
            con.execute(sqlalchemy.text("INSERT INTO g VALUES ('lost', 1)"))
            inner.rollback()
        con.commit()
    table = pd.read_sql_table("g", engine)
    rows = pd.read_sql_query("SELECT * FROM g ORDER BY g", engine).values.tolist()
    engine.dispose()
    return len(table), rows
