"""The lineage of the shop in dbt_project, worked out by hand from the SQL of its models.

* stg_orders      reads raw_orders (seed)
* stg_payments    reads raw_payments (seed)
* order_totals    joins stg_orders and stg_payments
* customer_value  joins raw_customers (seed) and order_totals
"""

from tests.acceptance.serving import Edges

EVENTS = 16  # a start and an end each of the build, of four models and of the tests of three of them
READS = {
    "stg_orders": {"raw_orders"},
    "stg_payments": {"raw_payments"},
    "order_totals": {"stg_orders", "stg_payments"},
    "customer_value": {"raw_customers", "order_totals"},
}
TESTED = {"stg_orders", "order_totals", "customer_value"}
TABLES = {*READS, "raw_customers", "raw_orders", "raw_payments"}
# What is selected from what. Of joins, filters and groups dbt's wrapper says nothing.
COLUMNS = {
    "stg_orders.order_id": {"raw_orders.order_id"},
    "stg_orders.customer_id": {"raw_orders.customer_id"},
    "stg_orders.order_date": {"raw_orders.ordered_on"},
    "stg_payments.order_id": {"raw_payments.order_id"},
    "stg_payments.amount": {"raw_payments.amount_cents"},
    "order_totals.order_id": {"stg_orders.order_id"},
    "order_totals.customer_id": {"stg_orders.customer_id"},
    "order_totals.order_date": {"stg_orders.order_date"},
    "order_totals.paid": {"stg_payments.amount"},
    "customer_value.customer_id": {"raw_customers.customer_id"},
    "customer_value.country": {"raw_customers.country"},
    "customer_value.orders": {"order_totals.order_id"},
    "customer_value.spent": {"order_totals.paid"},
}


def node(table: str) -> str:
    return f"dataset:duckdb://shop.duckdb:shop.main.{table}"


def column(name: str) -> str:
    table, _, field = name.partition(".")
    return f"datasetField:duckdb://shop.duckdb:shop.main.{table}:{field}"


def job(model: str, what: str = "run") -> str:
    return f"job:dbt:shop.main.shop.{model}.build.{what}"


EDGES: Edges = {
    *((node(source), job(model)) for model, sources in READS.items() for source in sources),
    *((job(model), node(model)) for model in READS),
    *((node(model), job(model, "test")) for model in TESTED),
}
COLUMN_EDGES: Edges = {(column(source), column(target)) for target, found in COLUMNS.items() for source in found}
