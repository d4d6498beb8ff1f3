"""pandas readers and writers: as they were, and recorded while a run is active."""

import gc
import inspect
import pickle
import weakref
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import driftline
from driftline.capture import watch
from driftline.testing import MemorySink


def test_a_reader_that_raises_is_called_once_and_its_error_comes_out(sink: MemorySink, tmp_path: Path) -> None:
    driftline.watch()
    with driftline.run("job") as run, pytest.raises(FileNotFoundError):
        pd.read_parquet(tmp_path / "nowhere.parquet")
    assert run.inputs == ()


def test_frames_are_neither_changed_nor_kept(sink: MemorySink, tmp_path: Path) -> None:
    driftline.watch()
    frame = pd.DataFrame({"a": [1, 2, 3], "b": ["x", None, "z"]})
    before = frame.copy(deep=True)
    with driftline.run("job") as run:
        frame.to_parquet(tmp_path / "x.parquet")
        run.write("memory", data=frame)
        run.write("model", data={"weights": [1, 2]}, kind="model")
    driftline.flush()
    pd.testing.assert_frame_equal(frame, before)
    assert frame.attrs == {}
    left = weakref.ref(frame)
    del frame, run
    gc.collect()
    assert left() is None


def test_patched_readers_look_as_before(sink: MemorySink) -> None:
    watch.unwatch()
    names: list[tuple[Any, str]] = [
        (pd, "read_csv"),
        (pd, "read_parquet"),
        (pd.DataFrame, "to_parquet"),
        (pd.DataFrame, "to_csv"),
    ]
    before = [(inspect.signature(getattr(owner, name)), getattr(owner, name).__doc__) for owner, name in names]
    driftline.watch()
    after = [(inspect.signature(getattr(owner, name)), getattr(owner, name).__doc__) for owner, name in names]
    assert after == before
    assert pickle.loads(pickle.dumps(pd.read_csv)) is pd.read_csv

    class Mine(pd.DataFrame):
        pass

    assert issubclass(Mine, pd.DataFrame)
