"""The transforms of the warehouse."""

import pandas as pd


def dim_customer(df: pd.DataFrame) -> pd.DataFrame:
    df = df[["customer_id", "city", "country", "age"]].drop_duplicates()
    df["age_group"] = df["age"].apply(lambda a: "unknown" if pd.isna(a) else f"{int(a // 10) * 10}s")
    return df.drop(columns="age")


def fact_orders(df: pd.DataFrame) -> pd.DataFrame:
    df.columns = [c.replace("order_", "") if c != "order_id" else c for c in df.columns]
    df["revenue"] = df.eval("quantity * unit_price * (1 - discount)")
    return df.loc[df["status"] != "returned", ["order_id", "customer_id", "date", "revenue"]]


def mart(dim_customer: pd.DataFrame, fact_orders: pd.DataFrame) -> pd.DataFrame:
    joined = fact_orders.merge(dim_customer, how="left", on="customer_id", validate="many_to_one")
    return joined.groupby(["country", "age_group"], dropna=False).revenue.sum().reset_index().round(2)
