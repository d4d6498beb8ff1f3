"""Files of PyTorch: each tensor and each value beside them has a hash, and nothing is unpickled to know it.

``tests/fixtures/torch`` holds files that PyTorch wrote, and says how: names, types and changes are of that program.
"""

import io
import pickle
import zipfile
from pathlib import Path

import pytest
from tests.compared import changed

from driftline.capture.tables import checkpoint, formats, measure
from driftline.capture.tables.contents import Contents
from driftline.profile import facet

FILES = Path(__file__).parents[3] / "fixtures" / "torch"


def _of(name: str) -> Contents:
    found = checkpoint.of_archive(str(FILES / name))
    assert found is not None
    return found


def _types(found: Contents) -> dict[str, str]:
    return {field.name: field.type for field in found.fields}


def _hashes(found: Contents) -> dict[str, str]:
    assert found.prints is not None
    return dict(facet.read(found.prints).columns)


def test_what_changed_in_a_checkpoint_is_named() -> None:
    found = changed(_of("before.pt"), _of("after.pt"))
    assert list(found.columns) == ["epoch", "model.head.bias"]
    assert found.sentence == "2 columns changed: epoch, model.head.bias."


def test_tensors_and_values_are_called_by_their_path() -> None:
    types = _types(_of("before.pt"))
    assert {name: types[name] for name in types if name.startswith("model.") or "." not in name} == {
        "epoch": "int", "model.body.weight": "float32[3, 2]", "model.body.bias": "float32[3]",
        "model.head.weight": "float32[1, 3]", "model.head.bias": "float32[1]",
    }  # fmt: skip
    assert types["optimizer.state.0.exp_avg"] == "float32[3, 2]"
    assert types["optimizer.param_groups.0.lr"] == "float"
    assert types["optimizer.param_groups.0.betas"] == "tuple"


def test_a_module_has_its_parts_and_what_they_are_made_of() -> None:
    types = _types(_of("module.pt"))
    assert types == {
        "Net": "__main__.Net", "body": "torch.nn.modules.linear.Linear", "body.weight": "float32[3, 2]",
        "body.bias": "float32[3]", "drop": "torch.nn.modules.dropout.Dropout",
        "head": "torch.nn.modules.linear.Linear", "head.weight": "float32[1, 3]", "head.bias": "float32[1]",
    }  # fmt: skip
    weights = {name.removeprefix("model."): one for name, one in _hashes(_of("before.pt")).items()}
    module = _hashes(_of("module.pt"))
    assert all(module[name] == weights[name] for name in types if types[name].startswith("float"))


def test_a_scripted_module_has_the_same_tensors_and_its_code() -> None:
    module, scripted = _hashes(_of("module.pt")), _hashes(_of("scripted.pt"))
    tensors = [name for name, kind in _types(_of("module.pt")).items() if kind.startswith("float")]
    assert len(tensors) == 4
    assert all(scripted[name] == module[name] for name in tensors)
    assert any(name.startswith("code/") for name in scripted)


def test_an_exported_program_has_its_tensors_by_name() -> None:
    types = _types(_of("exported.pt2"))
    assert types["head.weight"] == "tensor[1, 3]"
    assert types["models/model.json"] == "record"


def test_what_a_tensor_holds_counts_and_not_how_it_lies() -> None:
    types, hashes = _types(_of("kinds.pt")), _hashes(_of("kinds.pt"))
    assert types["turned"] == types["plain"] == "float32[4, 3]"
    assert hashes["turned"] == hashes["plain"]
    assert types["slice"] == types["short"] == "int64[3]"
    assert hashes["slice"] == hashes["short"]
    assert (types["spread"], types["small"], types["none"]) == ("bfloat16[3]", "float8_e4m3fn[2]", "float32[0, 3]")
    assert types["thin"].endswith("_rebuild_sparse_tensor")


def _with(path: Path, book: bytes, data: bytes = b"") -> str:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a/data.pkl", book)
        archive.writestr("a/data/0", data)
    return str(path)


def test_the_order_of_a_set_says_nothing(tmp_path: Path) -> None:
    one, two = ({"names": set(order)} for order in ((8, 0), (0, 8)))
    assert list(one["names"]) != list(two["names"])
    files = [_with(tmp_path / name, pickle.dumps(given, 2)) for name, given in (("a", one), ("b", two))]
    assert checkpoint.of_archive(files[0]) == checkpoint.of_archive(files[1])
    other = checkpoint.of_archive(_with(tmp_path / "c", pickle.dumps({"names": {0, 7}}, 2)))
    assert other != checkpoint.of_archive(files[0])


def test_another_archive_has_no_contents(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a.csv", "x\n1\n")
    assert checkpoint.of_archive(str(tmp_path / "a.zip")) is None
    assert checkpoint.of_archive(str(FILES / "old.pt")) is None


def test_a_broken_archive_is_an_error(tmp_path: Path) -> None:
    whole = (FILES / "before.pt").read_bytes()
    (tmp_path / "a.pt").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(zipfile.BadZipFile):
        checkpoint.of_archive(str(tmp_path / "a.pt"))


def test_a_tensor_outside_of_its_storage_is_an_error(tmp_path: Path) -> None:
    """The checkpoint of before, whose storages all hold one byte."""
    source = zipfile.ZipFile(io.BytesIO((FILES / "before.pt").read_bytes()))
    path = _with(tmp_path / "a.pt", source.read("before/data.pkl"), b"\0")
    with pytest.raises((ValueError, KeyError)):
        checkpoint.of_archive(path)


def test_too_much_is_not_told_one_by_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one: list[object] = [1]
    for _ in range(60):
        one = [one, one]  # 2 ** 60 values, in a few bytes
    assert checkpoint.of_archive(_with(tmp_path / "a", pickle.dumps(one, 2))) is None
    monkeypatch.setattr(checkpoint, "_LONGEST", 10)
    assert checkpoint.of_archive(str(FILES / "before.pt")) is None


def test_a_value_that_holds_itself_ends(tmp_path: Path) -> None:
    one: list[object] = []
    one.append(one)
    assert checkpoint.of_archive(_with(tmp_path / "a", pickle.dumps(one, 2))) is not None


@pytest.mark.parametrize("name", ["before.pt", "before.bin"])
def test_a_file_is_known_by_its_name_or_by_its_first_bytes(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes((FILES / "before.pt").read_bytes())
    state = measure.of_file(str(path))
    assert formats.of_file(str(path), state.version, state.size, state.modified_ns) == _of("before.pt")


def test_two_files_of_the_same_weights_have_one_fingerprint(tmp_path: Path) -> None:
    """PyTorch writes the name of the file into it, so that their bytes differ."""
    torch = pytest.importorskip("torch")
    for name in ("a.pt", "b.pt"):
        torch.save({"x": torch.ones(2)}, tmp_path / name)
    one, two = (checkpoint.of_archive(str(tmp_path / name)) for name in ("a.pt", "b.pt"))
    assert one is not None
    assert one == two
    assert one.fields[0].type == "float32[2]"
