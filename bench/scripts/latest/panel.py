"""A panel of stations: two levels of columns, cross sections, levels swapped, stacked and flattened."""

import pandas as pd

long = pd.read_parquet("sensors.parquet")
long["date"] = long["time"].dt.floor("D")
panel = long.pivot_table(index="date", columns="station", values=["temperature", "humidity"], aggfunc="mean")

north = panel.xs("north", axis=1, level="station")
north.reset_index().to_csv("north.csv", index=False)

anomaly = panel["temperature"].sub(panel["temperature"].mean(axis=1), axis=0)
anomaly.columns = [f"anomaly_{c}" for c in anomaly.columns]
anomaly.reset_index().to_csv("anomaly.csv", index=False)

swapped = panel.swaplevel(axis=1).sort_index(axis=1)
swapped.columns = swapped.columns.map("_".join)
swapped["spread"] = swapped["north_temperature"] - swapped["south_temperature"]
swapped.reset_index().to_parquet("flat.parquet", index=False)

stacked = panel.stack("station", future_stack=True).reset_index().sort_values(["station", "date"])
stacked["feels"] = stacked["temperature"] - 0.05 * (100 - stacked["humidity"])
stacked.to_csv("stacked.csv", index=False)

extremes = long.set_index(["station", "time"]).groupby(level=0)["pressure"].agg(["idxmin", "idxmax", "min", "max"])
extremes["low_time"] = extremes["idxmin"].str[1]
extremes["high_time"] = [t for _, t in extremes["idxmax"]]
extremes[["low_time", "min", "high_time", "max"]].reset_index().to_csv("extremes.csv", index=False)
