"""One long chain of pipes."""

import pandas as pd


def start(path):
    return pd.read_excel(path)


def clean_names(df):
    df = df.copy()
    df.columns = df.columns.str.strip().str.lower()
    return df


def add_total(df, parts, name="total"):
    df[name] = df[parts].fillna(0).sum(axis=1)
    return df


def keep_top(df, column, n):
    return df.sort_values(column, ascending=False).groupby("dept").head(n)


result = (
    start("employees.xlsx")
    .pipe(clean_names)
    .pipe(add_total, ["salary", "bonus"])
    .pipe(keep_top, column="total", n=4)
    .assign(
        name=lambda d: d.first_name.str.capitalize() + " " + d.last_name, year=lambda d: pd.to_datetime(d.hired).dt.year
    )
    .loc[:, ["emp_id", "name", "dept", "year", "total"]]
)
result.to_csv("top.csv", index=False)
result.groupby("dept")["total"].sum().to_frame().reset_index().to_json("top.json", orient="records")
