"""Trees of texts; what is waited for is another thread that makes one, as ``ast.parse`` does."""

import ast
import gc
import threading
import warnings
from pathlib import Path
from typing import Any

import pytest

from driftline import capture
from driftline.capture.script import parsing


def test_a_text_is_the_tree_that_python_makes_of_it() -> None:
    text = "def f(x: int) -> int:\n    return x + 1\n"
    assert ast.dump(parsing.parsed(text)) == ast.dump(ast.parse(text))
    with pytest.raises(SyntaxError):
        parsing.parsed("def")


def test_no_function_of_capture_makes_a_tree_in_another_way() -> None:
    """One that does may disturb a thread of the user's that makes one meanwhile; on import none does."""
    root = Path(capture.__file__).parent
    found = [
        f"{file.relative_to(root)}:{node.lineno}"
        for file in sorted(root.rglob("*.py"))
        for function in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        for node in ast.walk(function)
        if isinstance(node, ast.Attribute) and node.attr in ("parse", "literal_eval")
        if isinstance(node.value, ast.Name) and node.value.id == "ast"
    ]
    assert found == []


def test_nobody_is_warned_of_a_text_again() -> None:
    """Python 3.11 warns of the escape while it parses, and of the comparison while it compiles; each of it once."""
    text = 'x = "\\d"\nx is 1\n'
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        compile(text, "user.py", "exec")
        assert len(found) == 2
        before = list(warnings.filters)
        parsing.parsed(text)
        made = parsing.compiled(text)
        assert len(found) == 2
        assert warnings.filters == before
        assert made == compile(text, "user.py", "exec")  # the name of the file is no part of what is the same
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(parsing.parsed(text).body) == 2


def test_the_collector_is_as_it_was() -> None:
    assert gc.isenabled()
    parsing.parsed("x = 1")
    assert gc.isenabled()
    gc.disable()
    try:
        parsing.parsed("x = 1")
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_where_each_thread_has_its_own_counter_the_collector_is_not_touched(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a thread of the program that switches it off meanwhile finds it off. Mended in 3.11.8 and 3.12.2."""
    touched: list[str] = []
    monkeypatch.setattr(parsing, "_SHARED", False)
    monkeypatch.setattr(gc, "disable", lambda: touched.append("off"))
    monkeypatch.setattr(gc, "enable", lambda: touched.append("on"))
    assert parsing.parsed("x = 1").body
    assert touched == []
    monkeypatch.setattr(parsing, "_SHARED", True)
    assert parsing.parsed("x = 1").body
    assert touched == ["off", "on"]


def test_another_thread_that_makes_a_tree_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    inside, free = threading.Event(), threading.Event()
    monkeypatch.setattr(parsing, "_SHARED", True)

    def making(*_: Any, **__: Any) -> None:  # in the place of the built-in ``compile``, in the middle of its work
        inside.set()
        free.wait(20)

    monkeypatch.setattr(ast, "compile", making, raising=False)
    thread = threading.Thread(target=ast.parse, args=("x = 1",))
    thread.start()
    assert inside.wait(10)
    monkeypatch.setattr(parsing, "_TRIES", 2)
    with pytest.raises(ValueError, match="parses all the time"):
        parsing.parsed("x = 1")
    free.set()
    thread.join()
    assert parsing.parsed("x = 1").body


def test_a_function_of_the_user_that_is_called_alike_is_not_waited_for() -> None:
    inside, free = threading.Event(), threading.Event()
    names: dict[str, Any] = {"made": lambda: (inside.set(), free.wait(20))}
    exec("def parse():\n    compile\n    return made()\n", names)
    thread = threading.Thread(target=names["parse"])
    thread.start()
    assert inside.wait(10)
    assert parsing.parsed("x = 1").body
    free.set()
    thread.join()
