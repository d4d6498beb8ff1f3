"""Kinds of sqlglot's nodes that not every version of it has.

Enters: names of kinds. Leaves: those that there are; with an older sqlglot nothing is of the others.
"""

from typing import Any

from sqlglot import exp


def classes(names: str) -> tuple[Any, ...]:
    """Return the classes of nodes that have these names, as ``isinstance`` takes them."""
    return tuple(getattr(exp, name) for name in names.split() if hasattr(exp, name))
