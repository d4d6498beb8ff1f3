"""Frames that stand on nothing but what is written in the code: ``pd.DataFrame({"rate": [1.1, 1.2]}).to_csv(…)``.

Enters: the call that writes a frame, found on the stack, and the source of the code around it. Leaves: whether that
source proves that the frame was made of constants, directly or through a variable that is assigned once and only
written. Looks at source alone and runs nothing; what it cannot prove, it denies. Asked only of frames that nobody
knows.
"""

import ast
import builtins
import inspect
import linecache
import sys
from collections.abc import Iterator
from types import CodeType, FrameType, ModuleType
from typing import Any, TypeGuard

from driftline.capture.script import parsing

_LIBRARIES = ("pandas", "polars", "pyarrow")
_AROUND = ("driftline", *_LIBRARIES)  # whose frames on the stack are not the user's
_MAKERS = frozenset((
    "DataFrame", "Series", "LazyFrame", "table", "from_dict", "from_records", "from_pydict", "from_pylist",
))  # fmt: skip
_CLASSES = frozenset(("Table", "RecordBatch"))  # that makers belong to
_CONSTANT = frozenset((
    "range", "list", "tuple", "dict", "arange", "array", "zeros", "ones", "full", "linspace", "date_range", "Timestamp",
    "to_datetime", "date", "datetime", "nan", "NA", "NaT", "inf",
))  # fmt: skip  # functions and values of Python, numpy and pandas that read nothing
_HARMLESS = frozenset(("builtins", "numpy", "pandas", "datetime"))  # where those of ``_CONSTANT`` come from
_WRITES = ("to_", "write_", "sink_")
_GIVES = frozenset(("to_numpy", "to_records", "to_frame", "to_series", "to_struct"))  # what may be changed through it
_PLAIN = (
    ast.List, ast.Tuple, ast.Set, ast.Dict, ast.UnaryOp, ast.BinOp, ast.BoolOp, ast.Compare, ast.IfExp, ast.JoinedStr,
    ast.FormattedValue,
)  # fmt: skip
_LOOPS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_LONGEST = 50_000  # characters of a source that is still looked at: about 20 ms, once per call in the code
_CACHE = 1_000
_proven: dict[tuple[CodeType, int], bool] = {}


def proven() -> bool:
    """Return whether the call that is being recorded writes a frame that was made of constants."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and str(frame.f_globals.get("__name__", "")).partition(".")[0] in _AROUND:
        frame = frame.f_back
    if frame is None:
        return False
    key = (frame.f_code, frame.f_lasti)
    if key not in _proven:
        if len(_proven) >= _CACHE:
            _proven.clear()
        _proven[key] = _looked_at(frame)
    return _proven[key]


def _looked_at(frame: FrameType) -> bool:
    text = "".join(linecache.getlines(frame.f_code.co_filename, frame.f_globals))
    if not text or len(text) > _LONGEST:
        return False
    where = list(frame.f_code.co_positions())[frame.f_lasti // 2]
    try:
        tree = parsing.parsed(text)
    except (SyntaxError, ValueError):  # cells of a notebook may hold more than Python
        return False
    call = next((one for one in ast.walk(tree) if isinstance(one, ast.Call) and _place(one) == where), None)
    return call is not None and _Source(tree, frame).writes_constants(call)


def _place(node: ast.expr) -> tuple[int, int | None, int, int | None]:
    return node.lineno, node.end_lineno, node.col_offset, node.end_col_offset


class _Source:
    """A source, and what its names mean where it stands."""

    def __init__(self, tree: ast.Module, frame: FrameType) -> None:
        self._known = dict(frame.f_globals)
        code = frame.f_code
        if code.co_flags & inspect.CO_OPTIMIZED:  # to ask a function for its variables would keep their values alive
            for name in (*code.co_varnames, *code.co_cellvars, *code.co_freevars):
                self._known[name] = None
        else:
            self._known.update(frame.f_locals)
        self._scope = _scope(tree, frame.f_code)

    def writes_constants(self, call: ast.Call) -> bool:
        """Whether a call writes a frame of constants."""
        written = self._written(call)
        if isinstance(written, ast.Name):
            written = self._assigned(written)
        return written is not None and self._is_frame(written)

    def _written(self, call: ast.Call) -> ast.expr | None:
        """What a call writes: what its method belongs to; of a function its first argument."""
        owner = call.func.value if isinstance(call.func, ast.Attribute) else None
        if owner is None or (isinstance(owner, ast.Name) and isinstance(self._known.get(owner.id), ModuleType)):
            return call.args[0] if call.args else None
        return owner

    def _assigned(self, name: ast.Name) -> ast.expr | None:
        """What a variable is: assigned once, and nothing but written; None where that is not so."""
        nodes = list(ast.walk(self._scope))
        stored = [one.value for one in nodes if isinstance(one, ast.Assign | ast.AnnAssign) and _stores(one, name.id)]
        uses = [one for one in nodes if isinstance(one, ast.Name) and one.id == name.id]
        receivers = {id(one.func.value) for one in nodes if isinstance(one, ast.Call) and _writes(one.func)}
        others = [one for one in uses if isinstance(one.ctx, ast.Load) and id(one) not in receivers and one is not name]
        changes = sum(not isinstance(one.ctx, ast.Load) for one in uses)
        shared = any(isinstance(one, ast.Global | ast.Nonlocal) and name.id in one.names for one in nodes)
        given = any(isinstance(one, ast.arg) and one.arg == name.id for one in nodes)
        return None if len(stored) != 1 or changes != 1 or others or shared or given else stored[0]

    def _is_frame(self, node: ast.expr) -> bool:
        """Whether an expression makes a frame of constants, or another one of such a frame and constants."""
        if not isinstance(node, ast.Call) or not self._constants(node, frozenset()):
            return False
        maker = node.func
        if isinstance(maker, ast.Attribute) and isinstance(maker.value, ast.Call):
            return self._is_frame(maker.value)
        if isinstance(maker, ast.Name):
            return maker.id in _MAKERS and _home(self._known.get(maker.id)) in _LIBRARIES
        while isinstance(maker, ast.Attribute):
            if maker.attr not in _MAKERS and maker.attr not in _CLASSES:
                return False
            maker = maker.value
        module = self._known.get(maker.id) if isinstance(maker, ast.Name) else None
        return isinstance(module, ModuleType) and _home(module) in _LIBRARIES

    def _constants(self, call: ast.Call, bound: frozenset[str]) -> bool:
        return all(self._constant(one, bound) for one in (*call.args, *(one.value for one in call.keywords)))

    def _constant(self, node: ast.expr, bound: frozenset[str]) -> bool:
        """Whether an expression stands on nothing but constants and the variables ``bound`` around it."""
        if isinstance(node, ast.Constant) or (isinstance(node, ast.Name) and node.id in bound):
            return True
        if isinstance(node, ast.Name | ast.Attribute):
            return self._harmless(node)
        if isinstance(node, ast.Call):
            return self._harmless(node.func) and self._constants(node, bound)
        if isinstance(node, _LOOPS):
            for part in node.generators:
                if not self._constant(part.iter, bound):
                    return False
                bound |= {one.id for one in ast.walk(part.target) if isinstance(one, ast.Name)}
        elif not isinstance(node, _PLAIN):
            return False
        return all(self._constant(one, bound) for one in _parts(node))

    def _harmless(self, node: ast.expr) -> bool:
        """Whether a name is that of a function or value that reads nothing, and means it here."""
        if isinstance(node, ast.Attribute):
            owner = self._known.get(node.value.id) if isinstance(node.value, ast.Name) else None
            return node.attr in _CONSTANT and isinstance(owner, ModuleType | type) and _home(owner) in _HARMLESS
        if not isinstance(node, ast.Name) or node.id not in _CONSTANT:
            return False
        meant = self._known.get(node.id, vars(builtins).get(node.id))
        return isinstance(meant, float) or _home(meant) in _HARMLESS


def _home(meant: Any) -> str:
    """The library that something belongs to."""
    name = meant.__name__ if isinstance(meant, ModuleType) else getattr(meant, "__module__", None)
    return str(name or "").partition(".")[0]


def _parts(node: ast.expr) -> Iterator[ast.expr]:
    """The expressions in an expression, but for the targets and sources of its loops, which are looked at apart."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr):
            yield child
        elif isinstance(child, ast.comprehension):
            yield from child.ifs


def _scope(tree: ast.Module, code: CodeType) -> ast.AST:
    """The function that ``code`` is, else the module."""
    functions = [one for one in ast.walk(tree) if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)]
    mine = (one for one in functions if (one.name, _begins(one)) == (code.co_name, code.co_firstlineno))
    return next(mine, tree)


def _begins(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return min([function.lineno, *(decorator.lineno for decorator in function.decorator_list)])


def _stores(node: ast.Assign | ast.AnnAssign, name: str) -> bool:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return len(targets) == 1 and isinstance(targets[0], ast.Name) and targets[0].id == name


def _writes(function: ast.expr) -> TypeGuard[ast.Attribute]:
    """Whether a function is a method that only writes what it belongs to."""
    return isinstance(function, ast.Attribute) and function.attr.startswith(_WRITES) and function.attr not in _GIVES
