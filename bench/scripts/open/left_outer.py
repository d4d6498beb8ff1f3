"""Joins that keep what does not match, and what was not bought."""

import pandas as pd

customers = pd.read_pickle("customers.pkl").set_index("customer_id")
orders = pd.read_parquet("orders.parquet")
spent = (orders.quantity * orders.unit_price).groupby(orders.customer_id).sum().rename("spent")
joined = customers.join(spent, how="left")
joined["active"] = joined["spent"].notna()
joined["spent"] = joined["spent"].fillna(0)
joined["initials"] = joined["name"].apply(lambda n: "".join(part[0] for part in n.split()))
joined["domain"] = joined["email"].str.split("@").str[1]
joined.reset_index()[["customer_id", "initials", "domain", "active", "spent"]].to_csv("joined.csv", index=False)
sold = orders["product_id"].unique()
everything = pd.read_csv("products.csv")
everything[~everything["product_id"].isin(sold)][["product_id", "title"]].to_csv("unsold.csv", index=False)
