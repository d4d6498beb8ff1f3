"""Orders through pydantic: what fails goes to a file of its own, what passes is priced and summed with heapq and bisect."""

import bisect
import csv
import heapq
import json
from datetime import date
from itertools import islice

from pydantic import BaseModel, Field, ValidationError, field_validator

STEPS = [50, 150, 300]
NAMES = ["small", "medium", "large", "huge"]


class Order(BaseModel):
    order_id: int
    customer_id: int
    order_date: date
    quantity: int = Field(gt=1)
    unit_price: float
    discount: float = 0.0
    status: str
    channel: str = "web"

    @field_validator("status")
    @classmethod
    def known(cls, value):
        if value not in {"paid", "shipped", "returned"}:
            raise ValueError(f"unknown status {value}")
        return value.upper()

    @property
    def total(self):
        return round(self.quantity * self.unit_price * (1 - self.discount), 2)

    @property
    def size(self):
        return NAMES[bisect.bisect(STEPS, self.total)]


def parse(path):
    good, bad = [], []
    with open(path) as handle:
        for record in json.load(handle):
            try:
                good.append(Order.model_validate(record))
            except ValidationError as error:
                bad.append({"order_id": record["order_id"], "field": error.errors()[0]["loc"][0]})
    return good, bad


orders, rejected = parse("orders.json")

with open("rejected.jsonl", "w") as out:
    out.writelines(json.dumps(one) + "\n" for one in rejected)

with open("priced.csv", "w", newline="") as out:
    writer = csv.DictWriter(out, [*Order.model_fields, "total", "size"])
    writer.writeheader()
    for order in orders:
        writer.writerow(order.model_dump() | {"total": order.total, "size": order.size})

top = heapq.nlargest(10, orders, key=lambda order: order.total)
with open("top.csv", "w", newline="") as out:
    writer = csv.writer(out)
    writer.writerow(["rank", "order", "total", "running"])
    running = 0.0
    for rank, order in enumerate(top, start=1):
        running += order.total
        writer.writerow([rank, order.order_id, order.total, round(running, 2)])

customers = {}
for order in orders:
    total, many, first = customers.get(order.customer_id, (0.0, 0, order.order_date))
    sign = -1 if order.status == "RETURNED" else 1
    customers[order.customer_id] = (total + sign * order.total, many + 1, min(first, order.order_date))
with open("customer_totals.csv", "w", newline="") as out:
    writer = csv.writer(out)
    writer.writerow(["customer", "total", "orders", "since"])
    for customer, (total, many, first) in islice(sorted(customers.items()), 30):
        writer.writerow([customer, round(total, 2), many, first])
