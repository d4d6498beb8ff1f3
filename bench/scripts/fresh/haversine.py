"""Distances on the sphere: the nearest shop of each depot, grid cells, bounding boxes."""

import numpy as np
import pandas as pd

EARTH = 6371.0088


def haversine_np(lon1, lat1, lon2, lat2):
    lon1, lat1, lon2, lat2 = map(np.radians, [lon1, lat1, lon2, lat2])
    dlon = lon2 - lon1
    dlat = lat2 - lat1
    a = np.sin(dlat / 2.0) ** 2 + np.cos(lat1) * np.cos(lat2) * np.sin(dlon / 2.0) ** 2
    return EARTH * 2 * np.arcsin(np.sqrt(a))


places = pd.read_csv("places.csv")
shops = places[places["kind"] == "shop"].reset_index(drop=True)
depots = places[places["kind"] == "depot"].reset_index(drop=True)

matrix = haversine_np(
    shops["lon"].to_numpy()[:, None],
    shops["lat"].to_numpy()[:, None],
    depots["lon"].to_numpy()[None, :],
    depots["lat"].to_numpy()[None, :],
)
nearest = matrix.argmin(axis=1)
shops["depot"] = depots["place"].to_numpy()[nearest]
shops["km"] = matrix[np.arange(len(shops)), nearest]
shops["within_50"] = (matrix < 50).sum(axis=1)
shops[["place", "depot", "km", "within_50"]].to_csv("nearest.csv", index=False)

load = shops.groupby("depot").agg(shops=("place", "count"), demand=("demand", "sum"), far=("km", "max"))
load.sort_index().to_csv("load.csv")

places["cell"] = (np.floor(places.lat * 2) / 2).astype(str) + "_" + (np.floor(places.lon * 2) / 2).astype(str)
cells = places.groupby("cell")["demand"].sum().reset_index()
cells.to_csv("cells.csv", index=False)

center = places[["lat", "lon"]].mean()
offset = haversine_np(places.lon, places.lat, center["lon"], center["lat"])
weights = places.demand / places.demand.sum()
summary = {
    "mean_offset": float(np.average(offset, weights=weights)),
    "lat_min": places.lat.min(),
    "lat_max": places.lat.max(),
}
pd.Series(summary).to_frame().T.to_csv("summary.csv", index=False)
