"""Attributes of the user's own objects and classes, and of what stands above these.

Enters: an object or class, and a name. Leaves: a value: what the object holds, else what its class or one of the
classes above it has; of a method, bound to the object.
"""

import ast
from typing import Any

from msgspec.structs import replace

from driftline.capture.script import relations
from driftline.capture.script.call import Machine
from driftline.capture.script.values import (
    NONE,
    Class,
    Function,
    Instance,
    Method,
    Pairs,
    Scope,
    Super,
    Thing,
    Value,
)

_FIT_TRANSFORM: Any = ast.parse("lambda X, y: self.fit(X, y).transform(X)", mode="eval").body
_MAKE: Any = ast.parse("lambda row: cls(*row)", mode="eval").body
_VALIDATE: Any = ast.parse("lambda row: cls(**row)", mode="eval").body
_MAKERS = {"_make": _MAKE, "model_validate": _VALIDATE, "parse_obj": _VALIDATE}
_FIELDS = frozenset({"model_fields", "__annotations__", "__dataclass_fields__", "_fields"})


def of_instance(machine: Machine, of: Value, instance: Instance, name: str) -> Value:
    """Return an attribute of an object."""
    if name in instance.fields:
        return instance.fields[name]
    if name == "__dict__":
        return machine.memory.new(Pairs(dict(instance.fields)))
    if name == "fit_transform" and _of_class(machine, instance.of, name, of) is None:
        return _fit_transform(machine, of)
    found = NONE if name == "__class__" else _of_class(machine, instance.of, name, of) or Method(of, name)
    return relations.of_object(machine, of, instance, name) if relations.is_relation(found) else found


def _fit_transform(machine: Machine, of: Value) -> Value:
    """What a transformer of the user's own has from its base class."""
    scope = Scope("")
    machine.memory.put((scope, "self"), of)
    return Function(_FIT_TRANSFORM, scope, (("y", NONE),))


def _of_any_class(machine: Machine, of: Class, name: str) -> Value:
    """What classes of records have: their fields by name, and what makes one of a row."""
    if name in _FIELDS:
        return machine.memory.new(Pairs(dict.fromkeys(of.fields, Thing())))
    if name not in _MAKERS:
        return Thing()
    scope = Scope("")
    machine.memory.put((scope, "cls"), of)
    return Function(_MAKERS[name], scope)


def of_classes(machine: Machine, of: Super | Class, name: str) -> Value:
    """Return an attribute of a class, or of the classes above one."""
    if isinstance(of, Class):
        return _of_class(machine, of, name, of) or _of_any_class(machine, of, name)
    found = (_of_class(machine, one, name, of.of) for one in of.bases if isinstance(one, Class))
    return next((one for one in found if one is not None), None) or Method(Thing(), name)


def named(machine: Machine, scope: Scope, name: str) -> Value | None:
    """Return what a name of a module or a class holds."""
    found: Value | None = machine.memory.get((scope, name))
    return found


def _of_class(machine: Machine, of: Class, name: str, bound: Value, depth: int = 0) -> Value | None:
    found = named(machine, of.scope, name)
    if isinstance(found, Function):
        if found.kind == "staticmethod" or (bound is of and found.kind != "classmethod"):
            return found
        return replace(found, self=bound)
    if found is not None:
        return found
    for base in of.bases if depth < 8 else ():
        if isinstance(base, Class):
            inherited = _of_class(machine, base, name, bound, depth + 1)
            if inherited is not None:
                return inherited
    return None
