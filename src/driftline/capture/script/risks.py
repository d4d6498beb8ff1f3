"""What may fail inside of ``try``: which values decide whether the rest of it is reached, or what handles the fault.

Enters: calls and look-ups, while a ``try`` in a loop over rows is being followed. Leaves: their origins. Of a call that
is not known to fail because of what it is given nothing is said.
"""

import ast
from collections.abc import Iterable, Sequence

from driftline.capture.script.reading import NOTHING, Cames
from driftline.capture.script.values import Library, Method, Value

_CALLS = frozenset(
    {
        "builtins.int", "builtins.float", "builtins.complex", "decimal.Decimal", "fractions.Fraction", "uuid.UUID",
        "datetime.date.fromisoformat", "datetime.datetime.fromisoformat", "datetime.datetime.strptime", "json.loads",
        "time.strptime", "ipaddress.ip_address", "builtins.next", "statistics.mean", "ast.literal_eval",
    }
)  # fmt: skip
_METHODS = frozenset({"fromisoformat", "strptime", "index", "remove", "decode"})
_MODES = frozenset({"after", "before", "plain", "wrap", "*"})
_OUTSIDE = frozenset(
    {
        "OSError", "IOError", "FileNotFoundError", "FileExistsError", "PermissionError", "ImportError", "StopIteration",
        "ModuleNotFoundError", "ConnectionError", "TimeoutError", "KeyboardInterrupt", "SystemExit", "MemoryError",
    }
)  # fmt: skip


_PLAIN = frozenset({"int", "float", "str", "bool", "bytes", "None", "Optional", "Decimal", "date", "datetime", "time"})


def typed(node: ast.ClassDef) -> frozenset[str]:
    """Return the fields of a class that are of a plain type, without bounds and functions that look at them."""
    looked_at: set[str] = set()
    for one in node.body:
        for by in one.decorator_list if isinstance(one, ast.FunctionDef) else ():
            if "validator" in ast.dump(by):
                told = {each.value for each in ast.walk(by) if isinstance(each, ast.Constant)}
                looked_at |= {each for each in told if isinstance(each, str)} if told - _MODES else {"*"}
    fields = [one for one in node.body if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name)]
    plain = {one.target.id for one in fields if _is_plain(one.annotation) and not isinstance(one.value, ast.Call)}  # type: ignore[union-attr] # names, as just asked
    return frozenset() if "*" in looked_at else frozenset(plain - looked_at)


def _is_plain(annotation: ast.expr) -> bool:
    words = [one for one in ast.walk(annotation) if isinstance(one, ast.Name | ast.Attribute | ast.Constant)]
    return all(str(getattr(one, "id", getattr(one, "attr", getattr(one, "value", "")))) in _PLAIN for one in words)


def handled(handlers: Iterable[ast.ExceptHandler]) -> bool:
    """Whether faults that come from data are among those that are handled."""
    return any(not _names(one.type) or set(_names(one.type)) - _OUTSIDE for one in handlers)


def survived(handlers: Iterable[ast.ExceptHandler]) -> bool:
    """Whether the program goes on after such a fault: what was tried may not have happened then."""
    return any(handled([one]) and not _ends(one.body[-1]) and not _mends(one) for one in handlers)


def suppressed(items: Iterable[ast.withitem]) -> bool:
    """Whether that is so of ``with suppress(…)``."""
    calls = [one.context_expr for one in items if isinstance(one.context_expr, ast.Call)]
    return any("suppress" in _names(one.func) for one in calls)


def _mends(handler: ast.ExceptHandler) -> bool:
    """Whether it writes into something by itself: ``except ValueError: row["n"] = None``."""
    return any(isinstance(one, ast.Subscript) and isinstance(one.ctx, ast.Store) for one in ast.walk(handler))


def _ends(node: ast.stmt) -> bool:
    call = node.value if isinstance(node, ast.Expr) else None
    return isinstance(node, ast.Raise) or (
        isinstance(call, ast.Call) and {"exit", "_exit"} & {*_names(call.func)} != set()
    )


def _names(node: ast.expr | None) -> Sequence[str]:
    ones = node.elts if isinstance(node, ast.Tuple) else [] if node is None else [node]
    return [one.id if isinstance(one, ast.Name) else getattr(one, "attr", "") for one in ones]


def of_call(callee: Value, given: Cames) -> Cames:
    """Return what decides whether a call fails."""
    risky = (isinstance(callee, Library) and callee.name in _CALLS) or (
        isinstance(callee, Method) and callee.name in _METHODS
    )
    return given if risky else NOTHING
