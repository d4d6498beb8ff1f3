"""Documents of customers with their orders, written nested, and flattened again for a warehouse."""

import json

import pandas as pd

with open("customers.json") as handle:
    people = json.load(handle)
with open("orders.json") as handle:
    orders = json.load(handle)

by_customer = {}
for order in orders:
    by_customer.setdefault(order["customer_id"], []).append(
        {
            "id": order["order_id"],
            "item": {"product": order["product_id"], "qty": order["quantity"]},
            "price": order["unit_price"],
        }
    )

documents = []
for person in people:
    lines = by_customer.get(person["customer_id"], [])
    if not lines:
        continue
    documents.append(
        {
            "customer": {"id": person["customer_id"], "contact": {"email": person["email"].lower()}},
            "place": "/".join([person["country"], person["city"]]),
            "lines": lines,
        }
    )

with open("documents.json", "w") as handle:
    json.dump({"version": 1, "documents": documents}, handle)

flat = pd.json_normalize(
    documents, record_path="lines", meta=["place", ["customer", "id"], ["customer", "contact", "email"]]
)
flat = flat.rename(columns={"id": "order_id", "item.product": "product_id", "item.qty": "qty"})
flat.columns = flat.columns.str.replace(".", "_", regex=False)
flat["value"] = flat["qty"] * flat["price"]
flat.to_csv("order_lines.csv", index=False)

heads = pd.json_normalize(documents, max_level=1)[["customer.id", "place"]]
heads[["country", "city"]] = heads["place"].str.split("/", expand=True)
heads.drop(columns="place").to_csv("heads.csv", index=False)
