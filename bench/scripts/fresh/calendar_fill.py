"""A full calendar of days by station, gaps, working days, cumulative sums, stacked levels."""

import numpy as np
import pandas as pd

sensors = pd.read_csv("sensors.csv", parse_dates=["time"])
daily = sensors.groupby([pd.Grouper(key="time", freq="D"), "station"]).agg(
    t_mean=("temperature", "mean"), t_max=("temperature", "max"), broken=("ok", lambda s: int((s == 0).sum()))
)
days = pd.date_range("2023-01-01", "2023-01-31", freq="D", name="time")
stations = sensors["station"].unique()
full = daily.reindex(pd.MultiIndex.from_product([days, np.sort(stations)], names=["time", "station"]))
full["missing"] = full["t_mean"].isna().astype(int)
full["t_mean"] = full.groupby(level="station")["t_mean"].ffill().bfill()
full["broken_so_far"] = full.groupby(level="station")["broken"].cumsum()
flat = full.reset_index()
flat["workday"] = np.is_busday(flat["time"].values.astype("datetime64[D]"))
flat["week"] = flat["time"].dt.isocalendar().week.astype(int)
flat["degree_days"] = (18 - flat["t_mean"]).clip(lower=0)
flat["heating"] = flat.sort_values("time").groupby(["station", "week"])["degree_days"].cumsum()
flat.drop(columns=["t_max"]).to_csv("calendar.csv", index=False)

wide = full["t_max"].unstack("station")
wide.columns = wide.columns.str.upper()
wide = wide.dropna()
wide["SPREAD"] = wide.max(axis=1) - wide.min(axis=1)
wide["WARMEST"] = wide[["NORTH", "SOUTH", "WEST"]].idxmax(axis=1)
wide.reset_index().to_csv("wide.csv", index=False)

week = flat.groupby(["week", "station"])[["degree_days", "missing"]].sum().stack()
week = week.rename_axis(["week", "station", "measure"]).rename("value").reset_index()
week.to_csv("week_long.csv", index=False)
streak = (flat["t_mean"] < 15).groupby(flat["station"]).transform(lambda s: s.groupby((~s).cumsum()).cumcount())
flat.assign(streak=streak).groupby("station")["streak"].max().reset_index().to_csv("streaks.csv", index=False)
