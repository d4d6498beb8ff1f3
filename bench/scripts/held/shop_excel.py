"""Inventory from a workbook with supplier rates in the script."""

import pandas as pd

rates = pd.DataFrame({"supplier": ["north", "south", "east"], "rate": [0.1, 0.12, 0.2], "days": [3, 5, 9]})
stock = pd.read_excel("products.xlsx", usecols=["product_id", "category", "price", "cost", "supplier", "weight"])
stock = pd.merge(stock, rates, how="left", on="supplier")
stock["landed"] = (stock["cost"] * (1 + stock["rate"])).round(2)
stock["profit"] = stock["price"] - stock["landed"]
stock["class"] = stock["profit"].apply(lambda p: "A" if p > 40 else ("B" if p > 0 else "C"))
stock.insert(1, "slow", stock.pop("days").gt(4))
stock = stock.set_index("product_id").sort_index()
stock.loc[stock["class"] == "C", "profit"] = 0
stock.to_csv("inventory.csv")
stock.groupby(["category", "class"]).agg(n=("profit", "size"), weight=("weight", "sum")).reset_index().to_excel(
    "classes.xlsx", index=False
)
