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
_OUTSIDE = frozenset(
    {
        "OSError", "IOError", "FileNotFoundError", "FileExistsError", "PermissionError", "ImportError", "StopIteration",
        "ModuleNotFoundError", "ConnectionError", "TimeoutError", "KeyboardInterrupt", "SystemExit", "MemoryError",
    }
)  # fmt: skip


def handled(handlers: Iterable[ast.ExceptHandler]) -> bool:
    """Whether faults that come from data are among those that are handled."""
    return any(not _names(one.type) or set(_names(one.type)) - _OUTSIDE for one in handlers)


def _names(node: ast.expr | None) -> Sequence[str]:
    ones = node.elts if isinstance(node, ast.Tuple) else [] if node is None else [node]
    return [one.id if isinstance(one, ast.Name) else getattr(one, "attr", "") for one in ones]


def of_call(callee: Value, given: Cames) -> Cames:
    """Return what decides whether a call fails."""
    risky = (isinstance(callee, Library) and callee.name in _CALLS) or (
        isinstance(callee, Method) and callee.name in _METHODS
    )
    return given if risky else NOTHING
