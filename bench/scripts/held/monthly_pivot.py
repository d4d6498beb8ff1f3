"""Month by channel with margins, percentages by row, top categories."""

import pandas as pd

orders = pd.read_json("orders.json")
products = pd.read_csv("products.csv", index_col=0)
orders = orders.join(products[["category", "cost"]], on="product_id")
orders["month"] = pd.DatetimeIndex(orders["order_date"]).month
orders["sales"] = orders["quantity"] * orders["unit_price"]
table = pd.pivot_table(
    orders, values="sales", index="month", columns="channel", aggfunc="sum", margins=True, fill_value=0
)
share = table.div(table["All"], axis=0).round(3)
share.reset_index().to_csv("shares.csv", index=False)
top = orders.groupby("category").sales.sum().nlargest(2).index
orders["category"] = orders["category"].where(orders["category"].isin(top), "other")
orders["profit"] = orders["sales"] - orders["quantity"] * orders["cost"]
orders.groupby("category", as_index=False)[["sales", "profit"]].sum().to_csv("categories.csv", index=False)
