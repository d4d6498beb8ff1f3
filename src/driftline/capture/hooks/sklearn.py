"""scikit-learn, and what is built like it: what each model is fitted on is remembered beside it, for its edges.

Enters: one of its modules, once it is loaded. Leaves: patches on ``fit``, ``fit_transform``, ``fit_predict`` and
``partial_fit`` of its classes. The original is called once with the same arguments; of the data only where it comes
from is remembered, of the label its name. Nothing is asked of the model.
"""

import functools
from collections.abc import Callable
from types import FunctionType
from typing import Any

from driftline.capture.frames import model as models
from driftline.capture.frames import origin, passed
from driftline.capture.ground import fault
from driftline.capture.hooks import raised
from driftline.capture.hooks.patch import Patch, unseen

_METHODS = ("fit", "fit_transform", "fit_predict")
_LIBRARIES = ("sklearn.", "lightgbm.", "xgboost.")
_PIECE = "hook sklearn.fit"


def install(module: Any) -> list[Patch]:
    """Put the hooks on and return what was replaced."""
    patches: list[Patch] = []
    for found in list(vars(module).values()):
        for owner in getattr(found, "__mro__", ()):
            if owner.__module__.startswith(_LIBRARIES):
                for name in _METHODS:
                    patches += _around(owner, name, _fitted)
                patches += _around(owner, "partial_fit", _fitted_further)
    return patches


def _around(owner: type, name: str, note: Callable[[Any, Any], None]) -> list[Patch]:
    original = owner.__dict__.get(name)
    if not isinstance(original, FunctionType) or hasattr(original, "_driftline"):
        return []
    fitted = raised.held(note)

    @functools.wraps(original)
    def call(*args: Any, **kwargs: Any) -> Any:
        try:
            result = original(*args, **kwargs)
        except raised.ANY as error:
            raised.through(error)
            raise
        fault.attempt(_PIECE, fitted, args, kwargs)
        return result

    call._driftline = True  # type: ignore[attr-defined] # functions take marks
    setattr(owner, name, unseen(call, original))
    return [Patch(owner, name, original)]


def _fitted(args: Any, kwargs: Any) -> None:
    data = args[1] if len(args) > 1 else kwargs.get("X")
    label = args[2] if len(args) > 2 else kwargs.get("y")
    if args:
        passed.fitted(args[0], data, label)
    if args and (origin.is_frame(data) or origin.is_frame(label)) and not fault.off(_PIECE):
        models.fitted(args[0], data, label)


def _fitted_further(args: Any, kwargs: Any) -> None:
    """A piece of the data: of all pieces together only the label has a name."""
    label = args[2] if len(args) > 2 else kwargs.get("y")
    if args and label is not None and not fault.off(_PIECE):
        models.fitted_further(args[0], label)
