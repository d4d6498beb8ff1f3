"""A ledger with the standard library alone: namedtuples, defaultdicts, counters, running totals."""

import csv
from collections import Counter, defaultdict, namedtuple
from itertools import accumulate, islice

with open("orders.csv", newline="") as f:
    reader = csv.reader(f)
    Order = namedtuple("Order", next(reader))
    orders = [Order(*row) for row in reader]

with open("products.csv", newline="") as f:
    catalogue = {row["product_id"]: row for row in csv.DictReader(f)}

by_category = defaultdict(lambda: {"units": 0, "value": 0.0, "suppliers": set()})
for order in orders:
    if order.status == "cancelled":
        continue
    product = catalogue.get(order.product_id)
    if product is None:
        continue
    entry = by_category[product["category"]]
    entry["units"] += int(order.quantity)
    entry["value"] += int(order.quantity) * float(order.unit_price)
    entry["suppliers"].add(product["supplier"])

with open("categories.csv", "w", newline="") as f:
    w = csv.writer(f)
    w.writerow(["category", "units", "value", "suppliers"])
    for category in sorted(by_category):
        e = by_category[category]
        w.writerow([category, e["units"], round(e["value"], 2), "|".join(sorted(e["suppliers"]))])

channels = Counter(o.channel for o in orders if float(o.discount) > 0)
with open("channels.csv", "w", newline="") as f:
    w = csv.DictWriter(f, ["channel", "discounted"])
    w.writeheader()
    w.writerows({"channel": c, "discounted": n} for c, n in channels.most_common())

days = sorted({o.order_date for o in orders})
value = {day: sum(float(o.unit_price) * int(o.quantity) for o in orders if o.order_date == day) for day in days}
with open("running.csv", "w", newline="") as f:
    w = csv.writer(f)
    w.writerow(("day", "total"))
    w.writerows(islice(zip(days, accumulate(value[d] for d in days)), 50))
