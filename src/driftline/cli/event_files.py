"""Events in files: one JSON object, an array of them, or one per line.

Enters: a binary stream. Leaves: each event as raw bytes, read or not readable: what is not JSON is passed on
as it is, so that it lands in quarantine with a reason instead of vanishing. Files of one event per line are
never held whole.
"""

from collections.abc import Iterator
from typing import BinaryIO

import msgspec

from driftline.event import brackets

_BLANK = b" \t\r\n\x00\xef\xbb\xbf"  # with the byte order mark
_OPENS = (b"{", b"[")


def events(stream: BinaryIO) -> Iterator[bytes]:
    """Yield the events of ``stream`` in order."""
    first = _first_line(stream)
    if not first:
        return
    if first.startswith(b"{") and _is_json(first):
        yield first
        yield from _lines(stream)
        return
    whole = first + b"\n" + stream.read()
    if first.startswith(b"["):
        yield from _array(whole)
    elif _is_json(whole) or first in _OPENS:
        yield whole.strip(_BLANK)
    else:
        yield from filter(None, (line.strip(_BLANK) for line in whole.split(b"\n")))


def _first_line(stream: BinaryIO) -> bytes:
    for line in stream:
        text = line.strip(_BLANK)
        if text:
            return text
    return b""


def _lines(stream: BinaryIO) -> Iterator[bytes]:
    for line in stream:
        text = line.strip(_BLANK)
        if text:
            yield text


def _array(whole: bytes) -> Iterator[bytes]:
    found = brackets.members(whole)
    if found is not None:
        yield from found
        return
    lines = [line.strip(_BLANK) for line in whole.split(b"\n")]
    if len(lines) > 1 and all(not line or _is_array(line) for line in lines):
        for line in filter(None, lines):  # one array per line
            yield from brackets.members(line) or ()
    else:
        yield whole.strip(_BLANK)


def _is_array(line: bytes) -> bool:
    return line.startswith(b"[") and _is_json(line)


def _is_json(text: bytes) -> bool:
    try:
        msgspec.json.decode(text, type=msgspec.Raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return False
    return True
