"""Hourly weather, resampled: a regular grid, gaps filled, local time, rolling windows, and flights matched to it."""

import pandas as pd

weather = pd.read_parquet("weather.parquet")
weather["time_hour"] = pd.to_datetime(weather["time_hour"], utc=True)

hourly = (
    weather.set_index("time_hour")
    .groupby("origin")[["temp", "humid", "wind_speed", "precip"]]
    .resample("h")
    .mean()
    .groupby(level="origin")
    .apply(lambda part: part.droplevel("origin").interpolate(limit=3))
)
hourly["temp_6h"] = hourly.groupby(level="origin")["temp"].rolling(6, min_periods=3).mean().droplevel(0)
hourly["wetter"] = hourly.groupby(level="origin")["humid"].diff() > 5
flat = hourly.reset_index()
flat["local"] = flat["time_hour"].dt.tz_convert("America/New_York").dt.strftime("%Y-%m-%d %H:%M")
flat[["origin", "local", "temp", "temp_6h", "wetter"]].round(3).to_csv("hourly.csv", index=False)

days = flat.groupby(["origin", pd.Grouper(key="time_hour", freq="D")]).agg(
    low=("temp", "min"), high=("temp", "max"), rain=("precip", "sum"), gusty=("wind_speed", lambda s: (s > 15).sum())
)
days["swing"] = days["high"] - days["low"]
days = days.reset_index().assign(time_hour=lambda d: d["time_hour"].dt.date.astype(str))
days.round(3).to_csv("days.csv", index=False)

flights = pd.read_csv("flights.csv", parse_dates=["time_hour"])
matched = pd.merge_asof(
    flights.dropna(subset=["dep_delay"]).sort_values("time_hour"),
    flat[["origin", "time_hour", "wind_speed", "temp_6h"]].dropna().sort_values("time_hour"),
    on="time_hour",
    by="origin",
    direction="backward",
    tolerance=pd.Timedelta("2h"),
)
windy = matched.assign(windy=pd.cut(matched["wind_speed"], [-1, 10, 15, 60], labels=["calm", "breeze", "wind"]))
table = windy.groupby(["origin", "windy"], observed=True)["dep_delay"].agg(["mean", "count"]).round(3)
table.reset_index().to_csv("delay_by_wind.csv", index=False)
