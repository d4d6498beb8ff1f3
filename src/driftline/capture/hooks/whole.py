"""Whether a call reads or writes all of what it names, so that its frame shows what is in there, or which part.

Enters: the arguments of a call. Leaves: yes or no, or the part. Only arguments that are known to leave rows and columns
as they are count as all: one that is not known here, such as ``columns``, ``nrows`` or ``mode="a"``, means no. Those of
which it is known that they choose rows or columns, and rename none, mean a part. Never looks at data.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from driftline import later

_SAME = frozenset((
    "engine", "storage_options", "memory_map", "low_memory", "use_pyarrow", "dtype_backend", "compression", "version",
    "use_threads", "rechunk", "parallel", "encoding", "encoding_errors", "filesystem", "delta_table_options",
    "compression_level", "row_group_size", "statistics", "data_page_size", "con", "connection", "coerce_float",
    "protocol", "credential_provider", "retries", "engine_options", "mmap_mode",
))  # fmt: skip
_COLUMNS = frozenset(("columns", "usecols"))
_ROWS = frozenset(("nrows", "n_rows", "skiprows", "skipfooter", "filters", "row_groups"))
_REPLACED = {
    "if_exists": ("fail", "replace"), "if_table_exists": ("fail", "replace"),
    "mode": ("error", "overwrite", "w", "wb", "x"), "index": (False, None),
}  # fmt: skip
_ALL = later.pattern(r"\s*select\s+\*\s+from\s+([\w.\"`\[\]]+)\s*;?\s*", re.IGNORECASE)


def call(args: Sequence[Any], kwargs: Mapping[str, Any], positional: int, *named: str) -> bool:
    """Return whether a call is about everything.

    Args:
        args: positional arguments.
        kwargs: keyword arguments.
        positional: how many of the first arguments say what is read or written and where.
        named: keywords that do the same.
    """
    if len(args) > positional:
        return False
    return all(
        name in named or name in _SAME or (name in _REPLACED and value in _REPLACED[name])
        for name, value in kwargs.items()
    )


def part(
    args: Sequence[Any], kwargs: Mapping[str, Any], positional: int, *named: str
) -> Literal["", "rows", "columns"]:
    """Return what a call, given as to ``call``, chooses: rows alone, columns too; "" = all, or nobody knows."""
    chosen = {name for name, value in kwargs.items() if value is not None and name in _COLUMNS | _ROWS}
    rest = {name: value for name, value in kwargs.items() if name not in _COLUMNS | _ROWS}
    if not chosen or not call(args, rest, positional, *named):
        return ""
    return "columns" if chosen & _COLUMNS else "rows"


def statement(text: str) -> str:
    """Return the table all of which a statement reads, as it is spelled there; "" where it reads anything else."""
    found = _ALL.fullmatch(text)
    return found[1] if found else ""
