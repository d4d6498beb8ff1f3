"""Quality of a file: a row for each column, rules in a table, rejects apart from what is good."""

import pandas as pd

RULES = [
    ("age_range", lambda d: d["age"].between(18, 75) | d["age"].isna()),
    ("email_form", lambda d: d["email"].str.match(r"^[^@]+@mail[12]\.")),
    ("income_there", lambda d: d["income"].notnull()),
]
FILL = {"income": "median", "age": "mean"}


def profile(df):
    rows = {}
    for col in df:
        series = df[col]
        rows[col] = dict(
            dtype=str(series.dtype),
            missing=int(series.isnull().sum()),
            unique=series.nunique(),
            top=series.mode().iat[0],
        )
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("column").reset_index()


def check(df):
    df = df.copy()
    for name, rule in RULES:
        df["ok_" + name] = rule(df)
    checks = [c for c in df.columns if c.startswith("ok_")]
    df["n_failed"] = (~df[checks]).sum(axis=1)
    return df, checks


def repair(df):
    for column, how in FILL.items():
        df[column] = df[column].fillna(getattr(df[column], how)())
    return df


customers = pd.read_csv("customers.csv")
profile(customers).to_csv("profile.csv", index=False)
checked, checks = check(customers)
bad = checked["n_failed"] >= 1
checked[bad].to_csv("rejects.csv", index=False)
good = checked[~bad].drop(columns=[*checks, "n_failed"]).pipe(repair)
good["income_k"] = good["income"].floordiv(1000).astype(int)
good.to_csv("good.csv", index=False)
summary = checked[checks].mean().mul(100).round(1).reset_index()
summary.columns = ["rule", "passed_pct"]
summary.to_csv("summary.csv", index=False)
