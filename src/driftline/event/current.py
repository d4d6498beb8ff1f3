"""The answer that is being made right now, where both capture and guard can see it.

Capture opens a draft in the context variable ``current_answer`` and fills it; a guard reads it, judges it and leaves
its verdict there; capture then records the result. A draft is the one mutable record of the vocabulary: it lives within
one answer only and is never stored or sent itself. It follows threads' and tasks' contexts as ``contextvars`` does.
"""

from contextvars import ContextVar
from typing import Any

import msgspec

from driftline.event.answer import Retrieved, Source, Verdict


class Draft(msgspec.Struct, kw_only=True):
    """An answer in the making; the fields mean what they mean in ``Answer``."""

    endpoint: str = ""
    sources: list[Source] = []
    documents: list[Retrieved] = []
    passages: list[str] = []  # texts of the documents, for guards to read; never stored
    features: dict[str, float | int | str | bool | None] = {}
    decision: str = ""
    money: float = 0.0
    score: float | None = None
    text: str = ""
    verdict: Verdict | None = None  # None = no guard has judged it
    owner: Any = None  # what fills it: the answer in the making, as capture gave it to the user


current_answer: ContextVar[Draft | None] = ContextVar("driftline_current_answer", default=None)
