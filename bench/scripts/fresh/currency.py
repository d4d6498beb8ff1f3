"""Amounts in several currencies at the rate of their day."""

import pandas as pd

CURRENCY = {"DE": "EUR", "FR": "EUR", "ES": "GBP", "IT": "CHF"}

orders = pd.read_csv("orders.csv", parse_dates=["order_date"], index_col="order_id")
customers = pd.read_csv("customers.csv", usecols=["customer_id", "country"])
rates = pd.read_csv("rates.csv", parse_dates=["quoted"])

orders["currency"] = orders["customer_id"].map(customers.set_index("customer_id").squeeze()).map(CURRENCY)
orders = orders.dropna(subset=["currency"])
wide = rates.pivot(index="quoted", columns="currency", values="rate")
wide = wide.reindex(pd.date_range("2022-12-25", "2024-03-01", freq="D")).ffill().bfill()
lookup = wide.stack()
lookup.index.names = ["order_date", "currency"]
lookup.name = "fx"
orders = orders.reset_index().merge(lookup.reset_index(), on=["order_date", "currency"], how="left")
orders["local"] = orders["quantity"] * orders["unit_price"]
orders["usd"] = orders["local"].mul(orders["fx"]).round(2)

asof = pd.merge_asof(
    orders.sort_values("order_date"),
    rates.rename(columns={"rate": "fx_asof"}).sort_values("quoted"),
    left_on="order_date",
    right_on="quoted",
    by="currency",
    direction="backward",
)
asof["stale_days"] = (asof["order_date"] - asof["quoted"]).dt.days
asof["drift"] = (asof["fx"] - asof["fx_asof"]).fillna(0)
asof.sort_values("order_id")[["order_id", "currency", "usd", "stale_days", "drift"]].to_csv("in_usd.csv", index=False)

report = orders.groupby([orders["order_date"].dt.strftime("%Y-%m"), "currency"])["usd"].sum().unstack(fill_value=0)
report["total"] = report.sum(axis=1)
report.loc["all"] = report.sum()
report.rename_axis("month").to_csv("by_currency.csv")
