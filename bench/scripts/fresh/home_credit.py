"""Aggregates of child tables joined to an application table, with a timer and a one-hot helper."""

import gc
import time
from contextlib import contextmanager

import numpy as np
import pandas as pd


@contextmanager
def timer(title):
    t0 = time.time()
    yield
    print("{} - done in {:.0f}s".format(title, time.time() - t0))


def one_hot_encoder(df, nan_as_category=True):
    original_columns = list(df.columns)
    categorical_columns = ["status", "channel"]
    df = pd.get_dummies(df, columns=categorical_columns, dummy_na=nan_as_category)
    new_columns = [c for c in df.columns if c not in original_columns]
    return df, new_columns


def application(num_rows=None):
    df = pd.read_csv("customers.csv", nrows=num_rows)
    df = df[df["city"] != "XNA"]
    for bin_feature in ["country", "segment"]:
        df[bin_feature], uniques = pd.factorize(df[bin_feature])
    df["age"].replace(18, np.nan)
    df["INCOME_PER_YEAR"] = df["income"] / df["age"]
    df["DAYS_SIGNUP"] = (pd.to_datetime("2023-12-31") - pd.to_datetime(df["signup_date"])).dt.days
    df["INCOME_DAYS_RATIO"] = df["income"] / df["DAYS_SIGNUP"]
    return df.drop(columns=["email", "signup_date", "name", "city"])


def previous_orders(num_rows=None):
    prev = pd.read_csv("orders.csv", nrows=num_rows)
    prev, cat_cols = one_hot_encoder(prev, nan_as_category=False)
    prev["APP_CREDIT_PERC"] = prev["unit_price"] / prev["quantity"]
    num_aggregations = {
        "unit_price": ["min", "max", "mean"],
        "APP_CREDIT_PERC": ["max", "mean"],
        "quantity": ["sum"],
    }
    cat_aggregations = {}
    for cat in cat_cols:
        cat_aggregations[cat] = ["mean"]
    prev_agg = prev.groupby("customer_id").agg({**num_aggregations, **cat_aggregations})
    prev_agg.columns = pd.Index(["PREV_" + e[0] + "_" + e[1].upper() for e in prev_agg.columns.tolist()])
    big = prev[prev["discount"] > 0]
    big_agg = big.groupby("customer_id").agg(num_aggregations)
    big_agg.columns = pd.Index(["DISC_" + e[0] + "_" + e[1].upper() for e in big_agg.columns.tolist()])
    prev_agg = prev_agg.join(big_agg, how="left")
    prev_agg["PREV_COUNT"] = prev.groupby("customer_id").size()
    del prev, big, big_agg
    gc.collect()
    return prev_agg


def main(debug=False):
    num_rows = 100 if debug else None
    df = application(num_rows)
    with timer("Process previous orders"):
        prev = previous_orders(num_rows)
        df = df.join(prev, how="left", on="customer_id")
        del prev
        gc.collect()
    df = df.rename(columns=lambda x: x.replace(" ", "_"))
    df.to_csv("features_all.csv", index=False)
    df[["customer_id"] + [c for c in df.columns if c.startswith("DISC_")]].to_csv("features_disc.csv", index=False)


if __name__ == "__main__":
    with timer("Full model run"):
        main()
