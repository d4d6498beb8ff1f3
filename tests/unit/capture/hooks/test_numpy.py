"""NumPy: arrays from files and to them."""

import inspect
import io
import json
import pickle
import subprocess
import sys
import types
from pathlib import Path
from typing import Any, ClassVar
from unittest import mock

import numpy as np
import pytest
from tests.recorded import names
from tests.told_by_code import BEGIN, DATA, Script, edges

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


class Kept:
    """An array of another library, which keeps its own functions by those of NumPy that they answer for (NEP 18)."""

    functions: ClassVar[dict[Any, Any]] = {}

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        return self.functions[function](*args, **kwargs) if function in self.functions else NotImplemented


@pytest.mark.parametrize("kept", ["before", "after"])
def test_a_library_that_answers_for_a_function_is_found_by_it(
    sink: MemorySink, tmp_path: Path, kept: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Kept, "functions", {})
    if kept == "before":
        Kept.functions[np.save] = lambda *_: "theirs"
    driftline.watch()
    try:
        if kept == "after":
            Kept.functions[np.save] = lambda *_: "theirs"
        with driftline.run("job"):
            assert np.save(tmp_path / "a.npy", Kept()) == "theirs"
    finally:
        driftline.unwatch()
    assert np.save(tmp_path / "a.npy", Kept()) == "theirs"


def test_a_function_that_objects_may_answer_for_stays_one(watched: MemorySink) -> None:
    given = inspect.unwrap(np.save)
    assert np.save._implementation is given
    assert pickle.loads(pickle.dumps(np.save)) is np.save
    assert len({np.save, np.savetxt}) == 2

    class Holder:
        save = np.save

    assert isinstance(Holder().save, types.MethodType)
    assert np.save != given
    assert np.save != mock.call


# Expected: the columns of the array that NumPy itself makes of the file, by their places or their names; of a line of
# names that NumPy was told to pass over, those.
@pytest.mark.parametrize(
    ("written", "read"),
    [
        ({"delimiter": ","}, {"delimiter": ","}),
        ({"delimiter": ",", "header": "a,b"}, {"delimiter": ","}),  # a comment
        ({"delimiter": ";", "header": "made today\nby hand", "footer": "the end"}, {"delimiter": ";"}),
        ({"delimiter": ",", "header": "a,b", "comments": ""}, {"delimiter": ",", "skiprows": 1}),
        ({"delimiter": ",", "header": "a,b", "comments": ""}, {"delimiter": ",", "names": True}),
        ({"delimiter": ","}, {"delimiter": ",", "names": ["x", "y"]}),
    ],
)
def test_a_text_of_numbers_has_no_header_but_one_that_numpy_was_told_of_or_passes_over(
    watched: MemorySink, written: dict[str, Any], read: dict[str, Any]
) -> None:
    array = np.array([[7.5, 2.25], [3.0, 9.75], [1.125, 4.5]])
    loads = np.genfromtxt if "names" in read else np.loadtxt
    with driftline.run("write"):
        np.savetxt("t.csv", array, **written)
    with driftline.run("read"):
        loaded = loads("t.csv", **read)
    assert driftline.flush()
    made, found = (json.loads(raw) for raw in watched.raw)
    places = [str(place) for place in range(2)]
    headed = written.get("comments") == ""
    assert shape(made["outputs"][0]) == (["a", "b"] if headed else places, 3)
    named = ["a", "b"] if "skiprows" in read else places
    assert shape(found["inputs"][0]) == (list(loaded.dtype.names or named), len(loaded))


def shape(part: dict[str, Any]) -> tuple[list[str], int]:
    return [field["name"] for field in part["facets"]["schema"]["fields"]], part["facets"]["driftline_state"]["rows"]


def test_an_array_that_a_script_has_read_can_be_resized_in_place(tmp_path: Path) -> None:
    """NumPy refuses that of an array that anything refers to, be it weakly."""
    script = (
        "import driftline; driftline.watch('job')\n"
        "import numpy as np, pickle\n"
        "np.arange(4).tofile('a.bin')\n"
        "with open('a.pkl', 'wb') as file: pickle.dump(np.arange(4), file)\n"
        "one = np.fromfile('a.bin', dtype=int)\n"
        "with open('a.pkl', 'rb') as file: two = pickle.load(file)\n"
        "one.resize(6); two.resize(6)\n"
        "np.save('b.npy', one); print(one.sum(), two.sum())\n"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "Error" not in done.stderr
    assert (done.stdout, done.returncode) == ("6 6\n", 0)  # 0 + 1 + 2 + 3, and zeros


def test_arrays_and_archives_have_their_columns_by_place_and_lead_on_where_they_are_loaded(script: Script) -> None:
    events = script(BEGIN + DATA + (
        "import numpy as np\n"
        'raw = pd.read_csv("customers.csv")\n'
        'values = raw[["spend", "tenure"]].values\n'
        'np.save("values.npy", values)\n'
        'np.savez_compressed("kept.npz", X=values * 2, y=raw["id"].values % 7)\n'
        'kept = np.load("kept.npz")\n'
        'pd.DataFrame({"twice": kept["X"][:, 1] * 2, "y": kept["y"] + 1}).to_csv("out.csv", index=False)\n'
    ))  # fmt: skip
    found = edges(events, "values.npy")
    assert {name: {one[1] for one in found[name]} for name in "01"} == {"0": {"spend"}, "1": {"tenure"}}
    found = edges(events, "kept.npz")
    assert {name: {one[1] for one in found[name]} for name in ("X.0", "X.1", "y")} == {
        "X.0": {"spend"}, "X.1": {"tenure"}, "y": {"id"},
    }  # fmt: skip
    found = edges(events, "out.csv")
    assert found["twice"] == {("kept.npz", "X.1", "TRANSFORMATION", 0.9)}
    assert found["y"] == {("kept.npz", "y", "TRANSFORMATION", 0.9)}
