"""Checks rows against rules kept in a list; good ones and bad ones go to two files."""

import csv
import re
from typing import NamedTuple


class Rule(NamedTuple):
    column: str
    check: object
    message: str


RULES = [
    Rule("email", re.compile(r".+@mail[12]\.").match, "mail host"),
    Rule("age", lambda text: not text or float(text) >= 21, "too young"),
    Rule("country", {"DE", "FR", "IT"}.__contains__, "not served"),
]


def problems(row):
    return [rule.message for rule in RULES if not rule.check(row[rule.column])]


with (
    open("customers.csv", newline="") as source,
    open("good.csv", "w", newline="") as good,
    open("bad.csv", "w", newline="") as bad,
):
    reader = csv.DictReader(source)
    keep = csv.DictWriter(
        good, [name for name in reader.fieldnames if name not in ("segment", "signup_date")], extrasaction="ignore"
    )
    drop = csv.writer(bad)
    keep.writeheader()
    drop.writerow(["line", "customer_id", "problems"])
    for row in reader:
        found = problems(row)
        if found:
            drop.writerow([reader.line_num, row["customer_id"], "; ".join(found)])
        else:
            row["name"] = row["name"].title()
            keep.writerow(row)
