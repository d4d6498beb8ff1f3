"""Store report with lazily evaluated Polars: one plan over three years, windows, a pivot and a join with targets."""

import polars as pl

years = pl.concat(
    [pl.scan_csv(f"sales_{year}.csv").with_columns(pl.lit(year).alias("year")) for year in (2021, 2022, 2023)]
)

monthly = (
    years.filter(pl.col("units") > 0)
    .group_by("store", "year", "month")
    .agg(
        pl.col("revenue").sum().alias("revenue"),
        pl.col("units").sum(),
        pl.col("product").n_unique().alias("assortment"),
        pl.col("revenue").filter(pl.col("product") == "tea").sum().alias("tea"),
    )
    .with_columns(
        price=(pl.col("revenue") / pl.col("units")).round(3),
        quarter=((pl.col("month") - 1) // 3 + 1).cast(pl.Int64),
    )
)

trend = (
    monthly.sort("store", "year", "month")
    .with_columns(
        change=pl.col("revenue").pct_change().over("store").round(4),
        rolling=pl.col("revenue").rolling_mean(3).over("store").round(2),
        best=pl.col("revenue").max().over("store", "year"),
    )
    .with_columns(of_best=(pl.col("revenue") / pl.col("best")).round(4))
    .with_columns(
        flag=pl.when(pl.col("change") < -0.3)
        .then(pl.lit("drop"))
        .when(pl.col("of_best") == 1.0)
        .then(pl.lit("peak"))
        .otherwise(pl.lit(""))
    )
    .select(pl.all().exclude("best", "assortment"))
)
trend.collect().write_csv("trend.csv")

targets = monthly.filter(pl.col("year") == 2021).group_by("store").agg(target=pl.col("revenue").mean() * 12 * 1.1)
yearly = (
    monthly.group_by("store", "year")
    .agg(pl.sum("revenue"), pl.max("assortment"))
    .join(targets, on="store", how="left")
    .with_columns(reached=pl.col("revenue") >= pl.col("target"))
    .sort("store", "year")
)
yearly.sink_parquet("yearly.parquet")

quarters = (
    monthly.collect()
    .pivot(on="quarter", index=["store", "year"], values="units", aggregate_function="sum", sort_columns=True)
    .sort("store", "year")
)
quarters.write_csv("quarters.csv")
