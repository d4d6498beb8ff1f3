"""What an API would answer, nested; kept as JSON and flattened with json_normalize."""

import json
from pathlib import Path

import pandas as pd

orders = json.loads(Path("orders.json").read_text())
people = {c["customer_id"]: c for c in json.loads(Path("customers.json").read_text())}
answer = {"page": 1, "results": []}
for customer_id, person in people.items():
    items = [
        {"id": o["order_id"], "money": {"price": o["unit_price"], "count": o["quantity"]}, "state": o["status"]}
        for o in orders
        if o["customer_id"] == customer_id
    ]
    if items:
        answer["results"].append(
            {"id": customer_id, "profile": {"city": person["city"], "age": person["age"]}, "orders": items}
        )

flat = pd.json_normalize(
    answer["results"], record_path="orders", meta=["id", ["profile", "city"]], meta_prefix="customer_", sep="_"
)
flat = flat.rename(columns={"money_price": "price", "money_count": "count", "customer_profile_city": "city"})
flat["amount"] = flat["price"] * flat["count"]
flat.to_csv("flat.csv", index=False)
profiles = pd.json_normalize(answer["results"])[["id", "profile.city", "profile.age"]]
profiles.columns = profiles.columns.str.replace("profile.", "", regex=False)
totals = flat.groupby("customer_id", as_index=False)["amount"].sum()
profiles.merge(totals, left_on="id", right_on="customer_id").drop(columns="customer_id").to_csv(
    "profiles.csv", index=False
)
Path("states.json").write_text(json.dumps(flat["state"].value_counts().to_dict()))
