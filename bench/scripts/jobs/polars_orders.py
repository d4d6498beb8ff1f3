"""Polars eagerly: structs, lists, map_elements, join_asof with rates, expressions kept in a dict."""

import polars as pl

MEASURES = {
    "revenue": pl.col("line_total").sum(),
    "orders": pl.col("order_id").n_unique(),
    "notes": pl.col("note").unique().sort().str.join("|"),
}


def grade(total):
    if total > 200:
        return "gold"
    return "silver" if total > 60 else "bronze"


orders = pl.read_csv("orders.csv", try_parse_dates=True)
rates = pl.read_csv("rates.csv", try_parse_dates=True).filter(pl.col("currency") == "EUR").sort("quoted")

lines = (
    orders.with_columns((pl.col("unit_price") * pl.col("quantity") * (1 - pl.col("discount"))).alias("line_total"))
    .sort("order_date")
    .join_asof(rates.select("quoted", "rate"), left_on="order_date", right_on="quoted", strategy="backward")
    .with_columns(
        pl.col("line_total").map_elements(grade, return_dtype=pl.String).alias("grade"),
        (pl.col("line_total") / pl.col("rate")).round(2).alias("in_euro"),
    )
)
lines.select("order_id", "grade", "in_euro", day=pl.col("order_date").dt.weekday()).sort("order_id").write_csv(
    "lines.csv"
)

customers = lines.group_by("customer_id").agg(**MEASURES).sort("customer_id")
customers.write_parquet("customer_totals.parquet")

channels = (
    lines.group_by("channel")
    .agg(pl.struct("status", "line_total").sort_by("line_total", descending=True).head(2).alias("top"))
    .explode("top")
    .unnest("top")
    .sort("channel", "line_total")
)
channels.write_csv("channel_top.csv")
