"""The ledger's inbox: answers that are durable in the store and in no segment yet.

Enters: answers. Leaves: their rows for the store, and a moment: the recorded segments with the rows still
waiting, as one statement saw them both. Waiting rows are kept as an Arrow table between readings, so that
each is decoded once; the table is dropped as soon as the segments are others, and whenever work in the
store was undone. Sound because rows become visible in the order of their numbers, as with one writer they
do.
"""

import math
import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from driftline import clock
from driftline.errors import BadInput
from driftline.event.answer import Answer
from driftline.store import ledger_rows
from driftline.store.connection import Connection
from driftline.store.ledger_files import Segment

if TYPE_CHECKING:
    import pyarrow as pa

_MAX_TABLES = 50  # beyond this many pieces they are made one

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Answer)
unpack = _decoder.decode


class Moment(NamedTuple):
    """What the ledger held when it was looked at."""

    segments: tuple[Segment, ...]
    waiting: "pa.Table | None"


class _Kept(NamedTuple):
    names: frozenset[str] = frozenset()  # of the segments that were recorded when ``tables`` were read
    end: int = -1  # number of the last row in ``tables``
    tables: tuple["pa.Table", ...] = ()


def row(answer: Answer) -> Mapping[str, Any]:
    """Return the parameters that insert ``answer``.

    Raises:
        BadInput: its time or a number is out of range, or a value cannot be encoded (such as half a character).
    """
    try:
        month(answer.time_us)
        for count in (answer.tokens_in, answer.tokens_out, answer.perhaps):
            count.to_bytes(8, "little", signed=True)  # as a segment keeps them
        features = answer.features
        if any(isinstance(value, float) and not math.isfinite(value) for value in features.values()):
            # JSON has no word for these, and an answer reads the same from the inbox and from a segment.
            plain = {k: v if not isinstance(v, float) or math.isfinite(v) else None for k, v in features.items()}
            answer = msgspec.structs.replace(answer, features=plain)
        body = _encoder.encode(answer)
    except (OverflowError, TypeError, UnicodeEncodeError, ValueError) as error:
        raise BadInput(f"answer {answer.id}: {error}") from error
    return {"id": answer.id, "time_us": answer.time_us, "endpoint": answer.endpoint, "body": body}


def month(moment_us: int) -> str:
    """Return the UTC month of ``moment_us``, such as 2013-01.

    Raises:
        OverflowError: it is before 1970 or after the year 9999.
    """
    if moment_us < 0:
        raise OverflowError(f"time {moment_us} is before 1970")
    moment = clock.to_datetime(moment_us)
    return f"{moment.year:04d}-{moment.month:02d}"


class Inbox:
    """Reads moments, decoding every waiting answer once."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._lock = threading.Lock()  # never held while the store is asked
        self._kept = _Kept()
        self._undone = 0
        connection.on_rollback(self._forget)

    def moment(self) -> Moment:
        """Return the segments and the waiting rows as they are now."""
        with self._lock:
            kept, undone = self._kept, self._undone
        segments, end, bodies = self._look(kept.end)
        names = frozenset(segment.name for segment in segments)
        if names != kept.names or end < kept.end:
            kept = _Kept(names)
            segments, end, bodies = self._look(-1)
            kept = _Kept(frozenset(segment.name for segment in segments))
        tables = kept.tables
        if bodies:
            tables = (*tables, ledger_rows.to_table([unpack(body) for body in bodies]))
        waiting = _join(tables)
        if len(tables) > _MAX_TABLES and waiting is not None:
            tables = (waiting.combine_chunks(),)
        with self._lock:
            if undone == self._undone:
                self._kept = _Kept(kept.names, end, tables)
        return Moment(segments, waiting)

    def _look(self, after: int) -> tuple[tuple[Segment, ...], int, list[bytes]]:
        segments, bodies, end = [], [], 0
        for sort, number, body, *rest in self._connection.rows("ledger_moment", after_seq=after):
            if sort == "segment":
                name, month_, first_id, last_id, since_us, until_us = rest
                segments.append(Segment(name, month_, number, first_id, last_id, since_us, until_us))
            elif sort == "answer":
                bodies.append((number, body))
            else:
                end = number
        return tuple(segments), end, [body for _, body in sorted(bodies)]

    def _forget(self) -> None:
        with self._lock:
            self._kept = _Kept()
            self._undone += 1


def _join(tables: tuple["pa.Table", ...]) -> "pa.Table | None":
    import pyarrow as pa

    return pa.concat_tables(tables) if tables else None
