"""What two tables have in common, differences of two years."""

import pandas as pd

old = pd.read_csv("sales_2022.csv")
new = pd.read_csv("sales_2023.csv")
keys = ["store", "month", "product"]
both = pd.merge(old, new, on=keys, how="outer", suffixes=("_old", "_new"), indicator=True)
both["change"] = both["revenue_new"] - both["revenue_old"]
both["direction"] = both["change"].apply(lambda c: "up" if c > 0 else "down")
both["_merge"] = both["_merge"].astype(str)
both.drop(columns=["units_old", "units_new"]).to_csv("changes.csv", index=False)
worst = both.loc[both.groupby("store")["change"].idxmin(), ["store", "month", "change"]]
worst.to_csv("worst.csv", index=False)
wide = new.pivot_table(index="store", columns="month", values="units", aggfunc="mean")
wide["total"] = wide.sum(axis=1)
wide.reset_index()[["store", "total"]].to_excel("totals.xlsx", index=False)
