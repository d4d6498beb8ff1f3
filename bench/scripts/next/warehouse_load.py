"""An extract, transform and load job over sqlite3, as such jobs look with psycopg: staging, upserts, cursors, a log."""

import contextlib
import csv
import json
import sqlite3
from datetime import date

DDL = """
CREATE TABLE IF NOT EXISTS stg_orders (order_id INTEGER, customer_id INTEGER, product_id INTEGER, order_date TEXT,
                                       quantity INTEGER, unit_price REAL, status TEXT);
CREATE TABLE IF NOT EXISTS dim_product (product_id INTEGER PRIMARY KEY, title TEXT, category TEXT, margin REAL);
CREATE TABLE IF NOT EXISTS fct_sales (product_id INTEGER, month TEXT, units INTEGER, revenue REAL, profit REAL,
                                      PRIMARY KEY (product_id, month));
CREATE TABLE IF NOT EXISTS etl_log (step TEXT, rows INTEGER);
"""
UPSERT = """
INSERT INTO fct_sales (product_id, month, units, revenue, profit) VALUES (:product_id, :month, :units, :revenue, :profit)
ON CONFLICT (product_id, month) DO UPDATE SET
    units = fct_sales.units + excluded.units, revenue = fct_sales.revenue + excluded.revenue,
    profit = fct_sales.profit + excluded.profit
"""


@contextlib.contextmanager
def get_cursor(path):
    conn = sqlite3.connect(path)
    conn.row_factory = sqlite3.Row
    try:
        cur = conn.cursor()
        yield cur
        conn.commit()
    except Exception:
        conn.rollback()
        raise
    finally:
        conn.close()


def extract_orders(cur, path):
    with open(path, encoding="utf-8") as f:
        reader = csv.DictReader(f)
        rows = [
            (
                r["order_id"],
                r["customer_id"],
                r["product_id"],
                r["order_date"],
                r["quantity"],
                r["unit_price"],
                r["status"],
            )
            for r in reader
        ]
    cur.executemany("INSERT INTO stg_orders VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
    return len(rows)


def load_products(cur, path):
    with open(path, encoding="utf-8") as f:
        for count, r in enumerate(csv.DictReader(f), start=1):
            margin = (float(r["price"]) - float(r["cost"])) / float(r["price"])
            cur.execute(
                "INSERT OR REPLACE INTO dim_product (product_id, title, category, margin) VALUES (?, ?, ?, ?)",
                (int(r["product_id"]), r["title"].strip().title(), r["category"], round(margin, 4)),
            )
    return count


def transform(cur):
    cur.execute(
        """
        SELECT s.product_id, s.order_date, s.quantity, s.unit_price, p.margin
        FROM stg_orders s JOIN dim_product p ON p.product_id = s.product_id
        WHERE s.status NOT IN ('cancelled', 'returned')
        ORDER BY s.order_id
        """
    )
    facts = []
    for row in cur.fetchall():
        revenue = row["quantity"] * row["unit_price"]
        facts.append(
            {
                "product_id": row["product_id"],
                "month": date.fromisoformat(row["order_date"]).strftime("%Y-%m") if row["order_date"] else "unknown",
                "units": row["quantity"],
                "revenue": round(revenue, 2),
                "profit": round(revenue * row["margin"], 2),
            }
        )
    cur.executemany(UPSERT, facts)
    return len(facts)


def report(cur):
    cur.execute(
        """
        SELECT category, COUNT(DISTINCT f.product_id) AS products, SUM(units) AS units, ROUND(SUM(profit), 2) AS profit
        FROM fct_sales f JOIN dim_product USING (product_id) GROUP BY category ORDER BY profit DESC
        """
    )
    return [dict(row) for row in cur]


def main():
    with get_cursor("dwh.db") as cur:
        cur.executescript(DDL)
        for name, step in (
            ("orders", lambda: extract_orders(cur, "orders.csv")),
            ("products", lambda: load_products(cur, "products.csv")),
            ("sales", lambda: transform(cur)),
        ):
            cur.execute("INSERT INTO etl_log VALUES (?, ?)", (name, step()))
    with get_cursor("dwh.db") as cur:
        with open("categories.json", "w") as out:
            json.dump(report(cur), out, indent=1)


if __name__ == "__main__":
    main()
