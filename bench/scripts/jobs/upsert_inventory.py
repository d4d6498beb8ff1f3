"""Keeps an inventory in SQLite up to date by upserts, with Row access and a view."""

import csv
import sqlite3

db = sqlite3.connect("inventory.db")
db.row_factory = sqlite3.Row
db.executescript(
    """
    CREATE TABLE inventory (sku TEXT PRIMARY KEY, qty INTEGER, last_price REAL, last_day TEXT);
    CREATE VIEW short AS SELECT sku, qty, qty * last_price AS value FROM inventory WHERE qty < 200;
    """
)
with open("movements.csv", newline="") as file:
    for row in csv.DictReader(file):
        sign = 1 if row["kind"] == "in" else -1
        db.execute(
            "INSERT INTO inventory VALUES (?, ?, ?, ?) ON CONFLICT (sku) DO UPDATE SET "
            "qty = qty + excluded.qty, last_price = excluded.last_price, last_day = max(last_day, excluded.last_day)",
            (row["sku"], sign * int(row["qty"]), float(row["price"]), row["day"]),
        )
db.commit()
with open("short.csv", "w", newline="") as file:
    writer = csv.writer(file)
    writer.writerow(["sku", "qty", "value"])
    for row in db.execute("SELECT * FROM short ORDER BY sku"):
        writer.writerow([row["sku"], row["qty"], round(row["value"], 2)])
db.close()
