"""Invoices in several currencies, from a table of rates, to a workbook with two sheets."""

import pandas as pd

RATES = {"DE": ("EUR", 1.0), "FR": ("EUR", 1.0), "ES": ("EUR", 1.0), "IT": ("LIR", 0.0005)}
rates = pd.DataFrame.from_dict(RATES, orient="index", columns=["currency", "to_eur"]).rename_axis("country")
settings = {
    "lines": {"path": "orders.csv", "parse_dates": ["order_date"]},
    "parties": {"path": "customers.csv", "usecols": ["customer_id", "name", "country"]},
    "tax": {"DE": 0.19, "FR": 0.2, "ES": 0.21, "IT": 0.22},
}


def read(name):
    options = dict(settings[name])
    return pd.read_csv(options.pop("path"), **options)


lines, parties = read("lines"), read("parties")
lines = lines[~lines["status"].isin(["cancelled"])]
lines["net"] = (lines.quantity * lines.unit_price * (1 - lines.discount)).round(2)
invoice = (
    lines.groupby(["customer_id", pd.Grouper(key="order_date", freq="QS")])
    .agg(net=("net", "sum"), positions=("order_id", "count"))
    .reset_index()
    .join(parties.set_index("customer_id"), on="customer_id")
    .join(rates, on="country")
)
invoice["tax"] = invoice["net"] * invoice["country"].map(settings["tax"])
invoice["gross_eur"] = (invoice["net"] + invoice["tax"]) * invoice["to_eur"]
invoice["number"] = [f"{d:%Y%m}-{c:04d}" for d, c in zip(invoice["order_date"], invoice["customer_id"])]
with pd.ExcelWriter("invoices.xlsx") as book:
    invoice[["number", "name", "currency", "positions", "gross_eur"]].to_excel(book, sheet_name="all", index=False)
    open_ = invoice.nlargest(8, "gross_eur")
    open_[["number", "gross_eur"]].to_excel(book, sheet_name="largest", index=False)
invoice.drop(columns="order_date").to_json("invoices.jsonl", orient="records", lines=True)
