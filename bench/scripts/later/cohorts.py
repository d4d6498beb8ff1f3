"""Cohorts by the month of the first order, retention as a triangle, revenue by age."""

import pandas as pd


def get_month(x):
    return pd.Timestamp(x.year, x.month, 1)


df = pd.read_csv("orders.csv", parse_dates=["order_date"])
df["OrderMonth"] = df["order_date"].apply(get_month)
df["CohortMonth"] = df.groupby("customer_id")["OrderMonth"].transform("min")
years = df["OrderMonth"].dt.year - df["CohortMonth"].dt.year
months = df["OrderMonth"].dt.month - df["CohortMonth"].dt.month
df["CohortIndex"] = years * 12 + months + 1
cohort_data = df.groupby(["CohortMonth", "CohortIndex"])["customer_id"].apply(pd.Series.nunique).reset_index()
cohort_counts = cohort_data.pivot(index="CohortMonth", columns="CohortIndex", values="customer_id")
sizes = cohort_counts.iloc[:, 0]
retention = cohort_counts.divide(sizes, axis=0).round(3) * 100
retention.columns = [f"m{int(c):02d}" for c in retention.columns]
retention.reset_index().melt(id_vars="CohortMonth", var_name="age", value_name="retained").dropna().to_csv(
    "retention.csv", index=False
)
df["revenue"] = df["quantity"] * df["unit_price"]
by_age = df.groupby("CohortIndex").agg({"revenue": ["sum", "mean"], "customer_id": pd.Series.nunique})
by_age.columns = ["total", "average", "customers"]
by_age["cumulative"] = by_age["total"].cumsum()
by_age.reset_index().to_csv("ages.csv", index=False)
