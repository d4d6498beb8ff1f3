"""Events in files: one JSON object, an array of them, or one object or array per line.

Enters: a binary stream, as it is or packed by gzip, in UTF-8, or in UTF-16 where its byte order mark says so. Leaves:
each event as UTF-8 bytes, read or not readable: what is not JSON is passed on as it is, so that it lands in quarantine
with a reason instead of vanishing. Files of one event per line are never held whole.
"""

import contextlib
import gzip
import io
import zlib
from collections.abc import Iterator
from typing import BinaryIO, Protocol, cast

import msgspec

from driftline.errors import BadInput

_BLANK = b" \t\r\n\x00\xef\xbb\xbf"  # with the byte order mark of UTF-8
_OPENS = (b"{", b"[")
_GZIP = b"\x1f\x8b"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


class _Lines(Protocol):
    """What can be read line by line, or to its end."""

    def __iter__(self) -> Iterator[bytes]: ...

    def read(self) -> bytes: ...


def events(stream: BinaryIO) -> Iterator[bytes]:
    """Yield the events of ``stream`` in order.

    Raises:
        BadInput: what is packed by gzip cannot be unpacked to its end, or what begins as UTF-16 does not go on so.
    """
    with _opened(stream) as lines:
        try:
            yield from _events(lines)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            hint = "The events before that place were taken; fetch the file anew, and ingest it again."
            raise BadInput(f"the gzip file is damaged: {error}", hint=hint) from error
        except UnicodeError as error:
            raise BadInput(f"the file begins as UTF-16 but cannot be read so: {error}") from error


@contextlib.contextmanager
def _opened(stream: BinaryIO) -> Iterator[_Lines]:
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
def _decoded(reader: io.BufferedReader) -> Iterator[_Lines]:
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


def _events(lines: _Lines) -> Iterator[bytes]:
    first = _first_line(lines)
    if not first:
        return
    if first.startswith(_OPENS) and _is_json(first):
        yield from _spread(first)
        for line in lines:
            yield from _spread(line.strip(_BLANK))
        return
    whole = first + b"\n" + lines.read()
    if first.startswith(b"["):
        yield from _array(whole)
    elif _is_json(whole) or first in _OPENS:
        yield whole.strip(_BLANK)
    else:
        for line in whole.split(b"\n"):
            yield from _spread(line.strip(_BLANK))


def _first_line(lines: _Lines) -> bytes:
    for line in lines:
        text = line.strip(_BLANK)
        if text:
            return text
    return b""


def _spread(line: bytes) -> Iterator[bytes]:
    """Yield the events of a line: one, those of an array, or none."""
    if line.startswith(b"["):
        yield from _array(line)
    elif line:
        yield line


def _array(text: bytes) -> Iterator[bytes]:
    try:
        yield from (bytes(event) for event in msgspec.json.decode(text, type=list[msgspec.Raw]))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        yield text.strip(_BLANK)


def _is_json(text: bytes) -> bool:
    try:
        msgspec.json.decode(text, type=msgspec.Raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return False
    return True
