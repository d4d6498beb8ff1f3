"""Receipts with the standard library: csv, namedtuples, itertools, collections, heapq and statistics."""

import csv
import heapq
import itertools
import json
import statistics
from collections import Counter, defaultdict, namedtuple
from operator import attrgetter, itemgetter

Line = namedtuple("Line", "receipt till item pieces price")


def parse(handle):
    reader = csv.reader(handle)
    next(reader)
    for receipt, till, item, pieces, price in reader:
        if item and price:
            yield Line(int(receipt), int(till), item, int(pieces), float(price))


with open("receipts.csv", newline="") as f:
    lines = sorted(parse(f), key=attrgetter("receipt", "item"))

totals = []
for receipt, group in itertools.groupby(lines, key=attrgetter("receipt")):
    group = list(group)
    amount = sum(line.pieces * line.price for line in group)
    totals.append({"receipt": receipt, "till": group[0].till, "lines": len(group), "amount": round(amount, 2)})

running = itertools.accumulate(row["amount"] for row in totals)
with open("totals.csv", "w", newline="") as f:
    writer = csv.DictWriter(f, fieldnames=["receipt", "till", "lines", "amount", "running"])
    writer.writeheader()
    for row, value in zip(totals, running):
        writer.writerow(row | {"running": round(value, 2)})

pieces = Counter()
prices = defaultdict(list)
for line in lines:
    pieces[line.item] += line.pieces
    prices[line.item].append(line.price)
with open("items.csv", "w", newline="") as f:
    writer = csv.writer(f)
    writer.writerow(["item", "pieces", "median_price", "spread"])
    for item, number in sorted(pieces.most_common(), key=itemgetter(0)):
        writer.writerow(
            [item, number, round(statistics.median(prices[item]), 3), round(max(prices[item]) - min(prices[item]), 2)]
        )

together = Counter(
    pair
    for _, group in itertools.groupby(lines, key=attrgetter("receipt"))
    for pair in itertools.combinations([line.item for line in group], 2)
)
with open("pairs.json", "w") as f:
    json.dump([{"first": a, "second": b, "times": n} for (a, b), n in sorted(together.items())], f)

largest = heapq.nlargest(5, totals, key=itemgetter("amount", "receipt"))
by_till = {
    till: [row["receipt"] for row in rows]
    for till, rows in itertools.groupby(sorted(largest, key=itemgetter("till")), itemgetter("till"))
}
with open("largest.json", "w") as f:
    json.dump({str(till): receipts for till, receipts in by_till.items()}, f)
