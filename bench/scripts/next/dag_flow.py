"""Plain functions wired by a small DAG class, in the manner of Prefect and Luigi: tasks, retries, targets on disk."""

import functools
import json
import os
from graphlib import TopologicalSorter

import pandas as pd


class Flow:
    def __init__(self, name):
        self.name = name
        self.tasks = {}
        self.needs = {}
        self.results = {}

    def task(self, *upstream, retries=0):
        def decorate(function):
            @functools.wraps(function)
            def wrapper(*args):
                for attempt in range(retries + 1):
                    try:
                        return function(*args)
                    except OSError:
                        if attempt == retries:
                            raise

            self.tasks[function.__name__] = wrapper
            self.needs[function.__name__] = upstream
            return wrapper

        return decorate

    def run(self):
        for name in TopologicalSorter(self.needs).static_order():
            self.results[name] = self.tasks[name](*(self.results[one] for one in self.needs[name]))
        return self.results


flow = Flow("nightly")
OUT = "out"


@flow.task(retries=2)
def extract_sales():
    frames = [pd.read_csv(f"sales_{year}.csv").assign(year=year) for year in (2021, 2022, 2023)]
    return pd.concat(frames, ignore_index=True)


@flow.task(retries=2)
def extract_products():
    return pd.read_csv("products.csv", usecols=["title", "category", "supplier", "weight"])


@flow.task("extract_sales")
def monthly(sales):
    table = sales.groupby(["year", "month", "store"], as_index=False)[["units", "revenue"]].sum()
    table["price"] = (table["revenue"] / table["units"]).round(3)
    return table


@flow.task("monthly")
def seasonal(table):
    index = table.groupby("month")["revenue"].mean() / table["revenue"].mean()
    return index.rename("season").round(4).reset_index()


@flow.task("monthly", "seasonal")
def adjusted(table, season):
    merged = table.merge(season, on="month")
    merged["adjusted"] = (merged["revenue"] / merged["season"]).round(2)
    return merged.sort_values(["year", "month", "store"])


@flow.task("extract_products")
def suppliers(products):
    return products.groupby("supplier").agg(titles=("title", "count"), heaviest=("weight", "max")).reset_index()


@flow.task("adjusted", "suppliers")
def publish(table, by_supplier):
    os.makedirs(OUT, exist_ok=True)
    table.to_csv(os.path.join(OUT, "adjusted.csv"), index=False)
    by_supplier.to_csv(os.path.join(OUT, "suppliers.csv"), index=False)
    best = table.loc[table.groupby("store")["adjusted"].idxmax(), ["store", "year", "month", "adjusted"]]
    with open(os.path.join(OUT, "best.json"), "w") as handle:
        json.dump(best.to_dict(orient="records"), handle)
    return len(table)


if __name__ == "__main__":
    flow.run()
