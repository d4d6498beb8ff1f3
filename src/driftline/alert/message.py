"""Turns an incident into the one message that people get about it.

Enters: an incident with its findings and changes. Leaves: a ``Message`` under the incident's id, so that a later one
replaces it wherever it is shown, and a revision that changes only when something worth telling has changed. Who is
to be disturbed follows from consequence, not from the size of a statistic: a page only if a served endpoint is hit.
Pure.
"""

import math
from collections.abc import Sequence
from typing import Literal

import msgspec

from driftline.event import ids
from driftline.event.finding import Change, Finding, Incident, Money

Severity = Literal["page", "ticket", "log"]
_MOST_CAUSES = 3
_MOST_FINDINGS = 5
_MOST_NAMES = 5


class Message(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What people are told about one incident."""

    key: str  # the incident's id: a message replaces the earlier ones with this key
    revision: str  # hash of what matters; the same revision is told once
    state: Literal["open", "contained", "resolved"]
    severity: Severity  # page: somebody must act now; ticket: somebody must act; log: for the record
    subject: str  # one line without a full stop
    sentence: str  # what happened and what it means
    lines: tuple[str, ...] = ()  # cause, cost, reach, evidence; a sentence each
    facts: dict[str, str | float | int] = {}  # the same for machines
    time_us: int = 0  # when the incident last changed


def compose(incident: Incident, findings: Sequence[Finding] = (), changes: Sequence[Change] = ()) -> Message:
    """Return the message about ``incident`` as it stands."""
    return Message(
        key=incident.id,
        revision=_revision(incident),
        state=incident.state,
        severity=severity(incident, findings),
        subject=_subject(incident),
        sentence=_sentence(incident),
        lines=(*_causes(incident), *_money(incident.money), *_reach(incident), *_evidence(findings, changes)),
        facts=_facts(incident),
        time_us=incident.updated_us,
    )


def severity(incident: Incident, findings: Sequence[Finding]) -> Severity:
    """Return who is to be disturbed: a page for a served endpoint, a ticket for other data downstream, else nobody.

    Findings that are no more than notes are for the record, and mere warnings page nobody.
    """
    worst = {finding.severity for finding in findings} or {"alarm"}
    if worst == {"note"}:
        return "log"
    if incident.endpoints:
        return "page" if "alarm" in worst else "ticket"
    return "ticket" if incident.hit else "log"


def label(node: str) -> str:
    """Return a node id as people say it: ``dataset:file:feed/flights#v`` is ``feed/flights``."""
    kind, _, rest = node.partition(":")
    if kind == "datasetField":
        dataset, _, column = rest.rpartition(":")
        return f"{dataset.rpartition(':')[2]}.{column}"
    if kind in ("dataset", "job"):
        return rest.partition("#")[0].rpartition(":")[2]
    return node


def _revision(incident: Incident) -> str:
    if incident.state == "resolved":
        return "resolved"
    first = incident.causes[0].node if incident.causes else ""
    doubled = int(math.log2(incident.money.lost)) if incident.money.lost >= 1 else 0
    return ids.digest(incident.state, first, *sorted(incident.endpoints), str(doubled))[:16]


def _subject(incident: Incident) -> str:
    title = incident.title.rstrip(".")
    words = {"open": "", "contained": "Contained: ", "resolved": "Resolved: "}
    return f"{words[incident.state]}{title}"


def _sentence(incident: Incident) -> str:
    since = f" since {incident.first_bad}" if incident.first_bad else ""
    if incident.state == "resolved":
        return "This incident is resolved; what was held back because of it flows again."
    reached = _names(incident.endpoints)
    if incident.state == "contained":
        return f"Bad data{since} is kept from {reached or 'everything downstream'}."
    if reached:
        return f"Bad data{since} reaches {reached}."
    if incident.hit:
        return f"Bad data{since} reaches {_count(len(incident.hit), 'node')} downstream, none of them served."
    return f"Bad data{since} reaches nothing downstream."


def _causes(incident: Incident) -> list[str]:
    lines = [
        f"{'Cause' if cause.rank == 1 else 'Or'} ({_percent(cause.score)}): {cause.sentence}"
        for cause in incident.causes[:_MOST_CAUSES]
    ]
    if incident.unknown >= 0.01:
        lines.append(f"Something outside this graph: {_percent(incident.unknown)}.")
    return lines or ["No cause is known in this graph."]


def _money(money: Money) -> list[str]:
    lines = []
    if money.answers:
        others = "".join(f" and {amount:,.0f} {currency}" for currency, amount in money.others.items())
        paid = f"{money.paid:,.0f} {money.currency}{others}, {money.lost:,.0f} more than usual"
        lines.append(f"{_count(money.answers, 'affected answer')} went out and paid {paid}.")
    if money.held:
        lines.append(f"{_count(money.held, 'answer')} held back, about {money.avoided:,.0f} {money.currency} avoided.")
    return lines


def _reach(incident: Incident) -> list[str]:
    return [f"Hit downstream: {_names(incident.hit)}."] if incident.hit else []


def _evidence(findings: Sequence[Finding], changes: Sequence[Change]) -> list[str]:
    strongest = sorted(findings, key=lambda finding: -finding.size)[:_MOST_FINDINGS]
    lines = [f"Seen: {finding.sentence}" for finding in strongest]
    if len(findings) > len(strongest):
        lines.append(f"And {_count(len(findings) - len(strongest), 'further finding')}.")
    return lines + [f"Changed: {change.sentence}" for change in changes[:_MOST_FINDINGS]]


def _facts(incident: Incident) -> dict[str, str | float | int]:
    facts: dict[str, str | float | int] = {
        "incident": incident.id,
        "opened_us": incident.opened_us,
        "first_bad": incident.first_bad,
        "endpoints": ", ".join(incident.endpoints),
        "findings": len(incident.findings),
        "hit": len(incident.hit),
        "lost": incident.money.lost,
        "avoided": incident.money.avoided,
        "currency": incident.money.currency,
    }
    if incident.causes:
        first = incident.causes[0]
        facts |= {"cause": first.node, "cause_kind": first.kind, "cause_score": first.score}
    return facts


def _percent(share: float) -> str:
    """Return a share, 0 to 1, as people read it; what is not all is never 100 %, and what is not nothing never 0 %."""
    if 0 < share < 0.005:
        return "<1%"
    if 0.999 < share < 1:
        return ">99.9%"
    return f"{share:.1%}" if 0.99 < share < 1 else f"{share:.0%}"


def _names(nodes: Sequence[str]) -> str:
    names = list(dict.fromkeys(label(node) for node in nodes))
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    return ", ".join(names[:_MOST_NAMES]) + more


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
