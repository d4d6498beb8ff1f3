"""Answers: one prediction or generation each, with everything that it stood on, recorded exactly once.

Enters: a ``with`` block in which an answer is made, or one call with all that is known. Leaves: one ``Answer``
in the queue when the block ends, with the decision ``error`` if the block raised. While the block lasts its
draft is the current answer of the context, where a guard reads it and leaves its verdict. Never raises and
never changes what it is given.
"""

from collections.abc import Iterable, Mapping
from contextvars import Token
from types import TracebackType
from typing import Any, Self, cast

import xxhash

from driftline.capture import client, fault
from driftline.capture.pointer import version_of
from driftline.capture.run import Moment, moment_us, replayed
from driftline.event import ids
from driftline.event.answer import Answer, Retrieved, Source, Verdict
from driftline.event.current import Draft, current_answer
from driftline.event.lineage import Touched, Version

_ALLOW = Verdict()
Value = float | int | str | bool | None
_FEATURE_LENGTH = 200  # characters of a text feature that are kept


class Answering:
    """An answer in the making, as ``driftline.answer`` returns it; use it as a context manager."""

    __slots__ = (
        "_client",
        "_currency",
        "_over",
        "_partition",
        "_question",
        "_time_us",
        "_token",
        "_trace",
        "draft",
        "id",
    )

    def __init__(
        self, endpoint: str, question: str, partition: str, at: Moment | None, currency: str | None, trace: str
    ) -> None:
        self.draft = Draft(endpoint=endpoint)
        self.id = ""
        self._client = client.current()
        self._over = False
        self._token: Token[Draft | None] | None = None
        self._partition = partition
        self._question = ""
        self._trace = trace
        self._currency = currency or ""
        self._time_us = 0
        if self._client is not None:
            fault.attempt("answer", self._begin, question, at)

    def _begin(self, question: str, at: Moment | None) -> None:
        self._time_us = moment_us(replayed() if at is None else at)
        self.id = ids.uuid7(self._time_us)
        self._question = f"xxh3:{xxhash.xxh3_64_hexdigest(str(question).encode())}" if question else ""

    @property
    def verdict(self) -> Verdict | None:
        """What a guard has decided; None as long as none has."""
        return self.draft.verdict

    @property
    def text(self) -> str:
        """What is said."""
        return self.draft.text

    @text.setter
    def text(self, text: str) -> None:
        self.draft.text = text

    def uses(self, role: str, given: Touched | Version | str, version: str = "") -> None:
        """Say that the answer stands on a version.

        Args:
            role: the part it plays: model, prompt, index, features, documents or another word.
            given: what ``read`` or ``write`` returned, a version, or the name of a dataset.
            version: of the dataset, where ``given`` is a name.
        """
        if self._client is not None:
            found = fault.attempt("answer", version_of, given, version)
            if found is not None:
                self.draft.sources.append(Source(role, found))

    def retrieved(self, *documents: Retrieved | str, text: Iterable[str] = ()) -> None:
        """Say which documents were retrieved, in order.

        Args:
            documents: records with the content hash, or the texts themselves, which are hashed; guards see them.
            text: the texts of the records, for guards to read; never stored.
        """
        if self._client is not None:
            fault.attempt("answer", self._retrieve, documents, text)

    def _retrieve(self, documents: Iterable[Retrieved | str], text: Iterable[str]) -> None:
        for document in documents:
            if isinstance(document, str):
                self.draft.documents.append(Retrieved(f"xxh3:{xxhash.xxh3_64_hexdigest(document.encode())}"))
                self.draft.passages.append(document)
            else:
                self.draft.documents.append(document)
        self.draft.passages.extend(text)

    def features(self, **values: Any) -> None:
        """Say which values were used; numbers, texts, booleans and None are kept, others as text."""
        if self._client is not None:
            fault.attempt("answer", lambda: self.draft.features.update(plain(values)))

    def decide(
        self,
        decision: str,
        *,
        money: float | None = None,
        text: str | None = None,
        score: float | None = None,
    ) -> None:
        """Say what the outcome is.

        Args:
            decision: one word, such as refund or deny.
            money: what the answer pays out, in its currency.
            text: what is said.
            score: of the model.
        """
        draft = self.draft
        draft.decision = decision
        if money is not None:
            draft.money = money
        if text is not None:
            draft.text = text
        if score is not None:
            draft.score = score

    def __enter__(self) -> Self:
        if self._client is not None:
            self._token = current_answer.set(self.draft)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._client is None or self._over:
            return
        self._over = True
        if self._token is not None:
            try:
                current_answer.reset(self._token)
            except ValueError:  # the block ends in another context than it began in, as generators may
                if current_answer.get() is self.draft:
                    current_answer.set(None)
        if error is not None:
            self.draft.decision = "error"
        try:
            self._client.answer(self._answer())
        except Exception as failure:  # the fault rule: an answer that cannot be recorded is a counted loss
            fault.failed("answer", failure)

    def _answer(self) -> Answer:
        draft = self.draft
        assert self._client is not None
        return Answer(
            id=self.id,
            time_us=self._time_us,
            endpoint=str(draft.endpoint),
            partition=str(self._partition),
            sources=tuple(draft.sources),
            documents=tuple(draft.documents),
            features=draft.features,
            question=self._question,
            text=str(draft.text),
            decision=str(draft.decision),
            score=None if draft.score is None else float(draft.score),
            money=float(draft.money),
            currency=self._currency or self._client.settings.currency,
            verdict=draft.verdict or _ALLOW,
            trace=self._trace,
        )


def answer(
    endpoint: str,
    *,
    question: str = "",
    partition: str = "",
    at: Moment | None = None,
    currency: str | None = None,
    trace: str = "",
) -> Answering:
    """Return an answer in the making, to be used in a ``with`` statement; it is recorded when the block ends.

    Args:
        endpoint: name of the deployment, such as refund-desk.
        question: what was asked; only its hash is kept.
        partition: nominal slice that the answer belongs to, such as 2013-01-31.
        at: event time (a datetime, or microseconds since 1970 UTC), for replays; default: that of the run around it,
            else the clock.
        currency: of the money; default ``settings.currency``.
        trace: W3C trace id.
    """
    return Answering(endpoint, question, partition, at, currency, trace)


def record_answer(
    endpoint: str,
    *,
    question: str = "",
    partition: str = "",
    at: Moment | None = None,
    uses: Mapping[str, Touched | Version | str] | None = None,
    retrieved: Iterable[Retrieved | str] = (),
    features: Mapping[str, Any] | None = None,
    decision: str = "",
    text: str = "",
    score: float | None = None,
    money: float = 0.0,
    currency: str | None = None,
    verdict: Verdict | None = None,
    trace: str = "",
) -> str:
    """Record one answer in one call and return its id, ``""`` where Driftline is switched off.

    Args:
        endpoint: name of the deployment, such as refund-desk.
        question: what was asked; only its hash is kept.
        partition: nominal slice that the answer belongs to.
        at: event time, for replays; default: the clock.
        retrieved: the documents, in order, as records or as texts to be hashed.
        features: the values used.
        decision: the outcome as one word.
        text: what was said.
        score: of the model.
        money: what the answer pays out.
        currency: of the money; default ``settings.currency``.
        trace: W3C trace id.
        uses: role -> what the answer stands on, such as ``{"model": touched}``.
        verdict: what a guard has decided; None = none has.
    """
    made = Answering(endpoint, question, partition, at, currency, trace)
    for role, given in (uses or {}).items():
        made.uses(role, given)
    made.retrieved(*retrieved)
    made.features(**{str(name): value for name, value in (features or {}).items()})
    made.decide(decision, money=money, text=text, score=score)
    made.draft.verdict = verdict
    made.__exit__(None, None, None)
    return made.id


def plain(values: Mapping[str, Any]) -> dict[str, Value]:
    """Return ``values`` with numpy scalars as Python ones and everything that is no scalar as short text."""
    found: dict[str, Value] = {}
    for name, value in values.items():
        if value is None or type(value) in (float, int, bool):
            found[name] = value
        elif isinstance(value, str):
            found[name] = value[:_FEATURE_LENGTH]
        elif hasattr(value, "item") and getattr(value, "ndim", 0) == 0:
            found[name] = cast("Value", value.item())
        else:
            found[name] = str(value)[:_FEATURE_LENGTH]
    return found
