"""Whether two tables hold the same rows, and if not, in which columns and rows: xxh3-128 over one canonical form.

Enters: any table that ``inputs`` reads, or record batches one after another (``Prints``, in bounded memory). Leaves:
``Fingerprint``. Each column is hashed in groups of ``GROUP`` rows by position, whatever chunks or row groups the data
came in; the hash of a column is made of those of its groups, so rows that are appended leave all complete groups as
they were. What makes no difference is told in ``canonical``. The prefix of the value names the form's version; values
of different forms say nothing about each other.
"""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec
import pyarrow as pa
import xxhash

from driftline.errors import BadInput
from driftline.event.ids import digest, digests
from driftline.profile import canonical, inputs, row_set, sheet
from driftline.profile.row_set import RowSet
from driftline.profile.sheet import Sheet

FORM = "t2-2"
WRITTEN = "w2-2"  # form of a text table: hashes of its cells as they are written
ARRAYS = "a1-1"  # form of arrays by name, each of its own shape: one row, of which each array is a cell
ALGORITHM = "xxh3-128"
GROUP = 1 << 16  # rows
WIDTH = 16  # bytes of a hash


class Fingerprint(msgspec.Struct, frozen=True):
    """Hash of a table, of each of its columns, and of each group of rows of a column."""

    value: str  # the form, ":" and 32 hexadecimal digits
    columns: dict[str, str]  # 32 hexadecimal digits each
    rows: int = 0
    group: int = GROUP  # rows of one group; a power of two times GROUP
    groups: dict[str, bytes] = {}  # 16 bytes per group, in order
    row_set: RowSet | None = None  # the rows whatever their order; None = not measured

    @property
    def form(self) -> str:
        """The version of the canonical form."""
        return self.value.partition(":")[0]

    def differing(self, other: "Fingerprint") -> tuple[str, ...]:
        """Return the columns that are not the same in both, or only in one.

        Raises:
            BadInput: the fingerprints are of different forms.
        """
        if self.form != other.form:
            raise BadInput(f"fingerprints of the forms {self.form} and {other.form} cannot be compared")
        names = dict.fromkeys((*self.columns, *other.columns))
        return tuple(name for name in names if self.columns.get(name) != other.columns.get(name))

    def coarser(self, group: int) -> "Fingerprint":
        """Return it with groups of at least ``group`` rows: hashes of two neighbours become one."""
        found = self
        while found.group < group:
            paired = {name: _paired(hashes) for name, hashes in found.groups.items()}
            found = msgspec.structs.replace(found, group=found.group * 2, groups=paired)
        return found


def _paired(hashes: bytes) -> bytes:
    return b"".join(
        xxhash.xxh3_128_digest(hashes[at : at + 2 * WIDTH]) for at in range(0, len(hashes), 2 * WIDTH)
    )  # fmt: skip


def fingerprint(table: Any, *, rows: bool = False, form: str = FORM) -> Fingerprint:
    """Return the fingerprint of ``table``, with its ``row_set`` where ``rows`` are asked for.

    ``form``: what the table shows, ``WRITTEN`` where its values are the cells of a text.

    Raises:
        BadInput: not a table, or columns of different lengths.
    """
    whole = sheet.of(table)
    if whole.short and form == FORM:
        return fingerprint_many(whole, rows=rows)[0]
    groups = _Groups([column.name for column in whole.columns], rows=rows)
    for start in range(0, whole.rows, GROUP):
        groups.take(whole.part(start, min(start + GROUP, whole.rows)))
    return groups.made(whole.rows, form)


def fingerprint_many(whole: Sheet, *, rows: bool = False) -> list[Fingerprint]:
    """Return the fingerprint of each table of a short sheet, as ``fingerprint`` makes it of that table alone."""
    hashes = _hashes(whole)
    sets = row_set.of_tables(whole) if rows else itertools.repeat(None, len(whole.tables))
    names = [column.name for column in whole.columns]
    return [
        _made(count, dict(zip(names[start:end], hashes[start:end], strict=True)), found, FORM)
        for (count, start, end), found in zip(whole.tables, sets, strict=True)
    ]


def beside(rows: int, parts: Iterable[Fingerprint]) -> Fingerprint:
    """Return the fingerprint of the table of ``rows`` rows whose columns are those of ``parts``, no name twice."""
    return _made(rows, {name: hashes for part in parts for name, hashes in part.groups.items()}, None, FORM)


def of_arrays(hashes: dict[str, bytes]) -> Fingerprint:
    """Return the fingerprint of arrays by name, of which each has a hash of ``WIDTH`` bytes."""
    return _made(1, hashes, None, ARRAYS)


class Prints:
    """The fingerprint of a table that comes in record batches of one schema; holds less than two groups at a time.

    With ``rows`` it has a row set; with ``up_to``, only where the table has no more cells than that.
    """

    def __init__(self, schema: pa.Schema, *, rows: bool = False, up_to: int | None = None, form: str = FORM) -> None:
        _, found = inputs.columns(pa.Table.from_batches([], schema))
        self._groups = _Groups([column.name for column in found], rows=rows)
        self._schema = schema
        self._up_to = up_to
        self._form = form
        self._waiting: list[pa.RecordBatch] = []
        self._held = 0
        self._count = 0
        self._rows = 0  # that were taken

    def add(self, batch: pa.RecordBatch) -> None:
        """Take the next rows."""
        at = 0
        while at < len(batch):
            taken = min(GROUP - self._held, len(batch) - at)
            self._waiting.append(batch.slice(at, taken))
            self._held += taken
            at += taken
            if self._held == GROUP:
                self._flush()
        self._count += len(batch)

    def finish(self) -> Fingerprint:
        """Return the fingerprint of all rows."""
        if self._held:
            self._flush()
        return self._groups.made(self._count, self._form)

    def _flush(self) -> None:
        table = pa.Table.from_batches(self._waiting, self._schema)
        self._rows += len(table)
        if self._up_to is not None and self._rows * len(self._schema) > self._up_to:
            self._groups.leave_rows()
        self._groups.take(sheet.of(table))
        self._waiting, self._held = [], 0


class _Groups:
    """Takes the columns of one group of rows after another."""

    def __init__(self, names: Sequence[str], *, rows: bool) -> None:
        self._hashes: dict[str, list[bytes]] = {name: [] for name in names}
        self._rows = row_set.Builder() if rows else None

    def take(self, group: Sheet) -> None:
        """Take the next rows."""
        for hashes, found in zip(self._hashes.values(), _hashes(group), strict=True):
            hashes.append(found)
        if self._rows is not None:
            self._rows.take(group)

    def leave_rows(self) -> None:
        """Do without the row set."""
        self._rows = None

    def made(self, rows: int, form: str) -> Fingerprint:
        """Return the fingerprint of all that was taken."""
        groups = {name: b"".join(hashes) for name, hashes in self._hashes.items()}
        return _made(rows, groups, self._rows.made() if self._rows is not None else None, form)


def _hashes(group: Sheet) -> list[bytes]:
    """Return the hash of each column of one group of rows; of no rows there is none."""
    found = group.numbers if group.short else None  # of a long one there are none
    lines = dict(zip(found.places, canonical.of_lines(*found[1:]), strict=True)) if found else {}
    out = []
    for place, (column, rows) in enumerate(zip(group.columns, group.lengths, strict=True)):
        if not rows:
            out.append(b"")
            continue
        state = xxhash.xxh3_128()
        for part in lines[place] if place in lines else _parts(group, place, column.values):
            state.update(part)
        out.append(state.digest())
    return out


def _parts(group: Sheet, place: int, values: Any) -> Iterator[Any]:
    if not group.short and canonical.strung(values):
        return canonical.of_chunks(values)
    return canonical.parts(group.pieces[place])


def _made(rows: int, groups: dict[str, bytes], row_set: RowSet | None, form: str) -> Fingerprint:
    columns = dict(zip(groups, digests((form, str(rows)), groups.values()), strict=True))
    parts = [part for pair in columns.items() for part in pair]
    return Fingerprint(f"{form}:{digest(form, str(rows), *parts)}", columns, rows, GROUP, groups, row_set)
