"""Texts split into columns, cleaned names, a summary by a function that returns a Series."""

import pandas as pd


def summarise(group):
    return pd.Series(
        {
            "people": len(group),
            "mean_age": group["age"].mean(),
            "rich": (group["income"] > 60000).sum(),
        }
    )


df = pd.read_csv("customers.csv")
df[["first", "last"]] = df["name"].str.split(" ", n=1, expand=True)
df["email"] = df["email"].str.replace("@mail1", "@main", regex=False)
parts = df["signup_date"].str.split("-", expand=True)
df["signup_year"] = parts[0].astype(int)
df["signup_month"] = parts[1].astype(int)
df["label"] = df["last"].str.upper() + ", " + df["first"].str[0] + "."
df[["customer_id", "label", "email", "signup_year", "signup_month"]].to_csv("people.csv", index=False)
df.groupby("country").apply(summarise).reset_index().to_csv("countries.csv", index=False)
