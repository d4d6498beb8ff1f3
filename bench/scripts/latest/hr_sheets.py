"""Personnel report for Excel: managers by a join with itself, ranks in departments, several sheets."""

import pandas as pd

staff = pd.read_excel("employees.xlsx")
staff["name"] = staff["first_name"].str.title().str.cat(staff["last_name"], sep=" ")
staff["pay"] = staff["salary"] + staff["bonus"].fillna(0)
staff["hired"] = pd.to_datetime(staff["hired"])

bosses = staff[["emp_id", "name", "pay"]].add_prefix("manager_")
bosses = bosses.rename(columns={"manager_emp_id": "manager_id"})
people = staff.merge(bosses, how="left", on="manager_id")
people["earns_more"] = people["pay"] > people["manager_pay"]

people["dept_rank"] = people.groupby("dept")["pay"].rank(ascending=False, method="dense")
people["pct"] = people.groupby("dept")["pay"].rank(pct=True)
people["vs_dept"] = people["pay"] - people.groupby("dept")["pay"].transform("mean")
people["tenure_years"] = ((pd.Timestamp("2024-01-01") - people["hired"]).dt.days / 365.25).round(1)
people["hire_year"] = people["hired"].dt.year

team = (
    people.groupby("manager_name")
    .agg(size=("emp_id", "size"), payroll=("pay", "sum"), rating=("rating", "mean"))
    .query("size > 1")
    .sort_values("payroll", ascending=False)
    .reset_index()
)
top = people.sort_values(["dept", "pay"], ascending=[True, False]).groupby("dept").head(3)
by_year = people.pivot_table(index="hire_year", columns="dept", values="emp_id", aggfunc="count", fill_value=0)

with pd.ExcelWriter("personnel.xlsx") as book:
    people[["emp_id", "name", "dept", "pay", "manager_name", "earns_more", "dept_rank", "pct", "vs_dept"]].to_excel(
        book, sheet_name="people", index=False
    )
    team.to_excel(book, sheet_name="teams", index=False)
    top[["dept", "name", "tenure_years"]].to_excel(book, sheet_name="top", index=False)
by_year.to_csv("hires.csv")
