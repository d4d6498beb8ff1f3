"""h5py: files that are read when they are opened, and written when they are closed."""

from pathlib import Path

import pytest
from tests.recorded import names

import driftline
from driftline.capture.ground import fault
from driftline.capture.tables import measure
from driftline.testing import MemorySink

h5py = pytest.importorskip("h5py")


def test_a_file_is_written_when_it_is_closed_and_read_when_it_is_opened(watched: MemorySink, tmp_path: Path) -> None:
    with driftline.run("write") as one, h5py.File("plays.hdf5", "w") as file:
        file.create_dataset("artist", data=[1, 2, 3])
    with driftline.run("read") as other:
        file = h5py.File(Path("plays.hdf5"))
        assert file["artist"][:].tolist() == [1, 2, 3]
        file.close()
        file.close()
    assert (names(one), names(other)) == (([], ["plays.hdf5"]), (["plays.hdf5"], []))
    assert one.outputs[0].version == other.inputs[0].version == measure.of_file("plays.hdf5").version


def test_a_file_that_is_changed_is_read_and_written(watched: MemorySink, tmp_path: Path) -> None:
    with h5py.File("x.h5", "w") as file:
        file["a"] = [1]
    with driftline.run("job") as run, h5py.File("x.h5", "a") as file:
        file["b"] = [2]
    assert names(run) == (["x.h5"], ["x.h5"])
    assert run.inputs[0].version != run.outputs[0].version


def test_memory_and_errors_are_as_before(watched: MemorySink, tmp_path: Path) -> None:
    with driftline.run("job") as run:
        with pytest.raises(FileNotFoundError):
            h5py.File("missing.h5", "r")
        with h5py.File("held.h5", "w", driver="core", backing_store=False) as file:
            file["a"] = [1]
    assert names(run) == ([], [])
    assert fault.counts() == {}
