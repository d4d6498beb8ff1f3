"""What a script is given from outside: the words of its command line, and its environment.

Enters: a call. Leaves: the value that the run has had; without a run nothing is known of it.
"""

from collections.abc import Mapping
from typing import Any

from driftline.capture.script.call import Call, Rules, lifted
from driftline.capture.script.values import NONE, Class, Instance, Items, Scope, Thing, Value

PARSING = frozenset({"parse_args", "parse_known_args"})
_NAMESPACE = Class("Namespace", Scope(""))


def parsed(call: Call) -> Value | None:
    """``parse_args``: an object with the values that were parsed; None where that was not seen."""
    found: Mapping[str, Any] | None = call.machine.outside.parsed(call.path)
    if found is None:
        return None
    value = call.new(Instance(_NAMESPACE, {name: lifted(call.machine, one) for name, one in found.items()}))
    return value if call.name == "parse_args" else call.new(Items((value, call.new(Items((), Thing()))), kind="tuple"))


def variable(call: Call) -> Value | None:
    """``os.getenv``, ``os.environ.get``: the value in this process, or what was given in its place."""
    name = call.plain(0, "key")
    found = call.machine.outside.variable(name) if isinstance(name, str) else None
    if found is None:
        return None
    if found[0] is None:
        return call.argument(1, "default") or NONE
    return lifted(call.machine, found[0])


FUNCTIONS: Rules = dict.fromkeys(("os.getenv", "os.environ.get", "os.environ.setdefault"), variable)
