"""A price list out of a workbook, two sheets into another."""

import pandas as pd

products = pd.read_excel("products.xlsx", index_col="product_id")
products["margin"] = products["price"] - products["cost"]
products["margin_pct"] = products["margin"].div(products["price"]).mul(100).round(1)
products["color"] = products["title"].str.split().str.get(0).str.lower()
products.loc[products["weight"] > 10, "shipping"] = 9.9
products["shipping"] = products["shipping"].fillna(4.9)
heavy = products[products["weight"].between(5, 15)]
with pd.ExcelWriter("prices.xlsx") as writer:
    products.reset_index().to_excel(writer, sheet_name="all", index=False)
    heavy.groupby("category")["margin_pct"].mean().reset_index().to_excel(writer, sheet_name="heavy", index=False)
