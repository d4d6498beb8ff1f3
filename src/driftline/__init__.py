"""Driftline: where did it come from, what changed, what is the cause and what did it cost, and is it stopped?

The public names, resolved on first use: importing this package loads neither numpy nor a dataframe library.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from driftline.capture.answers import answer as answer
    from driftline.capture.answers import record_answer as record_answer
    from driftline.capture.ask import diff as diff
    from driftline.capture.ask import impact as impact
    from driftline.capture.ask import lineage as lineage
    from driftline.capture.ask import path as path
    from driftline.capture.ask import select as select
    from driftline.capture.client import configure as configure
    from driftline.capture.client import flush as flush
    from driftline.capture.gate import gate as gate
    from driftline.capture.models import deploy as deploy
    from driftline.capture.models import evaluate as evaluate
    from driftline.capture.probing import probe as probe
    from driftline.capture.run import Run as Run
    from driftline.capture.run import run as run
    from driftline.capture.serving import serve as serve
    from driftline.capture.step import step as step
    from driftline.capture.watch import unwatch as unwatch
    from driftline.capture.watch import watch as watch
    from driftline.guard.wrap import guard as guard

__version__ = "0.1.0"

_NAMES = {
    "answers": ("answer", "record_answer"),
    "ask": ("diff", "impact", "lineage", "path", "select"),
    "client": ("configure", "flush"),
    "gate": ("gate",),
    "models": ("deploy", "evaluate"),
    "probing": ("probe",),
    "run": ("Run", "run"),
    "step": ("step",),
    "watch": ("unwatch", "watch"),
}
_PLACES = {name: f"driftline.capture.{module}" for module, names in _NAMES.items() for name in names}
_ROOMS = ("guard", "serve")  # packages that are callable (docs/decisions/0003)
__all__ = ["__version__", *_PLACES, *_ROOMS]  # noqa: PLE0604 - every element is a string


def __getattr__(name: str) -> Any:
    if name in _ROOMS:
        return importlib.import_module(f"driftline.{name}")
    if name not in _PLACES:
        raise AttributeError(f"module 'driftline' has no attribute {name!r}")
    globals()[name] = value = getattr(importlib.import_module(_PLACES[name]), name)
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
