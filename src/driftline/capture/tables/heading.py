"""The names that a text file itself gives its columns, where a reader was told to pass over them.

Enters: a file, the form in which it was read, what the reader was told. Leaves: the form as the file has it, and of
each column that the reader gave the name in the file. A line that was left out and that nobody called a header is one
if it has as many cells as the next line, each of them a word, and no two of them the same. Reads the top of the file.
"""

import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from driftline import later
from driftline.capture.tables import endings, measure
from driftline.capture.tables.form import Form

if TYPE_CHECKING:
    import csv
else:  # where it is loaded, it gets hooks
    csv = later.module("csv")

_TOP = 1 << 16  # bytes in which a header ends
_WHOLE = 1 << 20  # bytes of a file whose lines are counted
_PACKED = (".gz", ".bz2", ".zst", ".xz", ".zip")


class Heading(NamedTuple):
    """What a file says of columns that were read under other names."""

    form: Form
    columns: tuple[str, ...]  # of the file
    own: Mapping[str, str]  # by the name that the reader gave, the one in the file


def of_file(path: str, form: Form, options: Mapping[str, Any]) -> Heading | None:
    """Return what the file at ``path`` calls its columns; None where it was read under these names, or has none.

    Args:
        path: of the file.
        form: in which it was read: with names of the reader's, or numbered columns, below lines that were left out.
        options: arguments of the reader, by name.
    """
    if (
        not (form.names or form.bare)
        or form.bare.startswith("polars")
        or form.skip < 1
        or form._replace(comment="").leaves_out
        or not form.delimiter
    ):
        return None
    by_place = bool(options.get("new_columns"))  # of Polars
    declared = bool(form.names) and (by_place or isinstance(options.get("header"), int))
    if by_place and (options.get("columns") or not options.get("has_header", True)):
        return None  # the names are those of chosen columns, or there is no header
    lines = _lines(path, form)
    header, following = lines[form.skip - 1 : form.skip], lines[form.skip :]
    if form.comment and any(form.comment in cell for line in lines for cell in line):
        return None  # which lines there are is not known by counting them
    if not header or not (declared or _is_header(header[0], following)):
        return Heading(form, (), {}) if declared else None
    columns = tuple(one.strip() for one in header[0])
    given = form.names or tuple(str(place) for place in range(len(columns)))
    placed = (given, columns) if by_place else _in_places(given, columns, options.get("usecols"))
    own = dict(zip(*placed, strict=False))
    texts = tuple(own.get(name, name) for name in form.texts)
    return Heading(form._replace(names=(), bare="", skip=form.skip - 1, texts=texts), columns, own)


def is_all(path: str, rows: int) -> bool:
    """Whether a text of so many rows, which was appended to a file, is all that this holds: no header is above it.

    A file that is packed, or larger than a mebibyte, is not looked at, and has one.
    """
    if path.lower().endswith(_PACKED):
        return False
    try:
        measure.unlocked(path)
        with io.FileIO(path) as file:
            text = file.read(_WHOLE + 1)
    except OSError:
        return False
    return len(text) <= _WHOLE and text.count(b"\n") == rows > 0


def _in_places(names: Sequence[str], columns: Sequence[str], wanted: Any) -> tuple[Sequence[str], Sequence[str]]:
    """The reader's names and the file's, in the same places: fewer names leave the first columns to the index."""
    places = sorted(wanted) if isinstance(wanted, Sequence) and all(isinstance(one, int) for one in wanted) else []
    if places and len(places) == len(names) < len(columns) and places[-1] < len(columns):
        return names, [columns[place] for place in places]
    return names, columns[max(len(columns) - len(names), 0) :]


def _lines(path: str, form: Form) -> list[list[str]]:
    """The lines above the first row, and that row."""
    if path.lower().endswith(_PACKED) or endings.form(path) not in {"", "csv"}:
        return []
    try:
        measure.unlocked(path)
        with io.FileIO(path) as file:  # who replaces ``open``, to count, hears nothing of it
            top = file.read(_TOP)
        text = top.decode("utf-8-sig" if form.encoding == "utf8" else form.encoding, errors="replace")
        quoting = csv.QUOTE_MINIMAL if form.quote else csv.QUOTE_NONE
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=form.delimiter, quotechar=form.quote or None,
                          quoting=quoting)  # type: ignore[arg-type] # one of the two  # fmt: skip
        return list(rows)[: form.skip + 1]
    except (OSError, LookupError, ValueError, csv.Error):
        return []


def _is_header(cells: Sequence[str], following: Sequence[Sequence[str]]) -> bool:
    words = [cell.strip() for cell in cells]
    alike = all(len(one) == len(words) for one in following)
    return alike and len(set(words)) == len(words) and all(word and not _is_number(word) for word in words)


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True
