"""A logistic regression with scores and a table of deciles."""

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import MinMaxScaler

df = pd.read_csv("loans.csv")
df["int_rate"] = df["rate"].apply(lambda r: float(r.replace("%", "")))
df["is_long"] = np.where(df["term"].str.contains("60"), 1, 0)
df["emp"] = df["years_employed"].fillna(-1)
df["dti"] = (df["amount"] * df["int_rate"] / 100) / df["income"]
df = pd.concat([df, pd.get_dummies(df["purpose"], prefix="for", dtype=int)], axis=1)
columns = ["int_rate", "is_long", "emp", "dti"] + [c for c in df.columns if c.startswith("for_")]
scaler = MinMaxScaler()
df[columns] = scaler.fit_transform(df[columns])
model = LogisticRegression().fit(df[columns], df["default"])
df["probability"] = model.predict_proba(df[columns])[:, 1]
df["decile"] = pd.qcut(df["probability"], 10, labels=False, duplicates="drop")
df[["loan_id", "probability", "decile"]].to_csv("scores.csv", index=False)
table = df.groupby("decile").agg(loans=("loan_id", "count"), defaults=("default", "sum"))
table["rate"] = table["defaults"] / table["loans"]
table.to_csv("deciles.csv")
