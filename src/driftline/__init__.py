"""Driftline: where did it come from, what changed, what is the cause and what did it cost, and is it stopped?

The public names, resolved on first use: importing this package loads neither numpy nor a dataframe library.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from driftline.capture.answers import answer as answer
    from driftline.capture.answers import record_answer as record_answer
    from driftline.capture.client import configure as configure
    from driftline.capture.client import flush as flush
    from driftline.capture.gate import gate as gate
    from driftline.capture.models import deploy as deploy
    from driftline.capture.models import evaluate as evaluate
    from driftline.capture.run import Run as Run
    from driftline.capture.run import run as run
    from driftline.capture.serving import serve as serve
    from driftline.capture.step import step as step
    from driftline.capture.watch import watch as watch
    from driftline.guard.wrap import guard as guard

__version__ = "0.1.0"

# guard and serve are rooms as well as functions: their packages are callable (docs/decisions/0003).
_PLACES = {
    "Run": "driftline.capture.run",
    "answer": "driftline.capture.answers",
    "configure": "driftline.capture.client",
    "deploy": "driftline.capture.models",
    "evaluate": "driftline.capture.models",
    "flush": "driftline.capture.client",
    "gate": "driftline.capture.gate",
    "record_answer": "driftline.capture.answers",
    "run": "driftline.capture.run",
    "step": "driftline.capture.step",
    "watch": "driftline.capture.watch",
}
_ROOMS = ("guard", "serve")
__all__ = ["__version__", *_PLACES, *_ROOMS]  # noqa: PLE0604 - every element is a string


def __getattr__(name: str) -> Any:
    if name in _ROOMS:
        return importlib.import_module(f"driftline.{name}")
    place = _PLACES.get(name)
    if place is None:
        raise AttributeError(f"module 'driftline' has no attribute {name!r}")
    value = getattr(importlib.import_module(place), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
