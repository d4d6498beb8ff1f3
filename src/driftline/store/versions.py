"""What is held of one state of a dataset, from all that runs said of it.

Enters: what one run said of a version it read or wrote. Leaves: the version's row: what it is, when it came
into being and by which run. A write is believed before a read, an earlier run before a later one, field by
field; the order in which runs were heard of plays no part. Never forgets who said what: the runs' own
records stay.
"""

import msgspec

from driftline.event.lineage import RunShape, Touched
from driftline.store.connection import OPEN, Connection

READ, WRITE = 0, 1

_SAID = ("kind", "partition", "fingerprint", "rows", "bytes", "fields", "profile", "attributes")
_encode = msgspec.msgpack.Encoder().encode
_touched = msgspec.msgpack.Decoder(Touched)


def rank(role: int, time_us: int, run: str) -> str:
    """Return the text by which words on a version are ordered: the smaller one is believed."""
    return f"{WRITE - role}{time_us:019d}{run}"


def moment(ranked: str) -> int:
    """Return the time in a rank."""
    return int(ranked[1:20])


def decode(body: bytes) -> Touched:
    """Return what is held of a version."""
    return _touched.decode(body)


def fill(held: Touched, said: Touched) -> tuple[Touched, bool, bool]:
    """Return ``held`` with its gaps filled from ``said``, whether there were any, whether they disagree."""
    gaps: dict[str, object] = {}
    conflict = False
    for name in _SAID:
        new = getattr(said, name)
        if new is None or new == "" or new == {}:
            continue
        old = getattr(held, name)
        if old is None or old == "" or old == {}:
            gaps[name] = new
        elif old != new:
            conflict = True
    return (msgspec.structs.replace(held, **gaps) if gaps else held), bool(gaps), conflict


class Body(msgspec.Struct, frozen=True, array_like=True):
    """A run as it is kept: the fold without column edges, and the hashes of the sets of them."""

    shape: RunShape
    columns: tuple[str, ...] = ()


_body = msgspec.msgpack.Decoder(Body)


class Versions:
    """The rows of versions."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def say(self, version_id: int, ranked: str, said: Touched, run_id: int) -> None:
        """Take the word of one more run on a version."""
        row = self._connection.row("version_state", id=version_id)
        assert row is not None
        best, filled, body = row
        if not best:
            self._settle(version_id, ranked, ranked, said, run_id)
            return
        held, filling, conflict = fill(_touched.decode(body), said)
        if conflict and ranked < filled:
            self.recount(version_id)
        elif ranked < best or filling:
            latest = max(filled, ranked) if filling else filled
            self._settle(version_id, min(best, ranked), latest, held, run_id if ranked < best else None)

    def recount(self, version_id: int) -> None:
        """Work a version out anew from every run that still says something of it."""
        words: list[tuple[str, int, Touched]] = []
        for role, run_id, run, time_us, body in self._connection.rows("version_said", version=version_id, open=OPEN):
            shape = _body.decode(body).shape
            items = shape.outputs if role == WRITE else shape.inputs
            ranked = rank(role, time_us, run)
            words += [(ranked, run_id, said) for said in items if self._is(version_id, said)]
        if not words:
            self._connection.execute(
                "version_settle",
                id=version_id,
                time_us=OPEN,
                run=None,
                slice="",
                profile="",
                best="",
                filled="",
                body=b"",
            )
            return
        words.sort(key=lambda word: word[0])
        best, run_id, held = words[0]
        filled = best
        for ranked, _, said in words[1:]:
            held, filling, _ = fill(held, said)
            filled = ranked if filling else filled
        self._settle(version_id, best, filled, held, run_id)

    def depends(self, version_id: int, ranked: str) -> bool:
        """Whether what is held of a version may come from the word of this rank."""
        row = self._connection.row("version_state", id=version_id)
        return row is not None and (ranked <= row[1] or ranked == row[0])

    def _is(self, version_id: int, said: Touched) -> bool:
        row = self._connection.row("version_by_id", id=version_id)
        return row is not None and (row[1], row[2], row[3]) == (
            said.dataset.namespace,
            said.dataset.name,
            said.version,
        )

    def _settle(self, version_id: int, best: str, filled: str, held: Touched, run_id: int | None) -> None:
        """Write the row; ``run_id`` is the run of the best word, None = as before."""
        writer = run_id if best[0] == "0" else None
        if run_id is None:
            row = self._connection.row("version_writer", id=version_id)
            writer = row[0] if row else None
        self._connection.execute(
            "version_settle",
            id=version_id,
            time_us=moment(best),
            run=writer,
            slice=held.partition,
            profile=held.profile,
            best=best,
            filled=filled,
            body=_encode(held),
        )
