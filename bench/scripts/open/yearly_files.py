"""Three yearly files, read in a loop and put together."""

import glob

import pandas as pd

parts = []
for path in sorted(glob.glob("sales_*.csv")):
    part = pd.read_csv(path)
    part["year"] = int(path.split("_")[1].split(".")[0])
    parts.append(part)
sales = pd.concat(parts)

yearly = sales.groupby(["year", "store"])[["units", "revenue"]].sum().reset_index()
yearly["price"] = yearly["revenue"] / yearly["units"]
yearly.to_csv("yearly.csv", index=False)

pivot = pd.pivot_table(sales, index="month", columns="product", values="revenue", aggfunc="sum").reset_index()
pivot.to_excel("monthly.xlsx", index=False)
