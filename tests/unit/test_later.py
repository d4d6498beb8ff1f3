"""Modules that are loaded when they are used."""

import re
import sys
from pathlib import Path

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
