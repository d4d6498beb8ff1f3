"""A class whose methods give itself back, quantiles as scores, and conditions in a list."""

from pathlib import Path

import numpy as np
import pandas as pd


class Segmenter:
    """Recency, frequency and money of each customer."""

    SCORES = {"recency": [4, 3, 2, 1], "frequency": [1, 2, 3, 4], "monetary": [1, 2, 3, 4]}

    def __init__(self, path, out="out"):
        self.frame = pd.read_parquet(path)
        self.out = Path(out)
        self.out.mkdir(exist_ok=True)
        self.table = None

    def clean(self, bad=("cancelled", "returned")):
        mask = self.frame["status"].isin(bad)
        self.frame = self.frame[~mask].copy()
        self.frame["total"] = self.frame["quantity"] * self.frame["unit_price"] * (1 - self.frame["discount"])
        return self

    def aggregate(self):
        now = self.frame["order_date"].max() + pd.Timedelta(days=1)
        self.table = self.frame.groupby("customer_id").agg(
            recency=("order_date", lambda d: (now - d.max()).days),
            frequency=("order_id", "nunique"),
            monetary=("total", "sum"),
        )
        return self

    def score(self):
        for name, labels in self.SCORES.items():
            ranked = self.table[name].rank(method="first")
            self.table[name[0].upper()] = pd.qcut(ranked, 4, labels=labels).astype(int)
        self.table["score"] = self.table[["R", "F", "M"]].sum(axis=1)
        return self

    def label(self):
        t = self.table
        conditions = [
            (t["R"] >= 3) & (t["F"] >= 3),
            (t["R"] >= 3) & (t["M"] >= 3),
            t["R"].le(1),
        ]
        choices = ["champion", "big spender", "lost"]
        t["segment"] = np.select(conditions, choices, default="other")
        return self

    def save(self):
        self.table.reset_index().to_csv(self.out / "segments.csv", index=False)
        counts = self.table["segment"].value_counts(normalize=True).rename_axis("segment").reset_index(name="share")
        counts.to_csv(self.out / "segment_share.csv", index=False)


if __name__ == "__main__":
    Segmenter("orders.parquet").clean().aggregate().score().label().save()
