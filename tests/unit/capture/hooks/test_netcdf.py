"""netCDF4: files that are read when they are opened, and written when they are closed."""

from pathlib import Path

import pytest
from tests.recorded import names

import driftline
from driftline.capture.ground import fault
from driftline.capture.tables import measure
from driftline.testing import MemorySink

netcdf = pytest.importorskip("netCDF4")


def test_a_file_is_written_when_it_is_closed_and_read_when_it_is_opened(watched: MemorySink, tmp_path: Path) -> None:
    with driftline.run("write") as one, netcdf.Dataset("heat.nc", "w") as file:
        file.createDimension("x", 3)
        file.createVariable("heat", "f8", ("x",))[:] = [1, 2, 3]
    with driftline.run("read") as other:
        file = netcdf.Dataset(Path("heat.nc"))
        assert file["heat"][:].tolist() == [1, 2, 3]
        file.close()
    assert (names(one), names(other)) == (([], ["heat.nc"]), (["heat.nc"], []))
    assert one.outputs[0].version == other.inputs[0].version == measure.of_file("heat.nc").version


def test_a_file_that_is_changed_is_read_and_written_and_one_that_is_replaced_is_written(
    watched: MemorySink, tmp_path: Path
) -> None:
    netcdf.Dataset("x.nc", "w").close()
    with driftline.run("change") as one, netcdf.Dataset("x.nc", "a") as file:
        file.title = "changed"
    with driftline.run("replace") as other, netcdf.Dataset(filename="x.nc", mode="w"):
        pass
    assert (names(one), names(other)) == ((["x.nc"], ["x.nc"]), ([], ["x.nc"]))


def test_a_file_that_could_be_changed_and_was_not_is_read_as_it_was_written(
    watched: MemorySink, tmp_path: Path
) -> None:
    with driftline.run("write") as one, netcdf.Dataset("x.nc", "w") as file:
        file.title = "heat"
    for mode in ("a", "r+"):
        with driftline.run("read") as other, netcdf.Dataset("x.nc", mode) as file:
            assert file.title == "heat"
        assert names(other) == (["x.nc"], [])
        assert one.outputs[0].version == other.inputs[0].version


def test_memory_and_errors_are_as_before(watched: MemorySink, tmp_path: Path) -> None:
    with driftline.run("job") as run:
        with pytest.raises(FileNotFoundError):
            netcdf.Dataset("missing.nc")
        file = netcdf.Dataset("inside.nc", "w", diskless=True)
        file.close()
        with pytest.raises(RuntimeError):
            file.close()
    assert not run.inputs
    assert not [name for name in fault.known if "netCDF4" in name]
