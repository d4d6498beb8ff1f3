"""The special methods of a model, which Python looks up on its class only, and those that give out the model itself.

Enters: the class of a model. Leaves: methods that call those of the model; what gives out the model itself, as
``with``, ``+=`` and ``fit`` do, gives out the stand-in, and what the class refuses is refused. Changes nothing of it.
"""

import functools
from collections.abc import Callable, Mapping
from types import MethodType
from typing import Any

from driftline.capture.ground import fault

_SHOWN = ("__eq__", "__ne__", "__repr__", "__str__")  # every model has these
_OWN = frozenset((  # special methods that the stand-in has itself, or that concern the making of objects
    "__annotate__", "__annotate_func__", "__call__", "__class__", "__class_getitem__", "__copy__", "__deepcopy__",
    "__del__", "__delattr__", "__delete__", "__dir__", "__get__", "__getattr__", "__getattribute__", "__getnewargs__",
    "__getnewargs_ex__", "__hash__", "__init__", "__init_subclass__", "__new__", "__post_init__",
    "__reduce__", "__reduce_ex__", "__set__", "__set_name__", "__setattr__", "__setstate__", "__subclasshook__",
))  # fmt: skip


def of(model: type) -> dict[str, Any]:
    """Return the special methods of a class and those that it inherits, which Python looks up there only."""
    found: dict[str, Any] = {}
    for kind in reversed(model.__mro__[:-1]):  # the last one is ``object``
        for name, value in vars(kind).items():
            if name.startswith("__") and name.endswith("__") and (callable(value) or value is None or name in found):
                found[name] = value
    return {name: value for name, value in found.items() if callable(value) or value is None}  # None = it is refused


def passing(special: Mapping[str, Any]) -> dict[str, Any]:
    """Return the methods of a stand-in, which has its model as ``_driftline_model``, by their names."""
    made = {name: None if special.get(name, name) is None else _passing(name) for name in {*_SHOWN, *special} - _OWN}
    if made.get("__aenter__") is not None:
        made["__aenter__"] = _entered
    return made


def chained(method: MethodType, learned: Callable[[Any, str], None] | None) -> Callable[..., Any]:
    """Return the function of a method that gives out the stand-in, its first argument, in place of the model.

    Args:
        method: that of the model.
        learned: called with the stand-in and the name of the method after each call that came to its end.
    """
    name = method.__name__

    @functools.wraps(method.__func__)
    def call(self: Any, *args: Any, **kwargs: Any) -> Any:
        found = method(*args, **kwargs)
        if learned is not None:
            fault.attempt("serving", learned, self, name)
        return self if found is method.__self__ else found

    return call


def _passing(name: str) -> Callable[..., Any]:
    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        found = getattr(self._driftline_model, name)(*args, **kwargs)
        return self if found is self._driftline_model else found

    return method


async def _entered(self: Any) -> Any:
    found = await self._driftline_model.__aenter__()
    return self if found is self._driftline_model else found
