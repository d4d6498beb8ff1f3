"""A report in Excel from Excel: sheets by department, a summary with totals, a second pass with openpyxl for formats."""

import pandas as pd
from openpyxl import load_workbook
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter

staff = pd.read_excel("employees.xlsx", parse_dates=["hired"])
staff["name"] = staff["first_name"].str.title() + " " + staff["last_name"]
staff["pay"] = staff["salary"] + staff["bonus"].fillna(0)
staff["band"] = pd.qcut(staff["salary"], 4, labels=["A", "B", "C", "D"]).astype(str)

managers = staff.set_index("emp_id")["name"]
staff["manager"] = staff["manager_id"].map(managers)

summary = (
    staff.groupby("dept")
    .agg(people=("emp_id", "count"), total_pay=("pay", "sum"), best=("rating", "max"), since=("hired", "min"))
    .reset_index()
)
summary["since"] = summary["since"].dt.year
crossed = pd.crosstab(staff["dept"], staff["band"], margins=True, margins_name="all").reset_index()

with pd.ExcelWriter("board.xlsx", engine="openpyxl") as writer:
    summary.to_excel(writer, sheet_name="summary", index=False)
    crossed.to_excel(writer, sheet_name="bands", index=False)
    for dept, group in staff.groupby("dept"):
        group[["name", "manager", "pay", "band"]].sort_values("name").to_excel(writer, sheet_name=dept, index=False)

book = load_workbook("board.xlsx")
sheet = book["summary"]
for cell in sheet[1]:
    cell.font = Font(bold=True)
for row in sheet.iter_rows(min_row=2, min_col=3, max_col=3):
    for cell in row:
        cell.number_format = "#,##0"
        if cell.value and cell.value > 1_000_000:
            cell.fill = PatternFill("solid", start_color="FFEE99")
for number, width in enumerate((12, 8, 14, 6, 8), start=1):
    sheet.column_dimensions[get_column_letter(number)].width = width
sheet.append(
    [
        "total",
        sum(row[1].value for row in sheet.iter_rows(min_row=2)),
        sum(row[2].value for row in sheet.iter_rows(min_row=2)),
        None,
        None,
    ]
)
book.save("board.xlsx")

top = pd.read_excel("board.xlsx", sheet_name=None)
everyone = pd.concat([frame.assign(dept=name) for name, frame in top.items() if name not in ("summary", "bands")])
everyone.nlargest(10, "pay")[["dept", "name", "pay"]].to_csv("top_paid.csv", index=False)
