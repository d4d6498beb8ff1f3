"""Eager frames: strings, dynamic groups, pivots and unpivots, rows as dicts, a frame built again."""

from collections import defaultdict

import polars as pl

df = pl.read_csv("events.csv").with_columns(pl.col("ts").str.to_datetime("%Y-%m-%d %H:%M:%S"))
df = df.sort("ts")
daily = (
    df.group_by_dynamic("ts", every="1d", group_by="device")
    .agg(pl.col("seconds").sum().alias("seconds"), pl.col("user_id").n_unique().alias("users"))
    .with_columns(pl.col("ts").dt.date().alias("day"))
    .drop("ts")
)
wide = daily.pivot(on="device", index="day", values="seconds", aggregate_function="sum").sort("day").fill_null(0)
wide.write_csv("wide.csv")
long = daily.unpivot(index=["day", "device"], on=["seconds", "users"], variable_name="measure", value_name="value")
long.sort("day", "device", "measure").write_parquet("long.parquet")

paths = defaultdict(list)
for row in df.iter_rows(named=True):
    if row["kind"] != "buy":
        paths[row["user_id"]].append(row["page"].strip("/").split("/")[0])
records = [{"user": user, "steps": len(steps), "last": steps[-1]} for user, steps in sorted(paths.items())]
pl.DataFrame(records).write_csv("paths.csv")

slow = df.filter(pl.col("seconds") > df["seconds"].mean())
counts = slow["page"].value_counts().sort("page")
counts.write_json("slow.json")
top = {page: count for page, count in counts.iter_rows()}
df = df.with_columns(
    pl.col("page").replace_strict(top, default=0).alias("slow_views"),
    pl.col("kind").str.to_uppercase().str.slice(0, 1).alias("k"),
    pl.concat_str(["device", "kind"], separator="-").alias("label"),
    pl.col("seconds").shift(1).over("user_id").alias("before"),
)
df.select("event_id", "slow_views", "k", "label", "before").write_ndjson("events_marked.jsonl")
