"""Payroll with row functions and np.where."""

import numpy as np
import pandas as pd


def full_name(row):
    return f"{row['first_name'].title()} {row['last_name']}"


def tax(row):
    if row["salary"] > 90000:
        return row["salary"] * 0.4
    elif row["dept"] == "it":
        return row["salary"] * 0.3
    return row["salary"] * 0.25


staff = pd.read_csv("employees.csv")
staff["name"] = staff.apply(full_name, axis=1)
staff["bonus"] = staff["bonus"].fillna(0)
staff["tax"] = staff.apply(tax, axis=1)
staff["net"] = staff["salary"] + staff["bonus"] - staff["tax"]
staff["level"] = np.where(staff["rating"] >= 4, "senior", "junior")
staff["raise_pct"] = np.select([staff["rating"] == 5, staff["rating"] == 4], [0.1, 0.05], default=0.0)
staff[["emp_id", "name", "net", "level", "raise_pct"]].to_excel("payroll.xlsx", index=False)
staff.groupby("dept")["net"].agg(["mean", "max", "count"]).reset_index().to_csv("by_dept.csv", index=False)
