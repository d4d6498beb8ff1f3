"""The columns of a Parquet file as its footer names them, read without a library.

Enters: the path of a file. Leaves: the names of its columns in order, nested ones by their outermost name, or None
where the footer is encrypted or is none. Reads the last bytes only. pyarrow tells the same, but a program that has not
loaded it would pay a hundred milliseconds for a few names. Source: https://github.com/apache/parquet-format, README and
``parquet.thrift`` (``FileMetaData.schema``).
"""

import io
import os

from driftline import thrift
from driftline.thrift import Walk

_MAGIC = b"PAR1"
_LARGEST = 1 << 24  # bytes of a footer that is read here
_AT_ONCE = 1 << 14  # bytes that hold most footers
_END = 8  # bytes after the footer: its length, and the sign
_SCHEMA, _NAME, _CHILDREN = 2, 4, 5  # ids of fields: of FileMetaData, and two of SchemaElement
_RECENT = 32  # beginnings of footers that are remembered

_recent: dict[bytes, tuple[str, ...] | None] = {}  # the footer up to the end of its schema -> its columns


def columns(path: str) -> tuple[str, ...] | None:
    """Return the names of the columns of the file at ``path``; None where its footer cannot be read here.

    Raises:
        OSError: the file cannot be read.
    """
    footer = _footer(path)
    if footer is None:
        return None
    for begin, found in list(_recent.items()):  # files of one dataset begin alike: what follows is about their rows
        if footer.startswith(begin):
            return found
    try:
        return _columns(Walk(footer))
    except (IndexError, ValueError, RecursionError):  # cut short, or something else
        return None


def _footer(path: str) -> bytes | None:
    with io.FileIO(path) as file:  # who replaces ``open``, to count, hears nothing of it
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - _AT_ONCE))
        last = file.read()
        if len(last) < _END or not last.endswith(_MAGIC):
            return None
        length = int.from_bytes(last[-_END:-4], "little")
        if length > min(_LARGEST, size - _END):
            return None
        if length + _END > len(last):
            file.seek(size - length - _END)
            last = file.read()
    return last[-_END - length : -_END]


def _columns(footer: Walk) -> tuple[str, ...] | None:
    for field, kind in footer.fields():
        if field == _SCHEMA and kind == thrift.LIST:
            found = _outermost([_element(footer) for _ in range(footer.list()[0])])
            if footer.at <= min(_AT_ONCE, len(footer.data)):  # else it is cut short, or takes much room
                _remember(footer.data[: footer.at], found)
            return found
        footer.over(kind)
    return None


def _remember(begin: bytes, found: tuple[str, ...] | None) -> None:
    if len(_recent) >= _RECENT:
        _recent.clear()
    _recent[begin] = found


def _element(footer: Walk) -> tuple[str, int]:
    """Return the name of an element of the schema, and how many of those after it lie directly in it."""
    name, children = "", 0
    for field, kind in footer.fields():
        if field == _NAME and kind == thrift.BINARY:
            name = footer.text()
        elif field == _CHILDREN:
            children = footer.signed()
        else:
            footer.over(kind)
    return name, children


def _outermost(elements: list[tuple[str, int]]) -> tuple[str, ...] | None:
    """Return the children of the root; the elements stand in the order of a walk that goes down first."""
    found: list[str] = []
    inside = 0  # elements that still lie in a column
    for name, children in elements[1:]:
        if not inside:
            found.append(name)
        inside = max(0, inside - 1) + children
    return tuple(found) if elements and len(found) == elements[0][1] else None
