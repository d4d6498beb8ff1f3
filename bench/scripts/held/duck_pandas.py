"""A frame in a DuckDB query, and the answer as a frame."""

import duckdb
import pandas as pd

orders = pd.read_csv("orders.csv")
orders["month"] = orders["order_date"].str.slice(0, 7)
monthly = duckdb.sql(
    "SELECT month, channel, sum(quantity * unit_price) AS revenue FROM orders GROUP BY month, channel ORDER BY month, channel"
).df()
monthly["cumulative"] = monthly.groupby("channel")["revenue"].cumsum()
monthly.to_csv("monthly.csv", index=False)
db = duckdb.connect("marts.duckdb")
db.execute("CREATE TABLE product AS SELECT product_id, title, price - cost AS margin FROM 'products.csv'")
margins = db.execute("SELECT * FROM product WHERE margin > 0").fetchdf()
db.close()
margins["title"] = margins["title"].str.lower()
margins.to_parquet("margins.parquet", index=False)
