"""Answers that are recorded in one call, with all that is known of them.

Enters: the parts of an answer, as the user has them. Leaves: its id, at once, and one ``Answer``, finished on the
sender's thread. Never raises, never changes what it is given, and takes down no more than references and a copy of the
features on the user's thread.
"""

import time
from collections.abc import Iterable, Mapping
from typing import Any

from driftline.capture.answering.making import Passage, Uses, recorded, several
from driftline.capture.answering.mint import moment_of
from driftline.capture.answering.mint import process as minting
from driftline.capture.answering.taken import here
from driftline.capture.answering.values import settled, taken
from driftline.capture.ground import fault
from driftline.capture.runs import around
from driftline.capture.runs.around import current_run
from driftline.capture.runs.recording import Moment
from driftline.capture.sending import client
from driftline.capture.sending.client import process
from driftline.event.answer import Verdict
from driftline.event.lineage import Touched, Version

_now = time.time  # seconds: numbers of this size are compared faster than nanoseconds
_BARE: tuple[tuple[Passage, ...], Uses | None] = ((), None)  # no documents, and nothing that it stands on
_NONE: tuple[Passage, ...] = ()  # known by itself: what somebody gives may fail at being asked whether it is empty


def record_answer(
    endpoint: str,
    question: str = "",
    partition: str = "",
    at: Moment | None = None,
    uses: Mapping[str, Touched | Version | str] | None = None,
    retrieved: Iterable[Passage] = _NONE,
    features: Any = None,
    decision: str = "",
    text: str = "",
    score: float | None = None,
    money: float = 0.0,
    currency: str | None = None,
    verdict: Verdict | None = None,
    trace: str = "",
) -> str:
    """Record one answer in one call and return its id, ``""`` where Driftline is switched off.

    What is given is taken down as it is now; hashes and records are made of it later, on another thread. Give all but
    the endpoint by name: their places are no promise. (Python looks up the default of each argument that it takes by
    name alone, which is a tenth of what an answer costs.)

    Args:
        endpoint: name of the deployment, such as refund-desk.
        question: what was asked; only its hash is kept.
        partition: nominal slice that the answer belongs to.
        at: event time, for replays; default: that of the run around it, else the clock.
        retrieved: the documents, in order, as ``Answering.retrieved`` takes them.
        features: the values used: a mapping, a record, a row of a table, a table of one row, a sequence, an array.
        decision: the outcome as one word.
        text: what was said.
        score: of the model.
        money: what the answer pays out.
        currency: of the money; default ``settings.currency``.
        trace: W3C trace id.
        uses: role -> what the answer stands on, such as ``{"model": touched}``.
        verdict: what a guard has decided; None = none has.
    """
    owner = process.client or client.current()
    if owner is None:
        return ""
    try:
        if at is None and current_run.get() is None:
            moment: float = _now()
            begin, end, head = minting.held  # as ``spelt`` does it, without its two calls
            id_ = (head if begin <= moment < end else minting.head(moment)) + minting.next()
        else:
            id_, moment = moment_of(at)
        if features is not None:
            features = settled(features.copy()) if type(features) is dict else taken(features)
        read, said = _BARE if uses is None and retrieved is _NONE else _said(uses, retrieved)
        owner.sender.answer((recorded, 1, owner.settings, id_, moment, endpoint, partition, question, said, (),
            read, features, text, decision, score, money, currency, verdict, trace, "",
        ))  # fmt: skip
    except Exception as error:  # the fault rule: an answer that cannot be recorded is a counted loss
        fault.failed("answer", error)
        return ""
    return id_


def _said(uses: Any, retrieved: Iterable[Passage]) -> tuple[tuple[Passage, ...], Uses | None]:
    """Return the documents as they are now; and what an answer stands on, and what it takes to look up that later."""
    read = () if retrieved is _NONE else several(retrieved)
    if uses is None and not read:
        return _BARE
    held = uses.copy() if type(uses) is dict else _held(uses)
    return read, (held, (current_run.get() or around.process.run, time.time_ns()), here() if read else "")


def _held(uses: Any) -> Mapping[str, Any]:
    """Return a copy of what an answer stands on; nothing where it does not say in which roles."""
    return {} if uses is None else fault.attempt("answer", dict[str, Any], uses) or {}
