"""Aggregations with two levels of names, made flat; shares by group."""

import pandas as pd

orders = pd.read_parquet("orders.parquet")
orders["value"] = orders.quantity * orders.unit_price
agg = orders.groupby("channel").agg({"value": ["sum", "mean"], "quantity": ["max"]})
agg.columns = ["_".join(c) for c in agg.columns]
agg = agg.reset_index()
agg["share"] = agg["value_sum"] / agg["value_sum"].sum() * 100
agg.to_csv("channels.csv", index=False)

last = orders.sort_values("order_date").drop_duplicates("customer_id", keep="last")
last["days"] = (orders["order_date"].max() - last["order_date"]).dt.days
last[["customer_id", "days", "status"]].to_json("last.json", orient="records")
orders["rank"] = orders.groupby("customer_id")["value"].rank(method="dense", ascending=False)
orders.query("rank == 1")[["customer_id", "order_id", "value"]].to_csv("best.csv", index=False)
