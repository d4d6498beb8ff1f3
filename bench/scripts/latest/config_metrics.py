"""Yearly sales: all files that match, the year from the name, metrics by a config of functions."""

import re
from pathlib import Path

import pandas as pd

# sales_2021.csv, sales_2022.csv and sales_2023.csv
CONFIG = {
    "pattern": "sales_*.csv",
    "keys": ["store", "year"],
    "metrics": {
        "units": {"column": "units", "how": "sum"},
        "revenue": {"column": "revenue", "how": "sum"},
        "best_month": {"column": "revenue", "how": "max"},
        "tea_units": {"column": "tea", "how": "sum"},
    },
    "derived": {
        "price": lambda d: d["revenue"] / d["units"],
        "tea_share": lambda d: d["tea_units"] / d["units"],
        "growth": lambda d: d.groupby("store")["revenue"].pct_change(),
    },
}


def load(folder="."):
    frames = []
    for path in sorted(Path(folder).glob(CONFIG["pattern"])):
        year = int(re.search(r"(\d{4})", path.stem).group(1))
        frames.append(pd.read_csv(path).assign(year=year, source=path.name))
    return pd.concat(frames, ignore_index=True)


def aggregate(frame, config):
    wanted = {name: pd.NamedAgg(spec["column"], spec["how"]) for name, spec in config["metrics"].items()}
    table = frame.groupby(config["keys"]).agg(**wanted).reset_index()
    for name, function in config["derived"].items():
        table[name] = function(table)
    return table


def main():
    sales = load()
    sales["tea"] = sales["units"].where(sales["product"] == "tea", 0)
    table = aggregate(sales, CONFIG)
    table.round(4).to_csv("metrics.csv", index=False)
    quarter = sales.assign(quarter=(sales["month"] - 1) // 3 + 1)
    quarter.pivot_table(index=["year", "quarter"], columns="product", values="revenue", aggfunc="sum").to_csv(
        "quarters.csv"
    )


if __name__ == "__main__":
    main()
