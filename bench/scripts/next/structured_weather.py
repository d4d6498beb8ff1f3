"""NumPy only: genfromtxt into a structured array, masks, lexsort, unique, reduceat, interpolation and savetxt."""

import numpy as np
from numpy.lib import recfunctions as rfn

data = np.genfromtxt(
    "weather.csv",
    delimiter=",",
    names=True,
    dtype=None,
    encoding="utf-8",
    usecols=("origin", "temp", "humid", "wind_speed", "precip", "time_hour"),
    missing_values="",
    filling_values=np.nan,
)
data = data[np.lexsort((data["time_hour"], data["origin"]))]
ok = ~np.isnan(data["temp"].astype(float)) & ~np.isnan(data["wind_speed"].astype(float))
data = data[ok]

celsius = (data["temp"] - 32) / 1.8
chill = (
    13.12
    + 0.6215 * celsius
    - 11.37 * (data["wind_speed"] * 1.6) ** 0.16
    + 0.3965 * celsius * (data["wind_speed"] * 1.6) ** 0.16
)
day = np.array([stamp[:10] for stamp in data["time_hour"]])
data = rfn.append_fields(data, ["chill", "day"], [chill, day], usemask=False)

origins, first, counts = np.unique(data["origin"], return_index=True, return_counts=True)
summary = np.zeros(
    len(origins), dtype=[("origin", "U3"), ("hours", "i4"), ("coldest", "f8"), ("rain", "f8"), ("mean_humid", "f8")]
)
summary["origin"] = origins
summary["hours"] = counts
summary["coldest"] = np.minimum.reduceat(data["chill"], first)
summary["rain"] = np.add.reduceat(data["precip"], first)
for place, origin in enumerate(origins):
    summary["mean_humid"][place] = np.nanmean(data["humid"][data["origin"] == origin])
np.savetxt(
    "airports_summary.csv",
    summary,
    fmt=["%s", "%d", "%.3f", "%.2f", "%.2f"],
    delimiter=",",
    header="origin,hours,coldest,rain,mean_humid",
    comments="",
)

days, where = np.unique(data["day"], return_inverse=True)
total = np.bincount(where, weights=data["wind_speed"])
highest = np.full(len(days), -np.inf)
np.maximum.at(highest, where, data["temp"])
with open("days.csv", "w") as out:
    out.write("day,mean_wind,highest\n")
    for name, wind, number, high in zip(days, total, np.bincount(where), highest):
        out.write(f"{name},{wind / number:.3f},{high:.1f}\n")

jfk = data[data["origin"] == "JFK"]
hours = np.arange(len(jfk))
fine = np.linspace(0, len(jfk) - 1, 25)
curve = np.column_stack([fine, np.interp(fine, hours, jfk["chill"]), np.interp(fine, hours, np.cumsum(jfk["precip"]))])
np.save("curve.npy", curve.round(4))
