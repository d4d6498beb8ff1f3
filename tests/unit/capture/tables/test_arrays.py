"""Arrays by name in one file: each has a hash of its own, so that a change names the arrays that changed."""

import json
from pathlib import Path

import numpy as np
import pytest
from tests.compared import changed

from driftline.capture.tables import arrays

A, B = np.arange(6, dtype="<f4").reshape(2, 3), np.array([1, 2], "<i8")


def _file(path: Path, tensors: dict[str, tuple[str, np.ndarray]]) -> Path:
    """A file as its format says: the length of the header, the header, the bytes of all tensors."""
    header: dict[str, object] = {"__metadata__": {"format": "pt"}}
    data = b""
    for name, (kind, array) in tensors.items():
        end = len(data) + array.nbytes
        header[name] = {"dtype": kind, "shape": list(array.shape), "data_offsets": [len(data), end]}
        data += array.tobytes()
    text = json.dumps(header).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + data)
    return path


def test_a_tensor_that_changed_is_named(tmp_path: Path) -> None:
    before = arrays.of_safetensors(str(_file(tmp_path / "a", {"head.weight": ("F32", A), "head.bias": ("I64", B)})))
    other = A.copy()
    other[1, 2] = np.nextafter(other[1, 2], np.float32(9))
    after = arrays.of_safetensors(str(_file(tmp_path / "b", {"head.weight": ("F32", other), "head.bias": ("I64", B)})))
    found = changed(before, after)
    assert list(found.columns) == ["head.weight"]
    assert found.sentence == "1 column changed: head.weight."
    assert [(one.name, one.type) for one in before.fields] == [("head.bias", "I64[2]"), ("head.weight", "F32[2, 3]")]


def test_the_order_of_tensors_and_what_is_said_of_them_make_no_difference(tmp_path: Path) -> None:
    one = arrays.of_safetensors(str(_file(tmp_path / "a", {"a": ("F32", A), "b": ("I64", B)})))
    two = arrays.of_safetensors(str(_file(tmp_path / "b", {"b": ("I64", B), "a": ("F32", A)})))
    assert one == two


def test_another_shape_or_type_of_the_same_bytes_is_a_change(tmp_path: Path) -> None:
    one = arrays.of_safetensors(str(_file(tmp_path / "a", {"a": ("F32", A)})))
    flat = arrays.of_safetensors(str(_file(tmp_path / "b", {"a": ("F32", A.reshape(6))})))
    whole = arrays.of_safetensors(str(_file(tmp_path / "c", {"a": ("I32", A)})))
    assert len({one.fingerprint, flat.fingerprint, whole.fingerprint}) == 3


def test_a_file_that_ends_early_or_is_none_has_no_contents(tmp_path: Path) -> None:
    file = _file(tmp_path / "a", {"a": ("F32", A)})
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(ValueError, match="ends within"):
        arrays.of_safetensors(str(file))
    file.write_bytes(b"\xff" * 20)
    with pytest.raises(ValueError, match="no file of safetensors"):
        arrays.of_safetensors(str(file))


def test_a_real_file_is_read_as_its_library_reads_it(tmp_path: Path) -> None:
    library = pytest.importorskip("safetensors.numpy")
    library.save_file({"a": A, "b": B, "none": np.zeros((0, 3), "<f4")}, str(tmp_path / "a.safetensors"))
    found = arrays.of_safetensors(str(tmp_path / "a.safetensors"))
    assert [one.type for one in found.fields] == ["F32[2, 3]", "I64[2]", "F32[0, 3]"]


def test_an_array_of_an_archive_that_changed_is_named() -> None:
    before = arrays.of_numpy([("x", A), ("y", B), ("when", np.array(["2013-01-31"], "M8[D]"))])
    after = arrays.of_numpy([("y", B + 1), ("x", np.asfortranarray(A)), ("when", np.array(["2013-01-31"], "M8[D]"))])
    assert list(changed(before, after).columns) == ["y"]
    assert changed(before, arrays.of_numpy([("x", A)])).went == ("when", "y")
