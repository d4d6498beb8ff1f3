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
_BLANK = b" \t\r\n"
_BOM = b"\xef\xbb\xbf"
_UP_AND_DOWN = bytes.maketrans(b"[{]}", b"\x01\x01\xff\xff")
_NO_BRACKETS = bytes(sorted({*range(256)} - {*b"[{]}"}))

_LIST = msgspec.json.Decoder(list[msgspec.Raw])


def too_deep(raw: bytes) -> bool:
    """Whether ``raw`` has more than ``DEEPEST`` objects and arrays in one another."""
    if raw.count(b"[") + raw.count(b"{") <= DEEPEST:
        return False
    steps = re.sub(_STRING, b"", raw).translate(_UP_AND_DOWN, _NO_BRACKETS)
    return max(itertools.accumulate(memoryview(steps).cast("b")), default=0) > DEEPEST


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
