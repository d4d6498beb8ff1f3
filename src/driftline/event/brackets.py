"""What the brackets of a JSON text tell without reading it: how deep it nests, and where the members of an array are.

Enters: bytes, JSON or nearly. Leaves: whether they nest deeper than is read here, and the members of an array as they
stand, also where one of them is no JSON, so that it harms none of the others. Never runs out of stack, however deep a
text nests; takes time in proportion to its length.
"""

import itertools
import re

import msgspec

DEEPEST = 500  # objects and arrays in one another; half of what an interpreter has room for
# A text, compiled when first used: this is imported by programs that only send events.
_STRING = rb'(?s)"[^"\\]*+(?:\\.[^"\\]*+)*+"?'
_SIGN = _STRING + rb"|[\[\]{},]"
_PIECE = 65_536  # bytes looked at together
_BLANK = b" \t\r\n"
_BOM = b"\xef\xbb\xbf"
_UP_AND_DOWN = bytes.maketrans(b"[{]}", b"\x01\x01\xff\xff")
_NO_BRACKETS = bytes(sorted({*range(256)} - {*b"[{]}"}))

_LIST = msgspec.json.Decoder(list[msgspec.Raw])


def too_deep(raw: bytes) -> bool:
    """Whether ``raw`` has more than ``DEEPEST`` objects and arrays in one another."""
    if raw.count(b"[") + raw.count(b"{") <= DEEPEST:
        return False
    if b"\\" in raw:  # what is left of quotes begins and ends texts
        raw = raw.replace(b"\\\\", b"").replace(b'\\"', b"")
    depth, inside = 0, 0
    for at in range(0, len(raw), _PIECE):
        parts = raw[at : at + _PIECE].split(b'"')
        steps = b"".join(parts[inside::2]).translate(_UP_AND_DOWN, _NO_BRACKETS)
        inside ^= (len(parts) - 1) & 1
        up = steps.count(b"\x01")
        if depth + up > DEEPEST:
            depths = itertools.accumulate(memoryview(steps).cast("b"), initial=depth)
            if max(depths) > DEEPEST:
                return True
        depth += 2 * up - len(steps)
    return False


def open_after(line: bytes) -> int:
    """Return how many more brackets ``line``, a line of a JSON text, opens than it closes."""
    if b"\\" in line:
        line = line.replace(b"\\\\", b"").replace(b'\\"', b"")
    steps = b"".join(line.split(b'"')[::2]).translate(_UP_AND_DOWN, _NO_BRACKETS)
    return 2 * steps.count(b"\x01") - len(steps)


def members(raw: bytes) -> list[bytes] | None:
    """Return the members of the array in ``raw``, whether they can be read or not; None where it is no array."""
    try:
        return [bytes(member) for member in _LIST.decode(raw)]
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return _cut(raw.removeprefix(_BOM).strip(_BLANK))


def _cut(text: bytes) -> list[bytes] | None:
    if not text.startswith(b"["):
        return None
    found: list[bytes] = []
    depth, start = 0, 1
    for sign in re.finditer(_SIGN, text):
        if sign[0] in (b"[", b"{"):
            depth += 1
        elif sign[0] in (b"]", b"}"):
            depth -= 1
        elif sign[0] != b"," or depth > 1:
            continue
        if depth == 0 or (sign[0] == b"," and depth == 1):
            found.append(text[start : sign.start()].strip(_BLANK))
            start = sign.end()
        if depth == 0:
            break
    return found if depth == 0 and start == len(text) and text.endswith(b"]") and all(found) else None
