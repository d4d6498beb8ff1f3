"""Airflow: a DAG of two tasks, for `airflow tasks test` and `airflow dags test`."""

import tempfile
from datetime import datetime
from pathlib import Path

from airflow.sdk import dag, task


@dag(schedule=None, start_date=datetime(2026, 1, 1), catchup=False)
def shop():
    @task
    def totals(source, target):
        import pandas as pd

        frame = pd.read_csv(source)
        frame.assign(total=frame.qty * frame.price).to_csv(target, index=False)
        return len(frame)

    @task
    def check(rows, target):
        import csv

        with open(target, newline="") as file:
            assert len(list(csv.DictReader(file))) == rows
        print("rows", rows)

    folder = Path(tempfile.gettempdir())
    (folder / "orders.csv").write_text("id,qty,price\n1,2,3.5\n2,1,8\n")
    target = str(folder / "totals.csv")
    check(totals(str(folder / "orders.csv"), target), target)


shop()
