"""Baskets: pairs of products by customer, with a subclassed step and itertools."""

from itertools import combinations

import pandas as pd


class Step:
    def run(self, df):
        raise NotImplementedError


class Baskets(Step):
    def __init__(self, key):
        self.key = key

    def run(self, df):
        return df.groupby(self.key)["category"].apply(lambda s: sorted(set(s))).reset_index()


class Pairs(Step):
    def run(self, df):
        rows = []
        for _, row in df.iterrows():
            for a, b in combinations(row["category"], 2):
                rows.append({"first": a, "second": b, "customer": row["customer_id"]})
        return pd.DataFrame(rows)


data = pd.read_csv("orders.csv").merge(pd.read_csv("products.csv")[["product_id", "category"]], on="product_id")
for step in (Baskets("customer_id"), Pairs()):
    data = step.run(data)
data.groupby(["first", "second"])["customer"].count().reset_index(name="together").to_csv("pairs.csv", index=False)
