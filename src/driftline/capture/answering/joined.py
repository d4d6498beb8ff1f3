"""Spans that belong together, made into an answer, or added to one that is in the making.

Enters: the spans of an answer, and what the user says that every answer stands on. Leaves: an ``Answer``, made on the
sender's thread, or more of what an answer in the making says. What the user or the code says itself wins.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from driftline.capture.answering import dialects, sifted, taken
from driftline.capture.answering.answers import Answering
from driftline.capture.answering.dialects import Ended, Span
from driftline.capture.answering.making import Noted, finish
from driftline.capture.answering.united import United, same_call, tells_of, united
from driftline.capture.answering.values import clean
from driftline.capture.ground import fault
from driftline.capture.runs.pointer import Then, in_use_then, then
from driftline.config import Settings
from driftline.event import ids
from driftline.event.answer import Answer, Source
from driftline.event.current import Draft

LATELY = 8  # calls that an answer in the making remembers, since another instrumentation may tell of them, too


class Heard:
    """The spans of an answer until it is made; another instrumentation may tell of it, too."""

    __slots__ = ("__weakref__", "found", "made", "perhaps", "root")

    def __init__(self, root: Ended, found: Sequence[Ended], perhaps: Sequence[Ended] = ()) -> None:
        self.root, self.found, self.perhaps = root, [*found], perhaps
        self.made = False


def made(settings: Settings, endpoint: str, uses: Mapping[str, Any], asked: Then, heard: Heard) -> list[Answer]:
    """Return the answer; on the sender's thread. The same spans make the same answer with the same id."""
    heard.made = True  # what comes now comes too late
    root = heard.root
    one = fault.attempt("otel", united, [ended.span for ended in heard.found])
    if one is None:
        return []
    more = fault.attempt("otel", united, [ended.span for ended in heard.perhaps]) or United()
    perhaps = [document for document in more.documents if document not in one.documents]
    read = [*one.documents, *perhaps]
    if taken.is_sought(read):
        read = fault.attempt("otel", taken.placed, read, asked) or read
    seed = bytes.fromhex(ids.digest(root.trace, root.id))
    moment = root.span.start_us
    given = _given(uses, asked)
    roles = {source.role for source in given}
    sources = [source for source in (*one.models, *one.prompts, *one.indexes) if source.role not in roles]
    decision = "error" if one.failed else ""
    noted = Noted(
        settings, ids.uuid7(moment, lambda size: seed[:size]), moment, endpoint or one.name or root.span.name, "",
        one.question, None, (*given, *sources), tuple(read), None, one.text, decision, None, 0.0,
        "", None, root.trace, root.id, one.tools, one.tokens, perhaps=len(perhaps),
    )  # fmt: skip
    return [finish(noted)]


def _given(uses: Mapping[str, Any], asked: Then) -> list[Source]:
    found = {role: fault.attempt("otel", in_use_then, given, asked) for role, given in uses.items()}
    return [Source(role, version) for role, version in found.items() if version is not None]


def _fresh(answer: Answering, found: Sequence[Span]) -> United:
    """Return what spans say together, without the calls that the answer has heard of from another instrumentation."""
    calls = [span for span in found if dialects.kind_of(span) == "model"]
    again = [span for span in calls if any(same_call(told, span) or tells_of(span, told) for told in answer.told)]
    answer.told = (*answer.told, *calls)[-LATELY:]
    one = united(found)
    if not again:
        return one
    if len(again) == len(calls):  # what is said around them is of the same ones
        return one._replace(models=(), tokens=(0, 0))
    rest = united([span for span in found if not any(span is known for known in again)])
    return one._replace(models=rest.models, tokens=rest.tokens)


def add(
    answer: Answering, draft: Draft, root: Ended, found: Sequence[Span], uses: Mapping[str, Any], *, said: bool = True
) -> None:
    """Add what spans say to an answer in the making, where that does not say it itself; not ``said``: but no text."""
    one = _fresh(answer, found)
    roles = {source.role for source in draft.sources}
    given = _given(uses, then())
    roles |= {source.role for source in given}
    draft.sources += [source for source in given if source not in draft.sources]
    for source in (*one.models, *one.prompts, *one.indexes):
        if source.role not in roles and source not in draft.sources:
            draft.sources.append(source)
    held = {(known.content, known.document) for known in draft.documents}
    fresh = [document for document in one.documents if (document.content, document.document) not in held]
    draft.documents += fresh
    answer.seek(fresh)
    draft.passages += [text for text in one.passages if text not in draft.passages]
    if one.sifts:
        _sift(draft, one)
    draft.text = draft.text or (one.text if said else "")
    answer.question = answer.question or one.question
    answer.tools += one.tools
    answer.tokens = (answer.tokens[0] + one.tokens[0], answer.tokens[1] + one.tokens[1])
    answer.trace, answer.span = answer.trace or root.trace, answer.span or root.id


def _sift(draft: Draft, one: United) -> None:
    """Leave out of an answer in the making what it has read no more, though it was retrieved by an earlier span."""
    before = {document.content for document in draft.documents}
    for sifts in one.sifts:
        known = {document.document: document for document in (*draft.documents, *one.documents) if document.content}
        draft.documents = sifted.left(draft.documents, known, sifts)
    unread = before - {document.content for document in draft.documents}
    draft.passages = [text for text in draft.passages if ids.text(clean(text)) not in unread]
