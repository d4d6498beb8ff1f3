"""Payroll feed without pandas: checks each line of the HR export, writes what is good, a list of what is not, and totals.

Run with: employees.csv --raise 3
"""

import argparse
import csv
import sys
from collections import Counter, defaultdict
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

GRADES = {1: Decimal("0.00"), 2: Decimal("0.01"), 3: Decimal("0.02"), 4: Decimal("0.04"), 5: Decimal("0.06")}
TODAY = date(2024, 1, 1)


def money(value: Decimal) -> str:
    return str(value.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP))


def problems(row: dict[str, str]) -> list[str]:
    found = []
    if not row["bonus"]:
        found.append("no bonus")
    if int(row["rating"]) not in GRADES:
        found.append(f"rating {row['rating']}")
    if row["manager_id"] == row["emp_id"]:
        found.append("own manager")
    return found


def years(row: dict[str, str]) -> int:
    hired = date.fromisoformat(row["hired"])
    return TODAY.year - hired.year - ((TODAY.month, TODAY.day) < (hired.month, hired.day))


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("export")
    parser.add_argument("--raise", dest="percent", type=Decimal, default=Decimal(2))
    args = parser.parse_args()

    with open(args.export, newline="", encoding="utf-8") as handle:
        staff = {row["emp_id"]: row for row in csv.DictReader(handle)}

    reasons: Counter[str] = Counter()
    totals: defaultdict[str, Decimal] = defaultdict(Decimal)
    heads: defaultdict[str, set[str]] = defaultdict(set)
    rejected = []
    with open("payroll.csv", "w", newline="", encoding="utf-8") as handle:
        writer = csv.DictWriter(handle, ["emp_id", "display", "boss", "dept", "monthly", "payout", "years"])
        writer.writeheader()
        for number, row in staff.items():
            wrong = problems(row)
            if wrong:
                reasons.update(wrong)
                rejected.append((number, row["last_name"], "; ".join(wrong)))
                continue
            salary = Decimal(row["salary"]) * (1 + args.percent / 100)
            loyalty = min(years(row), 10) * Decimal("25")
            payout = Decimal(row["bonus"]) + salary * GRADES[int(row["rating"])] + loyalty
            boss = staff.get(row["manager_id"])
            writer.writerow(
                {
                    "emp_id": number,
                    "display": f"{row['last_name'].upper()}, {row['first_name'].title()}",
                    "boss": boss["last_name"] if boss else "-",
                    "dept": row["dept"],
                    "monthly": money(salary / 12),
                    "payout": money(payout),
                    "years": years(row),
                }
            )
            totals[row["dept"]] += salary + payout
            heads[row["dept"]].add(row["manager_id"])

    with open("rejected.csv", "w", newline="", encoding="utf-8") as handle:
        writer = csv.writer(handle, delimiter=";")
        writer.writerow(["emp_id", "last_name", "why"])
        writer.writerows(sorted(rejected, key=lambda one: int(one[0])))
    with open("totals.csv", "w", newline="", encoding="utf-8") as handle:
        writer = csv.writer(handle)
        writer.writerow(["dept", "cost", "managers"])
        for dept in sorted(totals, key=totals.__getitem__, reverse=True):
            writer.writerow([dept, money(totals[dept]), len(heads[dept])])
    print(reasons.most_common(3), file=sys.stderr)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
