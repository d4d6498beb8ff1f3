"""Writes orders as a partitioned dataset with pyarrow, then reads it back with a filter and computed columns."""

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pv
import pyarrow.dataset as ds
import pyarrow.parquet as pq

orders = pv.read_csv("orders.csv")
orders = orders.append_column("month", pc.strftime(orders["order_date"], format="%Y-%m"))
orders = orders.set_column(
    orders.schema.get_field_index("unit_price"),
    "unit_price",
    pc.round(pc.multiply(orders["unit_price"], 1.19), ndigits=2),
)
ds.write_dataset(
    orders,
    "lake/orders",
    format="parquet",
    partitioning=ds.partitioning(pa.schema([("channel", pa.string())]), flavor="hive"),
    existing_data_behavior="overwrite_or_ignore",
)

lake = ds.dataset("lake/orders", format="parquet", partitioning="hive")
paid = lake.to_table(
    columns={
        "order_id": ds.field("order_id"),
        "customer_id": ds.field("customer_id"),
        "month": ds.field("month"),
        "net": ds.field("unit_price") * ds.field("quantity"),
        "channel": ds.field("channel"),
    },
    filter=(ds.field("status") == "paid") & (ds.field("quantity") >= 2),
)
totals = paid.group_by(["month", "channel"]).aggregate([("net", "sum"), ("order_id", "count")])
totals = totals.rename_columns(["month", "channel", "net", "orders"]).sort_by(
    [("month", "ascending"), ("net", "descending")]
)
pq.write_table(totals, "totals.parquet")

customers = pv.read_csv("customers.csv").select(["customer_id", "city", "segment"])
joined = paid.join(customers, keys="customer_id", join_type="left outer").sort_by("order_id")
big = joined.filter(pc.greater(joined["net"], pc.mean(joined["net"])))
with pa.OSFile("big_orders.csv", "wb") as sink:
    pv.write_csv(big.select(["order_id", "city", "segment", "net"]), sink)

scanner = lake.scanner(columns=["product_id", "discount", "quantity"], filter=ds.field("discount") > 0)
batches = [batch for batch in scanner.to_batches() if batch.num_rows]
discounted = pa.Table.from_batches(batches).group_by("product_id").aggregate([("discount", "max"), ("quantity", "sum")])
pq.write_table(discounted.sort_by("product_id"), "discounted.parquet")
