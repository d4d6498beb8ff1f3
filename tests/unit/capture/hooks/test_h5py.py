"""h5py, PyTables and stores of pandas: files that are read when they are opened, and written when they are closed."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tests.recorded import names

import driftline
from driftline.capture.ground import fault
from driftline.capture.hooks import h5py as hooks
from driftline.capture.tables import measure
from driftline.testing import MemorySink


@pytest.fixture
def h5py() -> Any:
    return pytest.importorskip("h5py")


@pytest.fixture
def tables() -> Any:
    return pytest.importorskip("tables")


def test_a_file_is_written_when_it_is_closed_and_read_when_it_is_opened(
    h5py: Any, watched: MemorySink, tmp_path: Path
) -> None:
    with driftline.run("write") as one, h5py.File("plays.hdf5", "w") as file:
        file.create_dataset("artist", data=[1, 2, 3])
    with driftline.run("read") as other:
        file = h5py.File(Path("plays.hdf5"))
        assert file["artist"][:].tolist() == [1, 2, 3]
        file.close()
        file.close()
    assert (names(one), names(other)) == (([], ["plays.hdf5"]), (["plays.hdf5"], []))
    assert one.outputs[0].version == other.inputs[0].version == measure.of_file("plays.hdf5").version


def test_a_file_that_is_changed_is_read_and_written(h5py: Any, watched: MemorySink, tmp_path: Path) -> None:
    with h5py.File("x.h5", "w") as file:
        file["a"] = [1]
    with driftline.run("job") as run, h5py.File("x.h5", "a") as file:
        file["b"] = [2]
    assert names(run) == (["x.h5"], ["x.h5"])
    assert run.inputs[0].version != run.outputs[0].version


@pytest.mark.parametrize("mode", ["a", "r+"])
@pytest.mark.parametrize("library", [None, "latest"])
def test_a_file_that_could_be_changed_and_was_not_is_read_as_it_was_written(
    h5py: Any, watched: MemorySink, tmp_path: Path, mode: str, library: Any
) -> None:
    with driftline.run("write") as one, h5py.File("x.h5", "w", libver=library) as file:
        file["a"] = [1, 2]
    with driftline.run("read") as other, h5py.File("x.h5", mode, libver=library) as file:
        assert file["a"][:].tolist() == [1, 2]
    with driftline.run("same") as same, h5py.File("x.h5", mode) as file:
        file["a"][0] = 1
    assert (names(other), names(same)) == ((["x.h5"], []), (["x.h5"], []))
    assert one.outputs[0].version == other.inputs[0].version == measure.of_file("x.h5").version
    assert other.trace.gaps == {}


def test_what_is_read_of_a_file_that_is_changed_is_what_it_held_before(
    h5py: Any, watched: MemorySink, tmp_path: Path
) -> None:
    with driftline.run("write") as one, h5py.File("x.h5", "w") as file:
        file["a"] = [1]
    with driftline.run("change") as other, h5py.File("x.h5", "r+") as file:
        file["a"][0] = 2
    assert names(other) == (["x.h5"], ["x.h5"])
    assert one.outputs[0].version == other.inputs[0].version
    assert other.outputs[0].version == measure.of_file("x.h5").version


def test_a_file_that_is_never_closed_is_a_gap(h5py: Any, watched: MemorySink, tmp_path: Path) -> None:
    with driftline.run("job") as run:
        left = [h5py.File(name, "w") for name in ("left.h5", "closed.h5", "by_another.h5")]
        left[1].close()
        left[2].create_group("a").file.close()
    driftline.flush()
    run_told = watched.decoded()[-1].run
    assert run_told is not None
    assert json.loads(bytes(run_told.facets["driftline_gaps"]))["gaps"] == {"not closed: left.h5": 1}
    assert names(run) == ([], ["by_another.h5", "closed.h5"])
    left[0].close()


def test_memory_and_errors_are_as_before(h5py: Any, watched: MemorySink, tmp_path: Path) -> None:
    with driftline.run("job") as run:
        with pytest.raises(FileNotFoundError):
            h5py.File("missing.h5", "r")
        with h5py.File("held.h5", "w", driver="core", backing_store=False) as file:
            file["a"] = [1]
    assert names(run) == ([], [])
    assert fault.counts() == {}


def test_pytables_writes_a_file_when_it_is_closed_and_reads_it_when_it_is_opened(
    tables: Any, watched: MemorySink, tmp_path: Path
) -> None:
    with driftline.run("write") as one, tables.open_file("plays.h5", "w") as file:
        file.create_array("/", "artist", [1, 2, 3])
    with driftline.run("read") as other:
        file = tables.open_file(Path("plays.h5"))
        assert file.root.artist[:] == [1, 2, 3]
        file.close()
        file.close()
    assert (names(one), names(other)) == (([], ["plays.h5"]), (["plays.h5"], []))
    assert one.outputs[0].version == other.inputs[0].version == measure.of_file("plays.h5").version


def test_pytables_reads_and_writes_a_file_that_is_changed_and_writes_one_that_is_replaced(
    tables: Any, watched: MemorySink, tmp_path: Path
) -> None:
    tables.open_file("x.h5", "w").close()
    with driftline.run("change") as one, tables.open_file("x.h5", mode="a") as file:
        file.create_array("/", "b", [2])
    with driftline.run("replace") as other:
        tables.File(filename="x.h5", mode="w").close()
    assert (names(one), names(other)) == ((["x.h5"], ["x.h5"]), ([], ["x.h5"]))


def test_stores_that_could_be_changed_and_were_not_are_read(tables: Any, watched: MemorySink, tmp_path: Path) -> None:
    import pandas as pd

    frame = pd.DataFrame({"a": [1, 2]})
    frame.to_hdf("x.h5", key="plays", format="table")
    written = measure.of_file("x.h5").version
    with driftline.run("pandas") as one, pd.HDFStore("x.h5") as store:
        assert store["plays"].equals(frame)
        assert len(store.select("plays", where="index > 0")) == 1
    with driftline.run("PyTables") as other, tables.open_file("x.h5", "a") as file:
        assert "/plays" in file
    for run in (one, other):
        assert names(run) == (["x.h5"], [])
        assert run.inputs[0].version == written


def test_a_store_of_pandas_that_is_only_read_is_not_written(tables: Any, watched: MemorySink, tmp_path: Path) -> None:
    import pandas as pd

    frame = pd.DataFrame({"a": [1, 2]})
    with driftline.run("write") as one, pd.HDFStore("x.h5", "w") as store:
        store["plays"] = frame
    with driftline.run("read") as other, pd.HDFStore("x.h5", "r") as store:
        assert store["plays"].equals(frame)
    with driftline.run("change") as last, pd.HDFStore("x.h5") as store:
        store["more"] = frame
    with driftline.run("copy") as copy:
        pd.read_hdf("x.h5", "more").to_hdf("y.h5", key="more")
    assert (names(one), names(other)) == (([], ["x.h5"]), (["x.h5"], []))
    assert (names(last), names(copy)) == ((["x.h5"], ["x.h5"]), (["x.h5"], ["y.h5"]))


def test_memory_and_errors_of_pytables_are_as_before(tables: Any, watched: MemorySink, tmp_path: Path) -> None:
    with driftline.run("job") as run:
        with pytest.raises(OSError, match="missing"):
            tables.open_file("missing.h5")
        with tables.open_file("held.h5", "w", driver="H5FD_CORE", driver_core_backing_store=0) as file:
            file.create_array("/", "a", [1])
    assert names(run) == ([], [])
    assert fault.counts() == {}


def test_a_module_called_like_that_of_pytables_is_left_alone() -> None:
    assert hooks.install(SimpleNamespace(__name__="tables.file", File=type("File", (), {"close": print}))) == []
