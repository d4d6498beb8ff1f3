"""What Python asks of an object of the user's own class: brackets, operators, attributes that are not there.

Enters: objects and operands. Leaves: the method that answers, with what it is given; None where the class has none.
"""

from driftline.capture.script import access
from driftline.capture.script.call import Machine
from driftline.capture.script.values import Const, Function, Instance, Method, Value

_OPERATORS = {
    "Add": "add",
    "Sub": "sub",
    "Mult": "mul",
    "Div": "truediv",
    "FloorDiv": "floordiv",
    "Mod": "mod",
    "Pow": "pow",
    "MatMult": "matmul",
    "BitOr": "or",
    "BitAnd": "and",
    "BitXor": "xor",
    "LShift": "lshift",
    "RShift": "rshift",
    "Eq": "eq",
    "NotEq": "ne",
    "Lt": "lt",
    "LtE": "le",
    "Gt": "gt",
    "GtE": "ge",
}
Asked = tuple[Function, list[Value]]


def method(machine: Machine, of: Value, name: str) -> Function | None:
    """Return a method of an object of the user's."""
    if not isinstance(machine.memory.see(of), Instance):
        return None
    found = access.attribute(machine, of, name)
    return found if isinstance(found, Function) else None


def item(machine: Machine, of: Value, key: Value) -> Asked | None:
    """Return what answers ``of[key]``."""
    found = method(machine, of, "__getitem__")
    return None if found is None else (found, [key])


def operator(machine: Machine, left: Value, right: Value, name: str) -> Asked | None:
    """Return what answers an operator."""
    word = _OPERATORS.get(name)
    if word is None:
        return None
    found = method(machine, left, f"__{word}__")
    if found is not None:
        return found, [right]
    found = method(machine, right, f"__r{word}__")
    return None if found is None else (found, [left])


def truth(machine: Machine, of: Value) -> Value | None:
    """Return what an object answers to whether it is true; None where its class does not say."""
    for name in ("__bool__", "__len__"):
        found = method(machine, of, name)
        if found is not None:
            return machine.invoke(found, (), {}, machine.path)
    return None


def order(machine: Machine, of: Value) -> Value:
    """Return what tells an object from others of its kind when they are put in order."""
    found = method(machine, of, "__lt__") or method(machine, of, "__gt__")
    return of if found is None else machine.invoke(found, [of], {}, machine.path)


def missing(machine: Machine, of: Value, name: str, found: Value) -> Asked | None:
    """Return what answers for an attribute that neither the object nor its class has."""
    if not isinstance(found, Method) or found.of is not of or name.startswith("__"):
        return None
    answers = method(machine, of, "__getattr__")
    return None if answers is None else (answers, [Const(name)])
