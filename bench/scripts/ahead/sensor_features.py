"""Time series of sensors: gaps filled, resampled to days, rolling features, and days that stand out."""

import pandas as pd

raw = pd.read_parquet("sensors.parquet")
raw["time"] = pd.to_datetime(raw["time"])
good = raw.loc[raw["ok"].eq(1)].set_index("time").sort_index()

wide = good.pivot_table(index="time", columns="station", values="temperature", aggfunc="mean")
hourly = wide.resample("6h").mean().interpolate(limit=2).ffill()
hourly.to_csv("six_hours.csv")

daily = (
    good.groupby("station")
    .resample("D")
    .agg({"temperature": ["min", "max", "mean"], "humidity": "mean", "pressure": "median"})
)
daily.columns = ["_".join(column) for column in daily.columns]
daily = daily.reset_index()
daily["spread"] = daily["temperature_max"] - daily["temperature_min"]

by_station = daily.groupby("station")
daily["mean_3d"] = by_station["temperature_mean"].transform(lambda values: values.rolling(3, min_periods=1).mean())
daily["lag_1"] = by_station["temperature_mean"].shift(1)
daily["trend"] = by_station["pressure_median"].diff().fillna(0)
daily["ewm"] = by_station["humidity_mean"].transform(lambda values: values.ewm(span=4).mean())
daily["weekday"] = daily["time"].dt.day_name()
daily.round(3).to_parquet("daily.parquet", index=False)

stats = daily.groupby("station")["spread"].agg(["mean", "std"]).add_prefix("spread_")
marked = daily.join(stats, on="station")
marked["odd"] = (marked["spread"] - marked["spread_mean"]).abs() > 1.2 * marked["spread_std"]
odd = marked.loc[marked["odd"], ["station", "time", "spread", "trend"]]
odd.to_csv("odd_days.csv", index=False)

comfort = raw.assign(day=raw["time"].dt.floor("D"), humid=raw["humidity"] > 60)
share = comfort.groupby(["day", "station"])["humid"].mean().unstack("station", fill_value=0)
share.columns.name = None
share.reset_index().to_csv("humid_share.csv", index=False)
