"""A walk through the Polars user guide: lazy frames, contexts, joins, windows, structs, lists, folds and pivots."""

import polars as pl
import polars.selectors as cs

flights = pl.scan_parquet("flights.parquet").with_columns(
    pl.col("time_hour").str.to_datetime("%Y-%m-%dT%H:%M:%SZ").alias("when")
)
planes = pl.scan_csv("planes.csv").select("tailnum", pl.col("year").cast(pl.Int32).alias("built"), "seats", "engine")
airports = pl.read_csv("airports.csv", columns=["faa", "name", "lat", "lon", "alt"])

q = (
    flights.filter(pl.col("arr_delay").is_not_null())
    .join(planes, on="tailnum", how="left")
    .with_columns(
        pl.col("arr_delay").mean().over("origin").round(3).alias("origin_mean"),
        pl.col("dep_delay").rank("ordinal").over("carrier", order_by="flight").alias("place"),
        (pl.col("distance") / pl.col("air_time") * 60).alias("mph"),
        pl.col("seats").fill_null(strategy="mean"),
        pl.struct("origin", "dest").alias("route"),
    )
    .with_columns(
        pl.when(pl.col("arr_delay") > 30)
        .then(pl.lit("late"))
        .when(pl.col("arr_delay") > 0)
        .then(pl.lit("minor"))
        .otherwise(pl.lit("on time"))
        .alias("grade")
    )
)
delays = q.select(
    "carrier",
    "flight",
    "tailnum",
    "grade",
    "origin_mean",
    "place",
    cs.by_name("mph").round(2),
    pl.col("route").struct.field("dest"),
    pl.max_horizontal("dep_delay", "arr_delay").alias("worst"),
)
delays.sort("carrier", "flight", "tailnum").sink_parquet("delays.parquet")

routes = (
    q.group_by("route")
    .agg(
        pl.len().alias("flights"),
        pl.col("carrier").unique().sort().alias("carriers"),
        pl.col("arr_delay").sort_by("when").tail(3).alias("last_delays"),
        pl.col("seats").filter(pl.col("grade") == "late").sum().alias("late_seats"),
    )
    .with_columns(
        pl.col("carriers").list.len().alias("rivals"),
        pl.col("carriers").list.join("|"),
        pl.col("last_delays").list.eval(pl.element().clip(lower_bound=0)).list.mean().round(2).alias("recent"),
    )
    .drop("last_delays")
    .unnest("route")
    .sort("origin", "dest")
    .collect()
)
placed = routes.join(airports, left_on="dest", right_on="faa", how="inner").with_columns(
    (pl.col("name") + " (" + pl.col("dest") + ")").alias("label"),
    pl.fold(acc=pl.lit(0.0), function=lambda acc, x: acc + x.abs(), exprs=pl.col("lat", "lon")).alias("off"),
)
placed.select("origin", "label", "flights", "rivals", "carriers", "recent", "late_seats", "off").write_csv("routes.csv")

carriers = q.collect().pivot(on="grade", index="carrier", values="flight", aggregate_function="len").fill_null(0)
carriers.select(sorted(carriers.columns)).sort("carrier").write_json("grades.json")

by_half_day = (
    q.sort("when")
    .group_by_dynamic("when", every="12h", group_by="origin")
    .agg(pl.col("dep_delay").quantile(0.9).alias("p90"), pl.col("carrier").n_unique().alias("carriers"))
    .with_columns(pl.col("p90").shift(1).over("origin").alias("p90_before"))
)
by_half_day.collect().unpivot(index=["origin", "when"], on=["p90", "p90_before"]).drop_nulls().write_csv(
    "half_days.csv"
)
