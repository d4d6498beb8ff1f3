"""Request bodies: read whole, unpacked, never larger than the limit.

Enters: a request. Leaves: the bytes of its body, or a record decoded from them. A body that is too large is
read to its end without being kept, within reason, so that the client hears the answer instead of a broken
connection.
"""

import re
import zlib
from typing import Any, Literal, TypeVar, get_args, get_origin

import msgspec
from starlette.requests import ClientDisconnect, Request

from driftline.errors import BadInput, TooLarge, WrongMediaType

LIMIT = 25 * 1024 * 1024  # bytes, packed and unpacked
_DRAIN = 4 * LIMIT  # bytes read without being kept before a client is cut off
_GZIP = zlib.MAX_WBITS | 16
_PACKED = ("gzip", "x-gzip")  # RFC 9110, section 8.4.1.3, has them mean the same

T = TypeVar("T")
_PLACE = re.compile(r" - at `\$\.(\w+)`$")


async def read(request: Request, limit: int = LIMIT) -> bytes:
    """Return the body of ``request``, unpacked where it came with gzip.

    Raises:
        TooLarge: it has more than ``limit`` bytes, packed or unpacked.
        WrongMediaType: it is packed in another way.
        BadInput: it is not what it says it is, or it broke off.
    """
    packing = request.headers.get("content-encoding", "identity").strip().lower()
    if packing not in ("identity", "", *_PACKED):
        raise WrongMediaType(f"Content-Encoding {packing!r}")
    packed = await _collect(request, limit)
    return _unpack(packed, limit) if packing in _PACKED else packed


async def _collect(request: Request, limit: int) -> bytes:
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > _DRAIN:
        raise TooLarge(f"{int(declared):,} bytes; up to {limit:,} are taken")
    parts: list[bytes] = []
    size = 0
    try:
        async for part in request.stream():
            size += len(part)
            if size > _DRAIN:
                break
            if size > limit:
                parts.clear()
            else:
                parts.append(part)
    except ClientDisconnect as error:
        raise BadInput("the request broke off before its end") from error
    if size > limit:
        raise TooLarge(f"more than the {limit:,} bytes that are taken")
    return b"".join(parts)


def _unpack(packed: bytes, limit: int) -> bytes:
    parts: list[bytes] = []
    room = limit + 1
    try:
        while packed:
            stream = zlib.decompressobj(_GZIP)
            parts.append(stream.decompress(packed, room))
            room -= len(parts[-1])
            if room <= 0:
                raise TooLarge(f"more than the {limit:,} bytes that are taken, once unpacked")
            if not stream.eof:
                raise BadInput("the gzip body breaks off before its end")
            packed = stream.unused_data.lstrip(b"\0")  # some tools pad
    except zlib.error as error:
        raise BadInput(f"the body is not gzip ({error})") from error
    return b"".join(parts)


def decode(data: bytes, shape: type[T]) -> T:
    """Return the record in ``data``.

    Raises:
        BadInput: it is not JSON of that shape; the message carries the path.
    """
    try:
        return msgspec.json.decode(data, type=shape)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise BadInput(str(error), hint=known(shape, str(error))) from error


def known(shape: Any, error: str) -> str:
    """Return what may stand where a record was refused: values of a field, or fields; ``""`` where that is clear.

    Args:
        shape: the record that was wanted.
        error: what msgspec said; it names a place inside as ``$.field``.
    """
    if not (isinstance(shape, type) and issubclass(shape, msgspec.Struct)):
        return ""
    fields = {field.encode_name: field for field in msgspec.structs.fields(shape)}
    place = _PLACE.search(error)
    if error.startswith("Object contains unknown field") and not place:
        return f"Known fields are {', '.join(fields)}."
    field = fields.get(place[1]) if place else None
    values = _values(field.type) if field is not None else []
    return f"{place[1]} is one of {', '.join(values)}." if place and values else ""


def _values(said: Any) -> list[str]:
    """Return the values of a type that lists them, also where it is annotated or one of several."""
    if get_origin(said) is Literal:
        return [str(value) for value in get_args(said) if value != ""]
    return [value for inner in get_args(said) if get_origin(inner) for value in _values(inner)]
