"""DuckDB queries that become frames."""

import duckdb
import pandas as pd

connection = duckdb.connect()
top = connection.execute(
    """
    SELECT p.category, p.supplier, sum(o.quantity * o.unit_price) AS revenue, count(*) AS orders
    FROM read_csv_auto('orders.csv') o JOIN read_csv_auto('products.csv') p USING (product_id)
    WHERE o.status <> 'cancelled'
    GROUP BY 1, 2 ORDER BY 1, 2
    """
).df()
top["per_order"] = top["revenue"] / top["orders"]
top["share"] = (top["revenue"] / top["revenue"].sum()).round(4)
top.to_csv("suppliers.csv", index=False)

best = top.loc[top.groupby("category")["revenue"].idxmax()]
best[["category", "supplier", "per_order"]].rename(columns={"supplier": "best_supplier"}).to_parquet(
    "best.parquet", index=False
)
