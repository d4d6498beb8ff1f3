"""What a probe has found: which column of which argument reaches which column of which result, and how.

Enters: what ``influence`` saw, or why there is nothing to see. Leaves: a frozen record, as JSON between processes and
on disk.
"""

from typing import Literal

import msgspec

FORM = 1  # of this record and of the way in which it is found; another number asks anew


class Influence(msgspec.Struct, frozen=True, order=True, array_like=True):
    """One column of an argument that reaches a column of a result."""

    argument: str  # name of the parameter
    column: str  # of that frame
    output: int  # which result, of several
    target: str  # column of it; "" = which rows it has, and in which order
    type: Literal["DIRECT", "INDIRECT"]
    subtype: str
    confidence: float = 0.9


class Report(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The outcome of one probe."""

    reason: str = ""  # why it is not probeable; "" = it was probed
    influences: tuple[Influence, ...] = ()
    columns: tuple[tuple[str, ...], ...] = ()  # of each result
    rows: int = 0  # of the largest sample
    runs: int = 0  # how often the function was called, in the child
    stable: bool = True  # a larger sample had shown nothing new
    unclear: tuple[str, ...] = ()  # ``argument.column`` of which each change made the function fail
    reads: tuple[str, ...] = ()  # files that the function read by itself
    fence: tuple[str, ...] = ()  # what kept it from writing
    form: int = FORM


encode = msgspec.json.Encoder().encode
decode = msgspec.json.Decoder(Report).decode
