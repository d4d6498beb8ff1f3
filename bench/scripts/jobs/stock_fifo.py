"""A warehouse of deques: the cost of what goes out, first in first out, with a class and a state machine."""

import csv
from collections import defaultdict, deque


class Warehouse:
    def __init__(self):
        self.lots = defaultdict(deque)
        self.lines = []

    def handle(self, move):
        method = getattr(self, "on_" + move["kind"], self.ignore)
        method(move["sku"], int(move["qty"]), float(move["price"]), move)

    def on_in(self, sku, qty, price, move):
        self.lots[sku].append([qty, price])

    def on_out(self, sku, qty, price, move):
        cost, wanted = 0.0, qty
        while wanted and self.lots[sku]:
            lot = self.lots[sku][0]
            taken = min(wanted, lot[0])
            cost += taken * lot[1]
            lot[0] -= taken
            wanted -= taken
            if not lot[0]:
                self.lots[sku].popleft()
        self.lines.append(
            {"move": move["move_id"], "day": move["day"], "sku": sku, "cost": round(cost, 2), "missing": wanted}
        )

    def ignore(self, *ignored):
        pass


warehouse = Warehouse()
with open("movements.csv", newline="") as file:
    for move in csv.DictReader(file):
        warehouse.handle(move)

with open("outgoing.csv", "w", newline="") as file:
    writer = csv.DictWriter(file, ("move", "day", "sku", "cost", "missing"))
    writer.writeheader()
    writer.writerows(warehouse.lines)
with open("left.csv", "w", newline="") as file:
    writer = csv.writer(file)
    writer.writerow(("sku", "left", "value"))
    for sku, lots in sorted(warehouse.lots.items()):
        writer.writerow((sku, sum(qty for qty, _ in lots), round(sum(qty * price for qty, price in lots), 2)))
