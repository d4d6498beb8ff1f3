"""Statements of many dialects: a stand-in in front of which SQLAlchemy puts any, and psycopg without a server."""

import asyncio
from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any, ClassVar

import psycopg
import sqlalchemy
from sqlalchemy.dialects import registry
from sqlalchemy.engine.default import DefaultDialect
from tests.drills.kit import Custom, Kit


class Cursor:
    """Takes any statement, and finds nothing."""

    description: ClassVar[None] = None
    rowcount = -1
    lastrowid = None

    def __init__(self, connection: "Connection") -> None:
        self.connection = connection

    def execute(self, statement: str, _: Any = ()) -> None:
        if "nope" in statement:
            raise Custom(4)
        self.connection.heard.append(statement)

    executemany = execute

    def close(self) -> None:
        return None


class Connection:
    """A connection of the stand-in."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    def cursor(self) -> Cursor:
        return Cursor(self)

    def commit(self) -> None:
        self.heard.append("commit")

    def rollback(self) -> None:
        self.heard.append("rollback")

    def close(self) -> None:
        return None


class Anything(DefaultDialect):
    """A dialect of SQLAlchemy in front of the stand-in."""

    supports_statement_cache = True
    paramstyle = "qmark"
    Error = Custom

    @classmethod
    def import_dbapi(cls) -> Any:
        return cls

    @classmethod
    def connect(cls, *_: Any, **__: Any) -> Any:
        return Connection()

    def initialize(self, connection: Any) -> None:
        return None

    def do_rollback(self, dbapi_connection: Any) -> None:
        dbapi_connection.rollback()


class Postgres(psycopg.Connection[Any]):
    """A connection of psycopg that no server answers: what would be sent is noted, and comes out well."""

    def __init__(self) -> None:
        super().__init__(psycopg.pq.PGconn.connect_start(b"host=/nowhere"))
        self.heard: list[str] = []
        self.status = 0

    def wait(self, generator: Any, *_: Any, **__: Any) -> Any:
        self.heard.append(generator.__name__)
        generator.close()

    @property
    def info(self) -> Any:
        return SimpleNamespace(host="host", port=5432, dbname="db", transaction_status=self.status)

    @property
    def closed(self) -> bool:
        return False


class Copying(psycopg.Cursor[Any]):
    """A cursor whose COPY has no result."""

    def _select_current_result(self, *_: Any, **__: Any) -> None:
        return None


def postgres(kit: Kit) -> Any:
    """Calls of psycopg, as far as they come without a server."""
    con = Postgres()
    cursor = psycopg.Cursor(con)
    cursor.execute("CREATE TABLE t AS SELECT a, b FROM u")
    con.status = 2
    cursor.execute("INSERT INTO t SELECT a FROM u")
    cursor.execute(psycopg.sql.SQL("INSERT INTO {} SELECT a FROM u").format(psycopg.sql.Identifier("t")))
    cursor.execute(b"SAVEPOINT one")
    with psycopg.Transaction(con):
        cursor.execute("UPDATE t SET a = b")
    with psycopg.Transaction(con, force_rollback=True):
        cursor.execute("DELETE FROM t")
    bad = kit.caught(lambda: _in_block(con, cursor))
    con.commit()
    con.rollback()
    asyncio.run(_later(con))
    return con.heard, bad[:2]


def _in_block(con: Any, cursor: Any) -> None:
    with psycopg.Transaction(con):
        cursor.execute("DELETE FROM t")
        raise Custom(6)


def copies(kit: Kit) -> Any:
    """What COPY takes in and gives out, and rows that are streamed, in transactions that are kept and lost."""
    con = Postgres()
    cursor = Copying(con)
    con.status = 2
    cursor.execute("INSERT INTO t SELECT b FROM u")
    with psycopg.Transaction(con):
        cursor.execute("INSERT INTO t SELECT a FROM u")
        with cursor.copy("COPY t (a) FROM STDIN"):
            pass
        streamed = list(cursor.stream("SELECT a FROM t"))
    con.status = 0
    with cursor.copy("COPY (SELECT a FROM u) TO STDOUT"):
        pass
    bad = kit.caught(lambda: _in_copy(cursor))
    con.status = 2
    cursor.execute("UPDATE t SET a = b")
    con.status = 3  # a statement of it has failed
    con.commit()
    con.rollback()
    return con.heard, streamed, bad[:2]


def _in_copy(cursor: Any) -> None:
    with cursor.copy("COPY t FROM STDIN"):
        raise Custom(7)


async def _later(con: Any) -> None:
    async def wait(generator: Any, *_: Any, **__: Any) -> None:
        con.heard.append(f"later {generator.__name__}")
        generator.close()

    later: Any = SimpleNamespace(
        lock=asyncio.Lock(), wait=wait, pgconn=con.pgconn, adapters=con.adapters, row_factory=psycopg.rows.tuple_row,
        info=con.info, closed=False, _num_transactions=0,
    )  # fmt: skip
    async with psycopg.AsyncTransaction(later):
        await psycopg.AsyncCursor(later).execute("INSERT INTO t SELECT c FROM u")


def _told(kit: Kit, statements: Iterable[tuple[str, str]]) -> Any:
    found = []
    for number, (backend, statement) in enumerate(statements):
        registry.register(f"{backend}.drill", __name__, "Anything")
        engine = sqlalchemy.create_engine(
            f"{backend}+drill://user:secret@host/db", poolclass=sqlalchemy.pool.StaticPool
        )
        with engine.connect() as con:
            con.exec_driver_sql(statement)
            con.exec_driver_sql(f"CREATE TABLE kept_{number} (i INT)")
            (con.commit if number % 2 else con.rollback)()
            bad = kit.caught(lambda con=con: con.exec_driver_sql("SELECT nope"))
            found.append((list(con.connection.dbapi_connection.heard), bad[0]))
        engine.dispose()
    return found


_SCHEMA = "CREATE TABLE t (a INT, b INT, c INT, k INT); CREATE TABLE u (k INT, x INT, y INT); "
WAREHOUSES = (
    ("snowflake", _SCHEMA + "INSERT INTO n SELECT * ILIKE '%a%' FROM t; "
     "INSERT INTO n SELECT $2 AS p FROM (VALUES (1, 2)); "
     "CREATE TEMP TABLE p AS SELECT a FROM t; INSERT INTO p SELECT b FROM t; INSERT INTO n SELECT a, s.* FROM p"),
    ("snowflake", "SELECT f.value AS v, f.index AS i FROM t, LATERAL FLATTEN(input => t.a) f WHERE t.b:x.y > 1"),
    ("snowflake", _SCHEMA + "INSERT ALL WHEN a > 1 THEN INTO u (x) VALUES (b) ELSE INTO s SELECT a, b, c FROM t"),
    ("snowflake", _SCHEMA + "MERGE INTO u USING t ON u.k = t.k WHEN MATCHED AND t.a > 1 THEN UPDATE SET x = t.b "
     "WHEN NOT MATCHED THEN INSERT VALUES (t.k, t.b, 0)"),
    ("snowflake", "CREATE STREAM s ON TABLE t; CREATE PIPE p AS COPY INTO t FROM @stage; ALTER TABLE a SWAP WITH b"),
    ("snowflake", "SELECT * FROM t PIVOT (SUM(a) FOR b IN ('JAN', 'FEB')) AS p (c, jan, feb); "
     "SELECT $1, $2 FROM @stage"),
    ("bigquery", "WITH r AS (SELECT k, ARRAY_AGG(STRUCT(a, b AS q)) AS l FROM t GROUP BY k) SELECT k, e.a, q FROM r, "
     "UNNEST(l) AS e WITH OFFSET AS o"),
    ("bigquery", "SELECT e.x FROM t, UNNEST(ARRAY(SELECT AS STRUCT u.x, u.k FROM u)) AS e; SELECT s.p FROM (SELECT "
     "COALESCE(STRUCT(a AS p), STRUCT(b AS p)) AS s FROM t)"),
    ("bigquery", "SELECT v, w FROM t UNPIVOT ((v, w) FOR m IN ((a, b) AS 'one', (c, a) AS 'two'))"),
    ("bigquery", "EXPORT DATA OPTIONS (uri='gs://b/*.csv', format='CSV') AS SELECT a FROM t; "
     "LOAD DATA INTO u FROM FILES "
     "(format='CSV', uris=['gs://b/x.csv'])"),
    ("databricks", "MERGE INTO u USING s ON u.k = s.k WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *; "
     "SELECT q.a FROM STREAM(t) q; CACHE TABLE n AS SELECT a FROM t; SELECT n.b FROM n"),
    ("hive", _SCHEMA + "FROM t INSERT OVERWRITE TABLE u SELECT k, a, b WHERE c = 1 INSERT INTO TABLE s SELECT k, b, c"),
    ("hive", "SELECT q.one, e.z FROM t LATERAL VIEW json_tuple(t.a, 'k') q AS one, two "
     "LATERAL VIEW posexplode(b) q AS p, e"),
    ("redshift", "UNLOAD ('SELECT a FROM t WHERE b = 1') TO 's3://out/'; CREATE TABLE n (LIKE t)"),
)  # fmt: skip
BLOCKS = (
    ("teradata", "SEL dob (FORMAT 'YY'), n (NAMED m) FROM e QUALIFY RANK() OVER (ORDER BY dob) = 1"),
    ("mssql", "DECLARE @v TABLE (a INT)\nGO\nUPDATE q SET q.a += s.v FROM t q JOIN s ON q.k = s.k; "
     "SELECT a INTO #n FROM t; "
     "DELETE q FROM t AS q JOIN s ON s.k = q.k; SELECT * FROM #n"),
    ("mssql", "CREATE PROCEDURE p @x INT AS BEGIN IF @x > 1 INSERT INTO u SELECT a FROM t ELSE UPDATE u SET x = 1; "
     "EXEC q END"),
    ("oracle", "MERGE INTO m USING s ON (m.k = s.k) WHEN MATCHED THEN UPDATE SET m.v = s.v WHERE s.w = 1 DELETE WHERE "
     "m.z = 0 WHEN NOT MATCHED THEN INSERT (k) VALUES (s.k)"),
    ("oracle", "UPDATE t SET (a, b) = (SELECT x, y FROM u WHERE u.k = t.k)"),
    ("oracle", "BEGIN FOR r IN (SELECT a FROM t) LOOP INSERT INTO u (x) VALUES (r.a); END LOOP; "
     "EXECUTE IMMEDIATE 'INSERT INTO u SELECT b FROM t'; END;"),
    ("postgresql", "CREATE FUNCTION f(n int) RETURNS void AS $$ BEGIN "
     "INSERT INTO u (k) SELECT a FROM t WHERE a > n; END "
     "$$ LANGUAGE plpgsql"),
    ("postgresql", "WITH m AS (DELETE FROM u WHERE x = 1 RETURNING *) INSERT INTO old SELECT m.*, (t).a FROM m, t, "
     "generate_series(1, 3) AS g; SELECT DISTINCT ON (k) k::text, x FROM u ORDER BY 1, count(u) OVER ()"),
    ("postgresql", "INSERT INTO u (k) WITH q AS (SELECT a FROM t FOR UPDATE) SELECT a FROM q; "
     "COPY u FROM 's3://in/file.csv'"),
    ("mysql", "INSERT INTO u (k, x) SELECT k, a FROM t ON DUPLICATE KEY UPDATE y = VALUES(x); "
     "UPDATE t JOIN u ON t.k = u.k SET u.x = t.a; LOAD DATA LOCAL INFILE 'x.csv' INTO TABLE d.t (a, b)"),
    ("clickhouse", "SELECT e, argMax(a, b) FROM t FINAL ARRAY JOIN b AS e PREWHERE b = 1 GROUP BY e"),
    ("athena", "UNLOAD (SELECT a FROM t) TO 's3://out/' WITH (format = 'PARQUET')"),
    ("generic", "CREATE TABLE {{ zone }}.d_{{ day }} AS SELECT v.k, {{ m }} AS m FROM {{ ref('a') }} v "
     "JOIN {{ source('b', 'c') }} w ON v.k = w.k {% if x %} WHERE v.k > 1 {% endif %}"),
    ("generic", "INSERT INTO u SELECT FROM WHERE (; MERGE UPSERT INTO a.b USING c.d WHAT; "
     "SELECT a FROM t WHERE b LIKE ("),
    ("generic", "SELECT a, b FROM t UNION SELECT k, x FROM u; SELECT * FROM v NATURAL JOIN w; "
     "DROP TABLE v; VALUES (1, 2)"),
)  # fmt: skip


def warehouses(kit: Kit) -> Any:
    return _told(kit, WAREHOUSES)


def blocks(kit: Kit) -> Any:
    return _told(kit, BLOCKS)


OTHERS = (
    ("snowflake", "CREATE SYNONYM q FOR t; ALTER TABLE t RENAME TO moved; "
     "INSERT INTO u SELECT a FROM moved AT (OFFSET => -60)"),
    ("snowflake", "COPY INTO t FROM @stage FILE_FORMAT = my.format; ALTER TABLE a SWAP WITH b"),
    ("mysql", "LOAD DATA INFILE 'x.csv' INTO TABLE d.t (a, b); RENAME TABLE a TO b, c TO a; "
     "SELECT a FROM t LOCK IN SHARE MODE"),
    ("mssql", "EXEC sp_rename 'a', 'b'; BULK INSERT d.t FROM 'x.csv'; CREATE TABLE n AS CLONE OF t; "
     "SELECT a FROM t WITH (NOLOCK) OUTER APPLY (SELECT 1 AS one) q"),
    ("bigquery", "ALTER TABLE d.t RENAME TO n; CREATE TABLE s CLONE t; "
     "SELECT a FROM t FOR SYSTEM_TIME AS OF TIMESTAMP '2026-01-01'"),
    ("clickhouse", "EXCHANGE TABLES a AND b; RENAME TABLE a TO c; SELECT a FROM t ORDER BY b WITH FILL"),
    ("hive", "ALTER TABLE t EXCHANGE PARTITION (d = 1) WITH TABLE u; IMPORT TABLE n FROM '/data'; "
     "ALTER TABLE a RENAME TO b"),
    ("databricks", "CREATE FLOW f AS AUTO CDC INTO t FROM STREAM(s) KEYS (k) SEQUENCE BY n; "
     "CREATE LIVE TABLE l (CONSTRAINT c EXPECT (a > 1) ON VIOLATION DROP ROW) AS SELECT a FROM LIVE.t; "
     "INSERT WITH SCHEMA EVOLUTION INTO t SELECT a FROM u"),
    ("redshift", "ALTER TABLE t APPEND FROM u; SELECT a FROM t"),
    ("oracle", "INSERT INTO t SELECT a FROM u LOG ERRORS INTO e REJECT LIMIT 1; "
     "SELECT a FROM t AS OF TIMESTAMP SYSDATE"),
)  # fmt: skip


def others(kit: Kit) -> Any:
    """Statements that are others by another name, and clauses that say nothing of where data comes from."""
    return _told(kit, OTHERS)
