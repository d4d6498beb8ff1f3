"""Recency, frequency, money by quintiles, segments by regular expressions, crosstabs, churn by band."""

from datetime import timedelta

import pandas as pd

SEGMENTS = {
    r"[1-2][1-2]": "hibernating",
    r"[1-2][3-4]": "at risk",
    r"[1-2]5": "cannot lose",
    r"3[1-2]": "about to sleep",
    r"33": "need attention",
    r"[3-4][4-5]": "loyal",
    r"41": "promising",
    r"51": "new",
    r"[4-5][2-3]": "potential",
    r"5[4-5]": "champions",
}

df_ = pd.read_csv("orders.csv")
df = df_.copy()
df = df[~df["status"].str.contains("returned", na=False)]
df["order_date"] = pd.to_datetime(df["order_date"])
df["TotalPrice"] = df["quantity"] * df["unit_price"]
today_date = df["order_date"].max() + timedelta(days=2)

rfm = df.groupby("customer_id").agg(
    {
        "order_date": lambda date: (today_date - date.max()).days,
        "order_id": "nunique",
        "TotalPrice": lambda TotalPrice: TotalPrice.sum(),
    }
)
rfm.columns = ["recency", "frequency", "monetary"]
rfm["recency_score"] = pd.qcut(rfm["recency"].rank(method="first"), 5, labels=[5, 4, 3, 2, 1])
rfm["frequency_score"] = pd.qcut(rfm["frequency"].rank(method="first"), 5, labels=[1, 2, 3, 4, 5])
rfm["monetary_score"] = pd.qcut(rfm["monetary"].rank(method="first"), 5, labels=[1, 2, 3, 4, 5])
rfm["RF"] = rfm["recency_score"].astype(str) + rfm["frequency_score"].astype(str)
rfm["segment"] = rfm["RF"].replace(SEGMENTS, regex=True)
rfm.reset_index()[["customer_id", "recency", "frequency", "monetary", "segment"]].to_csv("rfm.csv", index=False)

stats = rfm.groupby("segment")[["recency", "frequency", "monetary"]].agg(["mean", "count"])
stats.columns = stats.columns.map("_".join)
stats.to_csv("segment_stats.csv")

customers = pd.read_csv("customers.csv").set_index("customer_id")
both = customers[["country", "age"]].join(rfm, how="inner")
both["churned"] = both["recency"].gt(90)
both["band"] = pd.cut(both["age"], [0, 30, 45, 60, 120], right=False, labels=["<30", "30-44", "45-59", "60+"])
rate = both.groupby("band", observed=False)["churned"].mean().mul(100).round(1)
rate.rename("churn_pct").reset_index().to_csv("churn_by_band.csv", index=False)
cross = pd.crosstab(both["country"], both["churned"], normalize="index", margins=True)
cross.columns = ["stayed", "left"]
cross.reset_index().to_csv("churn_by_country.csv", index=False)
target = rfm.index[rfm["segment"] == "loyal"]
new_df = pd.DataFrame()
new_df["loyal_customer_id"] = target
new_df.to_csv("loyal.csv", index=False)
