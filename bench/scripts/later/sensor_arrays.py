"""Measurements as arrays: outliers by quartiles, gaps bridged, a moving mean by convolution, saved as .npy and text."""

import numpy as np
import pandas as pd

frame = pd.read_parquet("sensors.parquet")
matrix = frame.pivot(index="time", columns="station", values="temperature")
matrix = matrix.interpolate(limit_direction="both")
names = list(matrix.columns)
values = matrix.to_numpy().astype(float)
low, high = np.nanpercentile(values, [25, 75], axis=0)
spread = high - low
bad = (values < low - 1.5 * spread) | (values > high + 1.5 * spread)
values[bad] = np.nan
filled = np.where(np.isnan(values), np.nanmedian(values, axis=0), values)
kernel = np.ones(3) / 3
smooth = np.column_stack([np.convolve(filled[:, i], kernel, mode="same") for i in range(filled.shape[1])])
np.save("smooth.npy", smooth)
out = pd.DataFrame(smooth, index=matrix.index, columns=[f"{n}_smooth" for n in names]).reset_index()
out["mean"] = smooth.mean(axis=1)
out["alarm"] = bad.any(axis=1)
out.to_csv("smooth.csv", index=False)
wet = frame["humidity"].to_numpy()
dew = frame["temperature"].to_numpy() - (100 - wet) / 5
frame["dew"] = np.round(dew, 1)
frame["pressure"] = frame["pressure"].mask(frame["ok"] == 0).ffill()
frame["station"] = frame["station"].astype("category").cat.codes
np.savetxt(
    "dew.csv", frame[["station", "dew", "pressure"]].values, delimiter=",", header="station,dew,pressure", comments=""
)
