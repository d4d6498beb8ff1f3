"""A small warehouse in SQLite: staging, upsert, a view, and csv out of row objects."""

import csv
import json
import sqlite3
from contextlib import closing

SCHEMA = """
CREATE TABLE IF NOT EXISTS product_stats (
    product_id INTEGER PRIMARY KEY,
    reviews INTEGER NOT NULL DEFAULT 0,
    stars REAL NOT NULL DEFAULT 0,
    last_posted TEXT
);
CREATE TABLE IF NOT EXISTS price (product_id INTEGER PRIMARY KEY, title TEXT, price REAL, category TEXT);
CREATE VIEW IF NOT EXISTS v_report AS
    SELECT p.category, p.title, p.price, s.reviews, s.stars / s.reviews AS mean_stars, s.last_posted
    FROM price p JOIN product_stats s ON s.product_id = p.product_id;
"""

UPSERT = """
INSERT INTO product_stats (product_id, reviews, stars, last_posted) VALUES (:product_id, 1, :stars, :posted)
ON CONFLICT (product_id) DO UPDATE SET
    reviews = reviews + 1,
    stars = stars + excluded.stars,
    last_posted = max(last_posted, excluded.last_posted)
"""


def load_prices(db, path):
    with open(path, newline="", encoding="utf-8") as f:
        rows = [(int(r["product_id"]), r["title"], float(r["price"]), r["category"]) for r in csv.DictReader(f)]
    db.executemany("INSERT OR REPLACE INTO price (product_id, title, price, category) VALUES (?, ?, ?, ?)", rows)


def load_reviews(db, path):
    with open(path, encoding="utf-8") as f:
        for review in json.load(f):
            if review["helpful"] >= 2:
                db.execute(UPSERT, {k: review[k] for k in ("product_id", "stars", "posted")})


def export(db, path):
    db.row_factory = sqlite3.Row
    cur = db.execute("SELECT * FROM v_report WHERE reviews >= 2 ORDER BY category, title")
    with open(path, "w", newline="", encoding="utf-8") as f:
        w = csv.writer(f)
        w.writerow([d[0] for d in cur.description])
        for r in cur:
            w.writerow(
                [r["category"], r["title"], r["price"], r["reviews"], round(r["mean_stars"], 2), r["last_posted"]]
            )


def main():
    with closing(sqlite3.connect("warehouse.db")) as db, db:
        db.executescript(SCHEMA)
        load_prices(db, "products.csv")
        load_reviews(db, "reviews.json")
        export(db, "report.csv")


if __name__ == "__main__":
    main()
