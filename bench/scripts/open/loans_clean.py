"""Cleaning a loan book with chained assigns."""

import numpy as np
import pandas as pd

loans = (
    pd.read_csv("loans.csv")
    .rename(columns=str.lower)
    .assign(
        term=lambda d: d["term"].str.strip().str.split(" ").str[0].astype(int),
        rate=lambda d: d["rate"].str.rstrip("%").astype(float) / 100,
        years_employed=lambda d: d["years_employed"].fillna(d["years_employed"].median()),
        monthly=lambda d: d["amount"] * d["rate"] / 12,
    )
    .assign(burden=lambda d: d["monthly"] / (d["income"] / 12), log_income=lambda d: np.log(d["income"]))
)
loans["income_bin"] = pd.qcut(loans["income"], 4, labels=["q1", "q2", "q3", "q4"])
encoded = pd.get_dummies(loans, columns=["purpose", "grade"], drop_first=True)
encoded.drop(columns=["state"]).to_parquet("loans_clean.parquet", index=False)

rates = loans.groupby("state", observed=True)["default"].mean().rename("default_rate").reset_index()
rates.to_csv("default_rates.csv", index=False)
