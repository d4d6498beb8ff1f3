"""Revenue per channel and month, and the largest orders."""

import pandas as pd

orders = pd.read_csv("orders.csv", parse_dates=["order_date"])
orders = orders[orders["status"] != "cancelled"]
orders["revenue"] = orders["quantity"] * orders["unit_price"] * (1 - orders["discount"])
orders["month"] = orders["order_date"].dt.to_period("M").astype(str)
summary = orders.groupby(["channel", "month"], as_index=False)["revenue"].sum()
summary.to_csv("revenue.csv", index=False)
orders.sort_values("revenue", ascending=False).head(10).to_csv("top_orders.csv", index=False)
