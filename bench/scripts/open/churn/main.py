"""Churn features in two modules."""

import pandas as pd
from cleaning import add_ratios, drop_unused

from cleaning import AGE_COLUMN as AGE

customers = pd.read_csv("customers.csv")
events = pd.read_json("events.jsonl", lines=True)
usage = events.groupby("user_id").agg(visits=("event_id", "count"), seconds=("seconds", "sum")).reset_index()
data = customers.merge(usage, left_on="customer_id", right_on="user_id", how="left")
data["visits"] = data["visits"].fillna(0)
data = add_ratios(data)
data = drop_unused(data)
data[AGE] = data[AGE].fillna(data[AGE].mean())
data.to_pickle("churn.pkl")
