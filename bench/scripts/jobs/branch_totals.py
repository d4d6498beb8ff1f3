"""Totals of each department, by sorting and itertools.groupby."""

import csv
import statistics
from itertools import groupby
from operator import itemgetter

with open("employees.csv", newline="") as source:
    people = list(csv.DictReader(source))

for person in people:
    person["salary"] = int(person["salary"])
    person["bonus"] = float(person["bonus"] or 0)

people.sort(key=itemgetter("dept"))
summary = []
for dept, members in groupby(people, key=itemgetter("dept")):
    members = list(members)
    salaries = [one["salary"] for one in members]
    best = max(members, key=lambda one: float(one["rating"]))
    summary.append(
        (
            dept,
            len(members),
            sum(salaries),
            round(statistics.median(salaries), 2),
            best["last_name"],
            max(one["bonus"] for one in members),
        )
    )

with open("departments.csv", "w", newline="") as target:
    writer = csv.writer(target)
    writer.writerow(["dept", "people", "payroll", "median_salary", "best", "top_bonus"])
    writer.writerows(sorted(summary, key=lambda line: -line[2]))
