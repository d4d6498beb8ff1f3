"""Libraries that open files in C or Rust: what they read and write is recorded once, by the file that it is."""

from pathlib import Path

import pytest
from tests.recorded import names

import driftline
from driftline.testing import MemorySink


def test_geographic_tables(watched: MemorySink, tmp_path: Path) -> None:
    geopandas = pytest.importorskip("geopandas")
    points = geopandas.GeoDataFrame({"n": ["a"]}, geometry=geopandas.points_from_xy([1.0], [2.0]), crs=4326)
    with driftline.run("write") as one:
        points.to_file("a.gpkg")
        points.to_parquet("a.parquet")
    with driftline.run("read") as other:
        assert geopandas.read_file("a.gpkg")["n"].tolist() == ["a"]
        assert geopandas.read_parquet("a.parquet").crs == points.crs
    assert (names(one), names(other)) == (([], ["a.gpkg", "a.parquet"]), (["a.gpkg", "a.parquet"], []))


def test_geographic_tables_without_geopandas_around_them(watched: MemorySink, tmp_path: Path) -> None:
    pyogrio = pytest.importorskip("pyogrio")
    geopandas = pytest.importorskip("geopandas")
    points = geopandas.GeoDataFrame({"n": ["a"]}, geometry=geopandas.points_from_xy([1.0], [2.0]), crs=4326)
    with driftline.run("write") as one:
        pyogrio.write_dataframe(points, "a.fgb")
    with driftline.run("read") as other:
        assert pyogrio.read_arrow(Path("a.fgb"))[1].num_rows == 1
    assert (names(one), names(other)) == (([], ["a.fgb"]), (["a.fgb"], []))


def test_files_of_statistics_programs(watched: MemorySink, tmp_path: Path) -> None:
    pyreadstat = pytest.importorskip("pyreadstat")
    import pandas as pd

    with driftline.run("write") as one:
        pyreadstat.write_sav(pd.DataFrame({"a": [1.0, 2.0]}), "a.sav")
        pyreadstat.write_dta(pd.DataFrame({"a": [1.0, 2.0]}), dst_path="b.dta")
    with driftline.run("read") as other:
        assert pyreadstat.read_sav("a.sav")[0]["a"].tolist() == [1.0, 2.0]
        assert pyreadstat.read_dta(filename_path="b.dta")[1].number_rows == 2
    assert (names(one), names(other)) == (([], ["a.sav", "b.dta"]), (["a.sav", "b.dta"], []))


def test_grids(watched: MemorySink, tmp_path: Path) -> None:
    xarray = pytest.importorskip("xarray")
    pytest.importorskip("netCDF4")
    grid = xarray.Dataset({"heat": ("x", [1.0, 2.0])})
    with driftline.run("write") as one:
        grid.to_netcdf("a.nc")
        grid["heat"].to_netcdf("b.nc")
        assert isinstance(grid.to_netcdf(), bytes | bytearray | memoryview)
    with driftline.run("read") as other:
        with xarray.open_dataset("a.nc") as opened:
            assert opened["heat"].sum() == 3
        assert xarray.load_dataarray("b.nc").shape == (2,)
    assert (names(one), names(other)) == (([], ["a.nc", "b.nc"]), (["a.nc", "b.nc"], []))


def test_the_files_of_a_zarr_store_are_left_to_what_python_tells_of(watched: MemorySink, tmp_path: Path) -> None:
    xarray = pytest.importorskip("xarray")
    pytest.importorskip("zarr")
    with driftline.run("job") as run:
        xarray.Dataset({"heat": ("x", [1.0, 2.0])}).to_zarr("a.zarr", consolidated=False)
        assert xarray.open_zarr("a.zarr", consolidated=False)["heat"].sum() == 3
    assert names(run) == ([], [])  # no hook told of any
    driftline.flush()
    event = next(one for one in watched.decoded() if one.outputs)
    assert "a.zarr/zarr.json" in {one.name for one in event.outputs}


def test_sheets(watched: MemorySink, tmp_path: Path) -> None:
    fastexcel, openpyxl = pytest.importorskip("fastexcel"), pytest.importorskip("openpyxl")
    openpyxl.Workbook().save("a.xlsx")
    with driftline.run("job") as run:
        assert fastexcel.read_excel("a.xlsx").sheet_names == ["Sheet"]
    assert names(run) == (["a.xlsx"], [])


def test_tables_of_lance(watched: MemorySink, tmp_path: Path) -> None:
    lance = pytest.importorskip("lance")
    import pyarrow as pa

    with driftline.run("write") as one:
        lance.write_dataset(pa.table({"a": [1, 2]}), "a.lance")
    with driftline.run("read") as other:
        assert lance.dataset("a.lance").to_table()["a"].to_pylist() == [1, 2]
    assert (names(one), names(other)) == (([], ["a.lance"]), (["a.lance"], []))
    assert one.outputs[0].version == other.inputs[0].version
    with driftline.run("append") as one:
        lance.write_dataset(pa.table({"a": [3]}), "a.lance", mode="append")
    assert names(one)[1] == ["a.lance"]
    assert one.outputs[0].version != other.inputs[0].version
