"""Customer lifetime value: three tables joined, one row per customer."""

import pandas as pd

orders = pd.read_csv("orders.csv")
customers = pd.read_csv("customers.csv")
products = pd.read_csv("products.csv")

df = orders.merge(customers[["customer_id", "name", "country", "segment"]], on="customer_id", how="left")
df = df.merge(products.rename(columns={"price": "list_price"}), on="product_id")
df["total"] = df["quantity"] * df["unit_price"]
df["margin"] = df["total"] - df["quantity"] * df["cost"]

clv = (
    df.groupby(["customer_id", "name", "segment"])
    .agg(
        orders=("order_id", "nunique"),
        spent=("total", "sum"),
        margin=("margin", "mean"),
        last_order=("order_date", "max"),
    )
    .reset_index()
    .sort_values("spent", ascending=False)
)
clv["tier"] = pd.cut(clv["spent"], bins=[0, 300, 900, 100000], labels=["bronze", "silver", "gold"])
clv.to_parquet("clv.parquet", index=False)
