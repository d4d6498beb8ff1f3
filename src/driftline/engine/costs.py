"""What an incident costs, counted from the ledger at the moment of asking.

Affected are the answers that stood on a version with an alarm that reached people; what answers usually pay is that
of the same endpoints in the eight weeks before. Where answers paid in several currencies, what is usual is that of the
answers in the one, and what was paid in others is told apart. Reads only.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import msgspec

from driftline import cause
from driftline.engine import paid
from driftline.engine.house import House
from driftline.event.finding import Incident, Money
from driftline.event.lineage import Version

if TYPE_CHECKING:
    from driftline.store.ledger import Total

HELD = frozenset({"fallback", "block", "abstain", "escalate"})
BEFORE_US = 56 * 86_400_000_000


def count(house: House, incident: Incident) -> Money:
    """Return the money of ``incident`` as of now."""
    bad = bad_versions(house, incident)
    if not bad:
        return Money(currency=house.settings.currency)
    ledger, since = house.store.ledger, incident.first_bad_us
    affected = ledger.touching(bad, since, by=("endpoint", "action"))
    names = {total.endpoint for total in affected}
    before = ledger.totals(("endpoint", "action"), since_us=since - BEFORE_US, until_us=since)
    usual = [total for total in before if total.endpoint in names and total.action not in HELD]
    currency = paid.currency_of(affected, house.settings.currency)
    found = cause.cost(_period(_in(usual, currency)), _period(_in(affected, currency)), currency)
    every, out = _period(affected), paid.by((total for total in affected if total.action not in HELD), currency)
    return msgspec.structs.replace(found, answers=every.answers, held=every.held, others=out.others)


def _in(totals: "Iterable[Total]", currency: str) -> "list[Total]":
    """Return the totals of answers that paid in a currency, or paid nothing."""
    return [total for total in totals if total.currency == currency or not (total.money or total.avoided)]


def bad_versions(house: House, incident: Incident) -> list[str]:
    """Return the node ids of the versions that the incident's findings are about."""
    found = (house.store.incidents.finding(id_) for id_ in incident.findings)
    return sorted({Version(f.dataset, f.version).node for f in found if f is not None})


def _period(totals: "Iterable[Total]") -> cause.Period:
    totals = tuple(totals)
    out = [total for total in totals if total.action not in HELD]
    held = [total for total in totals if total.action in HELD]
    return cause.Period(
        answers=sum(total.answers for total in out),
        money=sum(total.money for total in out),
        held=sum(total.answers for total in held),
        avoided=sum(total.avoided for total in held),
    )
