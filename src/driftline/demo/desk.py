"""The refund desk: reads the policy, looks the flight up, decides, answers.

Enters: a claim and what is on the desk's shelf (features of the day, index, model, prompt). Leaves: a reply with the
money. The desk knows no threshold of its own: it reads the numbers out of the passages that the index gives it, so a
wrong index makes wrong decisions. It is guarded by ``refund-desk.guard.yaml``; what the guard holds back goes to a
person.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime
from importlib import resources
from typing import Any

import msgspec

import driftline
from driftline.demo import wording
from driftline.demo.claims import Claim
from driftline.demo.corpus import Index, Passage
from driftline.demo.reply import Reply
from driftline.event.answer import Retrieved
from driftline.event.lineage import Touched

ENDPOINT = "refund-desk"
POLICY = str(resources.files("driftline.demo").joinpath("refund-desk.guard.yaml"))
LIKELY = 0.5  # probability from which a flight without an arrival record is taken to have been late

ELIGIBILITY = "compensation eligible late arrival minutes after the scheduled arrival"
AMOUNTS = "compensation amount by distance miles and delay"
NO_RECORD = "goodwill payment when no record of the flight is found"
CANCELLATION = "compensation fixed sum for a cancelled flight"


class Shelf(msgspec.Struct):
    """What the desk works with on one day, and the versions of it."""

    day: date
    rows: Mapping[str, Mapping[str, Any]]  # feature row by flight key
    scores: Mapping[str, float]  # the model's probability by flight key
    index: Index
    features: Touched
    indexed: Touched
    model: Touched
    prompt: Touched
    template: str


class Terms(msgspec.Struct, frozen=True):
    """The policy's numbers, as read from its words."""

    threshold: int
    long: int
    tiers: tuple[tuple[float, float, float], ...]  # up to miles, amount, amount for a long delay
    cancelled: float
    goodwill: float


def read_terms(index: Index) -> Terms:
    """Read the numbers out of the passages that the index finds."""
    amounts = _text(index, AMOUNTS)
    tiers = [
        (float(miles), float(short), float(long))
        for miles, short, long in re.findall(r"Up to (\d+) miles: (\d+) dollars, or (\d+) dollars", amounts)
    ]
    beyond = re.search(r"Beyond that distance: (\d+) dollars, or (\d+) dollars", amounts)
    if beyond:
        tiers.append((float("inf"), float(beyond[1]), float(beyond[2])))
    return Terms(
        threshold=int(_number(_text(index, ELIGIBILITY), r"more than (\d+) minutes")),
        long=int(_number(amounts, r"more than (\d+) minutes")),
        tiers=tuple(tiers),
        cancelled=_number(_text(index, CANCELLATION), r"(\d+) dollars"),
        goodwill=_number(_text(index, NO_RECORD), r"(\d+) dollars"),
    )


def amount(terms: Terms, distance: float, minutes: float) -> float:
    """Return what a late arrival pays by distance (miles) and delay (minutes)."""
    fitting = [tier for tier in terms.tiers if distance <= tier[0]]
    if not fitting:
        raise LookupError(f"the policy names no amount for {distance} miles")
    _, short, long = fitting[0]
    return long if minutes > terms.long else short


def decide(claim: Claim, shelf: Shelf) -> Reply:
    """Decide a claim by the record and the policy; record every number that was used."""
    try:
        return _decide(read_terms(shelf.index), shelf.rows.get(claim.flight_key), shelf.scores.get(claim.flight_key))
    except (LookupError, TypeError, ValueError):  # a policy or a record that cannot be read is no ground to decide on
        return to_a_person(claim, shelf)


def _decide(terms: Terms, row: Mapping[str, Any] | None, score: float | None) -> Reply:
    if row is None:
        return Reply("goodwill", terms.goodwill, "", score=score)
    minutes = row["arr_delay"]
    if minutes is not None:
        late = minutes > terms.threshold
        money = amount(terms, row["distance"], minutes) if late else 0.0
        return Reply("refund" if late else "deny", money, "", terms.threshold, minutes, score)
    if row["dep_delay"] is None:
        return Reply("refund", terms.cancelled, "", score=score)
    likely = score is not None and score >= LIKELY
    money = amount(terms, row["distance"], 0.0) if likely else 0.0
    return Reply("refund" if likely else "deny", money, "", score=score)


def to_a_person(claim: Claim, shelf: Shelf | None = None) -> Reply:  # noqa: ARG001 - same arguments as the desk
    """Put the claim on a person's list: decided from the papers, at the price of a person's time."""
    return Reply("person", 0.0, "A person will look at your claim and answer within two working days.", person=True)


decide_guarded = driftline.guard(decide, policy=POLICY, endpoint=ENDPOINT, fallback=to_a_person)


def answer(claim: Claim, shelf: Shelf, at: datetime) -> tuple[Reply, str]:
    """Answer one claim; return the reply and the guard's action."""
    with driftline.answer(ENDPOINT, question=claim.id, partition=str(shelf.day), at=at) as draft:
        draft.uses("features", shelf.features)
        draft.uses("index", shelf.indexed)
        draft.uses("model", shelf.model)
        draft.uses("prompt", shelf.prompt)
        found = [*_passages(shelf.index, ELIGIBILITY), *_passages(shelf.index, AMOUNTS)]
        draft.retrieved(*(Retrieved(passage.hash, passage.id, score) for passage, score in found))
        reply = decide_guarded(claim, shelf)
        draft.features(
            flight=claim.flight_key, minutes=reply.minutes, distance=claim.distance, threshold=reply.threshold
        )
        text = reply.text or wording.compose(shelf.template, claim, reply)
        draft.decide(reply.decision, money=reply.money, text=text, score=reply.score)
        verdict = draft.verdict
    return reply, verdict.action if verdict is not None else "allow"


def _passages(index: Index, question: str) -> tuple[tuple[Passage, float], ...]:
    return index.search(question)


def _text(index: Index, question: str) -> str:
    found = index.search(question)
    if not found:
        raise LookupError("the index holds no passage")
    return found[0][0].text


def _number(text: str, pattern: str) -> float:
    found = re.search(pattern, text)
    if found is None:
        raise LookupError(f"no {pattern!r} in the passage {text[:60]!r}")
    return float(found[1])
