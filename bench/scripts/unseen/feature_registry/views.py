"""The feature views."""

from dataclasses import dataclass
from typing import Callable

import pandas as pd

REGISTRY = {}


@dataclass(frozen=True)
class View:
    name: str
    features: tuple
    build: Callable


def view(name, *, features):
    def register(function):
        REGISTRY[name] = View(name, tuple(features), function)
        return function

    return register


@view("profile", features=["tenure_days", "segment"])
def profile():
    customers = pd.read_csv("customers.csv", parse_dates=["signup_date"])
    customers["event_time"] = customers["signup_date"]
    customers["tenure_days"] = (pd.Timestamp("2024-01-01") - customers["signup_date"]).dt.days
    return customers


@view("spend", features=["spend_30", "orders_so_far"])
def spend():
    orders = pd.read_csv("orders.csv", parse_dates=["order_date"])
    orders["total"] = orders["quantity"] * orders["unit_price"] * (1 - orders["discount"])
    daily = orders.groupby(["customer_id", "order_date"], as_index=False)["total"].sum()
    daily = daily.sort_values(["customer_id", "order_date"])
    rolled = daily.set_index("order_date").groupby("customer_id")["total"].rolling("30D").sum()
    daily["spend_30"] = rolled.to_numpy()
    daily["orders_so_far"] = daily.groupby("customer_id").cumcount() + 1
    return daily.rename(columns={"order_date": "event_time"})
