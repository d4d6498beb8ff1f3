"""Nightly job: folds the movements of a warehouse into a stock table, and lists what to order."""

import csv
import logging
import sqlite3
from contextlib import closing

logging.basicConfig(level=logging.INFO)
log = logging.getLogger("stock")

SCHEMA = """
CREATE TABLE IF NOT EXISTS stock (sku TEXT PRIMARY KEY, on_hand INTEGER NOT NULL, last_price REAL, updated TEXT);
CREATE TABLE IF NOT EXISTS price_log (sku TEXT, day TEXT, price REAL, PRIMARY KEY (sku, day));
"""
UPSERT = """
INSERT INTO stock (sku, on_hand, last_price, updated) VALUES (:sku, :delta, :price, :day)
ON CONFLICT(sku) DO UPDATE SET
    on_hand = on_hand + excluded.on_hand,
    last_price = excluded.last_price,
    updated = excluded.updated
"""


def movements(path):
    with open(path, newline="") as handle:
        for row in csv.DictReader(handle):
            sign = 1 if row["kind"] == "in" else -1
            yield {
                "sku": row["sku"],
                "day": row["day"],
                "price": float(row["price"]),
                "delta": sign * int(row["qty"]),
                "incoming": sign > 0,
            }


def run():
    with closing(sqlite3.connect("warehouse.db")) as connection:
        connection.executescript(SCHEMA)
        seen = 0
        for move in movements("movements.csv"):
            connection.execute(UPSERT, move)
            if move["incoming"]:
                connection.execute(
                    "INSERT OR REPLACE INTO price_log (sku, day, price) VALUES (?, ?, ?)",
                    (move["sku"], move["day"], move["price"]),
                )
            seen += 1
        connection.commit()
        log.info("%d movements", seen)

        rows = connection.execute(
            """
            SELECT s.sku, s.on_hand, s.last_price, avg(p.price) AS mean_price, max(p.price) AS peak
            FROM stock s JOIN price_log p USING (sku)
            GROUP BY s.sku ORDER BY s.on_hand
            """
        ).fetchall()
        with open("orders_to_place.csv", "w", newline="") as handle:
            writer = csv.writer(handle)
            writer.writerow(["sku", "on_hand", "value", "dear", "note"])
            for sku, on_hand, last_price, mean_price, peak in rows:
                note = "low" if on_hand < 200 else ""
                writer.writerow([sku, on_hand, round(on_hand * last_price, 2), last_price > mean_price, note])


run()
