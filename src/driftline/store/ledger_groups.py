"""What is known of the row groups of a segment: where each is described, and between which bounds it lies.

Enters: a segment. Leaves: a small file beside it, and what that says. It is derived: where it is lost, or belongs to
another file of that name, the segment's own footer is read for it, which takes as long as reading ten row groups.
"""

from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from driftline.store import ledger_footers

CONSTANT = b"constant"  # in a segment's metadata: the columns that are the same in all its rows, as JSON
SUFFIX = ".groups"
_UNREAD = "nodes"  # a column that follows from another
_ANY = {"id": ("", "\U0010ffff"), "time_us": (0, 2**63 - 1)}  # bounds where a file states none


class Groups(msgspec.Struct, frozen=True, array_like=True):
    """The row groups of a segment."""

    size: int  # of the segment, bytes
    cuts: ledger_footers.Cuts
    times: list[tuple[int, int]]  # first and last moment of each row group
    ids: list[tuple[str, str]]  # first and last id of each
    constant: dict[str, Any]  # columns that are the same in all rows
    columns: list[str]  # the others that an answer is made of

    def at(self, moments: Any) -> list[int]:
        """Return the row groups that may hold any of ``moments``, which are sorted."""
        bounds = np.array(self.times, np.int64).reshape(-1, 2)
        after = np.searchsorted(moments, bounds[:, 0], side="left")
        until = np.searchsorted(moments, bounds[:, 1], side="right")
        return [int(group) for group in np.flatnonzero(until > after)]

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
    try:
        found = _read(segment.with_suffix(SUFFIX).read_bytes())
        if found.size == size:
            return found
    except (OSError, msgspec.MsgspecError):
        pass
    return of(segment)


def of(segment: Path) -> Groups:
    """Return what a segment itself says of its row groups.

    Raises:
        OSError, pa.ArrowException, ValueError: it is missing or damaged.
    """
    import pyarrow.parquet as pq

    footer = pq.read_metadata(segment)
    names = footer.schema.to_arrow_schema().names
    constant = msgspec.json.decode((footer.metadata or {}).get(CONSTANT, b"{}"), type=dict[str, Any])
    return Groups(
        size=segment.stat().st_size,
        cuts=ledger_footers.cut(segment),
        times=_bounds(footer, "time_us"),
        ids=_bounds(footer, "id"),
        constant=constant,
        columns=[name for name in names if name not in constant and name != _UNREAD],
    )


def _bounds(footer: Any, column: str) -> list[tuple[Any, Any]]:
    """Return the least and the greatest value of each row group."""
    leaves = [footer.schema.column(place).path for place in range(len(footer.schema))]
    place = leaves.index(column)
    held = [footer.row_group(group).column(place).statistics for group in range(footer.num_row_groups)]
    return [(one.min, one.max) if one is not None and one.has_min_max else _ANY[column] for one in held]
