"""Rows by position with csv.reader; a filter and a lookup."""

import csv

SEGMENTS = {"consumer": "C", "corporate": "B", "small": "S"}


def parse(row):
    customer_id, name, _, city, country, signup, segment, age, income = row
    return {
        "id": int(customer_id),
        "name": name.upper(),
        "place": f"{city}, {country}",
        "year": signup[:4],
        "segment": SEGMENTS.get(segment, "?"),
        "adult": bool(age) and float(age) >= 30,
        "income": float(income) if income else None,
    }


with open("customers.csv", encoding="utf-8") as source:
    reader = csv.reader(source)
    header = next(reader)
    people = [parse(row) for row in reader]

kept = [p for p in people if p["income"] is not None]
average = sum(p["income"] for p in kept) / len(kept)
with open("people.csv", "w", newline="", encoding="utf-8") as target:
    out = csv.writer(target)
    out.writerow(["id", "name", "place", "year", "segment", "above"])
    for p in kept:
        if p["adult"]:
            out.writerow([p["id"], p["name"], p["place"], p["year"], p["segment"], int(p["income"] > average)])
