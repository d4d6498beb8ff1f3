"""A command line report.

Run with: --minimum 5 --by segment
"""

import argparse

import pandas as pd


def load(orders_path, customers_path):
    orders = pd.read_csv(orders_path)
    customers = pd.read_csv(customers_path, usecols=["customer_id", "segment", "city"])
    return orders.merge(customers, on="customer_id", how="inner")


def filter_orders(df, minimum):
    mask = (df["quantity"] >= minimum) & df["status"].isin(["paid", "shipped"])
    return df[mask]


def summarise(df, by):
    df = df.assign(value=df["quantity"] * df["unit_price"])
    out = df.groupby(by)["value"].agg(total="sum", average="mean").reset_index()
    out["rank"] = out["total"].rank(ascending=False).astype(int)
    return out


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--minimum", type=int, default=1)
    parser.add_argument("--by", default="city")
    parser.add_argument("--out", default="report.csv")
    args = parser.parse_args()
    df = load("orders.csv", "customers.csv")
    df = filter_orders(df, args.minimum)
    summarise(df, args.by).to_csv(args.out, index=False)
    df[["order_id", "city", "quantity"]].to_csv("selected.csv", index=False)


if __name__ == "__main__":
    main()
