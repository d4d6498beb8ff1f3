"""psycopg 3 against the server that PGDSN names: cursors of all kinds, COPY, pipelines, transactions, errors, asyncio."""

import asyncio, os, datetime, decimal, json, traceback
import psycopg
from psycopg import sql
from psycopg.rows import dict_row, namedtuple_row, class_row
from psycopg.types.json import Jsonb

DSN = os.environ["PGDSN"]


def show(*x):
    print(*x)


def failing(name, act):
    try:
        act()
    except Exception as error:
        frames = [(os.path.basename(f.filename), f.name) for f in traceback.extract_tb(error.__traceback__)]
        show(name, type(error).__name__, str(error).splitlines()[0], frames)


with psycopg.connect(DSN) as conn:
    conn.execute("drop table if exists t, u, big, bin cascade")
    conn.execute("create table t (id serial primary key, a int, b text, c numeric, d timestamptz, e jsonb, f int[])")
    cur = conn.execute(
        "insert into t (a, b, c, d, e, f) values (%s, %s, %s, %s, %s, %s) returning id",
        (
            1,
            "x",
            decimal.Decimal("1.5"),
            datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc),
            Jsonb({"k": [1]}),
            [1, 2],
        ),
    )
    show(cur.fetchone(), cur.rowcount, cur.statusmessage, cur.description[0].name)
    with conn.cursor(row_factory=dict_row) as c:
        c.executemany(
            "insert into t (a, b) values (%(a)s, %(b)s) returning id",
            [{"a": n, "b": str(n)} for n in range(5)],
            returning=True,
        )
        while True:
            show(c.fetchone())
            if not c.nextset():
                break
        show(c.execute("select a, b from t order by id").fetchmany(2), c.fetchall()[-1])
    with conn.cursor(row_factory=namedtuple_row) as c:
        for row in c.stream("select a, b from t order by id"):
            show(row)
    with conn.cursor("named") as c:
        c.execute("select generate_series(1, 10)")
        show(c.fetchmany(3), c.scroll(2), c.fetchone(), c.fetchall())
    with conn.cursor(binary=True) as c:
        show(c.execute("select a, c, d, e, f from t order by id limit 1").fetchone())
    with psycopg.ClientCursor(conn) as c:
        show(c.mogrify("select %s, %s", [1, "a'b"]), c.execute("select %s", ["z"]).fetchone())
    with psycopg.RawCursor(conn) as c:
        show(c.execute("select $1::int + $2::int", [1, 2]).fetchone())
    with conn.cursor() as c:
        with c.copy("copy t (a, b) from stdin") as copy:
            for n in range(3):
                copy.write_row((n, f"copied {n}"))
        with c.copy("copy (select a, b from t order by id) to stdout (format csv)") as copy:
            show(b"".join(copy).decode().splitlines()[-3:])
        show(
            c.execute(
                sql.SQL("select count(*) from {} where {} >= {}").format(
                    sql.Identifier("t"), sql.Identifier("a"), sql.Literal(1)
                )
            ).fetchone()
        )
        show(c.execute(b"select 1").fetchone(), c.execute("select 1; select 2").fetchall(), c.nextset(), c.fetchall())
conn.closed and show("closed", conn.closed)

conn = psycopg.connect(DSN)
try:
    with conn.transaction():
        conn.execute("create table u as select a, count(*) as n from t group by a")
        with conn.transaction(savepoint_name="inner") as inner:
            conn.execute("insert into u values (99, 1)")
            raise psycopg.Rollback(inner)
    show(conn.execute("select count(*) from u where a = 99").fetchone(), conn.info.transaction_status.name)
    failing("syntax", lambda: conn.execute("selec 1"))
    failing("aborted", lambda: conn.execute("select 1"))
    conn.rollback()
    failing("params", lambda: conn.execute("select %s, %s", (1,)))
    conn.rollback()
    failing("unique", lambda: conn.execute("insert into t (id) values (1)"))
    conn.rollback()
    failing("type", lambda: conn.execute("select %s", (object(),)))
    failing("closed cursor", lambda: [c := conn.cursor(), c.close(), c.execute("select 1")])
    failing("not a query", lambda: conn.execute(3))
    failing("many", lambda: conn.cursor().executemany("insert into t (id) values (%s)", [(1,), (2,)]))
    conn.rollback()
    conn.execute("insert into u values (7, 7)")
    conn.rollback()
    conn.execute("insert into u values (8, 8)")
    conn.commit()
    show(conn.execute("select a from u where a in (7, 8)").fetchall())
    conn.commit()
    with conn.pipeline() as p:
        one, two = conn.cursor(), conn.cursor()
        one.execute("select 1 as a")
        two.execute("insert into u values (9, 9) returning a")
        p.sync()
        show(one.fetchone(), two.fetchone())
    conn.commit()
    conn.autocommit = True
    show(conn.execute("select txid_current_if_assigned()").fetchone())
    conn.execute("begin")
    conn.execute("update u set n = 0")
    conn.execute("rollback")
    show(conn.execute("select sum(n) > 0 from u").fetchone())
    notified = []
    conn.add_notice_handler(lambda d: notified.append(d.message_primary))
    conn.execute("do $$ begin raise notice 'hello'; end $$")
    show(notified)
    conn.execute("listen ch")
    conn.execute("notify ch, 'p'")
    show([n.payload for n in conn.notifies(timeout=1, stop_after=1)])
    conn.prepare_threshold = 1
    show([conn.execute("select a from u where a = %s", (8,), prepare=True).fetchone() for _ in range(3)])
    conn.execute("create or replace function f(x int) returns int language sql as 'select x + 1'")
    show(conn.execute("select f(%s)", (1,)).fetchone())
    other = psycopg.connect(DSN, autocommit=True)
    pid = conn.info.backend_pid
    other.execute("select pg_terminate_backend(%s)", (pid,))
    failing("terminated", lambda: conn.execute("select 1"))
    show(conn.broken, conn.closed)
    xid = other.xid(1, "g", "b")
    other.autocommit = False
    failing(
        "two phases",
        lambda: [
            other.tpc_begin(xid),
            other.execute("insert into u values (10, 1)"),
            other.tpc_prepare(),
            other.tpc_rollback(),
        ],
    )
    other.close()
finally:
    conn.close()


async def asynchronous():
    async with await psycopg.AsyncConnection.connect(DSN) as aconn:
        async with aconn.cursor() as cur:
            await cur.execute("select a, b from t order by id limit 2")
            show([row async for row in cur])
            try:
                await cur.execute("selec")
            except psycopg.Error as error:
                show(
                    type(error).__name__,
                    [(os.path.basename(f.filename), f.name) for f in traceback.extract_tb(error.__traceback__)],
                )
            await aconn.rollback()
            async with aconn.transaction():
                await cur.executemany("insert into u values (%s, %s)", [(n, n) for n in range(20, 25)])
        show(await (await aconn.execute("select count(*) from u")).fetchone())
        task = asyncio.create_task(aconn.execute("select pg_sleep(5)"))
        await asyncio.sleep(0.2)
        task.cancel()
        try:
            await task
        except asyncio.CancelledError:
            show("cancelled")
        show(aconn.info.transaction_status.name)


asyncio.run(asynchronous())


class Mine(psycopg.Cursor):
    def execute(self, *a, **k):
        show("mine")
        return super().execute(*a, **k)


with psycopg.connect(DSN, cursor_factory=Mine) as conn:
    show(type(conn.execute("select 1")).__name__)
import pandas as pd, polars as pl
from sqlalchemy import create_engine

engine = create_engine(DSN.replace("postgresql://", "postgresql+psycopg://"))
frame = pd.read_sql("select a, n from u order by a", engine)
frame.assign(m=frame.n * 2).to_sql("big", engine, index=False, if_exists="replace")
show(pd.read_sql_table("big", engine).m.sum())
frame.to_csv("u.csv", index=False)
with psycopg.connect(DSN) as conn:
    show(pl.read_database("select a from big order by a limit 1", conn).rows())
import pickle, copy, inspect

show(
    inspect.signature(psycopg.Cursor.execute),
    psycopg.Cursor.execute.__name__,
    pickle.loads(pickle.dumps(psycopg.Cursor.execute)) is psycopg.Cursor.execute,
)
