"""Events in files: JSON objects one after the other, each on one line or over several, or arrays of them.

Enters: a binary stream. Leaves: each event as raw bytes, read or not readable: what is not JSON is passed on
as it is, so that it lands in quarantine with a reason instead of vanishing. A file of objects is never held whole; one
that begins with an array is.
"""

import itertools
from collections.abc import Iterator
from typing import BinaryIO

import msgspec

from driftline.event import brackets

_BLANK = b" \t\r\n\x00\xef\xbb\xbf"  # with the byte order mark
_LONGEST = 64 * 1024 * 1024  # bytes over several lines that are looked at for the end of an object


def events(stream: BinaryIO) -> Iterator[bytes]:
    """Yield the events of ``stream`` in order."""
    first = next((line for line in stream if line.strip(_BLANK)), b"")
    if first.strip(_BLANK).startswith(b"["):
        yield from _array(first + stream.read())
    else:
        yield from _objects(itertools.chain([first], stream))


def _objects(lines: Iterator[bytes]) -> Iterator[bytes]:
    held: list[bytes] = []  # lines of an object that goes on
    depth, size = 0, 0
    for line in lines:
        depth += _opens(line, bool(held))
        if not held and depth <= 0:
            yield from _each([line])
            depth = 0
            continue
        held.append(line)
        size += len(line)
        if depth <= 0 or size > _LONGEST:
            yield from [b"".join(held).strip(_BLANK)] if depth <= 0 else _each(held)
            held, depth, size = [], 0, 0
    if held and held[0].strip(_BLANK) == b"{":  # it breaks off
        yield b"".join(held).strip(_BLANK)
    else:
        yield from _each(held)


def _opens(line: bytes, goes_on: bool) -> int:
    text = line.strip(_BLANK)
    if not goes_on and (not text.startswith(b"{") or (text.endswith(b"}") and text.count(b"{") == text.count(b"}"))):
        return 0  # an object on one line, or none at all
    return brackets.open_after(text)


def _each(lines: list[bytes]) -> Iterator[bytes]:
    return filter(None, (line.strip(_BLANK) for line in lines))


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
