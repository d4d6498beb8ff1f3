"""What is known of the row groups of a segment: where each is described, between which bounds it lies, and its sources.

Enters: a segment. Leaves: a small file beside it, and what that says. Of the sources of answers, which are dear to read
and few in kind, it tells by a byte a row which they are. It is derived: where it is lost, or belongs to another file of
that name, the segment itself is read for it, which takes as long as reading fifty row groups.
"""

import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from driftline.store import ledger_footers

CONSTANT = b"constant"  # in a segment's metadata: the columns that are the same in all its rows, as JSON
SUFFIX = ".groups"
_SOURCES, _NODES = "sources", "nodes"  # nodes follow from sources
_MOST, _WIDEST = 256, 16  # different values that are told by codes, and structs in one of them
_NO_CODES = np.zeros(0, np.uint8)
_ANY = {"id": ("", "\U0010ffff"), "time_us": (0, 2**63 - 1)}  # bounds where a file states none


class Groups(msgspec.Struct, frozen=True, array_like=True):
    """The row groups of a segment."""

    size: int  # of the segment, bytes
    cuts: ledger_footers.Cuts
    times: bytes  # first and last moment of each row group, 64 bits each
    ids: list[tuple[str, str]]  # first and last id of each
    constant: dict[str, Any]  # columns that are the same in all rows
    columns: list[str]  # the others that an answer is made of, without ``sources`` where these are told by codes
    stands: list[Any]  # the different values of ``sources``, if they are few
    codes: list[bytes]  # which of them each row has: a byte a row, compressed, of each row group

    def at(self, moments: Any) -> list[int]:
        """Return the row groups that may hold any of ``moments``, which are sorted."""
        bounds = np.frombuffer(self.times, np.int64).reshape(-1, 2)
        after = np.searchsorted(moments, bounds[:, 0], side="left")
        until = np.searchsorted(moments, bounds[:, 1], side="right")
        return [int(group) for group in np.flatnonzero(until > after)]

    def sources(self, groups: Sequence[int]) -> Any:
        """Return the code of each row of some row groups; None where sources are read from the segment itself."""
        if not self.stands:
            return None
        return np.frombuffer(b"".join(zlib.decompress(self.codes[group]) for group in groups), np.uint8)

    def with_id(self, id: str) -> list[int]:  # noqa: A002 - the record's own field
        """Return the row groups that may hold ``id``."""
        return [group for group, (first, last) in enumerate(self.ids) if first <= id <= last]


_encode, _read = msgspec.msgpack.Encoder().encode, msgspec.msgpack.Decoder(Groups).decode


def keep(segment: Path) -> None:
    """Write what is known of a segment's row groups beside it.

    Raises:
        OSError: it cannot be read or written.
    """
    partial = segment.with_suffix(SUFFIX + ".partial")
    partial.write_bytes(_encode(of(segment)))
    partial.replace(segment.with_suffix(SUFFIX))


def known(segment: Path, size: int) -> Groups:
    """Return what is known of the row groups of a segment of ``size`` bytes.

    Raises:
        OSError, pa.ArrowException, ValueError: it is missing or damaged.
    """
    found = kept(segment)
    return found if found is not None and found.size == size else of(segment)


def kept(segment: Path) -> Groups | None:
    """Return what is kept beside a segment; None where that is nothing, or written by another version."""
    try:
        return _read(segment.with_suffix(SUFFIX).read_bytes())
    except (OSError, msgspec.MsgspecError):
        return None


def of(segment: Path) -> Groups:
    """Return what a segment itself says of its row groups.

    Raises:
        OSError, pa.ArrowException, ValueError: it is missing or damaged.
    """
    import pyarrow.parquet as pq

    with pq.ParquetFile(segment) as opened:
        footer, names = opened.metadata, opened.schema_arrow.names
        sources = opened.read([_SOURCES]).column(_SOURCES)
    ends = np.cumsum([footer.row_group(group).num_rows for group in range(footer.num_row_groups)])
    constant = msgspec.json.decode((footer.metadata or {}).get(CONSTANT, b"{}"), type=dict[str, Any])
    stands, codes = ([], _NO_CODES) if _SOURCES in constant else _coded(sources)
    unread = {*constant, _NODES, *([_SOURCES] if stands else [])}
    return Groups(
        size=segment.stat().st_size,
        cuts=ledger_footers.cut(segment),
        times=np.array(_bounds(footer, "time_us"), np.int64).tobytes(),
        ids=_bounds(footer, "id"),
        constant=constant,
        columns=[name for name in names if name not in unread],
        stands=stands,
        codes=[zlib.compress(part.tobytes(), 1) for part in np.split(codes, ends[:-1])] if stands else [],
    )


def _coded(column: Any) -> tuple[list[Any], Any]:
    """Return the different values of a column of lists of structs of texts, and the place of each row's among them.

    Nothing where there are many, or where some rows have many structs.
    """
    import pyarrow.compute as pc

    flat = pc.list_flatten(column).combine_chunks()
    each = np.zeros(len(flat), np.int64)  # one number for each different struct
    for field in flat.flatten():
        encoded = field.dictionary_encode()
        numbers = encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
        each = np.unique(each * (len(encoded.dictionary) + 1) + numbers, return_inverse=True)[1]
    lengths = pc.list_value_length(column).to_numpy().astype(np.int64)
    widest = int(lengths.max(initial=0))
    if widest > _WIDEST:
        return [], _NO_CODES
    rows = np.full((len(lengths), widest), -1, np.int64)
    rows[np.arange(widest) < lengths[:, None]] = each
    code = np.zeros(len(lengths), np.int64)
    for place in range(widest):
        code = np.unique(code * (len(flat) + 2) + rows[:, place] + 1, return_inverse=True)[1]
    _, first, codes = np.unique(code, return_index=True, return_inverse=True)
    if len(first) > _MOST:
        return [], _NO_CODES
    return [column[int(place)].as_py() for place in first], codes.astype(np.uint8)


def _bounds(footer: Any, column: str) -> list[tuple[Any, Any]]:
    """Return the least and the greatest value of each row group."""
    leaves = [footer.schema.column(place).path for place in range(len(footer.schema))]
    place = leaves.index(column)
    held = [footer.row_group(group).column(place).statistics for group in range(footer.num_row_groups)]
    return [(one.min, one.max) if one is not None and one.has_min_max else _ANY[column] for one in held]
