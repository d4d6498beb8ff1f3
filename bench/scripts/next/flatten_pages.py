"""Pages of an API, nested as such are, flattened with json_normalize: record paths, meta, lists and prefixes."""

import json
from pathlib import Path

import pandas as pd

PAGES = Path("pages")
PER_PAGE = 15


def publish():
    """Stands in for the server: customers with their orders, page by page."""
    customers = json.loads(Path("customers.json").read_text())
    orders = json.loads(Path("orders.json").read_text())
    PAGES.mkdir(exist_ok=True)
    for number, start in enumerate(range(0, len(customers), PER_PAGE), start=1):
        payload = {
            "page": number,
            "data": [
                {
                    "id": one["customer_id"],
                    "profile": {"name": one["name"], "address": {"city": one["city"], "country": one["country"]}},
                    "tags": [one["segment"], "adult" if (one["age"] or 0) >= 18 else "unknown"],
                    "orders": [
                        {
                            "id": order["order_id"],
                            "placed": order["order_date"],
                            "line": {"qty": order["quantity"], "price": order["unit_price"]},
                            "status": order["status"],
                        }
                        for order in orders
                        if order["customer_id"] == one["customer_id"]
                    ],
                }
                for one in customers[start : start + PER_PAGE]
            ],
        }
        (PAGES / f"page_{number:03}.json").write_text(json.dumps(payload))


def fetch_all():
    for path in sorted(PAGES.iterdir()):
        with path.open() as response:
            body = json.load(response)
        yield from body["data"]


publish()
records = list(fetch_all())

people = pd.json_normalize(records, max_level=2).drop(columns="orders")
people.columns = people.columns.str.replace("profile.", "", regex=False).str.replace(".", "_", regex=False)
people["segment"] = people["tags"].str[0]
people.drop(columns="tags").to_csv("people.csv", index=False)

lines = pd.json_normalize(
    records,
    record_path="orders",
    meta=["id", ["profile", "address", "country"]],
    record_prefix="order_",
    meta_prefix="customer_",
    sep="_",
)
lines = lines[lines["order_status"] != "cancelled"].rename(columns={"customer_profile_address_country": "country"})
lines["order_placed"] = pd.to_datetime(lines["order_placed"])
lines["total"] = (lines["order_line_qty"] * lines["order_line_price"]).round(2)
lines.sort_values("order_id").to_parquet("lines.parquet", index=False)

tags = people.explode("tags").groupby(["tags", "address_country"]).agg(people=("id", "nunique")).reset_index()
tags.to_csv("tags.csv", index=False)
monthly = lines.set_index("order_placed").groupby("country")["total"].resample("QS").sum()
monthly.unstack(0).fillna(0).reset_index().to_csv("quarters.csv", index=False)
