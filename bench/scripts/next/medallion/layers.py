"""Bronze as it came, silver checked and typed, gold for people."""

from pathlib import Path

import pandas as pd

from contracts import CUSTOMERS, ORDERS

LAKE = Path("lake")


def write(df, layer, name):
    path = LAKE / layer / f"{name}.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    df.to_parquet(path, index=False)
    return path


def read(layer, name):
    return pd.read_parquet(LAKE / layer / f"{name}.parquet")


def bronze():
    for source in ("orders.csv", "customers.csv"):
        raw = pd.read_csv(source, dtype=str)
        raw["_source"] = source
        write(raw, "bronze", Path(source).stem)


def silver():
    orders = read("bronze", "orders")
    orders = orders.assign(
        quantity=pd.to_numeric(orders["quantity"]),
        unit_price=pd.to_numeric(orders["unit_price"], errors="coerce"),
        order_date=pd.to_datetime(orders["order_date"]),
        status=orders["status"].str.lower().str.strip(),
    ).drop(columns="_source")
    good, bad = ORDERS.validate(orders)
    write(good, "silver", "orders")
    write(bad[["order_id", "reason"]], "quarantine", "orders")

    customers = read("bronze", "customers")
    customers["age"] = customers["age"].astype(float)
    customers["domain"] = customers["email"].str.split("@").str.get(1)
    good, bad = CUSTOMERS.validate(customers)
    write(good[["customer_id", "country", "segment", "domain", "age"]], "silver", "customers")
    write(bad[["customer_id", "reason"]], "quarantine", "customers")


def gold():
    orders = read("silver", "orders")
    customers = read("silver", "customers")
    sales = orders.merge(customers, on="customer_id", how="inner")
    sales["revenue"] = sales["quantity"] * sales["unit_price"] * (1 - sales["discount"].astype(float))
    sales["month"] = sales["order_date"].dt.to_period("M").astype(str)
    monthly = sales.groupby(["country", "month"], as_index=False).agg(
        revenue=("revenue", "sum"), buyers=("customer_id", "nunique"), mean_age=("age", "mean")
    )
    monthly["growth"] = monthly.groupby("country")["revenue"].pct_change().round(4)
    write(monthly.round(2), "gold", "monthly")
    domains = sales.pivot_table(index="domain", columns="channel", values="revenue", aggfunc="sum", fill_value=0)
    write(domains.round(2).reset_index(), "gold", "domains")
