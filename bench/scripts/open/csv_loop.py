"""Totals per category, with the csv module alone."""

import csv
from collections import defaultdict

prices = {}
with open("products.csv", newline="") as file:
    for row in csv.DictReader(file):
        prices[row["product_id"]] = (row["category"], float(row["cost"]))

totals = defaultdict(float)
lines = []
with open("orders.csv", newline="") as file:
    reader = csv.DictReader(file)
    for row in reader:
        if row["status"] == "returned":
            continue
        category, cost = prices[row["product_id"]]
        amount = int(row["quantity"]) * float(row["unit_price"])
        totals[category] += amount
        lines.append(
            {
                "order": row["order_id"],
                "category": category,
                "amount": round(amount, 2),
                "profit": round(amount - int(row["quantity"]) * cost, 2),
            }
        )

with open("lines.csv", "w", newline="") as file:
    writer = csv.DictWriter(file, fieldnames=["order", "category", "amount", "profit"])
    writer.writeheader()
    writer.writerows(lines)

with open("totals.csv", "w", newline="") as file:
    writer = csv.writer(file)
    writer.writerow(["category", "total"])
    for category, total in sorted(totals.items()):
        writer.writerow([category, round(total, 2)])
