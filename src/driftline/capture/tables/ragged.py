"""Short lines of a text table: filled up with empty cells, as readers do that accept them.

Enters: the text of a table, as UTF-8, and its ``form.Form``. Leaves: the same text, in which a line with fewer cells
than the header ends in as many empty ones as are missing, and a line of blanks is empty; or, in plain words, what no
reader makes a table of. pandas reads such lines so (as missing values), and Polars and ``csv.DictReader`` do.
"""

import csv
import io
from collections.abc import Iterator
from typing import Any

from driftline.capture.tables import measure
from driftline.capture.tables.form import Form

LIMIT = 1 << 27  # bytes of a text that is filled up
_OFTEN = 10_000  # lines between looks at whether anybody waits


def filled(data: bytes, said: Form) -> bytes:
    """Return a text table whose lines have as many cells as its header, or as there are names.

    Raises:
        measure.Unreadable: a line has more, it is no UTF-8, there is no line, or it is too long to be filled up.
    """
    if len(data) > LIMIT:
        raise measure.Unreadable("its lines differ in how many cells they have, and it is too long to be filled up")
    made = bytearray()
    taken: list[bytes] = []
    width, read = len(said.names), _reader(_lines(data, said.skip, made, taken), said)
    counted = " of those that are read" if said.comment or said.omitted else ""
    try:
        for cells in read:
            body = b"".join(taken)
            taken.clear()
            end = body[len(body.rstrip(b"\r\n")) :]
            body = body[: len(body) - len(end)]
            width = width or len(cells)
            if len(cells) > width:
                where = f"line {read.line_num + said.skip:,}{counted}"
                raise measure.Unreadable(f"{where} has {len(cells):,} cells where the header has {width:,}")
            if len(cells) == 1 < width and not body.strip():
                body = b""
            elif cells:
                body += said.delimiter.encode() * (width - len(cells))
            made += body + end
    except csv.Error as error:
        raise measure.Unreadable(f"line {read.line_num + said.skip:,}{counted}: {error}") from error
    if not width:
        raise measure.Unreadable("it is empty")
    return bytes(made)


def _reader(lines: Iterator[str], said: Form) -> Any:
    if not said.quote:
        return csv.reader(lines, delimiter=said.delimiter, quoting=csv.QUOTE_NONE, escapechar=said.escape or None)
    return csv.reader(lines, delimiter=said.delimiter, quotechar=said.quote, escapechar=said.escape or None)


def _lines(data: bytes, skip: int, made: bytearray, taken: list[bytes]) -> Iterator[str]:
    """Yield each line, which is ``taken`` then; the first ``skip`` of them go to what is ``made``."""
    for number, line in enumerate(io.BytesIO(data), 1):
        if number % _OFTEN == 0:
            measure.go_on()
        if number <= skip:
            made += line
            continue
        taken.append(line)
        try:
            yield line.decode().removeprefix("\ufeff" if number == 1 else "")
        except UnicodeDecodeError as error:
            raise measure.Unreadable(f"line {number:,} is not written in UTF-8") from error
