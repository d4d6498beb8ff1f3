"""DuckDB over files and over a local Polars frame, with a macro, a QUALIFY and a COPY."""

import duckdb
import polars as pl

customers = (
    pl.read_csv("customers.csv").filter(pl.col("segment") != "small").select("customer_id", "city", "country", "income")
)
con = duckdb.connect()
con.execute("CREATE MACRO net(price, quantity, discount) AS price * quantity * (1 - discount)")
con.execute("""
    CREATE TEMP TABLE lines AS
    SELECT customer_id, order_id, order_date, net(unit_price, quantity, discount) AS amount
    FROM read_csv('orders.csv') WHERE status <> 'cancelled'
""")
best = con.sql("""
    SELECT c.city, l.order_id, l.amount, row_number() OVER (PARTITION BY c.city ORDER BY l.amount DESC, l.order_id) AS place
    FROM lines l JOIN customers c USING (customer_id) QUALIFY place <= 3 ORDER BY c.city, place
""")
best.write_csv("best_orders.csv")
countries = con.sql(
    "FROM lines JOIN customers USING (customer_id) SELECT country, sum(amount) AS revenue, count(DISTINCT customer_id) AS buyers GROUP BY ALL ORDER BY country"
).pl()
countries.with_columns(per_buyer=pl.col("revenue") / pl.col("buyers")).write_parquet("countries.parquet")
con.execute(
    "COPY (SELECT strftime(order_date::DATE, '%Y-%m') AS month, avg(amount) AS mean_amount FROM lines GROUP BY 1 ORDER BY 1) TO 'months.csv' (HEADER)"
)
