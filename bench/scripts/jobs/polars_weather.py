"""Polars lazily: over, rolling, when/then, group_by_dynamic, and sinks."""

import polars as pl
import polars.selectors as cs

readings = pl.scan_parquet("sensors.parquet").filter(pl.col("ok") == 1).drop("ok")
hourly = readings.sort("station", "time").with_columns(
    pl.col("temperature").diff().over("station").alias("change"),
    (pl.col("humidity") - pl.col("humidity").mean().over("station")).alias("humidity_off"),
    pl.when(pl.col("pressure") < 1005)
    .then(pl.lit("storm"))
    .when(pl.col("temperature") > 20)
    .then(pl.lit("warm"))
    .otherwise(pl.lit("calm"))
    .alias("weather"),
)
hourly.sink_parquet("hourly.parquet")

daily = (
    readings.sort("time")
    .group_by_dynamic("time", every="1d", group_by="station")
    .agg(
        cs.float().mean().name.suffix("_mean"), pl.col("temperature").max().alias("hottest"), pl.len().alias("readings")
    )
    .sort("station", "time")
)
daily.sink_csv("daily.csv")

wide = daily.collect().pivot(on="station", index="time", values="hottest").sort("time")
wide.write_csv("hottest_wide.csv")
long = wide.unpivot(index="time", variable_name="station", value_name="hottest").drop_nulls()
long.write_ndjson("hottest_long.jsonl")
