"""A pipeline that a dictionary describes."""

import pandas as pd

SETTINGS = {
    "source": "employees.csv",
    "rename": {"emp_id": "id", "dept": "department"},
    "derive": {"total": ["salary", "bonus"]},
    "fill": {"bonus": 0.0},
    "filters": [("rating", ">=", 2)],
    "output": "employees_clean.csv",
}
OPS = {">=": lambda s, v: s >= v, "<": lambda s, v: s < v}


def pipeline(settings):
    df = pd.read_csv(settings["source"])
    df = df.rename(columns=settings["rename"])
    df = df.fillna(settings["fill"])
    for column, op, value in settings["filters"]:
        df = df[OPS[op](df[column], value)]
    for new, parts in settings["derive"].items():
        df[new] = df[parts].sum(axis=1)
    for column in ("first_name", "last_name"):
        df[f"{column}_len"] = df[column].str.len()
    return df


result = pipeline(SETTINGS)
result.filter(regex="^(id|department|total|.*_len)$").to_csv(SETTINGS["output"], index=False)
result.groupby("department").total.describe()[["mean", "std"]].to_csv("totals.csv")
