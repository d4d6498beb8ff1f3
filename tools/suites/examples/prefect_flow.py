"""Prefect in one process: a flow of three tasks, run twice."""

from pathlib import Path

Path("orders.csv").write_text("id,qty,price\n1,2,3.5\n2,1,8\n")

import pandas as pd
from prefect import flow, task


@task
def read(path):
    return pd.read_csv(path)


@task
def add(frame):
    return frame.assign(total=frame.qty * frame.price)


@task(retries=1, retry_delay_seconds=0)
def write(frame, path):
    frame.to_csv(path, index=False)
    return path


@flow
def totals(source="orders.csv", target="totals.csv"):
    return write(add(read(source)), target)


if __name__ == "__main__":
    print(totals())
    print(totals("orders.csv", "again.csv"))
