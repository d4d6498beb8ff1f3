"""Whose code it is; what belongs to whom is read off where the files lie."""

import sys
import threading
from pathlib import Path
from types import ModuleType

import pytest

from driftline.capture.ground import imported
from driftline.capture.program import sites, whose


def test_files_of_libraries_of_python_and_of_our_own_are_not_the_users() -> None:
    assert not whose.of_user(threading.__file__)
    assert not whose.of_user(pytest.__file__)
    assert not whose.of_user(sites.__file__)
    assert whose.of_user(str(Path("anywhere/script.py").absolute()))
    assert not whose.of_user("<frozen importlib._bootstrap>")
    assert whose.of_user("<string>")
    assert not whose.of_user(
        "<sqlalchemy generated _go() wrapper for sqlalchemy.orm.session.SessionTransaction.commit>"
    )
    assert not whose.of_user("<attrs generated init job.Row>")
    assert not whose.of_user("<decorator-gen-7>")


def test_what_a_dataclass_makes_for_itself_is_not_the_users() -> None:
    names = "def __init__(): ...\ndef own(): ...\n"
    init, own = (one for one in compile(names, "<string>", "exec").co_consts if hasattr(one, "co_name"))
    assert (whose.is_user(init), whose.is_user(own)) == (False, True)


def test_modules_are_gone_through_once_for_all_files_until_there_are_others(monkeypatch: pytest.MonkeyPatch) -> None:
    gone: list[int] = []
    files = imported.files
    monkeypatch.setattr(imported, "files", lambda: gone.append(1) or files())
    monkeypatch.setattr(whose, "_index", [whose._Index(-1, {})])
    assert [whose.loaded_as(file) for file in (whose.__file__, imported.__file__, "no.py", "none.py")] == [
        whose.__name__, imported.__name__, "", "",
    ]  # fmt: skip
    assert len(gone) == 1
    monkeypatch.setitem(sys.modules, "one", ModuleType("one"))
    assert whose.loaded_as("no.py") == ""
    assert len(gone) == 2


def test_a_file_is_loaded_as_the_module_that_has_it_now(monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = ModuleType("one"), ModuleType("other")
    one.__file__ = other.__file__ = "shop.py"
    assert whose.loaded_as("shop.py") == ""
    monkeypatch.setitem(sys.modules, "one", one)
    assert whose.loaded_as("shop.py") == "one"
    monkeypatch.setitem(sys.modules, "other", other)
    assert whose.loaded_as("shop.py") == "one"
    monkeypatch.delitem(sys.modules, "one")
    assert whose.loaded_as("shop.py") == "other"
