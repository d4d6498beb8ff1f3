"""What the drill names of our modules, to pass over it, is there: a name that is gone would be passed over in silence.

Expected values are the names of functions and of variables as Python's own parser and importer find them.
"""

import ast
import importlib
import importlib.util
from collections.abc import Iterator
from pathlib import Path

from tests.drills import caches, points


def functions(node: ast.AST, around: str = "") -> Iterator[str]:
    """Yield every function and class below a node by its qualified name, without ``<locals>``."""
    for one in ast.iter_child_nodes(node):
        named = isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        inner = f"{around}{one.name}" if named else ""
        yield from [inner] if named else []
        yield from functions(one, f"{inner}." if named else around)


def test_each_function_without_points_is_one_of_its_module() -> None:
    missing = []
    for shell in sorted(points.SHELLS):
        module, _, name = shell.partition(":")
        found = importlib.util.find_spec(module)
        text = Path(found.origin).read_text("utf-8") if found and found.origin else ""
        if name not in set(functions(ast.parse(text))):
            missing.append(shell)
    assert missing == []
    assert points.SHELLS


def test_what_has_no_points_at_all_and_what_is_never_forgotten_is_there() -> None:
    for module in (*points.PACKAGES, *points.LEFT_OUT, *caches.PACKAGES):
        assert importlib.util.find_spec(module)
    for kept in caches.KEPT:
        module, _, name = kept.partition(":")
        assert hasattr(importlib.import_module(module), name), kept
