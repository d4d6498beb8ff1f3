"""Further programs against PostgreSQL, of the form of ``postgres_programs``: kinds of statements that fill tables."""

from tests.acceptance.postgres_programs import Program

STATEMENTS = {
    "copy out and in": Program(
        """
with con.cursor() as cur, open("out.txt", "wb") as file:
    with cur.copy("COPY (SELECT id, cust FROM orders) TO STDOUT") as copy:
        for block in copy:
            file.write(block)
with con.cursor() as cur, open("out.txt", "rb") as file, cur.copy("COPY Customers FROM STDIN") as copy:
    copy.write(file.read())
con.commit()
""",
        "orders", "out.txt customers",
    ),
    "copy and execute_values with psycopg2": Program(
        """
import psycopg2
import psycopg2.extras
own = psycopg2.connect(url)
with own, own.cursor() as cur, open("out.csv", "w") as file:
    cur.copy_expert("COPY staging.orders TO STDOUT WITH CSV", file)
    psycopg2.extras.execute_values(cur, "INSERT INTO customers (id, name) VALUES %s", [(5, "gil"), (6, "hal")])
own.close()
""",
        "staging.orders", "out.csv customers", needs="psycopg2",
    ),
    "a cursor on the server": Program(
        """
with con.cursor(name="big") as cur:
    rows = cur.execute("SELECT cust, amount FROM orders").fetchall()
with con.cursor() as cur:
    cur.executemany("INSERT INTO report VALUES (%s, %s)", rows)
con.commit()
""",
        "orders", "report",
    ),
    "executemany that returns": Program(
        """
with con.cursor() as cur:
    cur.executemany("INSERT INTO customers VALUES (%s, %s) RETURNING id", [(5, "gil"), (6, "hal")], returning=True)
con.commit()
""",
        "", "customers",
    ),
    "upsert": Program(
        """
con.execute('''
    INSERT INTO report SELECT cust, sum(amount) FROM orders GROUP BY cust
    ON CONFLICT (cust) DO UPDATE SET total = report.total + excluded.total
''')
con.commit()
""",
        "orders report", "report", "report<orders report<report",
    ),
    "merge": Program(
        """
con.execute('''
    MERGE INTO customers c USING staging.orders s ON c.id = s.id
    WHEN MATCHED THEN UPDATE SET name = s.cust WHEN NOT MATCHED THEN INSERT VALUES (s.id, s.cust)
''')
con.commit()
""",
        "staging.orders customers", "customers", "customers<staging.orders customers<customers",
    ),
    "delete using": Program(
        'con.execute("DELETE FROM orders o USING customers c WHERE c.name = o.cust AND c.id > 1")\ncon.commit()\n',
        "customers orders", "orders", "orders<customers orders<orders",
    ),
    "rows that move in one statement": Program(
        """
con.execute('''
    WITH moved AS (DELETE FROM staging.orders WHERE id < 4 RETURNING *) INSERT INTO orders SELECT * FROM moved
''')
con.commit()
""",
        "staging.orders", "staging.orders orders", "staging.orders<staging.orders orders<staging.orders",
    ),
    "partitions": Program(
        """
con.execute("CREATE TABLE events (id int, day date, amount numeric) PARTITION BY RANGE (day)")
con.execute("CREATE TABLE events_2024 PARTITION OF events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01')")
con.execute("INSERT INTO events SELECT id, '2024-05-01', amount FROM orders")
con.execute("INSERT INTO report SELECT 'all' AS cust, sum(amount) AS total FROM events")
con.commit()
""",
        "orders", "events report", "events<orders report<events",
    ),
    "a materialized view": Program(
        """
con.execute("CREATE MATERIALIZED VIEW totals AS SELECT cust, sum(amount) AS total FROM orders GROUP BY cust")
con.execute("INSERT INTO orders VALUES (9, 'ann', 90)")
con.execute("REFRESH MATERIALIZED VIEW totals")
con.execute("INSERT INTO report SELECT cust, total FROM totals")
con.commit()
""",
        "orders", "totals orders report", "totals<orders report<totals",
    ),
    "a savepoint": Program(
        """
con.execute("SAVEPOINT before")
con.execute("INSERT INTO report SELECT cust, amount FROM staging.orders")
con.execute("ROLLBACK TO SAVEPOINT before")
con.execute("INSERT INTO customers SELECT id, cust FROM orders")
con.commit()
""",
        "staging.orders orders", "customers", "customers<orders",
    ),
    # --- as loads are written -------------------------------------------------------------------------------------
    "copy into a temporary table, then upsert": Program(
        """
con.execute("CREATE TEMP TABLE load (LIKE customers INCLUDING DEFAULTS) ON COMMIT DROP")
with con.cursor() as cur, cur.copy("COPY load (id, name) FROM STDIN") as copy:
    copy.write_row((1, "ada"))
con.execute("INSERT INTO report SELECT name, id FROM load ON CONFLICT (cust) DO UPDATE SET total = excluded.total")
con.execute("UPDATE customers c SET name = l.name FROM load l WHERE l.id = c.id")
con.commit()
""",
        "customers", "temp.load report customers", "report<temp.load customers<temp.load customers<customers",
    ),
    "a temporary table in a loop": Program(
        """
for number in (1, 2, 3):
    con.execute("CREATE TEMP TABLE day AS SELECT cust, amount FROM orders WHERE id = %s" % number)
    con.execute("INSERT INTO report SELECT cust, amount FROM day")
    con.execute("DROP TABLE day")
    con.commit()
""",
        "orders", "temp.day report", "temp.day<orders report<temp.day",
    ),
    "a name of WITH before a temporary table": Program(
        """
con.execute("CREATE TEMP TABLE orders AS SELECT id, cust, amount FROM public.orders")
con.execute('''
    WITH orders AS (SELECT cust, amount FROM staging.orders) INSERT INTO report SELECT cust, amount FROM orders
''')
con.commit()
""",
        "orders staging.orders", "temp.orders report", "temp.orders<orders report<staging.orders",
    ),
    "the path and a load in one text": Program(
        """
con.execute("SET search_path TO staging; INSERT INTO public.report SELECT cust, amount FROM orders")
con.execute("CREATE TABLE late AS SELECT id, cust FROM orders")
con.commit()
""",
        "staging.orders", "report staging.late", "report<staging.orders staging.late<staging.orders",
    ),
    "a full reload": Program(
        """
con.execute("SET search_path TO staging, public")
con.execute("TRUNCATE report")
con.execute("INSERT INTO report SELECT cust, amount FROM orders")
con.execute("DROP TABLE IF EXISTS orders_copy")
con.execute("CREATE TABLE orders_copy AS SELECT id, cust FROM public.orders")
con.commit()
""",
        "staging.orders orders", "report staging.orders_copy", "report<staging.orders staging.orders_copy<orders",
    ),
    "names that psycopg puts together": Program(
        """
from psycopg import sql
con.execute('CREATE TABLE staging."Sales Day" (cust text, amount numeric)')
load = sql.SQL("INSERT INTO {} SELECT cust, amount FROM {}")
con.execute(load.format(sql.Identifier("staging", "Sales Day"), sql.Identifier("orders")))
con.execute(load.format(sql.Identifier("report"), sql.Identifier("staging", "Sales Day")))
con.commit()
""",
        "orders", "staging.Sales_Day report", "staging.Sales_Day<orders report<staging.Sales_Day",
    ),
    "a listener that sets the path for SQLAlchemy": Program(
        """
engine = sqlalchemy.create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
@sqlalchemy.event.listens_for(engine, "connect")
def set_path(connection, record):
    before, connection.autocommit = connection.autocommit, True
    connection.execute("SET search_path TO staging")
    connection.autocommit = before
for name in ("one", "two"):
    with engine.begin() as begun:
        begun.execute(sqlalchemy.text(f"CREATE TABLE {name} AS SELECT id, cust FROM orders"))
engine.dispose()
""",
        "staging.orders", "staging.one staging.two", "staging.one<staging.orders staging.two<staging.orders",
    ),
    "a temporary table on an asynchronous connection of SQLAlchemy": Program(
        """
import asyncio
from sqlalchemy.ext.asyncio import create_async_engine
async def load():
    engine = create_async_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    async with engine.begin() as begun:
        await begun.execute(sqlalchemy.text("SET LOCAL search_path TO staging"))
        await begun.execute(sqlalchemy.text("CREATE TEMP TABLE work AS SELECT cust, amount FROM orders"))
        await begun.execute(sqlalchemy.text("INSERT INTO public.report SELECT cust, amount FROM work"))
    await engine.dispose()
asyncio.run(load())
""",
        "staging.orders", "temp.work report", "temp.work<staging.orders report<temp.work", "greenlet",
    ),
}  # fmt: skip
