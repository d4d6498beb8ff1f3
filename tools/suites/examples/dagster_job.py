"""Dagster in one process: two assets, and a job of two ops."""

from pathlib import Path

Path("orders.csv").write_text("id,qty,price\n1,2,3.5\n2,1,8\n")

import pandas as pd
import dagster as dg


@dg.asset
def orders() -> pd.DataFrame:
    return pd.read_csv("orders.csv")


@dg.asset
def totals(orders: pd.DataFrame) -> pd.DataFrame:
    frame = orders.assign(total=orders.qty * orders.price)
    frame.to_csv("totals.csv", index=False)
    return frame


@dg.op
def load():
    return pd.read_csv("orders.csv")


@dg.op
def save(frame):
    frame.to_parquet("orders.parquet")


@dg.job
def copy():
    save(load())


if __name__ == "__main__":
    result = dg.materialize([orders, totals])
    print(result.success, result.output_for_node("totals").total.tolist())
    print(copy.execute_in_process().success)
