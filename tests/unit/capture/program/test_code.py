"""Versions of code: the same source has the same one, another source another."""

from types import CodeType, FunctionType
from typing import Any

from driftline.capture.program import code


def made(source: str) -> CodeType:
    space: dict[str, Any] = {}
    exec(compile(source, "<nowhere>", "exec"), space)  # code without a file, as in a notebook
    function = space["f"]
    assert isinstance(function, FunctionType)
    return function.__code__


def first() -> int:
    return 1


def second() -> int:
    return 2


def test_source_is_hashed_where_there_is_some() -> None:
    assert code.version(first.__code__).startswith("src:")
    assert code.version(first.__code__) != code.version(second.__code__)


def test_code_without_a_source_is_hashed_by_its_instructions() -> None:
    versions = [code.version(made(f"def f():\n    return lambda: {number}")) for number in (1, 1, 2)]
    assert versions[0] == versions[1] != versions[2]
    assert versions[0].startswith("code:")
