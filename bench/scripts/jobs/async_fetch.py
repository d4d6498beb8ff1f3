"""asyncio: files are read in threads, gathered, joined by a dict, written once."""

import asyncio
import csv
import json


def read_json(path):
    with open(path) as file:
        return json.load(file)


def read_csv(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


async def joined():
    customers, orders = await asyncio.gather(
        asyncio.to_thread(read_json, "customers.json"), asyncio.to_thread(read_csv, "orders.csv")
    )
    known = {one["customer_id"]: one for one in customers}
    for order in orders:
        customer = known.get(int(order["customer_id"]))
        if customer is not None and customer["country"] in {"DE", "FR"}:
            yield {
                "order_id": order["order_id"],
                "city": customer["city"],
                "mail": customer["email"].lower(),
                "value": float(order["unit_price"]) * int(order["quantity"]),
            }


async def main():
    rows = [row async for row in joined()]
    await asyncio.to_thread(write, sorted(rows, key=lambda row: row["value"], reverse=True)[:30])


def write(rows):
    with open("top_orders.csv", "w", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)


asyncio.run(main())
