"""Events in files: JSON objects or arrays of them one after the other, each on one line or over several.

Enters: a binary stream, which may be packed by gzip or be UTF-16. Leaves: each event as UTF-8 bytes, read or not
readable: what is not JSON is passed on as it is, so that it lands in quarantine with a reason instead of vanishing. A
file is never held whole, but for one that is an array over several lines.
"""

import gzip
import itertools
import zlib
from collections.abc import Iterable, Iterator
from typing import BinaryIO

import msgspec

from driftline.cli import unpacked
from driftline.cli.unpacked import Lines
from driftline.errors import BadInput
from driftline.event import brackets

_BLANK = b" \t\r\n\x00\xef\xbb\xbf"  # with the byte order mark
_LONGEST = 64 * 1024 * 1024  # bytes over several lines that are looked at for the end of an object


class _Counted:
    """Lines, how many of them were taken, and on which one the event begins that is passed on."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        self._each = iter(lines)
        self.taken = 0
        self.at = 0
        self.whole = False  # the rest was read at once

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        line = next(self._each)
        self.taken += 1
        return line

    def read(self) -> bytes:
        self.whole = True
        return self._lines.read()


def events(stream: BinaryIO) -> Iterator[bytes]:
    """Yield the events of ``stream`` in order; else as ``located``."""
    return (raw for _, raw in located(stream))


def located(stream: BinaryIO) -> Iterator[tuple[str, bytes]]:
    """Yield the events of ``stream`` in order, each with its line, or in an array over several lines its number.

    Raises:
        BadInput: what is packed by gzip cannot be unpacked to its end, or what begins as UTF-16 does not go on so.
    """
    with unpacked.opened(stream) as opened:
        lines = _Counted(opened)
        try:
            for number, raw in enumerate(_events(lines), 1):
                yield f"event {number}" if lines.whole else f"line {lines.at}", raw
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            hint = "The events before that place were taken; fetch the file anew, and ingest it again."
            raise BadInput(f"the gzip file is damaged: {error}", hint=hint) from error
        except UnicodeError as error:
            raise BadInput(f"the file begins as UTF-16 but cannot be read so: {error}") from error


def _events(lines: _Counted) -> Iterator[bytes]:
    first = next((line for line in lines if line.strip(_BLANK)), b"")
    text = first.strip(_BLANK)
    if text.startswith(b"[") and not _is_json(text):
        yield from _array(first + lines.read(), lines)
    else:
        yield from _objects(itertools.chain([first], lines), lines)


def _objects(lines: Iterator[bytes], counted: _Counted) -> Iterator[bytes]:
    held: list[bytes] = []  # lines of an object that goes on
    depth, size = 0, 0
    for line in lines:
        depth += _opens(line, bool(held))
        if not held and depth <= 0:
            yield from _each([line], counted, counted.taken)
            depth = 0
            continue
        held.append(line)
        size += len(line)
        if depth <= 0 or size > _LONGEST:
            counted.at = counted.taken - len(held) + 1
            yield from [b"".join(held).strip(_BLANK)] if depth <= 0 else _each(held, counted, counted.at)
            held, depth, size = [], 0, 0
    counted.at = counted.taken - len(held) + 1
    if held and held[0].strip(_BLANK) == b"{":  # it breaks off
        yield b"".join(held).strip(_BLANK)
    else:
        yield from _each(held, counted, counted.at)


def _opens(line: bytes, goes_on: bool) -> int:
    text = line.strip(_BLANK)
    if not goes_on and (not text.startswith(b"{") or (text.endswith(b"}") and text.count(b"{") == text.count(b"}"))):
        return 0  # an object on one line, or none at all
    return brackets.open_after(text)


def _each(lines: Iterable[bytes], counted: _Counted, first: int) -> Iterator[bytes]:
    """Yield the events of lines, of which one is the ``first``: of each one, those of an array, or none."""
    for number, line in enumerate(lines, first):
        counted.at = number
        text = line.strip(_BLANK)
        found = brackets.members(text) if text.startswith(b"[") else None
        if found is not None:
            yield from found
        elif text:
            yield text


def _array(whole: bytes, counted: _Counted) -> Iterator[bytes]:
    found = brackets.members(whole)
    if found is not None:
        yield from found
        return
    lines = [line.strip(_BLANK) for line in whole.split(b"\n")]
    if len(lines) > 1 and all(not line or brackets.members(line) is not None for line in lines):
        yield from _each(lines, counted, 1)  # one array per line
    else:
        yield whole.strip(_BLANK)


def _is_json(text: bytes) -> bool:
    try:
        msgspec.json.decode(text, type=msgspec.Raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return False
    return True
