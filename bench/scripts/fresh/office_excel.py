"""Office automation with openpyxl alone: rows of a workbook, totals by department, a new workbook."""

from collections import OrderedDict

from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font

wb = load_workbook("employees.xlsx", data_only=True)
ws = wb.active
header = [cell.value for cell in ws[1]]
col = {name: i for i, name in enumerate(header)}

people = []
for row in ws.iter_rows(min_row=2, values_only=True):
    record = dict(zip(header, row))
    if record["rating"] is None or record["rating"] < 2:
        continue
    record["bonus"] = record["bonus"] or 0
    people.append(record)

totals = OrderedDict()
for p in people:
    t = totals.setdefault(p["dept"], {"people": 0, "cost": 0})
    t["people"] += 1
    t["cost"] += p["salary"] + p["bonus"]

out = Workbook()
sheet = out.active
sheet.title = "Payroll"
sheet.append(["id", "name", "dept", "monthly", "raise"])
for p in sorted(people, key=lambda p: p["emp_id"]):
    increase = {5: 0.05, 4: 0.03}.get(p["rating"], 0)
    sheet.append(
        [
            p["emp_id"],
            f"{p['last_name']}, {p['first_name'].title()}",
            p["dept"].upper(),
            round(p["salary"] / 12, 2),
            p["salary"] * increase,
        ]
    )
for cell in sheet[1]:
    cell.font = Font(bold=True)

summary = out.create_sheet("Summary")
summary.append(["dept", "people", "cost", "average"])
for row_number, (dept, t) in enumerate(sorted(totals.items()), start=2):
    summary.cell(row=row_number, column=1, value=dept)
    summary.cell(row=row_number, column=2, value=t["people"])
    summary.cell(row=row_number, column=3, value=t["cost"])
    summary.cell(row=row_number, column=4, value=t["cost"] / t["people"])
out.save("payroll.xlsx")
