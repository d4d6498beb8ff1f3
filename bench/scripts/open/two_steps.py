"""A first step writes a file, the second reads it again."""

import pandas as pd


def clean():
    df = pd.read_csv("orders.csv")
    df = df.dropna().rename(columns={"unit_price": "price", "order_date": "day"})
    df["amount"] = df["price"].mul(df["quantity"])
    df[["order_id", "product_id", "day", "amount", "channel"]].to_parquet("stage.parquet", index=False)


def aggregate():
    stage = pd.read_parquet("stage.parquet")
    stage["weekday"] = pd.to_datetime(stage["day"]).dt.day_name()
    by_day = stage.groupby("weekday", sort=False).amount.sum().to_frame("sales").reset_index()
    by_day.to_csv("weekdays.csv", index=False)


clean()
aggregate()
