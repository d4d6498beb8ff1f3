"""The desk for single events: their receipts, what waits in quarantine, and trying it again.

Enters: ids of events, rules that mend. Leaves: receipts. An event in quarantine stays in the log for good; when it is
taken after all, possibly mended, the log says as which other event.
"""

from collections.abc import Sequence
from typing import Literal

from driftline.engine import accept, ingest
from driftline.engine.house import House
from driftline.errors import BadInput, NotFound
from driftline.event import mapping
from driftline.event.kept import HeldEvent, Replayed
from driftline.event.mapping import Mapping
from driftline.event.report import Receipt
from driftline.store.log import Fresh, Refused

ALL = 1_000_000
_KNOWN: dict[str, Literal["quarantined", "discarded"]] = {"quarantined": "quarantined", "discarded": "discarded"}


def receipt(house: House, id_: str) -> Receipt:
    """Return the receipt of an event, as it would be given today.

    Raises:
        NotFound: there is no such event.
    """
    found = house.store.log.find(id_)
    if found is None:
        raise NotFound(f"event {id_!r}", hint="The id of an event is in the receipt that was given for it.")
    entry, note = found
    status: Literal["quarantined", "discarded", "accepted"] = _KNOWN.get(entry.status, "accepted")
    plain = Receipt(status=status, event=entry.id, reason=note.reason, replaced_by=note.replaced_by)
    return accept.with_notes(plain, entry.raw, entry.received_us) if entry.status == "accepted" else plain


def raw(house: House, id_: str) -> bytes:
    """Return an event as it came.

    Raises:
        NotFound: there is no such event.
    """
    found = house.store.log.find(id_)
    if found is None:
        raise NotFound(f"event {id_!r}", hint="The id of an event is in the receipt that was given for it.")
    return found[0].raw


def held(house: House, limit: int) -> list[HeldEvent]:
    """Return what waits in quarantine, newest first."""
    return [
        HeldEvent(event=one.id, reason=one.reason, received_us=one.received_us, body=one.raw.decode(errors="replace"))
        for one in house.store.log.refused(limit)
    ]


def replay(house: House, rules: Mapping | None = None, ids: Sequence[str] = (), *, rehearse: bool = False) -> Replayed:
    """Try events in quarantine again, as this version reads them and as the rules mend them.

    Args:
        house: the house.
        rules: how they are mended first; None = as they are.
        ids: which of them; none = all.
        rehearse: only tell what would come of it.

    Raises:
        BadInput: an id is not in quarantine.
    """
    chosen = _chosen(house, ids)
    taken: list[Receipt] = []
    refused: list[Receipt] = []
    for one in chosen:
        mended = mapping.apply(rules, one.raw) if rules else one.raw
        fresh = accept.fresh(mended)
        if fresh.refused:
            refused.append(Receipt(status="quarantined", event=one.id, reason=fresh.refused))
        elif rehearse:
            taken.append(Receipt(status="accepted", event=one.id))
        else:
            taken.append(_take(house, one, fresh))
    if not rehearse:
        while ingest.follow(house):
            pass
        taken, late = _folded(house, taken)
        refused += late
    return Replayed(taken=tuple(taken), refused=tuple(refused))


def discard(house: House, ids: Sequence[str] = ()) -> int:
    """Give up events in quarantine (none named: all): they stay in the log, and wait no longer; return how many.

    Raises:
        BadInput: an id is not in quarantine.
    """
    with house.lock, house.store.transaction():
        chosen = _chosen(house, ids)
        for one in chosen:
            house.store.log.discard(one)
    return len(chosen)


def _chosen(house: House, ids: Sequence[str]) -> list[Refused]:
    """Return the events in quarantine that are named, or all, oldest first."""
    waiting = {one.id: one for one in house.store.log.refused(ALL)}
    unknown = [id_ for id_ in ids if id_ not in waiting]
    if unknown:
        raise BadInput(f"not in quarantine: {', '.join(unknown)}", hint="List what is with 'driftline events held'.")
    return [waiting[id_] for id_ in dict.fromkeys(ids)] if ids else list(reversed(waiting.values()))


def _take(house: House, one: Refused, fresh: Fresh) -> Receipt:
    log = house.store.log
    with house.lock, house.store.transaction():
        [kept] = log.append([fresh], received_us=house.now())
        if kept.id == one.id:  # it could be read the first time, and was not folded
            log.restore(one, fresh)
        else:
            log.replace(one, kept.id)
    return receipt(house, kept.id)


def _folded(house: House, taken: list[Receipt]) -> tuple[list[Receipt], list[Receipt]]:
    """Return what was taken, and what could be read but not be folded."""
    now = [receipt(house, one.event) for one in taken]
    return [one for one in now if one.status == "accepted"], [one for one in now if one.status == "quarantined"]
