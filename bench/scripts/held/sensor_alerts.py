"""Outliers by z-score and interquartile range; merge_asof with the pressure of another station."""

import pandas as pd

df = pd.read_csv("sensors.csv", parse_dates=["time"])
df["temperature"] = df["temperature"].interpolate()
stats = df.groupby("station")["temperature"].agg(["mean", "std"])
df = df.merge(stats, left_on="station", right_index=True)
df["z"] = (df["temperature"] - df["mean"]) / df["std"]
q1, q3 = df["humidity"].quantile(0.25), df["humidity"].quantile(0.75)
iqr = q3 - q1
df["wet_outlier"] = (df["humidity"] < q1 - 0.5 * iqr) | (df["humidity"] > q3 + 0.5 * iqr)
alerts = df[df["z"].abs() > 1.5].sort_values("time")
north = df.loc[df["station"] == "north", ["time", "pressure"]].rename(columns={"pressure": "north_pressure"})
alerts = pd.merge_asof(alerts, north.sort_values("time"), on="time", direction="backward")
alerts[["time", "station", "z", "north_pressure"]].to_csv("alerts.csv", index=False)
df.groupby("station", as_index=False)["wet_outlier"].sum().to_json("wet.json", orient="records")
