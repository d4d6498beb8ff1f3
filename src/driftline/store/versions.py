"""What is held of one state of a dataset, from all that runs said of it.

Enters: what one run said of a version it read or wrote. Leaves: the version's row: what it is, when it came into
being and by which run. A write is believed before a read, an earlier run before a later one, field by field; the order
in which runs were heard of plays no part. Never forgets who said what: the runs' own words stay in ``touch``.
"""

import json
from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from driftline.event.lineage import Dataset, Field, Touched
from driftline.store.amounts import Amounts
from driftline.store.blobs import Blobs
from driftline.store.connection import OPEN, Connection
from driftline.store.held import Held
from driftline.store.names import Counter

READ, WRITE, TOLD = 0, 1, 2
_TOGETHER = 200  # versions asked for at once

_SAID = ("kind", "partition", "fingerprint", "rows", "bytes", "profile", "attributes", "lifecycle", "hashes", "also")


class Word(msgspec.Struct, frozen=True, omit_defaults=True, rename=dict(zip(_SAID, "kpfrbmalho", strict=True))):
    """What is kept of a version beside its schema."""

    kind: str = ""
    partition: str = ""
    fingerprint: str = ""
    rows: int | None = None
    bytes: int | None = None
    profile: str = ""
    attributes: dict[str, str] = {}
    lifecycle: str = ""
    hashes: str = ""
    also: tuple[str, ...] = ()


class VersionRow(NamedTuple):
    """The row of a version; unborn (``time_us`` is OPEN) until a run says something of it."""

    id: int
    time_us: int = OPEN
    run_id: int = 0  # that wrote it
    slice: str = ""
    profile: str = ""
    schema: int = 0  # number of its schema; 0 = not said
    best: str = ""  # rank of the best word
    filled: str = ""  # rank of the last word that filled a gap of the best one; "" = none did
    body: bytes = b""
    since_us: int = OPEN  # when it was first spoken of


_encode = msgspec.msgpack.Encoder().encode
_word = msgspec.msgpack.Decoder(Word).decode
_encode_schema = msgspec.msgpack.Encoder().encode
_schema = msgspec.msgpack.Decoder(tuple[tuple[str, str], ...]).decode


def rank(role: int, time_us: int, run: str, attempt: int) -> str:
    """Return the text by which words on a version are ordered: the smaller one is believed."""
    return f"{(WRITE, READ, TOLD).index(role)}{time_us:019d}{run}" + (f"#{attempt:09d}" if attempt > 1 else "")


def moment(ranked: str) -> int:
    """Return the time in a rank."""
    return int(ranked[1:20])


def condense(said: Touched) -> bytes:
    """Return what a run said of a version, without its name and its schema, as bytes."""
    return _encode(Word(**{name: getattr(said, name) for name in _SAID}))


def expand(dataset: Dataset, version: str, body: bytes, fields: tuple[Field, ...] | None) -> Touched:
    """Return what was condensed."""
    word = _word(body) if body else Word()
    kept = {name: getattr(word, name) for name in _SAID}
    return Touched(dataset=dataset, version=version, fields=fields, **kept)


def hashes(body: bytes) -> str:
    """Return the name of the hashes by column and rows in a condensed word."""
    return _word(body).hashes if body else ""


def partition(body: bytes) -> str:
    """Return the partition in a condensed word."""
    return _word(body).partition if body else ""


def slices(body: bytes) -> tuple[str, ...]:
    """Return the slices of its dataset that a condensed word says a version is; none where it is of none."""
    word = _word(body) if body else Word()
    return (word.partition, *word.also) if word.partition else ()


class Schemas:
    """Schemas by number."""

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs

    def number(self, fields: tuple[Field, ...] | None) -> int:
        """Return the number of a schema; 0 where none was said."""
        if fields is None:
            return 0
        return self._blobs.number(_encode_schema(tuple((field.name, field.type) for field in fields)))

    def fields(self, number: int) -> tuple[Field, ...] | None:
        """Return a schema by its number."""
        return tuple(Field(*field) for field in _schema(self._blobs.get(number))) if number else None


class Versions:
    """The rows of versions."""

    def __init__(self, connection: Connection, amounts: Amounts) -> None:
        self._connection = connection
        self._amounts = amounts
        self._ids = Counter(connection, "version")
        self._rows: Held[tuple[int, str], VersionRow] = Held(self._load, self._save)
        self._anew: dict[tuple[int, str], None] = {}
        connection.on_rollback(self.forget)

    def fetch(self, keys: Iterable[tuple[int, str]]) -> None:
        """Read several versions together, those that are not in memory."""
        wanted = self._rows.lacks(keys)
        for at in range(0, len(wanted), _TOGETHER):
            some = wanted[at : at + _TOGETHER]
            found = self._connection.rows(
                "versions_named",
                ids=json.dumps(sorted({dataset for dataset, _ in some})),
                texts=json.dumps(sorted({version for _, version in some})),
            )
            known = {(dataset, version): VersionRow(*row) for dataset, version, *row in found}
            self._rows.learn((key, known.get(key)) for key in some)

    def id(self, dataset_id: int, version: str) -> int:
        """Return the id of a version, known or new."""
        row = self._rows.get((dataset_id, version))
        if row is None:
            row = VersionRow(self._ids.next())
            self._rows.put((dataset_id, version), row)
        return row.id

    def spoken(self, key: tuple[int, str], since_us: int) -> None:
        """A run spoke of a version, from a moment on."""
        row = self._rows.get(key)
        assert row is not None
        if since_us < row.since_us:
            self._rows.put(key, row._replace(since_us=since_us))

    def say(self, key: tuple[int, str], ranked: str, run_id: int, body: bytes, schema: int) -> None:
        """Take the word of one more run."""
        row = self._rows.get(key)
        assert row is not None
        if key in self._anew:
            return
        if not row.best:
            self._settle(key, row, [(ranked, run_id, body, schema)])
        elif (
            ranked < row.best
            or ranked < row.filled
            or (schema and not row.schema)
            or (body != row.body and _adds(row.body, body))
        ):
            self.recount(key)

    def recount(self, key: tuple[int, str]) -> None:
        """Work a version out anew from every run that says something of it, once their rows are written."""
        self._anew[key] = None

    def settle(self) -> None:
        """Work out anew what could not be added to; to be called when the rows of the runs are written."""
        for key in self._anew:
            row = self._rows.get(key)
            assert row is not None
            said = self._connection.rows("version_said", version=row.id, open=OPEN)
            words = [
                (rank(role, time_us, run, attempt), run_id, body, schema)
                for role, run_id, run, attempt, schema, body, time_us in said
            ]
            first = self._connection.row("version_since", version=row.id)
            self._settle(key, row._replace(since_us=OPEN if first is None or first[0] is None else first[0]), words)
        self._anew.clear()

    def flush(self) -> None:
        """Write what is new."""
        self._rows.flush()

    def forget(self) -> None:
        """Let go of what is in memory."""
        self._rows.forget()
        self._anew.clear()
        self._ids.forget()

    def _settle(self, key: tuple[int, str], held: VersionRow, words: Iterable[tuple[str, int, bytes, int]]) -> None:
        ordered = sorted(words, key=lambda word: word[0])
        if not ordered:
            self._put(key, VersionRow(held.id, since_us=held.since_us))
            return
        best, run_id, body, schema = ordered[0]
        filled = ""
        for ranked, _, said, number in ordered[1:]:
            if (number and not schema) or _adds(body, said):
                body, schema, filled = _encode(_filled(_word(body), _word(said))), schema or number, ranked
        word = _word(body)
        writer = run_id if best[0] == "0" else 0
        kept = (word.partition, word.profile, schema, best, filled, body)
        row = VersionRow(held.id, moment(best), writer, *kept, held.since_us)
        if row != self._rows.get(key):
            self._put(key, row)

    def _put(self, key: tuple[int, str], row: VersionRow) -> None:
        before = self._rows.get(key)
        if key[1]:
            born = (row.time_us < OPEN) - (before is not None and before.time_us < OPEN)
            self._amounts.versions(key[0], born)
        self._rows.put(key, row)

    def _load(self, key: tuple[int, str]) -> VersionRow | None:
        row = self._connection.row("version_of", dataset=key[0], version=key[1])
        return VersionRow(*row) if row else None

    def _save(self, changed: list[tuple[tuple[int, str], VersionRow]]) -> None:
        rows = []
        for (dataset, version), row in changed:
            values = row._asdict()
            rows.append({"dataset": dataset, "version": version, "run": values.pop("run_id"), **values})
        self._connection.many("version_put", rows)


def _empty(value: object) -> bool:
    return value is None or value in ("", {}, ())


def _adds(held: bytes, said: bytes) -> bool:
    """Whether a word says what is not held."""
    one, other = _word(held), _word(said)
    return any(_empty(getattr(one, name)) and not _empty(getattr(other, name)) for name in _SAID)


def _filled(held: Word, said: Word) -> Word:
    """Return ``held`` with its gaps filled from ``said``."""
    gaps = {name: getattr(said, name) for name in _SAID if _empty(getattr(held, name))}
    return msgspec.structs.replace(held, **gaps)
