"""Lazy queries: joins, windows, ranks, when and then, quantiles, a sink."""

import polars as pl

orders = pl.scan_csv("orders.csv", try_parse_dates=True)
customers = pl.scan_csv("customers.csv")
products = pl.scan_csv("products.csv")

revenue = (pl.col("quantity") * pl.col("unit_price") * (1 - pl.col("discount"))).alias("revenue")

enriched = (
    orders.filter(pl.col("status").is_in(["paid", "shipped"]))
    .with_columns(revenue, pl.col("order_date").dt.truncate("1mo").alias("month"))
    .join(customers.select("customer_id", "country", "segment"), on="customer_id", how="left")
    .join(products.select("product_id", "category", "cost"), on="product_id", how="inner")
    .with_columns((pl.col("revenue") - pl.col("cost") * pl.col("quantity")).alias("profit"))
)

ranked = enriched.with_columns(
    pl.col("revenue").rank("dense", descending=True).over("category").alias("rank_in_category"),
    (pl.col("revenue") / pl.col("revenue").sum().over("country")).alias("share_of_country"),
    pl.col("revenue").cum_sum().over("customer_id", order_by="order_date").alias("running"),
    pl.when(pl.col("profit") < 0)
    .then(pl.lit("loss"))
    .when(pl.col("profit") < 100)
    .then(pl.lit("thin"))
    .otherwise(pl.lit("good"))
    .alias("grade"),
)
(
    ranked.filter(pl.col("rank_in_category") <= 15)
    .select("order_id", "category", "rank_in_category", "share_of_country", "running", "grade")
    .sort("order_id")
    .sink_parquet("ranked.parquet")
)

monthly = (
    enriched.group_by("month", "segment")
    .agg(
        pl.len().alias("orders"),
        pl.col("revenue").sum(),
        pl.col("profit").quantile(0.5).alias("median_profit"),
        pl.col("customer_id").n_unique().alias("buyers"),
        pl.col("revenue").filter(pl.col("channel") == "web").sum().alias("web_revenue"),
    )
    .sort("month", "segment")
    .collect()
)
monthly.with_columns(pl.col("revenue").pct_change().over("segment").alias("growth")).write_csv("monthly.csv")
