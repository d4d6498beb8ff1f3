"""Whether a pattern of ``match`` fits a value that the text spells out.

Enters: a pattern, a value. Leaves: yes, no, or None for not known.
"""

import ast
from collections.abc import Callable
from typing import Any

from driftline.capture.script.call import UNKNOWN


def fits(pattern: ast.pattern, value: Any, plain: Callable[[ast.expr], Any]) -> bool | None:
    """Return whether a pattern fits a plain value, UNKNOWN or not."""
    if isinstance(pattern, ast.MatchAs) and pattern.pattern is None:
        return True
    if value is UNKNOWN:
        return None
    if isinstance(pattern, ast.MatchAs) and pattern.pattern is not None:
        return fits(pattern.pattern, value, plain)
    if isinstance(pattern, ast.MatchOr):
        found = [fits(one, value, plain) for one in pattern.patterns]
        return True if True in found else None if None in found else False
    if isinstance(pattern, ast.MatchSingleton):
        return value is pattern.value
    if isinstance(pattern, ast.MatchValue):
        other = plain(pattern.value)
        return None if other is UNKNOWN else bool(value == other)
    return None
