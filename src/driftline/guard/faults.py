"""Faults on purpose, so that a user can see what a guard does when it breaks itself.

``with guard.inject("hang", rule="money"): …`` makes a rule (or all) of this process raise, hang, or answer nothing,
NaN or nonsense, for as long as the block lasts. A faulty check runs on a thread of its own, so that a hang costs no
more than the rule's deadline. Outside such a block this module does nothing.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal, get_args

from driftline.errors import BadInput

Fault = Literal["raise", "hang", "none", "nan", "malformed"]


class InjectedFault(Exception):
    """A fault was injected."""


class _Active:
    """One fault in force, and the event that ends its hang."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        self.over = threading.Event()


_active: dict[str, _Active] = {}


@contextmanager
def inject(fault: Fault, *, rule: str = "") -> Iterator[None]:
    """Make the rule with the id ``rule`` fail as ``fault`` says while the block lasts; ``""`` = every rule.

    Raises:
        BadInput: there is no such fault.
    """
    if fault not in get_args(Fault):
        raise BadInput(f"fault {fault!r}; known are {', '.join(get_args(Fault))}")
    mine = _Active(fault)
    former = _active.get(rule)
    _active[rule] = mine
    try:
        yield
    finally:
        mine.over.set()
        if former is None:
            _active.pop(rule, None)
        else:
            _active[rule] = former


def active(rule: str) -> bool:
    """Return whether a fault is in force for ``rule``."""
    return bool(_active) and (rule in _active or "" in _active)


def commit(rule: str) -> Any:
    """Do what the fault in force for ``rule`` does; returns its nonsense."""
    found = _active.get(rule) or _active.get("")
    if found is None:
        return ()
    if found.fault == "raise":
        raise InjectedFault("on purpose")
    if found.fault == "hang":
        found.over.wait()
        return ()
    return {"none": None, "nan": float("nan"), "malformed": {"verdict": "fine"}}[found.fault]
