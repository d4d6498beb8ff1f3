"""A price list from a workbook: totals below the rows, columns with two levels, ranks by group."""

import pandas as pd

products = pd.read_excel("products.xlsx", sheet_name=0)
orders = pd.read_parquet("orders.parquet")
sold = orders.groupby("product_id").quantity.sum()
products["sold"] = products.product_id.map(sold).fillna(0).astype(int)
products["margin"] = (products.price - products.cost).clip(lower=0)
products["margin_pct"] = products["margin"] / products["price"] * 100
products["rank"] = products.groupby("category")["margin"].rank(ascending=False, method="dense").astype(int)
products["heavy"] = products["weight"].gt(products["weight"].mean()).map({True: "yes", False: "no"})
report = products.set_index(["category", "title"])[["sold", "margin", "margin_pct"]].sort_index()
report.loc[("total", "all"), :] = [report["sold"].sum(), report["margin"].sum(), report["margin_pct"].mean()]
report.reset_index().to_excel("report.xlsx", index=False)
wide = products.pivot_table(
    index="supplier", columns="category", values=["sold", "margin"], aggfunc={"sold": "sum", "margin": "max"}
)
wide = wide.swaplevel(axis=1).sort_index(axis=1)
wide.columns = [f"{category}:{what}" for category, what in wide.columns.to_flat_index()]
wide.round(2).reset_index().to_csv("wide.csv", index=False)
best = products.loc[products.groupby("supplier")["margin"].idxmax(), ["supplier", "title", "rank", "heavy"]]
best.to_csv("best.csv", index=False)
