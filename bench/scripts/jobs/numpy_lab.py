"""NumPy alone: genfromtxt into a structured array, boolean masks, a lookup by unique, and savetxt with a header."""

import numpy as np

data = np.genfromtxt("sensors.csv", delimiter=",", names=True, dtype=None, encoding="utf-8")
good = data[data["ok"] == 1]
stations, place = np.unique(good["station"], return_inverse=True)
count = np.bincount(place)
mean = np.bincount(place, weights=good["temperature"]) / count
spread = np.array([good["humidity"][place == number].std() for number in range(len(stations))])
with open("stations.csv", "w") as file:
    file.write("station,count,mean_temperature,humidity_spread\n")
    for station, many, middle, width in zip(stations, count, mean, spread):
        file.write(f"{station},{many},{middle:.3f},{width:.3f}\n")

anomaly = (good["temperature"] - mean[place]) / good["temperature"].std()
np.savetxt(
    "anomalies.csv", np.column_stack([good["temperature"], anomaly, np.clip(good["pressure"], 990, 1020)]),
    delimiter=",", header="temperature,anomaly,pressure", comments="", fmt="%.4f",
)  # fmt: skip
