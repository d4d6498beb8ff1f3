"""Polars, lazily: returns, moving means and ranks of stocks; a summary by month."""

import polars as pl

prices = (
    pl.scan_csv("stock.csv", try_parse_dates=True)
    .sort("symbol", "date")
    .with_columns(
        ret=pl.col("close").pct_change().over("symbol"),
        spread=(pl.col("high") - pl.col("low")) / pl.col("open"),
        mean5=pl.col("close").rolling_mean(5).over("symbol"),
    )
    .with_columns(
        signal=pl.when(pl.col("close") > pl.col("mean5")).then(pl.lit("up")).otherwise(pl.lit("down")),
        place=pl.col("ret").rank(descending=True).over("date"),
    )
)

prices.filter(pl.col("ret").is_not_null() & (pl.col("volume") > 5_000)).select(
    "date", "symbol", "ret", "spread", "signal", "place"
).collect().write_parquet("signals.parquet")

monthly = (
    prices.group_by_dynamic("date", every="1mo", group_by="symbol")
    .agg(
        pl.col("volume").sum().alias("volume"),
        pl.col("close").last().alias("close"),
        pl.col("high").max().alias("peak"),
        ((pl.col("close") * pl.col("volume")).sum() / pl.col("volume").sum()).alias("vwap"),
        pl.col("ret").std().alias("risk"),
    )
    .with_columns((pl.col("close") / pl.col("close").shift(1).over("symbol") - 1).alias("change"))
)
wide = monthly.collect().pivot(on="symbol", index="date", values="vwap")
monthly.sink_csv("monthly.csv")
wide.write_csv("vwap_wide.csv")

best = (
    monthly.collect().sort("change", descending=True, nulls_last=True).group_by("symbol", maintain_order=True).head(2)
)
best.select("symbol", "date", pl.col("change").round(4)).write_json("best_months.json")
