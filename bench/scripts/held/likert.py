"""Answers as categories, missing answers counted, a stacked result."""

import pandas as pd

df = pd.read_csv("survey.csv")
items = [c for c in df.columns if c.startswith("q")]
df["missing"] = df[items].isnull().sum(axis=1)
df = df[df["missing"] <= 1]
df[items] = df[items].fillna(df[items].median())
labels = {1: "no", 2: "no", 3: "maybe", 4: "yes", 5: "yes"}
for item in items:
    df[item + "_label"] = df[item].round().map(labels)
counts = df.groupby("region")["q1_label"].value_counts().unstack(fill_value=0).reset_index()
counts.to_csv("q1.csv", index=False)
stacked = df.set_index("respondent")[items].stack().reset_index()
stacked.columns = ["respondent", "item", "value"]
stacked.to_parquet("stacked.parquet", index=False)
df["index"] = df.eval("(q1 + q2) / 2 - q3")
df[["respondent", "weight", "index"]].to_csv("index.csv", index=False)
