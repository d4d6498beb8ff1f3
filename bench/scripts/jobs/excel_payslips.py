"""openpyxl alone: rows of a sheet into a new workbook with two sheets, cells by name and by number."""

from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font

source = load_workbook("employees.xlsx", read_only=True, data_only=True).active
rows = source.iter_rows(values_only=True)
header = next(rows)
people = [dict(zip(header, row)) for row in rows]

book = Workbook()
slips = book.active
slips.title = "payslips"
slips.append(["id", "name", "monthly", "bonus_share"])
for cell in slips[1]:
    cell.font = Font(bold=True)
for person in people:
    monthly = person["salary"] / 12
    slips.append(
        [
            person["emp_id"],
            f"{person['first_name'].title()} {person['last_name']}",
            round(monthly, 2),
            (person["bonus"] or 0) / person["salary"],
        ]
    )

totals = book.create_sheet("totals")
totals["A1"], totals["B1"] = "dept", "salaries"
sums = {}
for person in people:
    sums[person["dept"]] = sums.get(person["dept"], 0) + person["salary"]
for number, dept in enumerate(sorted(sums), start=2):
    totals.cell(row=number, column=1, value=dept)
    totals.cell(row=number, column=2).value = sums[dept]
book.save("payslips.xlsx")
