"""Two files become a table, the table becomes a report; what each task reads and writes is declared as Assets."""

from airflow.sdk import Asset, dag, task

ORDERS, CUSTOMERS = Asset("file:///shop/orders.csv"), Asset("file:///shop/customers.csv")
SALES, REPORT = Asset("file:///shop/sales.parquet"), Asset("file:///shop/report.html")


@dag(schedule=None)
def daily_orders() -> None:
    """Three tasks, one after the other."""

    @task
    def check() -> int:
        return 3

    @task(inlets=[ORDERS, CUSTOMERS], outlets=[SALES])
    def join(rows: int) -> int:
        return rows

    @task(inlets=[SALES], outlets=[REPORT])
    def report(rows: int) -> None:
        print(f"{rows} sales")

    report(join(check()))


daily_orders()
