"""Cost of goods sold, first in first out, with the standard library."""

import csv
from collections import defaultdict, deque
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
layers = defaultdict(deque)
sold = []
with open("movements.csv", newline="") as f:
    reader = csv.DictReader(f)
    for line in sorted(reader, key=lambda r: (r["day"], int(r["move_id"]))):
        sku, qty, price = line["sku"], int(line["qty"]), Decimal(line["price"])
        if line["kind"] == "in":
            layers[sku].append([qty, price])
            continue
        cost, left = Decimal(0), qty
        while left > 0 and layers[sku]:
            layer = layers[sku][0]
            take = min(left, layer[0])
            cost += take * layer[1]
            layer[0] -= take
            left -= take
            if layer[0] == 0:
                layers[sku].popleft()
        sold.append(
            {
                "move_id": line["move_id"],
                "sku": sku,
                "day": line["day"],
                "revenue": (price * (qty - left)).quantize(CENT, ROUND_HALF_UP),
                "cost": cost.quantize(CENT, ROUND_HALF_UP),
                "backorder": left,
            }
        )

with open("cogs.csv", "w", newline="") as f:
    writer = csv.DictWriter(f, fieldnames=["move_id", "sku", "day", "revenue", "cost", "backorder"])
    writer.writeheader()
    writer.writerows(sold)

with open("valuation.csv", "w", newline="") as f:
    writer = csv.writer(f)
    writer.writerow(["sku", "on_hand", "value"])
    for sku, queue in sorted(layers.items()):
        on_hand = sum(q for q, _ in queue)
        value = sum((q * p for q, p in queue), Decimal(0))
        writer.writerow([sku, on_hand, value.quantize(CENT)])
