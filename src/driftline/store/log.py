"""The event log: every event as it came, once by content, with its receipt, and which of them wait to be folded.

Enters: raw events with what is known of them. Leaves: the same bytes. An event that cannot be read is kept too, as
quarantined, with the reason. Events are cut into a skeleton and facets that are kept once. Never reads what is in an
event: whoever hands it over says which parts of it are facets.
"""

import itertools
import json
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import msgspec
import xxhash

from driftline.store import packing
from driftline.store.blobs import Blobs
from driftline.store.connection import OPEN, Connection, Row
from driftline.store.repeats import Keyed, Repeats

ACCEPTED, QUARANTINED, REPLACED, DISCARDED = 0, 1, 2, 3
STATUS = {ACCEPTED: "accepted", QUARANTINED: "quarantined", REPLACED: "replaced", DISCARDED: "discarded"}
RUN, JOB, DATASET, NOBODY = 0, 1, 2, 3  # kinds of owners
_PAGE = 500
_TIME = 14  # digits of the time in an id


class Note(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is kept of a receipt beyond its status; what follows from the event itself is not."""

    reason: str = ""
    replaced_by: str = ""  # id of the event that it was replayed as


class Fresh(NamedTuple):
    """One event on its way in."""

    raw: bytes
    event_us: int = 0
    owner: str = ""  # run id, or the node id of a job or a dataset
    kind: int = NOBODY
    facets: tuple[Keyed, ...] = ()  # parts of ``raw`` that may be kept apart, by key
    refused: str = ""  # why it is quarantined; "" = accepted


class Entry(NamedTuple):
    """One event in the log."""

    seq: int  # place in the log
    id: str
    kind: int
    event_us: int
    received_us: int
    status: str
    raw: bytes


class Kept(NamedTuple):
    """What became of an event that was handed over."""

    id: str
    new: bool
    seq: int


class Waiting(NamedTuple):
    """An event whose owner is to be folded."""

    seq: int
    owner: bytes
    kind: int
    quiet: bool


class Refused(NamedTuple):
    """An event in quarantine."""

    id: str
    seq: int
    reason: str
    received_us: int
    raw: bytes


encode_note = msgspec.msgpack.Encoder().encode
_decode_note = msgspec.msgpack.Decoder(Note).decode


def digest(raw: bytes) -> bytes:
    """Return the 16 bytes by which an event is known."""
    return xxhash.xxh3_128_digest(raw)


def identify(event_us: int, hash_: bytes) -> str:
    """Return the id of an event: 14 hexadecimal digits of its time and 32 of its content."""
    return f"{event_us:014x}{hash_.hex()}"


def owner_key(owner: str, kind: int) -> bytes:
    """Return the 16 bytes by which the owner of an event is known."""
    if kind == RUN:
        return uuid.UUID(owner).bytes
    return xxhash.xxh3_128_digest(owner.encode()) if owner else b""


class Log:
    """The raw events."""

    def __init__(self, connection: Connection, blobs: Blobs) -> None:
        self._connection = connection
        self._blobs = blobs
        self._repeats = Repeats()

    def append(self, events: Sequence[Fresh], *, received_us: int, quiet: bool = False) -> list[Kept]:
        """Keep events; durable on return, or with the transaction that it is called in. One word each, in order."""
        hashes = [digest(event.raw) for event in events]
        with self._connection.transaction():
            known = self._known(events)
            top = self._connection.row("log_top")
            numbers = itertools.count(1 + (top[0] if top else 0))
            kept: list[Kept] = []
            fresh: list[tuple[int, bytes, Fresh]] = []
            for seq, hash_, event in zip(numbers, hashes, events, strict=False):
                new = (event.event_us, hash_) not in known
                known.add((event.event_us, hash_))
                kept.append(Kept(identify(event.event_us, hash_), new, seq))
                if new:
                    fresh.append((seq, hash_, event))
            self._write(fresh, received_us, quiet)
            merged = len(events) - len(fresh)
            refused = sum(bool(event.refused) for _, _, event in fresh)
            self.count({"accepted": len(fresh) - refused, "quarantined": refused, "merged": merged})
        return kept

    def _known(self, events: Sequence[Fresh]) -> set[tuple[int, bytes]]:
        moments = json.dumps(sorted({event.event_us for event in events}))
        return {(event_us, hash_) for event_us, hash_ in self._connection.rows("log_known", ids=moments)}

    def _write(self, fresh: Sequence[tuple[int, bytes, Fresh]], received_us: int, quiet: bool) -> None:
        if not fresh:
            return
        cuts = [packing.spans(event.raw, self._repeats.worth(event.facets)) for _, _, event in fresh]
        numbers, new = self._blobs.enter(facet for apart in cuts for _, facet in apart)
        self._repeats.learn((keyed for _, _, event in fresh for keyed in event.facets if keyed[1] in numbers), new)
        rows, waiting, notes = [], [], []
        for (seq, hash_, event), apart in zip(fresh, cuts, strict=True):
            packed, body = packing.cut(event.raw, apart, numbers)
            owner = owner_key(event.owner, event.kind)
            status = QUARANTINED if event.refused else ACCEPTED
            rows.append(
                {
                    "seq": seq,
                    "event_us": event.event_us,
                    "hash": hash_,
                    "owner": owner,
                    "kind": event.kind,
                    "received_us": received_us,
                    "status": status,
                    "packed": packed,
                    "body": body,
                }
            )
            if status == ACCEPTED:
                waiting.append({"seq": seq, "owner": owner, "kind": event.kind, "quiet": int(quiet)})
            else:
                notes.append({"seq": seq, "status": status, "body": encode_note(Note(event.refused))})
        for month in {event.event_us for _, _, event in fresh}:
            self._connection.ensure_month(month)
        self._connection.many("log_append", rows)
        self._connection.many("pending_put", waiting)
        self._connection.many("receipt_put", notes)

    def count(self, amounts: Mapping[str, int]) -> None:
        """Add to the running counts of events."""
        rows = [{"name": f"events {name}", "amount": amount} for name, amount in amounts.items() if amount]
        self._connection.many("tally_add", rows)

    def waiting(self, limit: int) -> list[Waiting]:
        """Return the events that wait to be folded, oldest first."""
        rows = self._connection.rows("pending_next", limit=limit)
        return [Waiting(seq, owner, kind, bool(quiet)) for seq, owner, kind, quiet in rows]

    def backlog(self) -> int:
        """Return how many events wait to be folded."""
        row = self._connection.row("pending_count")
        return row[0] if row else 0

    def done(self, waiting: Iterable[Waiting]) -> None:
        """These wait no longer."""
        self._connection.execute("pending_done", ids=json.dumps([one.seq for one in waiting]))

    def at(self, seqs: Sequence[int]) -> list[Entry]:
        """Return events by their places."""
        found: list[Entry] = []
        for start in range(0, len(seqs), _PAGE):
            found += self._entries(self._connection.rows("log_at", ids=json.dumps(list(seqs[start : start + _PAGE]))))
        return found

    def names(self, seqs: Sequence[int]) -> dict[int, str]:
        """Return the ids of events by their places, in their order."""
        rows = self._connection.rows("log_names", ids=json.dumps(list(seqs)))
        return {seq: identify(event_us, hash_) for seq, event_us, hash_ in rows}

    def folded(self, runs: Iterable[str]) -> set[str]:
        """Return those run ids, or node ids of jobs and datasets, of which something was folded before."""
        return {row[0] for row in self._connection.rows("runs_known", texts=json.dumps(sorted(set(runs))))}

    def of_owner(self, owner: bytes, kind: int) -> list[bytes]:
        """Return the accepted events of a run, a job or a dataset, in the order in which they came."""
        rows = self._connection.rows("log_of_owner", owner=owner, kind=kind)
        return self._raw((packed, body) for packed, body in rows)

    def of_run(self, run: str) -> list[bytes]:
        """Return the accepted events of a run."""
        return self.of_owner(owner_key(run, RUN), RUN)

    def read(self, after: int = 0) -> Iterator[Entry]:
        """Yield the log from one place on."""
        while entries := self._entries(self._connection.rows("log_read", after=after, limit=_PAGE)):
            yield from entries
            after = entries[-1].seq

    def between(self, since_us: int = 0, until_us: int = OPEN, *, limit: int, offset: int, up: bool) -> list[Entry]:
        """Return accepted events by when they happened."""
        name = "log_between_up" if up else "log_between"
        rows = self._connection.rows(name, since_us=since_us, until_us=until_us, limit=limit, offset=offset)
        return self._entries(rows)

    def refuse(self, seq: int, reason: str) -> None:
        """Put an accepted event into quarantine: it could be read but not folded."""
        self._settle(seq, QUARANTINED, Note(reason))
        self.count({"accepted": -1, "quarantined": 1})

    def amount(self, runs: Iterable[str]) -> int:
        """Return how many events of some runs there are."""
        rows = (self._connection.row("log_amount", owner=owner_key(run, RUN), kind=RUN) for run in runs)
        return sum(row[0] for row in rows if row)

    def drop(self, runs: Sequence[str]) -> int:
        """Let go of the events of some runs; return how many they were."""
        gone = self.amount(runs)
        self._connection.many("log_drop", [{"owner": owner_key(run, RUN), "kind": RUN} for run in runs])
        self.count({"accepted": -gone, "pruned": gone})
        return gone

    def replace(self, old: Refused, new: str) -> None:
        """Say that an event in quarantine was replayed as another."""
        self._settle(old.seq, REPLACED, Note(old.reason, replaced_by=new))
        self.count({"quarantined": -1, "replaced": 1})

    def discard(self, old: Refused) -> None:
        """Say that an event in quarantine is given up."""
        self._settle(old.seq, DISCARDED, Note(old.reason))
        self.count({"quarantined": -1, "discarded": 1})

    def restore(self, old: Refused, event: Fresh) -> None:
        """Take an event out of quarantine as it is: it could be read, and is to be folded again."""
        with self._connection.transaction():
            self._settle(old.seq, ACCEPTED, Note())
            owner = owner_key(event.owner, event.kind)
            self._connection.many("pending_put", [{"seq": old.seq, "owner": owner, "kind": event.kind, "quiet": 0}])
            self.count({"quarantined": -1, "accepted": 1})

    def _settle(self, seq: int, status: int, note: Note) -> None:
        with self._connection.transaction():
            self._connection.execute("log_status", seq=seq, status=status)
            self._connection.many("receipt_put", [{"seq": seq, "status": status, "body": encode_note(note)}])

    def refused(self, limit: int = 100) -> list[Refused]:
        """Return the events in quarantine, newest first."""
        found = []
        for event_us, hash_, seq, note, received_us, packed, body in self._connection.rows(
            "receipts_refused", limit=limit
        ):
            [raw] = self._raw([(packed, body)])
            found.append(Refused(identify(event_us, hash_), seq, _decode_note(note).reason, received_us, raw))
        return found

    def find(self, id_: str) -> tuple[Entry, Note] | None:
        """Return an event by its id, and what its receipt says beyond its status."""
        try:
            event_us, hash_ = int(id_[:_TIME], 16), bytes.fromhex(id_[_TIME:])
        except ValueError:
            return None
        entries = self._entries(self._connection.rows("log_by_hash", event_us=event_us, hash=hash_))
        if not entries:
            return None
        row = self._connection.row("receipt_get", seq=entries[0].seq)
        return entries[0], _decode_note(row[1]) if row else Note()

    def counts(self) -> dict[str, int]:
        """Return how many events were ``accepted``, ``merged`` (known already), ``quarantined`` and ``replaced``;
        and ``discarded`` and ``pruned``, where any were."""
        counted = {"accepted": 0, "merged": 0, "quarantined": 0, "replaced": 0}
        for name, amount in self._connection.rows("tally_all"):
            sort, _, status = name.partition(" ")
            if sort == "events":
                counted[status] = amount
        return counted

    def _entries(self, rows: Sequence[Row]) -> list[Entry]:
        raws = self._raw((row[7], row[8]) for row in rows)
        return [
            Entry(seq, identify(event_us, hash_), kind, event_us, received_us, STATUS[status], raw)
            for (seq, event_us, hash_, _, kind, received_us, status, _, _), raw in zip(rows, raws, strict=True)
        ]

    def _raw(self, rows: Iterable[tuple[int, bytes]]) -> list[bytes]:
        skeletons = [packing.opened(packed, body) for packed, body in rows]
        data = self._blobs.fetch([number for skeleton in skeletons for number in skeleton.blobs])
        return [packing.join(skeleton, data.__getitem__) for skeleton in skeletons]
