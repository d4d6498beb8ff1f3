"""Finds the rule for a call; without one, the result is made of all that was given.

Enters: a call. Leaves: a value. The only place that knows all tables of rules.
"""

from collections.abc import Mapping

from driftline.capture.script.call import Call, Rules
from driftline.capture.script.rules import readers, unknown
from driftline.capture.script.values import Frame, Series, Value

_FUNCTIONS: Rules = readers.FUNCTIONS
_METHODS: Mapping[type, Rules] = {Frame: {}, Series: {}}


def answer(call: Call) -> Value:
    """Return the value of a call."""
    read = call.machine.read(call.path)
    if read is not None:
        return read
    rule = None
    if call.receiver is None:
        rule = _FUNCTIONS.get(call.name)
    else:
        content = call.see(call.receiver)
        rule = _METHODS.get(type(content), {}).get(call.name)
    found = rule(call) if rule is not None else None
    return unknown.unknown(call) if found is None else found
