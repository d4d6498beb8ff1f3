"""Which moment people mean when they say "as of".

Enters: a time, microseconds, a run, a version of a dataset or a model, an answer. Leaves: microseconds since 1970.
A run stands for its end (while it has none, for its start), a version for when it came into being, an answer for when
it was given. Everything is event time. Never guesses between two that fit.
"""

import re
from datetime import date, datetime, time

from driftline import clock
from driftline.engine import named
from driftline.engine.house import House
from driftline.errors import Ambiguous, BadInput, NotFound
from driftline.event.lineage import Moment, Version

_MICROSECONDS = re.compile(r"\d{9,18}|0")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_LOST_PLUS = re.compile(r"(\d{4}-?\d\d-?\d\dT\S+) (\d\d(?::?\d\d)?)")  # in an address a plus is a space
_SHOWN = 3  # versions that a hint names
HINT = (
    "Write 2013-01-31, 2013-01-31T08:00:00Z, microseconds since 1970, run:ID, a version such as features@previous, "
    "or the id of an answer. In an address a plus is written %2B."
)


def resolve(house: House, said: Moment) -> int | None:
    """Return the moment that is meant; None for "now" (None or an empty text).

    Raises:
        BadInput: it is no moment at all, or a dataset without a version.
        NotFound: it names a run, a version or an answer that is not known.
        Ambiguous: it names several versions.
    """
    if isinstance(said, date):
        return clock.from_datetime(said if isinstance(said, datetime) else datetime.combine(said, time()))
    if isinstance(said, int):
        return said
    text = (said or "").strip()
    if not text:
        return None
    if _MICROSECONDS.fullmatch(text):
        return int(text)
    try:
        return clock.parse(_LOST_PLUS.sub(r"\1+\2", text))
    except ValueError:
        return _named(house, text)


def _named(house: House, text: str) -> int:
    if text.startswith("run:") and house.store.lineage.lookup(text) is not None:
        return _of_run(house, text)
    if text.startswith("answer:"):
        return _of_answer(house, text.removeprefix("answer:"))
    if _UUID.fullmatch(text):
        known = house.store.lineage.lookup(f"run:{text}") is not None
        return _of_run(house, f"run:{text}") if known else _of_answer(house, text)
    found = named.find(house, text)
    if not found and text.startswith("run:"):
        return _of_run(house, text)
    if not found and "#" in text:
        raise NotFound(f"version {text!r}", hint=_hint(house, text.partition("#")[0]))
    if not found:
        raise BadInput(f"{text!r} is not a moment", hint=HINT)
    if len(found) > 1:
        raise Ambiguous(f"{text!r} is {', '.join(found[:6])}")
    if found[0].startswith("run:"):  # by an end of its id
        return _of_run(house, found[0])
    return named.since(house, text) or _of_version(house, found[0])


def _of_run(house: House, node: str) -> int:
    run, _, attempt = node.removeprefix("run:").partition("#")
    if attempt and not attempt.isdigit():
        raise BadInput(f"{node!r}: an attempt is a number", hint="Write run:ID#2 for the second attempt.")
    shape = house.store.lineage.run(run, int(attempt) if attempt else -1)
    if shape is None:
        raise NotFound(f"run {node.removeprefix('run:')}", hint="A run is named by its OpenLineage run id.")
    if not shape.time_us:
        raise BadInput(f"nobody said when {node} ran", hint=HINT)
    return shape.time_us


def _of_answer(house: House, id_: str) -> int:
    answer = house.store.ledger.get(id_)
    if answer is None:
        hint = "'driftline why' without an id lists the newest answers; a run is written run:ID."
        raise NotFound(f"answer {id_}", hint=hint)
    return answer.time_us


def _of_version(house: House, node: str) -> int:
    known = house.store.lineage.lookup(node)
    if known is None or known.type != "VERSION" or known.dataset is None:
        raise BadInput(f"{node} is no moment: it lasts", hint=_hint(house, node))
    version = house.store.lineage.version(Version(known.dataset, known.version))
    if version is None:
        raise NotFound(node)
    return version.time_us


def _hint(house: House, text: str) -> str:
    """Return what to write instead: the newest versions of the dataset that was named, where there are any."""
    found = house.store.lineage.find(text)
    known = house.store.lineage.lookup(found[0]) if len(found) == 1 else None
    versions = named.newest(house, known.dataset, _SHOWN) if known is not None and known.dataset else []
    return f"Name one of its versions, such as {', '.join(version.node for version in versions)}." if versions else HINT
