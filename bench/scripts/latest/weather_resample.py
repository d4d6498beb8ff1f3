"""Time series tutorial: a frame per station, resampled, smoothed, lagged, and written in one long table."""

import pandas as pd

raw = pd.read_csv("sensors.csv", parse_dates=["time"], index_col="time")
raw = raw[raw["ok"] == 1]

pieces = []
for station, part in raw.groupby("station"):
    daily = part.resample("D").agg({"temperature": ["min", "max", "mean"], "humidity": "mean", "pressure": "last"})
    daily.columns = ["t_min", "t_max", "t_mean", "humidity", "pressure"]
    daily = daily.asfreq("D").interpolate()
    daily["t_range"] = daily["t_max"] - daily["t_min"]
    daily["t_7d"] = daily["t_mean"].rolling("3D").mean()
    daily["pressure_diff"] = daily["pressure"].diff().fillna(0)
    daily["humidity_ewm"] = daily["humidity"].ewm(span=4).mean()
    for lag in (1, 2):
        daily[f"t_lag{lag}"] = daily["t_mean"].shift(lag)
    daily.insert(0, "station", station)
    pieces.append(daily)

table = pd.concat(pieces).dropna(subset=["t_lag2"]).reset_index()
table["weekday"] = table["time"].dt.day_name()
table["is_hot"] = table["t_max"].gt(table.groupby("station")["t_max"].transform("median"))
table.to_csv("daily_features.csv", index=False)

weekly = table.groupby(["station", pd.Grouper(key="time", freq="W")])["t_mean"].mean().unstack("station")
weekly.round(2).to_csv("weekly_wide.csv")
