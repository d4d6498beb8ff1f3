"""Grids of xarray, netCDF4, h5py and Zarr, points of geopandas, tables of statistics programs and of Lance."""

import geopandas
import h5py
import lance
import netCDF4
import numpy as np
import pandas as pd
import pyarrow as pa
import pyogrio
import pyreadstat
import xarray
import zarr

grid = xarray.Dataset({"heat": (("x", "y"), np.arange(6.0).reshape(2, 3))}, coords={"x": [1, 2]})
grid.to_netcdf("a.nc")
with xarray.open_dataset("a.nc") as opened:
    print(opened.heat.sum().item())
grid.to_netcdf("h.nc", engine="scipy", format="NETCDF3_64BIT")
print(xarray.load_dataset("h.nc").heat.mean().item())
grid.heat.to_netcdf("one.nc")
print(xarray.open_dataarray("one.nc").shape)
with netCDF4.Dataset("n.nc", "w") as file:
    file.createDimension("x", 3)
    file.createVariable("v", "f8", ("x",))[:] = [1, 2, 3]
with netCDF4.Dataset("n.nc") as file:
    print(file["v"][:].tolist())
with h5py.File("a.h5", "w") as file:
    file["x"] = np.ones(3)
stored = zarr.open("q.zarr", mode="w", shape=(4,), dtype="i4")
stored[:] = 5
print(zarr.open("q.zarr", mode="r")[:].tolist())
grid.to_dataframe().to_csv("grid.csv")

pd.DataFrame({"n": ["a", "b"], "x": [1.0, 2.0], "y": [3.0, 4.0]}).to_csv("points.csv", index=False)
table = pd.read_csv("points.csv")
points = geopandas.GeoDataFrame(table, geometry=geopandas.points_from_xy(table.x, table.y), crs=4326)
points.to_file("p.geojson", driver="GeoJSON")
points.to_file("p.shp")
points.to_parquet("p.parquet")
print(geopandas.read_file("p.geojson"), geopandas.read_parquet("p.parquet").crs, len(geopandas.read_file("p.shp")))
pyogrio.write_dataframe(points, "p.fgb")
print(pyogrio.read_dataframe("p.fgb").total_bounds)

pyreadstat.write_dta(table, "s.dta")
print(pyreadstat.read_dta("s.dta")[0])
lance.write_dataset(pa.Table.from_pandas(table), "l.lance")
print(lance.dataset("l.lance").scanner(filter="x > 1").to_table().to_pydict())
