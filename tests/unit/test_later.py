"""Modules that are loaded when they are used."""

import re
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from driftline import later


def test_a_module_is_loaded_when_something_of_it_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "needed_later", raising=False)
    (tmp_path / "needed_later.py").write_text("WORD = 'loaded'\n", "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    stand_in = later.module("needed_later")
    assert "needed_later" not in sys.modules
    assert stand_in.WORD == "loaded"
    assert "needed_later" in sys.modules


def test_what_is_replaced_in_the_module_is_replaced_in_what_stands_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    import colorsys

    stand_in = later.module("colorsys")
    assert stand_in.rgb_to_hsv is colorsys.rgb_to_hsv
    monkeypatch.setattr(colorsys, "rgb_to_hsv", None)
    assert stand_in.rgb_to_hsv is None


def test_a_name_that_is_not_there_is_said_as_the_module_says_it() -> None:
    with pytest.raises(AttributeError, match="module 'colorsys' has no attribute 'nothing'"):
        _ = later.module("colorsys").nothing


def test_a_pattern_finds_what_the_compiled_one_finds() -> None:
    stands_in = later.pattern(r"(?P<word>a+)b", re.IGNORECASE)
    assert [hit["word"] for hit in stands_in.finditer("AAB ab b")] == ["AA", "a"]
    assert later.pattern(rb"\d+").sub(b"#", b"a12") == b"a#"


def test_a_pattern_is_compiled_when_it_is_used() -> None:
    broken = later.pattern("(")
    with pytest.raises(re.error):
        broken.match("(")


ROOM = """
from driftline import later
__getattr__ = later.room(__name__)
"""


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A package of two modules, in a folder of its own."""
    name = "room_of_" + tmp_path.name.replace("-", "_")
    (tmp_path / name).mkdir()
    for module, text in (("__init__", ROOM), ("one", "WORD = 'one'\n"), ("two", f"from {name} import one\n")):
        (tmp_path / name / f"{module}.py").write_text(text, "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    return name


def imported(statement: str, **held: object) -> dict[str, Any]:
    """What a module holds that begins so."""
    namespace: dict[str, Any] = {"__name__": "somewhere", **held}
    exec(statement, namespace)
    return namespace


def test_a_module_of_a_room_is_loaded_when_something_of_it_is_used(room: str) -> None:
    holding = imported(f"from {room} import one, two")
    assert {f"{room}.one", f"{room}.two"}.isdisjoint(sys.modules)
    assert holding["one"].WORD == "one"
    assert f"{room}.one" in sys.modules
    assert f"{room}.two" not in sys.modules
    assert holding["two"].one.WORD == "one"


def test_what_stands_for_a_module_of_a_room_hides_none_of_its_names(room: str, tmp_path: Path) -> None:
    names = [*vars(later), *vars(later._Module), *vars(later._OfRoom), "hold", "_held", "_loaded", "_holders"]
    names = [name for name in names if not name.startswith(("__", "_driftline_"))]
    (tmp_path / room / "one.py").write_text("".join(f"{name} = {name!r}\n" for name in names), "utf-8")
    for name in names:
        assert getattr(imported(f"from {room} import one")["one"], name) == name
        for loaded in [one for one in sys.modules if one.startswith(room)]:
            del sys.modules[loaded]


def test_who_has_imported_a_module_of_a_room_holds_the_module_itself_once_it_is_loaded(room: str) -> None:
    first, second = imported(f"from {room} import one"), imported(f"from {room} import one")
    other = imported(f"from {room} import one as two")
    assert first["one"].WORD == "one"
    assert first["one"] is second["one"] is sys.modules[f"{room}.one"]
    assert other["two"] is first["one"]  # by whatever name


def test_a_module_of_a_room_from_which_names_are_imported_is_loaded_at_once(room: str) -> None:
    holding = imported(f"from {room} import one\nfrom {room}.one import WORD")
    assert holding["WORD"] == "one"
    assert imported(f"from {room} import one")["one"] is sys.modules[f"{room}.one"]


def test_what_is_set_on_what_stands_for_a_module_of_a_room_is_set_on_the_module(room: str) -> None:
    stand_in = imported(f"from {room} import one")["one"]
    stand_in.WORD = "another"
    assert sys.modules[f"{room}.one"].WORD == "another"
    del stand_in.WORD
    assert not hasattr(sys.modules[f"{room}.one"], "WORD")


def test_a_module_that_a_room_does_not_have_cannot_be_imported(room: str) -> None:
    with pytest.raises(ImportError, match="cannot import name 'three'"):
        imported(f"from {room} import three")
    assert not hasattr(sys.modules[room], "three")


def test_two_threads_that_use_a_module_of_a_room_at_once_get_one_module(room: str, tmp_path: Path) -> None:
    (tmp_path / room / "one.py").write_text("import time\ntime.sleep(0.05)\nWORD = 'one'\n", "utf-8")
    stand_in = imported(f"from {room} import one")["one"]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda _: stand_in.WORD, range(4))) == ["one"] * 4


def test_a_thread_that_finds_the_last_holder_taken_goes_on(room: str) -> None:
    class Taken(list[Any]):
        """Which another thread empties after it was seen to hold something."""

        def __bool__(self) -> bool:
            return True

    stand_in = imported(f"from {room} import one")["one"]
    vars(stand_in)["_holders"] = Taken()
    assert stand_in.WORD == "one"
