"""Sensor readings: cleaned, resampled to days, rolling means."""

import pandas as pd

readings = pd.read_parquet("sensors.parquet")
readings = readings.loc[readings.ok == 1].copy()
readings["temperature"] = readings.groupby("station")["temperature"].ffill()
readings["fahrenheit"] = readings.temperature * 9 / 5 + 32
daily = (
    readings.set_index("time")
    .groupby("station")
    .resample("D")
    .agg({"temperature": "mean", "fahrenheit": "max", "humidity": "mean"})
    .reset_index()
)
daily["rolling"] = daily.groupby("station")["temperature"].transform(lambda s: s.rolling(3, min_periods=1).mean())
daily["change"] = daily.groupby("station")["humidity"].diff()
daily.to_csv("daily.csv", index=False)

hot = daily.query("fahrenheit > 60")[["station", "time", "fahrenheit"]]
hot.to_json("hot.json", orient="records", date_format="iso")
