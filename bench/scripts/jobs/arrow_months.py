"""pyarrow alone: read, compute, group, join, write a dataset of partitions, twice."""

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pcsv
import pyarrow.dataset as ds
import pyarrow.parquet as pq

orders = pcsv.read_csv("orders.csv")
products = pcsv.read_csv(
    "products.csv", convert_options=pcsv.ConvertOptions(include_columns=["product_id", "category", "cost"])
)
orders = orders.filter(pc.is_in(orders["status"], value_set=pa.array(["paid", "shipped"])))
revenue = pc.multiply(orders["unit_price"], pc.cast(orders["quantity"], pa.float64()))
orders = orders.append_column("revenue", revenue).append_column(
    "month", pc.strftime(orders["order_date"], format="%Y-%m")
)
joined = orders.join(products, keys="product_id", join_type="inner")
margin = pc.subtract(joined["revenue"], pc.multiply(joined["cost"], joined["quantity"]))
joined = joined.set_column(joined.schema.get_field_index("cost"), "margin", margin)

months = joined.group_by(["month", "category"]).aggregate(
    [("margin", "sum"), ("revenue", "mean"), ("order_id", "count")]
)
months = months.rename_columns(["month", "category", "margin", "mean_revenue", "orders"]).sort_by(
    [("month", "ascending"), ("category", "ascending")]
)
pq.write_table(months, "months.parquet")
pq.write_table(joined.select(["order_id", "month", "margin"]).sort_by("order_id"), "margins.parquet")

scanner = ds.dataset("months.parquet").scanner(
    columns={"month": ds.field("month"), "per_order": ds.field("margin") / ds.field("orders")},
    filter=ds.field("category") == "home",
)
pcsv.write_csv(scanner.to_table(), "home.csv")
