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
}  # fmt: skip
