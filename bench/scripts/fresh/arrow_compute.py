"""Tables of pyarrow and its compute functions, without a data frame."""

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pv
import pyarrow.parquet as pq

table = pv.read_csv("orders.csv")
products = pv.read_csv("products.csv").select(["product_id", "category", "supplier", "cost"])

total = pc.multiply(pc.cast(table["quantity"], pa.float64()), table["unit_price"])
table = table.append_column("total", total)
table = table.filter(pc.and_(pc.greater(table["total"], 40), pc.not_equal(table["status"], "cancelled")))
joined = table.join(products, keys="product_id", join_type="inner")
margin = pc.subtract(joined["total"], pc.multiply(joined["quantity"], joined["cost"]))
joined = joined.append_column(pa.field("margin", pa.float64()), margin)
joined = joined.append_column("size", pc.if_else(pc.greater(joined["margin"], 100), "big", "small"))
joined = joined.set_column(
    joined.schema.get_field_index("note"), "note", pc.utf8_upper(pc.utf8_slice_codeunits(joined["note"], 0, 3))
)
joined = joined.drop_columns(["unit_price", "discount", "customer_id"]).sort_by([("order_id", "ascending")])
pq.write_table(joined, "joined.parquet", compression="snappy")

grouped = joined.group_by(["category", "size"]).aggregate([("margin", "sum"), ("total", "mean"), ("order_id", "count")])
grouped = grouped.rename_columns(
    [
        {"margin_sum": "profit", "total_mean": "mean_order", "order_id_count": "n"}.get(c, c)
        for c in grouped.column_names
    ]
)
grouped = grouped.sort_by([("category", "ascending"), ("size", "ascending")])
pv.write_csv(grouped, "grouped.csv")

days = pc.strftime(pc.cast(joined["order_date"], pa.timestamp("s")), format="%A")
by_day = pa.table({"day": days, "channel": joined["channel"], "total": joined["total"]})
out = by_day.group_by("day").aggregate([("total", "max"), ("channel", "count_distinct")]).sort_by("day")
pq.write_table(out, "days.parquet")
rows = out.to_pylist()
best = max(rows, key=lambda r: r["total_max"])
pv.write_csv(pa.Table.from_pylist([{"best_day": best["day"], "top": best["total_max"]}]), "best_day.csv")
