"""Modules are looked at without being touched."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any, cast

import pytest

from driftline.capture.ground import imported

SCRIPT = """
import importlib.util, sys
spec = importlib.util.find_spec("heavy")
spec.loader = importlib.util.LazyLoader(spec.loader)
sys.modules["heavy"] = heavy = importlib.util.module_from_spec(spec)
spec.loader.exec_module(heavy)
import answering
import driftline
driftline.watch("job")
import pandas as pd
pd.DataFrame({"a": [1]}).to_csv("one.csv", index=False)
frame = pd.read_csv("one.csv")
frame["b"] = frame.a * 2
frame.to_csv("two.csv", index=False)
driftline.flush()
print("recorded")
print(heavy.NAME)
"""


def test_a_module_that_loads_itself_when_it_is_asked_is_not_loaded_by_watching(tmp_path: Path) -> None:
    """Python's own lazy loader, and a module that answers for any name: the program alone decides when they work."""
    (tmp_path / "heavy.py").write_text('print("heavy was loaded")\nNAME = "heavy"\n')
    (tmp_path / "answering.py").write_text(
        'def __getattr__(name):\n    print("asked for", name)\n    raise AttributeError\n'
    )
    (tmp_path / "main.py").write_text(SCRIPT)
    done = subprocess.run([sys.executable, "main.py"], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.split("\n") == ["recorded", "heavy was loaded", "heavy", ""]


LAZY = """
import importlib.util, sys
def lazy(name):
    spec = importlib.util.find_spec(name)
    spec.loader = importlib.util.LazyLoader(spec.loader)
    sys.modules[name] = module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
if sys.argv[1] == "before":
    pd = lazy("pandas")
import driftline
driftline.watch("job")
if sys.argv[1] == "after":
    pd = lazy("pandas")
assert "numpy" not in sys.modules
pd.DataFrame({"a": [1, 2, 3]}).to_csv("one.csv", index=False)
pd.read_csv("one.csv").query("a > 1").to_csv("two.csv", index=False)
assert type(pd.__loader__).__name__ == type(pd.__spec__.loader).__name__ == "SourceFileLoader"
"""


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_library_that_is_loaded_lazily_has_its_hooks_once_it_is_loaded(
    script: Callable[..., list[dict[str, Any]]], when: str
) -> None:
    events = script(LAZY, when)
    assert {one["name"] for event in events for one in event.get("outputs", ())} == {"one.csv", "two.csv"}
    assert {one["name"] for event in events for one in event.get("inputs", ())} == {"one.csv"}


def test_modules_have_what_they_hold_and_what_is_no_module_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    made = ModuleType("made")
    monkeypatch.setitem(sys.modules, "made", made)
    monkeypatch.setitem(sys.modules, "other", "no module")
    found = {name: held for name, _, held in imported.modules()}
    assert found["made"] is vars(made)
    assert "other" not in found
    files = dict(imported.files())
    assert "made" not in files
    assert files["driftline.capture.ground.imported"] == imported.__file__


def test_what_only_says_that_it_is_a_module_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """As the ``lib`` of a module that cffi has compiled does."""

    class Lib:
        __slots__ = ()
        __class__ = ModuleType

    monkeypatch.setitem(sys.modules, "lib_of_cffi", Lib())
    assert isinstance(sys.modules["lib_of_cffi"], ModuleType)
    assert imported.of("lib_of_cffi") == {}
    assert "lib_of_cffi" not in {name for name, _, _ in imported.modules()}
    assert "lib_of_cffi" not in dict(imported.files())


UNTOUCHED = """
import importlib.util, pickle, sys
for name in ("numpy", "sqlalchemy"):
    spec = importlib.util.find_spec(name)
    spec.loader = importlib.util.LazyLoader(spec.loader)
    sys.modules[name] = module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
def __getattr__(name):
    raise AssertionError(name)  # nobody asks the script for what it does not have
import driftline
driftline.watch("job")
with open("a.pkl", "wb") as file:
    pickle.dump({"a": [1]}, file)
with open("a.pkl", "rb") as file:
    pickle.load(file)
assert not [name for name in sys.modules if name.startswith(("numpy.", "sqlalchemy."))]
"""


def test_what_is_read_and_written_loads_no_library_that_waits(script: Callable[..., list[dict[str, Any]]]) -> None:
    events = script(UNTOUCHED)
    assert {one["name"] for event in events for one in event.get("outputs", ())} == {"a.pkl"}


def test_of_the_modules_beneath_a_package_the_package_itself_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    inside, beside = ModuleType("beneath_it.inside"), ModuleType("beneath_it_too")
    for name, module in (("beneath_it", ModuleType("beneath_it")), ("beneath_it.inside", inside),
                         ("beneath_it_too", beside)):  # fmt: skip
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.setitem(sys.modules, "beneath_it.taken_out", cast("ModuleType", None))
    assert list(imported.beneath("beneath_it")) == [("beneath_it.inside", inside, vars(inside))]
