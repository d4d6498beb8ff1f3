"""The answer ledger: every prediction and answer, kept once, found by id, added up by what it stood on.

Enters: answers, which are durable in the store's inbox when ``append`` returns. ``compact`` moves them to
Parquet segments by month of event time; a segment counts from the moment that the store records it, in the
transaction that empties the inbox, so that a crash at any point leaves each answer in exactly one place.
Leaves: answers, and totals that DuckDB makes over segments and inbox as of one moment. Never changes an
answer. See decision 0005.
"""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from driftline.errors import BadInput, NotFound, StoreUnusable
from driftline.event.answer import Answer
from driftline.store import ledger_files, ledger_inbox, ledger_keys, ledger_picks, ledger_rows
from driftline.store.connection import OPEN, Connection
from driftline.store.ledger_files import Segment
from driftline.store.ledger_wanted import NO_SPANS, Spans, Wanted

if TYPE_CHECKING:
    import pyarrow as pa

CHUNK = 20_000  # answers that one transaction of a compaction moves
_WHOLLY = 4  # level up to which index files are merged when there is time
SMALL = 50_000  # a month's segment below this is written anew together with what comes next
KEYS = ("endpoint", "partition", "action", "decision")

_TOTALS = """
select case when list_contains($by, 'endpoint') then endpoint else '' end as endpoint,
       case when list_contains($by, 'partition') then partition else '' end as partition,
       case when list_contains($by, 'action') then action else '' end as action,
       case when list_contains($by, 'decision') then decision else '' end as decision,
       currency, {perhaps} as perhaps, count(*) as answers,
       coalesce(fsum(money) filter (isfinite(money)), 0) as money,
       coalesce(fsum(avoided) filter (isfinite(avoided)), 0) as avoided
from {answers}
where time_us >= $since_us and time_us < $until_us and ($endpoint = '' or endpoint = $endpoint)
  and {found}
group by all order by all
"""
_NEWEST = """
select * from {answers}
where time_us >= $since_us and time_us < $until_us and ($endpoint = '' or endpoint = $endpoint)
  and (time_us < $before_us or (time_us = $before_us and id < $before_id)) and {found}
order by time_us desc, id desc limit $limit
"""
_APART = 1_000  # moments that are spelt out; of more it takes longer than to look at all answers
_KNOWN = "select id from {answers} where list_contains($ids, id)"

T = TypeVar("T")


class Total(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Answers added up. A key that was not asked for is ``""``; currencies are never added together."""

    endpoint: str = ""
    partition: str = ""
    action: str = ""
    decision: str = ""
    currency: str
    perhaps: bool = False  # whether none of them is sure to have retrieved any of the documents that were asked for
    answers: int
    money: float  # paid out; an amount that is not finite counts as an answer, not as money
    avoided: float  # held back by guards


class Ledger:
    """The answers of one store. ``folder`` holds the segments; None keeps everything in the inbox."""

    def __init__(self, connection: Connection, folder: Path | None) -> None:
        self._connection = connection
        self._folder = folder
        self._inbox = ledger_inbox.Inbox(connection)
        self._scanner = ledger_files.Scanner(folder)
        self._keys = ledger_keys.Keys(folder) if folder is not None else None
        self._picker = ledger_picks.Picker(folder or Path())

    def append(self, answers: Iterable[Answer]) -> int:
        """Keep ``answers``; return how many are new. Of several with one id the first one stands.

        Raises:
            BadInput: one of them cannot be kept; none of them was.
        """
        rows = {}
        for answer in answers:
            if answer.id not in rows:
                rows[answer.id] = ledger_inbox.row(answer)
        if not rows:
            return 0
        with self._connection.transaction():
            for known in self._in_segments(list(rows)):
                del rows[known]
            ((end,),) = self._connection.rows("answer_inbox_end")
            self._connection.many("answer_inbox_add", rows.values())
            ((added,),) = self._connection.rows("answer_inbox_count", after_seq=end)
        return int(added)

    def compact(self, at_least: int = 1) -> int:
        """Move the inbox to Parquet, unless fewer than ``at_least`` wait there; return how many moved."""
        if self._folder is None or self.waiting() < at_least:
            return 0
        self._sweep(self._folder)
        moved = 0
        while count := self._move(self._folder):
            moved += count
        self.index()
        return moved

    def renew(self) -> int:
        """Write the segments of earlier versions anew, so that single answers are read quickly; return how many."""
        if self._folder is None:
            return 0
        old = [segment for segment in self._segments() if ledger_files.outdated(self._folder, segment)]
        for segment in old:
            with self._connection.transaction():
                if self._connection.execute("ledger_segment_remove", name=segment.name):  # nobody else has done it
                    made = ledger_files.renewed(self._folder, segment)
                    self._connection.execute("ledger_segment_add", **msgspec.structs.asdict(made))
        if old:
            self._sweep(self._folder)
        return len(old)

    def _sweep(self, folder: Path) -> None:
        with self._connection.transaction():
            ledger_files.sweep(folder, {segment.name for segment in self._segments()})

    def index(self, *, wholly: bool = False) -> None:
        """Bring the index by documents and versions up to date; ``wholly``: all of it, in as few files as can be."""
        if self._keys is not None:
            live = [segment.name for segment in self._segments()]
            more = {"most": len(live), "deepest": _WHOLLY} if wholly else {}
            self._keys.cover(live, **more)

    def uncovered(self) -> int:
        """Return how many segments the index does not cover; they are looked through."""
        return 0 if self._keys is None else self._keys.uncovered([segment.name for segment in self._segments()])

    def waiting(self) -> int:
        """Return how many answers are in the inbox."""
        ((count,),) = self._connection.rows("answer_inbox_count", after_seq=-1)
        return int(count)

    def count(self) -> int:
        """Return how many answers there are, without reading them."""
        ((count,),) = self._connection.rows("ledger_count")
        return int(count)

    def get(self, id: str) -> Answer | None:  # noqa: A002 - the record's own field
        """Return the answer with ``id``, or None."""

        def look() -> Answer | None:
            # The inbox first: an answer that moves in between is then seen twice, never missed.
            row = self._connection.row("answer_inbox_get", id=id)
            if row is not None:
                return ledger_inbox.unpack(row[0])
            near = (segment.name for segment in self._segments() if segment.first_id <= id <= segment.last_id)
            return next(filter(None, (self._picker.by_id(name, id) for name in near)), None)

        return _again(look)

    def totals(
        self,
        by: Sequence[str] = ("endpoint",),
        *,
        endpoint: str = "",
        nodes: Iterable[str] = (),
        documents: Iterable[str] = (),
        since_us: int = 0,
        until_us: int = OPEN,
        spans: Spans = NO_SPANS,
    ) -> tuple[Total, ...]:
        """Return the answers of ``since_us <= time_us < until_us`` added up by ``by`` and currency, sorted.

        Args:
            by: any of endpoint, partition, action, decision.
            endpoint: of this endpoint only.
            nodes: only answers that stood on one of these node ids: a version, or any version of a dataset.
            documents: only answers that retrieved one of these: content hashes, ids, or ids of what chunks are part of.
            since_us: event time from which on.
            until_us: event time before which.
            spans: when standing on some of the nodes counts (from, before); on others it always does.

        Raises:
            BadInput: ``by`` has an unknown key.
        """
        unknown = sorted(set(by) - set(KEYS))
        if unknown:
            raise BadInput(f"answers cannot be added up by {', '.join(unknown)}; known are {', '.join(KEYS)}")
        wanted = Wanted(tuple(nodes), tuple(documents), spans)
        values = {"endpoint": endpoint, "since_us": since_us, "until_us": until_us, "by": list(by), **wanted.values}

        def add_up() -> tuple[Total, ...]:
            moment = self._inbox.moment()
            spans: Sequence[Segment] = [s for s in moment.segments if s.until_us >= since_us and s.since_us < until_us]
            spans, at = self._placed(spans, wanted, since_us, until_us)
            statement = wanted.apart(wanted.among(_TOTALS))
            names, rows = self._scanner.rows(statement, values, spans, moment.waiting, at)
            return tuple(msgspec.convert(dict(zip(names, row, strict=True)), Total) for row in rows)

        return _again(add_up)

    def touching(
        self,
        nodes: Iterable[str],
        since_us: int = 0,
        until_us: int = OPEN,
        *,
        by: Sequence[str] = ("endpoint",),
        spans: Spans = NO_SPANS,
    ) -> tuple[Total, ...]:
        """Return the totals of the answers that stood on any of ``nodes``; nothing for no nodes."""
        wanted = list(nodes)
        return self.totals(by, nodes=wanted, since_us=since_us, until_us=until_us, spans=spans) if wanted else ()

    def list(
        self,
        *,
        endpoint: str = "",
        since_us: int = 0,
        until_us: int = OPEN,
        limit: int = 50,
        before_id: str = "",
        nodes: Iterable[str] = (),
        documents: Iterable[str] = (),
    ) -> tuple[Answer, ...]:
        """Return at most ``limit`` answers, the newest first; those before the answer ``before_id`` only.

        Segments are opened from the newest on, and only as many as it takes. ``nodes`` and ``documents`` are those of
        ``totals``.

        Raises:
            NotFound: there is no answer ``before_id``.
        """
        before = self.get(before_id) if before_id else None
        if before_id and before is None:
            raise NotFound(f"answer {before_id}")
        if limit < 1:
            return ()
        before_us = before.time_us if before else OPEN
        values = {"endpoint": endpoint, "since_us": since_us, "until_us": until_us}
        values |= {"before_us": before_us, "before_id": before_id, "limit": limit}
        wanted = Wanted(tuple(nodes), tuple(documents))

        def look() -> tuple[Answer, ...]:
            until = min(until_us, before_us)
            if wanted:  # of what waits, which is decoded once, DuckDB finds those that stood on it
                recorded, waiting = self._inbox.moment()
                found = self._answers(wanted.among(_NEWEST), (), values | wanted.values, waiting)
            else:
                bodies = self._connection.rows("answer_inbox_newest", **values)
                recorded = self._segments()
                found = _newest(map(ledger_inbox.unpack, (body for (body,) in bodies)), limit)
            spans: Sequence[Segment] = [s for s in recorded if s.until_us >= since_us and s.since_us <= until]
            if wanted.documents and self._keys is not None:
                known, spans = self._posted(spans, wanted, values)
                found = _newest([*found, *known], limit)
            spans = sorted(self._holding(spans, wanted), key=lambda segment: segment.until_us, reverse=True)
            step, statement = 1, wanted.among(_NEWEST)
            while spans and (len(found) < limit or spans[0].until_us >= found[-1].time_us):
                found = _newest([*found, *self._answers(statement, spans[:step], values | wanted.values)], limit)
                spans, step = spans[step:], step * 2
            return found

        return _again(look)

    def close(self) -> None:
        """Let go of DuckDB; the connection belongs to the store."""
        self._scanner.close()

    def _segments(self) -> "tuple[Segment, ...]":
        return tuple(Segment(*row) for row in self._connection.rows("ledger_segments"))

    def _holding(self, segments: Sequence[Segment], wanted: Wanted) -> Sequence[Segment]:
        """Return those of ``segments`` that may hold what is wanted."""
        if not segments or not wanted or self._keys is None:
            return segments
        names = [segment.name for segment in segments]
        if wanted.documents:
            held = self._keys.of_documents(wanted.documents, names)
        else:
            held = self._keys.of_nodes(wanted.nodes, names)
        return [segment for segment in segments if segment.name in held]

    def _placed(
        self, segments: Sequence[Segment], wanted: Wanted, since: int, until: int
    ) -> "tuple[Sequence[Segment], str]":
        """Return those of ``segments`` that may hold what is wanted; and when, where that is known and are few moments.

        To look into the documents of ten million answers takes twenty seconds, into those of a thousand moments two.
        """
        near = self._holding(segments, wanted)
        if not near or not wanted.documents or self._keys is None:
            return near, ""
        latest = {segment.name: segment.until_us for segment in near}
        posted, unknown = self._keys.newest(wanted.documents, latest, since, until, _APART + 1)
        if unknown or len(posted) > _APART:  # there may be more: a moment counts once for each segment
            return near, ""
        return near, _at({at for _, at in posted})

    def _posted(
        self, segments: Sequence[Segment], wanted: Wanted, values: dict[str, Any]
    ) -> "tuple[Sequence[Answer], Sequence[Segment]]":
        """Return the newest answers that the index knows of, and the segments that it does not cover."""
        assert self._keys is not None
        latest = {segment.name: segment.until_us for segment in segments}
        until = min(values["until_us"], values["before_us"] + 1)
        last = (values["before_us"], values["before_id"])
        seen: set[tuple[str, int]] = set()
        found: list[Answer] = []
        most = values["limit"]
        while True:
            posted, unknown = self._keys.newest(wanted.documents, latest, values["since_us"], until, most)
            times = _by_segment(one for one in posted if one not in seen)
            if not seen:
                found += [
                    one
                    for one in self._picker.at(times)
                    if wanted.hold(one) and (one.time_us, one.id) < last and values["endpoint"] in ("", one.endpoint)
                ]
            elif times:  # there are further conditions, and DuckDB reads those first
                near = [segment for segment in segments if segment.name in times]
                at = _at(set().union(*times.values()))
                found += self._answers(wanted.among(_NEWEST, at), near, values | wanted.values)
            if len(posted) < most or len(found) >= values["limit"]:
                break
            seen.update(posted)
            most *= 3
        return found, [segment for segment in segments if segment.name in unknown]

    def _answers(
        self, statement: str, segments: Sequence[Segment], values: dict[str, Any], waiting: "pa.Table | None" = None
    ) -> "tuple[Answer, ...]":
        return ledger_rows.from_rows(*self._scanner.rows(statement, values, segments, waiting))

    def _in_segments(self, ids: Sequence[str]) -> set[str]:
        """Return which of ``ids`` are in a segment. New ones, being time-ordered, lie beyond every range."""
        near = [s for s in self._segments() if any(s.first_id <= id_ <= s.last_id for id_ in ids)]
        return {str(id_) for (id_,) in self._scanner.rows(_KNOWN, {"ids": ids}, near)[1]}

    def _move(self, folder: Path) -> int:
        """Move one chunk of the inbox to segments, in one transaction; return how many answers that were."""
        with self._connection.transaction():
            rows = self._connection.rows("answer_inbox_oldest", limit=CHUNK)
            months: dict[str, list[Answer]] = {}
            for _, body in rows:
                answer = ledger_inbox.unpack(body)
                months.setdefault(ledger_inbox.month(answer.time_us), []).append(answer)
            for month, answers in months.items():
                small = [s for s in self._segments() if s.month == month and s.answers < SMALL]
                for segment in small:
                    self._connection.execute("ledger_segment_remove", name=segment.name)
                segment = ledger_files.write(folder, month, ledger_rows.to_table(answers), small)
                self._connection.execute("ledger_segment_add", **msgspec.structs.asdict(segment))
            if rows:
                self._connection.execute("answer_inbox_clear", until_seq=rows[-1][0])
        return len(rows)


def _at(moments: Iterable[int]) -> str:
    """The condition that answers are of some moments, spelt out: row groups are then left out by their bounds."""
    return f"time_us in ({', '.join(map(str, sorted(moments))) or 'null'})"


def _by_segment(posted: Iterable[tuple[str, int]]) -> dict[str, set[int]]:
    times: dict[str, set[int]] = {}
    for name, moment in posted:
        times.setdefault(name, set()).add(moment)
    return times


def _newest(answers: Iterable[Answer], limit: int) -> tuple[Answer, ...]:
    once = {answer.id: answer for answer in answers}
    return tuple(sorted(once.values(), key=lambda answer: (answer.time_us, answer.id), reverse=True)[:limit])


def _again(question: Callable[[], T]) -> T:
    """Ask; ask once more when a file is missing, because compactions may have replaced it in between."""
    try:
        return question()
    except StoreUnusable:
        return question()
