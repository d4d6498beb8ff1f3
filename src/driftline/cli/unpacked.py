"""Bytes of a file as UTF-8, whatever it was packed and written as.

Enters: a binary stream, as it is or packed by gzip, in UTF-8, or in UTF-16 where its byte order mark says so. Leaves:
the same text as UTF-8 bytes, line by line or to its end; the stream stays open. Never holds a file whole.
"""

import contextlib
import gzip
import io
from collections.abc import Iterator
from typing import BinaryIO, Protocol, cast

_GZIP = b"\x1f\x8b"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


class Lines(Protocol):
    """What can be read line by line, or to its end."""

    def __iter__(self) -> Iterator[bytes]: ...

    def read(self) -> bytes:
        """Return all that is left."""
        ...


@contextlib.contextmanager
def opened(stream: BinaryIO) -> Iterator[Lines]:
    """Give the bytes of a stream as UTF-8, unpacked; the stream stays open."""
    reader = cast("io.BufferedReader", stream if hasattr(stream, "peek") else io.BufferedReader(stream))
    if reader.peek(2)[:2] == _GZIP:
        with gzip.GzipFile(fileobj=reader) as unpacked, _decoded(cast("io.BufferedReader", unpacked)) as lines:
            yield lines
    else:
        with _decoded(reader) as lines:
            yield lines
    if reader is not stream:
        reader.detach()


@contextlib.contextmanager
def _decoded(reader: io.BufferedReader) -> Iterator[Lines]:
    try:
        marked = reader.peek(2)[:2] in _UTF_16
    except (EOFError, OSError):
        marked = False  # found damaged again when it is read
    if not marked:
        yield reader
        return
    text = io.TextIOWrapper(reader, encoding="utf-16", newline="\n")
    try:
        yield _Recoded(text)
    finally:
        text.detach()


class _Recoded:
    """Text as UTF-8 bytes."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text

    def __iter__(self) -> Iterator[bytes]:
        return (line.encode() for line in self._text)

    def read(self) -> bytes:
        """Return what is left."""
        return self._text.read().encode()
