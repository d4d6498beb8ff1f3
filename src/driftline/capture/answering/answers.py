"""Answers in the making: one prediction or generation each, with everything that it stood on, recorded exactly once.

Enters: a ``with`` block or a function in which an answer is made. Leaves: one ``Answer``, finished on the sender's
thread, when the block or the function ends, with the decision ``error`` if it raised. While it lasts its draft is the
current answer of the context, where a guard reads it and leaves its verdict. Never raises, never changes what it is
given, and takes down no more than references on the user's thread.
"""

import itertools
import time
from collections.abc import Callable, Iterable, Mapping
from contextvars import Token
from types import MappingProxyType, TracebackType
from typing import Any, Self, TypeVar, cast

import msgspec

from driftline.capture.answering import (
    answered,
    forked,  # noqa: F401 - it looks after answers in the making when the process forks
    making,
    taken,
)
from driftline.capture.answering.making import Noted, Passage, finish
from driftline.capture.answering.mint import moment_of, spelt
from driftline.capture.answering.mint import process as minting
from driftline.capture.answering.values import kept, settled, values_of
from driftline.capture.answering.values import taken as features_taken
from driftline.capture.ground import calls, fault
from driftline.capture.runs import around
from driftline.capture.runs.around import current_run
from driftline.capture.runs.pointer import Then, in_use, in_use_then, then
from driftline.capture.runs.recording import Moment
from driftline.capture.sending import client
from driftline.capture.sending.client import process
from driftline.event.answer import Answer, Retrieved, Source, Verdict
from driftline.event.current import Draft
from driftline.event.current import current_answer as current_answer_var
from driftline.event.lineage import Touched, Version

_NONE: Mapping[str, Any] = MappingProxyType({})
_now = time.time_ns
F = TypeVar("F", bound=Callable[..., Any])


class Answering(msgspec.Struct, eq=False):
    """An answer in the making, as ``driftline.answer`` returns it; use it as a context manager or as a decorator.

    Where the process forks meanwhile it is recorded by the parent, which began it and may have given its id away, since
    one question has one answer: in the child it has the same id and is over.
    """

    draft: Draft
    _question: str
    _partition: str
    _currency: str | None
    trace: str
    _client: client.Client | None
    _moment_ns: int  # nanoseconds since 1970
    _digits: str  # with which the id ends
    _id: str = ""
    span: str = ""
    tools: tuple[str, ...] = ()
    tokens: tuple[int, int] = (0, 0)
    text_hash: str = ""  # of what was said, where the text itself is not at hand
    told: tuple[Any, ...] = ()  # calls of models that spans have told of lately
    streams: tuple[int, ...] = ()  # spans in which something was said when those around them were over
    later: tuple[tuple[Source, Any, Then], ...] = ()  # sources whose version is known once a large file was read
    sought: Then | None = None  # when documents last said what they were taken from, but not in which version
    holds: Callable[["Answering", Draft], bool] | None = None  # keeps it until these are over
    _over: bool = False
    _token: Token[Draft | None] | None = None
    _copied: bool = False  # into a forked child, from the process that records it

    def __repr__(self) -> str:
        return f"<answer of {self.draft.endpoint}>"

    @property
    def id(self) -> str:
        """The id that it has in the ledger; ``""`` where Driftline is switched off."""
        if not self._id and self._client is not None:
            self._id = fault.attempt("answer", spelt, self._moment_ns // 1000, self._digits) or ""
        return self._id

    @property
    def verdict(self) -> Verdict | None:
        """What a guard has decided; None as long as none has."""
        return self.draft.verdict

    @property
    def over(self) -> bool:
        """Whether it has been recorded; what is said afterwards is not part of it."""
        return self._over

    @property
    def text(self) -> str:
        """What is said."""
        return self.draft.text

    @text.setter
    def text(self, text: str) -> None:
        self.draft.text = text

    @property
    def question(self) -> str:
        """What was asked; only its hash is kept."""
        return self._question

    @question.setter
    def question(self, question: str) -> None:
        if not self._over:
            self._question = question

    def uses(self, role: str, given: Touched | Version | str, version: str = "") -> None:
        """Say that the answer stands on a version.

        Args:
            role: the part it plays: model, prompt, index, features, documents or another word.
            given: what ``read`` or ``write`` returned, a version, or the name of a dataset.
            version: of the dataset, where ``given`` is a name.
        """
        if self._client is None or self._over:
            return
        try:
            if type(given) is Touched and not version:
                known = Version(given.dataset, given.version)
            else:
                known = in_use(given, version)
            source = Source(role, known)
            if not known.version:
                self.later += ((source, given, then()),)
            self.draft.sources.append(source)
        except Exception as error:  # the fault rule: what is no version is a counted loss
            fault.failed("answer", error)

    def retrieved(self, *documents: Passage, text: Iterable[str] = ()) -> None:
        """Say which documents were retrieved, in order.

        Args:
            documents: records with the content hash; texts, mappings with text, id and source, objects of frameworks,
                and pairs of one of them and a score, which are hashed; or lists of them.
            text: the texts of the records, for guards to read; never stored.
        """
        if self._client is not None and not self._over:
            fault.attempt("answer", self._retrieve, documents, text)

    def _retrieve(self, documents: Iterable[Passage], text: Iterable[str]) -> None:
        held = {one.content for one in self.draft.documents}  # a retriever may have taken it already
        fresh: list[Retrieved] = []
        for given in itertools.chain.from_iterable(one if type(one) is list else (one,) for one in documents):
            known = fault.attempt("answer", making.document, given)
            if not isinstance(given, Retrieved) and known is not None and known.content in held:
                continue
            if known is not None:
                fresh.append(known)
            if said := making.passage(given):
                self.draft.passages.append(said)
        self.draft.passages.extend(text)
        self.draft.documents += fresh
        self.seek(fresh)

    def seek(self, documents: Iterable[Retrieved]) -> None:
        """Have the versions of what documents were taken from looked up when it is made, as they are now."""
        if taken.is_sought(documents):
            self.sought = then()

    def features(self, given: Any = None, /, **values: Any) -> None:
        """Say which values were used; numbers, texts, booleans and None are kept, others as text.

        Args:
            given: a mapping, a record, a row or a sequence of values, as ``record_answer`` takes them.
            values: the values by name; they go before those in ``given``.
        """
        if self._client is None or self._over:
            return
        try:
            values = settled(values) if given is None else {**features_taken(given), **settled(values)}
        except Exception as error:  # the fault rule: what cannot be read is a counted loss
            fault.failed("answer", error)
            return
        draft = self.draft
        if draft.features:
            draft.features.update(values)
        else:
            draft.features = values  # which nobody else has

    def settle(self) -> None:
        """Have the features as they are kept, for a guard that reads them: plain numbers, texts, booleans and None."""
        features = self.draft.features
        if not kept(features):
            self.draft.features = fault.attempt("answer", values_of, features) or {}

    def called(self, *tools: str) -> None:
        """Say which tools were called, in order, by their names."""
        if not self._over:
            self.tools += fault.attempt("answer", lambda: tuple(map(str, tools))) or ()

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

    def __call__(self, function: F) -> F:
        """Return ``function`` with every call of it recorded as an answer; see ``driftline.answer``."""
        endpoint, question, partition = self.draft.endpoint, self._question, self._partition
        currency, trace = self._currency, self.trace
        names = fault.attempt("answer", answered.names_of, function) or ()

        def opened(args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> answered.Answered | None:
            made = answer(endpoint, question=question, partition=partition, currency=currency, trace=trace)
            return answered.begun(made, args, kwargs, names)

        made = fault.attempt("answer", lambda: calls.wrap(function, opened, lazily=True))
        return function if made is None else cast("F", made)

    @property
    def outer(self) -> Any:
        """The draft of the answer around this one; no draft where there is none."""
        return self._token and self._token.old_value

    def stays_behind(self) -> None:
        """Be the copy, in a forked child, of an answer that its parent records."""
        self._over = self._copied = True

    def leads_nowhere(self) -> None:
        """Be an answer that is not recorded."""
        self._id, self._client = "", None

    def begin(self) -> None:
        """Become the current answer of this context; ``with`` does this."""
        if self._client is not None:
            self._token = current_answer_var.set(self.draft)

    def suspend(self) -> None:
        """Let the former answer of this context be current again."""
        token = self._token
        if token is None:
            return
        self._token = None
        try:
            current_answer_var.reset(token)
        except ValueError:
            self._elsewhere()

    def _elsewhere(self) -> None:
        """End in another context than it began in, as generators may."""
        if current_answer_var.get() is self.draft:
            current_answer_var.set(None)

    def finish(self, error: BaseException | None) -> None:
        """Record the answer, once."""
        self.__exit__(None, error, None)

    def noted(self, draft: Draft) -> Noted:
        """Return what was taken down when it was over."""
        assert self._client is not None
        return Noted(
            self._client.settings, self.id, self._moment_ns // 1000, draft.endpoint, self._partition, self._question,
            None, draft.sources, draft.documents, draft.features, draft.text, draft.decision, draft.score, draft.money,
            self._currency, draft.verdict, self.trace, self.span, self.tools, self.tokens, self.text_hash,
        )  # fmt: skip

    def __enter__(self) -> Self:
        if self._over and not self._copied:
            said = "is over, and not recorded once more: with driftline.answer(...) makes a new one each time"
            fault.tell("answer over", f"an answer of {self.draft.endpoint} {said}")
        if self._client is not None:
            self._token = current_answer_var.set(self.draft)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        token = self._token
        if token is not None:
            self._token = None
            try:
                current_answer_var.reset(token)
            except ValueError:
                self._elsewhere()
        owner = self._client
        if owner is None or self._over:
            if self._copied:
                fault.tell("forked", f"the answer of {self.draft.endpoint} is recorded by the process that began it")
            return
        self._over = True
        draft: Any = self.draft
        if error is not None:
            draft.decision = "error"
        try:  # what was collected goes with the copy; whoever still has the draft adds to nothing
            collected = draft.__copy__()
            draft.sources = draft.documents = ()
            draft.features = _NONE
            draft.owner = None  # it is over for code that still has it as its current answer
            holds, self.holds = self.holds, None
            failed = (
                type(draft.decision) is str and draft.decision == "error"
            )  # whoever would have read the stream may be gone
            if holds is None or failed or not fault.attempt("otel", holds, self, collected):
                owner.sender.answer(finished(self, collected))
        except Exception as failure:  # the fault rule: an answer that cannot be recorded is a counted loss
            fault.failed("answer", failure)


def answer(
    endpoint: str,
    *,
    question: str = "",
    partition: str = "",
    at: Moment | None = None,
    currency: str | None = None,
    trace: str = "",
) -> Answering:
    """Return an answer in the making: a context manager, recorded when the block ends, and a decorator.

    As a decorator it makes every call of a function one answer (``@driftline.answer("refund-desk")``; functions,
    coroutine functions, generators): the question is the text argument of such a name (question, query, prompt,
    message, input), else such a field of an argument, else the first text, and what it returns or yields is what was
    said, unless the function says otherwise through ``driftline.current_answer()``. Of a mapping or a record, ``text``,
    ``decision``, ``money`` and ``score`` are taken.

    Args:
        endpoint: name of the deployment, such as refund-desk.
        question: what was asked; only its hash is kept.
        partition: nominal slice that the answer belongs to, such as 2013-01-31.
        at: event time (a datetime, a date such as 2026-01-31, or microseconds since 1970 UTC), for replays; default:
            that of the run around it, else the clock. Not for decorators.
        currency: of the money; default ``settings.currency``.
        trace: W3C trace id.
    """
    owner = process.client or client.current()
    draft = Draft(endpoint=endpoint)
    if owner is None:
        return Answering(draft, question, partition, currency, trace, None, 0, "")
    if at is None and current_run.get() is None and around.process.run is None:
        made = Answering(draft, question, partition, currency, trace, owner, _now(), minting.next())
    else:
        try:
            id_, moment = moment_of(at)
            made = Answering(draft, question, partition, currency, trace, owner, moment * 1000, "", id_)
        except Exception as error:  # the fault rule: without an id there is no answer, and the user goes on
            fault.failed("answer", error)
            return Answering(draft, question, partition, currency, trace, None, 0, "")
    draft.owner = made
    return made


def current_answer() -> Answering | None:
    """Return the answer that is being made in this context, so that any code below can add to it; None = none is."""
    draft = current_answer_var.get()
    owner = draft and draft.owner
    return owner if isinstance(owner, Answering) else None


def finished(answering: Answering, collected: Draft) -> tuple[Any, ...]:
    """Return what makes the answer when its turn comes."""
    return _finished, 1, answering, collected


def _finished(answering: Answering, collected: Draft) -> Answer:
    for source, given, asked in answering.later:
        known = fault.attempt("answer", in_use_then, given, asked)
        if known is not None:
            collected.sources = [Source(one.role, known) if one == source else one for one in collected.sources]
    if answering.sought is not None:
        placed = fault.attempt("answer", taken.placed, collected.documents, answering.sought)
        collected.documents = collected.documents if placed is None else placed
    return finish(answering.noted(collected))
