"""Functions under their other names: those of a library's public modules, and those that the user imported by name."""

import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pandas as pd
import pandas.io.parsers
import pandas.io.parsers.readers
import pytest

from driftline.capture.ground import aliases
from driftline.capture.hooks.patch import Patch
from driftline.capture.watching import watch
from driftline.testing import MemorySink

Script = Callable[..., list[dict[str, Any]]]


def given() -> int:
    return 1


def made() -> int:
    return 2


def modules(monkeypatch: pytest.MonkeyPatch, **files: str) -> dict[str, ModuleType]:
    """Modules that all hold ``given``, by name (with ``_`` for the dots), each of a file."""
    found = {}
    for name, file in files.items():
        module = ModuleType(name.replace("_", ".", 1))
        module.__file__ = file
        vars(module).update(given=given)
        monkeypatch.setitem(sys.modules, module.__name__, module)
        found[name] = module
    return found


def test_public_modules_of_a_library_get_what_its_package_has(monkeypatch: pytest.MonkeyPatch) -> None:
    held = modules(monkeypatch, lake="/x/lake.py", lake_io="/x/io.py", lake__own="/x/own.py", other="/x/other.py")
    lake = held["lake"]
    vars(lake).update(given=made)
    found = aliases.of_library(lake, [Patch(lake, "given", given)])
    assert [(one.owner.__name__, one.attribute) for one in found] == [("lake.io", "given")]
    assert [vars(one)["given"]() for one in held.values()] == [2, 2, 1, 1]
    found[0].undo()
    assert vars(held["lake_io"])["given"] is given


def test_a_second_name_in_the_package_itself_gets_it_too(monkeypatch: pytest.MonkeyPatch) -> None:
    lake = modules(monkeypatch, lake="/x/lake.py")["lake"]
    vars(lake).update(given=made, take=given, _take=given, other=made)
    found = aliases.of_library(lake, [Patch(lake, "given", given)])
    assert [(one.owner.__name__, one.attribute) for one in found] == [("lake", "take")]
    assert (vars(lake)["take"], vars(lake)["_take"]) == (made, given)
    found[0].undo()
    assert vars(lake)["take"] is given


def test_modules_of_the_user_get_it_under_whatever_name(monkeypatch: pytest.MonkeyPatch) -> None:
    held = modules(monkeypatch, lake="/x/site-packages/lake.py", mine="/x/mine.py", theirs="/x/site-packages/t.py")
    vars(held["mine"]).update(take=given, other=made)
    vars(held["lake"]).update(given=made)
    found = aliases.of_user([Patch(held["lake"], "given", given), Patch(Patch, "undo", Patch.undo), object()])
    assert vars(held["mine"])["take"] is made
    assert {(one.owner.__name__, one.attribute) for one in found} == {
        ("mine", "given"), ("mine", "take"), (__name__, "given"),
    }  # fmt: skip
    for one in found:
        one.undo()
    assert vars(held["mine"])["take"] is given
    assert vars(held["theirs"])["given"] is given


def test_defining_modules_of_pandas_have_the_hooks_and_lose_them(watched: MemorySink) -> None:
    assert pandas.io.parsers.read_csv is pd.read_csv is pandas.io.parsers.readers.read_csv
    assert hasattr(pd.read_csv, "__wrapped__")
    original = pd.read_csv.__wrapped__
    watch.unwatch()
    assert pandas.io.parsers.read_csv is pd.read_csv is original


@pytest.mark.parametrize("place", ["pandas", "pandas.io.parsers", "pandas.io.parsers.readers"])
@pytest.mark.parametrize("first", [True, False])
def test_readers_that_were_imported_by_name_are_recorded_with_their_columns(
    script: Script, place: str, *, first: bool
) -> None:
    steps = ['driftline.watch("job")\n', f"from {place} import read_csv as take\n"]
    (event,) = script(
        'import driftline\nopen("in.csv", "w").write("a,b\\n1,2\\n")\n'
        + "".join(steps if first else reversed(steps))
        + "from pandas.core.frame import DataFrame\n"
        + 'df = take("in.csv")\n'
        + 'DataFrame({"z": df.a + df.b}).to_csv("out.csv", index=False)\n'
    )
    assert "in.csv" in {one["name"] for one in event["inputs"]}
    (output,) = (one for one in event["outputs"] if one["name"] == "out.csv")
    found = output["facets"]["columnLineage"]["fields"]["z"]["inputFields"]
    assert {one["field"]: one["transformations"][0]["confidence"] for one in found} == {"a": 0.9, "b": 0.9}
