"""Idioms out of a cookbook: if-then, masks, groups, expanding windows, values of other groups, rows with the maximum."""

import itertools

import numpy as np
import pandas as pd

df = pd.read_csv("employees.csv")
df.loc[df.rating >= 4, "bonus"] = df["salary"] * 0.1
df["level"] = np.where(df["salary"] > 80000, "high", "low")
crit1 = df.salary <= 100000
crit2 = df.rating != 1
crit3 = df.dept.isin(["sales", "it"])
all_crit = crit1 & crit2 & crit3
chosen = df[all_crit]
chosen = chosen.assign(near=(chosen["salary"] - 60000).abs())
chosen.loc[chosen["near"].sort_values().index[:15], ["emp_id", "dept", "near"]].to_csv("nearest.csv", index=False)

mask = df[["salary", "bonus"]].where(df[["salary", "bonus"]] > 2000, -1)
mask.columns = ["salary_m", "bonus_m"]
pd.concat([df[["emp_id"]], mask], axis=1).to_csv("masked.csv", index=False)

# the row with the largest value of each group, two ways
first = df.loc[df.groupby("dept")["salary"].idxmax()]
second = df.sort_values(by="rating").groupby("dept", as_index=False).first()
first[["dept", "emp_id", "salary"]].merge(second[["dept", "last_name"]], on="dept").to_csv("tops.csv", index=False)

gb = df.groupby("dept")
sales = gb.get_group("sales")
sales[["emp_id", "salary", "hired"]].to_json("sales_people.json", orient="records")


def replace_low(g):
    low = g < 50000
    return g.where(~low, g[~low].mean())


df["smoothed"] = gb["salary"].transform(replace_low)
code_groups = df.groupby("last_name")
agg_n_sort_order = code_groups[["salary"]].transform("sum").sort_values(by="salary")
sorted_df = df.loc[agg_n_sort_order.index]
sorted_df["hired_year"] = pd.to_datetime(sorted_df["hired"]).dt.year
sorted_df["seen"] = sorted_df.groupby("hired_year")["rating"].transform(lambda r: r.expanding().mean())
sorted_df[["emp_id", "last_name", "smoothed", "seen"]].to_csv("sorted_groups.csv", index=False)


def expand_grid(data_dict):
    rows = itertools.product(*data_dict.values())
    return pd.DataFrame.from_records(rows, columns=data_dict.keys())


grid = expand_grid({"dept": sorted(df["dept"].unique()), "rating": [1, 2, 3, 4, 5]})
counts = df.groupby(["dept", "rating"]).size().rename("people").reset_index()
grid = grid.merge(counts, how="left").fillna({"people": 0})
grid.to_csv("grid.csv", index=False)
