"""Orders in euros: the latest quote on or before the day, by the currency of the customer's country."""

import pandas as pd

CURRENCY = {"DE": "EUR", "FR": "GBP", "ES": "CHF", "IT": "EUR"}

rates = pd.read_csv("rates.csv", parse_dates=["quoted"]).sort_values("quoted")
customers = pd.read_csv("customers.csv", usecols=["customer_id", "country", "segment"])
orders = pd.read_csv("orders.csv", parse_dates=["order_date"])

sales = (
    orders.merge(customers, on="customer_id", how="inner", validate="many_to_one")
    .assign(
        currency=lambda d: d["country"].map(CURRENCY),
        gross=lambda d: d.quantity * d.unit_price,
    )
    .sort_values("order_date")
)
priced = pd.merge_asof(
    sales, rates, left_on="order_date", right_on="quoted", by="currency", tolerance=pd.Timedelta(days=10)
)
priced["gross_usd"] = (priced["gross"] * priced["rate"]).round(2)
priced["age_days"] = (priced["order_date"] - priced["quoted"]).dt.days
priced.filter(items=["order_id", "order_date", "currency", "gross", "rate", "gross_usd", "age_days"]).to_csv(
    "orders_usd.csv", index=False
)
summary = priced.groupby(["segment", "currency"], as_index=False).agg(
    orders=("order_id", "count"), total=("gross_usd", "sum"), best=("gross_usd", "max"), first=("order_date", "min")
)
summary["share"] = summary["total"] / summary.groupby("segment")["total"].transform("sum")
summary.to_json("fx_summary.json", orient="records", date_format="iso")
