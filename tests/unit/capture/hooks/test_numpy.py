"""NumPy: arrays from files and to them."""

import io
from pathlib import Path

import numpy as np
from tests.recorded import names

import driftline
from driftline.testing import MemorySink


def test_arrays_are_saved_and_loaded(watched: MemorySink, tmp_path: Path) -> None:
    array = np.arange(6).reshape(3, 2)
    with driftline.run("write") as one:
        np.save("a.npy", array)
        np.savez("b.npz", x=array)
        np.savez_compressed("c.npz", x=array)
        np.savetxt("d.txt", array)
        with open("e.npy", "wb") as file:
            np.save(file, array)
        array.tofile("raw.bin")  # a compiled method: not hooked
    with driftline.run("read") as other:
        assert np.load("a.npy").tolist() == array.tolist()
        assert np.load("b.npz")["x"].tolist() == array.tolist()
        assert np.loadtxt("d.txt").tolist() == array.tolist()
        assert np.genfromtxt("d.txt").shape == (3, 2)
        assert np.fromfile("raw.bin", dtype=array.dtype).size == 6
    assert names(one) == ([], ["a.npy", "b.npz", "c.npz", "d.txt", "e.npy"])
    assert names(other) == (["a.npy", "b.npz", "d.txt", "raw.bin"], [])
    assert one.outputs[0].attributes == {"shape": "3 x 2", "dtype": str(array.dtype)}
    driftline.flush()
    assert names(one)[1] == ["a.npy", "b.npz", "c.npz", "d.txt", "e.npy", "raw.bin"]


def test_buffers_have_no_name(watched: MemorySink) -> None:
    with driftline.run("job") as run:
        buffer = io.BytesIO()
        np.save(buffer, np.arange(3))
        buffer.seek(0)
        assert np.load(buffer).tolist() == [0, 1, 2]
    assert names(run) == ([], [])
