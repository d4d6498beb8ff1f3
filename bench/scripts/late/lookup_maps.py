"""Lookups by dictionaries made of frames, and a row per order."""

import pandas as pd

products = pd.read_csv("products.csv")
customers = pd.read_csv("customers.csv")
price_of = dict(zip(products["product_id"], products["price"]))
category_of = products.set_index("product_id")["category"].to_dict()
country_of = customers.set_index("customer_id")["country"]

orders = pd.read_csv("orders.csv", usecols=["order_id", "customer_id", "product_id", "quantity", "unit_price"])
orders["category"] = orders["product_id"].map(category_of)
orders["country"] = orders["customer_id"].map(country_of)
orders["list_price"] = [price_of[p] for p in orders["product_id"]]
orders["cheaper"] = orders.apply(lambda r: r["unit_price"] < r["list_price"], axis=1)

rows = []
for _, row in orders.iterrows():
    rows.append((row["order_id"], row["country"], row["category"], row["quantity"] * row["unit_price"]))
pd.DataFrame(rows, columns=["order", "country", "category", "value"]).to_csv("values.csv", index=False)
orders[orders["cheaper"]][["order_id", "list_price"]].to_csv("cheap.csv", index=False)
