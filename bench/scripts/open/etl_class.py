"""An ETL job as a class."""

import pandas as pd


class OrdersJob:
    def __init__(self, source, target):
        self.source = source
        self.target = target
        self.df = None

    def extract(self):
        self.df = pd.read_json(self.source)
        return self

    def transform(self):
        self.df["gross"] = self.df["quantity"] * self.df["unit_price"]
        self.df["net"] = self.df["gross"] - self.df["gross"] * self.df["discount"]
        self.df = self.df[self.df["status"].isin(["paid", "shipped"])]
        self.df = self.df.drop_duplicates(subset=["customer_id", "product_id"])
        self.df["is_web"] = self.df["channel"].eq("web").astype(int)
        return self

    def load(self):
        self.df[["order_id", "customer_id", "net", "is_web"]].to_csv(self.target, index=False)


job = OrdersJob("orders.json", "clean_orders.csv")
job.extract().transform().load()
