"""Small programs against PostgreSQL, as people write them to load tables, with what each reads, writes and makes.

The sources and edges are written by hand. Names are ``schema.table``; ``temp.t`` is a temporary table. An edge is
``target < source``: some column of the target has its values, or its rows, from a column of the source. ``con`` is a
connection of psycopg, ``url`` leads to the same database, whose tables ``SETUP`` has made. ``reads`` names what was
there before the program; what it makes itself and then reads has edges.
"""

from typing import NamedTuple

SETUP = """
CREATE SCHEMA staging;
CREATE TABLE orders (id integer, cust text, amount numeric);
CREATE TABLE staging.orders (id integer, cust text, amount numeric);
CREATE TABLE customers (id integer, name text);
CREATE TABLE report (cust text PRIMARY KEY, total numeric);
INSERT INTO orders VALUES (1, 'ann', 10), (2, 'bob', 20);
INSERT INTO staging.orders VALUES (3, 'cid', 30), (4, 'dan', 40);
INSERT INTO customers VALUES (1, 'ann'), (2, 'bob');
"""


class Program(NamedTuple):
    """A program."""

    text: str
    reads: str
    writes: str
    edges: str = ""
    needs: str = ""  # a module that may not be installed
    since: int = 0  # the version of the server that tells what has to be known


REPORTED = 'con.execute("INSERT INTO report SELECT cust, amount FROM orders")\n'
TEMP_ORDERS = 'con.execute("CREATE TEMP TABLE orders AS SELECT id, cust, amount FROM staging.orders")\n'

PROGRAMS = {
    # --- temporary tables -----------------------------------------------------------------------------------------
    "temporary table before a lasting one": Program(
        TEMP_ORDERS
        + 'con.execute("INSERT INTO report SELECT cust, sum(amount) FROM orders GROUP BY cust")\ncon.commit()\n',
        "staging.orders", "temp.orders report", "temp.orders<staging.orders report<temp.orders",
    ),
    "on commit drop": Program(
        """
con.execute("CREATE TEMP TABLE orders (id int, cust text, amount numeric) ON COMMIT DROP")
with con.cursor() as cur:
    cur.executemany("INSERT INTO orders VALUES (%s, %s, %s)", [(7, "eve", 70), (8, "fay", 80)])
con.execute("INSERT INTO report SELECT cust, amount FROM orders")
con.commit()
con.execute("INSERT INTO customers SELECT id, cust FROM orders")
con.commit()
""",
        "orders", "temp.orders report customers", "report<temp.orders customers<orders",
    ),
    "discard temp": Program(
        "con.autocommit = True\n" + TEMP_ORDERS + 'con.execute("DISCARD TEMP")\n' + REPORTED,
        "staging.orders orders", "temp.orders report", "temp.orders<staging.orders report<orders",
    ),
    "drop of a temporary table": Program(
        TEMP_ORDERS
        + 'con.execute("INSERT INTO customers SELECT id, cust FROM orders")\ncon.execute("DROP TABLE orders")\n'
        + REPORTED
        + "con.commit()\n",
        "staging.orders orders", "temp.orders customers report",
        "temp.orders<staging.orders customers<temp.orders report<orders",
    ),
    "two connections with a temporary table of one name": Program(
        """
other = psycopg.connect(url)
con.execute("CREATE TEMP TABLE work AS SELECT id, cust, amount FROM orders")
other.execute("CREATE TEMP TABLE work AS SELECT id, cust, amount FROM staging.orders")
con.execute("INSERT INTO report SELECT cust, amount FROM work")
other.execute("INSERT INTO customers SELECT id, cust FROM work")
con.commit()
other.commit()
other.close()
""",
        "orders staging.orders", "temp.work temp.work#2 report customers",
        "temp.work<orders temp.work#2<staging.orders report<temp.work customers<temp.work#2",
    ),
    "select into temp": Program(
        """
con.execute("SELECT id, cust INTO TEMP picked FROM orders")
con.execute("INSERT INTO customers SELECT id, cust FROM picked")
con.commit()
""",
        "orders", "temp.picked customers", "temp.picked<orders customers<temp.picked",
    ),
    "pg_temp in front": Program(
        TEMP_ORDERS
        + 'con.execute("INSERT INTO report SELECT cust, amount FROM pg_temp.orders")\n'
        + 'con.execute("INSERT INTO customers SELECT id, cust FROM public.orders")\ncon.commit()\n',
        "staging.orders orders", "temp.orders report customers",
        "temp.orders<staging.orders report<temp.orders customers<orders",
    ),
    "temporary table that is taken back": Program(
        TEMP_ORDERS + "con.rollback()\n" + REPORTED + "con.commit()\n",
        "staging.orders orders", "report", "report<orders",
    ),
    "temporary table of a block that fails": Program(
        """
with con.transaction():
    try:
        with con.transaction():
            con.execute("CREATE TEMP TABLE orders AS SELECT id, cust, amount FROM staging.orders")
            raise ValueError
    except ValueError:
        pass
    con.execute("INSERT INTO report SELECT cust, amount FROM orders")
con.commit()
""",
        "staging.orders orders", "report", "report<orders",
    ),
    "temporary table of a connection that is closed": Program(
        """
with psycopg.connect(url) as first:
    first.execute("CREATE TEMP TABLE orders AS SELECT id, cust, amount FROM staging.orders")
with psycopg.connect(url) as second:
    second.execute("CREATE TEMP TABLE work AS SELECT id, cust, amount FROM orders")
    second.execute("INSERT INTO report SELECT cust, amount FROM work")
""",
        "staging.orders orders", "temp.orders temp.work report",
        "temp.orders<staging.orders temp.work<orders report<temp.work",
    ),
    "temporary view, and one over a temporary table": Program(
        """
con.execute("CREATE TEMP VIEW recent AS SELECT cust, amount FROM orders")
con.execute("CREATE TEMP TABLE work AS SELECT cust, amount FROM recent")
con.execute("CREATE VIEW seen AS SELECT cust, amount FROM work")
con.execute("INSERT INTO report SELECT cust, amount FROM seen")
con.commit()
""",
        "orders", "temp.recent temp.work temp.seen report",
        "temp.recent<orders temp.work<temp.recent temp.seen<temp.work report<temp.seen",
    ),
    "temporary table in one text": Program(
        """
con.execute('''
    CREATE TEMP TABLE orders ON COMMIT DROP AS SELECT id, cust, amount FROM staging.orders;
    INSERT INTO report SELECT cust, amount FROM orders;
''')
con.commit()
con.execute("INSERT INTO customers SELECT id, cust FROM orders")
con.commit()
""",
        "staging.orders orders", "temp.orders report customers",
        "temp.orders<staging.orders report<temp.orders customers<orders",
    ),
    "temporary table with SQLAlchemy": Program(
        """
engine = sqlalchemy.create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
with engine.begin() as begun:
    begun.execute(sqlalchemy.text("CREATE TEMP TABLE orders ON COMMIT DROP AS SELECT cust, amount FROM staging.orders"))
    begun.execute(sqlalchemy.text("INSERT INTO report SELECT cust, amount FROM orders"))
with engine.begin() as begun:
    begun.execute(sqlalchemy.text("INSERT INTO customers SELECT id, cust FROM orders"))
engine.dispose()
""",
        "staging.orders orders", "temp.orders report customers",
        "temp.orders<staging.orders report<temp.orders customers<orders",
    ),
    # --- where a name is looked for -------------------------------------------------------------------------------
    "set search_path": Program(
        'con.execute("SET search_path TO staging")\n'
        'con.execute("INSERT INTO public.report SELECT cust, amount FROM orders")\ncon.commit()\n',
        "staging.orders", "report", "report<staging.orders",
    ),
    "set search_path to two schemas": Program(
        """
con.execute("SET search_path = staging, public")
con.execute("INSERT INTO report SELECT o.cust, o.amount FROM orders o JOIN customers c ON c.id = o.id - 2")
con.execute("CREATE TABLE clean AS SELECT id, cust FROM orders")
con.commit()
""",
        "staging.orders customers", "report staging.clean",
        "report<staging.orders report<customers staging.clean<staging.orders",
    ),
    "set local": Program(
        """
with con.transaction():
    con.execute("SET LOCAL search_path TO staging")
    con.execute("INSERT INTO public.report SELECT cust, amount FROM orders")
con.execute("INSERT INTO customers SELECT id, cust FROM orders")
con.commit()
""",
        "staging.orders orders", "report customers", "report<staging.orders customers<orders",
    ),
    "set_config": Program(
        """
con.execute("SELECT set_config('search_path', %s, false)", ("staging",))
con.execute("INSERT INTO public.report SELECT cust, amount FROM orders")
con.commit()
""",
        "staging.orders", "report", "report<staging.orders", since=18,
    ),
    "options of the connection": Program(
        """
with psycopg.connect(url, options="-c search_path=staging") as own:
    own.execute("CREATE TABLE clean AS SELECT id, cust FROM orders")
""",
        "staging.orders", "staging.clean", "staging.clean<staging.orders",
    ),
    "set that is taken back": Program(
        'con.execute("SET search_path TO staging")\ncon.rollback()\n' + REPORTED + "con.commit()\n",
        "orders", "report", "report<orders",
    ),
    "set in a pipeline": Program(
        """
with con.pipeline():
    con.execute("SET search_path TO staging")
    con.execute("INSERT INTO public.report SELECT cust, amount FROM orders")
con.commit()
""",
        "staging.orders", "report", "report<staging.orders",
    ),
    "set on an asynchronous connection": Program(
        """
import asyncio
async def load():
    async with await psycopg.AsyncConnection.connect(url) as own:
        await own.execute("SET search_path TO staging")
        await own.execute("INSERT INTO public.report SELECT cust, amount FROM orders")
asyncio.run(load())
""",
        "staging.orders", "report", "report<staging.orders",
    ),
    "set with psycopg2": Program(
        """
import psycopg2
import psycopg2.extras
own = psycopg2.connect(url)
with own, own.cursor() as cur:
    cur.execute("SET search_path TO staging, public")
    cur.execute("INSERT INTO report SELECT cust, amount FROM orders")
    cur.execute("CREATE TEMP TABLE picked ON COMMIT DROP AS SELECT id, name FROM customers")
    cur.execute("INSERT INTO orders (id, cust) SELECT id, name FROM picked")
own.close()
""",
        "staging.orders customers", "report temp.picked staging.orders",
        "report<staging.orders temp.picked<customers staging.orders<temp.picked", "psycopg2",
    ),
    "a schema for SQLAlchemy and pandas": Program(
        """
engine = sqlalchemy.create_engine(
    url.replace("postgresql:", "postgresql+psycopg:"), connect_args={"options": "-csearch_path=staging"}
)
frame = pandas.read_sql("SELECT cust, amount FROM orders", engine)
frame.to_sql("Totals", engine, index=False)
frame.to_sql("Totals", engine, schema="public", index=False)
pandas.read_sql('SELECT * FROM "Totals"', engine)
engine.dispose()
""",
        "staging.orders", "staging.Totals Totals",
    ),
    # --- views and schemas ----------------------------------------------------------------------------------------
    "a name in the body of a view": Program(
        """
con.execute("SET search_path TO staging")
con.execute("CREATE VIEW public.v AS SELECT cust, amount FROM orders")
con.execute("SET search_path TO public")
con.execute("INSERT INTO report SELECT cust, amount FROM v")
con.commit()
""",
        "staging.orders", "v report", "v<staging.orders report<v",
    ),
    "one name in two schemas": Program(
        """
con.execute("INSERT INTO report SELECT o.cust, s.amount FROM public.orders o JOIN staging.orders s ON s.id = o.id + 2")
con.commit()
""",
        "orders staging.orders", "report", "report<orders report<staging.orders",
    ),
    "names in quotes": Program(
        """
con.execute('CREATE TABLE "Orders" AS SELECT id, cust FROM ORDERS')
con.execute('INSERT INTO Customers SELECT id, cust FROM "Orders"')
con.execute("CREATE TABLE Archive AS SELECT id, cust FROM Orders")
con.commit()
""",
        "orders", "Orders customers archive", "Orders<orders customers<Orders archive<orders",
    ),
    "a table in the place of another": Program(
        """
con.execute("SET search_path TO staging")
con.execute("CREATE TABLE orders_new AS SELECT id, cust, amount FROM public.orders")
con.execute("DROP TABLE orders")
con.execute("ALTER TABLE orders_new RENAME TO orders")
con.execute("INSERT INTO public.report SELECT cust, amount FROM orders")
con.commit()
""",
        "orders", "staging.orders report", "staging.orders<orders report<staging.orders",
    ),
    "alter table set schema": Program(
        """
con.execute("CREATE SCHEMA archive")
con.execute("ALTER TABLE orders SET SCHEMA archive")
con.execute("INSERT INTO report SELECT cust, amount FROM archive.orders")
con.commit()
""",
        "orders", "archive.orders report", "report<archive.orders",
    ),
}  # fmt: skip
