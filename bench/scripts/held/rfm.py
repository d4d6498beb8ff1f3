"""Recency, frequency, monetary value."""

import datetime as dt

import pandas as pd

df = pd.read_csv("orders.csv")
df["order_date"] = pd.to_datetime(df["order_date"])
df["TotalPrice"] = df["quantity"] * df["unit_price"]
today = dt.datetime(2024, 1, 15)
rfm = df.groupby("customer_id").agg(
    {"order_date": lambda d: (today - d.max()).days, "order_id": lambda x: x.nunique(), "TotalPrice": lambda x: x.sum()}
)
rfm.columns = ["recency", "frequency", "monetary"]
rfm = rfm[rfm["monetary"] > 0]
rfm["R"] = pd.qcut(rfm["recency"], 4, labels=[4, 3, 2, 1])
rfm["F"] = pd.qcut(rfm["frequency"].rank(method="first"), 4, labels=[1, 2, 3, 4])
rfm["RF"] = rfm["R"].astype(str) + rfm["F"].astype(str)
rfm["segment"] = rfm["RF"].replace({r"[1-2][1-2]": "asleep", r"[3-4][3-4]": "champion"}, regex=True)
rfm.reset_index().to_csv("rfm.csv", index=False)
rfm.groupby("segment")[["recency", "monetary"]].mean().reset_index().to_csv("segments.csv", index=False)
