"""Driftline: where did it come from, what changed, what is the cause and what did it cost, and is it stopped?

The public names, resolved on first use: importing this package loads neither numpy nor a dataframe library.
"""

from driftline import hidden  # first of all: it provides for which modules the others get
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from driftline.capture.answering.answers import answer as answer
    from driftline.capture.answering.asgi import asgi as asgi
    from driftline.capture.runs.ask import answers as answers, diff as diff, impact as impact, lineage as lineage
    from driftline.capture.runs.ask import path as path, select as select, why as why
    from driftline.capture.answering.at_once import record_answer as record_answer
    from driftline.capture.sending.client import configure as configure, flush as flush, status as status
    from driftline.capture.watching.gate import gate as gate
    from driftline.capture.answering.models import deploy as deploy, evaluate as evaluate
    from driftline.capture.explaining.probing import probe as probe
    from driftline.capture.answering.retrieval import retriever as retriever
    from driftline.capture.runs.run import Run as Run, run as run
    from driftline.capture.answering.serving import serve as serve
    from driftline.capture.answering.spans import span_processor as span_processor
    from driftline.capture.watching.step import step as step
    from driftline.capture.answering.unrecorded import current_answer as current_answer
    from driftline.capture.watching.watch import unwatch as unwatch, watch as watch
    from driftline.guard.wrap import guard as guard

__version__ = "0.1.0"

_NAMES = {
    "answering.answers": ("answer",),
    "runs.ask": ("answers", "diff", "impact", "lineage", "path", "select", "why"),
    "answering.at_once": ("record_answer",),
    "sending.client": ("configure", "flush", "status"),
    "answering.models": ("deploy", "evaluate"),
    "explaining.probing": ("probe",),
    "answering.retrieval": ("retriever",),
    "runs.run": ("Run", "run"),
    "answering.spans": ("span_processor",),
    "answering.unrecorded": ("current_answer",),
    "watching.watch": ("unwatch", "watch"),
    **{place: (place.partition(".")[2],) for place in ("answering.asgi", "watching.gate", "watching.step")},
}
_PLACES = {name: f"driftline.capture.{module}" for module, names in _NAMES.items() for name in names}
_ROOMS = ("guard", "serve")  # rooms as well as functions: their packages are callable (docs/decisions/0003)
__all__ = ["__version__", *_PLACES, *_ROOMS]  # noqa: PLE0604 - every element is a string


def __getattr__(name: str) -> Any:
    if name in _ROOMS:
        return hidden.module(f"driftline.{name}")
    if name not in _PLACES:
        raise AttributeError(f"module 'driftline' has no attribute {name!r}")
    globals()[name] = value = getattr(hidden.module(_PLACES[name]), name)
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
