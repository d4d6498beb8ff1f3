"""A self-join for managers, tenure, salary bands."""

import pandas as pd

emp = pd.read_excel("employees.xlsx")
emp["hired"] = pd.to_datetime(emp["hired"])
emp["tenure"] = (pd.Timestamp("2024-01-01") - emp["hired"]).dt.days // 365
managers = emp[["emp_id", "last_name", "salary"]].rename(
    columns={"emp_id": "manager_id", "last_name": "manager", "salary": "manager_salary"}
)
full = emp.merge(managers, on="manager_id", how="left", suffixes=("", "_m"))
full["gap"] = full["manager_salary"].sub(full["salary"])
full["band"] = pd.cut(full["salary"], [0, 50_000, 80_000, 10**6], labels=["low", "mid", "high"], right=False)
full["dept"] = full["dept"].str.upper().astype("category")
crosstab = pd.crosstab(full["dept"], full["band"]).reset_index()
crosstab.to_csv("bands.csv", index=False)
full.nlargest(15, "gap")[["emp_id", "manager", "gap", "tenure"]].to_csv("gaps.csv", index=False)
