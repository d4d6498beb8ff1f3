"""Distances between customers' cities and warehouses: a cross join, haversine, the nearest one."""

import numpy as np
import pandas as pd

PLACES = {
    "Berlin": (52.52, 13.40), "Paris": (48.86, 2.35), "Madrid": (40.42, -3.70),
    "Rome": (41.90, 12.50), "Vienna": (48.21, 16.37), "Oslo": (59.91, 10.75),
}  # fmt: skip
WAREHOUSES = pd.DataFrame({"warehouse": ["hub", "port"], "wlat": [50.1, 43.3], "wlon": [8.7, 5.4]})


def haversine(lat1, lon1, lat2, lon2):
    lat1, lon1, lat2, lon2 = map(np.radians, (lat1, lon1, lat2, lon2))
    a = np.sin((lat2 - lat1) / 2) ** 2 + np.cos(lat1) * np.cos(lat2) * np.sin((lon2 - lon1) / 2) ** 2
    return 6371 * 2 * np.arcsin(np.sqrt(a))


customers = pd.read_csv("customers.csv", usecols=["customer_id", "city", "segment"])
customers["lat"] = customers["city"].map({k: v[0] for k, v in PLACES.items()})
customers["lon"] = customers["city"].map({k: v[1] for k, v in PLACES.items()})
pairs = customers.merge(WAREHOUSES, how="cross")
pairs["km"] = haversine(pairs["lat"], pairs["lon"], pairs["wlat"], pairs["wlon"]).round(1)
nearest = pairs.loc[pairs.groupby("customer_id")["km"].idxmin()]
orders = pd.read_json("orders.json")
weights = pd.read_csv("products.csv").set_index("product_id")["weight"].to_dict()
orders["kg"] = [weights.get(p, 0) * q for p, q in zip(orders["product_id"], orders["quantity"])]
cost = orders.merge(nearest[["customer_id", "warehouse", "km"]], on="customer_id", how="left", validate="m:1")
cost["eur"] = np.maximum(cost["kg"] * cost["km"] / 1000, 2.5)
cost[["order_id", "warehouse", "eur"]].to_csv("shipping.csv", index=False)
table = cost.groupby("warehouse")["eur"].describe()[["count", "mean", "50%", "max"]]
table.rename(columns={"50%": "median"}).reset_index().to_csv("warehouses.csv", index=False)
