"""Anomalies of sensors: gaps filled, clipped outliers, an isolation forest, agreement of three detectors."""

import numpy as np
import pandas as pd
from sklearn.ensemble import IsolationForest
from sklearn.preprocessing import StandardScaler

raw = pd.read_parquet("sensors.parquet")
frames = []
for station, g in raw.groupby("station", sort=True):
    g = g.set_index("time").sort_index().asfreq("6h")
    g["station"] = station
    g["temperature"] = g["temperature"].interpolate(method="time", limit=3).bfill()
    frames.append(g)
df = pd.concat(frames).reset_index()

for col in ["temperature", "pressure"]:
    roll = df.groupby("station")[col].rolling(8, min_periods=4, center=True)
    med = roll.median().droplevel(0)
    df[f"{col}_dev"] = (df[col] - med).abs()
    q1, q3 = np.nanpercentile(df[col], [25, 75])
    low, high = q1 - 1.0 * (q3 - q1), q3 + 1.0 * (q3 - q1)
    df[f"{col}_clipped"] = df[col].clip(lower=low, upper=high)
    df[f"{col}_iqr"] = ~df[col].between(low, high)

features = ["temperature_clipped", "humidity", "pressure_clipped"]
X = StandardScaler().fit_transform(df[features].fillna(df[features].mean()))
forest = IsolationForest(n_estimators=30, contamination=0.08, random_state=0).fit(X)
df["forest"] = forest.predict(X) == -1
df["score"] = -forest.score_samples(X)
threshold = df["temperature_dev"].mean() + 2 * df["temperature_dev"].std()
df["votes"] = df[["temperature_iqr", "pressure_iqr", "forest"]].sum(axis=1) + (df["temperature_dev"] > threshold)

df.loc[df["votes"] >= 1, ["time", "station", "votes", "score"]].to_csv("anomalies.csv", index=False)
hours = df.assign(hour=df["time"].dt.hour).pivot_table(
    index="hour", columns="station", values="temperature_clipped", aggfunc="median"
)
hours.reset_index().to_csv("profile.csv", index=False)
ok = df.groupby("station")["ok"].apply(lambda s: (s == 0).mean()).rename("broken_share")
ok.to_frame().join(df.groupby("station")["votes"].max()).reset_index().to_csv("stations.csv", index=False)
