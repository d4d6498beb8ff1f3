"""Answers are finished here, on the sender's thread: hashed, cut and made into records.

Enters: what the user's thread took down, untouched: names, values, texts. Leaves: one ``Answer``, with as much of its
values and its text as the settings allow; ids and hashes are always there. A part that cannot be made is a counted
failure, and the answer is kept without it. Never runs on the user's thread while the queue has room.
"""

import math
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import msgspec
import xxhash

from driftline.capture.answering import taken
from driftline.capture.answering.mint import microseconds
from driftline.capture.answering.values import Value, clean, short, values_of
from driftline.capture.ground import fault
from driftline.capture.runs import documents
from driftline.capture.runs.pointer import Then, in_use_then
from driftline.config import Settings
from driftline.event import ids
from driftline.event.answer import Answer, Retrieved, Source, Verdict
from driftline.event.lineage import Dataset, Touched, Version

Passage = Any  # a document, as it is given: a record, a text, a mapping, a pair with a score, an object of a framework
Uses = tuple[Mapping[str, Touched | Version | str], Then, str]  # role -> what it stands on, said then, in that folder
_ALLOW = Verdict()
_SHARE = 2.0**64
_json = msgspec.json.Encoder(order="sorted")


class Noted(NamedTuple):
    """What the user's thread took down of an answer."""

    settings: Settings
    id: str
    time_us: int
    endpoint: Any
    partition: Any
    question: Any  # text, hashed here
    uses: Uses | None
    sources: Iterable[Source]
    retrieved: Iterable[Passage]
    features: Mapping[Any, Any] | None
    text: Any
    decision: Any
    score: Any
    money: Any
    currency: Any
    verdict: Any
    trace: Any
    span: str
    tools: Iterable[str] = ()
    tokens: tuple[int, int] = (0, 0)
    text_hash: str = ""  # where the text itself was not taken down
    perhaps: int = 0  # how many of the documents, the last ones, it may not stand on


def finish(noted: Noted) -> Answer:
    """Return the answer."""
    settings = noted.settings
    values = values_of(noted.features) if noted.features else {}
    said, question = text_of(noted.text), text_of(noted.question)
    whole = getattr(noted.text, "whole", "") if isinstance(noted.text, str) else ""
    kept = settings.answer_share >= 1.0 or xxhash.xxh3_64_intdigest(noted.id.encode()) < settings.answer_share * _SHARE
    return Answer(
        id=noted.id,
        time_us=noted.time_us,
        endpoint=text_of(noted.endpoint),
        partition=text_of(noted.partition),
        sources=tuple(dict.fromkeys(_source(one) for one in (*_sources(noted.uses), *noted.sources))),
        documents=tuple(_documents(noted)),
        features=short(values) if kept and settings.answer_features == "values" else {},
        features_hash=of_features(values) if values else "",
        question=ids.text(question) if question else "",
        text=said if kept and settings.answer_text == "text" else "",
        text_hash=whole or (ids.text(said) if said else noted.text_hash),
        decision=text_of(noted.decision),
        score=number_of(noted.score),
        money=number_of(noted.money) or 0.0,
        currency=text_of(noted.currency) or settings.currency,
        verdict=noted.verdict if isinstance(noted.verdict, Verdict) else _ALLOW,
        trace=text_of(noted.trace),
        span=text_of(noted.span),
        tools=tuple(map(text_of, noted.tools)),
        tokens_in=noted.tokens[0],
        tokens_out=noted.tokens[1],
        perhaps=noted.perhaps,
    )


def recorded(settings: Settings, id_: str, moment: float, *noted: Any) -> Answer:
    """Return the answer, of what ``Noted`` holds in its order, but for its moment: seconds, or whole microseconds."""
    time_us = moment if isinstance(moment, int) else microseconds(moment)
    return finish(Noted(settings, id_, time_us, *noted))


def document(given: Passage, folder: str | None = None) -> Retrieved:
    """Return a document by its content hash, with its fields as the types say; ``folder`` as ``taken_from`` takes it.

    Raises:
        TypeError: it is no document in any of the forms that ``documents.found`` knows, and no record.
    """
    if isinstance(given, str):
        return Retrieved(ids.text(clean(given)))
    if not isinstance(given, Retrieved):
        found = described(given, folder)
        if found is None:
            kind = type(given).__name__
            raise TypeError(f"a document has a text, an id or a source; this one has none of them: {kind}")
        return found[0]
    if type(given.score) is float and math.isfinite(given.score) and _spelt(given.content, given.document):
        return given
    return Retrieved(text_of(given.content), text_of(given.document), number_of(given.score) or 0.0, given.source)


def described(given: Passage, folder: str | None = None) -> tuple[Retrieved, str] | None:
    """Return the record and the text of a document in a form that ``documents.found`` knows; None of anything else.

    ``folder`` is what ``taken_from`` takes.
    """
    found = documents.found(given)
    if found is None:
        return None
    said, name, score = found
    source = fault.attempt("answer", documents.taken_from, given, folder)
    return Retrieved(ids.text(clean(said)) if said else "", clean(name), number_of(score) or 0.0, source), said


def several(given: Iterable[Passage] | Passage) -> tuple[Passage, ...]:
    """Return documents as they are now; one that is given alone is one document, and no list of its letters or keys."""
    if given is None or (type(given) is str and not given):
        return ()
    if isinstance(given, str | Mapping | Retrieved):
        return (given,)
    return fault.attempt("answer", tuple, given) or ()


def passage(given: Passage) -> str:
    """Return the text of a document, for guards to read; ``""`` where only its hash or its name is given."""
    if isinstance(given, str):
        return given
    found = None if isinstance(given, Retrieved) else documents.found(given)
    return found[0] if found is not None else ""


def _source(given: Source) -> Source:
    """Return a source with texts wherever its types say so."""
    version = given.version
    dataset = version.dataset
    if _spelt(given.role, dataset.namespace, dataset.name, version.version):
        return given
    named = Dataset(text_of(dataset.namespace), text_of(dataset.name))
    return Source(text_of(given.role), Version(named, text_of(version.version)))


def _spelt(*texts: Any) -> bool:
    """Whether all of them are texts that can be kept as they are."""
    return all(type(text) is str and text.isascii() for text in texts)


def text_of(value: Any) -> str:
    """Return a value as text; what cannot be shown is a counted failure, and no text."""
    if type(value) is str:
        return clean(value)
    return "" if value is None else fault.attempt("answer", lambda: clean(str(value))) or ""


def number_of(value: Any) -> float | None:
    """Return a value as a finite number; None where it is none: JSON has no word for the others."""
    if value is None:
        return None
    number = value if type(value) is float else fault.attempt("answer", float, value)
    return number if number is not None and math.isfinite(number) else None


def of_features(values: Mapping[str, Value]) -> str:
    """Return the hash over names and values in full, whatever their order."""
    text = _json.encode(values)
    if b"null" in text:  # JSON has no word for what is no number; none of the values is a list otherwise
        odd = {name: [str(one)] for name, one in values.items() if type(one) is float and not math.isfinite(one)}
        text = _json.encode({**values, **odd}) if odd else text
    return f"xxh3:{xxhash.xxh3_64_hexdigest(text)}"


def _documents(noted: Noted) -> list[Retrieved]:
    """Return the documents, with the versions of what they were taken from where the run then knew them."""
    _, said, folder = noted.uses or (None, None, None)
    left = taken.left(folder)
    found = [one for given in noted.retrieved if (one := fault.attempt("answer", document, given, left))]
    if said is None or not taken.is_sought(found):
        return found
    return fault.attempt("answer", taken.placed, found, said) or found


def _sources(uses: Uses | None) -> list[Source]:
    found: list[Source] = []
    if uses is None:
        return found
    for role, given in uses[0].items():
        version = fault.attempt("answer", in_use_then, given, uses[1])
        if version is not None:
            found.append(Source(role, version))
    return found
